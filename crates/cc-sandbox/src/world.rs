//! The state of the platform: who owns what, and what is about to happen.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::engine::clock::after;
use crate::engine::random::uuid;

mod seed;

/// Things by their id, in the order they were made.
pub(crate) type Shelf<T> = IndexMap<String, T>;

/// Something that is to happen later.
type Task = Box<dyn FnOnce(&mut World) + Send>;

/// Ids of what is in the world from the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ids {
    /// The user whose credentials are taken; also the id of the personal space.
    pub user: String,
    /// An organisation that the user manages.
    pub organisation: String,
    /// An organisation that the user is not a member of: requests about it are refused.
    pub foreign_organisation: String,
    /// An application of the organisation (Node.js, deployed).
    pub application: String,
    /// An add-on of the organisation (PostgreSQL), as the platform lists it: `addon_…`.
    pub addon: String,
    /// The same add-on as its provider knows it: `postgresql_…`.
    pub real_addon: String,
}

/// The state of the platform.
pub(crate) struct World {
    pub(crate) seed: u64,
    /// The present; within a task that was due, when it was due.
    pub(crate) now: Timestamp,
    pub(crate) ids: Ids,
    pub(crate) owners: Shelf<Owner>,
    pub(crate) applications: Shelf<Application>,
    pub(crate) addons: Shelf<Addon>,
    /// How many ids were made, by kind.
    made: BTreeMap<String, u64>,
    due: BTreeMap<(Timestamp, u64), Task>,
}

/// A personal space or an organisation.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) wire: Value,
    pub(crate) members: Shelf<Value>,
}

impl Owner {
    pub(crate) fn has_member(&self, user: &str) -> bool {
        self.members.contains_key(user)
    }
}

/// An application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) owner: String,
    pub(crate) wire: Value,
}

/// An add-on.
#[derive(Debug, Clone)]
pub(crate) struct Addon {
    pub(crate) owner: String,
    pub(crate) real_id: String,
    pub(crate) wire: Value,
}

impl World {
    /// The default small world.
    pub(crate) fn new(seed: u64, now: Timestamp) -> Self {
        let mut world = Self {
            seed,
            now,
            ids: Ids::default(),
            owners: Shelf::new(),
            applications: Shelf::new(),
            addons: Shelf::new(),
            made: BTreeMap::new(),
            due: BTreeMap::new(),
        };
        seed::fill(&mut world);
        world
    }

    /// A new UUID. The n-th of a kind is the same in every run with the seed, whatever else is made.
    pub(crate) fn uuid(&mut self, kind: &str) -> String {
        let count = self.made.entry(kind.to_owned()).or_default();
        *count += 1;
        uuid(self.seed, &["made", kind, &count.to_string()])
    }

    /// A new id: the kind, an underscore and a UUID.
    pub(crate) fn id(&mut self, kind: &str) -> String {
        format!("{kind}_{}", self.uuid(kind))
    }

    /// The UUID of something that is always there.
    pub(crate) fn fixed_uuid(&self, name: &[&str]) -> String {
        uuid(self.seed, name)
    }

    /// Has something happen later, unless the world ends before.
    pub(crate) fn later(&mut self, delay: Duration, task: impl FnOnce(&mut World) + Send + 'static) {
        let count = self.made.entry("task".to_owned()).or_default();
        *count += 1;
        self.due.insert((after(self.now, delay), *count), Box::new(task));
    }

    /// Lets everything happen that is due by now, each thing at its time.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(entry) = self.due.first_entry()
            && entry.key().0 <= now
        {
            let ((time, _), task) = entry.remove_entry();
            self.now = time;
            task(self);
        }
        self.now = self.now.max(now);
    }

    /// The add-on with this real id.
    pub(crate) fn addon_by_real_id(&self, id: &str) -> Option<&Addon> {
        self.addons.values().find(|addon| addon.real_id == id)
    }

    /// The add-on with this id of either kind.
    pub(crate) fn addon(&self, id: &str) -> Option<&Addon> {
        self.addons.get(id).or_else(|| self.addon_by_real_id(id))
    }

    /// Whether an API token was made here and still works.
    pub(crate) fn knows_token(&self, _token: &str) -> bool {
        false
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("seed", &self.seed).field("now", &self.now).finish_non_exhaustive()
    }
}
