//! Which reads were overtaken by a write, so that what they brought is not taken for the state after it.

use std::sync::{Arc, Mutex};

use crate::transport::cache::related;
use crate::transport::exchange::{Exchange, lock};

/// The reads and writes that are under way. Its size is theirs: what has ended leaves a free place.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reads: Places,
    writes: Places,
}

/// Calls at places that do not move.
#[derive(Debug, Default)]
struct Places {
    calls: Vec<Option<Arc<Exchange>>>,
    free: Vec<usize>,
}

/// A read that is under way.
#[derive(Debug)]
pub(crate) struct Read {
    journal: Arc<Journal>,
    place: usize,
}

/// A write that is under way.
#[derive(Debug)]
pub(crate) struct Write {
    journal: Arc<Journal>,
    place: usize,
}

impl Journal {
    /// Begins a read: from now on, [`Exchange::is_overtaken`] says whether a write to what it reads was under way since.
    pub(crate) fn read(self: &Arc<Self>, read: &Arc<Exchange>) -> Read {
        let mut state = lock(&self.0);
        if state.writes.iter().any(|write| concerns(write, read)) {
            read.overtake();
        }
        Read { place: state.reads.add(read.clone()), journal: self.clone() }
    }

    /// Begins a write.
    pub(crate) fn write(self: &Arc<Self>, write: &Arc<Exchange>) -> Write {
        let mut state = lock(&self.0);
        state.reads.iter().filter(|read| concerns(write, read)).for_each(|read| read.overtake());
        Write { place: state.writes.add(write.clone()), journal: self.clone() }
    }
}

fn concerns(write: &Exchange, read: &Exchange) -> bool {
    write.identity == read.identity && related(write.path(), read.path())
}

impl Places {
    fn iter(&self) -> impl Iterator<Item = &Arc<Exchange>> {
        self.calls.iter().flatten()
    }

    fn add(&mut self, call: Arc<Exchange>) -> usize {
        match self.free.pop() {
            Some(place) => {
                self.calls[place] = Some(call);
                place
            }
            None => {
                self.calls.push(Some(call));
                self.calls.len() - 1
            }
        }
    }

    fn remove(&mut self, place: usize) {
        self.calls[place] = None;
        self.free.push(place);
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        lock(&self.journal.0).reads.remove(self.place);
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        lock(&self.journal.0).writes.remove(self.place);
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::endpoint::Endpoint;
    use crate::operation::OperationInfo;
    use crate::request::RequestBuilder;
    use crate::transport::CallOptions;
    use crate::transport::exchange::Limits;

    fn call(identity: &str, path: &str) -> Arc<Exchange> {
        static INFO: OperationInfo = OperationInfo::new("x", "test", Method::GET, "/", "");
        let mut request = RequestBuilder::new(&INFO).build().unwrap();
        request.path = path.to_owned();
        let none = CallOptions::new();
        let limits = Limits::new(&none, &none, crate::transport::Reading::Whole);
        Exchange::new(&Endpoint::parse("http://h").unwrap(), request, identity.into(), limits).unwrap()
    }

    #[test]
    fn a_read_is_overtaken_by_a_related_write_at_any_time_of_its_life() {
        let journal = Arc::new(Journal::default());
        let calls = [("me", "/a/b"), ("me", "/a/c"), ("you", "/a/b"), ("me", "/a"), ("me", "/a/b")]
            .map(|(identity, path)| call(identity, path));
        let _before: Vec<Read> = calls[..3].iter().map(|call| journal.read(call)).collect();
        let write = journal.write(&call("me", "/a/b/c"));
        let _during = journal.read(&calls[3]);
        drop(write);
        let _after = journal.read(&calls[4]);
        assert_eq!(calls.map(|call| call.is_overtaken()), [true, false, false, true, false]);
    }

    #[test]
    fn what_has_ended_leaves_nothing_behind() {
        let journal = Arc::new(Journal::default());
        let me = call("me", "/a");
        for _ in 0..100 {
            drop((journal.read(&me), journal.write(&me)));
        }
        let state = lock(&journal.0);
        assert_eq!((state.reads.iter().count(), state.reads.calls.len()), (0, 1));
        assert_eq!(Arc::strong_count(&me), 1);
    }
}
