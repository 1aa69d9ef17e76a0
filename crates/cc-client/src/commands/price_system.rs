//! Prices of runtimes and storage.

pub use crate::generated::commands::price_system::*;

pub mod model;
