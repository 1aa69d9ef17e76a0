//! Sends a request again when that may help and cannot harm.

mod budget;
mod policy;

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tower::Service;

use crate::error::{Error, Result};
use crate::runtime::{self, Instant};
use crate::transport::HttpResponse;
use crate::transport::context::{Job, lock};
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

impl<S> Service<Job> for Retry<S>
where
    S: Service<Job, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, job: Job) -> Reply {
        let (shared, mut inner) = (self.shared.clone(), self.inner.clone());
        Box::pin(async move {
            let policy = job.cx.retry.clone();
            // A stream is opened again by its reader, who knows what it has seen.
            let most = if job.cx.stream { 1 } else { policy.max_attempts };
            for attempt in 1..most {
                let outcome = inner.call(job.again()).await;
                let Some(failure) = failure(&outcome) else {
                    shared.budget.deposit();
                    return outcome;
                };
                let Some(wait) = shared.wait(&policy, &job, attempt, &failure) else { return outcome };
                job.cx.note_failure(failure);
                runtime::sleep(wait).await;
                std::future::poll_fn(|cx| inner.poll_ready(cx)).await?;
            }
            inner.call(job).await
        })
    }
}

impl Shared {
    /// How long to wait before the next attempt; `None` when there is to be none.
    fn wait(&self, policy: &RetryPolicy, job: &Job, attempt: u32, failure: &Error) -> Option<Duration> {
        let info = job.cx.info;
        // A write whose answer was lost may have been done, and an operation that is one of a kind has an effect each time.
        let harmless = (info.idempotent && !info.one_shot) || failure.is_not_sent();
        if !harmless {
            return None;
        }
        let asked = failure.retry_after().unwrap_or_default();
        if asked > policy.max_retry_after {
            return None;
        }
        let jitter = policy.bound(attempt).mul_f64(lock(&self.jitter).f64());
        let wait = jitter.max(asked);
        if job.cx.deadline().is_some_and(|deadline| Instant::now() + wait >= deadline) {
            return None;
        }
        self.budget.withdraw().then_some(wait)
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
