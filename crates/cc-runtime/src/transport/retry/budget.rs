//! Keeps retries from making an outage of the platform worse.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::defaults::RetryBudget;
use crate::error::Error;

/// A bucket of tokens that all calls of a transport share.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
    figures: RetryBudget,
}

/// Tokens taken for a retry. A call that succeeds after it returns them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid(u32);

impl Budget {
    pub(crate) fn new(figures: RetryBudget) -> Self {
        Self { tokens: AtomicU32::new(figures.capacity), figures }
    }

    /// Takes the tokens for a retry after this failure; `None` if the bucket holds too few.
    pub(crate) fn withdraw(&self, failure: &Error) -> Option<Paid> {
        let cost = if failure.is_throttled() { self.figures.throttled_cost } else { self.figures.cost };
        let take = |tokens: u32| tokens.checked_sub(cost);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok().then_some(Paid(cost))
    }

    /// Returns the tokens of the last retry of a call, or a small amount for a call without retries.
    pub(crate) fn deposit(&self, paid: Option<Paid>) {
        let gain = paid.map_or(self.figures.gain, |paid| paid.0);
        // A full bucket is the usual state: then it is only read.
        let capacity = self.figures.capacity;
        let add = |tokens: u32| (tokens < capacity).then(|| capacity.min(tokens.saturating_add(gain)));
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::error::ErrorKind;

    fn full() -> Budget {
        Budget::new(crate::Defaults::v2026_12().retry_budget)
    }

    fn throttled() -> Error {
        Error::from_answer(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), &[])
    }

    fn withdrawals(budget: &Budget, failure: &Error) -> usize {
        (0..1_000).filter(|_| budget.withdraw(failure).is_some()).count()
    }

    #[test]
    fn a_retry_costs_14_of_500_tokens_and_one_after_throttling_5() {
        let refused = |status| Error::from_answer(status, &HeaderMap::new(), &[]);
        for passing in [
            Error::new(ErrorKind::Unreachable),
            Error::new(ErrorKind::TimedOut),
            refused(StatusCode::INTERNAL_SERVER_ERROR),
            refused(StatusCode::SERVICE_UNAVAILABLE),
        ] {
            assert_eq!(withdrawals(&full(), &passing), 35, "{passing}");
        }
        assert_eq!(withdrawals(&full(), &throttled()), 100);
    }

    #[test]
    fn five_calls_without_retries_pay_for_one_retry_after_throttling() {
        let budget = full();
        assert_eq!(withdrawals(&budget, &throttled()), 100);
        (0..4).for_each(|_| budget.deposit(None));
        assert_eq!(withdrawals(&budget, &throttled()), 0);
        budget.deposit(None);
        assert_eq!(withdrawals(&budget, &throttled()), 1);
        (0..10_000).for_each(|_| budget.deposit(None));
        assert_eq!(withdrawals(&budget, &throttled()), 100, "it never holds more than 500");
    }

    #[test]
    fn a_retry_that_succeeds_gives_back_what_it_cost() {
        let (budget, lost) = (full(), Error::new(ErrorKind::TimedOut));
        for _ in 0..1_000 {
            let paid = budget.withdraw(&lost);
            assert!(paid.is_some());
            budget.deposit(paid);
        }
        assert_eq!(withdrawals(&budget, &lost), 35);
    }
}
