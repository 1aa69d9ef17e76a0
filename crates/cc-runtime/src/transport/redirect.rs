//! Follows redirects, so that no secret leaves the origin that it is meant for.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use tower::Service;

use crate::error::{Error, Result};
use crate::redact::is_secret_header;
use crate::transport::stack::Reply;
use crate::transport::trace::Watch;
use crate::transport::{HttpRequest, HttpResponse};
use crate::web_url::WebUrl;

/// Maximum number of redirects of one attempt.
const MAX_HOPS: usize = 10;

/// Marks a request that left the origin of the endpoint: credentials are no longer added, even if it returns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Foreign;

/// Reason why a redirect was not followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotFollowed(pub(crate) &'static str);

/// Marks the answer to a read that followed a 303: it does not tell whether the change before it was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenElsewhere;

/// Follows redirects.
#[derive(Debug, Clone)]
pub(crate) struct Redirect<S> {
    inner: S,
}

impl<S> Redirect<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Redirect<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    /// Sends a copy of a request.
    pub(crate) async fn send(
        &mut self,
        request: &HttpRequest,
        watch: Option<&Arc<Watch>>,
    ) -> Result<HttpResponse> {
        let copy = || {
            let mut copy = request.clone();
            if let Some(watch) = watch {
                copy.extensions_mut().insert(watch.clone());
            }
            copy
        };
        let response = self.inner.call(copy()).await?;
        if !is_redirect(response.status()) {
            return Ok(response);
        }
        // Out of the way: it is rare, and would make every request as large as itself.
        Box::pin(self.follow(copy(), response)).await
    }

    async fn follow(&mut self, mut sent: HttpRequest, mut response: HttpResponse) -> Result<HttpResponse> {
        let first = sent.method().clone();
        for _ in 0..MAX_HOPS {
            if let Err(reason) = turn(&mut sent, &response) {
                response.extensions_mut().insert(NotFollowed(reason));
                return Ok(response);
            }
            if let Some(watch) = sent.extensions().get::<Arc<Watch>>() {
                watch.redirect(response.status(), response.version(), &sent);
            }
            // A connection serves one answer at a time: this one is dropped before the next request.
            drop(response);
            // Whatever fails from here on, the request itself was sent.
            poll_fn(|cx| self.inner.poll_ready(cx)).await.map_err(Error::was_sent)?;
            response = self.inner.call(sent.clone()).await.map_err(Error::was_sent)?;
            if *sent.method() != first {
                response.extensions_mut().insert(SeenElsewhere);
            }
            if !is_redirect(response.status()) {
                return Ok(response);
            }
        }
        response.extensions_mut().insert(NotFollowed("more than ten redirects in a row"));
        Ok(response)
    }
}

impl<S> Service<HttpRequest> for Redirect<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: HttpRequest) -> Reply {
        // The one that is ready, not its copy.
        let mut ready = self.clone();
        std::mem::swap(&mut ready, self);
        Box::pin(async move { ready.send(&request, None).await })
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Turns the request into the one of the redirect, or returns the reason not to follow it.
fn turn(sent: &mut HttpRequest, response: &HttpResponse) -> Result<(), &'static str> {
    let from = WebUrl::parse(&sent.uri().to_string()).map_err(|_| "its own URL is invalid")?;
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|location| std::str::from_utf8(location.as_bytes()).ok())
        .ok_or("it has no `Location`")?;
    let to = from.join(location).map_err(|_| "its `Location` is not a URL")?;
    if !matches!(to.scheme(), "http" | "https") {
        return Err("it leads to neither http nor https");
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err("it leads from https to http");
    }
    if !to.username().is_empty() || to.password().is_some() {
        return Err("it leads to a URL with a user name or a password");
    }
    let abroad = from.origin() != to.origin();
    let reads = matches!(*sent.method(), Method::GET | Method::HEAD);
    match response.status().as_u16() {
        303 if !reads => {
            *sent.method_mut() = Method::GET;
            *sent.body_mut() = Bytes::new();
            for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
                sent.headers_mut().remove(name);
            }
        }
        301 | 302 if !reads => return Err("its status does not say whether to send the body again"),
        _ if !reads && abroad => return Err("it would send the body to another origin"),
        _ => {}
    }
    if abroad {
        drop_secrets(sent.headers_mut());
        sent.extensions_mut().insert(Foreign);
    }
    let (to, _fragment) = to.as_str().split_once('#').unwrap_or((to.as_str(), ""));
    *sent.uri_mut() = Uri::try_from(to).map_err(|_| "its `Location` is not a URL")?;
    Ok(())
}

fn drop_secrets(headers: &mut HeaderMap) {
    let secret: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| is_secret_header(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in secret {
        headers.remove(name);
    }
}
