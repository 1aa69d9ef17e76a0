//! Backups of add-ons.

pub use crate::generated::commands::backup::*;

mod list;
pub mod model;
mod restore;
