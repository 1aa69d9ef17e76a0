//! Outputs of the commands of environments.

use crate::declare::model;
use cc_runtime::{AddonId, AddonProviderId, ApplicationId};
use serde::{Deserialize, Serialize};

pub use crate::model::EnvironmentVariable;

/// The environment variables of an application or an add-on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Environment {
    /// Variables of the resource itself, sorted by name.
    pub environment: Vec<EnvironmentVariable>,
    /// Variables of the applications that it depends on, by application name, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_applications_environment: Option<Vec<LinkedApplicationEnvironment>>,
    /// Variables of the linked add-ons, by add-on name, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_addons_environment: Option<Vec<LinkedAddonEnvironment>>,
}

model! {
    /// The environment variables that come from another application.
    #[derive(Eq)]
    pub struct LinkedApplicationEnvironment: |wire: cc_api_application::types::LinkedApplicationEnvironment| {
        /// The other application.
        application_id: ApplicationId = wire.app_id,
        /// Name of the application.
        application_name: String = wire.app_name,
        /// The variables, in the platform's order.
        environment: Vec<EnvironmentVariable> = wire.env.into_iter().map(Into::into).collect(),
    }
}

model! {
    /// The environment variables that come from an add-on.
    #[derive(Eq)]
    pub struct LinkedAddonEnvironment: |wire: cc_api_application::types::LinkedAddonEnvironment| {
        /// Provider of the add-on.
        addon_provider_id: AddonProviderId = wire.provider_id,
        /// The add-on.
        addon_id: AddonId = wire.addon_id,
        /// Name of the add-on.
        addon_name: String = wire.addon_name,
        /// The variables, in the platform's order.
        environment: Vec<EnvironmentVariable> = wire.env.into_iter().map(Into::into).collect(),
    }
}
