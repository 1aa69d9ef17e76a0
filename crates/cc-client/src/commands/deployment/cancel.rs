//! Cancelling a deployment that is followed, at any time.

use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use cc_api_deployment::CancelDeployment;
use cc_runtime::tasks::Instant;
use cc_runtime::{Error, Result};

use super::progress::DeploymentProgress;
use super::timer::Boxed;
use crate::context::Context;
use crate::resolve::Ids;

/// Time to wait for the answer to the request for the deployment, once it is to be cancelled.
pub(super) const ANSWER: Duration = Duration::from_secs(10);

/// Time for a deployment with a known id to end, once it is to be cancelled.
pub(super) const END: Duration = Duration::from_secs(30);

/// Pause after a request that failed, and the longest one.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Time after an accepted request at which a deployment that is still in progress is cancelled again.
const AGAIN: Duration = Duration::from_secs(10);

/// Action for a deployment that is still running when nothing waits for it any longer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StillRunning {
    /// Cancels the deployment.
    Cancel,
    /// Leaves the deployment alone: it continues. This is the default.
    #[default]
    Leave,
}

/// The requests that cancel a deployment.
pub(super) struct Cancelling {
    sending: Option<Boxed<Result<()>>>,
    /// Time of the next request.
    next: Instant,
    pause: Duration,
    /// `true` once the platform accepted a request.
    pub(super) is_accepted: bool,
    /// Error of the last request.
    pub(super) error: Option<Error>,
}

/// News of the requests that cancel a deployment.
pub(super) enum News {
    /// A request was answered: the state of the deployment may have changed.
    Answered,
    /// The platform refuses to cancel it.
    Refused(Error),
}

impl Cancelling {
    pub(super) fn new(now: Instant) -> Self {
        Self { sending: None, next: now, pause: PAUSE, is_accepted: false, error: None }
    }

    /// Time of the next request.
    pub(super) fn wake(&self) -> Option<Instant> {
        Some(self.next).filter(|_| self.sending.is_none())
    }

    pub(super) fn poll(
        &mut self,
        cx: &mut TaskContext<'_>,
        context: impl FnOnce() -> Context,
        progress: &DeploymentProgress,
    ) -> Poll<News> {
        let now = Instant::now();
        if self.sending.is_none() && self.next <= now {
            self.sending = Some(Box::pin(send(context(), progress.clone())));
        }
        let Some(sending) = &mut self.sending else { return Poll::Pending };
        let Poll::Ready(answered) = sending.as_mut().poll(cx) else { return Poll::Pending };
        self.sending = None;
        let Err(error) = answered else {
            (self.is_accepted, self.error, self.next) = (true, None, now + AGAIN);
            return Poll::Ready(News::Answered);
        };
        if error.is_unauthorized() || error.is_forbidden() {
            return Poll::Ready(News::Refused(error));
        }
        // 404: it may not be there yet, or not any more.
        self.next = now + error.retry_after().unwrap_or(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.error = Some(error);
        Poll::Ready(News::Answered)
    }
}

async fn send(cx: Context, progress: DeploymentProgress) -> Result<()> {
    let ids = Ids::new().owner(progress.owner_id.clone(), &progress.application_id);
    let (application, deployment) = (&progress.application_id, &progress.deployment_id);
    cx.resolved(ids, |ids| CancelDeployment::new(ids.owner_id(), application, deployment)).await?;
    Ok(())
}
