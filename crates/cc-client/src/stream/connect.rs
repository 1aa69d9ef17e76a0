//! Connects a stream to the platform: through the transport of the client, with its hooks, credentials and
//! limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::{Answer, CallOptions, Error, ErrorKind, Request};
use cc_stream::{Attempt, Connect, Response, StreamError};
use http::HeaderMap;
use tracing::{Instrument, Span};

use super::{EventReader, OpenedAt, StreamCommand};
use crate::client::Client;
use crate::resolve::{Found, Mark};

/// A command, and the client that asks for it.
pub(super) struct Platform<C> {
    pub(super) client: Client,
    pub(super) command: C,
    pub(super) reader: EventReader,
    /// The span of the stream: its connections are children.
    pub(super) span: Span,
}

/// Connects to the platform.
pub(super) struct Connection<C> {
    pub(super) platform: Arc<Platform<C>>,
    pub(super) options: CallOptions,
    /// Longest time of one attempt, which the options have too.
    pub(super) timeout: Option<Duration>,
    pub(super) opened_at: OpenedAt,
}

/// A requested connection.
pub(super) struct Asked {
    request: Request,
    found: Found,
    since: Mark,
    attempt: Attempt,
}

impl<C: StreamCommand> Platform<C> {
    /// The request of an attempt, its ids resolved.
    pub(super) async fn ask(&self, attempt: Attempt) -> cc_stream::Result<Asked> {
        let since = self.client.resolver().mark();
        let found = self.client.resolver().find(&self.command.ids(), since).await;
        let found = found.map_err(|error| failed(&error))?;
        let request = self.command.request(&found.ids, &attempt).map_err(|error| failed(&error))?;
        self.reader.is_of(request.info);
        Ok(Asked { request, found, since, attempt })
    }

    /// Returns the request with refreshed ids if they changed, so that a resource that moved to another owner
    /// is found.
    async fn ask_anew(&self, asked: &Asked) -> Option<Request> {
        let ids = self.client.resolver().find_anew(&self.command.ids(), &asked.found, asked.since).await?;
        let mut request = self.command.request(&ids, &asked.attempt).ok()?;
        request.headers.extend(asked.request.headers.clone());
        Some(request)
    }
}

impl<C: StreamCommand> Connect for Connection<C> {
    type Request = Asked;

    fn headers<'a>(&self, asked: &'a mut Asked) -> &'a mut HeaderMap {
        &mut asked.request.headers
    }

    async fn connect(&self, asked: Asked) -> cc_stream::Result<Response> {
        self.open(asked).instrument(self.platform.span.clone()).await
    }
}

impl<C: StreamCommand> Connection<C> {
    async fn open(&self, asked: Asked) -> cc_stream::Result<Response> {
        // Errors that the stream recovers from are not reported: the options say so, and the others are reported here.
        let (transport, options) = (self.platform.client.transport(), &self.options);
        let mut opened = transport.open_request(asked.request.clone(), options).await;
        if let Err(error) = &opened
            && asked.found.from_before
            && (error.is_forbidden() || error.is_not_found() && asked.request.info.not_found.is_none())
            && let Some(request) = self.platform.ask_anew(&asked).await
        {
            opened = transport.open_request(request, options).await;
        }
        if let Err(error) = &opened {
            transport.report(error).await;
        }
        let (head, body) = opened
            .map_err(|error| match (error.kind(), self.timeout) {
                (ErrorKind::TimedOut, Some(after)) => {
                    StreamError::new(cc_stream::ErrorKind::ConnectTimeout { after }).with_source(error)
                }
                _ => failed(&error),
            })?
            .into_parts();
        if self.opened_at.get().is_none()
            && let Some(date) = Answer::new((), head.status, head.headers.clone(), 1).date()
        {
            self.opened_at.get_or_init(|| date);
        }
        let mut response = Response::new(head.status, body);
        response.headers = head.headers;
        Ok(response)
    }
}

/// Converts an error of the SDK to the failure of an attempt: transient ones are retried.
pub(super) fn failed(error: &Error) -> StreamError {
    match (error.kind(), error.status()) {
        (ErrorKind::Refused, Some(status)) => {
            let body = Bytes::from(error.message().unwrap_or_default().to_owned());
            StreamError::new(cc_stream::ErrorKind::Refused { status, retry_after: error.retry_after(), body })
                .with_source(error.clone())
        }
        (ErrorKind::Unreachable | ErrorKind::TimedOut, _) => StreamError::unreachable(error.clone()),
        _ => StreamError::request(error.clone()),
    }
}
