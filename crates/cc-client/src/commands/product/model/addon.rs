//! Add-on providers of the catalogue.

use crate::commands::addon_provider::model::{AddonProviderFull, ProductAddonVersions};

/// An add-on provider of the catalogue.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProductAddon {
    /// The provider and its offer.
    #[serde(flatten)]
    pub addon: AddonProviderFull,
    /// The versions that it offers, when they were asked for and there are some to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<ProductAddonVersions>,
}

crate::declare::ids_of! { ProductAddon { addon => AddonProviderId } }
