//! Outputs of the commands of environments.

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

/// The environment variables that come from another application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinkedApplicationEnvironment {
    /// The other application.
    pub application_id: ApplicationId,
    /// Name of the application.
    pub application_name: String,
    /// The variables, in the platform's order.
    pub environment: Vec<EnvironmentVariable>,
}

/// The environment variables that come from an add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LinkedAddonEnvironment {
    /// Provider of the add-on.
    pub addon_provider_id: AddonProviderId,
    /// The add-on.
    pub addon_id: AddonId,
    /// Name of the add-on.
    pub addon_name: String,
    /// The variables, in the platform's order.
    pub environment: Vec<EnvironmentVariable>,
}

impl From<cc_api_application::types::LinkedApplicationEnvironment> for LinkedApplicationEnvironment {
    fn from(wire: cc_api_application::types::LinkedApplicationEnvironment) -> Self {
        Self {
            application_id: wire.app_id,
            application_name: wire.app_name,
            environment: wire.env.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<cc_api_application::types::LinkedAddonEnvironment> for LinkedAddonEnvironment {
    fn from(wire: cc_api_application::types::LinkedAddonEnvironment) -> Self {
        Self {
            addon_provider_id: wire.provider_id,
            addon_id: wire.addon_id,
            addon_name: wire.addon_name,
            environment: wire.env.into_iter().map(Into::into).collect(),
        }
    }
}
