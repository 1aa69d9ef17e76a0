//! Answers in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slab::Slab;

use crate::defaults::Defaults;
use crate::error::Result;
use crate::lock::lock;
use crate::tasks::Instant;
use crate::transport::cache::{CacheKey, CacheStore, CachedAnswer, StoreFuture, Ticket};
use crate::transport::held;
use crate::transport::relation::{looks, marks};

/// Caches answers in memory, up to a number of bytes: expired answers are evicted first, then the least
/// recently used. Cheap to clone: clones share everything.
///
/// By default, each transport has a cache of its own. Transports that receive clones of one cache share their
/// answers if they have the same credentials: answers are never shared between identities. A write through
/// one transport invalidates the affected answers for all.
///
/// ```
/// use cc_runtime::Transport;
/// use cc_runtime::transport::MemoryCache;
///
/// # fn example() -> cc_runtime::Result<()> {
/// let answers = MemoryCache::new(64 * 1024 * 1024);
/// let one = Transport::builder().cache_store(answers.clone()).build()?;
/// let other = Transport::builder().cache_store(answers).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct MemoryCache(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    capacity: usize,
    entries: Mutex<Entries>,
}

impl Default for MemoryCache {
    /// Creates an empty cache of 16 MiB.
    fn default() -> Self {
        Self::new(Defaults::default().cache_capacity)
    }
}

#[derive(Debug, Default)]
struct Entries {
    kept: Slab<Entry>,
    by_key: HashMap<CacheKey, usize>,
    /// By the last use, which is a number that grows.
    by_use: BTreeMap<u64, usize>,
    by_end: BTreeSet<(Instant, usize)>,
    /// By the [marks] of the paths.
    by_mark: BTreeSet<(u64, usize)>,
    uses: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    key: CacheKey,
    answer: CachedAnswer,
    bytes: usize,
    used: u64,
    end: Instant,
}

impl MemoryCache {
    /// Creates an empty cache that keeps this many bytes of answers at most.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Arc::new(Shared { capacity, entries: Mutex::default() }))
    }

    fn look_up(&self, key: &CacheKey) -> Option<CachedAnswer> {
        let mut entries = lock(&self.0.entries);
        entries.drop_ended();
        let at = *entries.by_key.get(key)?;
        entries.uses += 1;
        let Entries { kept, by_use, uses, .. } = &mut *entries;
        let entry = &mut kept[at];
        by_use.remove(&entry.used);
        by_use.insert(*uses, at);
        entry.used = *uses;
        Some(entry.answer.clone())
    }

    fn keep(&self, key: &CacheKey, answer: CachedAnswer, ttl: Duration) {
        let mut entries = lock(&self.0.entries);
        entries.remove(key);
        entries.drop_ended();
        let marks = marks(&key.identity, &key.path);
        let bytes = answer.size() + size_of_books(key, marks.len());
        let Some(end) = Instant::now().checked_add(ttl).filter(|_| bytes <= self.0.capacity) else { return };
        while entries.bytes + bytes > self.0.capacity {
            let Some((_, oldest)) = entries.by_use.pop_first() else { break };
            entries.take(oldest);
        }
        entries.uses += 1;
        let used = entries.uses;
        entries.bytes += bytes;
        let at = entries.kept.insert(Entry { key: key.clone(), answer, bytes, used, end });
        entries.by_key.insert(key.clone(), at);
        entries.by_use.insert(used, at);
        entries.by_end.insert((end, at));
        entries.by_mark.extend(marks.into_iter().map(|mark| (mark, at)));
    }

    fn forget(&self, identity: &str, path: &str) {
        let mut entries = lock(&self.0.entries);
        entries.drop_ended();
        for at in entries.near(identity, path) {
            let is_old = |entry: &Entry| entry.key.identity() == identity && entry.key.is_related(path);
            if entries.kept.get(at).is_some_and(is_old) {
                entries.take(at);
            }
        }
    }
}

/// Bytes that the books of one answer hold: two keys with their paths, its place, a slot of the hash table, and one of each
/// tree for each entry in it. Tables and trees may be half empty.
fn size_of_books(key: &CacheKey, marks: usize) -> usize {
    let slots =
        size_of::<(CacheKey, usize)>() + size_of::<Entry>() + size_of::<(Instant, usize, u64, usize)>();
    let marks = marks * size_of::<(u64, usize)>();
    2 * (slots + marks) + key.identity.len() + 2 * (key.path.len() + held::ALLOCATION)
}

impl Entries {
    fn remove(&mut self, key: &CacheKey) {
        if let Some(at) = self.by_key.get(key) {
            self.take(*at);
        }
    }

    /// Drops the entry at a place.
    fn take(&mut self, at: usize) {
        let Some(entry) = self.kept.try_remove(at) else { return };
        self.by_key.remove(&entry.key);
        self.by_use.remove(&entry.used);
        self.by_end.remove(&(entry.end, at));
        for mark in marks(&entry.key.identity, &entry.key.path) {
            self.by_mark.remove(&(mark, at));
        }
        self.bytes -= entry.bytes;
    }

    /// The places of the entries that are related to this path, and of few others.
    fn near(&self, identity: &str, path: &str) -> Vec<usize> {
        let under = |mark: u64| self.by_mark.range((mark, 0)..=(mark, usize::MAX)).map(|(_, at)| *at);
        looks(identity, path).into_iter().flat_map(under).collect()
    }

    fn drop_ended(&mut self) {
        let now = Instant::now();
        while let Some((_, at)) = self.by_end.first().copied().filter(|(end, _)| *end <= now) {
            self.take(at);
        }
    }
}

impl CacheStore for MemoryCache {
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
        lock(&self.0.entries).remove(key);
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
        CacheKey::new("me", path, [0; 32])
    }

    fn answer(bytes: usize) -> CachedAnswer {
        CachedAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(vec![0; bytes]) }
    }

    fn assert_consistent(store: &MemoryCache) {
        let entries = lock(&store.0.entries);
        assert_eq!(entries.by_use.len(), entries.by_key.len());
        assert_eq!(entries.by_end.len(), entries.by_key.len());
        assert_eq!(entries.kept.len(), entries.by_key.len());
        let marks = |entry: &Entry| marks(&entry.key.identity, &entry.key.path).len();
        assert_eq!(entries.by_mark.len(), entries.kept.iter().map(|(_, entry)| marks(entry)).sum::<usize>());
        assert_eq!(entries.bytes, entries.kept.iter().map(|(_, entry)| entry.bytes).sum::<usize>());
        assert!(entries.bytes <= store.0.capacity);
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_that_was_not_used_for_longest_goes_first() {
        let store = MemoryCache::new(13_000);
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
        let store = MemoryCache::new(1_000_000);
        for at in 0..100 {
            store.keep(&key(&format!("/{at}")), answer(10), MINUTE);
        }
        tokio::time::advance(MINUTE).await;
        assert!(store.look_up(&key("/other")).is_none());
        assert_eq!(lock(&store.0.entries).by_key.len(), 0);
        assert_consistent(&store);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_larger_than_the_store_is_not_kept_and_replaces_what_was() {
        let store = MemoryCache::new(1_000);
        store.keep(&key("/a"), answer(1), MINUTE);
        store.keep(&key("/a"), answer(1_000), MINUTE);
        assert!(store.look_up(&key("/a")).is_none());
        assert_consistent(&store);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_looks_at_the_answers_it_makes_old_and_not_at_all() {
        let store = MemoryCache::new(usize::MAX);
        let path = |at: usize| format!("/v2/organisations/orga_1/applications/app_{at}/env");
        for at in 0..1_000 {
            store.keep(&key(&path(at)), answer(10), MINUTE);
        }
        let near = |path: &str| lock(&store.0.entries).near("me", path).len();
        assert_eq!(
            near("/v2/organisations/orga_1/applications/app_7"),
            2,
            "below it, and about the same thing"
        );
        assert_eq!(near("/v4/organisations/orga_1/applications/app_7/x"), 1);
        assert_eq!(near("/v2/organisations/orga_1/addons"), 0);
        assert_eq!(near("/v2/organisations"), 1_000);
        store.forget("you", "/");
        store.forget("me", &path(7));
        assert_consistent(&store);
        assert_eq!(lock(&store.0.entries).kept.len(), 999);
    }

    #[tokio::test(start_paused = true)]
    async fn any_use_keeps_the_books_right() {
        let store = MemoryCache::new(20_000);
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
