//! Writes `***` in the place of secrets, while an output is encoded for others to see.

use std::cell::Cell;

/// Written in the place of a secret.
pub(crate) const HIDDEN: &str = "***";

thread_local! {
    static HIDING: Cell<bool> = const { Cell::new(false) };
}

/// Restores the outer state, even if encoding panics.
struct Outer(bool);

impl Drop for Outer {
    fn drop(&mut self) {
        HIDING.set(self.0);
    }
}

/// Runs `encode`, in which secrets are written as `***`.
#[cfg_attr(not(feature = "schemars"), allow(dead_code))] // The catalogue needs it.
pub(crate) fn hiding<T>(encode: impl FnOnce() -> T) -> T {
    let _outer = Outer(HIDING.replace(true));
    encode()
}

/// Returns `true` if secrets are to be written as `***`.
pub(super) fn is_hiding() -> bool {
    HIDING.get()
}
