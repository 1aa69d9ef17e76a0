//! The violations of the spec so far.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::validate::Violation;

/// The first violations, and the number of those after them.
#[derive(Debug)]
pub(crate) struct Violations {
    most: usize,
    found: Mutex<Found>,
}

/// Violations, and the number of others that were not kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub(crate) kept: Vec<Violation>,
    pub(crate) more: u64,
}

impl Violations {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, found: Mutex::default() }
    }

    pub(crate) fn add(&self, violation: Violation) {
        let mut found = self.found();
        if found.kept.len() < self.most {
            found.kept.push(violation);
        } else {
            found.more += 1;
        }
    }

    /// Returns them, and forgets them.
    pub(crate) fn take(&self) -> Found {
        std::mem::take(&mut self.found())
    }

    /// One a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.found().lines()
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    /// One a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        if self.more > 0 {
            lines.push(format!("({} more violations were not kept)", self.more));
        }
        lines
    }
}
