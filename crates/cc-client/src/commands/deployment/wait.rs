//! Waiting for the end of a deployment.

use std::time::Duration;

use cc_api_deployment::types::DateOrder;
use cc_core::runtime::{self, Instant};
use cc_core::{ApplicationId, DeploymentId, Error, OwnerId, Result};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::link::Link;
use super::model::{Deployment, DeploymentAction, DeploymentOutcome, DeploymentState, DeploymentVerdict};
use super::seconds;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Time from the end of one look to the next, unless said otherwise.
const EVERY: Duration = Duration::from_secs(2);

/// What the platform is not asked more often than.
const EVERY_AT_LEAST: Duration = Duration::from_millis(100);

/// How many of the latest deployments are looked through.
const LATEST: i64 = 20;

/// Waits until a deployment has ended, or until the time is over: [`DeploymentVerdict::outcome`] tells which.
///
/// Without `deployment_id`, it waits for the one that is the latest of the application at the first look. One that was just
/// asked for may show up a little later, so give the id where it is known. What is read passes by the response cache.
///
/// Operations: `get_deployment` at each look; `list_deployments` when no id is given, when the deployment is not there (yet),
/// and to tell whether one that was cancelled was superseded. The owner, when it is not given, is resolved from
/// `application_id`.
///
/// # Errors
/// - When nothing was seen until the deadline, and the last look failed with an error that
///   [may pass](cc_core::Error::is_retryable): that error.
///   Until then, such errors are lived with.
/// - Any other error ends the wait at once, among them 404 when there is no such application.
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
    /// Time from the end of one look to the next, in seconds; at least 0.1, and at most 2 until the deployment was seen.
    /// Default: 2.
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
        /// Time from the end of one look to the next; at least 100 ms, and at most 2 s until the deployment was seen.
        /// Default: 2 s.
        every: Duration,
    }
}

impl Command for WaitForDeployment {
    const NAME: &'static str = "WaitForDeployment";
    type Output = DeploymentVerdict;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let deadline = runtime::after(self.deadline);
        wait(cx, self, deadline, &Link::default(), false).await
    }
}

/// Waits until that time, and hears of what is seen elsewhere. The deadline of the command does not count. One that is
/// `certain` to be under way is not over when the platform could not be asked.
pub(super) async fn wait(
    cx: &Context,
    command: WaitForDeployment,
    deadline: Option<Instant>,
    link: &Link,
    certain: bool,
) -> Result<DeploymentVerdict> {
    let mut watch =
        Watch { cx: cx.reloading(), command, seen: None, error: None, link, certain, cancelled: false };
    match runtime::until(deadline, watch.run()).await {
        Some(ended) => ended,
        None => watch.out_of_time(),
    }
}

/// A wait that is under way.
struct Watch<'a> {
    cx: Context,
    /// Its `deployment_id` is set from the first look on that finds something.
    command: WaitForDeployment,
    /// The deployment as it was seen last.
    seen: Option<Deployment>,
    /// Why the last look failed.
    error: Option<Error>,
    link: &'a Link,
    certain: bool,
    /// It was seen cancelled, and nothing in its place yet.
    cancelled: bool,
}

impl Watch<'_> {
    async fn run(&mut self) -> Result<DeploymentVerdict> {
        let chosen = self.command.every.unwrap_or(EVERY).max(EVERY_AT_LEAST);
        loop {
            let number = self.link.begin();
            let look = self.look().await;
            // What was just asked for shows up a little later.
            let every = if self.seen.is_none() || self.cancelled { chosen.min(EVERY) } else { chosen };
            self.tell();
            // One that is cancelled is not looked at to the end before it is known whether it was superseded.
            if !(self.cancelled && matches!(look, Ok(None))) {
                self.link.end(number, matches!(look, Ok(None)) && self.seen.is_some());
            }
            let pause = match look {
                Ok(Some(outcome)) => return Ok(self.verdict(outcome)),
                Ok(None) => {
                    self.error = None;
                    every
                }
                Err(error) if error.is_retryable() => {
                    let asked = error.retry_after().unwrap_or_default();
                    self.error = Some(error);
                    every.max(asked)
                }
                Err(error) => return Err(error),
            };
            self.link.pause(EVERY_AT_LEAST, pause).await;
        }
    }

    /// Tells that the deployment was seen.
    fn tell(&self) {
        if let Some(seen) = &self.seen {
            self.link.seen(seen.start_date);
        }
    }

    /// Looks once: how it ended, if it has.
    async fn look(&mut self) -> Result<Option<DeploymentOutcome>> {
        let read = self.read().await?;
        let mut there = read.is_some();
        if let Some(read) = read {
            let state = read.state.clone();
            self.seen = Some(read);
            if state != DeploymentState::Cancelled {
                return Ok(ended(&state));
            }
        }
        // It is cancelled, or not there: the latest ones tell more.
        let latest = self.latest().await?;
        let listed = match &self.command.deployment_id {
            Some(id) => latest.iter().find(|deployment| deployment.id == *id),
            None => newest(&latest),
        };
        if let Some(listed) = listed.filter(|_| !there) {
            self.command.deployment_id = Some(listed.id.clone());
            self.seen = Some(listed.clone());
            there = true;
        }
        let Some(seen) = &self.seen else { return Ok(None) };
        let gone = !there || seen.state == DeploymentState::Cancelled;
        if gone && latest.iter().any(|other| takes_over(other, seen)) {
            return Ok(Some(DeploymentOutcome::Superseded));
        }
        // Where nothing later says why, the one that took its place may show up soon.
        let is_last = !latest.iter().any(|other| is_later(other, seen));
        if seen.state == DeploymentState::Cancelled
            && is_last
            && !std::mem::replace(&mut self.cancelled, true)
        {
            return Ok(None);
        }
        Ok(ended(&seen.state))
    }

    /// The deployment that is waited for, when it is known and there.
    async fn read(&self) -> Result<Option<Deployment>> {
        let Some(id) = &self.command.deployment_id else { return Ok(None) };
        let application = &self.command.application_id;
        let read = self.cx.resolved(self.ids(), |ids| {
            cc_api_deployment::GetDeployment::new(ids.owner_id(), application, id)
        });
        match read.await {
            Ok(answer) => Ok(Some(answer.into_inner())),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn latest(&self) -> Result<Vec<Deployment>> {
        let application = &self.command.application_id;
        let latest = self.cx.resolved(self.ids(), |ids| {
            cc_api_deployment::ListDeployments::new(ids.owner_id(), application)
                .limit(LATEST)
                .order(DateOrder::Desc)
        });
        Ok(latest.await?.into_inner())
    }

    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.command.owner_id.clone(), &self.command.application_id)
    }

    /// What is said when the time is over. That it is cancelled is certain even when it could not be told whether it was
    /// superseded.
    fn out_of_time(mut self) -> Result<DeploymentVerdict> {
        match (&self.seen, self.error.take()) {
            (Some(seen), _) if seen.state == DeploymentState::Cancelled => {
                Ok(self.verdict(DeploymentOutcome::Cancelled))
            }
            // Why nothing was ever seen is all that can be told.
            (None, Some(error)) if !self.certain => Err(error),
            (_, Some(error)) => {
                tracing::warn!(%error, "the last looks at the deployment failed");
                Ok(self.verdict(DeploymentOutcome::DeadlineExceeded))
            }
            (_, None) => Ok(self.verdict(DeploymentOutcome::DeadlineExceeded)),
        }
    }

    fn verdict(&mut self, outcome: DeploymentOutcome) -> DeploymentVerdict {
        DeploymentVerdict { outcome, deployment: self.seen.take() }
    }
}

/// The latest of these, or the first of them where none has a date.
fn newest(deployments: &[Deployment]) -> Option<&Deployment> {
    deployments.iter().rev().max_by_key(|deployment| deployment.start_date)
}

fn ended(state: &DeploymentState) -> Option<DeploymentOutcome> {
    match state {
        DeploymentState::Succeeded => Some(DeploymentOutcome::Succeeded),
        DeploymentState::Failed => Some(DeploymentOutcome::Failed),
        DeploymentState::Cancelled => Some(DeploymentOutcome::Cancelled),
        _ => None,
    }
}

/// Whether it started after `this` and runs something in its place: what stops the application, or cancels, does not.
fn takes_over(other: &Deployment, this: &Deployment) -> bool {
    let action = other.origin.as_ref().map(|origin| &origin.action);
    is_later(other, this) && !matches!(action, Some(DeploymentAction::Cancel | DeploymentAction::Undeploy))
}

fn is_later(other: &Deployment, this: &Deployment) -> bool {
    other.id != this.id && this.start_date.is_some() && other.start_date > this.start_date
}
