//! Features that the plans of a provider tell apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cc_runtime::__private::check_path;
use cc_runtime::{Discard, Result};

use super::DeleteAddonProviderFeature;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for DeleteAddonProviderFeature {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        // The route takes the name in Base64.
        let name = STANDARD.encode(&self.name);
        check_path("featureId", "name", &name)?;
        let provider = &self.addon_provider_id;
        let ids = Ids::new().owner(self.owner_id.clone(), provider);
        cx.resolved(ids, |ids| {
            Discard(cc_api_addon_provider::DeleteAddonProviderFeature::new(ids.owner_id(), provider, &name))
        })
        .await?;
        Ok(())
    }
}
