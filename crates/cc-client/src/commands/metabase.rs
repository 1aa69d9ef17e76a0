//! Metabase, as an operator of the platform runs it.

pub use crate::generated::commands::metabase::*;

pub mod model;
