//! The request for a deployment up to an id: the answer of the platform, or the new deployment among the latest ones.

use std::sync::{Arc, OnceLock};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::{ApplicationId, Error, ErrorKind, Result, Timestamp};

use super::DeployAndWait;
use super::ask::{Accepted, Wish, ask};
use super::judge::{Plan, is_deployment, is_open};
use super::look::{Target, look};
use super::model::Deployment;
use super::progress::DeploymentProgress;
use super::timer::{Boxed, Timer};
use crate::context::Context;

/// Time to look for a deployment whose request was not answered. New rows may appear some seconds late.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pauses between the looks; the last one repeatedly. There are nine looks in all.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
    Duration::from_secs(5),
];

/// Time after the deadline for one look.
const LATE: Duration = Duration::from_millis(450);

/// Difference between the clocks of two parts of the platform that is tolerated.
const CLOCKS: Duration = Duration::from_secs(2);

/// Time of the request, once it was sent. The first one counts.
pub(super) type SentAt = Arc<OnceLock<Instant>>;

/// A deployment that has an id.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) progress: DeploymentProgress,
    /// Times of the requests for it.
    pub(super) requests: Vec<Instant>,
}

impl Begun {
    /// A deployment that was requested earlier.
    pub(super) fn before(progress: DeploymentProgress) -> Self {
        Self { progress, requests: Vec::new() }
    }

    /// Returns `true` if the platform accepted the request just now.
    pub(super) fn is_new(&self) -> bool {
        !self.requests.is_empty() && !self.progress.is_adopted
    }
}

enum Step {
    Asking(Boxed<Result<Accepted>>),
    /// The answer did not name the deployment, for this reason.
    Finding(
        Boxed<Result<Begun>>,
        #[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "only a stream of events tells it"))]
        Error,
    ),
    /// Ended with this error.
    Failed(Error),
    Done,
}

/// A request for a deployment that is under way.
pub(super) struct Beginning {
    cx: Context,
    command: DeployAndWait,
    sent: SentAt,
    step: Step,
    /// The answer, and the search for the deployment, end then.
    deadline: Option<Instant>,
    /// The answer is not waited for any longer, because the deployment is to be cancelled.
    answer_by: Option<Instant>,
    timer: Timer,
}

impl Beginning {
    /// Nothing is sent before the first poll.
    pub(super) fn new(cx: Context, command: &DeployAndWait, deadline: Option<Instant>) -> Self {
        let sent = SentAt::default();
        let asking = {
            let (cx, command, sent) = (cx.clone(), command.clone(), sent.clone());
            Box::pin(async move {
                let wish = Wish {
                    application_id: &command.application_id,
                    owner_id: command.owner_id.as_ref(),
                    commit: command.commit.as_deref(),
                    use_cache: command.use_cache,
                };
                ask(&cx, &wish, deadline, &sent).await
            })
        };
        Self {
            cx,
            command: command.clone(),
            sent,
            step: Step::Asking(asking),
            deadline,
            answer_by: None,
            timer: Timer::default(),
        }
    }

    /// Returns `true` if the platform may have received the request.
    #[cfg(feature = "stream")]
    pub(super) fn is_sent(&self) -> bool {
        self.sent.get().is_some()
    }

    /// Waits for the answer until this time at most, and then looks for the deployment, also where that failed before.
    #[cfg(feature = "stream")]
    pub(super) fn hurry(&mut self, answer_by: Instant) {
        self.answer_by = Some(answer_by);
        self.deadline = Some(answer_by + PATIENCE);
        match std::mem::replace(&mut self.step, Step::Done) {
            Step::Finding(_, loss) => self.find(loss),
            Step::Failed(error) if error.may_be_done() => self.find(error),
            step => self.step = step,
        }
    }

    /// Returns the deployment, once.
    ///
    /// # Errors
    /// Those of [`ask`]. An [`Indeterminate`](ErrorKind::Indeterminate) one is returned only if the deployment was not found.
    pub(super) fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<Begun>> {
        loop {
            match &mut self.step {
                Step::Asking(asking) => match asking.as_mut().poll(cx) {
                    Poll::Ready(Ok(accepted)) => {
                        self.step = Step::Done;
                        return Poll::Ready(Ok(self.accepted(accepted)));
                    }
                    Poll::Ready(Err(error)) if error.kind() == ErrorKind::Indeterminate => self.find(error),
                    Poll::Ready(Err(error)) => return self.fail(error),
                    Poll::Pending => {
                        let until = self.answer_by.filter(|_| self.sent.get().is_some());
                        let (Some(_), Poll::Ready(woken)) = (until, self.timer.poll(cx, until)) else {
                            return Poll::Pending;
                        };
                        if let Err(error) = woken {
                            return self.fail(error);
                        }
                        let why = "the platform did not answer, and the deployment is to be cancelled";
                        self.find(unanswered(&self.command.application_id, why));
                    }
                },
                Step::Finding(finding, _) => {
                    let Poll::Ready(found) = finding.as_mut().poll(cx) else { return Poll::Pending };
                    return match found {
                        Ok(begun) => {
                            self.step = Step::Done;
                            Poll::Ready(Ok(begun))
                        }
                        Err(error) => self.fail(error),
                    };
                }
                Step::Failed(error) => return Poll::Ready(Err(error.clone())),
                Step::Done => return Poll::Pending,
            }
        }
    }

    fn fail(&mut self, error: Error) -> Poll<Result<Begun>> {
        self.step = Step::Failed(error.clone());
        Poll::Ready(Err(error))
    }

    fn accepted(&self, accepted: Accepted) -> Begun {
        let mut progress = DeploymentProgress::new(&self.command.application_id, accepted.deployment_id);
        progress.owner_id.clone_from(&self.command.owner_id);
        progress.asked_at = accepted.date;
        // The request of the deployment, and of its owner.
        let requests = 1 + usize::from(self.command.owner_id.is_none());
        Begun { progress, requests: vec![Instant::now(); requests] }
    }

    fn find(&mut self, loss: Error) {
        let now = Instant::now();
        let late = self.deadline.map(|deadline| deadline.max(now) + LATE);
        let search = Search {
            cx: self.cx.reloading(),
            application_id: self.command.application_id.clone(),
            target: Target {
                application_id: self.command.application_id.clone(),
                owner_id: self.command.owner_id.clone(),
            },
            commit: self.command.commit.clone(),
            sent: self.sent.get().copied().unwrap_or(now),
            until: late.map_or(now + PATIENCE, |late| late.min(now + PATIENCE)),
            loss: loss.clone(),
        };
        self.step = Step::Finding(Box::pin(tasks::guarded(search.run())), loss);
    }
}

/// The answer of the platform does not come, or does not tell which deployment runs.
pub(super) fn unanswered(application: &ApplicationId, why: &str) -> Error {
    Error::new(ErrorKind::Indeterminate).with_message(may_be_running(application, why))
}

/// Text about a deployment that may or may not exist.
pub(super) fn may_be_running(application: &ApplicationId, why: &str) -> String {
    format!("may be running: a deployment of `{application}`: {why}")
}

/// Looks for the deployment of a request that was not answered.
struct Search {
    cx: Context,
    application_id: ApplicationId,
    target: Target,
    commit: Option<String>,
    sent: Instant,
    until: Instant,
    loss: Error,
}

impl Search {
    async fn run(self) -> Result<Begun> {
        let mut requests = vec![self.sent];
        let mut pauses = PAUSES.into_iter().chain(std::iter::repeat(PAUSES[PAUSES.len() - 1]));
        let mut seen = Seen::default();
        let mut earliest = None;
        loop {
            requests.push(Instant::now());
            let looking = look(self.cx.clone(), self.target.clone(), None, Plan::List, true);
            let Some(looked) = tasks::until(Some(self.until), looking).await else { break };
            let now = Instant::now();
            if let Some(rows) = looked.sight.listed {
                // Clocks that run apart make later estimates worse.
                let estimate = self.asked_at(looked.sight.date, now);
                let asked_at = earliest.map_or(estimate, |earliest| estimate.min(earliest));
                earliest = Some(asked_at);
                seen = Seen::of(rows, asked_at, self.commit.as_deref());
                if let [row] = &*seen.certain
                    && seen.possible.is_empty()
                {
                    return Ok(Begun { progress: self.adopted(row, asked_at), requests });
                }
            }
            let Some(pause) = pauses.next().filter(|pause| now + *pause < self.until) else { break };
            tasks::sleep(pause).await;
        }
        Err(self.lost(&seen))
    }

    /// Time of the request by the clock of the platform. The date of an answer is of whole seconds, cut.
    fn asked_at(&self, date: Option<Timestamp>, now: Instant) -> Timestamp {
        date.unwrap_or_else(Timestamp::now).saturating_sub(now - self.sent)
    }

    fn adopted(&self, row: &Deployment, asked_at: Timestamp) -> DeploymentProgress {
        tracing::warn!(
            deployment = %row.id, error = %self.loss,
            "the request of the deployment was not answered: continuing with the one that began since then"
        );
        let mut progress = DeploymentProgress::new(&self.application_id, &row.id);
        progress.owner_id.clone_from(&self.target.owner_id);
        progress.start_date = row.start_date;
        progress.asked_at = Some(row.start_date.map_or(asked_at, |started| started.min(asked_at)));
        progress.is_adopted = true;
        progress
    }

    fn lost(&self, seen: &Seen) -> Error {
        let ids: Vec<String> =
            seen.certain.iter().chain(&seen.possible).map(|row| format!("`{}`", row.id)).collect();
        let why = self.loss.message().unwrap_or("the answer was lost");
        let message = match &*ids {
            [] => format!("{why}; no new deployment showed up so far"),
            ids => format!(
                "may be running: {}: it is not certain which of them was requested; check with ListDeployment",
                ids.join(", ")
            ),
        };
        self.loss.clone().with_message(message)
    }
}

/// New deployments of the application.
#[derive(Debug, Default)]
struct Seen {
    /// Those that began after the request.
    certain: Vec<Deployment>,
    /// Those under way that tell no date.
    possible: Vec<Deployment>,
}

impl Seen {
    fn of(rows: Vec<Deployment>, asked_at: Timestamp, commit: Option<&str>) -> Self {
        let mut seen = Self::default();
        for row in rows.into_iter().filter(|row| is_deployment(row) && is_of(row, commit)) {
            match row.start_date {
                Some(started) if started.saturating_add(CLOCKS) >= asked_at => seen.certain.push(row),
                Some(_) => {}
                None if is_open(&row) => seen.possible.push(row),
                None => {}
            }
        }
        seen
    }
}

/// Returns `false` if the row tells another commit than the one that was asked for.
fn is_of(row: &Deployment, commit: Option<&str>) -> bool {
    let told = row.version.as_ref().and_then(|version| version.commit_id.as_deref());
    match (told.filter(|told| !told.is_empty()), commit) {
        (Some(told), Some(commit)) => told.starts_with(commit) || commit.starts_with(told),
        _ => true,
    }
}
