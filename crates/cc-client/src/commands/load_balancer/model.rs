//! What the commands of load balancers give back.

use cc_api_load_balancer::types as wire;
use cc_runtime::ZoneId;

use crate::model::model;

pub use wire::{DnsTarget, LoadBalancerKind};

model! {
    /// A load balancer in front of a resource, and where DNS records should point.
    pub struct LoadBalancerInfo: |wire: wire::LoadBalancerTarget| {
        /// Its id.
        id: String = wire.id,
        /// Short name of the zone, such as `par`.
        zone: String = wire.name,
        /// Id of that zone.
        zone_id: ZoneId = wire.zone_id,
        /// Where DNS records should point.
        dns: Option<DnsTarget> = wire.dns,
    }
}
