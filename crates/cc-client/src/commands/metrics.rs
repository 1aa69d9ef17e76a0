//! Metrics: what resources use and what they serve.

mod heat_map;
pub mod model;
mod read;
mod status_codes;

pub use heat_map::GetHeatMap;
pub use read::GetMetrics;
pub use status_codes::GetStatusCodeDistribution;
