//! The catalogue of products: add-on providers, runtimes and prices.

pub use crate::generated::commands::product::*;

mod addon;
pub mod model;
