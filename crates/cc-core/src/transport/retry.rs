//! Sends a request again when that may help and cannot harm.

mod budget;
mod policy;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tower::Service;

use crate::error::{Error, Result};
use crate::runtime;
use crate::transport::HttpResponse;
use crate::transport::exchange::{Exchange, lock};
use crate::transport::stack::Reply;

use budget::Budget;
pub use policy::RetryPolicy;

/// Repeats attempts, as the policy of each call says.
#[derive(Debug, Clone)]
pub(crate) struct Retry<S> {
    shared: Arc<Shared>,
    inner: S,
}

#[derive(Debug)]
struct Shared {
    budget: Budget,
    jitter: Mutex<fastrand::Rng>,
}

impl<S> Retry<S> {
    /// Without a seed, every transport waits at random times of its own.
    pub(crate) fn new(seed: Option<u64>, inner: S) -> Self {
        let jitter = Mutex::new(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed));
        Self { shared: Arc::new(Shared { budget: Budget::default(), jitter }), inner }
    }
}

impl<S> Service<Arc<Exchange>> for Retry<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error> + Clone + Send + Unpin + 'static,
    S::Future: Send + Unpin,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Attempts<S>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Arc<Exchange>) -> Attempts<S> {
        let first = self.inner.call(exchange.clone());
        Attempts { first, means: Some((self.clone(), exchange)), more: None }
    }
}

/// The attempts of one call. Nearly always there is one, which costs nothing but itself.
pub(crate) struct Attempts<S: Service<Arc<Exchange>>> {
    first: S::Future,
    /// What more attempts take, until the first has ended.
    means: Option<(Retry<S>, Arc<Exchange>)>,
    more: Option<Reply>,
}

impl<S> Future for Attempts<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error> + Clone + Send + Unpin + 'static,
    S::Future: Send + Unpin,
{
    type Output = Result<HttpResponse>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(more) = &mut self.more {
            return more.as_mut().poll(cx);
        }
        let outcome = ready!(Pin::new(&mut self.first).poll(cx));
        if let Some((retry, exchange)) = self.means.take()
            && let Some(wait) = retry.shared.verdict(&exchange, 1, &outcome)
        {
            let more = Box::pin(retry.more(exchange, wait));
            return self.more.insert(more).as_mut().poll(cx);
        }
        Poll::Ready(outcome)
    }
}

impl<S> Retry<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error>,
{
    /// All attempts after the first.
    async fn more(mut self, exchange: Arc<Exchange>, mut wait: Duration) -> Result<HttpResponse> {
        let mut attempts = 1;
        loop {
            runtime::sleep(wait).await;
            poll_fn(|cx| self.inner.poll_ready(cx)).await?;
            let outcome = self.inner.call(exchange.clone()).await;
            attempts += 1;
            match self.shared.verdict(&exchange, attempts, &outcome) {
                Some(next) => wait = next,
                None => return outcome,
            }
        }
    }
}

impl Shared {
    /// How long to wait after this many attempts before the next; `None` when there is to be none.
    fn verdict(
        &self,
        exchange: &Exchange,
        attempts: u32,
        outcome: &Result<HttpResponse>,
    ) -> Option<Duration> {
        let (info, limits) = (exchange.info, &exchange.limits);
        let Some(failure) = failure(outcome) else {
            self.budget.deposit();
            return None;
        };
        // A stream is opened again by its reader, who knows what it has seen.
        if limits.stream {
            return None;
        }
        // A write whose answer was lost may have been done, and an operation that is one of a kind has an effect each time.
        if !(failure.is_not_sent() || info.idempotent && !info.one_shot) {
            return None;
        }
        let wait = limits.retry.wait(attempts, failure.retry_after(), lock(&self.jitter).f64())?;
        if exchange.deadline().is_some_and(|deadline| runtime::after(wait).is_none_or(|end| end >= deadline))
            || !self.budget.withdraw()
        {
            return None;
        }
        exchange.note_failure(failure);
        Some(wait)
    }
}

/// What failed, when it may be better the next time.
fn failure(outcome: &Result<HttpResponse>) -> Option<Error> {
    let error = match outcome {
        Ok(answer) if answer.status().is_success() => return None,
        Ok(answer) => Error::from_answer(answer.status(), answer.headers(), &[]),
        Err(error) => error.clone(),
    };
    error.is_retryable().then_some(error)
}
