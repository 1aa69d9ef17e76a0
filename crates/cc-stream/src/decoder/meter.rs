//! How many bytes the decoder looks at, for tests and fuzzing: without them, nothing is counted.

/// So many bytes were looked at.
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

    /// So many bytes were looked at.
    pub fn examine(bytes: usize) {
        EXAMINED.set(EXAMINED.get() + bytes);
    }

    /// How many bytes were looked at on this thread since the last time.
    pub fn examined() -> usize {
        EXAMINED.take()
    }
}
