//! Tokens that read metrics in Warp 10.

mod get;
pub mod model;

pub use get::GetWarpToken;
