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

use budget::{Budget, Paid};
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
            && let Some(again) = retry.shared.verdict(&exchange, 1, &outcome, None)
        {
            let more = Box::pin(retry.more(exchange, again));
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
    async fn more(mut self, exchange: Arc<Exchange>, mut again: Again) -> Result<HttpResponse> {
        let mut attempts = 1;
        loop {
            runtime::sleep(again.wait).await;
            poll_fn(|cx| self.inner.poll_ready(cx)).await?;
            let outcome = self.inner.call(exchange.clone()).await;
            attempts += 1;
            match self.shared.verdict(&exchange, attempts, &outcome, Some(again.paid)) {
                Some(next) => again = next,
                None => return outcome,
            }
        }
    }
}

/// Another attempt that the policy and the budget allow.
struct Again {
    wait: Duration,
    paid: Paid,
}

impl Shared {
    /// Whether there is another attempt after this many, of which the last was `paid` for when it was a retry.
    fn verdict(
        &self,
        exchange: &Exchange,
        attempts: u32,
        outcome: &Result<HttpResponse>,
        paid: Option<Paid>,
    ) -> Option<Again> {
        let (info, limits) = (exchange.info, &exchange.limits);
        let Some(failure) = failure(outcome) else {
            self.budget.deposit(paid);
            return None;
        };
        // A stream is opened again by its reader, who knows what it has seen.
        if limits.stream {
            return None;
        }
        // A platform that says when to come back has refused the request before doing anything.
        let turned_away = failure.is_rate_limited() && failure.retry_after().is_some();
        // A write whose answer was lost may have been done, and a one-shot operation has an effect each time.
        if !(failure.is_not_sent() || turned_away || info.idempotent && !info.one_shot) {
            return None;
        }
        let wait = limits.retry.wait(attempts, &failure, lock(&self.jitter).f64())?;
        if exchange.deadline().is_some_and(|deadline| runtime::after(wait).is_none_or(|end| end >= deadline))
        {
            return None;
        }
        let paid = self.budget.withdraw(&failure)?;
        exchange.note_failure(failure);
        Some(Again { wait, paid })
    }
}

/// The failure of an attempt, if another one may succeed.
fn failure(outcome: &Result<HttpResponse>) -> Option<Error> {
    let error = match outcome {
        Ok(answer) if answer.status().is_success() => return None,
        Ok(answer) => {
            let body = answer.body().whole().map_or(&[][..], |body| body);
            Error::from_answer(answer.status(), answer.headers(), body)
        }
        Err(error) => error.clone(),
    };
    error.is_retryable().then_some(error)
}
