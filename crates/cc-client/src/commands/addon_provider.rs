//! Add-on providers that an owner publishes, their features and their plans.

pub use crate::generated::commands::addon_provider::*;

mod create;
mod feature;
pub mod model;
mod plan;
