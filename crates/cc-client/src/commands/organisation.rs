//! Organisations and their members.

pub use crate::generated::commands::organisation::*;

mod avatar;
mod change;
mod delete;
mod ensure;
mod list;
mod members;
pub mod model;
