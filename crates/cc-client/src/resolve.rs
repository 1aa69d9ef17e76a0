//! The resource-id resolver: owners of resources, and the two ids of an add-on.
//!
//! Most routes of the platform name the owner of a resource, and some want one id of an add-on, some the other. A caller who
//! gives the id of an application should not have to know its owner. All of that is in an [`Index`], which is read from the
//! platform in one request (`GET /v2/summary`) when an id is missing from it, and kept: in memory, and in a [`Store`] for the
//! next process if there is one.
//!
//! - Any number of callers that miss ids at the same time share one request. It goes on as long as one of them waits.
//! - An unknown id costs one request for each command at most. It is remembered as unknown for a minute
//!   ([`ClientBuilder::unknown_ids_for`](crate::ClientBuilder::unknown_ids_for)): asking for it again costs nothing.
//!   If it turns up in the index meanwhile, it is known.
//! - Commands that create or list resources of an owner teach the resolver: their owner is known without a request.
//! - A resource that moved to another owner is noticed when the platform refuses the old one with 403, or with a 404 that
//!   means nothing else: see [`Context::resolved`](crate::Context::resolved).
//! - An index belongs to one identity and one endpoint, in memory as in a store.
//! - An id of more than [`MAX_ID_BYTES`](cc_runtime::MAX_ID_BYTES) is refused before anything is kept or sent.

mod fetch;
#[cfg(not(target_family = "wasm"))]
mod file;
mod flight;
mod ids;
mod index;
mod learned;
mod memo;
mod scan;
mod store;
mod summary;

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cc_runtime::tasks::{Instant, Lost};
use cc_runtime::transport::{Ticket, Turn};
use cc_runtime::{AddonId, AnyAddonId, OwnerId, RealAddonId, Result, Transport};

#[cfg(not(target_family = "wasm"))]
pub use file::FileStore;
pub use ids::{AddonRef, Ids, ResolvedIds, ResourceRef, Subject};
pub use index::Index;
pub use store::{MemoryStore, Store, StoreFuture};

use flight::Flight;
use ids::{Missing, View};
use learned::Learned;
pub(crate) use learned::{Lesson, Owned};
use memo::Memo;
use store::Guarded;

/// Time for which a command treats the index that it has read as current.
const FRESH_FOR: Duration = Duration::from_secs(60);

/// Finds owners and the other ids of add-ons, from an index of everything that the caller may see. Cheap to clone: clones
/// share the index.
#[derive(Clone, Debug)]
pub struct Resolver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Transport,
    store: Option<Arc<Guarded>>,
    known: RwLock<Known>,
    loading: Flight<()>,
    fetching: Flight<Result<Fetched>>,
    /// Number of summaries that this process has requested.
    asked: AtomicU64,
    unknown: Memo,
    /// Ids whose fresh look-up changed nothing.
    in_vain: Memo,
}

/// The state in memory.
#[derive(Debug, Default)]
struct Known {
    index: Option<Arc<Index>>,
    /// The request that the index came from, if this process sent it.
    asked: Option<Asked>,
    learned: Learned,
    /// The identity that all of this belongs to.
    identity: Arc<str>,
    /// Number of indexes before this one.
    generation: u64,
}

impl Known {
    fn view(&self) -> View<'_> {
        View { learned: Some(&self.learned), index: self.index.as_deref() }
    }

    /// Stores a new index. Lessons learned after its request are kept, because the index does not include
    /// them.
    fn replace(&mut self, fetched: &Fetched) {
        let mut learned = std::mem::take(&mut self.learned);
        if self.identity != fetched.identity {
            learned = Learned::default();
        } else if let Some(asked) = fetched.asked {
            learned.drop_before(asked.number);
        }
        *self = Self {
            index: Some(fetched.index.clone()),
            asked: fetched.asked,
            learned,
            identity: fetched.identity.clone(),
            generation: self.generation + 1,
        };
    }
}

/// A summary that this process asked for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Number of the summary, from 0.
    number: u64,
    at: Instant,
}

/// A moment, as the number of summaries that were asked for before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(u64);

type Fetching = Pin<Box<dyn Future<Output = Result<Fetched>> + Send>>;

/// An index that the platform gave.
#[derive(Clone)]
struct Fetched {
    index: Arc<Index>,
    /// The identity that the index belongs to; empty if that is not certain.
    identity: Arc<str>,
    /// `None` if another process asked for it.
    asked: Option<Asked>,
}

/// Ids that were found.
pub(crate) struct Found {
    pub(crate) ids: ResolvedIds,
    /// `true` if one of them was known before it was looked up.
    pub(crate) from_before: bool,
    generation: u64,
}

impl Resolver {
    pub(crate) fn new(transport: Transport, store: Option<Arc<dyn Store>>, unknown_for: Duration) -> Self {
        Self::assemble(transport, store.map(|store| Arc::new(Guarded::new(store))), unknown_for)
    }

    fn assemble(transport: Transport, store: Option<Arc<Guarded>>, unknown_for: Duration) -> Self {
        Self(Arc::new(Inner {
            transport,
            store,
            known: RwLock::default(),
            loading: Flight::default(),
            fetching: Flight::default(),
            asked: AtomicU64::new(0),
            unknown: Memo::new(unknown_for),
            in_vain: Memo::new(unknown_for),
        }))
    }

    /// A resolver with the same settings and store over another transport. Nothing that is in memory is shared.
    pub(crate) fn over(&self, transport: Transport) -> Self {
        Self::assemble(transport, self.0.store.clone(), self.0.unknown.ttl())
    }

    /// Returns the owner of a resource.
    ///
    /// # Errors
    /// [`ErrorKind::CannotResolveResource`](cc_runtime::ErrorKind::CannotResolveResource) if no resource with this id is
    /// visible to these credentials; [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) if no id can look like
    /// this; those of the request, if one is needed.
    pub async fn owner_of<'a>(&self, subject: impl Into<Subject<'a>>) -> Result<OwnerId> {
        let subject = subject.into();
        if let Some(owner) = self.with(|known| known.view().owner_of(subject).cloned()).flatten() {
            return Ok(owner);
        }
        // Most look-ups end above: what follows takes no room in their future.
        Box::pin(async move { Ok(self.resolve(&Ids::new().owner(None, subject)).await?.owner) }).await
    }

    /// Returns the `addon_…` id of an add-on, from either of its ids.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn addon_id(&self, id: impl Into<AnyAddonId>) -> Result<AddonId> {
        let id: AnyAddonId = id.into();
        Ok(self.resolve(&Ids::new().addon(&id)).await?.addon)
    }

    /// Returns the provider's own id of an add-on, such as `postgresql_…`, from either of its ids.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn real_addon_id(&self, id: impl Into<AnyAddonId>) -> Result<RealAddonId> {
        let id: AnyAddonId = id.into();
        Ok(self.resolve(&Ids::new().real_addon(&id)).await?.real_addon)
    }

    /// Resolves all these ids, with one request at most.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn resolve(&self, ids: &Ids<'_>) -> Result<ResolvedIds> {
        match self.look_up(ids) {
            Ok(found) => Ok(found.ids),
            Err(_) => Ok(Box::pin(self.find(ids, self.mark())).await?.ids),
        }
    }

    /// Reads the index from the platform now.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn refresh(&self) -> Result<Arc<Index>> {
        let since = self.mark();
        let (fetched, late) = self.fetch(false);
        let first = fetched.await?;
        // A fetch that was already in progress may miss the latest changes.
        let is_new = first.asked.is_some_and(|asked| !late || asked.number >= since.0);
        let mine = self.0.transport.is_identity(&first.identity);
        let last = if is_new && mine { first } else { self.fetch(false).0.await? };
        Ok(last.index)
    }

    /// Returns the index that is in memory.
    #[must_use]
    pub fn index(&self) -> Option<Arc<Index>> {
        self.with(|known| known.index.clone()).flatten()
    }

    /// Drops the state in memory: the index, the lessons of commands, and the unknown ids. A store keeps its
    /// index.
    pub fn forget(&self) {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        (known.index, known.asked, known.learned) = (None, None, Learned::default());
        known.generation += 1;
        self.0.unknown.clear();
        self.0.in_vain.clear();
    }

    /// The present moment.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.0.asked.load(Ordering::Acquire))
    }

    /// Remembers who owns these, as an answer to `identity` showed.
    #[allow(dead_code, reason = "the compiled domains decide whether it is used")]
    pub(crate) fn learn<'l>(
        &self,
        identity: &Arc<str>,
        owner: &OwnerId,
        lessons: impl IntoIterator<Item = Lesson<'l>>,
    ) {
        // Answers that arrived while the provider switched to another account belong to no identity.
        if !self.0.transport.is_identity(identity) {
            return;
        }
        let (owner, after) = (Arc::new(owner.clone()), self.mark().0);
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.identity != *identity {
            let generation = known.generation + 1;
            *known = Known { identity: identity.clone(), generation, ..Known::default() };
        }
        for lesson in lessons {
            known.learned.note(&owner, lesson, after);
        }
    }

    /// Finds ids. A summary that was asked for at or after `since` is fresh enough to tell that one is unknown.
    pub(crate) async fn find(&self, ids: &Ids<'_>, since: Mark) -> Result<Found> {
        let missing = match self.look_up(ids) {
            Ok(found) => return Ok(found),
            Err(missing) => missing,
        };
        missing.check()?;
        let asking = self.0.transport.identity();
        if self.0.unknown.holds(&asking, missing) {
            return Err(missing.error());
        }
        if let Some(store) = &self.0.store {
            let this = self.clone();
            let identity = self.0.transport.identity();
            let key = store.key(&self.0.transport, &identity);
            // Without what lies in the store, the platform is asked.
            let _ = self.0.loading.join(|| async move { this.load(key, identity).await })?.0.await;
            if let Ok(found) = self.look_up(ids) {
                return Ok(found);
            }
        }
        let fresh = self.fetch_until(since, |known| ids.look_up(known).ok()).await?;
        match fresh {
            Some(ids) => Ok(Found { ids, from_before: false, generation: 0 }),
            None => {
                let missing = self.look_up(ids).err().unwrap_or(missing);
                self.0.unknown.note(&asking, missing);
                Err(missing.error())
            }
        }
    }

    /// Looks up again ids that the platform refused. Returns `None` if the look-up finds no others.
    pub(crate) async fn find_anew(&self, ids: &Ids<'_>, refused: &Found, since: Mark) -> Option<ResolvedIds> {
        self.0.known.write().unwrap_or_else(PoisonError::into_inner).learned.forget(ids);
        let changed = |known: View<'_>| ids.look_up(known).ok().filter(|ids| *ids != refused.ids);
        let meanwhile = self.with(|known| {
            Some(known)
                .filter(|known| known.generation != refused.generation)
                .and_then(|known| changed(known.view()))
        });
        if let Some(Some(meanwhile)) = meanwhile {
            return Some(meanwhile);
        }
        let first = ids.first()?;
        let asking = self.0.transport.identity();
        if self.0.in_vain.holds(&asking, first) {
            return None;
        }
        match self.fetch_until(since, changed).await {
            Ok(Some(ids)) => Some(ids),
            Ok(None) => {
                self.0.in_vain.note(&asking, first);
                None
            }
            Err(error) => {
                tracing::debug!(%error, "could not refresh the index of ids");
                None
            }
        }
    }

    fn look_up<'a>(&self, ids: &Ids<'a>) -> Result<Found, Missing<'a>> {
        let found = self.with(|known| {
            let resolved = ids.look_up(known.view())?;
            Ok(Found { ids: resolved, from_before: ids.needs_index(), generation: known.generation })
        });
        found.unwrap_or_else(|| {
            Ok(Found { ids: ids.look_up(View::default())?, from_before: false, generation: 0 })
        })
    }

    /// Reads the state of the current identity; `None` if there is none.
    fn with<T>(&self, read: impl FnOnce(&Known) -> T) -> Option<T> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        self.0.transport.is_identity(&known.identity).then(|| read(&known))
    }

    /// Fetches the index until `look` returns a value. It fetches a second time only if the first fetch had
    /// already started and may miss the latest changes, if it belonged to another identity of the provider,
    /// or if it came from another process, which may have fetched it long ago.
    async fn fetch_until<T>(&self, since: Mark, look: impl Fn(View<'_>) -> Option<T>) -> Result<Option<T>> {
        // One that lay in the store, one that was on its way, one that began after the question.
        let rounds = if self.0.store.is_some() { 3 } else { 2 };
        for _ in 0..rounds {
            // Another part of the same command may have asked meanwhile.
            let fresh = self.with(|known| {
                let asked = known.asked.filter(|asked| asked.number >= since.0);
                asked.filter(|asked| asked.at.elapsed() < FRESH_FOR).map(|_| look(known.view()))
            });
            if let Some(found) = fresh.flatten() {
                return Ok(found);
            }
            let (fetched, late) = self.fetch(true);
            let Fetched { index, identity, asked } = fetched.await?;
            let mine = self.0.transport.is_identity(&identity);
            let view = View { learned: None, index: Some(&index) };
            if let (true, Some(found)) = (mine, look(view)) {
                return Ok(Some(found));
            }
            if mine && asked.is_some_and(|asked| !late || asked.number >= since.0) {
                break;
            }
        }
        Ok(None)
    }

    /// Fetches the index, or joins a fetch in progress, and returns whether it joined. If it is `shared`, the
    /// fetch of another process is sufficient.
    fn fetch(&self, shared: bool) -> (Fetching, bool) {
        let this = self.clone();
        let fetching = self.0.fetching.join(|| async move { this.fetch_now(shared).await });
        let again = self.clone();
        match fetching {
            Err(error) => (Box::pin(ready(Err(error))), false),
            // If the runtime of the caller that asked has ended, this caller asks.
            Ok((fetching, late)) => (
                Box::pin(async move {
                    match fetching.await {
                        Ok(fetched) => fetched,
                        Err(Lost) => again.fetch(shared).0.await,
                    }
                }),
                late,
            ),
        }
    }

    async fn fetch_now(&self, shared: bool) -> Result<Fetched> {
        let identity = self.0.transport.identity();
        let store = self.0.store.as_ref();
        let store = store.and_then(|store| Some((store, store.key(&self.0.transport, &identity)?)));
        let mut ticket = Ticket::none();
        if let (Some((store, key)), true) = (&store, shared) {
            let have = self.index().map(|index| index.fetched_at());
            match store.take_turn(key, have).await {
                Turn::Kept(index) => {
                    let fetched = Fetched { index, identity, asked: None };
                    self.keep(&fetched);
                    return Ok(fetched);
                }
                Turn::Ask(mine) => ticket = mine,
                _ => {}
            }
        }
        let asked = Asked { number: self.0.asked.fetch_add(1, Ordering::AcqRel), at: Instant::now() };
        let index = Arc::new(fetch::fetch(&self.0.transport).await?);
        tracing::debug!(?index, "the index of ids is fresh");
        // If the provider of credentials has switched accounts, the index may belong to either.
        if !self.0.transport.is_identity(&identity) {
            return Ok(Fetched { index, identity: "".into(), asked: Some(asked) });
        }
        let fetched = Fetched { index, identity, asked: Some(asked) };
        self.keep(&fetched);
        if let Some((store, key)) = &store {
            store.write(key, fetched.index.clone()).await;
        }
        // Processes that wait for the turn find the written index.
        drop(ticket);
        Ok(fetched)
    }

    /// Reads the index from the store, unless a fresher one came meanwhile.
    async fn load(&self, key: Option<String>, identity: Arc<str>) {
        let (Some(store), Some(key)) = (&self.0.store, key) else { return };
        let generation = self.0.known.read().unwrap_or_else(PoisonError::into_inner).generation;
        let Some(index) = store.read(&key).await else { return };
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        let mine = known.index.as_ref().filter(|_| known.identity == identity);
        let fresher = mine.is_none_or(|mine| index.fetched_at() > mine.fetched_at());
        if known.generation == generation && fresher {
            known.replace(&Fetched { index, identity, asked: None });
        }
    }

    fn keep(&self, fetched: &Fetched) {
        self.0.known.write().unwrap_or_else(PoisonError::into_inner).replace(fetched);
    }
}
