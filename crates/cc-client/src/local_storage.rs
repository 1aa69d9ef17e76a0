//! Ids and answers in the local storage of a browser, for the next page and for other tabs.

mod area;
mod entry;
mod room;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cc_runtime::transport::{CacheKey, CacheStore, CachedAnswer, StoreFuture as AnswerFuture, Ticket, Turn};
use cc_runtime::{Credentials, Error, ErrorKind, Result, Timestamp};

use crate::resolve::{Index, Store, StoreFuture};
use area::{Area, Full};
use entry::Entry;

/// Keeps the index of ids and the answers of the platform in the local storage of the page's origin, where the next page and other tabs
/// find them. Cheap to clone: clones share everything. Take it as [`ClientBuilder::id_store`](crate::ClientBuilder::id_store), as
/// [`TransportBuilder::cache_store`](crate::TransportBuilder::cache_store), or as both.
///
/// - Data of one identity are stored under keys of their own, which reveal nothing of its credentials. Data of a credentials provider
///   without an identity are not stored.
/// - It is [bounded](Self::most_bytes). Where there is no room, the answers that expire first go, then the oldest indexes of other
///   identities; what does not fit at all is not kept.
/// - A write in one tab drops the answers that it may have changed for all tabs, and no tab keeps an answer that was on its way meanwhile.
/// - Each key has the version of its format: what another version wrote is left alone, and not read.
/// - Storage that the browser blocks, or that is full with data of others, never fails a command: the platform is asked, and a warning is
///   logged.
///
/// Every script of the page's origin reads what is kept. Answers are kept as they came, except those with values that the spec marks as
/// secret, such as environment variables, which are not kept. They stay until their room is needed: a program in which users sign out
/// calls [`clear`](Self::clear).
///
/// It exists for `wasm32-unknown-unknown` alone. Workers have no local storage: each read there fails, and the platform is asked.
///
/// ```ignore
/// use std::time::Duration;
/// use cc_client::local_storage::LocalStorageStore;
/// use cc_client::{CachePolicy, Client};
///
/// let store = LocalStorageStore::new();
/// let client = Client::builder()
///     .id_store(store.clone())
///     .configure(|transport| transport.cache_store(store).cache(CachePolicy::ttl(Duration::from_secs(30))))
///     .build()?;
/// ```
#[derive(Clone)]
pub struct LocalStorageStore {
    area: Arc<dyn Area>,
    prefix: Arc<str>,
    ids_for: Duration,
    most_bytes: usize,
    largest_answer: usize,
    /// About how many bytes the store takes, once they were counted.
    used: Arc<Mutex<Option<usize>>>,
}

/// Version of the format, in each key.
const VERSION: u32 = 1;

impl LocalStorageStore {
    /// A store in the local storage of the page's origin. Nothing is read yet.
    #[cfg(target_family = "wasm")]
    #[must_use]
    pub fn new() -> Self {
        Self::over(area::Page)
    }

    fn over(area: impl Area) -> Self {
        Self {
            area: Arc::new(area),
            prefix: "cc-client".into(),
            ids_for: Duration::from_secs(24 * 3_600),
            most_bytes: 2 * 1024 * 1024,
            largest_answer: 256 * 1024,
            used: Arc::default(),
        }
    }

    /// Sets the prefix of all keys, for programs that share one origin and nothing else. Default: `cc-client`.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the lifetime of an index after it was fetched. Default: 24 hours.
    #[must_use]
    pub fn ids_for(mut self, time: Duration) -> Self {
        self.ids_for = time;
        self
    }

    /// Sets the maximum size of everything in the store, keys included, in bytes of UTF-16, as browsers count. Most give an origin 10 MiB.
    /// Default: 2 MiB.
    #[must_use]
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// The largest answer that is kept, in bytes. Default: 256 KiB.
    #[must_use]
    pub fn largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }

    /// Removes everything that stores with this prefix keep, for all identities, such as when the user signs out. What other versions
    /// of the format and other code keep stays, and so does a random number, by which answers that are on their way in any tab are
    /// not kept. End the calls of the user before: an index that is on its way is written when it comes.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if the browser blocks local storage or has no room at all.
    pub fn clear(&self) -> Result<()> {
        let cleared = self.cleared_key();
        for key in self.area.keys(&self.start())?.iter().filter(|key| **key != cleared) {
            self.area.remove(key)?;
        }
        *lock(&self.used) = None;
        self.set(&cleared, &chance())
    }

    /// Start of all keys.
    fn start(&self) -> String {
        format!("{}:{VERSION}:", self.prefix)
    }

    fn ids_key(&self, key: &str) -> String {
        format!("{}ids:{key}", self.start())
    }

    /// Start of the keys of all answers.
    fn answers_start(&self) -> String {
        format!("{}answer:", self.start())
    }

    /// Start of the keys of all answers of an identity.
    fn answers_key(&self, identity: &str) -> String {
        format!("{}{identity}:", self.answers_start())
    }

    fn answer_key(&self, key: &CacheKey) -> String {
        let digest: String = key.digest().iter().map(|byte| format!("{byte:02x}")).collect();
        self.answers_key(key.identity()) + &digest
    }

    /// Key of a text that [`clear`](Self::clear) changes.
    fn cleared_key(&self) -> String {
        format!("{}cleared", self.start())
    }

    /// Key of a text that each write of an identity changes.
    fn changed_key(&self, identity: &str) -> String {
        format!("{}changed:{identity}", self.start())
    }

    fn read_index(&self, key: &str) -> Result<Option<Arc<Index>>> {
        let json = self.area.get(&self.ids_key(key))?;
        Ok(json.and_then(|json| self.young_index(&json)).map(Arc::new))
    }

    /// The index of a text, unless it is too old.
    fn young_index(&self, json: &str) -> Option<Index> {
        // What cannot be read was written by somebody else: it is replaced by the next write.
        let index = Index::from_json(json.as_bytes()).ok()?;
        let age = Timestamp::now().as_millis().saturating_sub(index.fetched_at().as_millis());
        let is_young = u64::try_from(age).is_ok_and(|age| u128::from(age) < self.ids_for.as_millis());
        is_young.then_some(index)
    }

    fn read_answer(&self, key: &CacheKey) -> Result<Option<CachedAnswer>> {
        let at = self.answer_key(key);
        let Some(text) = self.area.get(&at)? else { return Ok(None) };
        match Entry::parse(&text).filter(|entry| entry.is_valid(Timestamp::now().as_millis())) {
            Some(entry) => Ok(entry.answer()),
            None => self.area.remove(&at).map(|()| None),
        }
    }

    /// The text that tells whether a write of the identity, or the end of everything, came in between, in any tab.
    fn changed(&self, identity: &str) -> Result<String> {
        let changed = self.area.get(&self.changed_key(identity))?.unwrap_or_default();
        Ok(changed + &self.area.get(&self.cleared_key())?.unwrap_or_default())
    }

    fn write_answer(
        &self,
        key: &CacheKey,
        answer: &CachedAnswer,
        ttl: Duration,
        ticket: &Ticket,
    ) -> Result<()> {
        if ticket
            .held::<String>()
            .is_some_and(|before| self.changed(key.identity()).is_ok_and(|now| now != *before))
        {
            return Ok(());
        }
        let text = Entry::text(Timestamp::now().as_millis(), ttl, key.path(), answer);
        self.set(&self.answer_key(key), &text)
    }

    fn drop_related(&self, identity: &str, path: &str) -> Result<()> {
        // Before the answers go: a tab that asked earlier must not bring them back.
        let noted = self.set(&self.changed_key(identity), &chance());
        for key in self.area.keys(&self.answers_key(identity))? {
            let is_related = |text: &String| Entry::parse(text).is_none_or(|entry| entry.is_related(path));
            // Without the note, no answer of this identity may stay: others could be on their way.
            if noted.is_err() || self.area.get(&key)?.as_ref().is_some_and(is_related) {
                self.area.remove(&key)?;
            }
        }
        noted
    }
}

#[cfg(target_family = "wasm")]
impl Default for LocalStorageStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LocalStorageStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalStorageStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Store for LocalStorageStore {
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        Box::pin(ready(self.read_index(key)))
    }

    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()> {
        Box::pin(ready(self.set(&self.ids_key(key), &index.to_json())))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(ready(self.area.remove(&self.ids_key(key))))
    }
}

impl CacheStore for LocalStorageStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> AnswerFuture<'a, Option<CachedAnswer>> {
        Box::pin(ready(if is_kept(key) { self.read_answer(key) } else { Ok(None) }))
    }

    fn put<'a>(
        &'a self,
        key: &'a CacheKey,
        answer: CachedAnswer,
        ttl: Duration,
        ticket: &'a Ticket,
    ) -> AnswerFuture<'a, ()> {
        let is_kept = is_kept(key) && answer.size() <= self.largest_answer;
        Box::pin(ready(if is_kept { self.write_answer(key, &answer, ttl, ticket) } else { Ok(()) }))
    }

    fn take_turn<'a>(&'a self, key: &'a CacheKey) -> AnswerFuture<'a, Turn<CachedAnswer>> {
        let changed = self.changed(key.identity());
        Box::pin(ready(changed.map(|changed| Turn::Ask(Ticket::new(changed)))))
    }

    fn remove<'a>(&'a self, key: &'a CacheKey) -> AnswerFuture<'a, ()> {
        Box::pin(ready(self.area.remove(&self.answer_key(key))))
    }

    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> AnswerFuture<'a, ()> {
        let is_kept = Credentials::is_lasting(identity);
        Box::pin(ready(if is_kept { self.drop_related(identity, path) } else { Ok(()) }))
    }
}

/// Returns `true` for answers that scripts of the page may read.
fn is_kept(key: &CacheKey) -> bool {
    Credentials::is_lasting(key.identity()) && !key.has_secret_answer()
}

/// A text that nobody wrote before.
fn chance() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn lock(used: &Mutex<Option<usize>>) -> std::sync::MutexGuard<'_, Option<usize>> {
    used.lock().unwrap_or_else(PoisonError::into_inner)
}

fn full() -> Error {
    Error::new(ErrorKind::Store)
        .with_message("local storage is full with data of others, or the value is too large")
}
