//! Sends identical GETs that are under way at one time once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{self, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use http::{Extensions, HeaderMap, StatusCode};
use tower::Service;

use crate::error::{Error, Result};
use crate::transport::context::{Context, Job, lock};
use crate::transport::journal::{Journal, Read};
use crate::transport::key::Key;
use crate::transport::stack::Reply;
use crate::transport::{Body, CacheMode, HttpResponse, RetryPolicy};

/// Lets a GET wait for the answer of another one. Each waits in its own future, for its own time: when the first is given
/// up, the others carry on, and nothing is spawned for it.
#[derive(Debug, Clone)]
pub(crate) struct SingleFlight<S> {
    flights: Arc<Flights>,
    journal: Arc<Journal>,
    inner: S,
}

type Landing = Pin<Box<dyn Future<Output = Result<Landed>> + Send>>;

#[derive(Default)]
struct Flights(Mutex<HashMap<FlightKey, Flight>>);

/// What has to be equal for two calls to share a request: what is asked, and how hard.
#[derive(Clone, PartialEq, Eq, Hash)]
struct FlightKey {
    request: Key,
    reload: bool,
    attempt_timeout: Option<Duration>,
    retry: RetryPolicy,
}

struct Flight {
    answer: WeakShared<Landing>,
    leader: Arc<Context>,
    overtaken: Arc<AtomicBool>,
}

/// An answer that can be given to several.
#[derive(Clone)]
struct Landed {
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

impl<S> Service<Job> for SingleFlight<S>
where
    S: Service<Job, Response = HttpResponse, Error = Error, Future = Reply> + Clone + Send + 'static,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut job: Job) -> Reply {
        if !job.is_shareable() {
            return self.inner.call(job);
        }
        let key = FlightKey {
            request: job.take_key(),
            reload: job.cx.cache.mode == CacheMode::Reload,
            attempt_timeout: job.cx.attempt_timeout,
            retry: job.cx.retry.clone(),
        };
        let answer = self.join_or_start(key, job);
        Box::pin(async move { answer.await.map(Into::into) })
    }
}

impl<S> SingleFlight<S>
where
    S: Service<Job, Response = HttpResponse, Error = Error, Future = Reply>,
{
    fn join_or_start(&mut self, key: FlightKey, job: Job) -> Shared<Landing> {
        // Let go after the lock: it may be the last hold on a flight, which takes the lock to clear its way.
        let _left;
        let mut flights = lock(&self.flights.0);
        if let Some(flight) = flights.get(&key) {
            let answer = flight.answer.upgrade();
            // What was asked before a write must not answer what is asked after it.
            if !flight.overtaken.load(Ordering::Acquire) {
                if let Some(answer) = answer {
                    job.cx.join(&flight.leader);
                    return answer;
                }
            } else {
                _left = answer;
            }
        }
        let leader = job.cx.clone();
        let read = self.journal.read(&leader.identity, job.request.uri());
        let overtaken = read.watch();
        let runway = Runway { flights: self.flights.clone(), key: key.clone(), read };
        let reply = self.inner.call(job);
        let landing: Landing = Box::pin(async move {
            let outcome = reply.await;
            drop(runway);
            Landed::of(outcome?).await
        });
        let answer = landing.shared();
        if let Some(weak) = answer.downgrade() {
            flights.insert(key, Flight { answer: weak, leader, overtaken });
        }
        answer
    }
}

/// Clears the way when a flight has landed or everybody has left it.
struct Runway {
    flights: Arc<Flights>,
    key: FlightKey,
    read: Read,
}

impl Drop for Runway {
    fn drop(&mut self) {
        if let Entry::Occupied(flight) = lock(&self.flights.0).entry(self.key.clone()) {
            // Another flight may have taken the place of one that a write has overtaken.
            if Arc::ptr_eq(&flight.get().overtaken, &self.read.watch()) {
                flight.remove();
            }
        }
    }
}

impl Landed {
    async fn of(answer: HttpResponse) -> Result<Self> {
        let (parts, body) = answer.into_parts();
        let body = body.read(None).await?;
        Ok(Self { status: parts.status, headers: parts.headers, extensions: parts.extensions, body })
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
