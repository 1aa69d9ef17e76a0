//! What running and storing costs.

pub use crate::generated::commands::price_system::*;

pub mod model;
