//! The life of a stream: its states, and every transition between them, in [`Machine::apply`] alone.
//!
//! The machine is pure: it receives events with their time and returns actions; it opens nothing and waits
//! for nothing. Time is a monotonic clock, counted from any starting point.

use std::fmt;
use std::time::Duration;

use crate::event::EndReason;
use crate::retry::{Chance, Retry, Wishes};
use crate::watch::Watch;

#[cfg(test)]
mod tests;

/// State of a stream in its life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Made, and not yet polled.
    Init,
    /// A request is being made, or its answer is awaited.
    Connecting,
    /// The server streams.
    Open,
    /// There is no connection: the program paused the stream, or it waits for its next attempt.
    Paused,
    /// Over. No other state follows.
    Closed,
}

impl fmt::Display for State {
    /// One word in lower case, such as `open`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Init => "init",
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closed => "closed",
        })
    }
}

/// The number of a connection. What an earlier connection reports is of no more interest.
pub type ConnectionId = u64;

/// Settings of the stream that the machine needs.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Retry policy for failures; `None`: never retry.
    pub retry: Option<Retry>,
    /// Time limit of an attempt until the head of its answer; `None`: no limit.
    pub connect_timeout: Option<Duration>,
    /// Maximum silence of an open connection; `None`: no limit.
    pub heartbeat: Option<Duration>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The stream is polled.
    Start,
    /// The server accepted the stream.
    Opened(ConnectionId),
    /// Bytes came.
    Bytes(ConnectionId),
    /// There is nothing to read. `anew`: since the last time, the consumer was away.
    Idle {
        /// The connection.
        connection_id: ConnectionId,
        /// `true` if the consumer was away.
        anew: bool,
    },
    /// A new event came: the connection is of use, however short it lives.
    Progress(ConnectionId),
    /// An item was given to the consumer: data that are read next may have arrived long before.
    HandedOut(ConnectionId),
    /// The connection failed.
    Failed(ConnectionId, Failure),
    /// The server ended the stream.
    Ended(ConnectionId, EndReason),
    /// Time passed. To be told at [`Machine::deadline`], and only when there is nothing to read.
    Tick,
    /// The program pauses the stream.
    Pause,
    /// The program resumes the stream, or does not want to wait for the next attempt.
    Resume,
    /// The program closes the stream, or the stream has delivered its limit.
    Close(EndReason),
}

/// A connection that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failure {
    /// `true` if trying again may help.
    pub transient: bool,
    /// Wishes of the server in its refusal.
    pub retry_after: Option<Duration>,
}

/// Effect of an input, beyond the new state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing to report.
    None,
    /// The connection failed, and another is made after the delay.
    Retry {
        /// Cause of the failure.
        cause: Cause,
        /// Number of the retry, from 1.
        attempt: u32,
        /// The wait.
        delay: Duration,
    },
    /// The connection failed, and that was the last one.
    GiveUp {
        /// Cause of the failure.
        cause: Cause,
        /// The retries made, when there were as many as allowed.
        exhausted: Option<u32>,
    },
}

/// Reason why a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Reported failure.
    Reported,
    /// The time allowed to connect is over.
    ConnectTimeout,
    /// The server has fallen silent.
    Silence,
}

#[derive(Debug)]
enum Phase {
    Init,
    Connecting { since: Duration },
    Open(Watch),
    Waiting { until: Duration },
    Paused,
    Closed(EndReason),
}

/// The life of one stream.
#[derive(Debug)]
pub struct Machine {
    rules: Rules,
    phase: Phase,
    connection_id: ConnectionId,
    retries: u32,
    /// The last connection that was open lived long enough, or there was none yet.
    lived: bool,
    reconnection_time: Option<Duration>,
    chance: Chance,
}

impl Machine {
    /// A stream that has not started. The same seed gives the same waits.
    pub fn new(rules: Rules, seed: Option<u64>) -> Self {
        Self {
            rules,
            phase: Phase::Init,
            connection_id: 0,
            retries: 0,
            lived: true,
            reconnection_time: None,
            chance: Chance::new(seed),
        }
    }

    /// The state.
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Init => State::Init,
            Phase::Connecting { .. } => State::Connecting,
            Phase::Open(_) => State::Open,
            Phase::Waiting { .. } | Phase::Paused => State::Paused,
            Phase::Closed(_) => State::Closed,
        }
    }

    /// The connection that counts. While [`State::Connecting`], one with this number is to be made.
    pub fn connection_id(&self) -> ConnectionId {
        self.connection_id
    }

    /// Retries since the last healthy connection.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// Returns `true` if the last connection that was open lived as long as a healthy one does.
    pub fn has_lived(&self) -> bool {
        self.lived
    }

    /// Reason of the end, once the stream has ended.
    pub fn end(&self) -> Option<&EndReason> {
        match &self.phase {
            Phase::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    /// Time of the next [`Input::Tick`], if nothing happens before.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Connecting { since } => Some(since.saturating_add(self.rules.connect_timeout?)),
            Phase::Open(watch) => watch.deadline(),
            Phase::Waiting { until } => Some(*until),
            Phase::Init | Phase::Paused | Phase::Closed(_) => None,
        }
    }

    /// The server sets the time to wait before a reconnection.
    pub fn set_reconnection_time(&mut self, time: Duration) {
        self.reconnection_time = Some(time);
    }

    /// Every transition there is. What does not fit the state, or is of an earlier connection, changes nothing.
    pub fn apply(&mut self, now: Duration, input: Input) -> Effect {
        match (&mut self.phase, input) {
            (Phase::Closed(_), _) => {}
            (_, Input::Close(reason)) => self.phase = Phase::Closed(reason),
            (_, Input::Pause) => {
                self.bury(now);
                self.phase = Phase::Paused;
            }
            (Phase::Init, Input::Start) | (Phase::Waiting { .. } | Phase::Paused, Input::Resume) => {
                self.connect(now);
            }
            (Phase::Waiting { until }, Input::Tick) if now >= *until => self.connect(now),
            (Phase::Connecting { .. }, Input::Opened(connection_id))
                if connection_id == self.connection_id =>
            {
                self.phase = Phase::Open(Watch::new(self.rules.heartbeat, now));
            }
            (Phase::Connecting { since }, Input::Tick) => {
                let spent = now.saturating_sub(*since);
                if self.rules.connect_timeout.is_some_and(|timeout| spent >= timeout) {
                    return self.fail(now, Cause::ConnectTimeout, TRANSIENT);
                }
            }
            (Phase::Open(watch), Input::Bytes(connection_id)) if connection_id == self.connection_id => {
                watch.bytes(now);
                let has_lived = |retry: &Retry| watch.has_lived(retry.figures().healthy_after, now);
                if self.retries > 0 && self.rules.retry.as_ref().is_some_and(has_lived) {
                    self.retries = 0;
                }
            }
            (Phase::Open(_), Input::Progress(connection_id)) if connection_id == self.connection_id => {
                self.retries = 0
            }
            (Phase::Open(watch), Input::Idle { connection_id, anew })
                if connection_id == self.connection_id =>
            {
                watch.idle(now, anew)
            }
            (Phase::Open(watch), Input::HandedOut(connection_id)) if connection_id == self.connection_id => {
                watch.hand_out(now)
            }
            (Phase::Open(watch), Input::Tick) => {
                let silent = watch.is_silent(now);
                if silent {
                    return self.fail(now, Cause::Silence, TRANSIENT);
                }
            }
            (Phase::Connecting { .. } | Phase::Open(_), Input::Failed(connection_id, failure))
                if connection_id == self.connection_id =>
            {
                return self.fail(now, Cause::Reported, failure);
            }
            (Phase::Connecting { .. } | Phase::Open(_), Input::Ended(connection_id, reason))
                if connection_id == self.connection_id =>
            {
                self.phase = Phase::Closed(reason);
            }
            _ => {}
        }
        Effect::None
    }

    fn connect(&mut self, now: Duration) {
        self.connection_id += 1;
        self.phase = Phase::Connecting { since: now };
    }

    /// An open connection is over: if it was a healthy one, failures are counted from zero again.
    fn bury(&mut self, now: Duration) {
        if let (Phase::Open(watch), Some(retry)) = (&self.phase, &self.rules.retry) {
            self.lived = watch.has_lived(retry.figures().healthy_after, now);
            if self.lived {
                self.retries = 0;
            }
        }
    }

    /// A connection failed: wait for another, or give up.
    fn fail(&mut self, now: Duration, cause: Cause, failure: Failure) -> Effect {
        let mut spent = Duration::ZERO;
        self.bury(now);
        let retry = self.rules.retry.as_ref().filter(|_| failure.transient);
        if let Phase::Connecting { since } = &self.phase {
            spent = now.saturating_sub(*since);
        }
        let allowed = |retry: &&Retry| retry.figures().max.is_none_or(|max| self.retries < max);
        let Some(rules) = retry.filter(allowed) else {
            self.phase = Phase::Closed(EndReason::Failed);
            return Effect::GiveUp { cause, exhausted: retry.map(|_| self.retries) };
        };
        let wishes = Wishes { retry_after: failure.retry_after, reconnection_time: self.reconnection_time };
        let delay = rules.delay(self.retries, wishes, spent, self.chance.draw());
        self.retries = self.retries.saturating_add(1);
        self.phase = Phase::Waiting { until: now.saturating_add(delay) };
        Effect::Retry { cause, attempt: self.retries, delay }
    }
}

const TRANSIENT: Failure = Failure { transient: true, retry_after: None };
