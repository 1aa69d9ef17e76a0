//! What the commands of environments give back.

use cc_runtime::{AddonId, AddonProviderId, ApplicationId};
use serde::{Deserialize, Serialize};

pub use crate::model::EnvironmentVariable;

/// The environment variables of an application or an add-on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Environment {
    /// Its own variables, sorted by name.
    pub environment: Vec<EnvironmentVariable>,
    /// Those of the applications it depends on, by their names, when they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_applications_environment: Option<Vec<LinkedApplicationEnvironment>>,
    /// Those of the add-ons it is linked to, by their names, when they were asked for.
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
    /// Its name.
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
    /// Who provides the add-on.
    pub addon_provider_id: AddonProviderId,
    /// The add-on.
    pub addon_id: AddonId,
    /// Its name.
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
