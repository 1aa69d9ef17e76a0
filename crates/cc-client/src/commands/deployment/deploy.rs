//! Deploying an application and waiting for the end of it.

use std::time::Duration;

use std::future::poll_fn;

use cc_core::runtime::{self, Instant};
use cc_core::{ApplicationId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::ask::{Wish, ask};
use super::look::Target;
use super::model::DeploymentVerdict;
use super::progress::DeploymentProgress;
use super::seconds;
use super::watch::Watch;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Deploys an application and waits until the deployment has ended, or until the deadline:
/// [`DeploymentVerdict::outcome`] tells which.
///
/// [Sent](crate::Client::send), it gives the verdict alone. [`Client::deploy_and_wait`](crate::Client::deploy_and_wait) gives the
/// log of the deployment on the way, and what is needed to go on from there in another process.
///
/// Operations: `deploy_application`, unless it [goes on](Self::resume); then those of
/// [`WaitForDeployment`](super::WaitForDeployment), and `stream_application_logs` for the log.
///
/// # Errors
/// - [`Indeterminate`](cc_core::ErrorKind::Indeterminate) when the application may be deploying and the platform did not say so,
///   or not which deployment it is: the answer was lost, came after the deadline, is an error of a gateway, or cannot be read. The
///   deployment is not requested a second time.
/// - [`Indeterminate`](cc_core::ErrorKind::Indeterminate) with the progress ([`DeploymentProgress::of`]) when the deployment was
///   requested, and looks at it fail with what does not pass: see [`WaitForDeployment`](super::WaitForDeployment).
/// - [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when the deadline passes before the deployment was requested.
/// - Other errors of `deploy_application`: nothing is deployed.
///
/// When the deadline passes, a deployment that is under way is a verdict and no error, even when the platform could not tell how
/// far it was.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::deployment::DeployAndWait;
/// use std::time::Duration;
///
/// let verdict = client.send(DeployAndWait::new(ids.application, Duration::from_secs(600))).await?;
/// println!("{}", verdict.outcome);
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeployAndWait {
    /// The application.
    pub application_id: ApplicationId,
    /// How long all of it may take, in seconds.
    #[serde(with = "seconds")]
    #[cfg_attr(feature = "catalog", schemars(with = "f64", range(min = 0)))]
    pub deadline: Duration,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Commit to deploy. Default: the latest one of the branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether it may use what earlier builds left behind. Default: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_cache: Option<bool>,
    /// Time from the end of one look to the next, in seconds; at least 0.1, and at most 5 until the deployment was seen.
    /// Default: 5, or 10 while its log is followed, which has the platform looked at when it speaks of the end. By default there
    /// are at most 15 requests a minute.
    #[serde(default, with = "seconds::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<f64>", range(min = 0)))]
    pub every: Option<Duration>,
    /// The deployment to go on with: nothing is deployed. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<DeploymentProgress>,
}

impl DeployAndWait {
    /// Deploys this application, for this long at most.
    pub fn new(application_id: impl Into<ApplicationId>, deadline: Duration) -> Self {
        Self {
            application_id: application_id.into(),
            deadline,
            owner_id: None,
            commit: None,
            use_cache: None,
            every: None,
            progress: None,
        }
    }

    /// Goes on with a deployment that was asked for before, in another process too, for this long at most.
    pub fn resume(progress: DeploymentProgress, deadline: Duration) -> Self {
        let mut command = Self::new(&progress.application_id, deadline);
        command.owner_id.clone_from(&progress.owner_id);
        command.progress = Some(progress);
        command
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Commit to deploy. Default: the latest one of the branch.
        commit: String,
        /// Whether it may use what earlier builds left behind. Default: yes.
        use_cache: bool,
        /// Time from the end of one look to the next; at least 100 ms, and at most 5 s until the deployment was seen.
        /// Default: 5 s, or 10 s while its log is followed. By default there are at most 15 requests a minute.
        every: Duration,
    }

    /// Asks for the deployment, once.
    pub(super) async fn start(&self, cx: &Context, deadline: Option<Instant>) -> Result<DeploymentProgress> {
        let wish = Wish {
            application_id: &self.application_id,
            owner_id: self.owner_id.as_ref(),
            commit: self.commit.as_deref(),
            use_cache: self.use_cache,
        };
        let accepted = ask(cx, &wish, deadline).await?;
        let mut progress = DeploymentProgress::new(&self.application_id, accepted.deployment_id);
        progress.owner_id.clone_from(&self.owner_id);
        progress.asked_at = accepted.date;
        Ok(progress)
    }

    /// The wait for a deployment that the platform has accepted, just now if it is new.
    pub(super) fn watch(
        &self,
        cx: &Context,
        progress: &DeploymentProgress,
        deadline: Option<Instant>,
        is_new: bool,
    ) -> Watch {
        let target = Target { application_id: self.application_id.clone(), owner_id: self.owner_id.clone() };
        let id = progress.deployment_id.clone();
        let mut watch = Watch::new(cx, target, Some(id), self.every, deadline, true);
        watch.judge().expect(Instant::now(), progress.asked_at, is_new);
        if is_new {
            // The request of the deployment, and of its owner.
            watch.pace().sent(Instant::now(), 1 + usize::from(self.owner_id.is_none()));
        }
        watch
    }
}

impl Command for DeployAndWait {
    const NAME: &'static str = "DeployAndWait";
    type Output = DeploymentVerdict;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let deadline = runtime::after(self.deadline);
        let (progress, is_new) = match &self.progress {
            Some(progress) => (progress.clone(), false),
            None => (self.start(cx, deadline).await?, true),
        };
        let mut watch = self.watch(cx, &progress, deadline, is_new);
        poll_fn(|cx| watch.poll(cx)).await.map_err(|error| progress.into_error(error, true))
    }
}
