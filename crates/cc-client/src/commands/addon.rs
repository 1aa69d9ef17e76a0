//! Add-ons: databases and other services that an owner adds.

pub use crate::generated::commands::addon::*;

pub mod model;
