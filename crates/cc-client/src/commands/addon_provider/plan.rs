//! Plans of a provider.

use cc_api_addon_provider::types::{AddonPlanCreation, AddonPlanFeatureCreation};
use cc_runtime::{AddonProviderId, Decimal, Error, ErrorKind, OwnerId, Result};

use super::model::{AddonPlan, AddonProviderPlanFeature};
use super::{CreateAddonProviderPlan, ListAddonProviderPlan, UpdateAddonProviderPlan};
use crate::command::Run;
use crate::context::Context;
use crate::lists::each;
use crate::resolve::Ids;

impl Run for ListAddonProviderPlan {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let provider = &self.addon_provider_id;
        let ids = Ids::new().owner(self.owner_id.clone(), provider);
        let listed = cx
            .resolved(ids, |ids| cc_api_addon_provider::ListAddonProviderPlans::new(ids.owner_id(), provider))
            .await;
        let mut plans: Vec<AddonPlan> = match listed {
            Ok(plans) => each(plans.into_inner()),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        plans.sort_by(|a, b| a.price.cmp(&b.price).then_with(|| a.name.cmp(&b.name)));
        Ok(plans)
    }
}

impl Run for CreateAddonProviderPlan {
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

impl Run for UpdateAddonProviderPlan {
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
    is_it: impl Fn(&AddonPlan) -> bool + Send,
) -> Result<AddonPlan> {
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
    price: Decimal,
    features: Option<Vec<AddonProviderPlanFeature>>,
) -> AddonPlanCreation {
    let features: Vec<AddonPlanFeatureCreation> =
        features.unwrap_or_default().into_iter().map(Into::into).collect();
    AddonPlanCreation::new(name, slug, price, features)
}
