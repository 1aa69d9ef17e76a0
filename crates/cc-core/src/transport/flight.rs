//! Sends identical GETs that are under way at one time once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::hash::BuildHasherDefault;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Poll};

use bytes::Bytes;
use futures_util::future::{Either, MapOk, Shared, WeakShared};
use futures_util::{FutureExt, TryFutureExt};
use http::{Extensions, HeaderMap, StatusCode};
use tower::Service;

use crate::error::{Error, Result};
use crate::transport::exchange::{Exchange, lock};
use crate::transport::journal::{Journal, Read};
use crate::transport::key::{Folded, Key};
use crate::transport::{Body, HttpResponse};

/// Lets a GET wait for the answer of another one. Each waits in its own future, for its own time: when the first is given
/// up, the others carry on, and nothing is spawned for it.
#[derive(Debug, Clone)]
pub(crate) struct SingleFlight<S> {
    flights: Arc<Flights>,
    journal: Arc<Journal>,
    inner: S,
}

pub(crate) type Landing = Pin<Box<dyn Future<Output = Result<Landed>> + Send>>;

/// What each of those who wait has.
pub(crate) type Arrival = MapOk<Shared<Landing>, fn(Landed) -> HttpResponse>;

#[derive(Default)]
struct Flights(Mutex<HashMap<Key, WeakShared<Landing>, BuildHasherDefault<Folded>>>);

/// An answer that can be given to several.
#[derive(Clone)]
pub(crate) struct Landed {
    status: StatusCode,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
}

impl<S> SingleFlight<S> {
    pub(crate) fn new(journal: Arc<Journal>, inner: S) -> Self {
        Self { flights: Arc::default(), journal, inner }
    }
}

impl<S> Service<Arc<Exchange>> for SingleFlight<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Either<Arrival, S::Future>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Arc<Exchange>) -> Self::Future {
        if exchange.is_shareable() {
            let answer = self.join_or_start(Key::new(exchange));
            Either::Left(answer.map_ok(HttpResponse::from as fn(Landed) -> HttpResponse))
        } else {
            Either::Right(self.inner.call(exchange))
        }
    }
}

impl<S> SingleFlight<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error>,
    S::Future: Send + 'static,
{
    fn join_or_start(&mut self, key: Key) -> Shared<Landing> {
        // Let go after the lock: it may be the last hold on a flight, which takes the lock to clear its way.
        let _left;
        let mut flights = lock(&self.flights.0);
        if let Some((flight, answer)) = flights.get_key_value(&key) {
            let answer = answer.upgrade();
            // What was asked before a write must not answer what is asked after it.
            if flight.exchange().is_overtaken() {
                _left = answer;
                // The key goes too: it names the call that leads.
                flights.remove(&key);
            } else if let Some(answer) = answer {
                key.exchange().join(flight.exchange());
                return answer;
            }
        }
        let exchange = key.exchange().clone();
        let read = self.journal.read(&exchange);
        let runway = Runway { flights: self.flights.clone(), key: key.clone(), _read: read };
        let reply = self.inner.call(exchange);
        let landing: Landing = Box::pin(async move {
            let outcome = reply.await;
            drop(runway);
            outcome.map(Landed::from)
        });
        let answer = landing.shared();
        if let Some(weak) = answer.downgrade() {
            flights.insert(key, weak);
        }
        answer
    }
}

/// Clears the way when a flight has landed or everybody has left it.
struct Runway {
    flights: Arc<Flights>,
    key: Key,
    _read: Read,
}

impl Drop for Runway {
    fn drop(&mut self) {
        if let Entry::Occupied(flight) = lock(&self.flights.0).entry(self.key.clone()) {
            // Another flight may have taken the place of one that a write has overtaken.
            if Arc::ptr_eq(flight.key().exchange(), self.key.exchange()) {
                flight.remove();
            }
        }
    }
}

impl From<HttpResponse> for Landed {
    fn from(answer: HttpResponse) -> Self {
        let (parts, body) = answer.into_parts();
        let body = body.into_whole();
        Self { status: parts.status, headers: parts.headers, extensions: parts.extensions, body }
    }
}

impl From<Landed> for HttpResponse {
    fn from(landed: Landed) -> Self {
        let mut answer = Self::new(Body::from(landed.body));
        *answer.status_mut() = landed.status;
        *answer.headers_mut() = landed.headers;
        *answer.extensions_mut() = landed.extensions;
        answer
    }
}

impl std::fmt::Debug for Flights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flights({})", lock(&self.0).len())
    }
}
