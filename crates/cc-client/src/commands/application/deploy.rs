//! Deploying an application.

use cc_api_deployment::types::{BuildCache, DeploymentRequested};
use cc_core::{ApplicationId, DeploymentId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// A deployment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartedDeployment {
    /// Its id, by which it is waited for.
    pub deployment_id: DeploymentId,
}

impl From<DeploymentRequested> for StartedDeployment {
    fn from(wire: DeploymentRequested) -> Self {
        Self { deployment_id: wire.deployment_id }
    }
}

/// Deploys an application, at one commit and without the build cache on demand. It answers at once: `WaitForDeployment` tells
/// how it ends.
///
/// Operation: `deploy_application`. The owner, when it is not given, is resolved from `application_id`. It is never repeated by
/// itself, for it may have started a deployment although no answer came.
///
/// # Example
/// ```
/// # cc_examples::try_out("DeployApplication", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::application::DeployApplication;
///
/// let application = client.send(DeployApplication::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeployApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Commit to deploy. Default: the latest one of the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether it may use what earlier builds left behind. Default: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_cache: Option<bool>,
}

impl DeployApplication {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: application_id.into(), owner_id: None, commit: None, use_cache: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Commit to deploy. Default: the latest one of the branch.
        commit: String,
        /// Whether it may use what earlier builds left behind. Default: yes.
        use_cache: bool,
    }
}

impl Command for DeployApplication {
    const NAME: &'static str = "DeployApplication";
    type Output = StartedDeployment;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let started = cx
            .resolved(Ids::new().owner(self.owner_id.clone(), &self.application_id), |ids| {
                let mut request =
                    cc_api_deployment::DeployApplication::new(ids.owner_id(), &self.application_id);
                request.commit = self.commit.clone();
                request.use_cache = (self.use_cache == Some(false)).then_some(BuildCache::No);
                request
            })
            .await?;
        Ok(started.into_inner().into())
    }
}
