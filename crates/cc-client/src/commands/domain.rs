//! Domains of applications.

pub use crate::generated::commands::domain::*;

mod list;
pub mod model;
