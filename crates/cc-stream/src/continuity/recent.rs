//! Fingerprints of the latest events: a record of seen events in bounded memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Fingerprint of an event: keyed hashes of its id, and of its name and data.
///
/// An id alone does not identify an event: servers restart their counters, and some name the instance or the second.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Print {
    id: u64,
    content: u64,
}

impl fmt::Debug for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.id, self.content)
    }
}

/// Written as hexadecimal text, because not every reader of JSON keeps 64 bits of a number.
impl Serialize for Print {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Print {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let number = u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)?;
        Ok(Self { id: (number >> 64) as u64, content: number as u64 })
    }
}

/// The bit of an id's hash that says, in the memory of [`Recent`], that the event is an item.
const ITEM: u64 = 1;

/// The key of the hashes. A cursor carries it, so that another process makes the same fingerprints.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) seed: u64,
    secrets: RapidSecrets,
}

impl Key {
    /// Key of this process, drawn at random: without it, no one can construct colliding events.
    pub(super) fn of_process() -> Self {
        static SEED: OnceLock<u64> = OnceLock::new();
        Self::new(*SEED.get_or_init(crate::local::chance))
    }

    pub(super) fn new(seed: u64) -> Self {
        Self { seed, secrets: RapidSecrets::seed(seed) }
    }

    #[inline]
    pub(super) fn print(&self, id: &str, name: &str, data: &str) -> Print {
        let hash = |text: &str| rapidhash_v3_seeded(text.as_bytes(), &self.secrets);
        Print { id: hash(id) & !ITEM, content: hash(data) ^ hash(name).rotate_left(32) }
    }
}

/// Knowledge about an event from an earlier connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recall {
    Nothing,
    /// The id is that of another event.
    Id,
    /// The id and the content.
    Event,
}

/// The last events, as fingerprints.
#[derive(Debug)]
pub(super) struct Recent {
    window: usize,
    /// 16 bytes each; the [`ITEM`] bit is set for items.
    events: VecDeque<Print>,
    /// Number of events received on this connection.
    here: usize,
    /// The ids of this connection ascend, so that none comes twice.
    ascends: bool,
    /// Events before this connection.
    before: Before,
}

#[derive(Debug, Default)]
struct Before {
    events: HashSet<Print, BuildHasherDefault<Hashed>>,
    ids: HashSet<u64, BuildHasherDefault<Hashed>>,
}

impl Recent {
    pub(super) fn new(window: usize) -> Self {
        Self { window, events: VecDeque::new(), here: 0, ascends: true, before: Before::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Adds an event. `ascends`: its id comes after that of the one before it on this connection, in an order without
    /// cycles.
    #[inline]
    pub(super) fn push(&mut self, print: Print, is_item: bool, ascends: bool) {
        if self.events.len() == self.window {
            self.events.pop_front();
        }
        self.events.push_back(Print { id: print.id | u64::from(is_item), ..print });
        self.here = (self.here + 1).min(self.window);
        self.ascends &= ascends;
    }

    /// Returns `true` if an item of this connection has the id of an event before it on this connection.
    pub(super) fn repeats(&self) -> bool {
        if self.ascends {
            return false;
        }
        let mut ids = HashSet::<u64, BuildHasherDefault<Hashed>>::default();
        let here = self.events.iter().skip(self.events.len() - self.here);
        here.into_iter().any(|seen| !ids.insert(seen.id & !ITEM) && seen.id & ITEM != 0)
    }

    /// A new connection: what came so far, came before. `once`: events that came several times are not recognised, for
    /// nothing tells one of them from the next.
    pub(super) fn remember(&mut self, once: bool) {
        let events = || self.events.iter().map(|seen| Print { id: seen.id & !ITEM, ..*seen });
        self.before.ids.clear();
        self.before.ids.extend(events().map(|print| print.id));
        self.before.events.clear();
        self.before.events.extend(events());
        if once {
            let mut counts = HashMap::<Print, usize, BuildHasherDefault<Hashed>>::default();
            events().for_each(|print| *counts.entry(print).or_default() += 1);
            self.before.events.retain(|print| counts.get(print) == Some(&1));
        }
        (self.here, self.ascends) = (0, true);
    }

    #[inline]
    pub(super) fn recall(&self, print: Print) -> Recall {
        if self.before.ids.is_empty() || !self.before.ids.contains(&print.id) {
            Recall::Nothing
        } else if self.before.events.contains(&print) {
            Recall::Event
        } else {
            Recall::Id
        }
    }

    /// An event came again, and will not do so once more.
    pub(super) fn forget(&mut self, print: Print) {
        self.before.events.remove(&print);
    }
}

/// Hashes numbers that already are keyed hashes.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(29) ^ number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
