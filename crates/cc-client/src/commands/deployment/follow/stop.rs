//! Stopping a deployment that is followed: when the program says so, at the deadline, or when it is dropped.

use cc_runtime::tasks::{Home, Instant};
use cc_runtime::{Error, ErrorKind, Result};
use futures_util::StreamExt;

use super::super::begin::{Beginning, Begun};
use super::super::cancel::{ANSWER, Cancelling, END, StillRunning};
use super::super::model::DeploymentVerdict;
use super::{DeployEvent, Deploying};

impl Deploying {
    /// Sets the action for a deployment that is still running at the deadline. Default: [`StillRunning::Leave`], with the outcome
    /// [`DeadlineExceeded`](super::super::model::DeploymentOutcome::DeadlineExceeded).
    ///
    /// [`StillRunning::Cancel`] cancels it at the deadline as [`cancel`](Self::cancel) does, and gives the verdict after that, which takes
    /// up to 70 s more if the platform does not answer.
    pub fn on_deadline(mut self, action: StillRunning) -> Self {
        self.on_deadline = action;
        self
    }

    /// Sets the action for a deployment that is still running when this value is dropped before its last event. Default:
    /// [`StillRunning::Leave`].
    ///
    /// [`StillRunning::Cancel`] is a best effort: a task of the tokio runtime in which the value is dropped cancels the deployment as
    /// [`cancel`](Self::cancel) does, and writes the result to the log of the program (`tracing`). The deployment continues if the value
    /// is dropped outside of a runtime (a warning says so), or if the runtime or the process ends before the task does. To be
    /// certain, call [`cancel`](Self::cancel) and wait for its verdict.
    pub fn on_drop(mut self, action: StillRunning) -> Self {
        self.on_drop = action;
        self
    }

    /// Cancels the deployment, at any time, and returns the verdict. Events up to there are not returned:
    /// [`request_cancel`](Self::request_cancel) returns them too.
    ///
    /// - Before the request for the deployment is sent, nothing is deployed: the verdict is
    ///   [`Cancelled`](super::super::model::DeploymentOutcome::Cancelled), without an id.
    /// - While the request is under way, this waits for the id for up to 10 s. If the answer is lost, it looks for the new deployment for up
    ///   to 30 s.
    /// - Once the id is known, it cancels the deployment, again after failures, and waits up to 30 s for the end. The verdict is the
    ///   truth: a deployment may have succeeded or failed meanwhile. [`DeadlineExceeded`](super::super::model::DeploymentOutcome::DeadlineExceeded) means that
    ///   the platform accepted the request, and the deployment did not end so far.
    /// - After the last event, it returns the same verdict again. If that one, or the error, says that the deployment may be running, it
    ///   cancels the deployment.
    ///
    /// If the returned future is dropped, the deployment may be running, and another call continues; [`progress`](Self::progress) names it.
    ///
    /// ```
    /// # cc_trials::run(async |client, ids| {
    /// use std::time::Duration;
    /// use cc_client::commands::deployment::{DeployAndWait, DeployEvent};
    /// use futures_util::StreamExt;
    ///
    /// let mut deploying = client.deploy_and_wait(DeployAndWait::new(ids.application, Duration::from_secs(600)));
    /// while let Some(event) = deploying.next().await {
    ///     if let DeployEvent::Line(_) = event? {
    ///         println!("{}", deploying.cancel().await?);
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - [`Indeterminate`](ErrorKind::Indeterminate) if the deployment may be running: it could not be cancelled, and the error carries the
    ///   progress ([`DeploymentProgress::of`](super::super::DeploymentProgress::of)); or it is not known which deployment it is.
    /// - Any other error of the request for the deployment: nothing is deployed.
    pub async fn cancel(&mut self) -> Result<DeploymentVerdict> {
        self.request_cancel();
        self.without_log = true;
        while let Some(event) = self.next().await {
            if let DeployEvent::Verdict(verdict) = event? {
                return Ok(*verdict);
            }
        }
        let already =
            || Err(Error::new(ErrorKind::InvalidInput).with_message("the result was already returned"));
        self.ended.clone().unwrap_or_else(already)
    }

    /// Cancels the deployment as [`cancel`](Self::cancel) does, while the events continue up to the verdict.
    pub fn request_cancel(&mut self) {
        let is_over = match (&self.ended, &self.verdict) {
            (Some(Err(error)), _) => self.progress.is_none() && !error.may_be_done(),
            (Some(Ok(verdict)), _) | (None, Some((verdict, _))) => !verdict.outcome.may_be_running(),
            (None, None) => self.cancelling.is_some() || self.unrequested,
        };
        if is_over {
            return;
        }
        if self.deadline.is_none() && self.progress.is_some() {
            self.start();
        }
        (self.done, self.ended, self.verdict, self.failing) = (false, None, None, None);
        let now = Instant::now();
        match (&self.progress, &mut self.beginning) {
            (Some(progress), _) => {
                let deadline = now.checked_add(END);
                self.deadline = Some(deadline);
                match &mut self.watch {
                    Some(watch) => watch.prolong(deadline),
                    None => self.begin(Begun::before(progress.clone())),
                }
            }
            (None, Some(beginning)) if beginning.is_sent() => beginning.hurry(now + ANSWER),
            (None, _) => (self.beginning, self.unrequested) = (None, true),
        }
        self.cancelling = Some(Cancelling::new(now));
    }
}

impl Drop for Deploying {
    fn drop(&mut self) {
        let is_sent = self.progress.is_some() || self.beginning.as_ref().is_some_and(Beginning::is_sent);
        let is_over = self.verdict.as_ref().is_some_and(|(verdict, _)| !verdict.outcome.may_be_running());
        let has_begun = self.deadline.is_some() && is_sent && !self.done && !is_over;
        if self.on_drop == StillRunning::Leave || !has_begun {
            return;
        }
        let mut rest = Self::new(self.client.clone(), self.command.clone());
        rest.deadline = self.deadline;
        (rest.progress, rest.beginning) = (self.progress.take(), self.beginning.take());
        (rest.watch, rest.cancelling) = (self.watch.take(), self.cancelling.take());
        let application = self.command.application_id.clone();
        match Home::current() {
            Ok(home) => home.detach(async move {
                match rest.cancel().await {
                    Ok(verdict) => tracing::info!(%application, %verdict, "cancelled a dropped deployment"),
                    Err(error) => {
                        tracing::warn!(%application, %error, "could not cancel a dropped deployment")
                    }
                }
            }),
            Err(_) => {
                let deployment = rest.progress.as_ref().map(|progress| progress.deployment_id.as_str());
                tracing::warn!(
                    %application, deployment,
                    "may be running: a deployment was dropped outside of a runtime, and is not cancelled"
                );
            }
        }
    }
}
