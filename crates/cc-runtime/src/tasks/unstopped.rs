//! The counterpart of `stopped.rs` where no wait blocks a thread: no runtime ever stands still.

use std::sync::Weak;

use super::Listen;

#[derive(Debug)]
pub(super) struct Listening(());

impl Listening {
    pub(super) fn new(_: Weak<dyn Listen>) -> Self {
        Self(())
    }
}

pub(super) fn any() -> bool {
    false
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn is_stopped(_: super::Id) -> bool {
    false
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn is_stopped_by(_: super::Id, _: Waiter) -> bool {
    false
}

#[cfg(not(target_family = "wasm"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiter(());

#[cfg(not(target_family = "wasm"))]
impl Waiter {
    pub(super) fn current() -> Self {
        Self(())
    }

    pub(super) fn served<T>(self, work: impl FnOnce() -> T) -> T {
        work()
    }
}
