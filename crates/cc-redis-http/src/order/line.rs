//! The commands that touch one key, or one database, in the order in which they came.

use std::collections::BTreeSet;

/// Access of a command to a key or to a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// Reads keys.
    Read,
    /// Writes keys.
    Write,
    /// Reads any key of the database.
    ReadAll,
    /// Writes any key of the database.
    WriteAll,
}

impl Touch {
    const EACH: [Self; 4] = [Self::Read, Self::Write, Self::ReadAll, Self::WriteAll];

    /// Returns `true` if one of the two must wait for the other: in the line of a key they touch the same one, in the line of
    /// a database commands on single keys may touch different ones.
    fn conflicts(self, other: Self, of_database: bool) -> bool {
        let writes = |touch: Self| matches!(touch, Self::Write | Self::WriteAll);
        let all = |touch: Self| matches!(touch, Self::ReadAll | Self::WriteAll);
        (writes(self) || writes(other)) && (!of_database || all(self) || all(other))
    }
}

/// The commands of one line, by what they do. They are numbers that grow.
#[derive(Debug, Default)]
pub(super) struct Line {
    of_database: bool,
    standing: [BTreeSet<u64>; 4],
    /// Commands that must wait for another one in this queue.
    waiting: [BTreeSet<u64>; 4],
}

impl Line {
    /// Adds a command, whose number is the greatest. Returns `true` if it must wait.
    pub(super) fn enter(&mut self, id: u64, touch: Touch, of_database: bool) -> bool {
        self.of_database = of_database;
        let waits = self.first_against(touch).is_some();
        self.standing[touch as usize].insert(id);
        if waits {
            self.waiting[touch as usize].insert(id);
        }
        waits
    }

    /// Removes a command, and gives those that need not wait in this line any more.
    pub(super) fn leave(&mut self, id: u64, touch: Touch) -> Vec<u64> {
        self.standing[touch as usize].remove(&id);
        self.waiting[touch as usize].remove(&id);
        let mut free = Vec::new();
        for touch in Touch::EACH {
            // A command that writes is among those that it would wait for.
            let limit = self.first_against(touch).unwrap_or(u64::MAX);
            let waiting = &mut self.waiting[touch as usize];
            while let Some(first) = waiting.first().copied().filter(|first| *first <= limit) {
                waiting.remove(&first);
                free.push(first);
            }
        }
        free
    }

    /// The commands that this one must wait for.
    pub(super) fn before(&self, id: u64, touch: Touch) -> impl Iterator<Item = u64> {
        let against = Touch::EACH.into_iter().filter(move |other| touch.conflicts(*other, self.of_database));
        against.flat_map(move |other| self.standing[other as usize].range(..id).copied())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.standing.iter().all(BTreeSet::is_empty)
    }

    /// The first command that one must wait for which does this and comes after it.
    fn first_against(&self, touch: Touch) -> Option<u64> {
        let against = Touch::EACH.into_iter().filter(|other| touch.conflicts(*other, self.of_database));
        against.filter_map(|other| self.standing[other as usize].first().copied()).min()
    }
}
