//! Organisations and their members.

pub use crate::generated::commands::organisation::*;

mod avatar;
mod change;
mod delete;
mod list;
mod members;
pub mod model;
