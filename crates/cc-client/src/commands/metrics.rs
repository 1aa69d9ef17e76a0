//! Metrics: what resources use and what they serve.

mod heat_map;
pub mod model;
mod read;
#[cfg(feature = "stream")]
mod requests;
mod status_codes;

pub use heat_map::GetHeatMap;
pub use read::GetMetrics;
#[cfg(feature = "stream")]
pub use requests::StreamRequests;
pub use status_codes::GetStatusCodeDistribution;
