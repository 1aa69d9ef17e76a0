//! Behaviour of a stream, independent of its content.

use std::time::Duration;

use crate::continuity::{Continuity, Cursor};
use crate::decoder::Limits;
use crate::machine::Rules;
use crate::retry::Retry;

/// Behaviour of a stream, independent of its content.
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
    /// Retry policy for failures; `None` never retries. Default: [`Retry::default`].
    pub retry: Option<Retry>,
    /// Time limit of an attempt until the head of the answer, including the creation of its request; `None`:
    /// no limit. Default: 10 s.
    pub connect_timeout: Option<Duration>,
    /// Silence of an open connection after which it counts as dead; `None`: no limit. Any byte counts,
    /// comments too. Set it to the interval of the server's heartbeats and a margin. Default: `None`, because
    /// servers need not send heartbeats.
    pub heartbeat: Option<Duration>,
    /// Number of items after which the stream ends, over all connections, including those before
    /// [`resume`](Self::resume). Default: `None`, no limit.
    pub limit: Option<u64>,
    /// Behaviour when the consumer is slower than the server. Default: [`Overflow::BackPressure`].
    pub overflow: Overflow,
    /// The largest line and event that are decoded. Default: 1 MiB each.
    pub limits: Limits,
    /// Maximum amount of an event's data in an error, in bytes. Default: 16 KiB.
    pub raw_limit: usize,
    /// Behaviour after an event by which the server reports an error ([`Format::error`](crate::Format::error)). Default:
    /// [`ErrorEvents::GoOn`].
    pub error_events: ErrorEvents,
    /// Proof required that nothing was lost between two connections. Default: [`Continuity::Trust`].
    pub continuity: Continuity,
    /// Number of recent events that are recognised again after a reconnection, by their id and a keyed hash
    /// of their name and data; at least two. If a server replays more, items arrive twice. Default: 1,024,
    /// which takes 16 KiB once it is full.
    pub window: usize,
    /// Position to resume from. Default: `None`, the start chosen by the server.
    pub resume: Option<Cursor>,
    /// `true` if each request without an id starts at the same place, such as a date: a connection that fails
    /// before the first event has then lost nothing, and causes no gap. Default: `false`.
    pub fixed_start: bool,
    /// A seed for the jitter, so that a test sees the same waits each time. Default: `None`.
    pub seed: Option<u64>,
}

/// Behaviour when the consumer is slower than the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The server waits: unread data stay in the connection.
    #[default]
    BackPressure,
    /// Each poll reads all available data, up to 1,024 events at a time, and keeps only the newest items.
    /// Dropped items are counted ([`StreamHandle::dropped`](crate::StreamHandle::dropped)) and reported as a
    /// gap. A server that was asked for as many events as [`limit`](Settings::limit) allows counts dropped
    /// items too, and may end before that number was delivered.
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
