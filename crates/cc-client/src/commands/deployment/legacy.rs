//! Reading one deployment from v2.

use cc_core::{ApplicationId, DeploymentId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::DeploymentLegacy;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Reads one deployment from v2, in the words of v4. `None` when there is none, or none the caller may see.
/// [`GetDeployment`](super::GetDeployment) says more.
///
/// Operation: `get_legacy_deployment`. The owner, when it is not given, is resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetDeploymentLegacy", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// # let deployment_id: cc_client::core::DeploymentId = input.get("deploymentId");
/// use cc_client::commands::deployment::GetDeploymentLegacy;
///
/// let deployment_legacy = client.send(GetDeploymentLegacy::new(application_id, deployment_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetDeploymentLegacy {
    /// The application.
    pub application_id: ApplicationId,
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetDeploymentLegacy {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>, deployment_id: impl Into<DeploymentId>) -> Self {
        Self { application_id: application_id.into(), deployment_id: deployment_id.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for GetDeploymentLegacy {
    const NAME: &'static str = "GetDeploymentLegacy";
    type Output = Option<DeploymentLegacy>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            let (application, deployment) = (&self.application_id, &self.deployment_id);
            cc_api_deployment::GetLegacyDeployment::new(ids.owner_id(), application, deployment)
        });
        match answer.await {
            Ok(answer) => Ok(Some(DeploymentLegacy::of(self.application_id.clone(), answer.into_inner()))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
