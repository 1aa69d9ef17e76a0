//! Number of bytes that the decoder examines, for tests and fuzzing: otherwise nothing is counted.

/// Counts examined bytes.
#[cfg(not(any(test, fuzzing)))]
#[inline]
pub(super) fn examine(_: usize) {}

#[cfg(any(test, fuzzing))]
pub use counting::*;

#[cfg(any(test, fuzzing))]
mod counting {
    use std::cell::Cell;

    thread_local! {
        static EXAMINED: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts examined bytes.
    pub fn examine(bytes: usize) {
        EXAMINED.set(EXAMINED.get() + bytes);
    }

    /// Returns the number of bytes examined on this thread since the last call.
    pub fn examined() -> usize {
        EXAMINED.take()
    }
}
