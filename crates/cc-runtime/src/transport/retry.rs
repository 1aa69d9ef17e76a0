//! Sends a request again when that may help and cannot harm.

mod budget;
mod policy;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, StatusCode};

use crate::defaults::RetryBudget;
use crate::error::{Error, Result};
use crate::lock::lock;
use crate::random;
use crate::tasks;
use crate::transport::exchange::{Exchange, Reading};
use crate::transport::flight::Flight;
use crate::transport::observe::{WaitReason, WaitWatch};
use crate::transport::stack::Stack;
use crate::transport::{Body, HttpResponse};

use budget::{Budget, Paid};
pub use policy::RetryPolicy;

/// State shared by the retries of a transport.
#[derive(Debug)]
pub(crate) struct Retry {
    budget: Budget,
    jitter: Mutex<fastrand::Rng>,
}

impl Stack {
    /// Sends a request as often as the policy of its call says. A wait between two attempts holds no permit.
    pub(crate) async fn attempts(&self, exchange: &Arc<Exchange>, flight: &Flight) -> Result<HttpResponse> {
        let (mut attempts, mut paid) = (0, None);
        loop {
            let outcome = self.attempt(exchange, flight).await;
            attempts += 1;
            if exchange.is_maybe_done()
                && let Some(refusal) = gone(exchange, &outcome)
            {
                exchange.note_gone(refusal);
                return outcome.map(without_body);
            }
            let Some(again) = self.retry.verdict(exchange, attempts, &outcome, paid) else { return outcome };
            let waiting = WaitWatch::start(self.observer.as_ref(), exchange.info, again.reason);
            tasks::sleep(again.wait).await;
            drop(waiting);
            paid = Some(again.paid);
            if again.maybe_done {
                exchange.note_maybe_done();
            }
        }
    }
}

/// The refusal of a DELETE that finds nothing to delete.
fn gone(exchange: &Exchange, outcome: &Result<HttpResponse>) -> Option<Error> {
    let answer = outcome.as_ref().ok().filter(|_| exchange.info.method == Method::DELETE)?;
    matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::GONE).then(|| refusal(answer))
}

/// An answer without the body, which described a failure that the call recovered from.
fn without_body(mut answer: HttpResponse) -> HttpResponse {
    *answer.body_mut() = Body::empty();
    answer
}

fn refusal(answer: &HttpResponse) -> Error {
    let body = answer.body().whole().map_or(&[][..], |body| body);
    Error::from_answer(answer.status(), answer.headers(), body)
}

/// Another attempt that the policy and the budget allow.
struct Again {
    wait: Duration,
    reason: WaitReason,
    paid: Paid,
    /// The attempt that failed may have been applied.
    maybe_done: bool,
}

impl Retry {
    /// Without a seed, the delays of every transport differ.
    pub(crate) fn new(budget: RetryBudget, seed: Option<u64>) -> Self {
        let jitter = Mutex::new(fastrand::Rng::with_seed(seed.unwrap_or_else(|| random::unique() as u64)));
        Self { budget: Budget::new(budget), jitter }
    }

    /// Decides about another attempt after this many, the last of which was `paid` for if it was a retry.
    fn verdict(
        &self,
        exchange: &Exchange,
        attempts: u32,
        outcome: &Result<HttpResponse>,
        paid: Option<Paid>,
    ) -> Option<Again> {
        let (info, settings) = (exchange.info, &exchange.settings);
        let Some(failure) = failure(outcome) else {
            self.budget.deposit(paid);
            return None;
        };
        // A stream is opened again by its reader, who knows what it has seen; no attempt fits into no time.
        if settings.reading == Reading::Stream || settings.attempt_timeout == Some(Duration::ZERO) {
            return None;
        }
        // A platform that says when to come back has refused the request before doing anything.
        let turned_away = failure.is_rate_limited() && failure.retry_after().is_some();
        // A write whose answer was lost may have been done, and a one-shot operation has an effect each time.
        if !(failure.is_not_sent() || turned_away || info.idempotent && !info.one_shot) {
            return None;
        }
        let wait = settings.retry.wait(attempts, &failure, lock(&self.jitter).f64())?;
        if exchange.deadline().is_some_and(|deadline| tasks::after(wait).is_none_or(|end| end >= deadline)) {
            return None;
        }
        let paid = self.budget.withdraw(&failure)?;
        let reason = if failure.retry_after().is_some() { WaitReason::RetryAfter } else { WaitReason::Retry };
        let maybe_done = failure.clone().with_attempts(exchange.attempts()).may_be_done();
        exchange.note_failure(failure);
        Some(Again { wait, reason, paid, maybe_done })
    }
}

/// The failure of an attempt, if another one may succeed.
fn failure(outcome: &Result<HttpResponse>) -> Option<Error> {
    let error = match outcome {
        Ok(answer) if answer.status().is_success() => return None,
        Ok(answer) => refusal(answer),
        Err(error) => error.clone(),
    };
    error.is_retryable().then_some(error)
}
