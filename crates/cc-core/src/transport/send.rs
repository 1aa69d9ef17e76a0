//! Sends a request with reqwest.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt;
use tower::Service;

use crate::error::{Error, ErrorKind, Result};
use crate::transport::service::Sender;
use crate::transport::stack::Reply;
use crate::transport::{Body, HttpRequest, HttpResponse};

/// The innermost service.
#[derive(Debug, Clone)]
pub(crate) struct ReqwestService(reqwest::Client);

impl ReqwestService {
    pub(crate) fn new(sender: Sender, connect_timeout: Option<Duration>) -> Result<Self> {
        let mut builder = match sender {
            Sender::Client(client) => return Ok(Self(client)),
            Sender::Builder(builder) => *builder,
            Sender::Own | Sender::Service(_) => reqwest::Client::builder().referer(false),
        };
        builder = builder.redirect(reqwest::redirect::Policy::none());
        if let Some(timeout) = connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        builder.build().map(Self).map_err(|cause| {
            Error::new(ErrorKind::Unexpected)
                .with_message("the HTTP client cannot be set up")
                .with_source(cause)
        })
    }
}

impl Service<HttpRequest> for ReqwestService {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Reply {
        let client = self.0.clone();
        Box::pin(async move {
            let secure = request.uri().scheme_str() == Some("https");
            let request = reqwest::Request::try_from(request).map_err(|error| failure(error, secure))?;
            let mut response = client.execute(request).await.map_err(|error| failure(error, secure))?;
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let body = response.bytes_stream().map_err(move |error| failure(error, secure));
            let mut answer = HttpResponse::new(Body::from_stream(body));
            (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
            Ok(answer)
        })
    }
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
