//! Plans of a provider.

use cc_api_addon_provider::types::{AddonPlanCreation, AddonPlanFeatureCreation};
use cc_core::{AddonProviderId, Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{AddonProviderPlan, AddonProviderPlanFeature};
use crate::command::Command;
use crate::context::Context;
use crate::model::{each, setters};
use crate::resolve::Ids;

/// Lists the plans of a provider, the cheapest first. Where there is no such provider, the list is empty.
///
/// Operation: `list_addon_provider_plans`. The owner, when it is not given, is resolved from the provider.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListAddonProviderPlan", async |client, input| {
/// # let provider_id: cc_client::core::AddonProviderId = input.get("addonProviderId");
/// use cc_client::commands::addon_provider::ListAddonProviderPlan;
///
/// let plans = client.send(ListAddonProviderPlan::new(provider_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListAddonProviderPlan {
    /// The provider.
    pub addon_provider_id: AddonProviderId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl ListAddonProviderPlan {
    /// With what is required.
    pub fn new(addon_provider_id: impl Into<AddonProviderId>) -> Self {
        Self { addon_provider_id: addon_provider_id.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for ListAddonProviderPlan {
    const NAME: &'static str = "ListAddonProviderPlan";
    type Output = Vec<AddonProviderPlan>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let provider = &self.addon_provider_id;
        let ids = Ids::new().owner(self.owner_id.clone(), provider);
        let listed = cx
            .resolved(ids, |ids| cc_api_addon_provider::ListAddonProviderPlans::new(ids.owner_id(), provider))
            .await;
        let mut plans: Vec<AddonProviderPlan> = match listed {
            Ok(plans) => each(plans.into_inner()),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        plans.sort_by(|a, b| a.price.total_cmp(&b.price).then_with(|| a.name.cmp(&b.name)));
        Ok(plans)
    }
}

/// Adds a plan to a provider.
///
/// Operation: `create_addon_provider_plan`. The owner, when it is not given, is resolved from the provider.
///
/// # Example
/// ```
/// # cc_examples::try_out("CreateAddonProviderPlan", async |client, input| {
/// # let provider_id: cc_client::core::AddonProviderId = input.get("addonProviderId");
/// use cc_client::commands::addon_provider::CreateAddonProviderPlan;
///
/// let plan = client.send(CreateAddonProviderPlan::new(provider_id, "Small", "s", 1.5)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateAddonProviderPlan {
    /// The provider.
    pub addon_provider_id: AddonProviderId,
    /// Name to show to a person.
    pub name: String,
    /// Short name, such as `dev`.
    pub slug: String,
    /// Price.
    pub price: f64,
    /// What it offers. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<AddonProviderPlanFeature>>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl CreateAddonProviderPlan {
    /// With what is required.
    pub fn new(
        addon_provider_id: impl Into<AddonProviderId>,
        name: impl Into<String>,
        slug: impl Into<String>,
        price: f64,
    ) -> Self {
        Self {
            addon_provider_id: addon_provider_id.into(),
            name: name.into(),
            slug: slug.into(),
            price,
            features: None,
            owner_id: None,
        }
    }

    setters! {
        /// What it offers.
        features: Vec<AddonProviderPlanFeature>,
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for CreateAddonProviderPlan {
    const NAME: &'static str = "CreateAddonProviderPlan";
    type Output = AddonProviderPlan;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = body(self.name, self.slug.clone(), self.price, self.features);
        let (provider, owner) = (&self.addon_provider_id, &self.owner_id);
        let ids = Ids::new().owner(owner.clone(), provider);
        let plan = cx
            .resolved(ids, |ids| {
                cc_api_addon_provider::CreateAddonProviderPlan::new(ids.owner_id(), provider, body.clone())
            })
            .await?;
        cx.changed(plan, one_of(cx, provider, owner, |plan| plan.slug == self.slug)).await
    }
}

/// Replaces a plan of a provider: without features, it offers none.
///
/// Operation: `update_addon_provider_plan`. The owner, when it is not given, is resolved from the provider.
///
/// # Example
/// ```
/// # cc_examples::try_out("UpdateAddonProviderPlan", async |client, input| {
/// # let provider_id: cc_client::core::AddonProviderId = input.get("addonProviderId");
/// # let plan_id: String = input.get("planId");
/// use cc_client::commands::addon_provider::UpdateAddonProviderPlan;
///
/// let plan = client.send(UpdateAddonProviderPlan::new(provider_id, plan_id, "Small", "s", 1.5)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateAddonProviderPlan {
    /// The provider.
    pub addon_provider_id: AddonProviderId,
    /// Id of the plan.
    pub plan_id: String,
    /// Name to show to a person.
    pub name: String,
    /// Short name, such as `dev`.
    pub slug: String,
    /// Price.
    pub price: f64,
    /// What it offers. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<AddonProviderPlanFeature>>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl UpdateAddonProviderPlan {
    /// With what is required.
    pub fn new(
        addon_provider_id: impl Into<AddonProviderId>,
        plan_id: impl Into<String>,
        name: impl Into<String>,
        slug: impl Into<String>,
        price: f64,
    ) -> Self {
        Self {
            addon_provider_id: addon_provider_id.into(),
            plan_id: plan_id.into(),
            name: name.into(),
            slug: slug.into(),
            price,
            features: None,
            owner_id: None,
        }
    }

    setters! {
        /// What it offers.
        features: Vec<AddonProviderPlanFeature>,
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for UpdateAddonProviderPlan {
    const NAME: &'static str = "UpdateAddonProviderPlan";
    type Output = AddonProviderPlan;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = body(self.name, self.slug, self.price, self.features);
        let (provider, owner, plan) = (&self.addon_provider_id, &self.owner_id, &self.plan_id);
        let ids = Ids::new().owner(owner.clone(), provider);
        let updated = cx
            .resolved(ids, |ids| {
                cc_api_addon_provider::UpdateAddonProviderPlan::new(
                    ids.owner_id(),
                    provider,
                    plan,
                    body.clone(),
                )
            })
            .await?;
        cx.changed(updated, one_of(cx, provider, owner, |found| found.id == *plan)).await
    }
}

/// Reads the plan of a provider that `is_it` selects.
async fn one_of(
    cx: &Context,
    provider: &AddonProviderId,
    owner: &Option<OwnerId>,
    is_it: impl Fn(&AddonProviderPlan) -> bool + Send,
) -> Result<AddonProviderPlan> {
    let mut list = ListAddonProviderPlan::new(provider);
    list.owner_id.clone_from(owner);
    let plan = cx.reloading().send(list).await?.into_iter().find(is_it);
    plan.ok_or_else(|| {
        Error::new(ErrorKind::Undecodable).with_message(
            "the body is empty, and the list of plans that was read after it does not hold the plan",
        )
    })
}

fn body(
    name: String,
    slug: String,
    price: f64,
    features: Option<Vec<AddonProviderPlanFeature>>,
) -> AddonPlanCreation {
    let features: Vec<AddonPlanFeatureCreation> =
        features.unwrap_or_default().into_iter().map(Into::into).collect();
    AddonPlanCreation::new(name, slug, price, features)
}
