//! Streams of the platform: commands that give one thing after another, over [`cc_stream`].
//!
//! ```no_run
//! use cc_client::commands::log::StreamApplicationRuntimeLog;
//! use cc_client::stream::Delivery;
//! use futures_util::StreamExt;
//!
//! # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
//! let mut lines = client.stream(StreamApplicationRuntimeLog::new("app_…")).open().items();
//! while let Some(line) = lines.next().await {
//!     // An error ends the stream. After a gap, and after a line that cannot be read, it goes on.
//!     match line? {
//!         Delivery::Item(line) => println!("{}", line.message),
//!         Delivery::Gap(gap) => eprintln!("{gap}"),
//!         Delivery::Fault(error) => eprintln!("{error}"),
//!     }
//! }
//! # Ok(()) }
//! ```

mod connect;
mod merge;
mod observe;
mod reader;
mod settings;

use std::fmt;
use std::sync::{Arc, OnceLock};

use cc_runtime::transport::observe::command_span;
use cc_runtime::{CallOptions, Error, ErrorKind, Request, Result, Timestamp};
use cc_stream::{Attempt, Format};
use tracing::Instrument;

pub use cc_stream::{
    Continuity, Cursor, EndReason, ErrorEvents, Gap, GapCause, Item, Limits, Opened, Overflow, Retry,
    Retrying, Settings, State, StreamError, StreamEvent, StreamHandle,
};
pub use merge::{Merged, merge};
pub use reader::{EventReader, platform_format};
pub(crate) use settings::ClientSettings;
pub use settings::{heartbeat_of, settings_of};

use crate::client::Client;
use crate::resolve::{Ids, ResolvedIds};
use connect::{Connection, Platform};
use observe::StreamWatch;

/// A stream of the platform, with everything that it tells. It fails with the error of the SDK ([`to_error`]), whose
/// [`source`](std::error::Error::source) is the [`StreamError`] or the cause of it.
pub type EventStream<T> = cc_stream::EventStream<T, Error>;

/// The items of a stream of the platform, and what must not be missed between them. It fails with the error of the SDK.
pub type Items<T> = cc_stream::Items<T, Error>;

/// An item of a stream of the platform, or the reason why something may be missing in its place.
pub type Delivery<T> = cc_stream::Delivery<T, Error>;

/// Something the platform can be asked to tell from now on, or since a time. Like a command, it is a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stream of the platform",
    label = "expected a command whose name begins with `Stream`, such as `StreamApplicationRuntimeLog::new(…)`",
    note = "send a command that answers once with `client.send(…)`"
)]
pub trait StreamCommand: Send + Sync + Sized + 'static {
    /// Name of the stream in the catalogue, such as `StreamApplicationRuntimeLog`.
    const NAME: &'static str;

    /// How often the server sends a heartbeat, in milliseconds: that of its
    /// [operation](cc_runtime::StreamOperation::HEARTBEAT_MS). A connection that is silent for so long and a
    /// [margin](cc_runtime::StreamDefaults::heartbeat_margin) is opened again. Default: 0, and silence is allowed unless
    /// [`Settings::heartbeat`] says otherwise.
    const HEARTBEAT_MS: u64 = 0;

    /// One thing that comes.
    type Item: Send + 'static;

    /// Ids to resolve before each connection.
    fn ids(&self) -> Ids<'_>;

    /// Builds the request of a connection, which asks for the rest of a limit.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when an input cannot be sent.
    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request>;

    /// Returns the format of the events: `reader` parses their JSON like answers, and knows the names shared
    /// by all streams of the platform ([`platform_format`]).
    fn format(reader: &EventReader) -> Format<Self::Item>;

    /// Returns the maximum number of items, over all connections.
    fn limit(&self) -> Option<u64> {
        None
    }

    /// Returns `true` if each connection without a last event id starts at the same place, such as a date
    /// ([`Settings::fixed_start`]).
    fn has_fixed_start(&self) -> bool {
        false
    }
}

/// The hand-written logic of a stream. The spec declares the rest. Its methods are those of
/// [`StreamCommand`].
#[allow(dead_code)] // Which domains are on decides whether there is such a command.
pub(crate) trait Follow: StreamCommand {
    fn ids(&self) -> Ids<'_>;

    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request>;

    fn format(reader: &EventReader) -> Format<Self::Item>;

    fn limit(&self) -> Option<u64> {
        None
    }

    fn has_fixed_start(&self) -> bool {
        false
    }
}

/// A stream that is about to be opened, and takes settings before.
///
/// [`Settings::connect_timeout`] counts from the moment at which the client's concurrency limit admits the
/// request ([`TransportBuilder::concurrency`](cc_runtime::TransportBuilder::concurrency)) to the head of its
/// answer: 120 streams that are opened at once wait for each other without a timeout.
#[must_use = "a stream does nothing until it is opened"]
pub struct StreamCall<C> {
    client: Client,
    command: C,
    settings: Settings,
    options: CallOptions,
    opened_at: OpenedAt,
}

/// Time of the first connection of a stream, by the platform's clock. Empty if the platform does not tell it.
pub(crate) type OpenedAt = Arc<OnceLock<Timestamp>>;

impl<C: StreamCommand> StreamCall<C> {
    pub(crate) fn new(client: Client, command: C) -> Self {
        let mut settings = client.settings_of_streams().of_stream(C::HEARTBEAT_MS);
        settings.limit = command.limit();
        settings.fixed_start = command.has_fixed_start();
        Self { client, command, settings, options: CallOptions::new(), opened_at: OpenedAt::default() }
    }

    /// Changes the settings of the stream: retries, heartbeat, handling of a slow reader. Default: those of
    /// [the client](crate::ClientBuilder::streams), with the limit of the command.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Sets the retry policy of a lost connection; `None` never reconnects. Unset parts of `retry` come from
    /// the client.
    pub fn retry(self, retry: impl Into<Option<Retry>>) -> Self {
        let retry = retry.into();
        self.settings(|settings| {
            let base = settings.retry.take().unwrap_or_default();
            settings.retry = retry.map(|retry| retry.or(&base));
        })
    }

    /// Sets whether each opening of a connection is logged, without secrets
    /// ([`CallOptions::debug`](cc_runtime::CallOptions::debug)). Default: that of the client.
    pub fn debug(mut self, debug: impl Into<Option<bool>>) -> Self {
        self.options = self.options.debug(debug);
        self
    }

    /// Sends this header with each request of the stream, too ([`CallOptions::header`](cc_runtime::CallOptions::header)).
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<http::HeaderName>,
        V: TryInto<http::HeaderValue>,
    {
        self.options = self.options.header(name, value);
        self
    }

    /// Goes on from where another stream was, in another process too.
    pub fn resume(self, cursor: Cursor) -> Self {
        self.settings(|settings| settings.resume = Some(cursor))
    }

    /// Returns the place for the time of the first connection.
    #[allow(dead_code)] // Which domains are on decides whether there is such a command.
    pub(crate) fn opened_at(&self) -> OpenedAt {
        self.opened_at.clone()
    }

    /// Opens the stream. Nothing is sent until it is polled; dropping it closes its connection. Ids are
    /// resolved before each connection, so that a resource that moved to another owner is found.
    pub fn open(self) -> EventStream<C::Item> {
        let endpoint = self.client.transport().endpoint().as_str().to_owned();
        self.connect().map_errors(move |error| to_error(error).with_command(C::NAME).with_base_url(&endpoint))
    }

    /// The stream of [`open`](Self::open), with failures as `cc-stream` gives them.
    pub(crate) fn connect(self) -> cc_stream::EventStream<C::Item> {
        let Self { client, command, mut settings, options, opened_at } = self;
        // The transport counts from the moment that a request has its turn among those of the client, and not before.
        let timeout = settings.connect_timeout.take();
        let options = options.attempt_timeout(timeout).report_errors(false);
        let reader = EventReader::new(client.transport().clone());
        let format = C::format(&reader);
        let span = command_span(C::NAME);
        let watch = StreamWatch::new(C::NAME, client.transport().observer(), span.clone());
        let platform = Arc::new(Platform { client, command, reader, span: span.clone() });
        let asking = Arc::clone(&platform);
        let factory = move |attempt: Attempt| {
            let platform = Arc::clone(&asking);
            let span = platform.span.clone();
            async move { platform.ask(attempt).await }.instrument(span)
        };
        let connection = Connection { platform, options, timeout, opened_at };
        let stream = cc_stream::EventStream::open(connection, factory, format, settings);
        match watch {
            Some(mut watch) => stream.observe(move |observed| watch.tell(observed)),
            None => stream,
        }
    }
}

impl<C: StreamCommand> fmt::Debug for StreamCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("command", &C::NAME).field("settings", &self.settings).finish()
    }
}

/// The failure of a stream as the error of the SDK, as streams of a [`StreamCall`] give it: the error that it comes from, such as
/// a refusal of the platform, else the kind
/// of failure. Where as many retries were made as allowed, it is that of the last of them.
///
/// Use it for [`Retrying::error`], and for streams that the program opens with `cc-stream` itself.
#[must_use]
pub fn to_error(error: StreamError) -> Error {
    let (kind, own, retries) = origin(&error);
    let attempts = retries.map(|retries| retries.saturating_add(1));
    let said = match own.cloned() {
        Some(own) => own,
        None => {
            let attempts = u32::from(!matches!(kind, ErrorKind::StreamClient | ErrorKind::Unexpected));
            Error::new(kind).with_message(error.to_string()).with_source(error).with_attempts(attempts)
        }
    };
    match attempts {
        Some(attempts) => said.with_attempts(attempts),
        None => said,
    }
}

/// The kind of a failure of a stream, the error of the SDK that it comes from, and the number of retries if all were made.
fn origin(error: &StreamError) -> (ErrorKind, Option<&Error>, Option<u32>) {
    use cc_stream::ErrorKind as Kind;
    let source = |error| std::error::Error::source(error);
    let exhausted = match error.kind() {
        Kind::RetriesExhausted { retries } => {
            source(error).and_then(|last| last.downcast_ref::<StreamError>()).map(|last| (last, *retries))
        }
        _ => None,
    };
    let last = exhausted.map_or(error, |(last, _)| last);
    // The failure of one event holds the event: it stays the source.
    let own = source(last).filter(|_| !last.is_about_one_event());
    let own = own.and_then(|source| source.downcast_ref::<Error>());
    let kind = match last.kind() {
        Kind::Refused { .. } => ErrorKind::Refused,
        Kind::Request => ErrorKind::StreamClient,
        Kind::Runtime => ErrorKind::Unexpected,
        Kind::Unreachable => ErrorKind::Unreachable,
        Kind::ConnectTimeout { .. } => ErrorKind::TimedOut,
        Kind::ContentType { .. } | Kind::ContentEncoding { .. } => ErrorKind::StreamContentType,
        Kind::Silent { .. } => ErrorKind::StreamHealth,
        Kind::Payload { .. } | Kind::Oversize { .. } => ErrorKind::Undecodable,
        _ => ErrorKind::StreamServer,
    };
    (kind, own, exhausted.map(|(_, retries)| retries))
}

#[cfg(test)]
mod tests {
    use super::*;

    use cc_stream::ErrorKind as Kind;
    use http::StatusCode;

    fn refused() -> StreamError {
        let own = Error::new(ErrorKind::Refused).with_status(StatusCode::SERVICE_UNAVAILABLE);
        connect::failed(&own)
    }

    #[test]
    fn each_failure_of_a_stream_has_its_code() {
        let after = std::time::Duration::from_secs(1);
        for (failure, code) in [
            (StreamError::request("a bad header"), "SSE_CLIENT_ERROR"),
            (StreamError::new(Kind::Runtime), "UNEXPECTED_ERROR"),
            (StreamError::unreachable("no route"), "NETWORK_ERROR"),
            (StreamError::new(Kind::ConnectTimeout { after }), "TIMEOUT_EXCEEDED"),
            (StreamError::new(Kind::ContentType { found: None }), "SSE_INVALID_CONTENT_TYPE"),
            (StreamError::new(Kind::Silent { after }), "SSE_HEALTH_ERROR"),
            (StreamError::new(Kind::Disconnected), "SSE_SERVER_ERROR"),
            (StreamError::new(Kind::Redirect), "SSE_SERVER_ERROR"),
        ] {
            let told = failure.to_string();
            let error = to_error(failure);
            assert_eq!(error.code(), code, "{told}");
            assert!(error.to_string().contains(&told), "{error}: {told}");
        }
    }

    #[test]
    fn the_last_answer_of_the_platform_is_the_error_after_all_retries() {
        let exhausted = |last| StreamError::new(Kind::RetriesExhausted { retries: 3 }).with_source(last);
        let error = to_error(exhausted(refused()));
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Refused, Some(StatusCode::SERVICE_UNAVAILABLE))
        );
        assert_eq!(error.attempts(), 4);
        let error = to_error(exhausted(StreamError::new(Kind::Disconnected)));
        assert_eq!((error.code(), error.attempts()), ("SSE_SERVER_ERROR", 4));
    }
}
