//! The order of commands that are under way at the same time: each key sees them as if they came one after the other.
//!
//! A command waits for those before it that touch a key of its own when one of the two writes. All others travel together.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::command::{Access, Keys};
use crate::effect::Effect;

/// The commands of a client that wait or are under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    hasher: RandomState,
    line: Mutex<Line>,
}

/// Commands in the order in which they came.
#[derive(Debug, Default)]
struct Line {
    next: u64,
    standing: BTreeMap<u64, Standing>,
}

#[derive(Debug)]
struct Standing {
    touches: Touches,
    /// How many before it must end first.
    blockers: usize,
    waker: Option<Waker>,
}

/// Hashes are compared, not texts: two keys that share one wait for each other, which harms nobody.
#[derive(Debug)]
struct Touches {
    backend: u64,
    writes: bool,
    /// `None` for all keys.
    keys: Option<Vec<u64>>,
}

impl Touches {
    fn conflicts(&self, other: &Self) -> bool {
        self.backend == other.backend
            && (self.writes || other.writes)
            && match (&self.keys, &other.keys) {
                (Some(mine), Some(theirs)) => mine.iter().any(|key| theirs.contains(key)),
                _ => true,
            }
    }
}

impl Order {
    /// A place at the end of the line. Dropping it makes way for those behind it.
    pub(crate) fn turn(&self, backend: &str, access: &Access) -> Turn {
        let hash = |text: &str| self.0.hasher.hash_one(text);
        let keys = match &access.keys {
            Keys::Only(keys) => Some(keys.iter().map(|key| hash(key)).collect()),
            Keys::All => None,
        };
        let touches = Touches { backend: hash(backend), writes: access.effect != Effect::Read, keys };
        let mut line = self.0.line();
        let blockers = line.standing.values().filter(|before| before.touches.conflicts(&touches)).count();
        let id = line.next;
        line.next += 1;
        line.standing.insert(id, Standing { touches, blockers, waker: None });
        Turn { shared: self.0.clone(), id }
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line.
#[derive(Debug)]
pub(crate) struct Turn {
    shared: Arc<Shared>,
    id: u64,
}

impl Turn {
    /// Waits until nothing before it stands in its way.
    pub(crate) async fn comes(&self) {
        poll_fn(|cx| match self.shared.line().standing.get_mut(&self.id) {
            Some(standing) if standing.blockers > 0 => {
                standing.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut line = self.shared.line();
        let Some(gone) = line.standing.remove(&self.id) else { return };
        let mut free = Vec::new();
        for behind in line.standing.range_mut(self.id..).map(|(_, behind)| behind) {
            if gone.touches.conflicts(&behind.touches) {
                behind.blockers -= 1;
                if behind.blockers == 0 {
                    free.extend(behind.waker.take());
                }
            }
        }
        drop(line);
        free.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    fn only(effect: Effect, keys: &[&str]) -> Access {
        Access::new(effect, Keys::Only(keys.iter().map(|&key| key.to_owned()).collect()))
    }

    fn may_go(turn: &Turn) -> bool {
        pin!(turn.comes()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn reads_go_together_and_a_write_waits_for_them() {
        let order = Order::default();
        let reads = [(); 2].map(|()| order.turn("db", &only(Effect::Read, &["a"])));
        let write = order.turn("db", &only(Effect::Once, &["a"]));
        let after = order.turn("db", &only(Effect::Read, &["a"]));
        assert!(reads.iter().all(may_go) && !may_go(&write) && !may_go(&after));
        drop(reads);
        assert!(may_go(&write) && !may_go(&after));
        drop(write);
        assert!(may_go(&after));
    }

    #[test]
    fn other_keys_and_other_databases_do_not_wait() {
        let order = Order::default();
        let _write = order.turn("db", &only(Effect::Once, &["a", "b"]));
        assert!(may_go(&order.turn("db", &only(Effect::Once, &["c"]))));
        assert!(may_go(&order.turn("db", &only(Effect::Read, &[]))));
        assert!(may_go(&order.turn("other", &only(Effect::Once, &["a"]))));
        assert!(!may_go(&order.turn("db", &only(Effect::Once, &["c", "b"]))));
    }

    #[test]
    fn what_touches_everything_waits_for_all_and_all_wait_for_it() {
        let order = Order::default();
        let write = order.turn("db", &only(Effect::Idempotent, &["a"]));
        let all = order.turn("db", &Access::new(Effect::Once, Keys::All));
        let read = order.turn("db", &only(Effect::Read, &["z"]));
        assert!(may_go(&write) && !may_go(&all) && !may_go(&read));
        drop(write);
        assert!(may_go(&all) && !may_go(&read));
        drop(all);
        assert!(may_go(&read));
    }

    #[test]
    fn one_that_is_given_up_while_it_waits_makes_way() {
        let order = Order::default();
        let first = order.turn("db", &only(Effect::Once, &["a"]));
        let second = order.turn("db", &only(Effect::Once, &["a"]));
        let third = order.turn("db", &only(Effect::Once, &["a"]));
        drop(second);
        assert!(!may_go(&third));
        drop(first);
        assert!(may_go(&third));
        assert_eq!(order.0.line().standing.len(), 1);
    }
}
