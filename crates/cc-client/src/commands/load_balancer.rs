//! Load balancers: what stands in front of applications and add-ons.

mod info;
pub mod model;

pub use info::GetLoadBalancerInfo;
