//! How many creations of a client are under way at once.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::oneshot;

use crate::error::Error;
use crate::lock::lock;
use crate::tasks::{Hold, Holders, Work};

/// Creations that are under way at once before anything is known. Source: ten at once can be answered 503.
const FIRST: f64 = 4.0;

/// Most creations under way at once.
const MOST: f64 = 16.0;

/// Adapts the number of creations under way to what the platform takes: one more for each full round that succeeds, and half as
/// many after a refusal.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    holders: Holders,
}

#[derive(Debug)]
struct State {
    limit: f64,
    running: usize,
    /// Number of turns begun so far, and the number at the last refusal: refusals of one round count once.
    begun: u64,
    refused_at: u64,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Default for Pace {
    fn default() -> Self {
        let state = State { limit: FIRST, running: 0, begun: 0, refused_at: 0, waiting: VecDeque::new() };
        Self { state: Mutex::new(state), holders: Holders::default() }
    }
}

/// The turn of one call. It ends when it is dropped.
pub(super) struct Turn<'a> {
    pace: &'a Pace,
    number: u64,
    _hold: Option<Hold<'a>>,
}

impl Pace {
    /// Waits for a turn, in the order of the calls.
    pub(super) async fn turn<T: Send + Clone + 'static>(&self, work: &Work<T>) -> Turn<'_> {
        let mut wait = None;
        let mut again = false;
        loop {
            let receiver = {
                let mut state = lock(&self.state);
                if state.has_room() && (again || state.waiting.is_empty()) {
                    state.running += 1;
                    state.begun += 1;
                    let number = state.begun;
                    drop(state);
                    let hold = wait.is_none().then(|| self.holders.hold(work));
                    return Turn { pace: self, number, _hold: hold };
                }
                let (sender, receiver) = oneshot::channel();
                // One that was woken and found no room is still the next one.
                if again {
                    state.waiting.push_front(sender)
                } else {
                    state.waiting.push_back(sender)
                }
                receiver
            };
            wait.get_or_insert_with(|| self.holders.wait(work));
            let mut woken = Woken { pace: self, receiver, done: false };
            // A sender is dropped only together with the pace.
            let _ = (&mut woken.receiver).await;
            woken.done = true;
            again = true;
        }
    }
}

/// A call that waits. Where it is dropped after it was woken, the next one is.
struct Woken<'a> {
    pace: &'a Pace,
    receiver: oneshot::Receiver<()>,
    done: bool,
}

impl Drop for Woken<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.receiver.close();
            lock(&self.pace.state).wake();
        }
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.running < self.limit as usize
    }

    /// Wakes as many as there is room for.
    fn wake(&mut self) {
        let mut room = (self.limit as usize).saturating_sub(self.running);
        while room > 0
            && let Some(next) = self.waiting.pop_front()
        {
            if next.send(()).is_ok() {
                room -= 1;
            }
        }
    }
}

impl Turn<'_> {
    /// The platform took the creation.
    pub(super) fn succeeded(&self) {
        let mut state = lock(&self.pace.state);
        state.limit = (state.limit + 1.0 / state.limit).min(MOST);
    }

    /// The request failed like this.
    pub(super) fn told(&self, error: &Error) {
        if error.is_rate_limited() || error.status().is_some_and(|status| status == 503) {
            self.refused();
        }
    }

    /// The platform asks for fewer creations at once.
    fn refused(&self) {
        let mut state = lock(&self.pace.state);
        if self.number > state.refused_at {
            state.refused_at = state.begun;
            state.limit = (state.limit / 2.0).max(1.0);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.pace.state);
        state.running -= 1;
        state.wake();
    }
}
