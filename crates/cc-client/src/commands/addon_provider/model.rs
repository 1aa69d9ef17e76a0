//! Inputs and outputs of the commands of add-on providers.

use cc_api_addon_provider::types as wire;
use cc_runtime::Secret;
use serde::{Deserialize, Serialize};

mod provider;
mod versions;

pub use provider::*;
pub use versions::*;
pub use wire::{AddonFeatureKind, AddonProviderStatus};

/// Configuration of the API through which the platform calls a provider, with the shared secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderApi {
    /// Names of the environment variables that an add-on gives to applications.
    pub config_vars: Vec<String>,
    /// Short names of the zones where it is available.
    pub zones: Vec<String>,
    /// Password that the platform sends to the provider.
    pub password: Secret,
    /// Salt for the signature of the sign-in data.
    pub sso_salt: Secret,
    /// Production addresses.
    pub production: AddonProviderApiUrls,
    /// Test addresses.
    pub test: AddonProviderApiUrls,
}

/// Addresses of a provider's API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderApiUrls {
    /// Address that its routes start with.
    pub base_url: String,
    /// Address for the sign-in of users.
    pub sso_url: String,
}

impl From<AddonProviderApi> for wire::AddonProviderApi {
    fn from(api: AddonProviderApi) -> Self {
        Self::new(api.config_vars, api.zones, api.password, api.sso_salt, api.production, api.test)
    }
}

impl From<AddonProviderApiUrls> for wire::AddonProviderApiUrls {
    fn from(urls: AddonProviderApiUrls) -> Self {
        Self::new(urls.base_url, urls.sso_url)
    }
}

/// Value of one feature of a plan, as the provider defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderPlanFeature {
    /// Name of the feature.
    pub name: String,
    /// Kind of the value.
    #[serde(rename = "type")]
    pub kind: AddonFeatureKind,
    /// The value.
    pub value: String,
}

impl From<AddonProviderPlanFeature> for wire::AddonPlanFeatureCreation {
    fn from(feature: AddonProviderPlanFeature) -> Self {
        Self::new(feature.name, feature.kind, feature.value)
    }
}
