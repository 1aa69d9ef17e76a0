//! Deploying an application.

use cc_runtime::{DeploymentId, Result};
use serde::{Deserialize, Serialize};

use super::DeployApplication;
use super::ask::{Wish, ask};
use super::begin::SentAt;
use crate::command::Run;
use crate::context::Context;

/// A deployment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartedDeployment {
    /// Id of the deployment, with which to wait for its end.
    pub deployment_id: DeploymentId,
}

crate::declare::ids_of! { StartedDeployment { deployment_id => DeploymentId } }

impl Run for DeployApplication {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let wish = Wish {
            application_id: &self.application_id,
            owner_id: self.owner_id.as_ref(),
            commit: self.commit.as_deref(),
            use_cache: self.use_cache,
        };
        Ok(StartedDeployment { deployment_id: ask(cx, &wish, None, &SentAt::default()).await?.deployment_id })
    }
}
