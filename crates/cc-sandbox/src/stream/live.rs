//! A stream connection: lines since a start time, then new lines as they are written, with heartbeats between
//! them.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use super::fault::StreamFault;
use super::{Line, Place, Sought, Source, wire};
use crate::engine::body::{self, Body, ConnectionReset};
use crate::engine::clock::{Clock, after};
use crate::stage::Stage;
use crate::world::World;

/// Time between two heartbeats, in the time of `tokio`: they are about the connection.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(2);
/// Longest span of a log that is generated at once.
const WINDOW: Duration = Duration::from_secs(3_600);
/// Span that is generated first after a connection has caught up.
const FIRST_WINDOW: Duration = Duration::from_secs(60);
/// The next span is longer if one has fewer lines, and shorter if it has twice as many. A connection holds the lines of one span: the
/// memory for a slow reader follows from this number, and not from how far the time has moved.
const FEW: usize = 64;
/// Time for which [`StreamFault::Reordered`] holds back an event that is alone.
const HOLD: Duration = Duration::from_secs(1);

/// Parameters of a stream request.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) source: Source,
    /// The first place that is wanted.
    pub(crate) from: Place,
    /// Start of the requested lines, regardless of faults.
    pub(crate) since: Option<Timestamp>,
    /// End of the requested lines, exclusive.
    pub(crate) until: Option<Timestamp>,
    pub(crate) limit: Option<u64>,
    /// Names of the fields; empty for all.
    pub(crate) fields: Vec<String>,
    /// Text that lines must contain, in lower case.
    pub(crate) filter: String,
    pub(crate) deployment: Option<String>,
    /// Any of these; empty for all.
    pub(crate) instances: Vec<String>,
    /// Any of these; empty for all.
    pub(crate) services: Vec<String>,
    pub(crate) throttle: Throttle,
}

/// Maximum number of events per period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throttle {
    pub(crate) elements: u32,
    /// In the time of `tokio`.
    pub(crate) per: Duration,
}

impl Wanted {
    /// Returns `true` if a line matches the request.
    pub(crate) fn keeps(&self, line: &Line) -> bool {
        let any = |wanted: &[String], own: Option<&str>| {
            wanted.is_empty() || own.is_some_and(|own| wanted.iter().any(|wanted| wanted == own))
        };
        (self.deployment.is_none() || self.deployment == line.deployment)
            && any(&self.instances, line.instance.as_deref())
            && any(&self.services, Some(line.service))
            && (self.filter.is_empty() || line.message().to_lowercase().contains(&self.filter))
    }
}

/// A connection of a stream. While it waits it costs nothing: it knows when the next line comes, and is woken before only if
/// the subject of its log changes.
#[derive(Debug)]
pub(crate) struct Live {
    /// The world, as long as it exists.
    stage: Weak<Stage>,
    /// Counts this stream among the open ones.
    _open: Arc<()>,
    clock: Arc<Clock>,
    /// Changes of the subject of the log.
    changes: watch::Receiver<()>,
    wanted: Wanted,
    fault: Option<StreamFault>,
    /// Time up to which the log was read.
    seen: Timestamp,
    /// Span that is read next, at most.
    window: Duration,
    /// Knowledge about the log after that.
    rest: Rest,
    queue: VecDeque<Line>,
    sent: u64,
    /// The bytes that are to go, and whether the connection ends behind them.
    out: VecDeque<Bytes>,
    then: Then,
    beat: Instant,
    /// Time before which no event is sent.
    held: Instant,
    slice: (Instant, u32),
    /// Number up to which the order of events is decided, for [`StreamFault::Reordered`].
    paired: u64,
    alone: Option<u64>,
}

/// Time between the last bytes and a cut. A reset drops what the reader has not read yet, and a browser reads late: without it, a fault
/// after three events might be one after none.
const LINGER: Duration = Duration::from_millis(100);

/// Knowledge about the lines that were not read yet. It holds until the subject of the log changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// There may be some: the log is to be read.
    Unread,
    /// There is none before this time.
    SilentUntil(Timestamp),
    /// There is none.
    Silent,
}

/// State after all bytes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Close,
    Cut,
}

impl Live {
    pub(crate) fn new(stage: &Arc<Stage>, wanted: Wanted) -> Self {
        let now = Instant::now();
        Self {
            seen: wanted.from.date(),
            window: FIRST_WINDOW,
            rest: Rest::Unread,
            changes: stage.changes.watch(wanted.source.topic()),
            stage: Arc::downgrade(stage),
            _open: Arc::clone(&stage.streams),
            clock: Arc::clone(&stage.clock),
            wanted,
            fault: None,
            queue: VecDeque::new(),
            sent: 0,
            out: VecDeque::new(),
            then: Then::GoOn,
            beat: now + HEARTBEAT,
            held: now,
            slice: (now, 0),
            paired: 0,
            alone: None,
        }
    }

    /// Applies a fault.
    pub(crate) fn spoil(&mut self, fault: StreamFault) {
        self.fault = Some(fault);
        match fault {
            StreamFault::AcceptThenClose => self.then = Then::Close,
            StreamFault::HeartbeatOnly { lasts } => self.held += lasts,
            StreamFault::DuplicateOnResume { events } => self.rewind(events as usize),
            StreamFault::LostOnResume { events } => self.skip(events as usize),
            _ => {}
        }
    }

    /// The connection as the body of an answer.
    pub(crate) fn into_body(self) -> Body {
        body::streamed(stream::unfold(self, |mut live| async move {
            let piece = live.next().await?;
            Some((piece, live))
        }))
    }

    async fn next(&mut self) -> Option<Result<Bytes, ConnectionReset>> {
        loop {
            if let Some(bytes) = self.out.pop_front() {
                return Some(Ok(self.dripped(bytes).await));
            }
            match self.then {
                Then::GoOn => self.step().await,
                Then::Close => return None,
                Then::Cut => {
                    tokio::time::sleep(LINGER).await;
                    self.then = Then::Close;
                    return Some(Err(ConnectionReset));
                }
            }
        }
    }

    /// The bytes, or the first of them after a pause.
    async fn dripped(&mut self, mut bytes: Bytes) -> Bytes {
        let Some(StreamFault::SlowDrip { pause }) = self.fault else { return bytes };
        tokio::time::sleep(pause).await;
        let first = bytes.split_to(bytes.len().min(1));
        if !bytes.is_empty() {
            self.out.push_front(bytes);
        }
        first
    }

    /// Sends something, ends, or waits.
    async fn step(&mut self) {
        match self.fault {
            Some(StreamFault::ResetBetweenEvents { after }) if self.sent == u64::from(after) => {
                self.then = Then::Cut;
                return;
            }
            Some(StreamFault::HalfOpenSilence { after }) if self.sent == u64::from(after) => {
                return pending().await;
            }
            Some(StreamFault::EndsEarly { after, reason }) if self.sent == u64::from(after) => {
                return self.end(reason.wire());
            }
            _ => {}
        }
        let now = Instant::now();
        if self.beat <= now {
            self.beat = now + HEARTBEAT;
            self.out.push_back(wire::heartbeat());
            return;
        }
        if self.wanted.limit == Some(self.sent) {
            return self.end("LIMIT_REACHED");
        }
        if self.queue.is_empty() && self.is_due() && !self.refill() {
            // The subject of the stream no longer exists.
            self.then = Then::Close;
            return;
        }
        self.reorder(now);
        let ready = self.held.max(self.throttled(now));
        if !self.queue.is_empty() && ready <= now {
            self.slice.1 += 1;
            if let Some(line) = self.queue.pop_front() {
                self.send(&line);
            }
        } else if !self.queue.is_empty() {
            tokio::time::sleep_until(ready.min(self.beat)).await;
        } else if self.wanted.until.is_some_and(|until| self.seen >= until) {
            self.end("UNTIL_REACHED");
        } else if self.rest == Rest::Unread {
            // There is more to look through: others get their turn.
            tokio::task::yield_now().await;
        } else {
            self.wait().await;
        }
    }

    /// Waits until the next line is due, the subject of the log changes, or it is time for a heartbeat.
    async fn wait(&mut self) {
        if let Some(stage) = self.stage.upgrade() {
            stage.keep_time();
        }
        let due = async {
            match self.rest {
                Rest::Unread => {}
                Rest::SilentUntil(time) => self.clock.sleep_until(time).await,
                Rest::Silent => pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep_until(self.beat) => {}
            () = due => {}
            // Closed, it is read again too, and then found to be over.
            _ = self.changes.changed() => self.rest = Rest::Unread,
        }
    }

    /// Returns `true` if the log is to be read: there may be lines, or the world is another one.
    fn is_due(&self) -> bool {
        self.changes.has_changed().unwrap_or(true)
            || match self.rest {
                Rest::Unread => true,
                Rest::SilentUntil(time) => time <= self.clock.now(),
                Rest::Silent => false,
            }
    }

    fn end(&mut self, why: &str) {
        self.out.push_back(wire::end(why));
        self.then = Then::Close;
    }

    fn send(&mut self, line: &Line) {
        let mut data = line.data(&self.wanted.fields);
        let id = match self.wanted.source {
            Source::Requests { .. } => None,
            _ => Some(line.place.id()),
        };
        if let Some(StreamFault::GiantEvent { after, bytes }) = self.fault
            && self.sent == u64::from(after)
            && let Some(map) = data.as_object_mut()
        {
            let filling = "giant ".repeat(bytes as usize / 6 + 1);
            map.insert("message".to_owned(), Value::String(filling));
        }
        let mut event = wire::event(self.wanted.source.event(), id.as_deref(), &data);
        if let Some(StreamFault::ResetMidEvent { after }) = self.fault
            && self.sent == u64::from(after)
        {
            event.truncate(event.len() / 2);
            self.then = Then::Cut;
        }
        self.sent += 1;
        self.out.push_back(event);
    }

    /// Swaps the next two events, or holds back the one that is alone, where the order is to be wrong.
    fn reorder(&mut self, now: Instant) {
        if self.fault != Some(StreamFault::Reordered) || self.sent < self.paired {
            return;
        }
        match self.queue.len() {
            0 => {}
            1 if self.alone == Some(self.sent) => self.paired = self.sent + 1,
            1 => {
                self.alone = Some(self.sent);
                self.held = now + HOLD;
            }
            _ => {
                self.queue.swap(0, 1);
                self.held = now;
                self.paired = self.sent + 2;
            }
        }
    }

    /// Time at which the throttle allows the next event.
    fn throttled(&mut self, now: Instant) -> Instant {
        let Throttle { elements, per } = self.wanted.throttle;
        if now >= self.slice.0 + per {
            self.slice = (now, 0);
        }
        if self.slice.1 < elements { now } else { self.slice.0 + per }
    }

    /// Reads the log from the last position up to now, or as far as one read goes, and finds out when the next line comes.
    /// Returns `false` if the resource or its world no longer exists.
    fn refill(&mut self) -> bool {
        if self.changes.has_changed().is_err() {
            return false;
        }
        let from = match self.rest {
            // No line is before it, as long as nothing has changed.
            Rest::SilentUntil(time) if matches!(self.changes.has_changed(), Ok(false)) => time.max(self.seen),
            _ => self.seen,
        };
        // Before the world is read: what changes later is a change.
        self.changes.mark_unchanged();
        let Some(stage) = self.stage.upgrade() else { return false };
        let world = stage.world();
        let end = self.wanted.until.map_or(world.now, |until| world.now.min(until));
        let to = end.min(after(from, self.window)).max(self.seen);
        let Some(lines) = self.lines(&world, self.seen, to) else { return false };
        self.window = match lines.len() {
            _ if to == end => FIRST_WINDOW,
            0 => (self.window * 8).min(WINDOW),
            1..FEW => (self.window * 2).min(WINDOW),
            count if count < 2 * FEW => self.window,
            _ => self.window.div_f64(2.0).max(Duration::from_secs(1)),
        };
        let from = self.wanted.from;
        self.queue.extend(lines.into_iter().filter(|line| line.place >= from));
        self.seen = to;
        self.rest = if to < end { Rest::Unread } else { self.rest_of(&world) };
        true
    }

    /// The wanted lines of a span of time, not the end of it. `None` if the resource no longer exists.
    fn lines(&self, world: &World, from: Timestamp, to: Timestamp) -> Option<Vec<Line>> {
        let mut lines = self.wanted.source.lines(world, from, to, self.sought())?;
        lines.retain(|line| self.wanted.keeps(line));
        Some(lines)
    }

    /// Number of lines that wait to be sent.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Goes on by one step, as the body of an answer does.
    #[cfg(test)]
    pub(super) async fn one(&mut self) -> Option<Result<Bytes, ConnectionReset>> {
        self.next().await
    }

    fn sought(&self) -> Sought<'_> {
        Sought { text: &self.wanted.filter, deployment: self.wanted.deployment.as_deref() }
    }

    /// Finds out when the next line comes.
    fn rest_of(&self, world: &World) -> Rest {
        let wanted = |line: &Line| line.place >= self.wanted.from && self.wanted.keeps(line);
        match (self.wanted.source.next(world, self.seen, self.sought(), wanted), self.wanted.until) {
            (Some(next), until) => Rest::SilentUntil(until.map_or(next, |until| next.min(until))),
            (None, Some(until)) => Rest::SilentUntil(until),
            (None, None) => Rest::Silent,
        }
    }

    /// The wanted lines of a span of time, if there is something to read them from.
    fn lines_now(&self, from: Timestamp, to: Timestamp) -> Vec<Line> {
        let Some(stage) = self.stage.upgrade() else { return Vec::new() };
        self.lines(&stage.world(), from, to).unwrap_or_default()
    }

    /// Goes back by some events.
    fn rewind(&mut self, events: usize) {
        let hour = jiff::SignedDuration::from_hours(1);
        let start = self.wanted.from.date().checked_sub(hour).unwrap_or(Timestamp::MIN);
        let start = self.wanted.since.map_or(start, |since| start.max(since));
        let end = after(self.wanted.from.date(), Duration::from_micros(1));
        let mut lines = self.lines_now(start, end);
        lines.retain(|line| line.place < self.wanted.from);
        if let Some(first) = lines.len().checked_sub(events.max(1)).or(lines.first().map(|_| 0)) {
            self.wanted.from = lines[first].place;
            self.seen = self.wanted.from.date();
        }
    }

    /// Leaves some events out; of those that are not written yet, as many as come in an hour.
    fn skip(&mut self, events: usize) {
        let lines = self.lines_now(self.wanted.from.date(), after(self.wanted.from.date(), WINDOW));
        let later = lines.into_iter().filter(|line| line.place >= self.wanted.from);
        if let Some(last) = later.take(events).last() {
            self.wanted.from = last.place.next();
            self.seen = self.wanted.from.date();
        }
    }
}
