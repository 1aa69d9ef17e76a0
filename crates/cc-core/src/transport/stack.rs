//! The layers, in their order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::transport::attempt::Attempt;
use crate::transport::cache::{Cache, CacheStore, MemoryStore};
use crate::transport::flight::SingleFlight;
use crate::transport::hooks::{Hooked, Hooks};
use crate::transport::identify::{Identify, user_agent};
use crate::transport::journal::Journal;
use crate::transport::limit::Limit;
use crate::transport::redirect::Redirect;
use crate::transport::retry::Retry;
use crate::transport::send::Sender;
use crate::transport::service::UserLayer;
use crate::transport::trace::Trace;
use crate::transport::{HttpResponse, HttpService, TransportBuilder};

/// The future of a layer.
pub(crate) type Reply = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

/// All layers of one transport.
pub(crate) type Stack = Hooked<Trace<Cache<SingleFlight<Retry<Limit<Attempt>>>>>>;

/// Puts the layers around each other, outermost first. Each has its reason to stand where it does:
///
/// - hooks see every call once, whatever becomes of it;
/// - tracing sees what hooks changed, and answers of the cache;
/// - the cache answers before anything is shared or sent;
/// - callers that share a request share its retries too;
/// - a wait between two attempts holds no permit;
/// - layers of the program see single attempts, and no credentials;
/// - redirects are followed where each hop can be authenticated, or not, by where it goes;
/// - credentials are asked for at each attempt, as late as can be.
pub(crate) fn build(endpoint: &Arc<Endpoint>, credentials: Credentials, means: &Means) -> Result<Stack> {
    let (sender, user_agent) = (means.sender.clone(), means.user_agent.clone());
    let http = Redirect::new(Identify::new(credentials, endpoint.clone(), user_agent, sender)?);
    let http = means.layers.iter().rev().fold(HttpService::bare(http), |inner, layer| layer(inner));
    let journal = Arc::new(Journal::default());
    let store = means.cache_store.clone().unwrap_or_else(|| Arc::new(MemoryStore::new(means.cache_capacity)));
    Ok(Hooked::new(
        endpoint.clone(),
        means.hooks.clone(),
        Trace::new(
            endpoint.clone(),
            Cache::new(
                store,
                journal.clone(),
                SingleFlight::new(
                    journal,
                    Retry::new(means.jitter_seed, Limit::new(means.concurrency, Attempt::new(http))),
                ),
            ),
        ),
    ))
}

/// What stacks are made of, whoever asks.
pub(crate) struct Means {
    sender: Sender,
    user_agent: HeaderValue,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    layers: Vec<UserLayer>,
    cache_store: Option<Arc<dyn CacheStore>>,
    cache_capacity: usize,
    concurrency: usize,
    jitter_seed: Option<u64>,
}

impl Means {
    pub(crate) fn new(builder: TransportBuilder) -> Result<Self> {
        Ok(Self {
            sender: Sender::new(builder.sender, builder.connect_timeout)?,
            user_agent: user_agent(builder.user_agent.as_deref())?,
            hooks: builder.hooks,
            layers: builder.layers,
            cache_store: builder.cache_store,
            cache_capacity: builder.cache_capacity,
            concurrency: builder.concurrency,
            jitter_seed: builder.jitter_seed,
        })
    }
}
