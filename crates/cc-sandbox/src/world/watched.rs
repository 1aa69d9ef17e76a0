//! Resources that streams follow: each change of one is written down, so that those who wait for it hear of it.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Shelf;

/// Something that can be waited for, by the names of what concerns it.
pub(crate) trait Subject {
    /// Its ids, and the id of its owner if lists of its kind are followed.
    fn topics(&self) -> impl Iterator<Item = &str>;
}

/// Things by their id, in the order they were made. They are read as a [`Shelf`], and changed through methods that remember
/// what was changed.
#[derive(Debug, Clone)]
pub(crate) struct Watched<T> {
    items: Shelf<T>,
    touched: Vec<String>,
}

impl<T> Watched<T> {
    pub(crate) fn new() -> Self {
        Self { items: Shelf::new(), touched: Vec::new() }
    }

    /// Takes the names of what changed since the last time.
    pub(super) fn take_touched(&mut self, touched: &mut Vec<String>) {
        touched.append(&mut self.touched);
    }
}

impl<T: Subject> Watched<T> {
    fn touch(touched: &mut Vec<String>, item: &T) {
        touched.extend(item.topics().map(str::to_owned));
    }

    /// A thing, to change it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let item = self.items.get_mut(id)?;
        Self::touch(&mut self.touched, item);
        Some(item)
    }

    /// The things that match, to change them.
    pub(crate) fn matching_mut(&mut self, matches: impl Fn(&T) -> bool) -> impl Iterator<Item = &mut T> {
        let Self { items, touched } = self;
        let found = items.values_mut().filter(move |item| matches(item));
        found.inspect(|item| Self::touch(touched, item))
    }

    /// Adds a thing, or replaces it.
    pub(crate) fn insert(&mut self, id: String, item: T) {
        Self::touch(&mut self.touched, &item);
        self.items.insert(id, item);
    }

    /// Removes a thing.
    pub(crate) fn shift_remove(&mut self, id: &str) -> Option<T> {
        let item = self.items.shift_remove(id)?;
        Self::touch(&mut self.touched, &item);
        Some(item)
    }

    /// Removes the things that match.
    pub(crate) fn remove_matching(&mut self, matches: impl Fn(&T) -> bool) {
        let Self { items, touched } = self;
        items.retain(|_, item| {
            let remove = matches(item);
            if remove {
                Self::touch(touched, item);
            }
            !remove
        });
    }
}

impl<T> Deref for Watched<T> {
    type Target = Shelf<T>;

    fn deref(&self) -> &Shelf<T> {
        &self.items
    }
}

impl<T: Serialize> Serialize for Watched<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        indexmap::map::serde_seq::serialize(&self.items, serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Watched<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { items: indexmap::map::serde_seq::deserialize(deserializer)?, touched: Vec::new() })
    }
}
