//! Features that the plans of a provider tell apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cc_core::{AddonProviderId, Discard, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Deletes a feature of a provider, by its name.
///
/// Operation: `delete_addon_provider_feature`. The owner, when it is not given, is resolved from the provider.
///
/// # Example
/// ```
/// # cc_examples::try_out("DeleteAddonProviderFeature", async |client, input| {
/// # let provider_id: cc_client::core::AddonProviderId = input.get("addonProviderId");
/// use cc_client::commands::addon_provider::DeleteAddonProviderFeature;
///
/// client.send(DeleteAddonProviderFeature::new(provider_id, "Memory")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteAddonProviderFeature {
    /// The provider.
    pub addon_provider_id: AddonProviderId,
    /// Name of the feature.
    pub name: String,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl DeleteAddonProviderFeature {
    /// With what is required.
    pub fn new(addon_provider_id: impl Into<AddonProviderId>, name: impl Into<String>) -> Self {
        Self { addon_provider_id: addon_provider_id.into(), name: name.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for DeleteAddonProviderFeature {
    const NAME: &'static str = "DeleteAddonProviderFeature";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        // The route takes the name in Base64.
        let name = STANDARD.encode(&self.name);
        let provider = &self.addon_provider_id;
        let ids = Ids::new().owner(self.owner_id.clone(), provider);
        cx.resolved(ids, |ids| {
            Discard(cc_api_addon_provider::DeleteAddonProviderFeature::new(ids.owner_id(), provider, &name))
        })
        .await?;
        Ok(())
    }
}
