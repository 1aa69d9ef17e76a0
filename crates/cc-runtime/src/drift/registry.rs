//! The places that are known, with their counts. Its memory is bounded.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

#[cfg(not(target_family = "wasm"))]
use super::DriftFile;
use super::DriftReport;
use crate::de::{Drift, DriftKind};
use crate::lock::lock;
use crate::operation_info::OperationInfo;
use crate::time::Timestamp;

/// Maximum number of places that one registry reports.
const PLACES: usize = 1024;

/// Maximum number of unknown fields of one object that are named: of an object with more, the keys are data.
const NAMED: usize = 32;

/// Longest name of an unknown field that a report contains, in bytes.
const LONGEST_NAME: usize = 64;

/// Longest pointer, in bytes.
const LONGEST_POINTER: usize = 512;

/// Slots of the hash table: a power of two, four times the number of places.
const SLOTS: usize = 4096;

/// Number of slots that one hash may be in.
const PROBES: usize = 16;

/// Hash of a place: of the operation, the kind, and the keys of its pointer from the last to the first.
#[derive(Clone, Copy)]
pub(crate) struct Hash(u64);

impl Hash {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    pub(crate) fn start(info: &'static OperationInfo, kind: DriftKind) -> Self {
        Self((std::ptr::from_ref(info).addr() as u64).wrapping_add(kind as u64)).mixed(0)
    }

    fn mixed(self, word: u64) -> Self {
        Self((self.0.rotate_left(23) ^ word).wrapping_mul(Self::FACTOR))
    }

    #[inline]
    pub(crate) fn step(self, key: &str) -> Self {
        let mut hash = self.mixed(key.len() as u64);
        let (words, rest) = key.as_bytes().as_chunks::<8>();
        for word in words {
            hash = hash.mixed(u64::from_le_bytes(*word));
        }
        let last = rest.iter().fold(0, |last, byte| (last << 8) | u64::from(*byte));
        hash.mixed(last)
    }

    /// Adds the keys of a pointer. Escaped keys give another hash than their names: then the registry compares texts.
    pub(crate) fn pointer(self, pointer: &str) -> Self {
        pointer.rsplit('/').take(pointer.matches('/').count()).fold(self, Hash::step)
    }

    /// The hash, which is not 0.
    pub(crate) fn end(self) -> u64 {
        (self.0 ^ (self.0 >> 32)).max(1)
    }
}

/// The places of the answers to one transport.
#[derive(Default)]
pub(crate) struct Registry {
    /// Made for the first difference.
    table: OnceLock<Table>,
    /// `true` if a report waits for [`drain`](Self::drain).
    has_news: AtomicBool,
    #[cfg(not(target_family = "wasm"))]
    file: Option<DriftFile>,
}

struct Table {
    slots: Box<[Slot]>,
    counts: Box<[Count]>,
    places: Mutex<Vec<Known>>,
}

#[derive(Default)]
struct Slot {
    /// 0 in a free slot.
    hash: AtomicU64,
    place: AtomicU32,
}

#[derive(Default)]
struct Count {
    count: AtomicU64,
    last_seen: AtomicI64,
}

struct Known {
    report: DriftReport,
    is_told: bool,
    /// The part of the count that is in the file.
    #[cfg_attr(target_family = "wasm", allow(dead_code))] // There is no file.
    written: u64,
}

impl Table {
    fn new() -> Self {
        Self {
            slots: std::iter::repeat_with(Slot::default).take(SLOTS).collect(),
            counts: std::iter::repeat_with(Count::default).take(PLACES).collect(),
            places: Mutex::default(),
        }
    }

    fn probes(&self, hash: u64) -> impl Iterator<Item = &Slot> {
        let first = usize::try_from(hash % SLOTS as u64).unwrap_or_default();
        (first..first + PROBES).filter_map(|at| self.slots.get(at % SLOTS))
    }

    fn find(&self, hash: u64) -> Option<usize> {
        for slot in self.probes(hash) {
            match slot.hash.load(Ordering::Acquire) {
                0 => return None,
                known if known == hash => return usize::try_from(slot.place.load(Ordering::Relaxed)).ok(),
                _ => {}
            }
        }
        None
    }

    /// Counts an answer, and returns the new count.
    fn met(&self, place: usize) -> u64 {
        let Some(count) = self.counts.get(place) else { return 0 };
        count.last_seen.store(now(), Ordering::Relaxed);
        count.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn report(&self, place: usize, known: &Known) -> DriftReport {
        let mut report = known.report.clone();
        if let Some(count) = self.counts.get(place) {
            report.count = count.count.load(Ordering::Relaxed);
            let last = Timestamp::from_millis(count.last_seen.load(Ordering::Relaxed));
            report.last_seen = last.unwrap_or(report.first_seen).max(report.first_seen);
        }
        report
    }
}

impl Registry {
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn new(file: Option<DriftFile>) -> Self {
        let mut registry = Self::default();
        registry.file = file;
        registry
    }

    /// Counts an answer at a known place. `false`: the place may be unknown.
    pub(crate) fn count(&self, hash: u64) -> bool {
        let Some(table) = self.table.get() else { return false };
        let Some(place) = table.find(hash) else { return false };
        self.counted(table, place);
        true
    }

    fn counted(&self, table: &Table, place: usize) {
        if table.met(place).is_power_of_two() && self.is_filed() {
            self.has_news.store(true, Ordering::Relaxed);
        }
    }

    #[cfg(not(target_family = "wasm"))]
    fn is_filed(&self) -> bool {
        self.file.is_some()
    }

    #[cfg(target_family = "wasm")]
    fn is_filed(&self) -> bool {
        false
    }

    /// Counts an answer at a place whose hash is not known yet.
    #[cold]
    pub(crate) fn add(
        &self,
        hash: u64,
        info: &'static OperationInfo,
        mut pointer: String,
        kind: DriftKind,
        expected: Option<Cow<'static, str>>,
        found: Option<&'static str>,
    ) {
        let table = self.table.get_or_init(Table::new);
        let mut places = lock(&table.places);
        if kind == DriftKind::UnknownField {
            anonymous(&mut pointer, info, &places);
        }
        if pointer.len() > LONGEST_POINTER {
            return;
        }
        let is_this = |known: &Known| {
            let report = &known.report;
            std::ptr::eq(report.info, info) && report.kind == kind && report.pointer == pointer
        };
        let place = match places.iter().position(is_this) {
            Some(place) => place,
            None if places.len() == PLACES => return,
            None => {
                let now = Timestamp::now();
                let expected = expected.map(by_spec);
                let (first_seen, last_seen) = (now, now);
                let report =
                    DriftReport { info, pointer, kind, expected, found, count: 0, first_seen, last_seen };
                places.push(Known { report, is_told: false, written: 0 });
                self.has_news.store(true, Ordering::Release);
                places.len() - 1
            }
        };
        let free = table
            .probes(hash)
            .find(|slot| matches!(slot.hash.load(Ordering::Relaxed), known if known == 0 || known == hash));
        if let (Some(slot), Ok(number)) = (free, u32::try_from(place)) {
            slot.place.store(number, Ordering::Relaxed);
            slot.hash.store(hash, Ordering::Release);
        }
        self.counted(table, place);
    }

    /// Counts the differences of one answer that were handled.
    #[cold]
    pub(crate) fn handled(&self, info: &'static OperationInfo, drift: &[Drift]) {
        let mut counted: Vec<(&str, DriftKind)> = Vec::new();
        for Drift { pointer, kind, expected, found, .. } in drift {
            if counted.len() == PLACES || counted.contains(&(pointer, *kind)) {
                continue;
            }
            counted.push((pointer, *kind));
            let hash = Hash::start(info, *kind).pointer(pointer).end();
            if !self.count(hash) {
                self.add(hash, info, pointer.clone(), *kind, expected.clone(), *found);
            }
        }
    }

    /// Returns `true` if [`drain`](Self::drain) has something to do.
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.has_news.load(Ordering::Acquire)
    }

    /// Writes what is due, and returns the reports that were not returned before.
    #[cold]
    pub(crate) fn drain(&self) -> Vec<DriftReport> {
        if !self.has_news.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        self.write(|written, count| written == 0 || count / 2 >= written);
        let Some(table) = self.table.get() else { return Vec::new() };
        let mut places = lock(&table.places);
        let new = places.iter_mut().enumerate().filter(|(_, known)| !known.is_told);
        new.map(|(place, known)| {
            known.is_told = true;
            table.report(place, known)
        })
        .collect()
    }

    /// All places with their counts, in the order in which they were first met.
    pub(crate) fn reports(&self) -> Vec<DriftReport> {
        let Some(table) = self.table.get() else { return Vec::new() };
        let places = lock(&table.places);
        places.iter().enumerate().map(|(place, known)| table.report(place, known)).collect()
    }

    #[cfg(not(target_family = "wasm"))]
    fn write(&self, is_due: impl Fn(u64, u64) -> bool) {
        let (Some(file), Some(table)) = (&self.file, self.table.get()) else { return };
        let mut places = lock(&table.places);
        for (place, known) in places.iter_mut().enumerate() {
            let report = table.report(place, known);
            let total = report.count;
            if total == known.written || !is_due(known.written, total) {
                continue;
            }
            let line = DriftReport { count: total - known.written, ..report };
            match file.write(&line) {
                Ok(()) => known.written = total,
                Err(error) => {
                    tracing::warn!(target: super::TARGET, %error, "could not write to the file of drift reports");
                    return;
                }
            }
        }
    }

    #[cfg(target_family = "wasm")]
    fn write(&self, _: impl Fn(u64, u64) -> bool) {}
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.write(|_, _| true);
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

/// Replaces the name of an unknown field that may be data: one that no field has, and one of an object with many.
fn anonymous(pointer: &mut String, info: &'static OperationInfo, places: &[Known]) {
    let Some((object, name)) = pointer.rsplit_once('/') else { return };
    let is_name = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$@".contains(&byte))
        && !name.starts_with(|first: char| first.is_ascii_digit());
    let is_sibling = |known: &&Known| {
        let report = &known.report;
        let parent = report.pointer.rsplit_once('/').map(|(parent, _)| parent);
        std::ptr::eq(report.info, info) && report.kind == DriftKind::UnknownField && parent == Some(object)
    };
    let is_known = places.iter().any(|known| is_sibling(&known) && known.report.pointer == *pointer);
    if !is_name || (!is_known && places.iter().filter(is_sibling).count() >= NAMED) {
        let length = object.len();
        pointer.truncate(length);
        pointer.push_str("/*");
    }
}

/// The time in milliseconds since 1970, without the conversions of [`Timestamp::now`].
#[cfg(not(target_family = "wasm"))]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or_default()
}

#[cfg(target_family = "wasm")]
fn now() -> i64 {
    Timestamp::now().as_millis()
}

/// A type that the reader expected by its name in JSON Schema, if it has one.
fn by_spec(expected: Cow<'static, str>) -> Cow<'static, str> {
    let short = expected.strip_prefix("a ").or(expected.strip_prefix("an ")).unwrap_or(&expected);
    match short {
        "list" | "array" => Cow::Borrowed("array"),
        "object" => Cow::Borrowed("object"),
        "number" => Cow::Borrowed("number"),
        "boolean" => Cow::Borrowed("boolean"),
        "string" | "text" | "the text of an id" => Cow::Borrowed("string"),
        short if short.starts_with("integer") => Cow::Borrowed("integer"),
        short if short.starts_with("date") => Cow::Borrowed("date-time"),
        _ => expected,
    }
}
