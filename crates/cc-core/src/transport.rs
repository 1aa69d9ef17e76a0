//! How one request reaches the platform: a stack of tower layers around an HTTP client.

mod call;
mod options;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::request::Request;

pub use call::Call;
pub use options::CallOptions;

/// Sends requests to one endpoint with one identity. Cheap to clone: clones share everything.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    credentials: Credentials,
    http: reqwest::Client,
}

/// Puts a [`Transport`] together.
#[derive(Debug, Default)]
pub struct TransportBuilder {
    credentials: Credentials,
    endpoint: Option<String>,
}

impl TransportBuilder {
    /// Who asks. Default: nobody.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The base URL, with or without a trailing slash. Default: [`Credentials::default_endpoint`].
    #[must_use]
    pub fn endpoint(mut self, base_url: impl Into<String>) -> Self {
        self.endpoint = Some(base_url.into());
        self
    }

    /// The transport.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] when the base URL is none.
    pub fn build(self) -> Result<Transport> {
        let endpoint = self.endpoint.as_deref().unwrap_or_else(|| self.credentials.default_endpoint());
        let endpoint = Endpoint::parse(endpoint)?;
        Ok(Transport(Arc::new(Inner {
            endpoint,
            credentials: self.credentials,
            http: reqwest::Client::new(),
        })))
    }
}

impl Transport {
    /// Starts to put one together.
    #[must_use]
    pub fn builder() -> TransportBuilder {
        TransportBuilder::default()
    }

    /// A call of this operation, which is sent when it is awaited and takes options before.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(self.clone(), operation)
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Whatever keeps a successful answer from coming.
    pub async fn execute(&self, request: Request, _options: &CallOptions) -> Result<Answer<Bytes>> {
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
        let response = builder.send().await.map_err(unreachable)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            Ok(Answer::new(body, status, headers, 1))
        } else {
            Err(Error::from_answer(status, &headers, &body).with_operation(request.info))
        }
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
