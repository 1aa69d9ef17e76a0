//! All ids that the caller may see, packed: one arena of text, 12 bytes an id and a hash table of positions.

use std::fmt;
use std::hash::BuildHasher;

use cc_core::{AddonId, MAX_ID_BYTES, OwnerId, RealAddonId, Timestamp};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Subject;

/// The most memory that an index takes, in bytes: room for some four million ids.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// What an id takes beside its text, in bytes: its entry, and its place in a table that is less than half full.
const ENTRY_BYTES: usize = size_of::<Entry>() + 10;

/// The owners of all resources, as the platform listed them at one moment.
///
/// An id takes 45 bytes of text and about 20 bytes of bookkeeping: a million ids take some 65 MB.
pub struct Index {
    fetched_at: Timestamp,
    owners: Vec<OwnerId>,
    /// The text of every id, one after the other.
    text: String,
    entries: Vec<Entry>,
    /// Positions in `entries`.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What an id is the id of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Application,
    /// The `addon_…` id. Its other id, if it has one, is the next entry.
    Addon,
    /// The provider's own id of the add-on before it.
    RealAddon,
    Provider,
    Consumer,
}

/// Where the text of an id starts (it ends where the next one starts), whose it is, and what.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    owner: u32,
    kind: Kind,
}

impl Index {
    /// An index of nothing.
    #[must_use]
    pub fn empty(fetched_at: Timestamp) -> Self {
        Builder::default().build(fetched_at)
    }

    /// When the platform was asked.
    #[must_use]
    pub fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// How many ids it holds; an add-on has two.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Who owns this.
    #[must_use]
    pub fn owner_of(&self, subject: Subject<'_>) -> Option<&OwnerId> {
        let entry = match subject {
            Subject::Application(id) => self.find(Kind::Application, id.as_str()),
            Subject::Addon(id) => self.find_addon(id.as_str()),
            Subject::Resource(id) => {
                self.find(Kind::Application, id.as_str()).or_else(|| self.find_addon(id.as_str()))
            }
            Subject::AddonProvider(id) => self.find(Kind::Provider, id.as_str()),
            Subject::Consumer(id) => self.find(Kind::Consumer, id.as_str()),
        }?;
        Some(&self.owners[self.entries[entry].owner as usize])
    }

    /// The `addon_…` id of the add-on that its provider knows under this id.
    #[must_use]
    pub fn addon_id(&self, real: &str) -> Option<AddonId> {
        let entry = self.find(Kind::RealAddon, real)?;
        Some(AddonId::from(self.text_of(entry.checked_sub(1)?)))
    }

    /// The provider's own id of this `addon_…`.
    #[must_use]
    pub fn real_addon_id(&self, addon: &str) -> Option<RealAddonId> {
        let other = self.find(Kind::Addon, addon)? + 1;
        (self.entries.get(other)?.kind == Kind::RealAddon).then(|| RealAddonId::from(self.text_of(other)))
    }

    fn find_addon(&self, id: &str) -> Option<usize> {
        self.find(Kind::Addon, id).or_else(|| self.find(Kind::RealAddon, id))
    }

    fn find(&self, kind: Kind, id: &str) -> Option<usize> {
        let is =
            |&entry: &u32| self.entries[entry as usize].kind == kind && self.text_of(entry as usize) == id;
        self.table.find(self.hasher.hash_one(id), is).map(|&entry| entry as usize)
    }

    fn text_of(&self, entry: usize) -> &str {
        text_of(&self.text, &self.entries, entry)
    }

    /// Every owner with its ids, the ids of one kind together.
    pub(super) fn by_owner(&self) -> impl Iterator<Item = (&OwnerId, impl Iterator<Item = (Kind, &str)>)> {
        let mut start = 0;
        self.entries.chunk_by(|a, b| a.owner == b.owner).map(move |owned| {
            let first = start;
            start += owned.len();
            let ids = owned.iter().enumerate().map(move |(at, entry)| (entry.kind, self.text_of(first + at)));
            (&self.owners[owned[0].owner as usize], ids)
        })
    }
}

fn text_of<'a>(text: &'a str, entries: &[Entry], entry: usize) -> &'a str {
    let end = entries.get(entry + 1).map_or(text.len(), |next| next.start as usize);
    &text[entries[entry].start as usize..end]
}

impl fmt::Debug for Index {
    /// Shows how much it holds, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("fetched_at", &self.fetched_at)
            .field("owners", &self.owners.len())
            .field("ids", &self.len())
            .finish_non_exhaustive()
    }
}

/// Takes ids as they are read.
#[derive(Default)]
pub(super) struct Builder {
    owners: Vec<OwnerId>,
    text: String,
    entries: Vec<Entry>,
    /// The memory that all of it takes, at most.
    bytes: usize,
}

impl Builder {
    /// A place for an owner whose id may come after what it owns.
    pub(super) fn owner(&mut self) -> Result<u32, &'static str> {
        self.grow(size_of::<OwnerId>() + MAX_ID_BYTES)?;
        self.owners.push(OwnerId::default());
        // The bound in bytes leaves room for less than 2³² owners.
        Ok((self.owners.len() - 1) as u32)
    }

    /// Makes sure that the index may take this much more memory.
    fn grow(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.bytes += bytes;
        if self.bytes > MAX_BYTES { Err("its ids take more than 256 MiB of memory") } else { Ok(()) }
    }

    pub(super) fn name_owner(&mut self, owner: u32, id: &str) {
        self.owners[owner as usize] = id.into();
    }

    /// Adds an id. An empty one stands for no id.
    pub(super) fn add(&mut self, owner: u32, kind: Kind, id: &str) -> Result<(), &'static str> {
        if !id.is_empty() {
            self.grow(id.len() + ENTRY_BYTES)?;
            // The bound in bytes leaves room for less than 2³² bytes of text.
            self.entries.push(Entry { start: self.text.len() as u32, owner, kind });
            self.text.push_str(id);
        }
        Ok(())
    }

    /// Adds an add-on. It may lack its other id.
    pub(super) fn add_addon(&mut self, owner: u32, id: &str, real: &str) -> Result<(), &'static str> {
        if id.is_empty() {
            return Ok(());
        }
        self.add(owner, Kind::Addon, id)?;
        self.add(owner, Kind::RealAddon, real)
    }

    pub(super) fn build(self, fetched_at: Timestamp) -> Index {
        let Self { owners, mut text, mut entries, .. } = self;
        text.shrink_to_fit();
        entries.shrink_to_fit();
        let hasher = DefaultHashBuilder::default();
        let mut table = HashTable::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            // An owner whose id did not come owns nothing that could be asked for.
            if owners[entry.owner as usize].as_str().is_empty() {
                continue;
            }
            let id = text_of(&text, &entries, at);
            let same = |&other: &u32| {
                entries[other as usize].kind == entry.kind && text_of(&text, &entries, other as usize) == id
            };
            let hash = |&other: &u32| hasher.hash_one(text_of(&text, &entries, other as usize));
            // What is listed twice belongs to the one that is listed last.
            match table.entry(hasher.hash_one(id), same, hash) {
                hashbrown::hash_table::Entry::Occupied(mut found) => *found.get_mut() = at as u32,
                hashbrown::hash_table::Entry::Vacant(place) => {
                    place.insert(at as u32);
                }
            }
        }
        Index { fetched_at, owners, text, entries, table, hasher }
    }
}
