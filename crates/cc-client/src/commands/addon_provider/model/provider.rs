//! Add-on providers and their plans, as several domains of the API show them.

use cc_api_shared::types as wire;
use cc_runtime::AddonProviderId;
use serde::{Deserialize, Serialize};

use crate::model::each;
use crate::resolve::{Lesson, Owned};

/// Provider of a kind of add-on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonProvider {
    /// Id of the provider, such as `postgresql-addon`.
    pub id: AddonProviderId,
    /// Name to show to a person.
    pub name: String,
    /// Web site of the provider.
    pub website: Option<String>,
    /// E-mail address of the support.
    pub support_email: Option<String>,
    /// Name of the provider on Google Plus.
    pub google_plus_name: Option<String>,
    /// Name of the provider on Twitter.
    pub twitter_name: Option<String>,
    /// Id of the provider for web analytics.
    pub analytics_id: Option<String>,
    /// Description of the offer in one sentence.
    pub short_desc: Option<String>,
    /// Detailed description of the offer.
    pub long_desc: Option<String>,
    /// Address of its logo.
    pub logo_url: Option<String>,
    /// Release status, such as `RELEASE`.
    pub status: String,
    /// `true` if the dashboard opens in a new tab.
    pub open_in_new_tab: bool,
    /// `true` if an add-on can move to another plan.
    pub can_upgrade: bool,
    /// Short names of the zones where it is available.
    pub zones: Vec<String>,
}

/// A plan of an add-on provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonPlan {
    /// Id of the plan (a UUID).
    pub id: String,
    /// Name to show to a person.
    pub name: String,
    /// Price; no source states its currency nor its period.
    pub price: f64,
    /// Short name, such as `dev`.
    pub slug: String,
    /// Short names of the zones where it is available.
    pub zones: Vec<String>,
    /// Name of its price in the price system, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_id: Option<String>,
    /// Features of the plan, sorted by name.
    pub features: Vec<AddonPlanFeature>,
}

/// Value of one feature of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonPlanFeature {
    /// Name of the feature, to show to a person.
    pub name: String,
    /// Kind of the value, such as `BYTES`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of the feature for a program.
    pub name_code: String,
    /// Value to show to a person.
    pub value: String,
    /// The same value in machine-readable form, as text.
    pub computable_value: String,
}

/// Provider of a kind of add-on, with its offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonProviderFull {
    /// Description of the provider.
    #[serde(flatten)]
    pub provider: AddonProvider,
    /// Plans of the provider, cheapest first.
    pub plans: Vec<AddonPlan>,
    /// The features that its plans tell apart, by name.
    pub features: Vec<AddonProviderFeature>,
}

/// A feature that the plans of a provider tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonProviderFeature {
    /// Name to show to a person.
    pub name: String,
    /// Kind of the value, such as `BYTES`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name for a program.
    pub name_code: String,
}

impl Owned for AddonProviderFull {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Provider(self.provider.id.as_str())
    }
}

impl From<wire::AddonProvider> for AddonProvider {
    fn from(wire: wire::AddonProvider) -> Self {
        Self {
            id: wire.id,
            name: wire.name,
            website: wire.website,
            support_email: wire.support_email,
            google_plus_name: wire.google_plus_name,
            twitter_name: wire.twitter_name,
            analytics_id: wire.analytics_id,
            short_desc: wire.short_desc,
            long_desc: wire.long_desc,
            logo_url: wire.logo_url,
            status: wire.status.to_string(),
            open_in_new_tab: wire.open_in_new_tab,
            can_upgrade: wire.can_upgrade,
            zones: wire.regions,
        }
    }
}

impl From<wire::AddonPlan> for AddonPlan {
    fn from(wire: wire::AddonPlan) -> Self {
        let mut features: Vec<AddonPlanFeature> = each(wire.features);
        features.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            id: wire.id,
            name: wire.name,
            price: wire.price,
            slug: wire.slug,
            zones: wire.zones,
            price_id: wire.price_id.map(|id| id.to_lowercase()),
            features,
        }
    }
}

impl From<wire::AddonPlanFeature> for AddonPlanFeature {
    fn from(wire: wire::AddonPlanFeature) -> Self {
        Self {
            name_code: wire.name_code.unwrap_or_else(|| wire.name.clone()),
            computable_value: wire.computable_value.unwrap_or_else(|| wire.value.clone()),
            name: wire.name,
            kind: wire.type_.to_string(),
            value: wire.value,
        }
    }
}

impl From<wire::AddonProviderDetails> for AddonProviderFull {
    fn from(wire: wire::AddonProviderDetails) -> Self {
        let mut plans: Vec<AddonPlan> = each(wire.plans);
        plans.sort_by(|a, b| a.price.total_cmp(&b.price));
        let mut features: Vec<AddonProviderFeature> = each(wire.features);
        features.sort_by(|a, b| a.name.cmp(&b.name));
        let provider = AddonProvider {
            id: wire.id,
            name: wire.name,
            website: wire.website,
            support_email: wire.support_email,
            google_plus_name: wire.google_plus_name,
            twitter_name: wire.twitter_name,
            analytics_id: wire.analytics_id,
            short_desc: wire.short_desc,
            long_desc: wire.long_desc,
            logo_url: wire.logo_url,
            status: wire.status.to_string(),
            open_in_new_tab: wire.open_in_new_tab,
            can_upgrade: wire.can_upgrade,
            zones: wire.regions,
        };
        Self { provider, plans, features }
    }
}

impl From<wire::AddonProviderFeature> for AddonProviderFeature {
    fn from(wire: wire::AddonProviderFeature) -> Self {
        Self {
            name_code: wire.name_code.unwrap_or_else(|| wire.name.clone()),
            name: wire.name,
            kind: wire.type_.to_string(),
        }
    }
}
