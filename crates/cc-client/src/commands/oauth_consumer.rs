//! OAuth consumers: programs that act for users.

pub use crate::generated::commands::oauth_consumer::*;

mod change;
pub mod model;
mod read;
