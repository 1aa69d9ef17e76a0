//! What the commands of add-on providers take and give back.

use cc_api_addon_provider::types as wire;
use cc_runtime::Secret;
use serde::{Deserialize, Serialize};

use crate::commands::addon::model;

pub use wire::{AddonFeatureKind, AddonProviderStatus};

/// Who provides a kind of add-on.
pub type AddonProvider = model::AddonProvider;
/// Who provides a kind of add-on, and what it offers.
pub type AddonProviderFull = model::AddonProviderFull;
/// A feature that the plans of a provider tell apart.
pub type AddonProviderFeature = model::AddonProviderFeature;
/// A plan of an add-on provider.
pub type AddonProviderPlan = model::AddonPlan;

model::from_addon_provider!(cc_api_addon_provider);
model::from_addon_provider_full!(cc_api_addon_provider);

/// How the platform reaches a provider, and proves who it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderApi {
    /// Names of the environment variables that an add-on gives to applications.
    pub config_vars: Vec<String>,
    /// Short names of the zones where it is available.
    pub zones: Vec<String>,
    /// What the platform proves with who it is.
    pub password: Secret,
    /// What signs users in at the dashboard of an add-on.
    pub sso_salt: Secret,
    /// Where it is.
    pub production: AddonProviderApiUrls,
    /// Where it is tried.
    pub test: AddonProviderApiUrls,
}

/// Where a provider is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderApiUrls {
    /// Address that its routes start with.
    pub base_url: String,
    /// Where users sign in.
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

/// What a plan is to offer of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddonProviderPlanFeature {
    /// Name of the feature.
    pub name: String,
    /// What kind of value it has.
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
