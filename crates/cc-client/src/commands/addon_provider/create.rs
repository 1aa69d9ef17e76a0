//! Publishing a provider.

use cc_api_addon_provider::types::AddonProviderCreation;
use cc_runtime::Result;

use super::CreateAddonProvider;
use super::model::AddonProviderFull;
use crate::command::Run;
use crate::context::Context;

impl Run for CreateAddonProvider {
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
