//! Matomo, as an operator of the platform runs it.

pub use crate::generated::commands::matomo::*;

pub mod model;
