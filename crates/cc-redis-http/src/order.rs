//! The order of concurrent commands: each key sees them as if they came one after the other.
//!
//! A command waits for earlier ones that access one of its keys if one of the two writes. All others are sent
//! concurrently. Each key and each database has a queue of the commands that access it: the cost of a command
//! depends on its keys, not on the number of commands in progress.

mod line;

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use cc_runtime::tasks::{Holders, Home, some_stand_still};

use crate::command::{Access, Keys};
use crate::effect::Effect;
use line::{Line, Touch};

/// The waiting and the running commands of a client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    hasher: RandomState,
    state: Mutex<State>,
    /// Commands that others may have to wait for.
    holders: Holders,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the next command.
    next: u64,
    standing: HashMap<u64, Standing>,
    /// Queues by a hash of the database, or of the database and a key. A collision makes unrelated commands
    /// wait for each other, which is harmless.
    lines: HashMap<u64, Line>,
    /// Number of entries that were read or changed.
    #[cfg(test)]
    steps: usize,
}

#[derive(Debug)]
struct Standing {
    /// The runtime of the command.
    home: Option<Home>,
    touch: Touch,
    /// The lines that it stands in.
    lines: Vec<u64>,
    /// In how many of them another one must end first.
    waits: usize,
    waker: Option<Waker>,
}

impl Order {
    /// A place at the end of the line. Dropping it makes way for those behind it.
    pub(crate) fn turn(&self, backend: &str, access: &Access) -> Turn {
        let writes = access.effect != Effect::Read;
        let mut lines = vec![self.0.hasher.hash_one(backend)];
        let touch = match &access.keys {
            Keys::Only(keys) => {
                lines.extend(keys.iter().map(|key| self.0.hasher.hash_one((backend, key))));
                lines[1..].sort_unstable();
                lines.dedup();
                if writes { Touch::Write } else { Touch::Read }
            }
            Keys::All if writes => Touch::WriteAll,
            Keys::All => Touch::ReadAll,
        };
        let home = Home::current().ok();
        let mut state = self.0.state();
        let id = state.next;
        state.next += 1;
        state.count(lines.len());
        let mut waits = 0;
        for (at, key) in lines.iter().enumerate() {
            let line = state.lines.entry(*key).or_default();
            waits += usize::from(line.enter(id, touch, at == 0));
        }
        state.standing.insert(id, Standing { home, touch, lines, waits, waker: None });
        Turn { shared: self.0.clone(), id }
    }

    /// The commands that others may have to wait for.
    pub(crate) fn holders(&self) -> &Holders {
        &self.0.holders
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, _steps: usize) {
        #[cfg(test)]
        {
            self.steps += _steps;
        }
    }

    /// Returns `true` if the command waits, perhaps by way of others, for one whose runtime stands still until this one has ended.
    fn waits_for_itself(&self, id: u64) -> bool {
        let (mut seen, mut next) = (HashSet::from([id]), vec![id]);
        while let Some(id) = next.pop() {
            let Some(waiting) = self.standing.get(&id) else { continue };
            let lines = waiting.lines.iter().filter_map(|key| self.lines.get(key));
            for before in lines.flat_map(|line| line.before(id, waiting.touch)) {
                if !seen.insert(before) {
                    continue;
                }
                let home = self.standing.get(&before).and_then(|standing| standing.home.as_ref());
                if home.is_some_and(Home::is_stopped_here) {
                    return true;
                }
                next.push(before);
            }
        }
        false
    }

    /// Removes a command from its queues, and returns the wakers of commands that no longer have to wait.
    fn leave(&mut self, id: u64) -> Vec<Waker> {
        let mut awake = Vec::new();
        let Some(gone) = self.standing.remove(&id) else { return awake };
        for key in &gone.lines {
            let Some(line) = self.lines.get_mut(key) else { continue };
            let free = line.leave(id, gone.touch);
            if line.is_empty() {
                self.lines.remove(key);
            }
            self.count(1 + free.len());
            for id in free {
                if let Some(standing) = self.standing.get_mut(&id) {
                    standing.waits -= 1;
                    if standing.waits == 0 {
                        awake.extend(standing.waker.take());
                    }
                }
            }
        }
        awake
    }
}

/// A command waits for another one that stands still because the thread of its runtime waits for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StandsStill;

/// A place in the lines of a command.
#[derive(Debug)]
pub(crate) struct Turn {
    shared: Arc<Shared>,
    id: u64,
}

impl Turn {
    /// Returns `true` if another command must end first.
    pub(crate) fn waits(&self) -> bool {
        self.shared.state().standing.get(&self.id).is_some_and(|standing| standing.waits > 0)
    }

    /// Waits until no other command must end first.
    ///
    /// # Errors
    /// [`StandsStill`] if another command only ends once this one has ended.
    pub(crate) async fn comes(&self) -> Result<(), StandsStill> {
        poll_fn(|cx| {
            let mut state = self.shared.state();
            match state.standing.get_mut(&self.id) {
                Some(standing) if standing.waits > 0 => standing.waker = Some(cx.waker().clone()),
                _ => return Poll::Ready(Ok(())),
            }
            // A blocking wait holds up its runtime until it is over, so nothing changes between two polls.
            if some_stand_still() && state.waits_for_itself(self.id) {
                return Poll::Ready(Err(StandsStill));
            }
            Poll::Pending
        })
        .await
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let awake = self.shared.state().leave(self.id);
        awake.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests;
