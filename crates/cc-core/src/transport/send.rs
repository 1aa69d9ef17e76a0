//! Sends a request with reqwest.

use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{self, Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt;
use http::uri::{Authority, PathAndQuery};
use tower::Service;
use url::Url;

use crate::error::{Error, ErrorKind, Result};
use crate::transport::service::Boxed;
use crate::transport::stack::Reply;
use crate::transport::{Body, HttpRequest, HttpResponse};

/// What sends the requests, as the program chose it.
#[derive(Debug, Default)]
pub(crate) enum Choice {
    /// A client that the transport makes.
    #[default]
    Own,
    /// A client that the transport finishes.
    Builder(Box<reqwest::ClientBuilder>),
    /// A client of the program.
    Client(reqwest::Client),
    /// Anything else.
    Service(Boxed),
}

/// The innermost service.
#[derive(Debug, Clone)]
pub(crate) enum Sender {
    Client(reqwest::Client),
    Service(Boxed),
}

impl Sender {
    pub(crate) fn new(choice: Choice, connect_timeout: Option<Duration>) -> Result<Self> {
        let mut builder = match choice {
            Choice::Client(client) => return Ok(Self::Client(client)),
            Choice::Service(service) => return Ok(Self::Service(service)),
            Choice::Builder(builder) => *builder,
            Choice::Own => reqwest::Client::builder().referer(false),
        };
        builder = builder.redirect(reqwest::redirect::Policy::none());
        if let Some(timeout) = connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        builder.build().map(Self::Client).map_err(|cause| {
            Error::new(ErrorKind::Unexpected)
                .with_message("the HTTP client cannot be set up")
                .with_source(cause)
        })
    }
}

impl Service<HttpRequest> for Sender {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Sending;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self {
            Self::Client(_) => Poll::Ready(Ok(())),
            Self::Service(service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, request: HttpRequest) -> Sending {
        match self {
            Self::Client(client) => {
                let secure = request.uri().scheme_str() == Some("https");
                match convert(request) {
                    Ok(request) => Sending::Client { pending: client.call(request), secure },
                    Err(error) => Sending::Service(Box::pin(ready(Err(error)))),
                }
            }
            Self::Service(service) => Sending::Service(service.call(request)),
        }
    }
}

/// An answer that is on its way.
pub(crate) enum Sending {
    Client { pending: <reqwest::Client as Service<reqwest::Request>>::Future, secure: bool },
    Service(Reply),
}

impl Future for Sending {
    type Output = Result<HttpResponse>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Service(reply) => reply.as_mut().poll(cx),
            Self::Client { pending, secure } => {
                let (outcome, secure) = (task::ready!(Pin::new(pending).poll(cx)), *secure);
                Poll::Ready(
                    outcome.map(|response| answer(response, secure)).map_err(|error| failure(error, secure)),
                )
            }
        }
    }
}

/// The same answer for the layers.
fn answer(mut response: reqwest::Response, secure: bool) -> HttpResponse {
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = response.bytes_stream().map_err(move |error| failure(error, secure));
    let mut answer = HttpResponse::new(Body::from_chunks(body));
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    answer
}

/// The same request for reqwest.
fn convert(request: HttpRequest) -> Result<reqwest::Request> {
    let (parts, body) = request.into_parts();
    let uri = &parts.uri;
    let (scheme, authority) =
        (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", Authority::as_str));
    let path = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let url = Url::parse(&[scheme, "://", authority, path].concat()).map_err(|cause| {
        Error::new(ErrorKind::InvalidUrl).with_message("no request can be made of it").with_source(cause)
    })?;
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// Says what an error of reqwest means. Its URL goes: the query may hold a secret.
fn failure(error: reqwest::Error, secure: bool) -> Error {
    let error = error.without_url();
    let without_tls = cfg!(not(any(feature = "rustls", feature = "native-tls")));
    let (kind, message) = if error.is_builder() {
        (ErrorKind::InvalidUrl, "no request can be made of it")
    } else if error.is_connect() && secure && without_tls {
        (ErrorKind::InvalidUrl, "https needs a feature of cc-core: `rustls` or `native-tls`")
    } else if error.is_timeout() && error.is_connect() {
        (ErrorKind::TimedOut, "no connection could be made in time")
    } else if error.is_timeout() {
        (ErrorKind::TimedOut, "the HTTP client gave it up")
    } else if error.is_connect() {
        (ErrorKind::Unreachable, "no connection could be made")
    } else if error.is_body() || error.is_decode() {
        (ErrorKind::Unreachable, "the connection was lost within the body")
    } else {
        (ErrorKind::Unreachable, "the connection was lost")
    };
    let not_sent = error.is_connect();
    let error = Error::new(kind).with_message(message).with_source(error);
    if not_sent { error.not_sent() } else { error }
}
