//! How a stream behaves, whatever it carries.

use std::time::Duration;

use crate::continuity::{Continuity, Cursor};
use crate::decoder::Limits;
use crate::machine::Rules;
use crate::retry::Retry;

/// How a stream behaves, whatever it carries.
///
/// ```
/// use std::time::Duration;
///
/// use cc_stream::{Retry, Settings};
///
/// let mut settings = Settings::default();
/// settings.retry = Some(Retry::at_most(5));
/// settings.limit = Some(100);
/// // For a server that sends a heartbeat every 15 s.
/// settings.heartbeat = Some(Duration::from_secs(20));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// When a failure is retried; `None` never retries. Default: [`Retry::default`].
    pub retry: Option<Retry>,
    /// How long an attempt may take until the head of the answer, the making of its request included; `None`: for
    /// ever. Default: 10 s.
    pub connect_timeout: Option<Duration>,
    /// How long an open connection may give no byte; `None`: for ever. Any byte counts, comments too. Set it to the interval of
    /// the server's heartbeats and a margin. Default: `None`, because a server need not send any.
    pub heartbeat: Option<Duration>,
    /// The items to give before the stream ends by itself, over all connections, and over those before
    /// [`resume`](Self::resume) too. Default: `None`, no limit.
    pub limit: Option<u64>,
    /// Behaviour when the consumer is slower than the server. Default: [`Overflow::BackPressure`].
    pub overflow: Overflow,
    /// The largest line and event that are decoded. Default: 1 MiB each.
    pub limits: Limits,
    /// How much of an event's data an error carries, in bytes. Default: 16 KiB.
    pub raw_limit: usize,
    /// Behaviour after an event by which the server reports an error ([`Format::error`](crate::Format::error)). Default:
    /// [`ErrorEvents::GoOn`].
    pub error_events: ErrorEvents,
    /// Proof required that nothing was lost between two connections. Default: [`Continuity::Trust`].
    pub continuity: Continuity,
    /// How many of the last events are known again after a reconnection, by their id and a keyed hash of their name and
    /// data; no less than two. A server that replays further back makes items come twice. Default: 1,024, which takes 16 KiB
    /// once so many have come.
    pub window: usize,
    /// Where to go on from. Default: `None`, wherever the server starts.
    pub resume: Option<Cursor>,
    /// `true` if each request that names no id is given all from one and the same place, such as a date: a connection that
    /// breaks before anything came has then lost nothing, and is no gap. Default: `false`.
    pub fixed_start: bool,
    /// A seed for the jitter, so that a test sees the same waits each time. Default: `None`.
    pub seed: Option<u64>,
}

/// Behaviour when the consumer is slower than the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The server waits: what is not read stays in the connection.
    #[default]
    BackPressure,
    /// At each poll what is there gets read, up to 1,024 things at a time, and only the newest items are kept. What is
    /// dropped is counted ([`StreamHandle::dropped`](crate::StreamHandle::dropped)) and told as a gap. A server that was
    /// asked for as many events as [`limit`](Settings::limit) allows counts what is dropped too, and may end before so many
    /// were given.
    DropOldest {
        /// The items kept, at least one.
        capacity: usize,
    },
}

/// Behaviour after an event by which the server reports an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorEvents {
    /// The error is given, and the stream goes on.
    #[default]
    GoOn,
    /// The error is given, and ends the stream: [`EndReason::Failed`](crate::EndReason::Failed).
    End,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry: Some(Retry::default()),
            connect_timeout: Some(Duration::from_secs(10)),
            heartbeat: None,
            limit: None,
            overflow: Overflow::default(),
            limits: Limits::default(),
            raw_limit: 16 * 1024,
            error_events: ErrorEvents::default(),
            continuity: Continuity::default(),
            window: 1024,
            resume: None,
            fixed_start: false,
            seed: None,
        }
    }
}

impl Settings {
    pub(crate) fn rules(&self) -> Rules {
        Rules { retry: self.retry.clone(), connect_timeout: self.connect_timeout, heartbeat: self.heartbeat }
    }
}
