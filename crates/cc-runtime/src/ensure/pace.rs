//! How many creations of a client are under way at once.

use std::sync::Mutex;

use crate::error::Error;
use crate::lock::lock;
use crate::tasks::{Place, Places, Work};

/// Creations that are under way at once before anything is known. Source: ten at once can be answered 503.
const FIRST: f64 = 4.0;

/// Most creations under way at once.
const MOST: f64 = 16.0;

/// Adapts the number of creations under way to what the platform takes: one more for each full round that succeeds, and half as
/// many after a refusal.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    places: Places,
}

#[derive(Debug)]
struct State {
    limit: f64,
    /// Number of turns begun so far, and the number at the last refusal: refusals of one round count once.
    begun: u64,
    refused_at: u64,
}

impl Default for Pace {
    fn default() -> Self {
        let state = State { limit: FIRST, begun: 0, refused_at: 0 };
        Self { state: Mutex::new(state), places: Places::new(FIRST as usize) }
    }
}

/// The turn of one call. It ends when it is dropped.
pub(super) struct Turn<'a> {
    pace: &'a Pace,
    number: u64,
    _place: Place<'a>,
}

impl Pace {
    /// Waits for a turn, in the order of the calls.
    pub(super) async fn turn<T: Send + Clone + 'static>(&self, work: &Work<T>) -> Turn<'_> {
        let place = self.places.take(work, || ()).await;
        let mut state = lock(&self.state);
        state.begun += 1;
        Turn { pace: self, number: state.begun, _place: place }
    }

    fn adapt(&self, change: impl FnOnce(&mut State)) {
        let mut state = lock(&self.state);
        change(&mut state);
        self.places.resize(state.limit as usize);
    }
}

impl Turn<'_> {
    /// The platform took the creation.
    pub(super) fn succeeded(&self) {
        self.pace.adapt(|state| state.limit = (state.limit + 1.0 / state.limit).min(MOST));
    }

    /// The request failed like this.
    pub(super) fn told(&self, error: &Error) {
        if error.is_rate_limited() || error.status().is_some_and(|status| status == 503) {
            self.refused();
        }
    }

    /// The platform asks for fewer creations at once.
    fn refused(&self) {
        self.pace.adapt(|state| {
            if self.number > state.refused_at {
                state.refused_at = state.begun;
                state.limit = (state.limit / 2.0).max(1.0);
            }
        });
    }
}
