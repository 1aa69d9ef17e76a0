//! Pulsar add-ons.

mod get;
pub mod model;

pub use crate::generated::commands::pulsar::*;
