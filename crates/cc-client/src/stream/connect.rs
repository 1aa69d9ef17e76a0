//! How a stream reaches the platform: through the transport of the client, with its hooks, credentials and limits.

use std::sync::Arc;

use bytes::Bytes;
use cc_core::{CallOptions, Error, ErrorKind, Request, Transport};
use cc_stream::{Connect, Response, StreamError};
use http::HeaderMap;

use crate::client::Client;

/// The transport of a client, as a stream uses it.
pub(super) struct Platform {
    transport: Transport,
}

impl Platform {
    pub(super) fn new(transport: Transport) -> Self {
        Self { transport }
    }
}

/// One connection that is asked for.
pub(super) struct Asked {
    pub(super) request: Request,
    /// Held as long as the connection is being made.
    pub(super) client: Arc<Client>,
    pub(super) options: CallOptions,
}

impl Connect for Platform {
    type Request = Asked;

    fn headers<'a>(&self, asked: &'a mut Asked) -> &'a mut HeaderMap {
        &mut asked.request.headers
    }

    async fn connect(&self, asked: Asked) -> cc_stream::Result<Response> {
        let Asked { request, client, options } = asked;
        let opened = self.transport.open_request(request, &options).await;
        drop(client);
        let (head, body) = opened.map_err(|error| failed(&error))?.into_parts();
        let mut response = Response::new(head.status, body);
        response.headers = head.headers;
        Ok(response)
    }
}

/// An error of the SDK as the failure of an attempt: what may pass is tried again.
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
