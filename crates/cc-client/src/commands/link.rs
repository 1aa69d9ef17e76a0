//! Links: which applications and add-ons an application gets environment variables from.

pub use crate::generated::commands::link::*;

mod change;
mod list;
pub mod model;
