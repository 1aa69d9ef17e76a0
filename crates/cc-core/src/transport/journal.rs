//! Which reads were overtaken by a write, so that what they brought is not taken for the state after it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use http::Uri;

use crate::transport::cache::related;
use crate::transport::context::lock;

/// The reads and writes that are under way. Its size is theirs: what has ended is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    reads: HashMap<u64, (Scope, Arc<AtomicBool>)>,
    writes: HashMap<u64, Scope>,
}

/// What a request reads or changes.
#[derive(Debug)]
struct Scope {
    identity: Arc<str>,
    uri: Uri,
}

impl Scope {
    fn concerns(&self, other: &Self) -> bool {
        self.identity == other.identity && related(self.uri.path(), other.uri.path())
    }
}

/// A read that is under way.
#[derive(Debug)]
pub(crate) struct Read {
    journal: Arc<Journal>,
    id: u64,
    overtaken: Arc<AtomicBool>,
}

/// A write that is under way.
#[derive(Debug)]
pub(crate) struct Write {
    journal: Arc<Journal>,
    id: u64,
}

impl Journal {
    /// Begins a read.
    pub(crate) fn read(self: &Arc<Self>, identity: &Arc<str>, uri: &Uri) -> Read {
        let scope = Scope { identity: identity.clone(), uri: uri.clone() };
        let mut state = lock(&self.0);
        let overtaken = Arc::new(AtomicBool::new(state.writes.values().any(|write| write.concerns(&scope))));
        let id = state.next;
        state.next += 1;
        state.reads.insert(id, (scope, overtaken.clone()));
        Read { journal: self.clone(), id, overtaken }
    }

    /// Begins a write.
    pub(crate) fn write(self: &Arc<Self>, identity: &Arc<str>, uri: &Uri) -> Write {
        let scope = Scope { identity: identity.clone(), uri: uri.clone() };
        let mut state = lock(&self.0);
        for (_, overtaken) in state.reads.values().filter(|(read, _)| read.concerns(&scope)) {
            overtaken.store(true, Ordering::Release);
        }
        let id = state.next;
        state.next += 1;
        state.writes.insert(id, scope);
        Write { journal: self.clone(), id }
    }
}

impl Read {
    /// Whether a write to what it reads was under way at any time since it began.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.overtaken.load(Ordering::Acquire)
    }

    /// A look at [`is_overtaken`](Self::is_overtaken) for others.
    pub(crate) fn watch(&self) -> Arc<AtomicBool> {
        self.overtaken.clone()
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        lock(&self.journal.0).reads.remove(&self.id);
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        lock(&self.journal.0).writes.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> Uri {
        format!("http://h{path}").parse().unwrap()
    }

    #[test]
    fn a_read_is_overtaken_by_a_related_write_at_any_time_of_its_life() {
        let journal = Arc::new(Journal::default());
        let me = Arc::from("me");
        let before = journal.read(&me, &uri("/a/b"));
        let elsewhere = journal.read(&me, &uri("/a/c"));
        let other = journal.read(&Arc::from("you"), &uri("/a/b"));
        let write = journal.write(&me, &uri("/a/b/c"));
        let during = journal.read(&me, &uri("/a"));
        drop(write);
        let after = journal.read(&me, &uri("/a/b"));
        let overtaken = [&before, &elsewhere, &other, &during, &after].map(Read::is_overtaken);
        assert_eq!(overtaken, [true, false, false, true, false]);
    }

    #[test]
    fn what_has_ended_leaves_nothing_behind() {
        let journal = Arc::new(Journal::default());
        let me = Arc::from("me");
        drop((journal.read(&me, &uri("/a")), journal.write(&me, &uri("/a"))));
        let state = lock(&journal.0);
        assert!(state.reads.is_empty() && state.writes.is_empty());
    }
}
