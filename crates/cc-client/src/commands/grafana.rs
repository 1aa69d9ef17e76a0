//! Grafana: the dashboards of an owner.

pub use crate::generated::commands::grafana::*;

mod enable;
