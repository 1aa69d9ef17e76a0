//! Observers of calls: they measure what happens, and change nothing.
//!
//! ```
//! use cc_runtime::Transport;
//! use cc_runtime::transport::observe::{AttemptEnd, DurationMetric, Observer};
//!
//! #[derive(Debug)]
//! struct Metrics;
//!
//! impl Observer for Metrics {
//!     fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
//!         let metric = attempt.duration_metric();
//!         let attributes: Vec<_> = metric.attributes().collect();
//!         println!("{} = {} {} {attributes:?}", DurationMetric::NAME, metric.value, DurationMetric::UNIT);
//!     }
//! }
//!
//! let transport = Transport::builder().observer(Metrics).build()?;
//! # Ok::<(), cc_runtime::Error>(())
//! ```

mod metric;
mod watch;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode, Version};

use crate::operation_info::OperationInfo;

pub use super::trace::{command_span, record_error};
pub(crate) use metric::protocol_version;
pub use metric::{AttributeValue, DurationMetric};
pub use watch::error_type;
pub(crate) use watch::{Answered, CallWatch, Decoded, WaitWatch, is_error};

/// Measures calls, attempts, cache look-ups, waits and streams. All methods do nothing by default.
///
/// The methods run in the path of the call: they should count and return. They neither change a call nor end it: use
/// [`Hooks`](super::Hooks) to do so, to await something, or to read headers and errors. A panic is logged, and does not affect the
/// call.
///
/// Each start has an end, also if the call is dropped, whose `error_type` is then [`CANCELLED`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not observe calls",
    label = "`Observer` is not implemented",
    note = "implement `cc_runtime::transport::observe::Observer`: each method has a default, so `impl Observer for MyObserver {{}}` compiles"
)]
pub trait Observer: Send + Sync + fmt::Debug + 'static {
    /// Called before a call of an operation does anything.
    fn on_call_start(&self, call: &CallStart) {
        let _ = call;
    }

    /// Called when a call has its answer or its error.
    fn on_call_end(&self, call: &CallEnd<'_>) {
        let _ = call;
    }

    /// Called before an HTTP request is sent: the first one of a call, a retry, or a redirect.
    fn on_attempt_start(&self, attempt: &AttemptStart<'_>) {
        let _ = attempt;
    }

    /// Called at the end of an HTTP request: when its body was read, for a stream or a download when the head has arrived.
    fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
        let _ = attempt;
    }

    /// Called after a look-up in the response cache. Calls that do not use the cache have none.
    fn on_cache(&self, lookup: &CacheLookup) {
        let _ = lookup;
    }

    /// Called at the end of a wait.
    fn on_wait(&self, wait: &Wait) {
        let _ = wait;
    }

    /// Called for each change of a stream and each of its events, when the consumer receives it.
    fn on_stream(&self, change: &StreamChange<'_>) {
        let _ = change;
    }
}

/// The `error_type` of a call or an attempt that was dropped before its end.
pub const CANCELLED: &str = "CANCELLED";

/// A call that begins.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CallStart {
    /// The operation.
    pub info: &'static OperationInfo,
}

/// A call that has ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CallEnd<'a> {
    /// The operation.
    pub info: &'static OperationInfo,
    /// Duration of the whole call: waits, retries and hooks included.
    pub duration: Duration,
    /// Status of the last answer, or `None` without an answer.
    pub status: Option<StatusCode>,
    /// `None` for a success. Otherwise the status as text, the code of the error ([`ErrorKind::code`](crate::ErrorKind::code)), or
    /// [`CANCELLED`].
    pub error_type: Option<&'a str>,
    /// Number of attempts; 0 if the answer came from the cache or nothing was sent, and for a call that was dropped before its end: its
    /// attempts have ends of their own ([`Observer::on_attempt_end`]).
    pub attempts: u32,
}

/// An HTTP request that is about to be sent.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttemptStart<'a> {
    /// The operation.
    pub info: &'static OperationInfo,
    /// The method: after a redirect, it may differ from that of the operation.
    pub method: &'a Method,
    /// Host of the server.
    pub server_address: &'a str,
    /// Port of the server.
    pub server_port: u16,
    /// Number of requests that the call sent before this one: retries and redirects.
    pub resend_count: u32,
}

/// An HTTP request that has ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttemptEnd<'a> {
    /// The operation.
    pub info: &'static OperationInfo,
    /// The method: after a redirect, it may differ from that of the operation.
    pub method: &'a Method,
    /// Route of the operation. `None` after a redirect, which may lead to any path.
    pub url_template: Option<&'static str>,
    /// Host of the server.
    pub server_address: &'a str,
    /// Port of the server.
    pub server_port: u16,
    /// Number of requests that the call sent before this one: retries and redirects.
    pub resend_count: u32,
    /// Duration from sending the request to the end of its body, for a stream or a download to the head of the answer.
    pub duration: Duration,
    /// Status of the answer, or `None` without an answer.
    pub status: Option<StatusCode>,
    /// `None` for a status below 400. Otherwise the status as text, the code of the error
    /// ([`ErrorKind::code`](crate::ErrorKind::code)), or [`CANCELLED`].
    pub error_type: Option<&'a str>,
    /// HTTP version of the answer, or `None` without an answer.
    pub version: Option<Version>,
    /// Length of the body that was sent, in bytes.
    pub request_bytes: usize,
    /// Length of the answer's body in bytes, or `None` without an answer or while the body is still to be read.
    pub response_bytes: Option<usize>,
}

/// A look-up in the response cache.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CacheLookup {
    /// The operation.
    pub info: &'static OperationInfo,
    /// `true` if the cache had the answer.
    pub hit: bool,
}

/// A wait of a call.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Wait {
    /// The operation.
    pub info: &'static OperationInfo,
    /// The reason.
    pub reason: WaitReason,
    /// Duration of the wait. A call that is dropped ends it early.
    pub duration: Duration,
}

/// The reason of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// As many requests are in flight as [`concurrency`](crate::TransportBuilder::concurrency) allows.
    Limit,
    /// The delay before a retry.
    Retry,
    /// The delay before a retry, which the platform asked for with `Retry-After`.
    RetryAfter,
}

/// A change of a stream, or one of its events.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct StreamChange<'a> {
    /// Name of the stream, such as `StreamApplicationRuntimeLog`.
    pub stream: &'a str,
    /// The change.
    pub kind: StreamChangeKind<'a>,
}

impl<'a> StreamChange<'a> {
    /// Creates a change of the stream with this name.
    #[must_use]
    pub const fn new(stream: &'a str, kind: StreamChangeKind<'a>) -> Self {
        Self { stream, kind }
    }
}

/// Changes and events of a stream.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum StreamChangeKind<'a> {
    /// The first connection is open.
    Opened,
    /// A connection is open again.
    Reconnected,
    /// An event arrived, or one that cannot be read.
    Event,
    /// The connection was lost, and another one is opened after a delay.
    Retrying {
        /// Delay before the next connection.
        delay: Duration,
    },
    /// Events may be missing.
    Gap,
    /// The stream has ended, or its consumer dropped it.
    Closed {
        /// `None` unless an error ended the stream: its status as text, or the code of the error.
        error_type: Option<&'a str>,
    },
}

/// Tells an observer something. Its panic ends nothing.
pub(crate) fn tell(observer: &dyn Observer, told: impl FnOnce(&dyn Observer)) {
    if catch_unwind(AssertUnwindSafe(|| told(observer))).is_err() {
        tracing::error!("an observer panicked");
    }
}

/// The observer of a transport, for streams: panics are caught.
#[derive(Debug, Clone)]
pub struct ObserverHandle(pub(crate) Arc<dyn Observer>);

impl ObserverHandle {
    /// Tells the observer of a change of a stream.
    pub fn stream(&self, change: &StreamChange<'_>) {
        tell(&*self.0, |observer| observer.on_stream(change));
    }
}
