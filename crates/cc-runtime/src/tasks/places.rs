//! Places of which there is a limited number, such as permits of requests.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use slab::Slab;

use crate::lock::lock;
use crate::tasks::stopped::Listening;
use crate::tasks::{Hold, Holders, Home, Listen, Work, some_stand_still};

/// A limited number of places, which work takes in the order in which it asks.
///
/// Work that stands still with its runtime gives way: its place does not count, and it has no turn. The blocking wait that holds up the
/// runtime may itself need a place.
pub(crate) struct Places {
    shared: Arc<Shared>,
    /// The work that has a place. None of it waits for its caller to be polled once other work waits for a place.
    holders: Holders,
}

#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    number: usize,
    /// Runtimes of the work that has a place.
    taken: Slab<Option<Home>>,
    /// Number of the last work that began to wait.
    last: u64,
    waiting: BTreeMap<u64, Waits>,
    /// While some work waits: a runtime that stands still may be what it waits for.
    listening: Option<Listening>,
}

struct Waits {
    home: Option<Home>,
    waker: Waker,
}

/// A place of work. Dropping it makes the place free.
pub(crate) struct Place<'a> {
    of: &'a Places,
    at: usize,
    _hold: Option<Hold<'a>>,
}

impl Places {
    pub(crate) fn new(number: usize) -> Self {
        let state = State { number, ..State::default() };
        Self { shared: Arc::new(Shared(Mutex::new(state))), holders: Holders::default() }
    }

    /// Changes the number of places. Work that has one keeps it.
    pub(crate) fn resize(&self, number: usize) {
        let mut state = self.shared.lock();
        state.number = number;
        wake(state);
    }

    /// Waits for a place. Called from within the work; `waiting` makes a guard that is dropped when the wait is over.
    pub(crate) async fn take<T, W>(&self, work: &Work<T>, waiting: impl FnOnce() -> W) -> Place<'_>
    where
        T: Send + Clone + 'static,
    {
        let home = work.home();
        let number = {
            let mut state = self.shared.lock();
            if state.is_turn(None) {
                let at = state.taken.insert(home);
                drop(state);
                return Place { of: self, at, _hold: Some(self.holders.hold(work)) };
            }
            state.last += 1;
            state.last
        };
        let _wait = (self.holders.wait(work), waiting());
        let at = Turn { shared: &self.shared, number, home: Some(home) }.await;
        Place { of: self, at, _hold: None }
    }
}

/// Waits for a place.
struct Turn<'a> {
    shared: &'a Arc<Shared>,
    number: u64,
    /// `None` once it has its place.
    home: Option<Option<Home>>,
}

impl Future for Turn<'_> {
    /// Position of the place.
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let mut state = self.shared.lock();
        // Before it looks which runtimes stand still, so that it misses none.
        if state.listening.is_none() {
            let listener = Arc::downgrade(self.shared) as _;
            state.listening = Some(Listening::new(listener));
        }
        if state.is_turn(Some(self.number)) {
            let at = state.taken.insert(self.home.clone().flatten());
            let waited = state.waiting.remove(&self.number);
            wake(state);
            drop(waited);
            self.home = None;
            return Poll::Ready(at);
        }
        let home = || self.home.clone().flatten();
        let waits = state.waiting.entry(self.number);
        let waits = waits.or_insert_with(|| Waits { home: home(), waker: cx.waker().clone() });
        waits.waker.clone_from(cx.waker());
        Poll::Pending
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.home.is_some() {
            let mut state = self.shared.lock();
            let waits = state.waiting.remove(&self.number);
            // It may have been woken, and left its turn to the next.
            wake(state);
            drop(waits);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.of.shared.lock();
        let home = state.taken.try_remove(self.at);
        wake(state);
        drop(home);
    }
}

impl State {
    /// Returns `true` if there is a free place for this one of those that wait, or for one that did not wait yet.
    fn is_turn(&self, number: Option<u64>) -> bool {
        if self.number <= self.taken() {
            return false;
        }
        match self.first() {
            Some((first, _)) => number.is_some_and(|number| number <= first),
            None => true,
        }
    }

    /// Number of places that work has which does not stand still.
    fn taken(&self) -> usize {
        if self.number > self.taken.len() || !some_stand_still() {
            return self.taken.len();
        }
        self.taken.iter().filter(|(_, home)| goes_on(home)).count()
    }

    /// The first one that waits and does not stand still.
    fn first(&self) -> Option<(u64, &Waker)> {
        let mut waiting = self.waiting.iter();
        waiting.find(|(_, waits)| goes_on(&waits.home)).map(|(number, waits)| (*number, &waits.waker))
    }
}

fn goes_on(home: &Option<Home>) -> bool {
    !home.as_ref().is_some_and(Home::is_stopped)
}

/// Wakes the next one that waits, if there is a free place.
fn wake(mut state: MutexGuard<'_, State>) {
    // Dropped at the end: nothing foreign runs while the lock is held.
    let _listening = if state.waiting.is_empty() { state.listening.take() } else { None };
    let next = state.first().map(|(_, waker)| waker.clone()).filter(|_| state.number > state.taken());
    drop(state);
    if let Some(next) = next {
        next.wake();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }
}

impl Listen for Shared {
    fn runtimes_changed(&self) {
        wake(self.lock());
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        write!(f, "Places({} of {}, {} waiting)", state.taken.len(), state.number, state.waiting.len())
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}
