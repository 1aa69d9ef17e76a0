//! Sends requests to the platform: a stack of tower layers around an HTTP client.

mod attempt;
mod body;
mod builder;
mod cache;
mod call;
mod clock;
mod download;
pub(crate) mod exchange;
mod flight;
mod heard;
mod held;
mod hooks;
mod identify;
mod key;
mod limit;
pub mod observe;
mod options;
mod overlaps;
mod redirect;
mod relation;
mod retry;
#[cfg_attr(target_family = "wasm", path = "transport/sender/browser.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "transport/sender/native.rs")]
mod sender;
mod service;
mod stack;
#[cfg(not(target_family = "wasm"))]
mod tls;
mod trace;
mod url;

use std::fmt;
use std::mem::take;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::de::{Drift, DriftKind};
use crate::drift::{self, DriftReport};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, StreamOperation};
use crate::operation_info::OperationInfo;
use crate::redact::{Redactor, is_secret_header};
pub use crate::request::HttpRequest;
use crate::request::Request;
use crate::tasks::{self, Instant};

pub use body::Body;
pub use builder::TransportBuilder;
pub use cache::{
    CacheKey, CacheMode, CachePolicy, CacheStore, CachedAnswer, MemoryCache, StoreFuture, Ticket, Turn,
    is_related, subjects,
};
pub use call::{Call, OptionalCall};
use clock::ClockSkew;
use exchange::{CallSettings, Exchange, Reading};
pub(crate) use heard::Heard;
pub use hooks::{HookFuture, Hooks, ResponseHead};
use identify::Signers;
use observe::{Answered, CallWatch, Decoded, ObserverHandle};
pub use options::CallOptions;
use redirect::{NotFollowed, SeenElsewhere};
pub use retry::RetryPolicy;
pub use service::{HttpResponse, HttpService};
use stack::{SharedParts, Stack};
pub use url::SecretUrl;

/// Sends requests to one endpoint with one identity. Cheap to clone: clones share connections, cache, retry budget and
/// limits; nothing is shared between two that were built.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

struct Inner {
    endpoint: Arc<Endpoint>,
    credentials: Credentials,
    /// The identity of all calls; `None` when a provider names it.
    identity: Option<Arc<str>>,
    defaults: CallOptions,
    stack: Arc<Stack>,
    shared: Arc<SharedParts>,
}

impl Transport {
    /// Starts to put one together.
    pub fn builder() -> TransportBuilder {
        TransportBuilder::default()
    }

    fn assemble(endpoint: Endpoint, mut builder: TransportBuilder) -> Result<Self> {
        let (credentials, options) = (take(&mut builder.credentials), take(&mut builder.defaults));
        let defaults = options.or(&CallOptions::of(&builder.base));
        Self::put_together(Arc::new(endpoint), credentials, defaults, Arc::new(SharedParts::new(builder)?))
    }

    fn put_together(
        endpoint: Arc<Endpoint>,
        credentials: Credentials,
        defaults: CallOptions,
        shared: Arc<SharedParts>,
    ) -> Result<Self> {
        if !matches!(credentials, Credentials::None) && is_open(&endpoint, &shared) {
            return Err(would_be_read("credentials", &endpoint));
        }
        let identity =
            (!matches!(credentials, Credentials::Provider(_))).then(|| credentials.identity().into());
        let stack = Arc::new(Stack::new(&endpoint, credentials.clone(), &shared)?);
        Ok(Self(Arc::new(Inner { endpoint, credentials, identity, defaults, stack, shared })))
    }

    /// Returns a transport with other credentials that shares the connection pool, hooks and layers of this
    /// one. It has its own limits, retry budget and, unless a store was given, cache. The endpoint stays the
    /// same.
    ///
    /// # Errors
    /// [`Credentials`](crate::ErrorKind::Credentials) if the credentials contain characters that a header
    /// cannot, or would be sent over [plain `http`](TransportBuilder::allow_credentials_over_plain_http).
    pub fn with_credentials(&self, credentials: Credentials) -> Result<Self> {
        let inner = &*self.0;
        Self::put_together(inner.endpoint.clone(), credentials, inner.defaults.clone(), inner.shared.clone())
    }

    /// Returns a transport for another base URL that shares the connection pool, hooks and layers of this one. It has its own
    /// limits, retry budget and, unless a store was given, cache. The credentials stay the same: they are then sent there.
    ///
    /// # Errors
    /// [`InvalidUrl`](crate::ErrorKind::InvalidUrl) if the base URL is invalid, and the errors of
    /// [`with_credentials`](Self::with_credentials).
    pub fn with_endpoint(&self, base_url: &str) -> Result<Self> {
        let inner = &*self.0;
        let endpoint = Arc::new(Endpoint::parse(base_url)?);
        Self::put_together(endpoint, inner.credentials.clone(), inner.defaults.clone(), inner.shared.clone())
    }

    /// Checks that a secret may be sent to the endpoint: over `https`, to this machine, or because the program
    /// [allowed it](TransportBuilder::allow_credentials_over_plain_http). Credentials of the transport are checked when it is
    /// built; this is for secrets that requests carry.
    ///
    /// # Errors
    /// [`Credentials`](crate::ErrorKind::Credentials) when everybody on the way could read the secret.
    pub fn check_secrets_may_travel(&self) -> Result<()> {
        if is_open(&self.0.endpoint, &self.0.shared) {
            return Err(would_be_read("a secret of the request", &self.0.endpoint));
        }
        Ok(())
    }

    /// Returns the credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// Returns the base URL of requests.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The identity of a call that begins now: [`Credentials::identity`].
    #[must_use]
    pub fn identity(&self) -> Arc<str> {
        self.0.identity.clone().unwrap_or_else(|| self.0.credentials.identity().into())
    }

    /// Returns `true` if [`identity`](Self::identity) is this one. It copies nothing.
    #[must_use]
    pub fn is_identity(&self, identity: &str) -> bool {
        match &self.0.identity {
            Some(mine) => **mine == *identity,
            None => self.0.credentials.identity() == identity,
        }
    }

    /// Returns the deadline of a call with these options that starts now: from its options, else from the
    /// transport.
    #[must_use]
    pub fn deadline(&self, options: &CallOptions) -> Option<Instant> {
        options.clone().or(&self.0.defaults).ends_at()
    }

    /// The longest time of one attempt of a call with these options; `None`: no limit.
    #[must_use]
    pub fn attempt_timeout(&self, options: &CallOptions) -> Option<Duration> {
        options.attempt_timeout.or(self.0.defaults.attempt_timeout).flatten()
    }

    /// Returns the retry policy of a call with these options: from its options, else from the transport.
    #[must_use]
    pub fn retry_policy(&self, options: &CallOptions) -> RetryPolicy {
        options.retry_policy(&self.0.defaults)
    }

    /// A call of this operation, which is sent when it is awaited and takes options before.
    #[track_caller]
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(self.clone(), operation)
    }

    /// Sends an operation, decodes its answer, and reports the failure of either.
    pub(crate) async fn send<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<Answer<O::Output>> {
        let mut decoded = None;
        let mut decode = |answer| {
            let answer = O::decode(answer)?;
            let head = Decoded::of(&answer);
            decoded = Some(answer);
            Ok(head)
        };
        self.send_as(O::INFO, operation.request(), options, &mut decode).await?;
        decoded.ok_or_else(|| Error::new(ErrorKind::Unexpected).with_message("the answer was not decoded"))
    }

    /// The part of [`send`](Self::send) that is the same for all operations, and is compiled once. `decode` keeps the answer.
    async fn send_as(
        &self,
        info: &'static OperationInfo,
        request: Result<Request>,
        options: &CallOptions,
        decode: &mut (dyn FnMut(Answer<Bytes>) -> Result<Decoded> + Send),
    ) -> Result<Decoded> {
        let watch = self.watch(info);
        let outcome = async {
            let (answer, exchange) = self.whole(request?, options).await?;
            let decoded = decode(answer);
            let drift = decoded.as_ref().map(|decoded| decoded.drift.as_slice()).unwrap_or_default();
            if !drift.is_empty()
                && let (Some(heard), Some(number)) = (&options.heard, exchange.heard_as.get())
            {
                heard.note_drift(*number, drift);
            }
            if !drift.is_empty() || self.has_new_drift() {
                self.report_drift(info, drift).await;
            }
            decoded.map_err(|error| {
                // A repeated DELETE that finds nothing has no value to return, although its operation
                // promises one.
                let error = exchange.found_gone().unwrap_or(error);
                exchange.explain(error, &self.0.endpoint, &self.0.credentials)
            })
        };
        let outcome = outcome.await.map_err(|error: Error| error.with_operation(info));
        self.reported(watch, outcome, options).await
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Any failure that prevents a successful answer: [`Refused`](crate::ErrorKind::Refused) for an error status or a
    /// redirect that is not followed, [`Unreachable`](crate::ErrorKind::Unreachable),
    /// [`TimedOut`](crate::ErrorKind::TimedOut), [`Credentials`](crate::ErrorKind::Credentials),
    /// [`InvalidUrl`](crate::ErrorKind::InvalidUrl), [`TooLarge`](crate::ErrorKind::TooLarge), and what hooks and layers of the program fail with.
    pub async fn execute(&self, request: Request, options: &CallOptions) -> Result<Answer<Bytes>> {
        let watch = self.watch(request.info);
        let outcome = self.whole(request, options).await;
        self.reported(watch, outcome.map(|(answer, _)| answer), options).await
    }

    /// Opens a stream: its head has arrived when this returns, its body follows.
    ///
    /// # Errors
    /// Like [`execute`](Self::execute).
    pub async fn open<S: StreamOperation>(&self, operation: &S) -> Result<HttpResponse> {
        let options = CallOptions::default();
        match operation.request() {
            Ok(request) => self.open_request(request, &options).await,
            Err(error) => self.failed(S::INFO, error, &options).await,
        }
    }

    /// Opens a stream. Hooks, credentials, limits and timeouts apply up to the head of the answer, as for any
    /// request; the cache and request sharing do not apply, and there is one attempt.
    ///
    /// # Errors
    /// Like [`execute`](Self::execute).
    pub async fn open_request(&self, request: Request, options: &CallOptions) -> Result<HttpResponse> {
        let watch = self.watch(request.info);
        let outcome = self.head(request, options, Reading::Stream).await;
        self.reported(watch, outcome.map(|(response, _)| response), options).await
    }

    /// Returns the absolute URL of a request, with the credentials in its query parameter `authorization`,
    /// for clients that cannot set headers. Nothing is sent, and no hook runs.
    ///
    /// # Errors
    /// [`Credentials`](crate::ErrorKind::Credentials) when no credentials could be obtained,
    /// [`InvalidUrl`](crate::ErrorKind::InvalidUrl) when the path does not make a URL.
    pub async fn url(&self, request: &Request) -> Result<SecretUrl> {
        let authorized = async {
            let mut http = HttpRequest::default();
            *http.method_mut() = request.info.method.clone();
            *http.uri_mut() = self.0.endpoint.uri(&request.path, &request.query)?;
            let authorization = self.0.credentials.authorization(&http).await?;
            Ok(SecretUrl::new(self.0.endpoint.join(&request.path, &request.query)?, authorization.as_ref()))
        };
        authorized.await.map_err(|error: Error| error.with_operation(request.info))
    }

    /// Counts the differences of an answer, or of an event of a stream, from the spec. Those that no answer had before are logged,
    /// and passed to [`Hooks::on_drift`]. A panic of a hook is logged, and does not affect the answer.
    #[cold]
    pub async fn report_drift(&self, info: &'static OperationInfo, drift: &[Drift]) {
        if let Some(first) = drift.iter().find(|drift| drift.is_loss()).or(drift.first()) {
            // The first loss says most: conversions lose nothing.
            let lost = drift.iter().filter(|drift| drift.is_loss()).count();
            tracing::debug!(target: drift::TARGET, places = drift.len(), lost, cc.operation = info.id, %first, "an answer differs from the spec");
            self.0.shared.drift.handled(info, drift);
        }
        for report in self.0.shared.drift.drain() {
            log_drift(&report);
            let Some(hooks) = &self.0.shared.hooks else { continue };
            let told = AssertUnwindSafe(async { hooks.on_drift(&report).await });
            if told.catch_unwind().await.is_err() {
                tracing::error!(cc.operation = info.id, "a hook panicked in `on_drift`");
            }
        }
    }

    /// Returns the places where answers differ from the spec, with their counts, in the order in which they were first met: of this
    /// transport, its clones, and those that share its hooks. At most 1,024.
    #[must_use]
    pub fn drift(&self) -> Vec<DriftReport> {
        self.0.shared.drift.reports()
    }

    /// Returns `true` if [`report_drift`](Self::report_drift) has something to report.
    #[doc(hidden)]
    #[must_use]
    #[inline]
    pub fn has_new_drift(&self) -> bool {
        self.0.shared.drift.has_news()
    }

    /// Makes an answer of the data of an event, to read it as answers are read.
    #[doc(hidden)]
    #[must_use]
    pub fn event(&self, info: &'static OperationInfo, data: Bytes) -> Answer<Bytes> {
        let answer = Answer::new(data, StatusCode::OK, HeaderMap::new(), 1);
        #[cfg(feature = "drift")]
        return answer.watched(self.0.shared.drift.clone(), info);
        #[cfg(not(feature = "drift"))]
        {
            let _ = info;
            answer
        }
    }

    /// Runs [`Hooks::on_error`], for callers that disabled the reports of their calls and report once for
    /// several calls. A panic of a hook is logged, and does not replace the error.
    pub async fn report(&self, error: &Error) {
        let Some(hooks) = &self.0.shared.hooks else { return };
        let told = AssertUnwindSafe(async { hooks.on_error(error).await });
        if told.catch_unwind().await.is_err() {
            tracing::error!(%error, "a hook panicked in `on_error`");
        }
    }

    /// Returns the observer, for streams and programs that have something to tell it.
    #[must_use]
    pub fn observer(&self) -> Option<ObserverHandle> {
        self.0.shared.observer.clone().map(ObserverHandle)
    }

    /// Tells the observer that a call begins.
    fn watch(&self, info: &'static OperationInfo) -> CallWatch {
        CallWatch::start(self.0.shared.observer.as_ref(), info)
    }

    /// Reports the failure of a call before its request was made.
    async fn failed<T: Answered>(
        &self,
        info: &'static OperationInfo,
        error: Error,
        options: &CallOptions,
    ) -> Result<T> {
        self.reported(self.watch(info), Err(error.with_operation(info)), options).await
    }

    async fn reported<T: Answered>(
        &self,
        watch: CallWatch,
        outcome: Result<T>,
        options: &CallOptions,
    ) -> Result<T> {
        watch.end(&outcome);
        if let (Err(error), false) = (&outcome, options.quiet) {
            self.report(error).await;
        }
        outcome
    }

    async fn whole(&self, request: Request, options: &CallOptions) -> Result<(Answer<Bytes>, Arc<Exchange>)> {
        let (response, exchange) = self.head(request, options, Reading::Whole).await?;
        let (parts, body) = response.into_parts();
        let body = body.into_whole();
        let answer = Answer::new(body, parts.status, parts.headers, exchange.attempts());
        #[cfg(feature = "drift")]
        let answer = answer.watched(self.0.shared.drift.clone(), exchange.info);
        Ok((answer, exchange))
    }

    /// Sends a request through all layers, in the time that the call may take.
    async fn head(
        &self,
        mut request: Request,
        options: &CallOptions,
        reading: Reading,
    ) -> Result<(HttpResponse, Arc<Exchange>)> {
        let inner = &*self.0;
        let mut settings = CallSettings::new(options, &inner.defaults, reading);
        let info = request.info;
        if options.changes_once && info.is_change() {
            settings.retry = RetryPolicy::none();
        }
        if inner.stack.is_open {
            let of_request = request.headers.iter().find(|(name, value)| is_secret_header(name, value));
            let of_options = || options.secret_header().or(inner.defaults.secret_header());
            if let Some(name) = of_request.map(|(name, _)| name).or_else(of_options) {
                let what = format!("the header `{name}`");
                return Err(would_be_read(&what, &inner.endpoint).with_operation(info));
            }
        }
        let added =
            [&inner.defaults, options].into_iter().try_for_each(|of| of.add_headers(&mut request.headers));
        added.map_err(|error| error.with_operation(info))?;
        let identity = self.identity();
        // Credentials that do not come from a provider stay those of one identity.
        let signers = inner.identity.is_none().then(|| Signers::new(identity.clone()));
        let exchange = Exchange::new(&inner.endpoint, request, identity, signers, settings)
            .map_err(|error| error.with_operation(info))?;
        let reply = inner.stack.hooked(exchange.clone());
        let in_time = async {
            tasks::until(exchange.deadline(), reply).await.unwrap_or_else(|| Err(exchange.timed_out()))
        };
        let outcome = tasks::guarded(in_time).await;
        if let (Some(heard), Ok(response)) = (&options.heard, &outcome) {
            let _ = exchange.heard_as.set(heard.note(response, exchange.attempts()));
        }
        let outcome = match outcome {
            Ok(response) if response.status().is_success() || exchange.found_gone().is_some() => {
                return Ok((response, exchange));
            }
            outcome => outcome,
        };
        let secrets = exchange.redactor(&inner.credentials);
        let error = outcome.map_or_else(|error| error, |response| refusal(response, &secrets));
        Err(exchange.explain(error, &inner.endpoint, &inner.credentials))
    }
}

/// Returns `true` if the traffic to the endpoint is readable on the network path, and the program has not
/// allowed that for secrets.
fn is_open(endpoint: &Endpoint, shared: &SharedParts) -> bool {
    !endpoint.is_protected() && !shared.plain_http
}

/// The failure to send a secret that everybody on the way could read.
#[cold]
pub(crate) fn would_be_read(secret: &str, endpoint: &Endpoint) -> Error {
    let message = format!(
        "{secret} would travel to `{}` over plain http, where everybody on the way can read it: use https, or allow \
         credentials over plain http when you create the client",
        endpoint.host()
    );
    Error::new(ErrorKind::Credentials).with_message(message).not_sent()
}

/// Error for an answer that is not a success.
fn refusal(response: HttpResponse, secrets: &Redactor) -> Error {
    let (parts, body) = response.into_parts();
    let error = Error::from_answer_without(parts.status, &parts.headers, &body.into_whole(), secrets);
    let error = match parts.extensions.get::<NotFollowed>() {
        Some(NotFollowed(reason)) => error.with_message(format!("redirect not followed: {reason}")),
        None => error,
    };
    let error = match parts.extensions.get::<SeenElsewhere>() {
        Some(SeenElsewhere) => error.after_lost_attempt(),
        None => error,
    };
    match parts.extensions.get::<ClockSkew>() {
        Some(skew) => skew.explain(error),
        None => error,
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("endpoint", &self.0.endpoint)
            .field("credentials", &self.0.credentials)
            .finish_non_exhaustive()
    }
}

/// Logs a difference that was not known.
fn log_drift(report: &DriftReport) {
    let (operation, kind, pointer) = (report.info.id, report.kind.as_str(), report.pointer.as_str());
    let (expected, found) = (report.expected.as_deref(), report.found);
    match report.kind {
        DriftKind::MissingField | DriftKind::OtherType => {
            tracing::warn!(target: drift::TARGET, kind, cc.operation = operation, pointer, expected, found, "the answers of an operation differ from the spec");
        }
        _ => {
            tracing::info!(target: drift::TARGET, kind, cc.operation = operation, pointer, expected, found, "the answers of an operation have more than the spec");
        }
    }
}
