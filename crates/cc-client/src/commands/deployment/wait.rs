//! Waiting for the end of a deployment.

use std::time::Duration;

use std::future::poll_fn;

use cc_core::{ApplicationId, DeploymentId, OwnerId, Result, runtime};
use serde::{Deserialize, Serialize};

use super::look::Target;
use super::model::DeploymentVerdict;
use super::progress::DeploymentProgress;
use super::seconds;
use super::watch::Watch;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Waits until a deployment has ended, or until the deadline: [`DeploymentVerdict::outcome`] tells which.
///
/// Without `deployment_id`, it waits for the one that is the latest of the application at the first look. One that was just
/// requested may show up a little later, so give the id where it is known. Looks bypass the response cache, and each is sent once:
/// the next look is the retry. A `Retry-After` of the platform is respected; the last look is at the deadline all the same, and
/// takes up to 0.9 s.
///
/// A row that disappears is waited for: replicas of the platform may miss it for some seconds. It is gone when it stays away and a
/// later row says why. At the deadline, a row that began after it was last seen is enough.
///
/// Operations: `get_deployment` at a look; `list_deployments` when no id is given, when the deployment is not there (yet), and to
/// tell whether one that was cancelled was superseded. The owner, when it is not given, is resolved from `application_id`, and
/// resolved again when the platform refuses it.
///
/// # Errors
/// - When nothing was seen until the deadline, and the last look failed: its error.
/// - Errors that [may pass](cc_core::Error::is_retryable), and any 5xx, never end the wait before. Other errors, such as a body
///   that cannot be read, 401 or 403, end it when five looks in a row fail with them over 15 s; at once when no deployment is
///   known, when there is no such application (404) and nothing was seen, and when nothing can be sent. The error carries the [progress](DeploymentProgress::of) once the deployment is known.
/// - [`TimedOut`](cc_core::ErrorKind::TimedOut) when the time of the call, if it has one, is over before the deadline.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::deployment::WaitForDeployment;
/// use std::time::Duration;
///
/// let verdict = client.send(WaitForDeployment::new(ids.application, Duration::from_secs(600))).await?;
/// println!("{}", verdict.outcome);
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct WaitForDeployment {
    /// The application.
    pub application_id: ApplicationId,
    /// How long it waits at most, in seconds.
    #[serde(with = "seconds")]
    #[cfg_attr(feature = "catalog", schemars(with = "f64", range(min = 0)))]
    pub deadline: Duration,
    /// The deployment. Default: the latest one of the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<DeploymentId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Time from the end of one look to the next, in seconds; at least 0.1, and at most 5 until the deployment was seen.
    /// Default: 5. By default there are at most 15 requests a minute.
    #[serde(default, with = "seconds::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<f64>", range(min = 0)))]
    pub every: Option<Duration>,
}

impl WaitForDeployment {
    /// The latest deployment of the application, for this long at most.
    pub fn new(application_id: impl Into<ApplicationId>, deadline: Duration) -> Self {
        Self {
            application_id: application_id.into(),
            deadline,
            deployment_id: None,
            owner_id: None,
            every: None,
        }
    }

    setters! {
        /// The deployment. Default: the latest one of the application.
        deployment_id: DeploymentId,
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Time from the end of one look to the next; at least 100 ms, and at most 5 s until the deployment was seen.
        /// Default: 5 s. By default there are at most 15 requests a minute.
        every: Duration,
    }
}

impl Command for WaitForDeployment {
    const NAME: &'static str = "WaitForDeployment";
    type Output = DeploymentVerdict;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { application_id, deadline, deployment_id, owner_id, every } = self;
        let deadline = runtime::after(deadline);
        let target = Target { application_id: application_id.clone(), owner_id: owner_id.clone() };
        let mut watch = Watch::new(cx, target, deployment_id, every, deadline, false);
        let ended = poll_fn(|cx| watch.poll(cx)).await;
        ended.map_err(|error| match watch.id() {
            Some(id) => {
                let mut progress = DeploymentProgress::new(application_id, id);
                progress.owner_id = owner_id;
                progress.into_error(error, false)
            }
            None => error,
        })
    }
}
