//! Puts a transport together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tower::{Layer, Service};
use tracing::Span;

use crate::credentials::Credentials;
use crate::defaults::Defaults;
#[cfg(not(target_family = "wasm"))]
use crate::drift::DriftFile;
use crate::endpoint::Endpoint;
use crate::error::{BoxError, ErrorKind, Result};
use crate::input::IntoOption;
use crate::request::HttpRequest;
use crate::transport::cache::{CachePolicy, CacheStore};
use crate::transport::hooks::Hooks;
use crate::transport::observe::Observer;
use crate::transport::retry::RetryPolicy;
use crate::transport::sender::{Choice, Http2};
use crate::transport::service::{self, HttpResponse, HttpService, UserLayer};
use crate::transport::trace::Propagate;
use crate::transport::{CallOptions, Transport};

/// Puts a [`Transport`] together.
#[must_use]
pub struct TransportBuilder {
    pub(crate) credentials: Credentials,
    pub(crate) endpoint: Option<String>,
    pub(crate) user_agent: Vec<String>,
    pub(crate) sdk_product: Option<&'static str>,
    pub(crate) defaults: CallOptions,
    pub(crate) base: Defaults,
    pub(crate) connect_timeout: Option<Option<Duration>>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) cache_store: Option<Arc<dyn CacheStore>>,
    pub(crate) cache_capacity: Option<usize>,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    #[cfg(not(target_family = "wasm"))]
    pub(crate) drift_file: Option<DriftFile>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) propagate: Option<Propagate>,
    pub(crate) layers: Vec<UserLayer>,
    pub(crate) sender: Choice,
    pub(crate) plain_http: bool,
    pub(crate) http2: Http2,
    pub(crate) jitter_seed: Option<u64>,
}

impl Default for TransportBuilder {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            endpoint: None,
            user_agent: Vec::new(),
            sdk_product: None,
            defaults: CallOptions::new(),
            base: Defaults::default(),
            connect_timeout: None,
            concurrency: None,
            cache_store: None,
            cache_capacity: None,
            hooks: None,
            #[cfg(not(target_family = "wasm"))]
            drift_file: None,
            observer: None,
            propagate: None,
            layers: Vec::new(),
            sender: Choice::Own,
            plain_http: false,
            http2: Http2::default(),
            jitter_seed: None,
        }
    }
}

impl TransportBuilder {
    /// Sets the credentials. Default: none.
    pub fn credentials<Kind>(mut self, credentials: impl IntoOption<Credentials, Kind>) -> Self {
        self.credentials = credentials.into_option().unwrap_or_default();
        self
    }

    /// The base URL, with or without a trailing slash: the only origin that credentials are sent to. Default:
    /// [`Credentials::default_endpoint`].
    pub fn endpoint<Kind>(mut self, base_url: impl IntoOption<String, Kind>) -> Self {
        self.endpoint = base_url.into_option();
        self
    }

    /// Sends credentials over plain `http` to other machines too, where everybody on the way can read them; with `PLAINTEXT`
    /// signatures, that includes the secret of the consumer. Without it, credentials go over `https` or to this machine
    /// (`localhost`, `127.0.0.0/8`, `::1`) only. The same holds for secret headers of a request. Default: `false`.
    pub fn allow_credentials_over_plain_http(mut self, allow: bool) -> Self {
        self.plain_http = allow;
        self
    }

    /// Sets the defaults, which apply to every setting that the program does not set, regardless of the order
    /// of calls. A program that names its defaults keeps its behaviour when the SDK is updated. Default:
    /// [`Defaults::default`].
    pub fn defaults(mut self, defaults: Defaults) -> Self {
        self.base = defaults;
        self
    }

    /// Adds a product, such as `my-tool/1.2`, to the `User-Agent`, before those that were added earlier and those of the SDK. A library
    /// that receives a builder adds its own product: `library/1.2 my-tool/3.4 cc-client/0.1.0 cc-runtime/0.1.0`. Default: the products
    /// of the SDK alone.
    ///
    /// [`build`](Self::build) refuses a product that is empty or contains a control character.
    pub fn user_agent<Kind>(mut self, product: impl IntoOption<String, Kind>) -> Self {
        self.user_agent.extend(product.into_option());
        self
    }

    /// Sets the product of the crate of the SDK that builds this transport.
    #[doc(hidden)]
    pub fn sdk_product(mut self, product: &'static str) -> Self {
        self.sdk_product = Some(product);
        self
    }

    /// Longest time of a whole call: waiting for its turn, retries and reading the body included (of a stream: until its
    /// head). `None`: no limit. Default: none.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.defaults = self.defaults.timeout(timeout);
        self
    }

    /// Longest time of one attempt, from its turn to the end of the body (of a stream: to its head). `None`: no limit.
    /// Default: 30 s.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.defaults = self.defaults.attempt_timeout(timeout);
        self
    }

    /// Longest time to connect: name look-up, TCP and TLS. `None`: no limit. A client that the program gives has its own.
    /// Default: 10 s.
    pub fn connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.connect_timeout = Some(timeout.into());
        self
    }

    /// The most bytes that the body of a successful answer may have ([`CallOptions::body_limit`]). `None`: no limit. Default:
    /// 64 MiB.
    pub fn body_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.defaults = self.defaults.body_limit(bytes);
        self
    }

    /// Sets the retry policy of requests. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: impl Into<Option<RetryPolicy>>) -> Self {
        self.defaults = self.defaults.retry(policy);
        self
    }

    /// Sets whether answers are cached, and for how long. Default: not cached.
    pub fn cache(mut self, policy: impl Into<Option<CachePolicy>>) -> Self {
        self.defaults = self.defaults.cache(policy);
        self
    }

    /// Sets the store for cached answers. Default: in memory, for this transport alone. A
    /// [`MemoryCache`](crate::transport::MemoryCache) is shared by the transports that receive clones of it.
    pub fn cache_store(mut self, store: impl CacheStore) -> Self {
        self.cache_store = Some(Arc::new(store));
        self
    }

    /// Sets the capacity of the default cache in bytes, unless there is a [`cache_store`](Self::cache_store).
    /// The least recently used answers are evicted first. Default: 16 MiB.
    pub fn cache_capacity(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.cache_capacity = bytes.into();
        self
    }

    /// Sets the maximum number of concurrent requests over all calls; further requests wait. A stream counts
    /// until its head has arrived. 0 is treated as 1. Default: 32.
    ///
    /// Calls that stand still because the only thread of their runtime waits without async (feature `blocking`) do not count.
    pub fn concurrency(mut self, requests: impl Into<Option<usize>>) -> Self {
        self.concurrency = requests.into();
        self
    }

    /// Sets the file to which the differences between answers and the spec are appended, for `cargo xtask drift`. Default: none.
    #[cfg(not(target_family = "wasm"))]
    pub fn drift_file(mut self, file: impl Into<Option<DriftFile>>) -> Self {
        self.drift_file = file.into();
        self
    }

    /// Sets the hooks that take part in every call. Default: none.
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }

    /// Sets the observer, which measures calls, attempts, cache look-ups, waits and streams. Default: none.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Sets the function that adds the context of a trace, such as the header `traceparent`, to each HTTP request, streams included.
    /// It runs before the request is signed, with the span of the request, of kind `client`. If a filter disables that span, the
    /// function receives the span around the call. Requests that a redirect leads to another origin do not get the headers.
    /// Default: none.
    ///
    /// With `tracing-opentelemetry`:
    /// ```text
    /// .propagate(|span, headers| {
    ///     global::get_text_map_propagator(|propagator| {
    ///         propagator.inject_context(&span.context(), &mut HeaderInjector(headers))
    ///     })
    /// })
    /// ```
    pub fn propagate(mut self, inject: impl Fn(&Span, &mut HeaderMap) + Send + Sync + 'static) -> Self {
        self.propagate = Some(Arc::new(inject));
        self
    }

    /// Adds a tower layer around each attempt, inside the layers added before: it sees requests without
    /// credentials, which are added further inside, where redirects are followed too.
    ///
    /// A task of the SDK may poll it, within the span of its call: task-locals of the caller are not available.
    ///
    /// The error of its service becomes [`ErrorKind::Unexpected`] unless it is an [`Error`](crate::Error).
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<HttpRequest, Response = HttpResponse> + Clone + Send + Sync + 'static,
        <L::Service as Service<HttpRequest>>::Error: Into<BoxError>,
        <L::Service as Service<HttpRequest>>::Future: Send + 'static,
    {
        self.layers.push(service::erase(layer));
        self
    }

    /// Sends requests through this service, which sees credentials, instead of a reqwest client. It must not
    /// follow redirects. Its answers may have any body.
    ///
    /// Its error becomes [`ErrorKind::Unreachable`] unless it is an [`Error`](crate::Error).
    pub fn http_service<S, B>(mut self, service: S) -> Self
    where
        S: Service<HttpRequest, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.sender = Choice::Service(service::boxed(service, ErrorKind::Unreachable));
        self
    }

    /// Sends requests with a client of the program's making, to share its connections, proxies or certificates.
    ///
    /// Create it with [`redirect::Policy::none`](reqwest::redirect::Policy::none): the transport follows
    /// redirects, and ensures that no secret leaves the origin, while a client that follows them removes only
    /// `Authorization` and cookies. [`reqwest_builder`](Self::reqwest_builder) does so.
    ///
    /// Its connections belong to the tokio runtimes that opened them. If several runtimes share a client, a
    /// call is lost when it uses a connection whose runtime ends; the transport's own clients have separate
    /// connections for each runtime. After the first wait without async, calls of current-thread runtimes open their connections in
    /// the background runtime. A wait that may get an earlier connection of the runtime that it holds up is an error.
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.sender = Choice::client(client);
        self
    }

    /// Sends requests with a client that the transport completes: redirects and automatic decompression off,
    /// and the connect timeout of this builder. Several runtimes share its connections, as with
    /// [`reqwest_client`](Self::reqwest_client).
    ///
    /// In a browser, a client of reqwest follows redirects by itself, which the transport's own client does not.
    pub fn reqwest_builder(mut self, client: reqwest::ClientBuilder) -> Self {
        self.sender = Choice::builder(client);
        self
    }

    /// Sets whether requests over plain `http` use HTTP/2 without negotiation. A server that does not speak HTTP/2 then fails every call. Over
    /// `https`, client and server choose in the TLS handshake, and fall back to HTTP/1.1. Applies to the transport's own clients.
    /// Default: `false`, HTTP/1.1 over plain `http`.
    #[cfg(feature = "http2")]
    pub fn http2_prior_knowledge(mut self, prior_knowledge: bool) -> Self {
        self.http2.prior_knowledge = prior_knowledge;
        self
    }

    /// Sets how often an HTTP/2 connection is pinged. A connection that does not answer within the same time, at most 10 s, is closed,
    /// and its requests and streams fail. `None`: never. Applies to the transport's own clients. Default: 20 s.
    #[cfg(feature = "http2")]
    pub fn http2_ping_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.http2.ping_interval = interval.into();
        self
    }

    /// Sets whether every exchange is written to the log: one [`tracing`] event a call, at level `INFO` with the target
    /// `cc_runtime::exchange`, for failures and answers of the cache too. Values of query parameters, of headers that are
    /// not known to be harmless, and of bodies are not shown. Default: `false`.
    pub fn debug(mut self, debug: impl Into<Option<bool>>) -> Self {
        self.defaults = self.defaults.debug(debug);
        self
    }

    /// Seeds the random delays between attempts, so that each run has the same ones.
    #[doc(hidden)]
    pub fn jitter_seed(mut self, seed: impl Into<Option<u64>>) -> Self {
        self.jitter_seed = seed.into();
        self
    }

    /// The transport.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] if the base URL is invalid; [`ErrorKind::InvalidInput`] or
    /// [`ErrorKind::Credentials`] if the `User-Agent` or the credentials contain characters that a header
    /// cannot; [`ErrorKind::Credentials`] also if the credentials would be sent over [plain
    /// `http`](Self::allow_credentials_over_plain_http); [`ErrorKind::Unexpected`] if a given
    /// [`reqwest_builder`](Self::reqwest_builder) fails. The default HTTP client and its TLS are set up by
    /// the first request, which fails if the setup does.
    pub fn build(self) -> Result<Transport> {
        let endpoint = self.endpoint.as_deref().unwrap_or_else(|| self.credentials.default_endpoint());
        let endpoint = Endpoint::parse(endpoint)?;
        Transport::assemble(endpoint, self)
    }
}

impl fmt::Debug for TransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportBuilder")
            .field("credentials", &self.credentials)
            // An invalid base URL may hold a password.
            .field("endpoint", &self.endpoint.as_deref().map(|base| Endpoint::parse(base).ok().ok_or("***")))
            .field("options", &self.defaults)
            .field("defaults", &self.base)
            .finish_non_exhaustive()
    }
}
