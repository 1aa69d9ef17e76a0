//! Drives the machine: opens connections, reads, waits, and reports one event at a time.
//!
//! The driver follows the machine's state at each poll instead of keeping one of its own, so that a command given at any
//! moment is obeyed, and no connection but the machine's can live.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;

use crate::clock::Sleep;
use crate::connect::{Attempt, Opener};
use crate::connection::{Connection, Report};
use crate::continuity::Position;
use crate::decoder::Decoder;
use crate::error::{ErrorKind, Result, StreamError};
use crate::event::{EndReason, Gap, Opened, Retrying, StreamEvent};
use crate::handle::{Entered, Shared};
use crate::machine::{Cause, ConnectionId, Effect, Failure, Input, Rules, State};
use crate::reader::{Reader, Reading};
use crate::runtime::guarded;

/// An event that the driver reports.
pub(crate) type Told<T> = Result<StreamEvent<T>>;

/// Result of decoding.
enum Step {
    /// Nothing to report.
    On,
    /// The reader holds an event to report.
    Told,
    Gap(Gap),
}

/// Steps without anything to tell, after which other tasks get their turn.
const TURN: u32 = 128;

/// Longer than any id of a real server, in bytes.
const LONG_ID: usize = 1024;

/// Attempts in a row with a long id that may go unanswered.
const UNANSWERED: u32 = 3;

pub(crate) struct Driver<T> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) reader: Reader<T>,
    pub(crate) decoder: Decoder,
    pub(crate) opener: Opener,
    pub(crate) limit: Option<u64>,
    pub(crate) rules: Rules,
    pub(crate) connection: Connection,
    /// The connection's number.
    pub(crate) connection_id: ConnectionId,
    /// The id the server was asked to go on from.
    pub(crate) asked: Option<Arc<str>>,
    pub(crate) attempts: u64,
    /// Attempts in a row with a long id that got no answer.
    pub(crate) unanswered: u32,
    /// `true` if every item is delivered, so that the server's count can be compared with the limit.
    pub(crate) is_exact: bool,
    /// Number of events requested from the server, and number received on this connection.
    pub(crate) asked_for: Option<u64>,
    pub(crate) given: u64,
    /// Number of events received on the last connection, if it gave all that were requested and too few were
    /// new.
    pub(crate) wasted: u64,
    pub(crate) chunk: Bytes,
    /// Number of decoded bytes of the chunk.
    pub(crate) decoded: usize,
    pub(crate) outbox: VecDeque<Told<T>>,
    /// The place before what waits in the outbox.
    pub(crate) place: Option<Position>,
    /// Bytes came that the machine was not told of.
    pub(crate) heard: bool,
    /// Retries since the last healthy connection.
    pub(crate) retries: u32,
    pub(crate) timer: Option<(Duration, Sleep)>,
    /// The commands already followed.
    pub(crate) followed: u64,
    /// Waker to call after a command. While the same task polls and no command has arrived, the machine needs
    /// no check.
    pub(crate) waker: Option<Waker>,
    /// The consumer was away since the last time nothing was there.
    pub(crate) away: bool,
    pub(crate) ended: bool,
}

impl<T> Driver<T> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Told<T>>> {
        for _ in 0..TURN {
            if self.decoded < self.chunk.len()
                && self.followed == self.shared.commands()
                && self.outbox.is_empty()
            {
                match self.decode() {
                    Step::On => continue,
                    Step::Told => return Poll::Ready(self.reader.told.take()),
                    Step::Gap(gap) => return Poll::Ready(Some(Ok(StreamEvent::Gap(gap)))),
                }
            }
            if let Some(told) = self.outbox.pop_front() {
                if self.outbox.is_empty() {
                    self.place = None;
                }
                return Poll::Ready(Some(told));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            ready!(self.advance(cx));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Position of the stream, up to the last reported event.
    pub(crate) fn position(&self) -> &Position {
        self.place.as_ref().unwrap_or(self.reader.tracker.position())
    }

    /// Closes the stream and its connection, now.
    pub(crate) fn close(&mut self, reason: EndReason) {
        self.shared.apply(self.shared.clock.now(), Input::Close(reason));
        self.disconnect();
    }

    /// Something is given to the consumer, who may take its time with it.
    #[inline]
    pub(crate) fn hand_out(&mut self) {
        self.away = true;
        if self.retries > 0 {
            self.shared.apply(self.shared.clock.now(), Input::HandedOut(self.connection_id));
        }
    }

    /// Decodes up to the next thing to tell, or to the chunk's end.
    fn decode(&mut self) -> Step {
        loop {
            let mut rest = &self.chunk[self.decoded..];
            let frame = self.decoder.next(&mut rest);
            self.decoded = self.chunk.len() - rest.len();
            let Some(frame) = frame else {
                self.chunk = Bytes::new();
                self.decoded = 0;
                return Step::On;
            };
            let place = self.reader.place_before_gap();
            match self.reader.read(frame) {
                Reading::Told => {
                    self.given += 1;
                    self.progress();
                    return Step::Told;
                }
                Reading::Nothing => {}
                Reading::Skipped => {
                    self.given += 1;
                    self.shared.counts.others.set(self.reader.others);
                }
                Reading::Duplicate => {
                    self.given += 1;
                    self.shared.counts.duplicates.add(1);
                }
                Reading::Retry(time) => self.shared.set_reconnection_time(time),
                Reading::AfterGap(gap) => {
                    self.shared.counts.others.set(self.reader.others);
                    if let Some(told) = self.reader.told.take() {
                        self.given += 1;
                        self.progress();
                        self.place = place;
                        self.outbox.push_back(told);
                    }
                    return Step::Gap(gap);
                }
                Reading::Failed { gap, error } => {
                    self.outbox.extend(gap.map(|gap| Ok(StreamEvent::Gap(gap))));
                    self.follow(Report::Failed(error));
                    return Step::On;
                }
                Reading::End { reason, gap, error } => {
                    self.outbox.extend(gap.map(|gap| Ok(StreamEvent::Gap(gap))));
                    self.outbox.extend(error.map(Err));
                    if self.ended_short() {
                        self.follow(Report::Failed(StreamError::new(ErrorKind::Disconnected)));
                    } else {
                        let ended = Input::Ended(self.connection_id, EndReason::Server(reason));
                        self.shared.apply(self.shared.clock.now(), ended);
                        self.disconnect();
                    }
                    return Step::On;
                }
            }
        }
    }

    /// A new event came: a connection that brings one is healthy, however soon it is lost.
    #[inline]
    fn progress(&mut self) {
        if self.retries > 0 && self.reader.tracker.is_progress() {
            self.shared.apply(self.shared.clock.now(), Input::Progress(self.connection_id));
            self.retries = 0;
        }
    }

    /// An attempt got no answer. A server may drop a request whose id is too long for it: after a few of them, the next
    /// attempt asks without the id.
    fn is_unanswered(&mut self) {
        if self.asked.as_ref().is_some_and(|id| id.len() > LONG_ID) {
            self.unanswered += 1;
            if self.unanswered == UNANSWERED {
                self.unanswered = 0;
                self.reader.tracker.refuse();
            }
        }
    }

    /// Returns `true` if the server ended the stream because it gave as many events as it was asked for, of which some came again or
    /// were no items: more are wanted.
    fn ended_short(&mut self) -> bool {
        // Where nothing is retried, the server has the last word.
        let wanted = self.limit.filter(|_| self.is_exact && self.rules.retry.is_some());
        let (Some(limit), Some(asked)) = (wanted, self.asked_for) else { return false };
        let short = self.given >= asked && self.shared.counts.delivered.get() < limit;
        self.wasted = if short { self.given } else { 0 };
        short
    }

    /// Follows the machine one step. `Ready`: something happened, look again.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_undisturbed(cx.waker()) {
            self.enter(cx);
            // Data before a command without an effect is still unread.
            if self.ended || self.decoded < self.chunk.len() {
                return Poll::Ready(());
            }
        }
        match guarded(|| self.connection.poll(cx, &*self.shared.clock)) {
            Ok(Poll::Ready(report)) => {
                self.follow(report);
                Poll::Ready(())
            }
            Ok(Poll::Pending) => self.wait(cx),
            Err(error) => self.fail(error),
        }
    }

    /// Returns `true` if the connection is open, and was when the machine was last asked; since then, nothing but bytes came.
    #[inline]
    fn is_undisturbed(&self, waker: &Waker) -> bool {
        matches!(self.connection, Connection::Open(_))
            && self.followed == self.shared.commands()
            && self.waker.as_ref().is_some_and(|known| is_same(known, waker))
    }

    /// Asks the machine for its state, and does what that means.
    fn enter(&mut self, cx: &mut Context<'_>) {
        let Entered { state, connection_id, retries, lived, commands } =
            self.shared.enter(self.shared.clock.now(), cx.waker().clone());
        (self.followed, self.retries) = (commands, retries);
        self.waker = Some(cx.waker().clone());
        if connection_id != self.connection_id || !matches!(state, State::Connecting | State::Open) {
            self.disconnect();
            self.connection_id = connection_id;
        }
        match state {
            State::Closed => {
                let reason = self.shared.end().unwrap_or(EndReason::Closed);
                self.outbox.push_back(Ok(StreamEvent::End(reason)));
                self.timer = None;
                self.ended = true;
            }
            State::Connecting if self.connection.is_none() => self.open(lived),
            _ => {}
        }
    }

    fn open(&mut self, lived: bool) {
        let tracker = &mut self.reader.tracker;
        tracker.disconnected();
        if lived {
            tracker.calm();
        }
        self.asked = tracker.resume_from().cloned();
        self.attempts += 1;
        let left = |limit: u64| limit.saturating_sub(self.shared.counts.delivered.get());
        let again = tracker.overlap().max(self.wasted);
        self.asked_for = self.limit.map(|limit| left(limit).saturating_add(again));
        self.given = 0;
        self.connection = Connection::Opening((self.opener)(Attempt {
            number: self.attempts,
            last_event_id: self.asked.clone(),
            mark: tracker.mark(),
            remaining: self.asked_for,
        }));
    }

    fn disconnect(&mut self) {
        self.connection = Connection::None;
        self.chunk = Bytes::new();
        self.decoded = 0;
        self.heard = false;
        self.decoder.reset();
    }

    fn follow(&mut self, report: Report) {
        match report {
            Report::Bytes(bytes) => {
                // The arrival time decides whether a connection was healthy, which matters only after
                // retries. Otherwise, the machine is updated when there is nothing to read, so that a busy
                // stream does not read the clock.
                if self.retries > 0 {
                    self.retries = self.shared.heard(self.shared.clock.now(), self.connection_id);
                }
                self.heard = true;
                (self.chunk, self.decoded) = (bytes, 0);
            }
            Report::Opened => {
                self.unanswered = 0;
                if self.shared.reach(self.shared.clock.now(), Input::Opened(self.connection_id), State::Open)
                {
                    self.reader.tracker.connected();
                    let opened = Opened { attempt: self.attempts, resumed_from: self.asked.clone() };
                    self.outbox.push_back(Ok(StreamEvent::Open(opened)));
                }
            }
            Report::NoContent => {
                self.reader.tracker.connected();
                let gap = self.reader.tracker.finish();
                self.outbox.extend(gap.map(|gap| Ok(StreamEvent::Gap(gap))));
                self.shared
                    .apply(self.shared.clock.now(), Input::Ended(self.connection_id, EndReason::NoContent));
            }
            Report::Failed(error) => {
                let mut failure = Failure { transient: error.is_transient(), retry_after: None };
                if let ErrorKind::Refused { status, retry_after, .. } = error.kind() {
                    failure.retry_after = *retry_after;
                    if self.asked.is_some() && may_refuse_an_id(status.as_u16()) {
                        self.reader.tracker.refuse();
                        failure.transient = true;
                    }
                }
                let is_unanswered = match error.kind() {
                    ErrorKind::Unreachable | ErrorKind::ConnectTimeout { .. } => true,
                    // So says a proxy for the server behind it that dropped the request.
                    ErrorKind::Refused { status, .. } => status.is_server_error(),
                    _ => false,
                };
                if is_unanswered {
                    self.is_unanswered();
                } else {
                    self.unanswered = 0;
                }
                let effect =
                    self.shared.apply(self.shared.clock.now(), Input::Failed(self.connection_id, failure));
                self.tell(effect, Some(error));
            }
        }
    }

    /// Ends the stream with a permanent error, in any state.
    #[cold]
    fn fail(&mut self, error: StreamError) -> Poll<()> {
        self.outbox.push_back(Err(error));
        self.timer = None;
        self.close(EndReason::Failed);
        Poll::Ready(())
    }

    /// Waits for the next deadline, if any, when there is nothing to read.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.shared.clock.now();
        let (heard, away) =
            (std::mem::take(&mut self.heard) && self.retries == 0, std::mem::take(&mut self.away));
        let machine = self.shared.idle(now, self.connection_id, heard, away);
        // A refusal has its head: what is waited for is its body, for as long as that is worth.
        let refused = self.connection.deadline();
        let Some(deadline) = refused.or(machine) else {
            self.timer = None;
            return Poll::Pending;
        };
        if deadline > now {
            // A timer that is early is as good: the deadline is looked at again then.
            let (timer, clock) = (&mut self.timer, &self.shared.clock);
            let waited = guarded(|| {
                let timer = match timer {
                    Some(timer) if timer.0 <= deadline => timer,
                    timer => timer.insert((deadline, clock.sleep_until(deadline))),
                };
                timer.1.as_mut().poll(cx)
            });
            match waited {
                Ok(waited) => ready!(waited),
                Err(error) => return self.fail(error),
            }
        }
        self.timer = None;
        if refused.is_some() {
            return Poll::Ready(());
        }
        let effect = self.shared.apply(self.shared.clock.now(), Input::Tick);
        if matches!(effect, Effect::Retry { cause: Cause::ConnectTimeout, .. }) {
            self.is_unanswered();
        }
        self.tell(effect, None);
        Poll::Ready(())
    }

    /// Reports a failure with the machine's decision.
    fn tell(&mut self, effect: Effect, reported: Option<StreamError>) {
        let error = |cause: Cause| match (cause, reported) {
            (Cause::Reported, Some(error)) => error,
            (Cause::Reported, None) => StreamError::new(ErrorKind::Disconnected),
            (Cause::ConnectTimeout, _) => {
                let after = self.rules.connect_timeout.unwrap_or_default();
                StreamError::new(ErrorKind::ConnectTimeout { after })
            }
            (Cause::Silence, _) => {
                StreamError::new(ErrorKind::Silent { after: self.rules.heartbeat.unwrap_or_default() })
            }
        };
        let told = match effect {
            // The stream was paused or closed in the meantime.
            Effect::None => return,
            Effect::Retry { cause, attempt, delay } => {
                Ok(StreamEvent::Retry(Retrying { error: error(cause), attempt, delay }))
            }
            Effect::GiveUp { cause, exhausted: None } => Err(error(cause)),
            Effect::GiveUp { cause, exhausted: Some(retries) } => {
                let kind = ErrorKind::RetriesExhausted { retries };
                Err(StreamError::new(kind).with_source(error(cause)))
            }
        };
        self.outbox.push_back(told);
        self.disconnect();
    }
}

/// A handle that outlives its stream sees that it is over.
impl<T> Drop for Driver<T> {
    fn drop(&mut self) {
        self.shared.apply(self.shared.clock.now(), Input::Close(EndReason::Closed));
    }
}

/// Returns `true` if both wake the same task. `Waker::will_wake` compares where the functions' table is, of which a program may
/// hold copies, and misses some.
fn is_same(one: &Waker, other: &Waker) -> bool {
    one.data() == other.data() && one.vtable() == other.vtable()
}

/// Statuses that may mean "I cannot go on from this id": tried once more without it.
fn may_refuse_an_id(status: u16) -> bool {
    matches!(status, 400 | 404 | 409 | 410 | 412 | 413 | 414 | 416 | 422 | 431)
}
