//! Streams of the platform: commands that give one thing after another, over [`cc_stream`].
//!
//! ```no_run
//! use cc_client::commands::log::StreamApplicationRuntimeLog;
//! use futures_util::StreamExt;
//!
//! # async fn example(client: cc_client::Client) {
//! let mut lines = client.stream(StreamApplicationRuntimeLog::new("app_…")).open().items();
//! while let Some(line) = lines.next().await {
//!     match line {
//!         Ok(line) => println!("{}", line.message),
//!         Err(error) => eprintln!("{error}"),
//!     }
//! }
//! # }
//! ```

mod connect;
mod merge;

use std::fmt;
use std::sync::Arc;

use cc_core::{CallOptions, Error, ErrorKind, Request, Result};
use cc_stream::{Attempt, Cursor, Format, Settings};

pub use cc_stream::{
    EndReason, EventStream, Gap, Item, Items, Retry, StreamError, StreamEvent, StreamHandle,
};
pub use merge::{Merged, merge};

use crate::client::Client;
use crate::resolve::{Ids, ResolvedIds};
use connect::Platform;

/// Something the platform can be asked to tell from now on, or since a time. Like a command, it is a value.
pub trait StreamCommand: Send + Sync + Sized + 'static {
    /// Its name in the catalogue, such as `StreamApplicationRuntimeLog`.
    const NAME: &'static str;

    /// One thing that comes.
    type Item: Send + 'static;

    /// What is resolved before each connection.
    fn ids(&self) -> Ids<'_>;

    /// The request of a connection. It asks for what is left of a limit.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when an input cannot be sent.
    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request>;

    /// How the events are read.
    fn format() -> Format<Self::Item>;

    /// How many things are asked for, over all connections.
    fn limit(&self) -> Option<u64> {
        None
    }
}

/// A stream that is about to be opened, and takes settings before.
#[must_use = "a stream does nothing until it is opened"]
pub struct StreamCall<C> {
    client: Client,
    command: C,
    settings: Settings,
}

impl<C: StreamCommand> StreamCall<C> {
    pub(crate) fn new(client: Client, command: C) -> Self {
        let mut settings = Settings::platform();
        settings.limit = command.limit();
        Self { client, command, settings }
    }

    /// Changes how the stream behaves: retries, heartbeat, what happens to a slow reader. Default: [`Settings::platform`], with
    /// the limit of the command.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// When a lost connection is opened again; `None` never does.
    pub fn retry(self, retry: impl Into<Option<Retry>>) -> Self {
        self.settings(|settings| settings.retry = retry.into())
    }

    /// Goes on from where another stream was, in another process too.
    pub fn resume(self, cursor: Cursor) -> Self {
        self.settings(|settings| settings.resume = Some(cursor))
    }

    /// The stream. Nothing is sent until it is polled; dropping it closes its connection. Ids are resolved before each
    /// connection, so that what moved to another owner is found there.
    pub fn open(self) -> EventStream<C::Item> {
        let Self { client, command, settings } = self;
        let (client, command) = (Arc::new(client), Arc::new(command));
        let platform = Platform::new(client.transport().clone());
        let factory = move |attempt: Attempt| {
            let (client, command) = (Arc::clone(&client), Arc::clone(&command));
            async move {
                let found =
                    client.resolver().find(&command.ids()).await.map_err(|error| connect::failed(&error))?;
                let request =
                    command.request(&found.ids, &attempt).map_err(|error| connect::failed(&error))?;
                Ok(connect::Asked { request, client, options: CallOptions::new() })
            }
        };
        EventStream::open(platform, factory, C::format(), settings)
    }
}

impl<C: StreamCommand> fmt::Debug for StreamCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("command", &C::NAME).field("settings", &self.settings).finish()
    }
}

/// The failure of a stream as the error of the SDK: what the platform answered when it refused, else the kind of failure.
#[must_use]
pub fn to_error(error: StreamError) -> Error {
    use cc_stream::ErrorKind as Kind;
    let kind = match error.kind() {
        Kind::Refused { .. } => {
            let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Error>());
            if let Some(refusal) = source {
                return refusal.clone();
            }
            ErrorKind::Refused
        }
        Kind::Request => ErrorKind::StreamClient,
        Kind::Unreachable => ErrorKind::Unreachable,
        Kind::ConnectTimeout { .. } => ErrorKind::TimedOut,
        Kind::ContentType { .. } => ErrorKind::StreamContentType,
        Kind::Silent { .. } => ErrorKind::StreamHealth,
        Kind::Payload { .. } | Kind::Oversize { .. } => ErrorKind::Undecodable,
        _ => ErrorKind::StreamServer,
    };
    let message = error.to_string();
    Error::new(kind).with_message(message).with_source(error)
}
