//! How one request reaches the platform: a stack of tower layers around an HTTP client.
#![allow(dead_code)]

mod body;
mod builder;
mod cache;
mod call;
mod hooks;
mod options;
mod retry;
mod service;
mod url;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, StreamOperation};
use crate::request::Request;
use crate::runtime::Instant;

pub use body::Body;
pub use builder::TransportBuilder;
pub use cache::{CacheKey, CacheMode, CachePolicy, CacheStore, CachedAnswer, StoreFuture};
pub use call::Call;
pub use hooks::{HookFuture, Hooks, ResponseHead};
pub use options::CallOptions;
pub use retry::RetryPolicy;
pub use service::{HttpRequest, HttpResponse, HttpService};
pub use url::SecretUrl;

/// Sends requests to one endpoint with one identity. Cheap to clone: clones share everything.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    credentials: Credentials,
    defaults: CallOptions,
    hooks: Option<Arc<dyn Hooks>>,
    http: reqwest::Client,
}

impl Transport {
    /// Starts to put one together.
    pub fn builder() -> TransportBuilder {
        TransportBuilder::default()
    }

    fn assemble(endpoint: Endpoint, builder: TransportBuilder) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            endpoint,
            credentials: builder.credentials,
            defaults: builder.defaults,
            hooks: builder.hooks,
            http: reqwest::Client::new(),
        })))
    }

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// Whose answers they are: [`Credentials::identity`].
    #[must_use]
    pub fn identity(&self) -> Arc<str> {
        self.0.credentials.identity().into()
    }

    /// When a call with these options that starts now must have ended: its deadline or timeout, else the transport's.
    #[must_use]
    pub fn deadline(&self, options: &CallOptions) -> Option<Instant> {
        let both = options.clone().or(&self.0.defaults);
        both.deadline.unwrap_or_else(|| Some(Instant::now() + both.timeout??))
    }

    /// A call of this operation, which is sent when it is awaited and takes options before.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(self.clone(), operation)
    }

    pub(crate) async fn send<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<Answer<O::Output>> {
        let answer = self.execute(operation.request()?, options).await?;
        O::decode(answer).map_err(|error| error.with_operation(O::INFO))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Whatever keeps a successful answer from coming.
    pub async fn execute(&self, request: Request, _options: &CallOptions) -> Result<Answer<Bytes>> {
        let info = request.info;
        let response = self.head(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.read(None).await.map_err(|error| error.with_operation(info))?;
        if parts.status.is_success() {
            Ok(Answer::new(body, parts.status, parts.headers, 1))
        } else {
            Err(Error::from_answer(parts.status, &parts.headers, &body).with_operation(info))
        }
    }

    /// Opens a stream: its head is there when this returns, its body is still to come.
    ///
    /// # Errors
    /// Like [`open_request`](Self::open_request).
    pub async fn open<S: StreamOperation>(&self, operation: &S) -> Result<HttpResponse> {
        self.open_request(operation.request()?, &CallOptions::default()).await
    }

    /// Opens the stream that this request asks for: hooks, credentials and timeouts (which end at the head) as for any
    /// request, but no cache, nothing shared with others, and one attempt.
    ///
    /// # Errors
    /// Whatever keeps a successful head from coming: an error status with what its body says, no answer, no credentials.
    pub async fn open_request(&self, request: Request, _options: &CallOptions) -> Result<HttpResponse> {
        let info = request.info;
        let response = self.head(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = body.read(Some(64 * 1024)).await?;
        Err(Error::from_answer(parts.status, &parts.headers, &body).with_operation(info))
    }

    /// The absolute URL of a request, which carries the credentials in its query parameter `authorization`: for what cannot
    /// set headers. Nothing is sent, and no hook runs.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when none could be had.
    pub async fn url(&self, request: &Request) -> Result<SecretUrl> {
        let _ = request;
        Err(Error::new(ErrorKind::Unexpected))
    }

    /// Runs [`Hooks::on_error`]: for those who told their calls not to report, and report for several calls once.
    pub async fn report(&self, error: &Error) {
        if let Some(hooks) = &self.0.hooks {
            hooks.on_error(error).await;
        }
    }

    async fn head(&self, request: Request) -> Result<HttpResponse> {
        let inner = &self.0;
        let url = inner.endpoint.join(&request.path, &request.query)?;
        let mut builder =
            inner.http.request(request.info.method.clone(), url).headers(request.headers).body(request.body);
        if let Some(value) = inner.credentials.authorization().await? {
            builder = builder.header(http::header::AUTHORIZATION, value);
        }
        let unreachable = |error: reqwest::Error| {
            Error::new(ErrorKind::Unreachable).with_operation(request.info).with_source(error.without_url())
        };
        let mut response = builder.send().await.map_err(unreachable)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut answer = http::Response::new(Body::from_stream(response.bytes_stream()));
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

/// What `Retry-After` says: seconds or a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(std::time::SystemTime::now()).unwrap_or_default())
        }
    }
}
