//! Detects reads that overlap with a write, whose answers may be older than the write.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::transport::relation::{looks, marks};

/// Maximum number of finished writes that are remembered for the sake of a read that does not end.
const REMEMBERED: usize = 16 * 1024;

/// The writes in progress, and those that ended during a read. A read costs only a number until it checks for
/// overlapping writes.
#[derive(Debug, Default)]
pub(crate) struct Overlaps(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Counts the beginnings and the ends of writes.
    time: u64,
    /// Writes by the [marks](marks) of their paths.
    writes: HashMap<u64, Writes>,
    /// The writes that ended after the oldest read began, by the time of their end.
    ended: VecDeque<(u64, Vec<u64>)>,
    /// Start times of the reads in progress, with the number of reads for each.
    reads: VecDeque<(u64, usize)>,
    /// End of the latest write that is no longer remembered: reads that began before it count as overlapping.
    forgotten: u64,
    /// Number of entries that were read or changed.
    #[cfg(test)]
    steps: usize,
}

/// The writes that are filed under one mark.
#[derive(Debug, Default)]
struct Writes {
    under_way: usize,
    /// Number of remembered writes that have ended.
    remembered: usize,
    /// End of the latest write.
    last_end: u64,
}

/// A read in progress.
#[derive(Debug)]
pub(crate) struct Read {
    overlaps: Arc<Overlaps>,
    began: u64,
}

/// A write in progress.
#[derive(Debug)]
pub(crate) struct Write {
    overlaps: Arc<Overlaps>,
    marks: Vec<u64>,
}

impl Overlaps {
    /// Begins a read.
    pub(crate) fn read(self: &Arc<Self>) -> Read {
        let mut state = lock(&self.0);
        let began = state.time;
        match state.reads.back_mut() {
            Some((time, count)) if *time == began => *count += 1,
            _ => state.reads.push_back((began, 1)),
        }
        Read { overlaps: self.clone(), began }
    }

    /// Begins a write.
    pub(crate) fn write(self: &Arc<Self>, identity: &str, path: &str) -> Write {
        let marks = marks(identity, path);
        let mut state = lock(&self.0);
        state.count(marks.len());
        state.time += 1;
        for mark in &marks {
            state.writes.entry(*mark).or_default().under_way += 1;
        }
        Write { overlaps: self.clone(), marks }
    }

    /// Returns `true` if a write related to this path was in progress at any time since a read began.
    pub(crate) fn overtook(&self, began: u64, identity: &str, path: &str) -> bool {
        let mut state = lock(&self.0);
        if began < state.forgotten {
            return true;
        }
        // Nearly always there are none.
        if state.writes.is_empty() {
            return false;
        }
        let looks = looks(identity, path);
        state.count(looks.len());
        looks
            .iter()
            .filter_map(|mark| state.writes.get(mark))
            .any(|writes| writes.under_way > 0 || writes.last_end > began)
    }
}

impl State {
    /// Forgets the writes that ended before the oldest read began, and the oldest of too many.
    fn forget(&mut self) {
        while self.reads.front().is_some_and(|(began, count)| *count == 0 || *began < self.forgotten) {
            self.reads.pop_front();
            self.count(1);
        }
        let oldest = self.reads.front().map_or(self.time, |(began, _)| *began);
        while let Some((end, marks)) = self.ended.pop_front() {
            if end > oldest && self.ended.len() < REMEMBERED {
                self.ended.push_front((end, marks));
                break;
            }
            self.forgotten = end;
            self.count(marks.len());
            for mark in marks {
                if let Some(writes) = self.writes.get_mut(&mark) {
                    writes.remembered -= 1;
                    if writes.under_way + writes.remembered == 0 {
                        self.writes.remove(&mark);
                    }
                }
            }
        }
    }

    fn count(&mut self, _steps: usize) {
        #[cfg(test)]
        {
            self.steps += _steps;
        }
    }
}

impl Read {
    /// Start of the read, for [`Overlaps::overtook`].
    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    /// Returns `true` if a write related to this path was in progress at any time since the read began.
    pub(crate) fn is_overtaken(&self, identity: &str, path: &str) -> bool {
        self.overlaps.overtook(self.began, identity, path)
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        let mut state = lock(&self.overlaps.0);
        if let Ok(at) = state.reads.binary_search_by_key(&self.began, |(began, _)| *began) {
            state.reads[at].1 -= 1;
        }
        state.forget();
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        let mut state = lock(&self.overlaps.0);
        state.count(self.marks.len());
        state.time += 1;
        let end = state.time;
        for mark in &self.marks {
            if let Some(writes) = state.writes.get_mut(mark) {
                writes.under_way -= 1;
                writes.remembered += 1;
                writes.last_end = end;
            }
        }
        state.ended.push_back((end, std::mem::take(&mut self.marks)));
        state.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_overtaken_by_a_related_write_at_any_time_of_its_life() {
        let overlaps = Arc::new(Overlaps::default());
        let calls = [("me", "/a/b"), ("me", "/a/c"), ("you", "/a/b"), ("me", "/a"), ("me", "/a/b")];
        let mut reads: Vec<Read> = calls[..3].iter().map(|_| overlaps.read()).collect();
        let write = overlaps.write("me", "/a/b/c");
        reads.push(overlaps.read());
        let during: Vec<bool> =
            calls.iter().zip(&reads).map(|((me, path), read)| read.is_overtaken(me, path)).collect();
        assert_eq!(during, [true, false, false, true]);
        drop(write);
        reads.push(overlaps.read());
        let after: Vec<bool> =
            calls.iter().zip(&reads).map(|((me, path), read)| read.is_overtaken(me, path)).collect();
        assert_eq!(after, [true, false, false, true, false]);
    }

    #[test]
    fn a_write_is_remembered_as_long_as_a_read_from_before_its_end_is_under_way() {
        let overlaps = Arc::new(Overlaps::default());
        let (first, write) = (overlaps.read(), overlaps.write("me", "/a"));
        let second = overlaps.read();
        drop((first, write));
        let third = overlaps.read();
        assert_eq!((second.is_overtaken("me", "/a"), third.is_overtaken("me", "/a")), (true, false));
        drop(second);
        assert!(lock(&overlaps.0).writes.is_empty(), "the third began later");
        drop(third);
    }

    #[test]
    fn what_has_ended_leaves_nothing_behind() {
        let overlaps = Arc::new(Overlaps::default());
        let mut open = VecDeque::new();
        for at in 0..1_000 {
            open.push_back((overlaps.read(), overlaps.write("me", &format!("/a/{at}"))));
            if open.len() > 3 {
                open.pop_front();
            }
            let state = lock(&overlaps.0);
            assert!(state.ended.len() <= 4 && state.reads.len() <= 4 && state.writes.len() <= 20);
        }
        drop(open);
        let state = lock(&overlaps.0);
        assert!(state.ended.is_empty() && state.reads.is_empty() && state.writes.is_empty());
    }

    #[test]
    fn a_read_that_does_not_end_makes_no_more_remembered_than_a_limit() {
        let overlaps = Arc::new(Overlaps::default());
        let endless = overlaps.read();
        for at in 0..3 * REMEMBERED {
            drop((overlaps.write("me", &format!("/a/{at}")), overlaps.read()));
        }
        let late = overlaps.read();
        let sizes = |overlaps: &Overlaps| {
            let state = lock(&overlaps.0);
            [state.ended.len(), state.reads.len(), state.writes.len()]
        };
        let [ended, reads, _] = sizes(&overlaps);
        assert!(ended <= REMEMBERED && reads <= 2 * REMEMBERED, "{ended} {reads}");
        assert!(endless.is_overtaken("you", "/b"), "to be safe");
        assert!(!late.is_overtaken("me", "/a/1"));
        drop((endless, late));
        assert_eq!(sizes(&overlaps), [0; 3]);
    }

    /// The work of a call does not grow with the number of calls.
    #[test]
    fn a_hundred_thousand_calls_at_once_take_steps_in_proportion() {
        let steps = |calls: usize| {
            let overlaps = Arc::new(Overlaps::default());
            let path = |at: usize| format!("/v2/organisations/orga_1/applications/app_{at}");
            let reads: Vec<Read> = (0..calls).map(|_| overlaps.read()).collect();
            let writes: Vec<Write> = (0..calls).map(|at| overlaps.write("me", &path(at))).collect();
            assert!(reads.iter().enumerate().all(|(at, read)| read.is_overtaken("me", &path(at))));
            drop((writes, reads));
            let state = lock(&overlaps.0);
            assert!(state.writes.is_empty());
            state.steps
        };
        assert!(steps(100_000) <= 100 * steps(1_000) && steps(1_000) <= 1_000 * 40);
    }
}
