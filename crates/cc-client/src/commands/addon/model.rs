//! Outputs of the commands of add-ons.

mod backup;
mod migration;

use cc_api_shared::types as wire;
use cc_runtime::{AddonId, RealAddonId, Secret, Timestamp, UserId, ZoneId};

use crate::commands::addon_provider::model::{AddonPlan, AddonProvider};
use crate::declare::model;
use crate::lists::sorted;
use crate::resolve::{Lesson, Owned};

pub use backup::*;
pub use migration::*;

model! {
    /// An add-on.
    pub struct Addon: |wire: wire::Addon| {
        /// Id of the add-on as the platform lists it.
        id: AddonId = wire.id,
        /// Name that its owner gave it.
        name: Option<String> = wire.name,
        /// Id of the add-on as its provider knows it.
        real_id: RealAddonId = wire.real_id,
        /// Short name of the zone it is in, such as `par`.
        zone: String = wire.region,
        /// Id of that zone.
        zone_id: Option<ZoneId> = wire.zone_id,
        /// Provider of the add-on.
        provider: Option<AddonProvider> = wire.provider.map(Into::into),
        /// The plan it is on.
        plan: Option<AddonPlan> = wire.plan.map(Into::into),
        /// Creation date.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// Names of the environment variables that it gives to linked applications, sorted.
        config_keys: Vec<String> = sorted(wire.config_keys),
    }
}

crate::declare::ids_of! { Addon { id => AddonId, AnyAddonId, ResourceId; real_id => RealAddonId } }

model! {
    /// Data that sign a user in to the dashboard of an add-on. They are valid for a short time and never cached.
    #[derive(Eq)]
    pub struct AddonSso: |wire: cc_api_addon::types::AddonSso| {
        /// Address to post the other fields to.
        url: String = wire.url,
        /// The add-on, as its provider knows it.
        id: RealAddonId = wire.id,
        /// Creation time, in seconds since the Unix epoch.
        timestamp: i64 = wire.timestamp,
        /// Token that proves the origin of the data.
        token: Secret = wire.token,
        /// Signature of the data.
        signature: Secret = wire.signature,
        /// Address of the user.
        email: String = wire.email,
        /// Name of the user.
        name: String = wire.name,
        /// The user.
        user_id: UserId = wire.user_id,
        /// Signature of the user data.
        user_info_signature: Secret = wire.userinfo_signature,
        /// Data with which the dashboard renders the navigation bar of the platform.
        nav_data: String = wire.nav_data,
    }
}

crate::declare::ids_of! { AddonSso { id => RealAddonId, AnyAddonId, ResourceId } }

impl Owned for Addon {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Addon(self.id.as_str(), self.real_id.as_str())
    }
}
