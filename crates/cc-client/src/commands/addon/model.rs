//! Outputs of the commands of add-ons.

mod backup;
mod migration;

use cc_api_shared::types as wire;
use cc_runtime::{AddonId, RealAddonId, Secret, Timestamp, UserId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::commands::addon_provider::model::{AddonPlan, AddonProvider};
use crate::resolve::{Lesson, Owned};

pub use backup::*;
pub use migration::*;

/// An add-on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Addon {
    /// Id of the add-on as the platform lists it.
    pub id: AddonId,
    /// Name that its owner gave it.
    pub name: Option<String>,
    /// Id of the add-on as its provider knows it.
    pub real_id: RealAddonId,
    /// Short name of the zone it is in, such as `par`.
    pub zone: String,
    /// Id of that zone.
    pub zone_id: Option<ZoneId>,
    /// Provider of the add-on.
    pub provider: Option<AddonProvider>,
    /// The plan it is on.
    pub plan: Option<AddonPlan>,
    /// Creation date.
    pub creation_date: Option<Timestamp>,
    /// Names of the environment variables that it gives to linked applications, sorted.
    pub config_keys: Vec<String>,
}

/// Data that sign a user in to the dashboard of an add-on. They are valid for a short time and never cached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonSso {
    /// Address to post the other fields to.
    pub url: String,
    /// The add-on, as its provider knows it.
    pub id: RealAddonId,
    /// Creation time, in seconds since the Unix epoch.
    pub timestamp: i64,
    /// Token that proves the origin of the data.
    pub token: Secret,
    /// Signature of the data.
    pub signature: Secret,
    /// Address of the user.
    pub email: String,
    /// Name of the user.
    pub name: String,
    /// The user.
    pub user_id: UserId,
    /// Signature of the user data.
    pub user_info_signature: Secret,
    /// Data with which the dashboard renders the navigation bar of the platform.
    pub nav_data: String,
}

impl Owned for Addon {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Addon(self.id.as_str(), self.real_id.as_str())
    }
}

impl From<cc_api_addon::types::AddonSso> for AddonSso {
    fn from(wire: cc_api_addon::types::AddonSso) -> Self {
        Self {
            url: wire.url,
            id: wire.id,
            timestamp: wire.timestamp,
            token: wire.token,
            signature: wire.signature,
            email: wire.email,
            name: wire.name,
            user_id: wire.user_id,
            user_info_signature: wire.userinfo_signature,
            nav_data: wire.nav_data,
        }
    }
}

impl From<wire::Addon> for Addon {
    fn from(wire: wire::Addon) -> Self {
        let mut config_keys = wire.config_keys;
        config_keys.sort();
        Self {
            id: wire.id,
            name: wire.name,
            real_id: wire.real_id,
            zone: wire.region,
            zone_id: wire.zone_id,
            provider: wire.provider.map(Into::into),
            plan: wire.plan.map(Into::into),
            creation_date: wire.creation_date,
            config_keys,
        }
    }
}
