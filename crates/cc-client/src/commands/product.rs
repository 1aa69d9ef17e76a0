//! The catalogue of products: what applications can run on, and which add-ons there are.

pub use crate::generated::commands::product::*;

#[cfg(all(feature = "addon-provider", feature = "product"))]
mod addon;
pub mod model;
