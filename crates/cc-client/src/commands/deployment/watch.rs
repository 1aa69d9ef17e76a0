//! Looks at a deployment until it is over or the time of the wait is: drives the judge and the pace.

use std::future::Future;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use cc_runtime::tasks::Instant;
use cc_runtime::{DeploymentId, Error, ErrorKind, Result, Timestamp};

use super::judge::{Judge, Plan, Ruling};
use super::look::{Looked, Target, look};
#[cfg(feature = "stream")]
use super::model::Deployment;
use super::model::{DeploymentOutcome, DeploymentVerdict};
use super::pace::Pace;
use super::timer::{Boxed, Timer};
use crate::context::Context;

/// Time limit of the poll at the deadline.
const LAST_LOOK: Duration = Duration::from_millis(900);

/// Answers in a row that say nothing of the deployment, and the time over which they come, after which the wait fails.
const ODD: u32 = 5;
const ODD_LASTS: Duration = Duration::from_secs(15);

/// The owner is looked up anew no more often than this.
const RENEW_EVERY: Duration = Duration::from_secs(15);

/// Time to wait until a successor of a cancelled deployment shows up: without a log, and with one, where the verdict is wanted
/// soon.
pub(super) const SUCCESSOR: Duration = Duration::from_secs(2);
#[cfg(feature = "stream")]
pub(super) const SUCCESSOR_WITH_LOG: Duration = Duration::from_millis(450);

/// A wait for a deployment.
pub(super) struct Watch {
    cx: Context,
    target: Target,
    judge: Judge,
    pace: Pace,
    deadline: Option<Instant>,
    /// The poll in progress.
    look: Option<Boxed<Looked>>,
    /// The look at the deadline.
    last: Option<Boxed<Looked>>,
    timer: Timer,
    /// Error of the last poll.
    error: Option<Error>,
    odd: Option<(u32, Instant)>,
    /// `true` if the platform confirmed the deployment.
    certain: bool,
    renewed: Option<Instant>,
    /// Looks that ended.
    looks: u64,
    /// Time of the answer by the platform's clock.
    date: Option<Timestamp>,
    done: bool,
}

impl Watch {
    /// Waits for this deployment, or for the latest one, until this time. A deployment that is `certain` to
    /// be in progress is not over if the platform could not be polled. Nothing is sent before the first poll.
    pub(super) fn new(
        cx: &Context,
        target: Target,
        id: Option<DeploymentId>,
        every: Option<Duration>,
        deadline: Option<Instant>,
        certain: bool,
    ) -> Self {
        let mut judge = Judge::new(id.clone(), SUCCESSOR);
        if id.is_some() {
            judge.expect(Instant::now(), None, false);
        }
        Self {
            cx: cx.reloading(),
            target,
            judge,
            pace: Pace::new(every, deadline),
            deadline,
            look: None,
            last: None,
            timer: Timer::default(),
            error: None,
            odd: None,
            certain,
            renewed: None,
            looks: 0,
            date: None,
            done: false,
        }
    }

    /// Returns the judge of the deployment.
    pub(super) fn judge(&mut self) -> &mut Judge {
        &mut self.judge
    }

    /// Returns the schedule of the polls.
    pub(super) fn pace(&mut self) -> &mut Pace {
        &mut self.pace
    }

    /// The deployment, once it is known.
    pub(super) fn id(&self) -> Option<&DeploymentId> {
        self.judge.id()
    }

    /// The deployment as it was seen last.
    #[cfg(feature = "stream")]
    pub(super) fn seen(&self) -> Option<&Deployment> {
        self.judge.seen()
    }

    /// Returns the number of finished polls.
    #[cfg(feature = "stream")]
    pub(super) fn looks(&self) -> u64 {
        self.looks
    }

    /// Returns the time of the platform's last answer, by its own clock.
    #[cfg(feature = "stream")]
    pub(super) fn date(&self) -> Option<Timestamp> {
        self.date
    }

    /// Waits until another time, also where the wait has ended before.
    #[cfg(feature = "stream")]
    pub(super) fn prolong(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
        self.pace.set_deadline(deadline);
        (self.done, self.last, self.odd) = (false, None, None);
    }

    /// Returns the result, once. The deadline takes precedence.
    pub(super) fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<DeploymentVerdict>> {
        loop {
            if self.done {
                return Poll::Pending;
            }
            let now = Instant::now();
            if let Some(look) = &mut self.look
                && let Poll::Ready(looked) = look.as_mut().poll(cx)
            {
                self.look = None;
                if let Some(ended) = self.took(looked) {
                    return self.end(ended);
                }
                continue;
            }
            if let Some(last) = &mut self.last
                && let Poll::Ready(looked) = last.as_mut().poll(cx)
            {
                self.last = None;
                let ended = self.took(looked).and_then(Result::ok);
                let ended = ended.map_or_else(|| self.out_of_time(), Ok);
                return self.end(ended);
            }
            let wake = match self.deadline.filter(|deadline| now >= *deadline) {
                Some(_) if self.last.is_none() => {
                    // A poll in progress started earlier, and may miss later changes.
                    self.last = Some(Box::pin(self.begin(self.judge.last_plan(), false)));
                    self.pace.sent(now, 1);
                    continue;
                }
                Some(deadline) if now >= deadline + LAST_LOOK => {
                    let ended = self.out_of_time();
                    return self.end(ended);
                }
                Some(deadline) => Some(deadline + LAST_LOOK),
                None if self.look.is_some() => self.deadline,
                None => {
                    let plan = self.judge.plan();
                    let next = self.pace.next(now, self.judge.cost());
                    if next.is_some_and(|next| next <= now) {
                        let renew = self.renewed.is_none_or(|renewed| now - renewed >= RENEW_EVERY);
                        self.look = Some(Box::pin(self.begin(plan, renew)));
                        self.pace.begin(now);
                        continue;
                    }
                    [next, self.deadline].into_iter().flatten().min()
                }
            };
            if let Err(error) = ready!(self.timer.poll(cx, wake)) {
                return self.end(Err(error));
            }
        }
    }

    fn begin(&self, plan: Plan, renew: bool) -> impl Future<Output = Looked> + Send + use<> {
        look(self.cx.clone(), self.target.clone(), self.judge.id().cloned(), plan, renew)
    }

    fn end(&mut self, ended: Result<DeploymentVerdict>) -> Poll<Result<DeploymentVerdict>> {
        self.done = true;
        (self.look, self.last, self.timer) = (None, None, Timer::default());
        Poll::Ready(ended)
    }

    /// A look ended.
    fn took(&mut self, looked: Looked) -> Option<Result<DeploymentVerdict>> {
        let now = Instant::now();
        let Looked { requests, sight, error, renewed, moved } = looked;
        self.looks += 1;
        self.date = sight.date.or(self.date);
        // The first of them was counted when the look began.
        self.pace.sent(now, requests.saturating_sub(1));
        if renewed {
            self.renewed = Some(now);
        }
        // That a row is not there may also say that its application is not.
        let tells = sight.listed.is_some() || matches!(sight.read, Some(Some(_)));
        let ruling = self.judge.saw(now, &sight);
        if let Ruling::Over(outcome) = ruling {
            return Some(Ok(self.verdict(outcome)));
        }
        let Some(error) = error else {
            self.error = None;
            if tells {
                self.odd = None;
            }
            let again = match ruling {
                Ruling::Unsure(again) => Some(again),
                _ => None,
            };
            self.pace.looked(now, self.judge.seen().is_some(), again);
            return None;
        };
        self.pace.failed(now, error.retry_after());
        if moved {
            self.pace.at_once(now);
        } else if self.is_final(&error, now) {
            return Some(Err(error));
        }
        self.error = Some(error);
        None
    }

    /// Returns `true` if a failed poll ends the wait. Transient failures never do; uninformative answers do
    /// after several in a row over some time.
    fn is_final(&mut self, error: &Error, now: Instant) -> bool {
        if error.is_retryable() || error.status().is_some_and(|status| status.is_server_error()) {
            return false;
        }
        let nothing_was_sent = matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidUrl);
        // Without a deployment there is nothing that may go on.
        let nothing_is_known = !self.certain
            && (self.judge.id().is_none() || self.judge.seen().is_none() && error.is_not_found());
        let (count, since) = self.odd.get_or_insert((0, now));
        *count += 1;
        nothing_was_sent
            || nothing_is_known && !matches!(error.kind(), ErrorKind::Undecodable | ErrorKind::TooLarge)
            || *count >= ODD && now - *since >= ODD_LASTS
    }

    /// Returns the result at the deadline.
    fn out_of_time(&mut self) -> Result<DeploymentVerdict> {
        match (self.judge.seen().is_some(), self.error.take()) {
            // Why nothing was ever seen is all that can be told.
            (false, Some(error)) if !self.certain => Err(error),
            (_, error) => {
                if let Some(error) = error {
                    tracing::warn!(%error, "the last requests for the state of the deployment failed");
                }
                let outcome = self.judge.at_deadline();
                Ok(self.verdict(outcome))
            }
        }
    }

    fn verdict(&self, outcome: DeploymentOutcome) -> DeploymentVerdict {
        let deployment_id = self.judge.id().cloned();
        DeploymentVerdict { outcome, deployment_id, deployment: self.judge.seen().cloned() }
    }
}
