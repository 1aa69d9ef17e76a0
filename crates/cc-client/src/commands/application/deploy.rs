//! Deploying an application.

use cc_core::{ApplicationId, DeploymentId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::commands::deployment::ask::{Wish, ask};
use crate::context::Context;
use crate::model::setters;

/// A deployment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartedDeployment {
    /// Its id, by which it is waited for.
    pub deployment_id: DeploymentId,
}

/// Deploys an application, at one commit and without the build cache on demand. It answers at once: `WaitForDeployment` tells
/// how it ends.
///
/// Operation: `deploy_application`. The owner, when it is not given, is resolved from `application_id`. The request is never
/// repeated, for it may have started a deployment although no answer came.
///
/// # Errors
/// [`Indeterminate`](cc_core::ErrorKind::Indeterminate) when the application may be deploying and the platform did not say so, or
/// not which deployment it is. Any other error says that nothing is deployed.
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
        let wish = Wish {
            application_id: &self.application_id,
            owner_id: self.owner_id.as_ref(),
            commit: self.commit.as_deref(),
            use_cache: self.use_cache,
        };
        Ok(StartedDeployment { deployment_id: ask(cx, &wish, None).await?.deployment_id })
    }
}
