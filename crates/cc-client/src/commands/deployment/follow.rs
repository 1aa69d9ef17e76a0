//! Following the log of a deployment up to its verdict.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::transport::observe::{command_span, record_error};
use cc_runtime::{CallOptions, DeploymentId, Error, ErrorKind, Result};
use cc_stream::Gap;
use futures_util::{Stream, StreamExt};
use tracing::Span;

use super::DeployAndWait;
use super::ask::too_early;
use super::begin::{Beginning, Begun};
use super::cancel::{ANSWER, Cancelling, END, News, StillRunning};
use super::journal::{Journal, Told};
use super::judge::end_date;
use super::model::{DeploymentOutcome, DeploymentVerdict};
use super::progress::DeploymentProgress;
use super::tail::{End, Rest};
use super::timer::{Boxed, Timer};
use super::watch::{SUCCESSOR_WITH_LOG, Watch};
use crate::Command;
use crate::client::Client;
use crate::commands::log::model::ApplicationLog;
use crate::context::Context;

mod stop;

/// Time to wait for the rest of the log, after the end of the deployment is known.
const REST: Duration = Duration::from_secs(3);

/// Time after the deadline by which the stream may end, for the rest of the log.
const LATE: Duration = Duration::from_millis(950);

/// Lines in a row after which other tasks get their turn: a log that always has a line would keep the runtime from everything else.
const TURN: u32 = 32;

/// Something that a deployment tells on the way to its verdict.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeployEvent {
    /// The deployment was requested, and has an id: it continues whatever happens here.
    Started(DeploymentId),
    /// A line of its log.
    Line(Box<ApplicationLog>),
    /// Lines may be missing here.
    Gap(Gap),
    /// A line cannot be read, the log cannot be connected, or its last lines may be missing. The verdict comes all the same, and
    /// a log that cannot be connected is tried again.
    LogError(Error),
    /// Result of the deployment. It is the last event.
    Verdict(Box<DeploymentVerdict>),
}

/// A deployment that is followed: its events, and the verdict last. An error is the last event too: [`DeployAndWait`] lists them.
///
/// The platform is polled regularly, and when the log mentions the end; only the platform's state decides.
/// The deadline, the polls and the log make progress independently. A log that ends early is opened again,
/// and the verdict waits for lines that arrive up to a second after the end; lines that may be missing are
/// reported. Nothing happens unless the stream is polled; dropping it does not affect the deployment, unless
/// [`on_drop`](Self::on_drop) says so.
///
/// The deployment is requested once. If the answer is lost, or is a 5xx of a gateway, the stream looks for up to 30 s for a
/// deployment that began since the request, and continues with it
/// ([`DeploymentProgress::is_adopted`]). If there is none, or more than one, the error says that one may be running.
///
/// ```
/// # cc_trials::run(async |client, ids| {
/// use std::time::Duration;
/// use cc_client::commands::deployment::{DeployAndWait, DeployEvent};
/// use futures_util::StreamExt;
///
/// let command = DeployAndWait::new(ids.application, Duration::from_secs(600));
/// let mut deploying = client.deploy_and_wait(command);
/// while let Some(event) = deploying.next().await {
///     match event? {
///         DeployEvent::Line(line) => println!("{}", line.message),
///         DeployEvent::Verdict(verdict) => println!("{}", verdict.outcome),
///         _ => {}
///     }
/// }
/// # Ok(()) });
/// ```
#[must_use = "a deployment is not asked for until this is polled"]
pub struct Deploying {
    client: Client,
    command: DeployAndWait,
    /// `None` until the first poll, from which the time counts.
    deadline: Option<Option<Instant>>,
    on_deadline: StillRunning,
    on_drop: StillRunning,
    /// The request for it, until it has an id.
    beginning: Option<Beginning>,
    /// The requests that cancel it, once it is to be cancelled.
    cancelling: Option<Cancelling>,
    /// `true` if it was cancelled before it was requested.
    unrequested: bool,
    /// `true` if nobody waits for the log.
    without_log: bool,
    /// Once it has an id.
    progress: Option<DeploymentProgress>,
    /// `true` once the id was reported.
    told: bool,
    /// The wait for its end.
    watch: Option<Watch>,
    journal: Journal,
    /// The verdict, once known, and the state of the log to report before it.
    verdict: Option<(DeploymentVerdict, End)>,
    /// The error that ends the stream, while the hooks are called.
    failing: Option<Boxed<Error>>,
    timer: Timer,
    /// Lines in a row.
    burst: u32,
    /// The log told something that concerns the looks.
    is_news: bool,
    done: bool,
    /// The span of the command, from the first poll to the last event.
    span: Option<Span>,
    /// The last event.
    ended: Option<Result<DeploymentVerdict>>,
}

impl Deploying {
    pub(crate) fn new(client: Client, mut command: DeployAndWait) -> Self {
        let progress = command.progress.take();
        Self {
            deadline: None,
            on_deadline: StillRunning::default(),
            on_drop: StillRunning::default(),
            beginning: None,
            cancelling: None,
            unrequested: false,
            without_log: false,
            told: false,
            watch: None,
            journal: Journal::new(client.clone(), progress.as_ref()),
            progress,
            verdict: None,
            failing: None,
            timer: Timer::default(),
            burst: 0,
            is_news: false,
            done: false,
            span: None,
            ended: None,
            client,
            command,
        }
    }

    /// The first poll: asks for the deployment, or goes on with it.
    fn start(&mut self) {
        let deadline = tasks::after(self.command.deadline);
        self.deadline = Some(deadline);
        match self.progress.take() {
            Some(progress) => self.begin(Begun::before(progress)),
            None => {
                // At the deadline, the answer is still waited for, to cancel the deployment.
                let cancels = self.on_deadline == StillRunning::Cancel;
                let deadline = deadline.filter(|_| !cancels);
                self.beginning = Some(Beginning::new(self.context(), &self.command, deadline));
            }
        }
    }

    /// Returns the current progress, to [resume from later](DeployAndWait::resume). `None` before the
    /// deployment has an id.
    #[must_use]
    pub fn progress(&self) -> Option<DeploymentProgress> {
        let mut progress = self.progress.clone()?;
        if let Some(seen) = self.watch.as_ref().and_then(Watch::seen) {
            progress.start_date = progress.start_date.or(seen.start_date);
        }
        progress.log = self.journal.cursor();
        progress.told_end = self.journal.tail().told_end();
        Some(progress)
    }

    /// Follows it to its end, with a function that is given each line. Lines that may be missing are only written to the log of the
    /// program (`tracing`): poll for the events to learn of them.
    ///
    /// # Errors
    /// Those of [`DeployAndWait`].
    pub async fn lines(mut self, mut each: impl FnMut(ApplicationLog)) -> Result<DeploymentVerdict> {
        while let Some(event) = self.next().await {
            match event? {
                DeployEvent::Line(line) => each(*line),
                DeployEvent::Verdict(verdict) => return Ok(*verdict),
                DeployEvent::Gap(gap) => tracing::warn!(%gap, "the log of the deployment has a gap"),
                DeployEvent::LogError(error) => tracing::warn!(%error, "the log of the deployment failed"),
                DeployEvent::Started(_) => {}
            }
        }
        // Only where it was polled to its end before.
        Err(Error::new(ErrorKind::InvalidInput).with_message("the result was already returned"))
    }

    fn context(&self) -> Context {
        Context::new(self.client.clone(), CallOptions::default())
    }

    /// Starts the wait for the end of the deployment, whose id is known.
    fn begin(&mut self, begun: Begun) {
        if self.cancelling.is_some() {
            self.deadline = Some(tasks::after(END));
        }
        let mut watch = self.command.watch(&self.context(), &begun, self.deadline.flatten());
        watch.judge().set_successor(SUCCESSOR_WITH_LOG);
        self.watch = Some(watch);
        self.journal.begin(&begun.progress, begun.is_new());
        self.progress = Some(begun.progress);
    }

    /// Waits until the deployment has an id.
    fn poll_beginning(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<()>> {
        loop {
            let Some(beginning) = &mut self.beginning else { return Poll::Pending };
            if let Poll::Ready(begun) = beginning.poll(cx) {
                // One that failed may be asked again, to cancel the deployment.
                let begun = begun?;
                self.beginning = None;
                self.begin(begun);
                return Poll::Ready(Ok(()));
            }
            let cancels = self.on_deadline == StillRunning::Cancel && self.cancelling.is_none();
            let deadline = self.deadline.flatten().filter(|_| cancels);
            ready!(self.timer.poll(cx, deadline))?;
            if !beginning.is_sent() {
                self.beginning = None;
                return Poll::Ready(Err(too_early()));
            }
            self.request_cancel();
        }
    }

    /// The wait for the end is over. At the deadline, the deployment may have to be cancelled first.
    fn watched(&mut self, verdict: DeploymentVerdict) -> Option<Error> {
        let is_late = self.deadline.flatten().is_some_and(|deadline| deadline <= Instant::now());
        if !verdict.outcome.may_be_running() || !is_late {
            self.decided(verdict);
            return None;
        }
        match &mut self.cancelling {
            None if self.on_deadline == StillRunning::Cancel => {
                self.request_cancel();
                None
            }
            Some(cancelling) if !cancelling.is_accepted => {
                let silent = || Error::new(ErrorKind::TimedOut).with_message("the platform did not answer");
                let error = cancelling.error.take().unwrap_or_else(silent);
                Some(self.not_cancelled(error))
            }
            _ => {
                self.decided(verdict);
                None
            }
        }
    }

    fn not_cancelled(&mut self, error: Error) -> Error {
        match self.progress() {
            Some(progress) => progress.into_error_of_cancel(error),
            None => error,
        }
    }

    /// Stores the verdict: only the rest of the log is left.
    fn decided(&mut self, verdict: DeploymentVerdict) {
        let now = Instant::now();
        // One that continues can be resumed by another process.
        let wait = if verdict.outcome.may_be_running() { Duration::ZERO } else { REST };
        let latest = self.deadline.flatten().map(|deadline| deadline + LATE);
        let end = End {
            outcome: verdict.outcome,
            at: now,
            until: latest.map_or(now + wait, |latest| latest.min(now + wait)),
            date: verdict.deployment.as_ref().and_then(end_date),
            under_way: self.watch.as_mut().and_then(|watch| watch.judge().under_way()),
        };
        if let (Some(progress), Some(deployment)) = (&mut self.progress, &verdict.deployment) {
            progress.start_date = progress.start_date.or(deployment.start_date);
        }
        if !verdict.outcome.may_be_running() {
            self.watch = None;
        }
        self.verdict = Some((verdict, end));
    }

    /// Polls the log for the next event.
    fn poll_log(&mut self, cx: &mut TaskContext<'_>) -> Poll<DeployEvent> {
        let end = self.verdict.as_ref().map(|(_, end)| *end);
        if let Some(watch) = &mut self.watch {
            self.journal.heard_of(watch.seen().and_then(|seen| seen.start_date), watch.date(), watch.looks());
        }
        let told = self.journal.poll(cx, end.as_ref());
        if let Some(watch) = &mut self.watch {
            let (is_connected, announced) = self.journal.news();
            self.is_news |= watch.pace().set_log(is_connected) || announced.is_some();
            if let Some(sign) = announced {
                watch.pace().announce(Instant::now(), sign);
            }
            watch.judge().log_ended(self.journal.ended());
        }
        told.map(|told| match told {
            Told::Line(line) => DeployEvent::Line(line),
            Told::Gap(gap) => DeployEvent::Gap(gap),
            Told::Error(error) => DeployEvent::LogError(error),
        })
    }

    /// The deadline and the looks come first, then the log.
    fn poll_event(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<DeployEvent>> {
        if self.deadline.is_none() && !self.unrequested {
            self.start();
        }
        if let Some(failing) = &mut self.failing {
            return failing.as_mut().poll(cx).map(Err);
        }
        if self.unrequested {
            let outcome = DeploymentOutcome::Cancelled;
            let verdict = DeploymentVerdict { outcome, deployment_id: None, deployment: None };
            return Poll::Ready(Ok(DeployEvent::Verdict(Box::new(verdict))));
        }
        if self.progress.is_none()
            && let Err(error) = ready!(self.poll_beginning(cx))
        {
            return self.fail(cx, error);
        }
        if let Some(progress) = self.progress.as_ref().filter(|_| !std::mem::replace(&mut self.told, true)) {
            return Poll::Ready(Ok(DeployEvent::Started(progress.deployment_id.clone())));
        }
        loop {
            if let Some(watch) = &mut self.watch
                && let Poll::Ready(ended) = watch.poll(cx)
            {
                let error = match ended {
                    Ok(verdict) => self.watched(verdict),
                    Err(error) => Some(self.unread(error)),
                };
                if let Some(error) = error {
                    return self.fail(cx, error);
                }
                continue;
            }
            if let Poll::Ready(news) = self.poll_cancelling(cx) {
                match (news, &mut self.watch) {
                    (News::Refused(error), _) => {
                        let error = self.not_cancelled(error);
                        return self.fail(cx, error);
                    }
                    (News::Answered, Some(watch)) => watch.pace().at_once(Instant::now()),
                    (News::Answered, None) => {}
                }
                continue;
            }
            let is_over = self.verdict.as_ref().is_some_and(|(_, end)| end.until <= Instant::now());
            if !is_over && !self.without_log {
                if self.burst >= TURN {
                    self.burst = 0;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if let Poll::Ready(event) = self.poll_log(cx) {
                    self.burst += 1;
                    return Poll::Ready(Ok(event));
                }
                self.burst = 0;
            }
            let wake = match self.rest() {
                None => self.wake(),
                Some(Rest::Wait(until)) => Some(self.journal.wake().map_or(until, |wake| wake.min(until))),
                Some(Rest::Whole) => return self.give_verdict(None),
                Some(Rest::Lost(why)) => return self.give_verdict(Some(why)),
            };
            // The log may have asked for a look sooner than the watch is to wake.
            if !std::mem::take(&mut self.is_news)
                && let Err(error) = ready!(self.timer.poll(cx, wake))
            {
                let error = self.unread(error);
                return self.fail(cx, error);
            }
        }
    }

    /// Sends the requests that cancel the deployment, if it is to be cancelled and not over.
    fn poll_cancelling(&mut self, cx: &mut TaskContext<'_>) -> Poll<News> {
        let (Some(cancelling), Some(progress)) = (&mut self.cancelling, &self.progress) else {
            return Poll::Pending;
        };
        if self.verdict.is_some() {
            return Poll::Pending;
        }
        let client = &self.client;
        cancelling.poll(
            cx,
            || Context::new(client.clone(), CallOptions::new().attempt_timeout(ANSWER)),
            progress,
        )
    }

    /// Time of the next step that nothing else triggers.
    fn wake(&self) -> Option<Instant> {
        let log = self.journal.wake().filter(|_| !self.without_log);
        let cancelling = self.cancelling.as_ref().and_then(Cancelling::wake);
        [log, cancelling].into_iter().flatten().min()
    }

    /// Decides whether to wait for the rest of the log. `None` before the verdict.
    fn rest(&self) -> Option<Rest> {
        let (verdict, end) = self.verdict.as_ref()?;
        // A process that resumes from here receives the rest.
        if self.without_log || verdict.outcome.may_be_running() && self.journal.is_resumable() {
            return Some(Rest::Whole);
        }
        Some(self.journal.rest(end))
    }

    /// Returns the verdict, after the last report about the log.
    fn give_verdict(&mut self, lost: Option<&'static str>) -> Poll<Result<DeployEvent>> {
        if let Some(gap) = self.journal.take_gap() {
            return Poll::Ready(Ok(DeployEvent::Gap(gap)));
        }
        if let Some(message) = lost.filter(|_| self.journal.tell_loss()) {
            let error = Error::new(ErrorKind::StreamGap).with_message(message);
            return Poll::Ready(Ok(DeployEvent::LogError(error)));
        }
        match self.verdict.take() {
            Some((verdict, _)) => Poll::Ready(Ok(DeployEvent::Verdict(Box::new(verdict)))),
            None => Poll::Pending,
        }
    }

    /// The state cannot be read: the error says how to go on.
    fn unread(&self, error: Error) -> Error {
        match self.progress() {
            Some(progress) => progress.into_error(error, true),
            None => error,
        }
    }

    /// Ends the stream with this error.
    fn fail(&mut self, cx: &mut TaskContext<'_>, error: Error) -> Poll<Result<DeployEvent>> {
        self.watch = None;
        let failing = self.failing.insert(Box::pin(reported(self.context(), error)));
        failing.as_mut().poll(cx).map(Err)
    }
}

/// Names the command in an error, and tells the hooks.
async fn reported(cx: Context, error: Error) -> Error {
    let error = error.with_command(DeployAndWait::NAME);
    cx.client().transport().report(&error).await;
    error
}

impl Stream for Deploying {
    type Item = Result<DeployEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        if self.done {
            return Poll::Ready(None);
        }
        let span = self.span.get_or_insert_with(|| command_span(DeployAndWait::NAME)).clone();
        let event = ready!(span.in_scope(|| self.poll_event(cx)));
        if let Err(error) = &event {
            record_error(&span, error);
        }
        self.ended = match &event {
            Ok(DeployEvent::Verdict(verdict)) => Some(Ok((**verdict).clone())),
            Ok(_) => None,
            Err(error) => Some(Err(error.clone())),
        };
        self.done = self.ended.is_some();
        if self.done {
            self.span = Some(Span::none());
        }
        Poll::Ready(Some(event))
    }
}

impl fmt::Debug for Deploying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deploying")
            .field("command", &self.command)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
