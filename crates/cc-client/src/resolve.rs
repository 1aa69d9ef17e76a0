//! Who owns what, and which id of an add-on is which.
//!
//! Most routes of the platform name the owner of what they are about, and some want the one id of an add-on, some the
//! other. A caller who gives an application's id should not have to know its owner. All of that is in an [`Index`], which
//! is read from the platform in one request (`GET /v2/summary`) when an id is asked for that it does not have, and kept:
//! in memory, and in a [`Store`] for the next process if there is one.
//!
//! - Any number of callers that miss ids at the same time share one request. It goes on as long as one of them waits.
//! - An id that the platform does not know either is remembered as unknown for a minute
//!   ([`ClientBuilder::unknown_ids_for`](crate::ClientBuilder::unknown_ids_for)): asking for it again costs nothing.
//!   When it turns up in the index meanwhile, it is known.
//! - What moved to another owner is noticed when the platform refuses the old one with 403 or 404: see
//!   [`Context::resolved`](crate::Context::resolved).
//! - An index belongs to one identity and one endpoint, in memory as in a store.

mod fetch;
#[cfg(not(target_family = "wasm"))]
mod file;
mod flight;
mod ids;
mod index;
mod memo;
mod scan;
mod store;
mod summary;

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cc_core::runtime::Lost;
use cc_core::transport::{Ticket, Turn};
use cc_core::{AddonId, AnyAddonId, OwnerId, RealAddonId, Result, Transport};

#[cfg(not(target_family = "wasm"))]
pub use file::FileStore;
pub use ids::{Ids, ResolvedIds, Subject};
pub use index::Index;
pub use store::{MemoryStore, Store, StoreFuture};

use flight::Flight;
use ids::Missing;
use memo::Memo;
use store::Guarded;

/// Finds owners and the other ids of add-ons, from an index of all that the caller may see. Cheap to clone: clones share
/// the index.
#[derive(Clone, Debug)]
pub struct Resolver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Transport,
    store: Option<Guarded>,
    known: RwLock<Known>,
    loading: Flight<()>,
    fetching: Flight<Result<Fetched>>,
    unknown: Memo,
    /// Ids whose fresh look-up changed nothing.
    in_vain: Memo,
}

/// The index that is in memory.
#[derive(Debug, Default)]
struct Known {
    index: Option<Arc<Index>>,
    /// Whose it is.
    identity: Arc<str>,
    /// How many there were before it.
    generation: u64,
}

type Fetching = Pin<Box<dyn Future<Output = Result<Fetched>> + Send>>;

/// An index that the platform gave.
#[derive(Clone)]
struct Fetched {
    index: Arc<Index>,
    /// The identity whose index it is; empty when that is not certain.
    identity: Arc<str>,
    /// Whether another process asked for it.
    by_others: bool,
}

/// Ids that were found.
pub(crate) struct Found {
    pub(crate) ids: ResolvedIds,
    /// Whether one of them comes from an index that was there before it was asked for.
    pub(crate) from_before: bool,
    generation: u64,
}

impl Resolver {
    pub(crate) fn new(transport: Transport, store: Option<Arc<dyn Store>>, unknown_for: Duration) -> Self {
        Self(Arc::new(Inner {
            transport,
            store: store.map(Guarded::new),
            known: RwLock::default(),
            loading: Flight::default(),
            fetching: Flight::default(),
            unknown: Memo::new(unknown_for),
            in_vain: Memo::new(unknown_for),
        }))
    }

    /// Who owns this.
    ///
    /// # Errors
    /// [`ErrorKind::CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when the caller may see nothing with
    /// this id; those of the request, when one is needed.
    pub async fn owner_of<'a>(&self, subject: impl Into<Subject<'a>>) -> Result<OwnerId> {
        Ok(self.resolve(&Ids::new().owner(None, subject)).await?.owner)
    }

    /// The `addon_…` id of an add-on, of which either id is given.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn addon_id(&self, id: impl Into<AnyAddonId>) -> Result<AddonId> {
        Ok(self.resolve(&Ids::new().addon(&id.into())).await?.addon)
    }

    /// The provider's own id of an add-on, such as `postgresql_…`, of which either id is given.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn real_addon_id(&self, id: impl Into<AnyAddonId>) -> Result<RealAddonId> {
        Ok(self.resolve(&Ids::new().real_addon(&id.into())).await?.real_addon)
    }

    /// All these ids, with one request at most.
    ///
    /// # Errors
    /// Like [`owner_of`](Self::owner_of).
    pub async fn resolve(&self, ids: &Ids<'_>) -> Result<ResolvedIds> {
        Ok(self.find(ids).await?.ids)
    }

    /// Reads the index from the platform now.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn refresh(&self) -> Result<Arc<Index>> {
        let (fetched, late) = self.fetch(false);
        let first = fetched.await?;
        // One that was on its way already may not know what happened just before this was called.
        let again = late || first.by_others || first.identity != self.0.transport.identity();
        let last = if again { self.fetch(false).0.await? } else { first };
        Ok(last.index)
    }

    /// The index that is in memory.
    #[must_use]
    pub fn index(&self) -> Option<Arc<Index>> {
        self.with_index(|index, _| index.cloned())
    }

    /// Forgets the index that is in memory, and which ids are unknown. What is in a store stays.
    pub fn forget(&self) {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        known.index = None;
        known.generation += 1;
        self.0.unknown.clear();
        self.0.in_vain.clear();
    }

    pub(crate) async fn find(&self, ids: &Ids<'_>) -> Result<Found> {
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
        let fresh = self.fetch_until(|index| ids.look_up(Some(index)).ok()).await?;
        match fresh {
            Some(ids) => Ok(Found { ids, from_before: false, generation: 0 }),
            None => {
                let missing = self.look_up(ids).err().unwrap_or(missing);
                self.0.unknown.note(&asking, missing);
                Err(missing.error())
            }
        }
    }

    /// Looks ids up afresh that the platform refused. `None` when that gives the same ones, or none.
    pub(crate) async fn find_anew(&self, ids: &Ids<'_>, refused: &Found) -> Option<ResolvedIds> {
        let changed = |index: &Index| ids.look_up(Some(index)).ok().filter(|ids| *ids != refused.ids);
        let meanwhile = self.with_index(|index, generation| {
            index.filter(|_| generation != refused.generation).and_then(|index| changed(index))
        });
        if meanwhile.is_some() {
            return meanwhile;
        }
        let what = ids.first()?;
        let asking = self.0.transport.identity();
        if self.0.in_vain.holds(&asking, what) {
            return None;
        }
        match self.fetch_until(changed).await {
            Ok(Some(ids)) => Some(ids),
            Ok(None) => {
                self.0.in_vain.note(&asking, what);
                None
            }
            Err(error) => {
                tracing::debug!(%error, "ids could not be looked up afresh");
                None
            }
        }
    }

    fn look_up<'a>(&self, ids: &Ids<'a>) -> Result<Found, Missing<'a>> {
        self.with_index(|index, generation| {
            let resolved = ids.look_up(index.map(|index| &**index))?;
            Ok(Found { ids: resolved, from_before: ids.needs_index(), generation })
        })
    }

    fn with_index<T>(&self, read: impl FnOnce(Option<&Arc<Index>>, u64) -> T) -> T {
        let identity = self.0.transport.identity();
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        let index = known.index.as_ref().filter(|_| known.identity == identity);
        read(index, known.generation)
    }

    /// Fetches the index until `look` gives something: a second time only when the first was on its way already, and so may
    /// not know what happened just before, or was given to somebody else, whose credentials the provider gave before; and
    /// when it came from another process, which may have asked long ago.
    async fn fetch_until<T>(&self, look: impl Fn(&Index) -> Option<T>) -> Result<Option<T>> {
        // One that lay in the store, one that was on its way, one that began after the question.
        let rounds = if self.0.store.is_some() { 3 } else { 2 };
        for _ in 0..rounds {
            let (fetched, late) = self.fetch(true);
            let Fetched { index, identity, by_others } = fetched.await?;
            let mine = identity == self.0.transport.identity();
            if let (true, Some(found)) = (mine, look(&index)) {
                return Ok(Some(found));
            }
            if mine && !late && !by_others {
                break;
            }
        }
        Ok(None)
    }

    /// The index that the platform is asked for now, or was asked for and did not answer yet; and whether it is the latter.
    /// When it is `shared`, one that another process asks for will do.
    fn fetch(&self, shared: bool) -> (Fetching, bool) {
        let this = self.clone();
        let fetching = self.0.fetching.join(|| {
            async move {
                let identity = this.0.transport.identity();
                let store = this.0.store.as_ref();
                let store = store.and_then(|store| Some((store, store.key(&this.0.transport, &identity)?)));
                let mut ticket = Ticket::none();
                if let (Some((store, key)), true) = (&store, shared) {
                    let have = this.with_index(|index, _| index.map(|index| index.fetched_at()));
                    match store.take_turn(key, have).await {
                        Turn::Kept(index) => {
                            this.keep(index.clone(), identity.clone());
                            return Ok(Fetched { index, identity, by_others: true });
                        }
                        Turn::Ask(mine) => ticket = mine,
                        _ => {}
                    }
                }
                let index = Arc::new(fetch::fetch(&this.0.transport).await?);
                tracing::debug!(ids = index.len(), "the index of ids is fresh");
                // A provider of credentials that has switched accounts: the index may be that of either.
                if identity != this.0.transport.identity() {
                    return Ok(Fetched { index, identity: "".into(), by_others: false });
                }
                this.keep(index.clone(), identity.clone());
                if let Some((store, key)) = &store {
                    store.write(key, index.clone()).await;
                }
                // Who waits for the turn finds what was written.
                drop(ticket);
                Ok(Fetched { index, identity, by_others: false })
            }
        });
        let again = self.clone();
        match fetching {
            Err(error) => (Box::pin(ready(Err(error))), false),
            // When the runtime of the caller that asked has ended, this one asks.
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

    /// Reads the index from the store, unless a fresher one came meanwhile.
    async fn load(&self, key: Option<String>, identity: Arc<str>) {
        let (Some(store), Some(key)) = (&self.0.store, key) else { return };
        let generation = self.with_index(|_, generation| generation);
        let Some(index) = store.read(&key).await else { return };
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        let mine = known.index.as_ref().filter(|_| known.identity == identity);
        let fresher = mine.is_none_or(|mine| index.fetched_at() > mine.fetched_at());
        if known.generation == generation && fresher {
            *known = Known { index: Some(index), identity, generation: generation + 1 };
        }
    }

    fn keep(&self, index: Arc<Index>, identity: Arc<str>) {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known { index: Some(index), identity, generation: known.generation + 1 };
    }
}
