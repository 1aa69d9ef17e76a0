//! The log of a deployment: opened at once, and again when it ends before the deployment does.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::task::{Context, Poll};
use std::time::Duration;

use cc_runtime::tasks::Instant;
use cc_runtime::{Error, Timestamp};
use cc_stream::{Cursor, EndReason, EventStream, Gap, State, StreamEvent};
use futures_util::StreamExt;
use hashbrown::HashSet;

use super::pace::Sign;
use super::progress::DeploymentProgress;
use super::tail::{End, LogState, Rest, Tail};
use crate::client::Client;
use crate::commands::log::StreamApplicationRuntimeLog;
use crate::commands::log::model::ApplicationLog;
use crate::stream::to_error;

/// Time before the request at which the log starts: its lines belong only to this deployment, so this costs
/// nothing.
const EARLIER: Duration = Duration::from_secs(60);

/// A date before any deployment, for an unknown date.
const BEFORE_ALL: i64 = 946_684_800_000;

/// Time to wait for the first poll, which may help to resume a log.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// The shortest and the longest wait before a log that ended early is opened again.
const REOPEN: Duration = Duration::from_millis(500);
const REOPEN_MOST: Duration = Duration::from_secs(15);

/// Lag beyond which a log cannot announce the end in time.
const BEHIND: Duration = Duration::from_secs(2);

/// Number of lines that are recognised when a reopened log repeats them.
const KNOWN: usize = 8_192;

/// Something the log tells.
pub(super) enum Told {
    Line(Box<ApplicationLog>),
    Gap(Gap),
    Error(Error),
}

/// The log of a deployment.
pub(super) struct Journal {
    client: Client,
    command: Option<StreamApplicationRuntimeLog>,
    log: Log,
    tail: Tail,
    /// The place to go on from when it is opened again.
    cursor: Option<Cursor>,
    /// Times of the request and of the start, by the clock of the platform.
    asked_at: Option<Timestamp>,
    started: Option<Timestamp>,
    is_new: bool,
    begun: Option<Instant>,
    has_looked: bool,
    outbox: VecDeque<Told>,
    /// A gap that is still open. It is reported unless the log resumes without one.
    gap: Option<Gap>,
    known: Known,
    /// The platform ended it, at this time and so many times since a line came.
    ended: Option<Instant>,
    endings: u32,
    /// `true` if the log ended although there were more lines.
    ends_early: bool,
    has_more: bool,
    announced: Option<Sign>,
    /// Since when it always has more; none when all was given.
    behind: Option<Instant>,
    /// `true` once a failed connection was reported.
    failed: bool,
    told_loss: bool,
}

enum Log {
    /// Not before it is known since when.
    NotYet,
    Open(Box<EventStream<ApplicationLog>>),
    /// Ended before the deployment: it is opened again then.
    Again(Instant),
    /// Ended by the platform after the deployment, or for good.
    Ended,
    Lost,
}

impl Journal {
    pub(super) fn new(client: Client, progress: Option<&DeploymentProgress>) -> Self {
        Self {
            client,
            command: None,
            log: Log::NotYet,
            tail: Tail::resumed(progress.is_some_and(|progress| progress.told_end)),
            cursor: progress.and_then(|progress| progress.log.clone()),
            asked_at: None,
            started: None,
            is_new: false,
            begun: None,
            has_looked: false,
            outbox: VecDeque::new(),
            gap: None,
            known: Known::default(),
            ended: None,
            endings: 0,
            ends_early: false,
            has_more: false,
            announced: None,
            behind: None,
            failed: false,
            told_loss: false,
        }
    }

    /// The deployment has an id.
    pub(super) fn begin(&mut self, progress: &DeploymentProgress, is_new: bool) {
        let mut command = StreamApplicationRuntimeLog::new(&progress.application_id);
        command.owner_id.clone_from(&progress.owner_id);
        command.deployment_id = Some(progress.deployment_id.clone());
        self.command = Some(command);
        (self.asked_at, self.started) = (progress.asked_at, progress.start_date);
        self.is_new = is_new;
        self.begun = Some(Instant::now());
    }

    /// Stores the start of the deployment and the time of the platform's answer, from polls.
    pub(super) fn heard_of(&mut self, started: Option<Timestamp>, date: Option<Timestamp>, looks: u64) {
        self.started = self.started.or(started);
        if self.is_new {
            self.asked_at = self.asked_at.or(date);
        }
        self.has_looked = looks > 0;
    }

    /// Returns `true` if the log is connected and up to date, and the sign of an end that came since the last call.
    pub(super) fn news(&mut self) -> (bool, Option<Sign>) {
        let is_behind = self.behind.is_some_and(|behind| behind.elapsed() > BEHIND);
        (self.is_connected() && !is_behind, self.announced.take())
    }

    /// Since when the platform has ended it.
    pub(super) fn ended(&self) -> Option<Instant> {
        self.ended
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }

    /// The place of the last line that was given.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        match &self.log {
            Log::Open(log) => Some(log.cursor()),
            _ => self.cursor.clone(),
        }
    }

    /// Returns `true` if another process can resume the deployment.
    pub(super) fn is_resumable(&self) -> bool {
        self.outbox.is_empty()
    }

    /// Time of the next poll that no event triggers.
    pub(super) fn wake(&self) -> Option<Instant> {
        match self.log {
            Log::Again(at) => Some(at),
            Log::NotYet => Some(self.begun? + FIRST_LOOK).filter(|at| *at > Instant::now()),
            _ => None,
        }
    }

    /// The gap that is still to be told.
    pub(super) fn take_gap(&mut self) -> Option<Gap> {
        self.gap.take()
    }

    /// Returns `true` once if lines may be missing at the end.
    pub(super) fn tell_loss(&mut self) -> bool {
        !std::mem::replace(&mut self.told_loss, true)
    }

    fn is_connected(&self) -> bool {
        matches!(&self.log, Log::Open(log) if log.state() == State::Open)
    }

    /// Decides whether to wait for the rest of the log, once the deployment is over.
    pub(super) fn rest(&self, end: &End) -> Rest {
        let state = match &self.log {
            Log::Ended if self.ended.is_some_and(|ended| Tail::is_early(end, ended)) => LogState::EndedEarly,
            Log::Ended => LogState::Ended,
            Log::Lost => return Rest::Whole,
            _ if !self.is_connected() && self.told_loss => return Rest::Whole,
            _ if !self.is_connected() => LogState::Away,
            _ if self.behind.is_some() => LogState::Behind,
            _ => LogState::CaughtUp,
        };
        self.tail.rest(Instant::now(), end, state)
    }

    /// Since when its lines are asked for; `None` as long as the first look may tell.
    fn since(&self) -> Option<Timestamp> {
        let waits = !self.has_looked && self.begun.is_none_or(|begun| begun.elapsed() < FIRST_LOOK);
        let known = [self.asked_at, self.started].into_iter().flatten().min();
        match known {
            // The first poll distinguishes lines that were already delivered.
            Some(_) if waits && !self.is_new => None,
            Some(known) => Some(known.saturating_sub(EARLIER)),
            None if waits => None,
            None => Timestamp::from_millis(BEFORE_ALL),
        }
    }

    fn open(&mut self) -> bool {
        let Some(command) = &self.command else { return false };
        let mut command = command.clone();
        if command.since.is_none() {
            command.since = self.since();
            if command.since.is_none() {
                return false;
            }
            self.command = Some(command.clone());
        }
        self.has_more = false;
        let resume = self.cursor.clone();
        let call = self.client.stream(command).settings(|settings| settings.resume = resume);
        self.log = Log::Open(Box::new(call.connect()));
        true
    }

    /// Polls for the next item. Once the deployment is over, `end` holds its outcome for the log.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, end: Option<&End>) -> Poll<Told> {
        loop {
            if let Some(told) = self.outbox.pop_front() {
                return Poll::Ready(told);
            }
            match &mut self.log {
                Log::NotYet => {
                    if !self.open() {
                        return Poll::Pending;
                    }
                }
                Log::Again(at) if *at <= Instant::now() || end.is_some() => {
                    self.open();
                }
                Log::Again(_) | Log::Ended | Log::Lost => return Poll::Pending,
                Log::Open(log) => {
                    let Poll::Ready(told) = log.poll_next_unpin(cx) else {
                        self.behind = None;
                        return Poll::Pending;
                    };
                    match told {
                        Some(Ok(told)) => self.event(told, end),
                        Some(Err(error)) => self.error(error),
                        None => self.close(end.is_some()),
                    }
                }
            }
        }
    }

    fn event(&mut self, event: StreamEvent<ApplicationLog>, end: Option<&End>) {
        match event {
            StreamEvent::Item(item) => {
                let id = item.id.as_deref().or(item.data.id.as_deref());
                let is_repeated = self.known.is_repeated(id, &item.data.message);
                if end.is_some_and(|end| Tail::is_beyond(end, &item.data)) {
                    self.keep_cursor();
                    self.log = Log::Ended;
                    return;
                }
                // A log that repeatedly ends after lines that were already delivered is reopened with a
                // delay.
                if !is_repeated {
                    self.ends_early |= self.endings > 0;
                    self.has_more = true;
                    (self.endings, self.ended) = (0, None);
                }
                let gap = self.gap.take().map(Told::Gap);
                self.outbox.extend(gap);
                self.behind = self.behind.or_else(|| Some(Instant::now()));
                if !is_repeated {
                    self.announced = self.tail.line(Instant::now(), &item.data).or(self.announced);
                    self.outbox.push_back(Told::Line(Box::new(item.data)));
                }
            }
            // Whether something is missing before the end of a log shows when it is opened again.
            StreamEvent::Gap(gap) if gap.before.is_none() => self.gap = Some(gap),
            StreamEvent::Gap(gap) => {
                self.gap = None;
                self.outbox.push_back(Told::Gap(gap));
            }
            StreamEvent::Open(_) => (self.failed, self.told_loss) = (false, false),
            StreamEvent::End(EndReason::Server(_) | EndReason::NoContent) => {
                self.announced = self.announced.or(Some(Sign::End));
                self.ended = self.ended.or(Some(Instant::now()));
                self.close(end.is_some());
            }
            StreamEvent::End(EndReason::Failed) => {
                self.close(false);
                if end.is_some() {
                    self.log = Log::Lost;
                }
            }
            StreamEvent::End(_) => {
                self.keep_cursor();
                self.log = Log::Lost;
            }
            _ => {}
        }
    }

    fn error(&mut self, error: cc_stream::StreamError) {
        let is_told = !error.is_about_one_event() && std::mem::replace(&mut self.failed, true);
        self.told_loss |= !error.is_about_one_event();
        if !is_told {
            self.outbox.push_back(Told::Error(to_error(error)));
        }
    }

    fn keep_cursor(&mut self) {
        if let Log::Open(log) = &self.log {
            self.cursor = Some(log.cursor());
        }
    }

    /// Handles the end of the log: it is final if the deployment is over, otherwise the log is opened again.
    /// A second early end without new lines is final.
    fn close(&mut self, is_over: bool) {
        self.keep_cursor();
        let may_go_on = self.ends_early && self.has_more;
        if is_over && !may_go_on {
            self.log = Log::Ended;
            return;
        }
        if is_over {
            self.known.opened_again();
            self.log = Log::Again(Instant::now());
            return;
        }
        let wait = REOPEN.saturating_mul(1 << self.endings.min(8)).min(REOPEN_MOST);
        self.endings += 1;
        self.known.opened_again();
        self.log = Log::Again(Instant::now() + wait);
    }
}

/// The last lines, known again when the log repeats them.
#[derive(Default)]
struct Known {
    is_needed: bool,
    order: VecDeque<u64>,
    lines: HashSet<u64>,
    hasher: RandomState,
}

impl Known {
    /// Prepares for a reopened log, whose repeated lines the stream does not recognise.
    fn opened_again(&mut self) {
        self.is_needed = true;
    }

    /// Returns `true` if the line with this id was already delivered. The same id with another text is
    /// another line.
    fn is_repeated(&mut self, id: Option<&str>, message: &str) -> bool {
        let Some(id) = id else { return false };
        let line = self.hasher.hash_one((id, message));
        if !self.lines.insert(line) {
            return self.is_needed;
        }
        if self.order.len() == KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.lines.remove(&oldest);
        }
        self.order.push_back(line);
        false
    }
}
