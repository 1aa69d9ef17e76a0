//! Keeps answers for a while, and drops them when a write may have made them old.

mod memory;
mod policy;
pub(crate) mod store;
mod turn;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::transport::exchange::Exchange;
use crate::transport::key::cache_key;
use crate::transport::observe::{CacheLookup, tell};
use crate::transport::stack::Stack;
use crate::transport::{Body, HttpResponse, held};

pub use memory::MemoryCache;
pub use policy::{CacheMode, CachePolicy};
pub use store::{CacheKey, CacheStore, CachedAnswer, StoreFuture, is_related, subjects};
pub use turn::{Ticket, Turn};

impl Stack {
    /// Answers from the store, and fills it.
    pub(crate) async fn cached(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        if !exchange.info.method.is_safe() {
            self.write(exchange).await
        } else if exchange.is_shareable()
            && exchange.settings.cache.mode != CacheMode::Off
            && exchange.info.secret_path.is_empty()
        {
            self.read(exchange).await
        } else {
            self.fly(exchange).await
        }
    }

    async fn read(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        let key = cache_key(&exchange);
        let CachePolicy { mode, ttl } = exchange.settings.cache;
        let reload = mode == CacheMode::Reload;
        let found = if reload { Ok(Turn::anyone()) } else { look_up(&*self.store, &key).await };
        if let Some(observer) = self.observer.as_deref().filter(|_| !reload) {
            let lookup = CacheLookup { info: exchange.info, hit: matches!(found, Ok(Turn::Kept(_))) };
            tell(observer, |observer| observer.on_cache(&lookup));
        }
        let ticket = match found {
            Ok(Turn::Kept(kept)) => return Ok(kept.into()),
            Ok(Turn::Ask(ticket)) => ticket,
            Err(error) => {
                complain(&error);
                Ticket::none()
            }
        };
        let read = self.overlaps.read();
        let outcome = self.fly(exchange.clone()).await;
        let good = outcome.as_ref().ok().filter(|answer| answer.status().is_success());
        let overtaken = || read.is_overtaken(&exchange.identity, exchange.path());
        // An answer that was signed for another identity is not an answer for this one.
        let its_own = || exchange.other_signers().is_empty();
        let kept = good.filter(|_| !ttl.is_zero() && !overtaken() && its_own()).and_then(CachedAnswer::of);
        let stored = kept.is_some();
        if let Some(kept) = kept {
            self.store.put(&key, kept, ttl, &ticket).await.unwrap_or_else(|error| complain(&error));
        }
        // A write that began during a slow store operation could not drop the new entry.
        let outdated = if stored { overtaken() } else { reload };
        if outdated {
            self.store.remove(&key).await.unwrap_or_else(|error| complain(&error));
        }
        outcome
    }

    /// Sends a request that may change something. Affected answers are dropped before, because the call may
    /// be cancelled at any time after, and once more at its end, for shared stores.
    async fn write(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        let path = exchange.path();
        let public = exchange.public_path();
        let _write = self.overlaps.write(&exchange.identity, path);
        invalidate(&*self.store, &exchange.identity, &public).await;
        let outcome = self.fly(exchange.clone()).await;
        invalidate(&*self.store, &exchange.identity, &public).await;
        // A provider that switched accounts has changed what another one reads.
        for identity in exchange.other_signers() {
            drop(self.overlaps.write(&identity, path));
            invalidate(&*self.store, &identity, &public).await;
        }
        outcome
    }
}

/// Returns the cached answer, or the turn to request it.
async fn look_up(store: &dyn CacheStore, key: &CacheKey) -> Result<Turn<CachedAnswer>> {
    match store.get(key).await? {
        Some(kept) => Ok(Turn::Kept(kept)),
        None => store.take_turn(key).await,
    }
}

async fn invalidate(store: &dyn CacheStore, identity: &str, path: &str) {
    store.invalidate(identity, path).await.unwrap_or_else(|error| complain(&error));
}

/// A store that fails costs time, never a call.
fn complain(error: &Error) {
    tracing::warn!(%error, "the store of answers failed");
}

impl CachedAnswer {
    /// A copy of an answer whose body is there.
    fn of(answer: &HttpResponse) -> Option<Self> {
        let body = held::body(answer.body().whole()?);
        Some(Self { status: answer.status(), headers: held::headers(answer.headers()), body })
    }
}

impl From<CachedAnswer> for HttpResponse {
    fn from(kept: CachedAnswer) -> Self {
        let mut answer = Self::new(Body::from(kept.body));
        (*answer.status_mut(), *answer.headers_mut()) = (kept.status, kept.headers);
        answer
    }
}
