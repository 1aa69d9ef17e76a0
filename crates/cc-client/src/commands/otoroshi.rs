//! Otoroshi, as an operator of the platform runs it.

pub use crate::generated::commands::otoroshi::*;

pub mod model;
