//! Add-on providers of the catalogue.

use cc_runtime::{AddonProviderId, OwnerId, Result};

use super::model::ProductAddon;
use super::{GetProductAddon, ListProductAddon};
use crate::command::Run;
use crate::commands::addon_provider::GetProductAddonVersions;
use crate::commands::addon_provider::model::AddonProviderFull;
use crate::context::Context;

impl Run for GetProductAddon {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cc_runtime::check_id("id", self.id.as_str())?;
        check_owner(&self.owner_id)?;
        let mut request = cc_api_product::GetProductAddonProvider::new(&self.id);
        request.orga_id = self.owner_id;
        let addon: AddonProviderFull = cx.call(request).await?.into_inner().into();
        let versions = match self.with_versions {
            Some(true) => cx.send_optional(GetProductAddonVersions::new(self.id)).await?,
            _ => None,
        };
        Ok(ProductAddon { addon, versions })
    }
}

impl Run for ListProductAddon {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_owner(&self.owner_id)?;
        let mut request = cc_api_product::ListProductAddonProviders::new();
        request.orga_id = self.owner_id;
        let mut addons: Vec<AddonProviderFull> = crate::lists::each(cx.call(request).await?.into_inner());
        addons.sort_by(|a, b| a.provider.name.cmp(&b.provider.name));
        if self.with_versions != Some(true) {
            return Ok(addons.into_iter().map(|addon| ProductAddon { addon, versions: None }).collect());
        }
        let ids: Vec<AddonProviderId> = addons.iter().map(|addon| addon.provider.id.clone()).collect();
        let versions = cx.for_each(ids, |id| cx.send(GetProductAddonVersions::new(id))).await;
        let all = addons.into_iter().zip(versions);
        Ok(all.map(|(addon, versions)| ProductAddon { addon, versions: versions.ok() }).collect())
    }
}

/// Refuses an owner that no query can hold: the request calls it `orgaId`.
fn check_owner(owner: &Option<OwnerId>) -> Result<()> {
    owner.as_ref().map_or(Ok(()), |owner| cc_runtime::check_id("ownerId", owner.as_str()))
}
