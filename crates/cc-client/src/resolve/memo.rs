//! Ids whose look-up gave nothing a while ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cc_runtime::tasks::Instant;

use super::ids::{Form, Missing};

/// Maximum memory of the ids, in bytes: room for about 7,000. Beyond it, all are dropped, and the platform is
/// asked again.
const MAX_BYTES: usize = 1024 * 1024;

/// Size of an entry besides the text of its id, in bytes: key, value, and the free slots of the map.
const ENTRY_BYTES: usize = 112;

/// Ids that gave nothing, each for a while.
#[derive(Debug)]
pub(super) struct Memo {
    ttl: Duration,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    /// Identity that asked, kind of the id, and its text; and until when it is remembered.
    until: HashMap<(Arc<str>, Form, Box<str>), Instant>,
    bytes: usize,
}

impl Memo {
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, entries: Mutex::default() }
    }

    pub(super) fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Returns `true` if this id gave nothing for this identity a while ago.
    pub(super) fn holds(&self, identity: &Arc<str>, id: Missing<'_>) -> bool {
        if self.ttl.is_zero() {
            return false;
        }
        let until = self.lock().until.get(&(Arc::clone(identity), id.form, Box::from(id.text))).copied();
        until.is_some_and(|until| Instant::now() < until)
    }

    pub(super) fn note(&self, identity: &Arc<str>, id: Missing<'_>) {
        let now = Instant::now();
        let Some(until) = now.checked_add(self.ttl).filter(|_| !self.ttl.is_zero()) else { return };
        let bytes = ENTRY_BYTES + id.text.len();
        let mut entries = self.lock();
        let Entries { until: map, bytes: held } = &mut *entries;
        if *held + bytes > MAX_BYTES {
            map.retain(|(_, _, id), until| {
                let stays = now < *until;
                if !stays {
                    *held -= ENTRY_BYTES + id.len();
                }
                stays
            });
        }
        if *held + bytes > MAX_BYTES {
            *entries = Entries::default();
        }
        if entries.until.insert((Arc::clone(identity), id.form, Box::from(id.text)), until).is_none() {
            entries.bytes += bytes;
        }
    }

    pub(super) fn clear(&self) {
        *self.lock() = Entries::default();
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
    async fn the_memory_of_unknown_ids_is_bounded_in_bytes() {
        let memo = Memo::new(Duration::from_secs(60));
        let me = Arc::from("me");
        for number in 0..30_000 {
            memo.note(&me, id(&format!("{number:0width$}", width = number % 256 + 1)));
            let entries = memo.lock();
            assert!(entries.bytes <= MAX_BYTES);
            if number % 1_000 == 0 {
                let held: usize = entries.until.keys().map(|(_, _, id)| ENTRY_BYTES + id.len()).sum();
                assert_eq!(held, entries.bytes);
            }
        }
        tokio::time::advance(Duration::from_secs(61)).await;
        memo.clear();
        assert_eq!(memo.lock().bytes, 0);
    }

    #[test]
    fn with_no_time_nothing_is_remembered() {
        let memo = Memo::new(Duration::ZERO);
        memo.note(&Arc::from("me"), id("a"));
        assert!(!memo.holds(&Arc::from("me"), id("a")));
    }
}
