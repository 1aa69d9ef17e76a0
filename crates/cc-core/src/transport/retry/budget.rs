//! Keeps retries from making a trouble of the platform worse.

use std::sync::atomic::{AtomicU32, Ordering};

/// What the bucket holds when full: retries of [`COST`] each, about 20 in a row.
const CAPACITY: u32 = 100;

/// What a retry takes out.
const COST: u32 = 5;

/// What a success puts in: in the long run, one retry for each 5 successes.
const GAIN: u32 = 1;

/// A bucket of tokens that all calls of a transport share.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl Budget {
    /// Takes what a retry costs, when it is there.
    pub(crate) fn withdraw(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(COST)).is_ok()
    }

    /// Puts in what a success gives.
    pub(crate) fn deposit(&self) {
        // Full is the usual state: then it is only read.
        let add = |tokens: u32| (tokens < CAPACITY).then(|| CAPACITY.min(tokens + GAIN));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_retries_in_a_row_empty_the_bucket_and_five_successes_pay_one() {
        let budget = Budget::default();
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 20);
        (0..4).for_each(|_| budget.deposit());
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw() && !budget.withdraw());
        (0..1_000).for_each(|_| budget.deposit());
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 20);
    }
}
