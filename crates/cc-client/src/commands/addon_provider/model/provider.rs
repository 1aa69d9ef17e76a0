//! Add-on providers and their plans, as several domains of the API show them.

use cc_api_shared::types as wire;
use cc_runtime::{AddonProviderId, Decimal};

use crate::declare::model;
use crate::lists::{each, sorted_by};
use crate::resolve::{Lesson, Owned};

model! {
    /// Provider of a kind of add-on.
    pub struct AddonProvider: |wire: wire::AddonProvider| {
        /// Id of the provider, such as `postgresql-addon`.
        id: AddonProviderId = wire.id,
        /// Name to show to a person.
        name: String = wire.name,
        /// Web site of the provider.
        website: Option<String> = wire.website,
        /// E-mail address of the support.
        support_email: Option<String> = wire.support_email,
        /// Name of the provider on Google Plus.
        google_plus_name: Option<String> = wire.google_plus_name,
        /// Name of the provider on Twitter.
        twitter_name: Option<String> = wire.twitter_name,
        /// Id of the provider for web analytics.
        analytics_id: Option<String> = wire.analytics_id,
        /// Description of the offer in one sentence.
        short_desc: Option<String> = wire.short_desc,
        /// Detailed description of the offer.
        long_desc: Option<String> = wire.long_desc,
        /// Address of its logo.
        logo_url: Option<String> = wire.logo_url,
        /// Release status, such as `RELEASE`.
        status: String = wire.status.to_string(),
        /// `true` if the dashboard opens in a new tab.
        open_in_new_tab: bool = wire.open_in_new_tab,
        /// `true` if an add-on can move to another plan.
        can_upgrade: bool = wire.can_upgrade,
        /// Short names of the zones where it is available.
        zones: Vec<String> = wire.regions,
    }
}

crate::declare::ids_of! { AddonProvider { id => AddonProviderId } }

model! {
    /// A plan of an add-on provider.
    pub struct AddonPlan: |wire: wire::AddonPlan| {
        /// Id of the plan (a UUID).
        id: String = wire.id,
        /// Name to show to a person.
        name: String = wire.name,
        /// Price; no source states its currency nor its period.
        price: Decimal = wire.price,
        /// Short name, such as `dev`.
        slug: String = wire.slug,
        /// Short names of the zones where it is available.
        zones: Vec<String> = wire.zones,
        /// Name of its price in the price system, in lower case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price_id: Option<String> = wire.price_id.map(|id| id.to_ascii_lowercase()),
        /// Features of the plan, sorted by name.
        features: Vec<AddonPlanFeature> = sorted_by(each(wire.features), |a: &AddonPlanFeature, b| a.name.cmp(&b.name)),
    }
}

model! {
    /// Value of one feature of a plan.
    #[derive(Eq)]
    pub struct AddonPlanFeature: |wire: wire::AddonPlanFeature| {
        /// Name of the feature, to show to a person.
        name: String = wire.name.clone(),
        /// Kind of the value, such as `BYTES`.
        #[serde(rename = "type")]
        kind: String = wire.type_.to_string(),
        /// Name of the feature for a program.
        name_code: String = wire.name_code.unwrap_or(wire.name),
        /// Value to show to a person.
        value: String = wire.value.clone(),
        /// The same value in machine-readable form, as text.
        computable_value: String = wire.computable_value.unwrap_or(wire.value),
    }
}

model! {
    /// Provider of a kind of add-on, with its offer.
    pub struct AddonProviderFull: |wire: wire::AddonProviderDetails| {
        /// Description of the provider.
        #[serde(flatten)]
        provider: AddonProvider = AddonProvider {
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
        },
        /// Plans of the provider, cheapest first.
        plans: Vec<AddonPlan> = sorted_by(each(wire.plans), |a: &AddonPlan, b| a.price.cmp(&b.price)),
        /// The features that its plans tell apart, by name.
        features: Vec<AddonProviderFeature> = sorted_by(each(wire.features), |a: &AddonProviderFeature, b| a.name.cmp(&b.name)),
    }
}

crate::declare::ids_of! { AddonProviderFull { provider => AddonProviderId } }

model! {
    /// A feature that the plans of a provider tell apart.
    #[derive(Eq)]
    pub struct AddonProviderFeature: |wire: wire::AddonProviderFeature| {
        /// Name to show to a person.
        name: String = wire.name.clone(),
        /// Kind of the value, such as `BYTES`.
        #[serde(rename = "type")]
        kind: String = wire.type_.to_string(),
        /// Name for a program.
        name_code: String = wire.name_code.unwrap_or(wire.name),
    }
}

impl Owned for AddonProviderFull {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Provider(self.provider.id.as_str())
    }
}
