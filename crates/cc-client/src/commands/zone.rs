//! Zones: where applications and add-ons can run.

pub use crate::generated::commands::zone::*;

pub mod model;
