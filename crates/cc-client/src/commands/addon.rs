//! Add-ons: databases and other services that an owner adds.

#[cfg(feature = "addon")]
pub use crate::generated::commands::addon::*;

pub mod model;
