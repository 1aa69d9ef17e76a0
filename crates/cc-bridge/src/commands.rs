//! Commands on API tokens.

mod create;
mod delete;
mod list;
mod rotate;
mod update;

pub use crate::generated::commands::bridge::*;
pub use rotate::RotatedApiToken;
