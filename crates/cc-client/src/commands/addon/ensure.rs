//! Creating an add-on only once.

use cc_runtime::Result;
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};

use super::model::Addon;
use super::{CreateAddon, ListAddon};
use crate::context::Context;

/// One add-on for owner, provider and name. Its plan and its zone are compared, and need a migration to change.
impl Ensure for CreateAddon {
    type Thing = Addon;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("add-on")
            .with("ownerId", self.owner_id.as_str())
            .with("providerId", self.provider_id.as_str())
            .with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Addon>> {
        let mut addons = cx.send(ListAddon::new(&self.owner_id)).await?;
        addons.retain(|addon| {
            let provider = addon.provider.as_ref().map(|provider| &provider.id);
            addon.name.as_ref() == Some(&self.name) && provider.is_none_or(|id| *id == self.provider_id)
        });
        Ok(addons)
    }

    fn id(addon: &Addon) -> String {
        addon.id.to_string()
    }

    async fn create(self, cx: &Context) -> Result<Addon> {
        cx.send(self).await
    }

    fn compare(&self, found: &Addon) -> Differences {
        let plan = found.plan.as_ref();
        // A plan may be named by its slug, too.
        let is_same = plan.is_some_and(|plan| plan.slug == self.plan_id);
        let plan = plan.map_or("", |plan| plan.id.as_str());
        Differences::new().fixed("planId", plan, Some(self.plan_id.as_str()).filter(|_| !is_same)).fixed(
            "zone",
            found.zone.as_str(),
            Some(self.zone.as_str()),
        )
    }
}
