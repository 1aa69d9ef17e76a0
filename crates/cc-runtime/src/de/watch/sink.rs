//! Where the differences of one answer go, and the place of the value that is being read.

use std::cell::{Cell, RefCell};

use super::super::watcher::{Met, signal};
use super::super::{Cause, DriftKind, escaped, shown};
use crate::drift::{Hash, Registry};
use crate::operation_info::OperationInfo;

/// Number of differences of one decode that are known to be counted without a look at the list.
const QUICK: usize = 2;

/// Maximum number of different differences that one decode reports.
const MOST: usize = 256;

/// Receives the differences of one answer.
pub(crate) struct Sink<'a> {
    registry: &'a Registry,
    info: &'static OperationInfo,
    /// Hashes of the differences that this answer has already counted.
    quick: [Cell<u64>; QUICK],
    counted: RefCell<Vec<u64>>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(registry: &'a Registry, info: &'static OperationInfo) -> Self {
        Self { registry, info, quick: Default::default(), counted: RefCell::default() }
    }

    /// Returns `true` if the place with this hash needs no report: it is counted instead.
    pub(super) fn is_known(&self, hash: u64) -> bool {
        let mut first_free = None;
        for slot in &self.quick {
            match slot.get() {
                0 => {
                    first_free = Some(slot);
                    break;
                }
                known if known == hash => return true,
                _ => {}
            }
        }
        match first_free {
            Some(slot) => slot.set(hash),
            None => {
                let mut counted = self.counted.borrow_mut();
                if counted.contains(&hash) || counted.len() == MOST {
                    return true;
                }
                counted.push(hash);
            }
        }
        self.registry.count(hash)
    }

    /// Notes why the answer could not be read.
    pub(in crate::de) fn failed(&self, cause: Cause) {
        let Cause { pointer, kind, expected, found } = cause;
        let hash = Hash::start(self.info, kind).pointer(&pointer).end();
        if !self.is_known(hash) {
            self.registry.add(hash, self.info, pointer, kind, expected, found);
        }
    }

    /// Notes a difference whose place is known as a text.
    pub(in crate::de) fn met(&self, met: Met) {
        let hash = Hash::start(self.info, met.kind).pointer(&met.pointer).end();
        if !self.is_known(hash) {
            self.registry.add(
                hash,
                self.info,
                met.pointer,
                met.kind,
                met.expected.map(Into::into),
                met.found,
            );
        }
    }

    #[cold]
    pub(super) fn note(
        &self,
        at: &Frame<'_, '_>,
        last: Option<&str>,
        kind: DriftKind,
        found: Option<&'static str>,
    ) {
        let hash = self.hash(at, last, kind);
        if !self.is_known(hash) {
            self.add(hash, at, last, kind, found);
        }
    }

    pub(super) fn hash(&self, at: &Frame<'_, '_>, last: Option<&str>, kind: DriftKind) -> u64 {
        let start = Hash::start(self.info, kind);
        at.hash(last.map_or(start, |last| start.step(last))).end()
    }

    #[cold]
    pub(super) fn add(
        &self,
        hash: u64,
        at: &Frame<'_, '_>,
        last: Option<&str>,
        kind: DriftKind,
        found: Option<&'static str>,
    ) {
        let mut pointer = at.pointer();
        if let Some(last) = last {
            pointer.push('/');
            pointer.push_str(&escaped(&shown(last)));
        }
        self.registry.add(hash, self.info, pointer, kind, None, found);
    }

    #[cold]
    pub(super) fn parts(&self, at: &Frame<'_, '_>) {
        for met in signal::take_parts() {
            let pointer = at.pointer() + &met.pointer;
            self.met(Met { pointer, ..met });
        }
    }
}

/// The name of an index and of a key that is data.
pub(super) const ANY: &str = "*";

/// A struct, a list or a map that is being read, with the key of the current value.
pub(super) struct Frame<'f, 'de> {
    pub(super) sink: &'f Sink<'f>,
    pub(super) parent: Option<&'f Frame<'f, 'de>>,
    pub(super) key: Cell<&'de str>,
}

impl<'f, 'de> Frame<'f, 'de> {
    pub(super) fn within(parent: &'f Self, key: &'de str) -> Self {
        Self { sink: parent.sink, parent: Some(parent), key: Cell::new(key) }
    }

    fn hash(&self, mut hash: Hash) -> Hash {
        let mut frame = self;
        // The outermost frame is that of the whole answer, which has no key.
        while let Some(parent) = frame.parent {
            hash = hash.step(frame.key.get());
            frame = parent;
        }
        hash
    }

    fn pointer(&self) -> String {
        match self.parent {
            None => String::new(),
            Some(parent) => format!("{}/{}", parent.pointer(), escaped(&shown(self.key.get()))),
        }
    }
}
