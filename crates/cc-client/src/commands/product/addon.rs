//! Add-on providers of the catalogue.

use cc_core::{AddonProviderId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::GetProductAddonVersions;
use super::model::ProductAddon;
use crate::command::Command;
use crate::commands::addon::model::AddonProviderFull;
use crate::context::Context;
use crate::model::setters;

/// Reads one add-on provider of the catalogue, on demand with its versions. `None` when there is none.
///
/// Operations: `get_product_addon_provider`, and `get_addon_provider_versions` for the versions.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetProductAddon", async |client, input| {
/// # let id: cc_client::core::AddonProviderId = input.get("id");
/// use cc_client::commands::product::GetProductAddon;
///
/// let product_addon = client.send(GetProductAddon::new(id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetProductAddon {
    /// The provider, such as `postgresql-addon`.
    pub id: AddonProviderId,
    /// Whether its versions are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_versions: Option<bool>,
    /// Shows the catalogue as this owner sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetProductAddon {
    /// With what is required.
    pub fn new(id: impl Into<AddonProviderId>) -> Self {
        Self { id: id.into(), with_versions: None, owner_id: None }
    }

    setters! {
        /// Whether its versions are read too. Default: no.
        with_versions: bool,
        /// Shows the catalogue as this owner sees it.
        owner_id: OwnerId,
    }
}

impl Command for GetProductAddon {
    const NAME: &'static str = "GetProductAddon";
    type Output = Option<ProductAddon>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut request = cc_api_product::GetProductAddonProvider::new(&self.id);
        request.orga_id = self.owner_id;
        let addon: AddonProviderFull = match cx.call(request).await {
            Ok(answer) => answer.into_inner().into(),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let versions = match self.with_versions {
            Some(true) => cx.send(GetProductAddonVersions::new(self.id)).await?,
            _ => None,
        };
        Ok(Some(ProductAddon { addon, versions }))
    }
}

/// Lists the add-on providers of the catalogue by name, on demand with their versions.
///
/// Operations: `list_product_addon_providers`, and `get_addon_provider_versions` for each one, a few at once. A provider
/// whose versions cannot be read is listed without them.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListProductAddon", async |client, input| {
/// use cc_client::commands::product::ListProductAddon;
///
/// let product_addons = client.send(ListProductAddon::new()).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListProductAddon {
    /// Whether their versions are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_versions: Option<bool>,
    /// Shows the catalogue as this owner sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl ListProductAddon {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Whether their versions are read too. Default: no.
        with_versions: bool,
        /// Shows the catalogue as this owner sees it.
        owner_id: OwnerId,
    }
}

impl Command for ListProductAddon {
    const NAME: &'static str = "ListProductAddon";
    type Output = Vec<ProductAddon>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut request = cc_api_product::ListProductAddonProviders::new();
        request.orga_id = self.owner_id;
        let mut addons: Vec<AddonProviderFull> = crate::model::each(cx.call(request).await?.into_inner());
        addons.sort_by(|a, b| a.provider.name.cmp(&b.provider.name));
        if self.with_versions != Some(true) {
            return Ok(addons.into_iter().map(|addon| ProductAddon { addon, versions: None }).collect());
        }
        let ids: Vec<AddonProviderId> = addons.iter().map(|addon| addon.provider.id.clone()).collect();
        let versions = cx.for_each(ids, |id| cx.send(GetProductAddonVersions::new(id))).await;
        let all = addons.into_iter().zip(versions);
        Ok(all.map(|(addon, versions)| ProductAddon { addon, versions: versions.ok().flatten() }).collect())
    }
}
