//! The violations of the spec so far.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::validate::Violation;

/// The first violations, and the number of those after them.
#[derive(Debug)]
pub(crate) struct Violations {
    most: usize,
    found: Mutex<Found>,
}

/// Violations and warnings, and the numbers of others that were not kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub(crate) kept: Vec<Violation>,
    more: u64,
    more_warnings: u64,
}

impl Violations {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, found: Mutex::default() }
    }

    pub(crate) fn add(&self, violation: Violation) {
        let mut found = self.found();
        if found.kept.len() < self.most {
            found.kept.push(violation);
        } else if violation.is_warning {
            found.more_warnings += 1;
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
    /// The violations without the warnings.
    pub(crate) fn without_warnings(mut self) -> Self {
        self.kept.retain(|violation| !violation.is_warning);
        self.more_warnings = 0;
        self
    }

    /// One a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        if self.more + self.more_warnings > 0 {
            lines.push(format!("({} more violations were not kept)", self.more + self.more_warnings));
        }
        lines
    }
}
