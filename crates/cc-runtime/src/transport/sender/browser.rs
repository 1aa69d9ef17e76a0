//! Sends a request with the `fetch` of the browser.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready as done};
use std::time::Duration;

use bytes::Bytes;
use cc_browser::fetch::{self, Fetch};
use futures_util::TryStreamExt;
use send_wrapper::SendWrapper;
use tower::Service;

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::service::{Boxed, boxed};
use crate::transport::stack::Reply;
use crate::transport::{Body, HttpRequest, HttpResponse};

/// HTTP sender chosen by the program.
#[derive(Debug, Default)]
pub(crate) enum Choice {
    /// `fetch`.
    #[default]
    Own,
    /// A client that could not be built.
    Failed(Error),
    /// Anything else.
    Service(Boxed),
}

impl Choice {
    pub(crate) fn client(client: reqwest::Client) -> Self {
        Self::Service(boxed(Client(client), ErrorKind::Unreachable))
    }

    pub(crate) fn builder(builder: reqwest::ClientBuilder) -> Self {
        match builder.build() {
            Ok(client) => Self::client(client),
            Err(cause) => Self::Failed(
                Error::new(ErrorKind::Unexpected)
                    .with_message("could not set up the HTTP client")
                    .with_source(cause)
                    .not_sent(),
            ),
        }
    }
}

/// Settings of HTTP/2, which a browser decides by itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Http2 {
    #[cfg(feature = "http2")]
    pub(crate) prior_knowledge: bool,
    #[cfg(feature = "http2")]
    pub(crate) ping_interval: Option<Duration>,
}

/// The innermost service.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    by: By,
}

/// HTTP sender for any endpoint.
#[derive(Debug, Clone)]
pub(crate) enum By {
    Fetch,
    Service(Boxed),
}

impl By {
    pub(crate) fn new(choice: Choice, _: Option<Duration>, _: Http2) -> Result<Self> {
        match choice {
            Choice::Own => Ok(Self::Fetch),
            Choice::Failed(error) => Err(error),
            Choice::Service(service) => Ok(Self::Service(service)),
        }
    }
}

impl Sender {
    pub(crate) fn new(by: By, _: Arc<Endpoint>) -> Self {
        Self { by }
    }
}

impl Service<HttpRequest> for Sender {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Sending;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.by {
            By::Fetch => Poll::Ready(Ok(())),
            By::Service(service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, request: HttpRequest) -> Sending {
        match &mut self.by {
            By::Fetch => Sending::Fetch(fetch::fetch(request)),
            By::Service(service) => Sending::Service(service.call(request)),
        }
    }
}

/// An answer that is on its way.
pub(crate) enum Sending {
    Fetch(Fetch),
    Service(Reply),
}

impl Future for Sending {
    type Output = Result<HttpResponse>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Service(reply) => reply.as_mut().poll(cx),
            Self::Fetch(fetch) => {
                let outcome = done!(Pin::new(fetch).poll(cx));
                let body = |body: fetch::Body| Body::from_chunks(body.map_err(failure));
                Poll::Ready(outcome.map(|answer| answer.map(body)).map_err(failure))
            }
        }
    }
}

fn failure(error: fetch::Error) -> Error {
    let (kind, message) = match &error {
        fetch::Error::Request(_) => (ErrorKind::InvalidInput, "the browser does not take the request"),
        fetch::Error::Redirect => (
            ErrorKind::Refused,
            "redirect not followed: a browser does not show where it leads, so that no credentials may go there",
        ),
        // Node.js says why, and has no CORS.
        fetch::Error::Unreachable(reason) => (ErrorKind::Unreachable, reason.as_str()),
        fetch::Error::Lost(_) => (ErrorKind::Unreachable, "the connection was lost while reading the body"),
        _ => (
            ErrorKind::Unreachable,
            "no answer that the page may read: the network, TLS, the page's Content-Security-Policy, or a server without CORS for it",
        ),
    };
    let told = Error::new(kind).with_message(message);
    match &error {
        fetch::Error::Request(_) => told.not_sent(),
        // It may be a 303, which follows a change that was made.
        fetch::Error::Redirect => told.after_lost_attempt().with_next_step("check the base URL"),
        _ => told,
    }
    .with_source(error)
}

/// A client of the program's making, whose futures stay on the thread of the page.
#[derive(Debug, Clone)]
struct Client(reqwest::Client);

impl Service<HttpRequest> for Client {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Reply {
        match reqwest::Request::try_from(request.map(Bytes::from)) {
            Ok(request) => Box::pin(SendWrapper::new(execute(self.0.clone(), request))),
            Err(cause) => Box::pin(ready(Err(of_reqwest(cause)))),
        }
    }
}

async fn execute(client: reqwest::Client, request: reqwest::Request) -> Result<HttpResponse> {
    let mut response = client.execute(request).await.map_err(of_reqwest)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = SendWrapper::new(response.bytes_stream().map_err(of_reqwest));
    let mut answer = HttpResponse::new(Body::from_chunks(body));
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    Ok(answer)
}

/// Its URL goes, because the query may hold a secret.
fn of_reqwest(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let (kind, message) = if error.is_builder() {
        (ErrorKind::InvalidUrl, "could not build the request")
    } else if error.is_timeout() {
        (ErrorKind::TimedOut, "the timeout of the HTTP client passed")
    } else {
        (ErrorKind::Unreachable, "no answer that the page may read, or no more of it")
    };
    Error::new(kind).with_message(message).with_source(error)
}
