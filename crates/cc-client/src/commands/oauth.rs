//! OAuth consumers: programs that act for users.

pub use crate::generated::commands::oauth::*;

mod change;
mod ensure;
pub mod model;
mod read;
