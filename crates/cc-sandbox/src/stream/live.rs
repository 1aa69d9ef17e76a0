//! A stream connection: lines since a start time, then new lines as they are written, with heartbeats between
//! them.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::fault::StreamFault;
use super::{Line, Place, Source, wire};
use crate::engine::body::{self, Body, ConnectionReset};
use crate::engine::clock::{Clock, after};
use crate::world::World;

/// Time between two heartbeats, in the time of `tokio`: they are about the connection.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Span of a log that is generated at once.
const WINDOW: Duration = Duration::from_secs(3_600);
/// Maximum interval between two reads of the log, in sandbox time.
const LOOK: Duration = Duration::from_secs(1);

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

/// World of a stream, as long as it exists, and its time.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) world: Weak<Mutex<World>>,
    pub(crate) clock: Arc<Clock>,
}

/// A connection of a stream.
#[derive(Debug)]
pub(crate) struct Live {
    ground: Ground,
    wanted: Wanted,
    fault: Option<StreamFault>,
    /// Time up to which the log was read.
    seen: Timestamp,
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

/// State after all bytes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Close,
    Cut,
}

impl Live {
    pub(crate) fn new(ground: Ground, wanted: Wanted) -> Self {
        let now = Instant::now();
        Self {
            seen: wanted.from.date(),
            ground,
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
                    // Sent bytes must leave before the connection ends.
                    tokio::task::yield_now().await;
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
        if self.queue.is_empty() && !self.refill() {
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
        } else if self.seen < self.ground.clock.now() {
            // There is more to look through: others get their turn.
            tokio::task::yield_now().await;
        } else {
            let clock = Arc::clone(&self.ground.clock);
            tokio::select! {
                () = tokio::time::sleep_until(self.beat) => {}
                () = clock.sleep_until(self.next_look()) => {}
            }
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
                self.held = now + LOOK;
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

    /// Reads the log from the last position up to now, or as far as one read goes. Returns `false` if the
    /// resource no longer exists.
    fn refill(&mut self) -> bool {
        let mut to = self.ground.clock.now().min(after(self.seen, WINDOW));
        if let Some(until) = self.wanted.until {
            to = to.min(until);
        }
        if to <= self.seen {
            return self.lines(self.seen, self.seen).is_some();
        }
        let Some(lines) = self.lines(self.seen, to) else { return false };
        let from = self.wanted.from;
        self.queue.extend(lines.into_iter().filter(|line| line.place >= from));
        self.seen = to;
        true
    }

    /// The wanted lines of a span of time, not the end of it.
    fn lines(&self, from: Timestamp, to: Timestamp) -> Option<Vec<Line>> {
        let world = self.ground.world.upgrade()?;
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle(self.ground.clock.now());
        let mut lines = self.wanted.source.lines(&world, from, to)?;
        lines.retain(|line| self.wanted.keeps(line));
        Some(lines)
    }

    /// Time of the next read of the log: right after the next known line, and at regular intervals.
    fn next_look(&self) -> Timestamp {
        let latest = after(self.seen, LOOK);
        let lines = self.lines(self.seen, latest).unwrap_or_default();
        let next = lines.first().map(|line| after(line.place.date(), Duration::from_micros(1)));
        let until = self.wanted.until.unwrap_or(latest);
        next.unwrap_or(latest).min(latest).min(until)
    }

    /// Goes back by some events.
    fn rewind(&mut self, events: usize) {
        let hour = jiff::SignedDuration::from_hours(1);
        let start = self.wanted.from.date().checked_sub(hour).unwrap_or(Timestamp::MIN);
        let start = self.wanted.since.map_or(start, |since| start.max(since));
        let end = after(self.wanted.from.date(), Duration::from_micros(1));
        let mut lines = self.lines(start, end).unwrap_or_default();
        lines.retain(|line| line.place < self.wanted.from);
        if let Some(first) = lines.len().checked_sub(events.max(1)).or(lines.first().map(|_| 0)) {
            self.wanted.from = lines[first].place;
            self.seen = self.wanted.from.date();
        }
    }

    /// Leaves some events out; of those that are not written yet, as many as come in an hour.
    fn skip(&mut self, events: usize) {
        let lines = self.lines(self.wanted.from.date(), after(self.wanted.from.date(), WINDOW));
        let later = lines.unwrap_or_default().into_iter().filter(|line| line.place >= self.wanted.from);
        if let Some(last) = later.take(events).last() {
            self.wanted.from = last.place.next();
            self.seen = self.wanted.from.date();
        }
    }
}
