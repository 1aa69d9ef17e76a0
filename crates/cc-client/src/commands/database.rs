//! Databases that the platform runs as add-ons, such as Elasticsearch and Jenkins.

pub use crate::generated::commands::database::*;

mod jenkins;
pub mod model;
