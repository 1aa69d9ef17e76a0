//! Elasticsearch add-ons, with Kibana and APM.

pub use crate::generated::commands::elasticsearch::*;

pub mod model;
