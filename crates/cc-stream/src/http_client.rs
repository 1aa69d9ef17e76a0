//! `reqwest::Client` as a transport.
//!
//! A total timeout set on the client or on the request (`timeout`) cuts a stream when it is over: leave it unset, the
//! stream has a connect timeout and a heartbeat of its own.

use futures_util::TryStreamExt;
use http::HeaderMap;

use crate::connect::{Connect, Response};
use crate::error::{ErrorKind, Result, StreamError};

impl Connect for reqwest::Client {
    type Request = reqwest::Request;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    async fn connect(&self, request: Self::Request) -> Result<Response> {
        let mut answer = self.execute(request).await?;
        let headers = std::mem::take(answer.headers_mut());
        let status = answer.status();
        let body = answer.bytes_stream().map_err(|error| error.without_url().into());
        Ok(Response { status, headers, body: Box::pin(body) })
    }
}

/// What concerns the request is the program's fault, anything else the network's. The URL stays out of the error: it
/// may hold a secret.
impl From<reqwest::Error> for StreamError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_builder() || error.is_redirect() {
            ErrorKind::Request
        } else {
            ErrorKind::Unreachable
        };
        Self::new(kind).with_source(error.without_url())
    }
}
