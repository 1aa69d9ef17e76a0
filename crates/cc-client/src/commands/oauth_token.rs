//! OAuth tokens of the caller: programs that act for them.

pub use crate::generated::commands::oauth_token::*;

pub mod model;
