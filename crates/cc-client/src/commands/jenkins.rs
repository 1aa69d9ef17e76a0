//! Jenkins add-ons.

pub use crate::generated::commands::jenkins::*;

mod get;
pub mod model;
