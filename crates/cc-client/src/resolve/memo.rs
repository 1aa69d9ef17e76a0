//! What was in vain a while ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cc_core::runtime::Instant;

use super::ids::{Form, Missing};

/// How many ids are remembered at most: what asks for more unknown ids than this asks the platform more often.
const MOST: usize = 10_000;

/// Ids that something was in vain for, each for a while.
/// By whose id it is, what of, and its text.
type Entries = HashMap<(Arc<str>, Form, Box<str>), Instant>;

#[derive(Debug)]
pub(super) struct Memo {
    ttl: Duration,
    /// Until when.
    entries: Mutex<Entries>,
}

impl Memo {
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, entries: Mutex::default() }
    }

    /// Whether it was in vain for this identity.
    pub(super) fn holds(&self, identity: &Arc<str>, id: Missing<'_>) -> bool {
        if self.ttl.is_zero() {
            return false;
        }
        let until = self.lock().get(&(Arc::clone(identity), id.form, Box::from(id.text))).copied();
        until.is_some_and(|until| Instant::now() < until)
    }

    pub(super) fn note(&self, identity: &Arc<str>, id: Missing<'_>) {
        let now = Instant::now();
        let Some(until) = now.checked_add(self.ttl) else { return };
        let mut entries = self.lock();
        if entries.len() >= MOST {
            entries.retain(|_, until| now < *until);
            if entries.len() >= MOST {
                entries.clear();
            }
        }
        entries.insert((Arc::clone(identity), id.form, Box::from(id.text)), until);
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Missing<'_> {
        Missing { form: Form::Application, text }
    }

    #[tokio::test(start_paused = true)]
    async fn an_id_is_remembered_for_a_while() {
        let memo = Memo::new(Duration::from_secs(60));
        let (me, you) = (Arc::from("me"), Arc::from("you"));
        memo.note(&me, id("a"));
        assert!(memo.holds(&me, id("a")) && !memo.holds(&me, id("b")));
        assert!(!memo.holds(&you, id("a")), "what one may not see, another may");
        assert!(!memo.holds(&me, Missing { form: Form::Addon, text: "a" }));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(!memo.holds(&me, id("a")));
    }

    #[tokio::test(start_paused = true)]
    async fn it_does_not_grow_without_end() {
        let memo = Memo::new(Duration::from_secs(60));
        for number in 0..3 * MOST {
            memo.note(&Arc::from("me"), id(&number.to_string()));
        }
        assert!(memo.lock().len() <= MOST);
    }

    #[test]
    fn with_no_time_nothing_is_remembered() {
        let memo = Memo::new(Duration::ZERO);
        memo.note(&Arc::from("me"), id("a"));
        assert!(!memo.holds(&Arc::from("me"), id("a")));
    }
}
