//! Publishing a provider.

use cc_api_addon_provider::types::AddonProviderCreation;
use cc_core::{AddonProviderId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{AddonProviderApi, AddonProviderFull};
use crate::command::Command;
use crate::context::Context;

/// Publishes an add-on provider.
///
/// Operation: `create_addon_provider`.
///
/// # Example
/// ```
/// # cc_examples::try_out("CreateAddonProvider", async |client, input| {
/// # let owner_id: cc_client::core::OwnerId = input.get("ownerId");
/// # let api: cc_client::commands::addon_provider::model::AddonProviderApi = input.get("api");
/// use cc_client::commands::addon_provider::CreateAddonProvider;
///
/// let provider = client.send(CreateAddonProvider::new(owner_id, "engines", "Engines", api)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateAddonProvider {
    /// Its owner.
    pub owner_id: OwnerId,
    /// Its id.
    pub id: AddonProviderId,
    /// Name to show to a person.
    pub name: String,
    /// How the platform reaches it.
    pub api: AddonProviderApi,
}

impl CreateAddonProvider {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        id: impl Into<AddonProviderId>,
        name: impl Into<String>,
        api: AddonProviderApi,
    ) -> Self {
        Self { owner_id: owner_id.into(), id: id.into(), name: name.into(), api }
    }
}

impl Command for CreateAddonProvider {
    const NAME: &'static str = "CreateAddonProvider";
    type Output = AddonProviderFull;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, id, name, api } = self;
        let body = AddonProviderCreation::new(&id, name, api);
        let created = cx.call(cc_api_addon_provider::CreateAddonProvider::new(&owner_id, body)).await?;
        let read = cx.reloading();
        let created = cx.changed(created, async {
            let found = read.call(cc_api_addon_provider::GetAddonProvider::new(&owner_id, id)).await?;
            // It was created a moment ago: nothing is in it yet.
            let provider = found.into_inner().into();
            Ok(AddonProviderFull { provider, plans: Vec::new(), features: Vec::new() })
        });
        let created = created.await?;
        cx.learn(&owner_id, [&created]);
        Ok(created)
    }
}
