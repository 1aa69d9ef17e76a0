//! Answers that are read chunk by chunk: documents, backups, exports.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Method;
use url::form_urlencoded;

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::operation_info::OperationInfo;
use crate::request::{Request, RequestBuilder};
use crate::secret::Secret;
use crate::tasks::{self, Instant};
use crate::transport::body::too_large;
use crate::transport::exchange::{Exchange, Reading};
use crate::transport::{Body, CallOptions, Transport};
use crate::web_url::WebUrl;

/// A file at an address that the platform gave.
static FILE: OperationInfo = OperationInfo::new("download", "transport", Method::GET, "/{file}", "*/*")
    .one_shot()
    .idempotent()
    .secret_path(&["file"]);

impl Transport {
    /// Sends a request and returns its answer as soon as its head has arrived; the body follows in chunks,
    /// whatever its size.
    ///
    /// Hooks, credentials, retries and the concurrency limit apply up to the head, as for any call. The cache
    /// and request sharing do not apply. The timeout or deadline of the call covers the body to its last
    /// byte, and each chunk must arrive within the time limit of an attempt.
    /// [`body_limit`](CallOptions::body_limit) applies if these options set one.
    ///
    /// # Errors
    /// Like [`execute`](Self::execute). The body gives an error when the rest of it does not come.
    pub async fn download(&self, request: Request, options: &CallOptions) -> Result<Answer<Body>> {
        let watch = self.watch(request.info);
        let outcome = self.head(request, options, Reading::Chunks).await;
        let answer = outcome.map(|(response, exchange)| {
            let (parts, body) = response.into_parts();
            let limit = options.body_limit.flatten();
            let attempts = exchange.attempts();
            let body = Chunks { body, read: 0, limit, exchange, transport: self.clone() };
            Answer::new(body.into_body(), parts.status, parts.headers, attempts)
        });
        self.reported(watch, answer, options).await
    }

    /// Downloads from an address that the platform gave, such as that of a backup, chunk by chunk. No credentials are sent: the
    /// address itself proves that the caller may read it.
    ///
    /// ```no_run
    /// # async fn example(transport: cc_runtime::Transport, url: cc_runtime::Secret) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Write;
    ///
    /// use cc_runtime::CallOptions;
    /// use futures_util::StreamExt;
    ///
    /// let mut file = std::fs::File::create("backup.dump")?;
    /// let mut backup = transport.download_url(&url, &CallOptions::new()).await?.into_inner();
    /// while let Some(chunk) = backup.next().await {
    ///     file.write_all(&chunk?)?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`download`](Self::download), [`InvalidUrl`](ErrorKind::InvalidUrl) when it is not an `http` or `https` URL
    /// or holds a user name or a password, and [`Credentials`](ErrorKind::Credentials) when it is neither `https` nor of this
    /// machine ([`allow_credentials_over_plain_http`](crate::TransportBuilder::allow_credentials_over_plain_http)).
    pub async fn download_url(&self, url: &Secret, options: &CallOptions) -> Result<Answer<Body>> {
        match self.abroad(url) {
            Ok((transport, request)) => transport.download(request, options).await,
            Err(error) => self.failed(&FILE, error, options).await,
        }
    }

    /// A transport without credentials for the origin of this address, and the request for it.
    fn abroad(&self, address: &Secret) -> Result<(Self, Request)> {
        let invalid = |message: &str| Error::new(ErrorKind::InvalidUrl).with_message(message);
        let url = WebUrl::parse(address.expose()).map_err(|_| invalid("the address is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("the address holds a user name or a password"));
        }
        let inner = &*self.0;
        let endpoint = Arc::new(Endpoint::parse(&format!("{}://{}", url.scheme(), url.authority()))?);
        let transport =
            Self::put_together(endpoint, Credentials::None, inner.defaults.clone(), inner.shared.clone())?;
        transport.check_secrets_may_travel()?;
        let mut request = RequestBuilder::new(&FILE).secret_path("file", address).build()?;
        let pairs = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
        pairs.for_each(|(_, value)| request.hide(value.as_ref()));
        request.path = url.path().to_owned();
        request.query = url.query().unwrap_or_default().to_owned();
        Ok((transport, request))
    }
}

/// A body that keeps to the limits of its call.
struct Chunks {
    body: Body,
    read: usize,
    limit: Option<usize>,
    exchange: Arc<Exchange>,
    transport: Transport,
}

impl Chunks {
    fn into_body(self) -> Body {
        Body::from_chunks(stream::unfold(Some(self), async |chunks| {
            let mut chunks = chunks?;
            match chunks.next().await? {
                Ok(chunk) => Some((Ok(chunk), Some(chunks))),
                // Nothing comes after an error.
                Err(error) => Some((Err(chunks.explain(error)), None)),
            }
        }))
    }

    fn explain(&self, error: Error) -> Error {
        let inner = &*self.transport.0;
        self.exchange.explain(error, &inner.endpoint, &inner.credentials)
    }

    async fn next(&mut self) -> Option<Result<Bytes>> {
        // The limits need a timer.
        if tasks::Home::current().is_err() {
            return Some(Err(tasks::unusable()));
        }
        let silence = self.exchange.settings.attempt_timeout;
        let silent = silence.and_then(tasks::after);
        let end = [self.exchange.deadline(), silent].into_iter().flatten().min();
        let chunk = match tasks::guarded(async { Ok(tasks::until(end, self.body.next()).await) }).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Some(Err(self.too_slow(silence, silent, end))),
            Err(error) => return Some(Err(error)),
        };
        match chunk? {
            Ok(chunk) => {
                self.read = self.read.saturating_add(chunk.len());
                match self.limit {
                    Some(limit) if self.read > limit => Some(Err(too_large(limit))),
                    _ => Some(Ok(chunk)),
                }
            }
            Err(error) => Some(Err(error)),
        }
    }

    fn too_slow(&self, silence: Option<Duration>, silent: Option<Instant>, end: Option<Instant>) -> Error {
        match silence {
            Some(silence) if silent == end => Error::new(ErrorKind::TimedOut).with_message(format!(
                "no part of the body arrived within {silence:?}, the limit for an attempt"
            )),
            _ => self.exchange.timed_out(),
        }
    }
}
