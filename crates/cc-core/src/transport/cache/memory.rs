//! Answers in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use crate::error::Result;
use crate::runtime::Instant;
use crate::transport::cache::{CacheKey, CacheStore, CachedAnswer, StoreFuture, Ticket};
use crate::transport::exchange::lock;
use crate::transport::held;

/// Keeps answers up to a number of bytes: those whose time has passed go first, then those that were not used for longest.
#[derive(Debug)]
pub(crate) struct MemoryStore {
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<CacheKey, Entry>,
    /// The keys by their last use, which is a number that grows.
    by_use: BTreeMap<u64, CacheKey>,
    /// The keys by the end of their time; the use at which they were put makes them differ.
    by_end: BTreeMap<(Instant, u64), CacheKey>,
    uses: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    answer: CachedAnswer,
    bytes: usize,
    used: u64,
    end: (Instant, u64),
}

impl MemoryStore {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    fn look_up(&self, key: &CacheKey) -> Option<CachedAnswer> {
        let mut entries = lock(&self.entries);
        entries.drop_ended();
        entries.uses += 1;
        let Entries { by_key, by_use, uses, .. } = &mut *entries;
        let entry = by_key.get_mut(key)?;
        if let Some(key) = by_use.remove(&entry.used) {
            by_use.insert(*uses, key);
        }
        entry.used = *uses;
        Some(entry.answer.clone())
    }

    fn keep(&self, key: &CacheKey, answer: CachedAnswer, ttl: Duration) {
        let mut entries = lock(&self.entries);
        entries.remove(key);
        entries.drop_ended();
        let bytes = answer.size() + size_of_books(key);
        let Some(end) = Instant::now().checked_add(ttl).filter(|_| bytes <= self.capacity) else { return };
        while entries.bytes + bytes > self.capacity {
            let Some((_, oldest)) = entries.by_use.pop_first() else { break };
            entries.remove(&oldest);
        }
        entries.uses += 1;
        let used = entries.uses;
        entries.bytes += bytes;
        entries.by_use.insert(used, key.clone());
        entries.by_end.insert((end, used), key.clone());
        entries.by_key.insert(key.clone(), Entry { answer, bytes, used, end: (end, used) });
    }

    fn forget(&self, identity: &str, path: &str) {
        let mut entries = lock(&self.entries);
        entries.drop_ended();
        let old: Vec<CacheKey> = entries
            .by_key
            .keys()
            .filter(|key| key.identity() == identity && key.is_related(path))
            .cloned()
            .collect();
        old.iter().for_each(|key| entries.remove(key));
    }
}

/// Bytes that the books of one answer hold: three keys with their paths, a slot of the hash table, and one of each tree.
/// Tables and trees may be half empty.
fn size_of_books(key: &CacheKey) -> usize {
    let slots = size_of::<(CacheKey, Entry)>() + 2 * size_of::<(Instant, u64, CacheKey)>();
    2 * slots + key.identity.len() + 3 * (key.path.len() + held::ALLOCATION)
}

impl Entries {
    fn remove(&mut self, key: &CacheKey) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_use.remove(&entry.used);
            self.by_end.remove(&entry.end);
            self.bytes -= entry.bytes;
        }
    }

    fn drop_ended(&mut self) {
        let now = Instant::now();
        while let Some(ended) = self.by_end.first_entry().filter(|first| first.key().0 <= now) {
            let key = ended.remove();
            self.remove(&key);
        }
    }
}

impl CacheStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>> {
        ready(self.look_up(key))
    }

    fn put<'a>(
        &'a self,
        key: &'a CacheKey,
        answer: CachedAnswer,
        ttl: Duration,
        _: &'a Ticket,
    ) -> StoreFuture<'a, ()> {
        self.keep(key, answer, ttl);
        ready(())
    }

    fn remove<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, ()> {
        lock(&self.entries).remove(key);
        ready(())
    }

    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> StoreFuture<'a, ()> {
        self.forget(identity, path);
        ready(())
    }
}

fn ready<T: Send + 'static>(value: T) -> StoreFuture<'static, T> {
    Box::pin(std::future::ready(Result::Ok(value)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn key(path: &str) -> CacheKey {
        CacheKey { identity: "me".into(), path: path.into(), digest: [0; 32] }
    }

    fn answer(bytes: usize) -> CachedAnswer {
        CachedAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(vec![0; bytes]) }
    }

    fn assert_consistent(store: &MemoryStore) {
        let entries = lock(&store.entries);
        assert_eq!(entries.by_use.len(), entries.by_key.len());
        assert_eq!(entries.by_end.len(), entries.by_key.len());
        assert_eq!(entries.bytes, entries.by_key.values().map(|entry| entry.bytes).sum::<usize>());
        assert!(entries.bytes <= store.capacity);
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_that_was_not_used_for_longest_goes_first() {
        let store = MemoryStore::new(13_000);
        for path in ["/a", "/b", "/c"] {
            store.keep(&key(path), answer(2_500), MINUTE);
        }
        assert!(store.look_up(&key("/a")).is_some());
        store.keep(&key("/d"), answer(2_500), MINUTE);
        assert_consistent(&store);
        assert!(store.look_up(&key("/b")).is_none());
        assert!(store.look_up(&key("/a")).is_some() && store.look_up(&key("/d")).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn expired_answers_do_not_wait_for_someone_to_ask_for_them() {
        let store = MemoryStore::new(1_000_000);
        for at in 0..100 {
            store.keep(&key(&format!("/{at}")), answer(10), MINUTE);
        }
        tokio::time::advance(MINUTE).await;
        assert!(store.look_up(&key("/other")).is_none());
        assert_eq!(lock(&store.entries).by_key.len(), 0);
        assert_consistent(&store);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_larger_than_the_store_is_not_kept_and_replaces_what_was() {
        let store = MemoryStore::new(1_000);
        store.keep(&key("/a"), answer(1), MINUTE);
        store.keep(&key("/a"), answer(1_000), MINUTE);
        assert!(store.look_up(&key("/a")).is_none());
        assert_consistent(&store);
    }

    #[tokio::test(start_paused = true)]
    async fn any_use_keeps_the_books_right() {
        let store = MemoryStore::new(20_000);
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..5_000 {
            let key = key(&format!("/{}/{}", random.u8(..8), random.u8(..4)));
            match random.u8(..8) {
                0..4 => store.keep(&key, answer(random.usize(..3_000)), MINUTE * random.u32(..4)),
                4..6 => drop(store.look_up(&key)),
                6 => store.forget("me", key.path()),
                _ => tokio::time::advance(MINUTE / 2).await,
            }
            assert_consistent(&store);
        }
    }
}
