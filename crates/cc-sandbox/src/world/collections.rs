//! State of the collections of the API: one row for each item, whatever it is an item of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Path parameters by their names.
pub(crate) type Keys = BTreeMap<String, String>;

/// The rows of all collections, by the names of the collections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Collections(BTreeMap<String, Vec<Row>>);

/// One item of a collection, or a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// Path parameters that lead to it: of its parents, and its own.
    pub(crate) keys: Keys,
    /// All that any answer shows of it.
    pub(crate) value: Map<String, Value>,
    /// Changes to come, the next first.
    pub(crate) changes: Vec<Turn>,
}

/// A change of an item at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// In milliseconds since the epoch.
    pub(crate) at: i64,
    pub(crate) field: String,
    pub(crate) value: Value,
}

impl Row {
    /// Returns `true` if a path with these parameters leads to it, or to a collection that it is in.
    pub(crate) fn fits(&self, keys: &Keys) -> bool {
        self.keys.iter().all(|(name, value)| keys.get(name).is_none_or(|wanted| wanted == value))
    }

    fn settle(&mut self, now: Timestamp) {
        while self.changes.first().is_some_and(|change| change.at <= now.as_millisecond()) {
            let change = self.changes.remove(0);
            self.value.insert(change.field, change.value);
        }
    }
}

impl Collections {
    /// The rows of a collection to which a path with these parameters leads, as they are now.
    pub(crate) fn rows(&mut self, collection: &str, keys: &Keys, now: Timestamp) -> Vec<&mut Row> {
        let rows = self.0.get_mut(collection).into_iter().flatten().filter(|row| row.fits(keys));
        let mut rows: Vec<&mut Row> = rows.collect();
        rows.iter_mut().for_each(|row| row.settle(now));
        rows
    }

    /// The first of these rows.
    pub(crate) fn row(&mut self, collection: &str, keys: &Keys, now: Timestamp) -> Option<&mut Row> {
        self.rows(collection, keys, now).into_iter().next()
    }

    /// The first of these rows, as it was when its collection was last looked at.
    pub(crate) fn find(&self, collection: &str, keys: &Keys) -> Option<&Row> {
        self.0.get(collection)?.iter().find(|row| row.fits(keys))
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, collection: &str, row: Row) {
        self.0.entry(collection.to_owned()).or_default().push(row);
    }

    /// Removes the rows of a collection to which a path with these parameters leads, and returns them.
    pub(crate) fn remove(&mut self, collection: &str, keys: &Keys) -> Vec<Row> {
        let Some(rows) = self.0.get_mut(collection) else { return Vec::new() };
        let (gone, kept) = std::mem::take(rows).into_iter().partition(|row| row.fits(keys));
        *rows = kept;
        gone
    }

    /// All collections with their rows, as they are now.
    pub(crate) fn all(&mut self, now: Timestamp) -> impl Iterator<Item = (&str, &[Row])> {
        self.0.iter_mut().map(move |(name, rows)| {
            rows.iter_mut().for_each(|row| row.settle(now));
            (name.as_str(), rows.as_slice())
        })
    }

    /// Removes everything that belongs to a resource: an owner, an application or an add-on.
    pub(crate) fn forget(&mut self, id: &str) {
        for rows in self.0.values_mut() {
            rows.retain(|row| row.keys.values().all(|own| own != id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_when_its_time_has_come() {
        let change = |seconds: i64, value: &str| Turn {
            at: seconds * 1_000,
            field: "status".into(),
            value: value.into(),
        };
        let row = Row { changes: vec![change(10, "READY"), change(20, "OLD")], ..Row::default() };
        let mut all = Collections::default();
        all.add("boats", row);
        let mut at = |seconds| {
            let now = Timestamp::from_second(seconds).unwrap();
            all.row("boats", &Keys::new(), now).map(|row| row.value.get("status").cloned())
        };
        assert_eq!(at(0), Some(None));
        assert_eq!(at(15), Some(Some("READY".into())));
        assert_eq!(at(25), Some(Some("OLD".into())));
    }
}
