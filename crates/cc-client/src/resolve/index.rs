//! All ids that the caller may see, packed: one arena of text, 12 bytes an id and a hash table of positions.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use cc_runtime::{AddonId, MAX_ID_BYTES, OwnerId, RealAddonId, Timestamp};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Subject;

/// The most memory that an index takes, in bytes: room for some four million ids.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Size of an entry besides the text of its id, in bytes: the entry, and its slot in a hash table that is
/// less than half full.
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
    /// Positions in `entries`. It is built when it is worth it: a program that asks for one id does not need it.
    table: OnceLock<HashTable<u32>>,
    /// Number of lookups without the table.
    scans: AtomicU8,
    hasher: DefaultHashBuilder,
}

/// Number of lookups that scan all ids before the table is built. An id of unknown kind takes three scans,
/// and the table costs as much as about thirty.
const MAX_SCANS: u8 = 6;

/// Kind of an id.
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

/// Start of the text of an id (it ends where the next one starts), its owner, and its kind.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    owner: u32,
    kind: Kind,
}

impl Index {
    /// Creates an empty index.
    #[must_use]
    pub fn empty(fetched_at: Timestamp) -> Self {
        Builder::default().build(fetched_at)
    }

    /// Returns the time at which the platform was asked.
    #[must_use]
    pub fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// Returns the number of ids; an add-on has two.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().len()
    }

    /// Returns `true` if the index has no ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table().is_empty()
    }

    /// Returns the owner of a resource.
    #[must_use]
    pub fn owner_of(&self, subject: Subject<'_>) -> Option<&OwnerId> {
        let entry = match subject {
            Subject::Application(id) => self.find(Kind::Application, id),
            Subject::Addon(id) => self.find_addon(id),
            Subject::Resource(id) => self.find(Kind::Application, id).or_else(|| self.find_addon(id)),
            Subject::AddonProvider(id) => self.find(Kind::Provider, id),
            Subject::Consumer(id) => self.find(Kind::Consumer, id),
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
        let table = match self.table.get() {
            Some(table) => table,
            None if self.scans.fetch_add(1, Ordering::Relaxed) < MAX_SCANS => return self.scan(kind, id),
            None => self.table(),
        };
        let is =
            |&entry: &u32| self.entries[entry as usize].kind == kind && self.text_of(entry as usize) == id;
        table.find(self.hasher.hash_one(id), is).map(|&entry| entry as usize)
    }

    /// Finds an id like the table, by scanning all ids. An id that is listed twice belongs to its last owner.
    fn scan(&self, kind: Kind, id: &str) -> Option<usize> {
        let mut end = self.text.len();
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let start = entry.start as usize;
            if entry.kind == kind
                && end - start == id.len()
                && self.text.as_bytes()[start..end] == *id.as_bytes()
                && self.is_owned(entry)
            {
                return Some(at);
            }
            end = start;
        }
        None
    }

    /// An owner whose id did not come owns nothing that could be asked for.
    fn is_owned(&self, entry: &Entry) -> bool {
        !self.owners[entry.owner as usize].as_str().is_empty()
    }

    fn table(&self) -> &HashTable<u32> {
        self.table.get_or_init(|| {
            let mut table = HashTable::with_capacity(self.entries.len());
            for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| self.is_owned(entry)) {
                let id = self.text_of(at);
                let same = |&other: &u32| {
                    self.entries[other as usize].kind == entry.kind && self.text_of(other as usize) == id
                };
                let hash = |&other: &u32| self.hasher.hash_one(self.text_of(other as usize));
                // An id that is listed twice belongs to the owner that lists it last.
                match table.entry(self.hasher.hash_one(id), same, hash) {
                    hashbrown::hash_table::Entry::Occupied(mut found) => *found.get_mut() = at as u32,
                    hashbrown::hash_table::Entry::Vacant(place) => {
                        place.insert(at as u32);
                    }
                }
            }
            table
        })
    }

    fn text_of(&self, entry: usize) -> &str {
        let end = self.entries.get(entry + 1).map_or(self.text.len(), |next| next.start as usize);
        &self.text[self.entries[entry].start as usize..end]
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

impl fmt::Debug for Index {
    /// Shows the number of ids, not the ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("fetched_at", &self.fetched_at)
            .field("owners", &self.owners.len())
            .field("ids", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// Collects ids as they are read.
#[derive(Default)]
pub(super) struct Builder {
    owners: Vec<OwnerId>,
    text: String,
    entries: Vec<Entry>,
    /// The memory that all of it takes, at most.
    bytes: usize,
}

impl Builder {
    /// Reserves an entry for an owner whose id may come after its resources.
    pub(super) fn owner(&mut self) -> Result<u32, &'static str> {
        self.grow(size_of::<OwnerId>() + MAX_ID_BYTES)?;
        self.owners.push(OwnerId::default());
        // The bound in bytes leaves room for less than 2³² owners.
        Ok((self.owners.len() - 1) as u32)
    }

    /// Checks that the index may grow by this number of bytes.
    fn grow(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.bytes += bytes;
        if self.bytes > MAX_BYTES { Err("the ids need more than 256 MiB of memory") } else { Ok(()) }
    }

    pub(super) fn name_owner(&mut self, owner: u32, id: &str) {
        self.owners[owner as usize] = id.into();
    }

    /// Adds an id. An empty text means no id.
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
        Index {
            fetched_at,
            owners,
            text,
            entries,
            table: OnceLock::new(),
            scans: AtomicU8::new(0),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_ups_before_and_after_the_table_is_built_find_the_same() {
        let mut builder = Builder::default();
        let owners: Vec<u32> = (0..4).map(|_| builder.owner().unwrap()).collect();
        // The last owner has no id.
        for (owner, id) in owners.iter().zip(["a", "b", "c"]) {
            builder.name_owner(*owner, id);
        }
        for (number, owner) in owners.iter().cycle().take(40).enumerate() {
            builder.add(*owner, Kind::Application, &format!("app_{}", number % 25)).unwrap();
            builder.add_addon(*owner, &format!("addon_{number}"), &format!("redis_{number}")).unwrap();
        }
        let index = builder.build(Timestamp::now());
        for kind in [Kind::Application, Kind::Addon, Kind::RealAddon] {
            for prefix in ["app", "addon", "redis"] {
                for number in 0..41 {
                    let id = format!("{prefix}_{number}");
                    let scanned = index.scan(kind, &id);
                    index.table();
                    assert_eq!(scanned, index.find(kind, &id), "{id}");
                }
            }
        }
    }
}
