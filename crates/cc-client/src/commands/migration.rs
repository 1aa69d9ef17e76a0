//! Migrations of add-ons, to another plan, zone or version.

pub use crate::generated::commands::migration::*;

pub mod model;
