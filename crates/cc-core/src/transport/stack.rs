//! The layers, in their order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::transport::attempt::Attempt;
use crate::transport::cache::{Cache, MemoryStore};
use crate::transport::flight::SingleFlight;
use crate::transport::hooks::Hooked;
use crate::transport::identify::{Identify, user_agent};
use crate::transport::journal::Journal;
use crate::transport::limit::Limit;
use crate::transport::redirect::Redirect;
use crate::transport::retry::Retry;
use crate::transport::send::Sender;
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
pub(crate) fn build(endpoint: &Arc<Endpoint>, builder: TransportBuilder) -> Result<Stack> {
    let TransportBuilder { credentials, hooks, layers, sender, .. } = builder;
    let sender = Sender::new(sender, builder.connect_timeout)?;
    let user_agent = user_agent(builder.user_agent.as_deref())?;
    let http = Redirect::new(Identify::new(credentials, endpoint.clone(), user_agent, sender)?);
    let http = layers.iter().rev().fold(HttpService::bare(http), |inner, layer| layer(inner));
    let journal = Arc::new(Journal::default());
    let store = builder.cache_store.unwrap_or_else(|| Arc::new(MemoryStore::new(builder.cache_capacity)));
    Ok(Hooked::new(
        endpoint.clone(),
        hooks,
        Trace::new(
            endpoint.clone(),
            Cache::new(
                store,
                journal.clone(),
                SingleFlight::new(
                    journal,
                    Retry::new(builder.jitter_seed, Limit::new(builder.concurrency, Attempt::new(http))),
                ),
            ),
        ),
    ))
}
