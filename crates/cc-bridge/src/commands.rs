//! Commands on API tokens.

mod create;
mod delete;
mod ensure;
mod list;
mod rotate;
mod update;

pub use crate::generated::commands::bridge::*;
pub use ensure::EnsuredApiToken;
pub use rotate::RotatedApiToken;
