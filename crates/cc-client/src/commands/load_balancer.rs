//! Load balancers: what stands in front of applications and add-ons.

pub use crate::generated::commands::load_balancer::*;

mod info;
pub mod model;
