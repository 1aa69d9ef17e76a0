//! Outputs of the commands of Pulsar.

use crate::declare::model;
use cc_api_pulsar::types as wire;
use cc_runtime::{RealAddonId, Secret, Timestamp};
use serde::{Deserialize, Serialize};

pub use wire::{PulsarPlan, PulsarStatus};

/// A Pulsar, and the cluster it is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PulsarInfo {
    /// Id of the Pulsar as its provider knows it.
    pub id: RealAddonId,
    /// Tenant of the Pulsar.
    pub tenant: String,
    /// Namespace of the Pulsar.
    pub namespace: String,
    /// Token that gives access to the Pulsar.
    pub token: Secret,
    /// Creation date.
    pub creation_date: Option<Timestamp>,
    /// Date on which the deletion was requested.
    pub ask_for_deletion_date: Option<Timestamp>,
    /// Deletion date.
    pub deletion_date: Option<Timestamp>,
    /// State of the Pulsar.
    pub status: PulsarStatus,
    /// The plan it is on.
    pub plan: PulsarPlan,
    /// Id of its cold storage.
    pub cold_storage_id: Option<String>,
    /// `true` if the cold storage is linked.
    pub cold_storage_linked: bool,
    /// `true` if the owner must provide a cold storage.
    pub cold_storage_must_be_provided: bool,
    /// The cluster it is on.
    pub cluster: PulsarCluster,
}

crate::declare::ids_of! { PulsarInfo { id => RealAddonId, AnyAddonId, ResourceId } }

model! {
    /// A cluster of Pulsar.
    pub struct PulsarCluster: |wire: wire::PulsarCluster| {
        /// Id of the cluster.
        id: String = wire.id,
        /// Host name.
        url: String = wire.url,
        /// Port of its binary protocol, in the clear.
        pulsar_port: i32 = wire.pulsar_port,
        /// Port of its binary protocol, over TLS.
        pulsar_tls_port: Option<i32> = wire.pulsar_tls_port,
        /// Port of its HTTP interface, in the clear.
        web_port: Option<i32> = wire.web_port,
        /// Port of its HTTP interface, over TLS.
        web_tls_port: Option<i32> = wire.web_tls_port,
        /// Version that runs.
        version: String = wire.version,
        /// `true` if the cluster is available.
        available: bool = wire.available,
        /// Short name of its zone, in lower case.
        zone: String = wire.zone.to_lowercase(),
        /// `true` if the cluster can offload to a cold storage.
        support_cold_storage: bool = wire.support_cold_storage,
        /// Plans that it serves.
        supported_plans: Vec<PulsarPlan> = wire.supported_plans,
    }
}

impl PulsarInfo {
    pub(super) fn new(wire: wire::Pulsar, cluster: PulsarCluster) -> Self {
        Self {
            id: wire.id,
            tenant: wire.tenant,
            namespace: wire.namespace,
            token: wire.token,
            creation_date: wire.creation_date,
            ask_for_deletion_date: wire.ask_for_deletion_date,
            deletion_date: wire.deletion_date,
            status: wire.status,
            plan: wire.plan,
            cold_storage_id: wire.cold_storage_id,
            cold_storage_linked: wire.cold_storage_linked,
            cold_storage_must_be_provided: wire.cold_storage_must_be_provided,
            cluster,
        }
    }
}
