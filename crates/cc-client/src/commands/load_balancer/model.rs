//! Outputs of the commands of load balancers.

use cc_api_load_balancer::types as wire;
use cc_runtime::ZoneId;

use crate::declare::model;

pub use wire::{DnsTarget, LoadBalancerKind};

model! {
    /// A load balancer in front of a resource, and where DNS records should point.
    pub struct LoadBalancerInfo: |wire: wire::LoadBalancerTarget| {
        /// Id of the load balancer.
        id: String = wire.id,
        /// Short name of the zone, such as `par`.
        zone: String = wire.name,
        /// Id of that zone.
        zone_id: ZoneId = wire.zone_id,
        /// Target for DNS records.
        dns: Option<DnsTarget> = wire.dns,
    }
}
