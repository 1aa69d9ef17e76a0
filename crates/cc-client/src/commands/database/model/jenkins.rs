//! Outputs of the commands of Jenkins.

use cc_api_database::types as wire;
use cc_runtime::{AddonId, RealAddonId, Secret, Timestamp};
use serde::{Deserialize, Serialize};

pub use wire::{FeatureFlag, JenkinsPlan, JenkinsStatus, JenkinsUpdates, JenkinsVersions};

/// A Jenkins, and the update it could have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JenkinsInfo {
    /// Id of the Jenkins as its provider knows it.
    pub id: RealAddonId,
    /// Id of the Jenkins as the platform lists it.
    pub addon_id: AddonId,
    /// The plan it is on.
    pub plan: JenkinsPlan,
    /// Short name of its zone, such as `par`.
    pub zone: String,
    /// Creation date.
    pub creation_date: Option<Timestamp>,
    /// Deletion date.
    pub deletion_date: Option<Timestamp>,
    /// State of the Jenkins.
    pub status: JenkinsStatus,
    /// Host name.
    pub host: String,
    /// User who may sign in at the start.
    pub user: String,
    /// Password of that user.
    pub password: Secret,
    /// Version that runs.
    pub version: String,
    /// Address of its Artifactory.
    pub artifactory_url: Option<String>,
    /// User of its Artifactory.
    pub artifactory_user: Option<String>,
    /// Password of that user.
    pub artifactory_password: Option<Secret>,
    /// Features, sorted by name.
    pub features: Vec<FeatureFlag>,
    /// The versions it runs and could run, where they are known.
    pub updates: Option<JenkinsUpdates>,
}

crate::declare::ids_of! { JenkinsInfo { id => RealAddonId, AnyAddonId, ResourceId; addon_id => AddonId } }

impl JenkinsInfo {
    pub(in super::super) fn new(wire: wire::Jenkins, updates: Option<JenkinsUpdates>) -> Self {
        let mut features = wire.features;
        features.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            id: wire.id,
            addon_id: wire.app_id,
            plan: wire.plan,
            zone: wire.zone,
            creation_date: wire.creation_date,
            deletion_date: wire.deletion_date,
            status: wire.status,
            host: wire.host,
            user: wire.user,
            password: wire.password,
            version: wire.version,
            artifactory_url: wire.artifactory_url,
            artifactory_user: wire.artifactory_user,
            artifactory_password: wire.artifactory_password,
            features,
            updates,
        }
    }
}
