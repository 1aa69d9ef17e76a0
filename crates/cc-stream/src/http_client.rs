//! `reqwest` as a transport.
//!
//! A total timeout set on the client or on the request (`timeout`) cuts a stream when it is over: leave it unset, the
//! stream has a connect timeout and a heartbeat of its own.

#[cfg(target_family = "wasm")]
#[path = "http_client/browser.rs"]
mod target;
#[cfg(not(target_family = "wasm"))]
#[path = "http_client/native.rs"]
mod target;

use futures_util::TryStreamExt;

use crate::connect::Response;
use crate::error::{ErrorKind, StreamError};

pub use target::HttpClient;

fn response(mut answer: reqwest::Response) -> Response {
    let headers = std::mem::take(answer.headers_mut());
    let status = answer.status();
    let mut response = Response::new(status, answer.bytes_stream().map_err(reqwest::Error::without_url));
    response.headers = headers;
    response
}

fn redirect(reason: &'static str) -> StreamError {
    StreamError::new(ErrorKind::Redirect).with_source(reason)
}

/// A request that cannot be built is a fault of the program, a redirect loop one of the server, anything else one of the
/// network. The URL stays out of the error: it may hold a secret.
impl From<reqwest::Error> for StreamError {
    fn from(error: reqwest::Error) -> Self {
        let kind = if error.is_builder() {
            ErrorKind::Request
        } else if error.is_redirect() {
            ErrorKind::Redirect
        } else {
            ErrorKind::Unreachable
        };
        Self::new(kind).with_source(error.without_url())
    }
}
