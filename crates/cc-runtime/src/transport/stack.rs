//! The layers, in their order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;

use crate::credentials::Credentials;
use crate::defaults::RetryBudget;
use crate::drift::Registry;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::transport::attempt::ErrorBody;
use crate::transport::cache::{CacheStore, MemoryCache};
use crate::transport::flight::Flights;
use crate::transport::hooks::Hooks;
use crate::transport::identify::{Identify, user_agent};
use crate::transport::limit::Limit;
use crate::transport::observe::Observer;
use crate::transport::overlaps::Overlaps;
use crate::transport::redirect::Redirect;
use crate::transport::retry::Retry;
use crate::transport::sender::{By, Sender};
use crate::transport::service::UserLayer;
use crate::transport::trace::Propagate;
use crate::transport::{HttpResponse, HttpService, TransportBuilder};

/// The future of a service that is not named.
pub(crate) type Reply = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

/// The layers of one transport. Each is a method that calls the next one, in the file of its name, outermost first:
///
/// - `hooked`: hooks see every call once, whatever becomes of it;
/// - `logged`: the log shows what hooks changed, and answers of the cache;
/// - `cached`: the cache answers before anything is shared or sent;
/// - `fly`: callers that share a request share its retries too;
/// - `attempts`: a wait between two attempts holds no permit;
/// - `attempt`: waits for a permit, and holds it until the body is there, of a stream until its head. Spans and observers see it as one
///   request, and each redirect as another one.
///
/// Then follow tower services: the layers of the program, which see single attempts and no credentials; [`Redirect`], where
/// each hop can be authenticated, or not, by its origin; [`Identify`], which asks for credentials as late as can be; and
/// [`Sender`].
///
/// From `fly` on, a call goes on by itself as soon as another one depends on it. Above, nothing is held that others wait for.
pub(crate) struct Stack {
    pub(crate) endpoint: Arc<Endpoint>,
    /// The log must not show them.
    pub(crate) credentials: Credentials,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) propagate: Option<Propagate>,
    pub(crate) store: Arc<dyn CacheStore>,
    pub(crate) overlaps: Arc<Overlaps>,
    pub(crate) flights: Flights,
    pub(crate) retry: Retry,
    pub(crate) limit: Limit,
    pub(crate) error_body: ErrorBody,
    /// The traffic to the endpoint is readable on the network path, and the program has not allowed that for
    /// secrets.
    pub(crate) is_open: bool,
    pub(crate) http: HttpService,
}

impl Stack {
    pub(crate) fn new(
        endpoint: &Arc<Endpoint>,
        credentials: Credentials,
        shared: &SharedParts,
    ) -> Result<Self> {
        let sender = Sender::new(shared.sender.clone(), endpoint.clone());
        let user_agent = shared.user_agent.clone();
        let is_open = super::is_open(endpoint, shared);
        let identify = Identify::new(credentials.clone(), endpoint.clone(), user_agent, is_open, sender)?;
        let http = Redirect::new(identify);
        let http = shared.layers.iter().rev().fold(HttpService::bare(http), |inner, layer| layer(inner));
        let memory = || Arc::new(MemoryCache::new(shared.cache_capacity));
        Ok(Self {
            endpoint: endpoint.clone(),
            credentials,
            hooks: shared.hooks.clone(),
            observer: shared.observer.clone(),
            propagate: shared.propagate.clone(),
            store: shared.cache_store.clone().unwrap_or_else(|| memory()),
            overlaps: Arc::default(),
            flights: Flights::default(),
            retry: Retry::new(shared.retry_budget, shared.jitter_seed),
            limit: Limit::new(shared.concurrency),
            error_body: shared.error_body,
            is_open,
            http,
        })
    }
}

/// The parts of a stack that do not depend on credentials.
pub(crate) struct SharedParts {
    sender: By,
    user_agent: HeaderValue,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    /// The places where answers differ from the spec.
    pub(crate) drift: Arc<Registry>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    propagate: Option<Propagate>,
    layers: Vec<UserLayer>,
    cache_store: Option<Arc<dyn CacheStore>>,
    cache_capacity: usize,
    concurrency: usize,
    retry_budget: RetryBudget,
    error_body: ErrorBody,
    pub(crate) plain_http: bool,
    jitter_seed: Option<u64>,
}

impl SharedParts {
    pub(crate) fn new(builder: TransportBuilder) -> Result<Self> {
        let base = builder.base;
        let error_body = ErrorBody { bytes: base.error_body_limit, time: base.error_body_timeout };
        Ok(Self {
            sender: By::new(
                builder.sender,
                builder.connect_timeout.unwrap_or(base.connect_timeout),
                builder.http2,
            )?,
            user_agent: user_agent(&builder.user_agent, builder.sdk_product)?,
            hooks: builder.hooks,
            #[cfg(not(target_family = "wasm"))]
            drift: Arc::new(Registry::new(builder.drift_file)),
            #[cfg(target_family = "wasm")]
            drift: Arc::default(),
            observer: builder.observer,
            propagate: builder.propagate,
            layers: builder.layers,
            cache_store: builder.cache_store,
            cache_capacity: builder.cache_capacity.unwrap_or(base.cache_capacity),
            concurrency: builder.concurrency.unwrap_or(base.concurrency),
            retry_budget: base.retry_budget,
            error_body,
            plain_http: builder.plain_http,
            jitter_seed: builder.jitter_seed,
        })
    }
}
