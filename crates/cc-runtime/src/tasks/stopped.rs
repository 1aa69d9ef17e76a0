//! Runtimes that stand still, because a blocking wait holds their only thread.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{self, ThreadId};

use slab::Slab;
use tokio::runtime::Id;

use super::Listen;
use crate::lock::lock;

static STATE: Mutex<State> = Mutex::new(State { stopped: Vec::new(), listeners: Slab::new() });

/// Number of runtimes that stand still: most programs have none, and look at nothing else.
static COUNT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The thread that waits for what this one does at the moment.
    static WAITER: Cell<Option<ThreadId>> = const { Cell::new(None) };
}

struct State {
    /// Each runtime with its thread.
    stopped: Vec<(Id, ThreadId)>,
    listeners: Slab<Weak<dyn Listen>>,
}

/// Lasts as long as the calling thread holds up a runtime.
#[derive(Debug)]
pub(crate) struct Stopped((Id, ThreadId));

impl Stopped {
    pub(crate) fn new(runtime: Id) -> Self {
        let entry = (runtime, thread::current().id());
        lock(&STATE).stopped.push(entry);
        COUNT.fetch_add(1, SeqCst);
        tell();
        Self(entry)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        COUNT.fetch_sub(1, SeqCst);
        let mut state = lock(&STATE);
        if let Some(at) = state.stopped.iter().position(|entry| *entry == self.0) {
            state.stopped.swap_remove(at);
        }
        drop(state);
        tell();
    }
}

/// Tells all listeners.
fn tell() {
    let state = lock(&STATE);
    if state.listeners.is_empty() {
        return;
    }
    let listeners: Vec<Arc<dyn Listen>> =
        state.listeners.iter().filter_map(|(_, listener)| listener.upgrade()).collect();
    // They may register others, and end.
    drop(state);
    listeners.iter().for_each(|listener| listener.runtimes_changed());
}

/// Lasts as long as a listener learns which runtimes stand still. It may be told more often than something changes.
#[derive(Debug)]
pub(super) struct Listening(usize);

impl Listening {
    pub(super) fn new(listener: Weak<dyn Listen>) -> Self {
        Self(lock(&STATE).listeners.insert(listener))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let listener = lock(&STATE).listeners.try_remove(self.0);
        drop(listener);
    }
}

/// Returns `true` if a runtime stands still.
pub(super) fn any() -> bool {
    COUNT.load(SeqCst) > 0
}

pub(super) fn is_stopped(runtime: Id) -> bool {
    any() && lock(&STATE).stopped.iter().any(|(id, _)| *id == runtime)
}

/// Returns `true` if this thread holds up the runtime.
pub(super) fn is_stopped_by(runtime: Id, waiter: Waiter) -> bool {
    waiter.0.is_some_and(|thread| lock(&STATE).stopped.contains(&(runtime, thread)))
}

/// The thread that waits for something, if it holds up a runtime meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiter(Option<ThreadId>);

impl Waiter {
    /// The thread that waits for what this one does.
    pub(super) fn current() -> Self {
        if !any() {
            return Self(None);
        }
        Self(WAITER.try_with(Cell::get).ok().flatten().or_else(|| {
            let this = thread::current().id();
            lock(&STATE).stopped.iter().any(|(_, thread)| *thread == this).then_some(this)
        }))
    }

    /// Does something that this thread waits for.
    pub(super) fn served<T>(self, work: impl FnOnce() -> T) -> T {
        struct Before(Option<ThreadId>);
        impl Drop for Before {
            fn drop(&mut self) {
                let _ = WAITER.try_with(|waiter| waiter.set(self.0));
            }
        }
        let Ok(before) = WAITER.try_with(|waiter| waiter.replace(self.0)) else { return work() };
        let _before = Before(before);
        work()
    }
}
