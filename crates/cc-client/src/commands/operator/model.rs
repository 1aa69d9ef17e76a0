//! Outputs of the commands of Keycloak, Matomo, Metabase and Otoroshi.

mod keycloak;
mod matomo;
mod metabase;
mod otoroshi;

use crate::declare::model;
use cc_api_operator::types as wire;
use cc_runtime::{AddonId, NetworkGroupId, OwnerId, RealAddonId, Secret};
use serde::{Deserialize, Serialize};

pub use keycloak::*;
pub use matomo::*;
pub use metabase::*;
pub use otoroshi::*;

model! {
    /// Credentials of the first sign-in.
    #[derive(Eq)]
    pub struct InitialCredentials: |wire: wire::OperatorCredentials| {
        /// Name of the user.
        user: String = wire.user,
        /// Password of the user.
        password: Secret = wire.password,
    }
}

/// Optional features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Features {
    /// The network group that it is in.
    pub network_group: Option<NetworkGroupFeature>,
}

/// A network group that an operator is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NetworkGroupFeature {
    /// Id of the network group.
    pub id: NetworkGroupId,
}

crate::declare::ids_of! { NetworkGroupFeature { id => NetworkGroupId } }

impl From<wire::OperatorFeatures> for Features {
    fn from(wire: wire::OperatorFeatures) -> Self {
        Self { network_group: wire.network_group.map(|group| NetworkGroupFeature { id: group.id }) }
    }
}

/// Declares what reading an operator gives: what all have, and what only this one has.
macro_rules! operator_info {
    ($(#[$doc:meta])* pub struct $name:ident of $wire:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty = $from:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            /// Id of the operator as its provider knows it.
            pub id: cc_runtime::RealAddonId,
            /// Id of the operator as the platform lists it.
            pub addon_id: cc_runtime::AddonId,
            /// Name that its owner gave it.
            pub name: String,
            /// Owner of the operator.
            pub owner_id: cc_runtime::OwnerId,
            /// The plan it is on.
            pub plan: cc_api_operator::types::OperatorPlan,
            /// Version that runs.
            pub version: String,
            /// Address of its pages.
            pub access_url: String,
            /// Versions it can be changed to.
            pub available_versions: Vec<String>,
            $($(#[$fdoc])* pub $field: $ty,)*
        }

        crate::declare::ids_of! { $name { id => RealAddonId, AnyAddonId, ResourceId; addon_id => AddonId } }

        impl From<cc_api_operator::types::$wire> for $name {
            fn from(wire: cc_api_operator::types::$wire) -> Self {
                let common = crate::commands::operator::model::Common {
                    id: wire.resource_id.clone(),
                    addon_id: wire.addon_id.clone(),
                    owner_id: wire.owner_id.clone(),
                };
                $(let $field = $from(&wire);)*
                Self {
                    id: common.id,
                    addon_id: common.addon_id,
                    name: wire.name,
                    owner_id: common.owner_id,
                    plan: wire.plan,
                    version: wire.version,
                    access_url: wire.access_url,
                    available_versions: wire.available_versions,
                    $($field,)*
                }
            }
        }
    };
}
pub(crate) use operator_info;

/// The ids of an operator, while its wire type is taken apart.
pub(crate) struct Common {
    pub(crate) id: RealAddonId,
    pub(crate) addon_id: AddonId,
    pub(crate) owner_id: OwnerId,
}
