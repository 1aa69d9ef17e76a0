//! Tokens that read metrics in Warp 10.

pub use crate::generated::commands::warp_token::*;

mod get;
pub mod model;
