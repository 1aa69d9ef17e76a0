//! Creating a token that reads metrics.

use cc_api_metrics::types::StatsTokenCreation;
use cc_runtime::Result;

use super::GetWarpToken;
use crate::command::Run;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetWarpToken {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = StatsTokenCreation::new();
        body.applications = self.applications.clone().filter(|applications| !applications.is_empty());
        body.ttl = self.ttl.clone();
        let token = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                cx.resolved(Ids::new().owner(self.owner_id.clone(), application), |ids| {
                    cc_api_metrics::CreateResourceStatsToken::new(ids.owner_id(), application, body.clone())
                })
                .await?
            }
            Scope::Owner(owner) => cx.call(cc_api_metrics::CreateOwnerStatsToken::new(owner, body)).await?,
        };
        Ok(token.required("the token")?.into_inner().into())
    }
}
