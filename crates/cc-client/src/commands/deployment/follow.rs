//! Following the log of a deployment up to its verdict.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use cc_core::runtime::{self, Instant};
use cc_core::{CallOptions, DeploymentId, Error, ErrorKind, Result};
use cc_stream::{EndReason, EventStream, Gap, State, StreamEvent};
use futures_util::{Stream, StreamExt};

use super::deploy::{DeployAndWait, DeploymentProgress};
use super::link::Link;
use super::model::{DeploymentOutcome, DeploymentVerdict};
use super::wait::wait;
use crate::client::Client;
use crate::command::Command;
use crate::commands::log::StreamApplicationRuntimeLog;
use crate::commands::log::model::ApplicationLog;
use crate::context::Context;
use crate::stream::to_error;

/// How long the rest of the log is waited for, once it is known how the deployment ended.
const REST: Duration = Duration::from_secs(3);

/// How long before it was asked for its lines are looked for, where its start is not known.
const EARLIER: Duration = Duration::from_secs(60);

/// How a log speaks of the end of a deployment. It has the platform asked at once, and decides nothing.
const ENDS: [&str; 6] = [
    "deployment successful",
    "successfully deployed",
    "deployment failed",
    "deploy failed",
    "deployment cancelled",
    "deployment canceled",
];

/// The service that runs what is deployed: what it writes is not about its deployment.
const PROGRAM: &str = "bas";

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Something that a deployment tells on the way to its verdict.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeployEvent {
    /// It was asked for, and has an id: from now on it goes on whatever happens here.
    Started(DeploymentId),
    /// A line of its log.
    Line(Box<ApplicationLog>),
    /// Lines may be missing here.
    Gap(Gap),
    /// A line that cannot be read, or the log is not to be had any more. The verdict comes all the same.
    LogError(Error),
    /// How it ended. It is the last event.
    Verdict(Box<DeploymentVerdict>),
}

/// A deployment that is followed: what it tells, one thing after the other, and the verdict last. An error is the last thing
/// too: [`DeployAndWait`] says which there are.
///
/// The platform is asked how far the deployment is every so often, and whenever the log speaks of its end. The log may fail: the
/// verdict comes all the same, and lines that may be missing are told. Nothing happens unless it is polled; dropping it leaves
/// the deployment alone.
///
/// ```
/// # cc_examples::run(async |client, ids| {
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
    /// None until it is polled for the first time: from then on the time counts.
    deadline: Option<Option<Instant>>,
    /// While it is asked for.
    asking: Option<Boxed<Result<DeploymentProgress>>>,
    /// Once it has an id.
    progress: Option<DeploymentProgress>,
    /// Whether the id was told.
    told: bool,
    link: Arc<Link>,
    log: Log,
    /// The wait for its end.
    waiting: Option<Boxed<Result<DeploymentVerdict>>>,
    verdict: Option<DeploymentVerdict>,
    /// The last line about the deployment speaks of its end.
    /// Tells how many looks had begun before.
    told_end: Option<u64>,
    /// It was told that lines may be missing at its end.
    told_loss: bool,
    /// Until when the rest of the log is waited for.
    rest: Option<Boxed<()>>,
    done: bool,
}

/// The log of a deployment.
enum Log {
    /// Not before it is known since when.
    NotYet,
    Open(Box<EventStream<ApplicationLog>>),
    /// Nothing more comes that matters.
    Over,
}

impl Deploying {
    pub(crate) fn new(client: Client, mut command: DeployAndWait) -> Self {
        Self {
            deadline: None,
            progress: command.progress.take(),
            asking: None,
            told: false,
            link: Arc::default(),
            log: Log::NotYet,
            waiting: None,
            verdict: None,
            told_end: None,
            told_loss: false,
            rest: None,
            done: false,
            client,
            command,
        }
    }

    /// The first poll: asks for the deployment, or goes on with it.
    fn start(&mut self) {
        let deadline = runtime::after(self.command.deadline);
        self.deadline = Some(deadline);
        match self.progress.take() {
            Some(progress) => self.begin(progress),
            None => {
                let (cx, command) = (self.context(), self.command.clone());
                self.asking = Some(Box::pin(async move {
                    let started = command.start(&cx, deadline).await;
                    reported(&cx, started).await
                }));
            }
        }
    }

    /// How far it is, to [go on from later](DeployAndWait::resume). None before the deployment has an id.
    #[must_use]
    pub fn progress(&self) -> Option<DeploymentProgress> {
        let mut progress = self.progress.clone()?;
        if let Log::Open(log) = &self.log {
            progress.log = Some(log.cursor());
        }
        progress.told_end = self.told_end.is_some();
        Some(progress)
    }

    /// Follows it to its end, with a function that is given each line. That lines may be missing is written to the log of the
    /// program (`tracing`) alone: who has to know polls for the events.
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
        Err(Error::new(cc_core::ErrorKind::InvalidInput).with_message("the verdict was given before"))
    }

    fn context(&self) -> Context {
        Context::new(self.client.clone(), CallOptions::default())
    }

    /// It has an id: the wait for its end begins.
    fn begin(&mut self, progress: DeploymentProgress) {
        if progress.start_date.is_some() {
            self.link.seen(progress.start_date);
        }
        self.told_end = progress.told_end.then_some(0);
        let command = self.command.wait(&progress.deployment_id);
        let cx = self.context();
        let (deadline, link) = (self.deadline.flatten(), Arc::clone(&self.link));
        self.waiting = Some(Box::pin(async move {
            let ended = wait(&cx, command, deadline, &link, true).await;
            reported(&cx, ended).await
        }));
        self.progress = Some(progress);
    }

    fn open_log(&mut self) {
        let Some(progress) = &mut self.progress else { return };
        if let (None, Some(started)) = (progress.start_date, self.link.started()) {
            progress.start_date = started;
        }
        if !matches!(self.log, Log::NotYet) {
            return;
        }
        let started = match (self.link.started(), progress.asked_at) {
            (Some(started), _) => started,
            // It was not seen at once: its lines are asked for from a little before it was asked for.
            (None, Some(asked_at)) if self.link.has_looked_after(0) => Some(asked_at.saturating_sub(EARLIER)),
            _ => return,
        };
        let mut command = StreamApplicationRuntimeLog::new(&progress.application_id);
        command.owner_id.clone_from(&progress.owner_id);
        command.deployment_id = Some(progress.deployment_id.clone());
        command.since = started;
        let resume = progress.log.clone();
        let call = self.client.stream(command).settings(|settings| settings.resume = resume);
        self.log = Log::Open(Box::new(call.open()));
    }

    /// The log spoke of the end, and it is known, or being asked for: what comes behind may not be of the deployment.
    fn is_whole(&self) -> bool {
        self.has_told_end()
            && (self.verdict.is_some()
                || self.told_end.is_some_and(|looks| !self.link.has_looked_after(looks)))
    }

    /// Whether the log spoke of the end, and nothing speaks against it.
    fn has_told_end(&self) -> bool {
        self.told_end.is_some_and(|looks| !self.link.goes_on_after(looks))
    }

    /// What the log tells next; none while there is nothing.
    fn poll_log(&mut self, cx: &mut TaskContext<'_>) -> Option<DeployEvent> {
        loop {
            if self.is_whole() {
                return None;
            }
            self.open_log();
            let Log::Open(log) = &mut self.log else { return None };
            let Poll::Ready(told) = log.poll_next_unpin(cx) else { return None };
            match told {
                Some(Ok(StreamEvent::Item(item))) => {
                    // What the program writes is not about its deployment; what follows an end says that it was none.
                    if item.data.service.as_deref() != Some(PROGRAM) {
                        self.told_end = speaks_of_the_end(&item.data).then(|| self.link.begun());
                        if self.told_end.is_some() {
                            self.link.look();
                        }
                    }
                    return Some(DeployEvent::Line(Box::new(item.data)));
                }
                Some(Ok(StreamEvent::Gap(gap))) => return Some(DeployEvent::Gap(gap)),
                Some(Ok(StreamEvent::End(reason))) => {
                    // Why it failed was told.
                    self.told_loss |= reason == EndReason::Failed;
                    if let Some(progress) = &mut self.progress {
                        progress.log = Some(log.cursor());
                    }
                    self.log = Log::Over;
                    return None;
                }
                None => {
                    self.log = Log::Over;
                    return None;
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(DeployEvent::LogError(to_error(error))),
            }
        }
    }

    /// Why lines may be missing at the end, when nobody said so yet and the verdict is near. What comes behind an end that the
    /// log told is not waited for; one that was cancelled need not tell it.
    fn loss(&self) -> Option<&'static str> {
        let outcome = &self.verdict.as_ref()?.outcome;
        let is_lost = matches!(&self.log, Log::Open(log) if log.state() != State::Open);
        let tells_end = matches!(outcome, DeploymentOutcome::Succeeded | DeploymentOutcome::Failed);
        match (self.told_loss || self.has_told_end(), is_lost) {
            (true, _) => None,
            (false, true) => {
                Some("the log was not connected when the wait ended: its last lines may be missing")
            }
            (false, false) if tells_end => {
                Some("the log did not tell the end: its last lines may be missing")
            }
            (false, false) => None,
        }
    }

    fn poll_event(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<DeployEvent>> {
        if self.deadline.is_none() {
            self.start();
        }
        if let Some(asking) = &mut self.asking {
            let started = ready!(asking.as_mut().poll(cx));
            self.asking = None;
            self.begin(started?);
        }
        if let Some(progress) = self.progress.as_ref().filter(|_| !std::mem::replace(&mut self.told, true)) {
            return Poll::Ready(Ok(DeployEvent::Started(progress.deployment_id.clone())));
        }
        if let Some(told) = self.poll_log(cx) {
            return Poll::Ready(Ok(told));
        }
        if let Some(waiting) = &mut self.waiting
            && let Poll::Ready(ended) = waiting.as_mut().poll(cx)
        {
            self.waiting = None;
            let verdict = ended?;
            if verdict.outcome != DeploymentOutcome::DeadlineExceeded {
                let left = self.deadline.flatten().map_or(REST, |deadline| deadline - Instant::now());
                self.rest = Some(Box::pin(runtime::sleep(left.min(REST))));
            }
            self.verdict = Some(verdict);
        }
        // The deployment may have been seen just now.
        if let Some(told) = self.poll_log(cx) {
            return Poll::Ready(Ok(told));
        }
        if self.verdict.is_none() {
            return Poll::Pending;
        }
        let no_more = self.has_told_end() || !matches!(self.log, Log::Open(_));
        if let Some(rest) = self.rest.as_mut().filter(|_| !no_more) {
            ready!(rest.as_mut().poll(cx));
            self.rest = None;
        }
        if let Some(message) = self.loss() {
            self.told_loss = true;
            let error = Error::new(ErrorKind::StreamGap).with_message(message);
            return Poll::Ready(Ok(DeployEvent::LogError(error)));
        }
        match self.verdict.take() {
            Some(verdict) => Poll::Ready(Ok(DeployEvent::Verdict(Box::new(verdict)))),
            None => Poll::Pending,
        }
    }
}

/// Names the command in an error, and tells the hooks.
async fn reported<T>(cx: &Context, outcome: Result<T>) -> Result<T> {
    let outcome = outcome.map_err(|error| error.with_command(DeployAndWait::NAME));
    if let Err(error) = &outcome {
        cx.client().transport().report(error).await;
    }
    outcome
}

fn speaks_of_the_end(line: &ApplicationLog) -> bool {
    let message = line.message.to_ascii_lowercase();
    ENDS.iter().any(|end| message.contains(end))
}

impl Stream for Deploying {
    type Item = Result<DeployEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        if self.done {
            return Poll::Ready(None);
        }
        let event = ready!(self.poll_event(cx));
        self.done = matches!(event, Err(_) | Ok(DeployEvent::Verdict(_)));
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
