//! Metrics: what resources use and what they serve.

pub use crate::generated::commands::metrics::*;

mod grafana;
mod heat_map;
pub mod model;
mod read;
#[cfg(feature = "stream")]
mod requests;
mod status_codes;
mod warp_token;
