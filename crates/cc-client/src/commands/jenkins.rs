//! Jenkins add-ons.

mod get;
pub mod model;

pub use get::GetJenkinsInfo;
