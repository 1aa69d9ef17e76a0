//! Deploying an application and waiting for the end of it.

use std::time::Duration;

use cc_api_deployment::DeployApplication;
use cc_api_deployment::types::BuildCache;
use cc_core::runtime::{self, Instant};
use cc_core::{ApplicationId, DeploymentId, Error, ErrorKind, OwnerId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::link::Link;
use super::model::DeploymentVerdict;
use super::wait::wait;
use super::{WaitForDeployment, seconds};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Deploys an application and waits until the deployment has ended, or until the time is over:
/// [`DeploymentVerdict::outcome`] tells which.
///
/// [Sent](crate::Client::send), it gives the verdict alone. [`Client::deploy_and_wait`](crate::Client::deploy_and_wait) gives the
/// log of the deployment on the way, and what is needed to go on from there in another process.
///
/// Operations: `deploy_application`, unless it [goes on](Self::resume); then those of [`WaitForDeployment`], and
/// `stream_application_logs` for the log.
///
/// # Errors
/// - [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) when the time is over before the platform said that it deploys. Whether it
///   does is not known then, and it is not asked for twice.
/// - Those of `deploy_application`, and those of [`WaitForDeployment`] that will not pass. When its time is over, a deployment
///   that is under way is a verdict and no error, even when the platform could not tell how far it was.
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
    /// Time from the end of one look to the next, in seconds; at least 0.1, and at most 2 until the deployment was seen.
    /// Default: 2.
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
        /// Time from the end of one look to the next; at least 100 ms, and at most 2 s until the deployment was seen.
        /// Default: 2 s.
        every: Duration,
    }

    /// Asks for the deployment, once.
    pub(super) async fn start(&self, cx: &Context, deadline: Option<Instant>) -> Result<DeploymentProgress> {
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            let early = "the time was over before anything was asked for";
            return Err(Error::new(ErrorKind::DeadlineExceeded).with_message(early));
        }
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let starting = cx.resolved(ids, |ids| {
            let mut request = DeployApplication::new(ids.owner_id(), &self.application_id);
            request.commit.clone_from(&self.commit);
            request.use_cache = (self.use_cache == Some(false)).then_some(BuildCache::No);
            request
        });
        let late = || {
            Error::new(ErrorKind::DeadlineExceeded)
                .with_message("the time is over, and it is not known whether the application is deployed")
        };
        let answer = runtime::until(deadline, starting).await.ok_or_else(late)??;
        let asked_at = answer.date();
        let mut progress = DeploymentProgress::new(&self.application_id, answer.into_inner().deployment_id);
        progress.owner_id.clone_from(&self.owner_id);
        progress.asked_at = asked_at;
        Ok(progress)
    }

    pub(super) fn wait(&self, deployment: &DeploymentId) -> WaitForDeployment {
        let mut wait = WaitForDeployment::new(&self.application_id, self.deadline).deployment_id(deployment);
        wait.owner_id.clone_from(&self.owner_id);
        wait.every = self.every;
        wait
    }
}

impl Command for DeployAndWait {
    const NAME: &'static str = "DeployAndWait";
    type Output = DeploymentVerdict;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let deadline = runtime::after(self.deadline);
        let deployment = match &self.progress {
            Some(progress) => progress.deployment_id.clone(),
            None => self.start(cx, deadline).await?.deployment_id,
        };
        wait(cx, self.wait(&deployment), deadline, &Link::default(), true).await
    }
}

/// How far a deployment that is followed is. It serialises, so that another process can
/// [go on with it](DeployAndWait::resume): the log then goes on right after the last line that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeploymentProgress {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner, when it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// When the platform was asked for it, by its own clock; none where it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When it started, by the clock of the platform; none until that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// Whether the last line that was given speaks of its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_end: bool,
    /// The place of the last line that was given; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg(feature = "stream")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<serde_json::Value>"))]
    pub log: Option<cc_stream::Cursor>,
}

impl DeploymentProgress {
    /// Of a deployment of which nothing but its id is known.
    #[must_use]
    pub fn new(application_id: impl Into<ApplicationId>, deployment_id: impl Into<DeploymentId>) -> Self {
        Self {
            application_id: application_id.into(),
            owner_id: None,
            deployment_id: deployment_id.into(),
            asked_at: None,
            start_date: None,
            told_end: false,
            #[cfg(feature = "stream")]
            log: None,
        }
    }
}
