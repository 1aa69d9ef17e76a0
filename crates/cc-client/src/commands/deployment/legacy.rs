//! Reading one deployment from v2.

use cc_runtime::Result;

use super::GetDeploymentLegacy;
use super::model::DeploymentLegacy;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetDeploymentLegacy {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            let (application, deployment) = (&self.application_id, &self.deployment_id);
            cc_api_deployment::GetLegacyDeployment::new(ids.owner_id(), application, deployment)
        });
        let deployment = answer.await?.into_inner();
        Ok(DeploymentLegacy::of(self.application_id.clone(), deployment))
    }
}
