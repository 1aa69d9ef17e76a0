//! Owners and ids from answers that arrived after the index was read: those of resources that were just
//! created or listed.

use std::collections::HashMap;
use std::sync::Arc;

use cc_runtime::{AddonId, OwnerId, RealAddonId};

use super::Subject;
use super::ids::Ids;
use super::index::Kind;

/// Maximum memory of the lessons, in bytes. Beyond it, all are dropped, and the platform is asked again.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Size of an entry besides the text of its ids, in bytes: keys, values, and the free slots of the maps.
const ENTRY_BYTES: usize = 160;

/// Something that belongs to an owner, as an answer shows it.
#[allow(dead_code, reason = "the compiled domains decide whether it is used")]
pub(crate) trait Owned {
    /// Id and kind of the resource.
    fn lesson(&self) -> Lesson<'_>;
}

/// The ids of one thing.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "the compiled domains decide which are used")]
pub(crate) enum Lesson<'a> {
    Application(&'a str),
    /// Both ids of an add-on. The second one may be empty.
    Addon(&'a str, &'a str),
    Provider(&'a str),
    Consumer(&'a str),
}

/// Ids by kind.
#[derive(Debug, Default)]
pub(super) struct Learned {
    by_kind: [HashMap<Box<str>, Entry>; 5],
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    owner: Arc<OwnerId>,
    /// The other id of an add-on; empty if there is none.
    other: Box<str>,
    /// Number of summaries that had been requested before the lesson.
    after: u64,
}

impl Learned {
    /// Stores an answer's owners and ids, with the number of summaries requested so far. Invalid ids are left
    /// out.
    pub(super) fn note(&mut self, owner: &Arc<OwnerId>, lesson: Lesson<'_>, after: u64) {
        match lesson {
            Lesson::Application(id) => self.keep(Kind::Application, id, "", owner, after),
            Lesson::Addon(id, real) => {
                self.keep(Kind::Addon, id, real, owner, after);
                self.keep(Kind::RealAddon, real, id, owner, after);
            }
            Lesson::Provider(id) => self.keep(Kind::Provider, id, "", owner, after),
            Lesson::Consumer(id) => self.keep(Kind::Consumer, id, "", owner, after),
        }
    }

    fn keep(&mut self, kind: Kind, id: &str, other: &str, owner: &Arc<OwnerId>, after: u64) {
        let good = |id: &str| cc_runtime::check_id("id", id).is_ok();
        if !good(id) || !(other.is_empty() || good(other)) {
            return;
        }
        let bytes = ENTRY_BYTES + id.len() + other.len();
        if self.bytes + bytes > MAX_BYTES {
            *self = Self::default();
        }
        let entry = Entry { owner: owner.clone(), other: other.into(), after };
        self.remove(kind, id);
        self.bytes += bytes;
        self.by_kind[kind as usize].insert(id.into(), entry);
    }

    fn remove(&mut self, kind: Kind, id: &str) {
        if let Some(entry) = self.by_kind[kind as usize].remove(id) {
            self.bytes -= ENTRY_BYTES + id.len() + entry.other.len();
        }
    }

    /// Drops the lessons that the summary with this number, from 0, includes.
    pub(super) fn drop_before(&mut self, summary: u64) {
        for map in &mut self.by_kind {
            map.retain(|id, entry| {
                let newer = entry.after > summary;
                if !newer {
                    self.bytes -= ENTRY_BYTES + id.len() + entry.other.len();
                }
                newer
            });
        }
    }

    /// Drops the entries of ids that the platform refused.
    pub(super) fn forget(&mut self, ids: &Ids<'_>) {
        for id in ids.texts() {
            for kind in [Kind::Application, Kind::Addon, Kind::RealAddon, Kind::Provider, Kind::Consumer] {
                self.remove(kind, id);
            }
        }
    }

    pub(super) fn owner_of(&self, subject: Subject<'_>) -> Option<&OwnerId> {
        if self.bytes == 0 {
            return None;
        }
        let entry = match subject {
            Subject::Application(id) => self.find(Kind::Application, id),
            Subject::Addon(id) => self.find_addon(id),
            Subject::Resource(id) => self.find(Kind::Application, id).or_else(|| self.find_addon(id)),
            Subject::AddonProvider(id) => self.find(Kind::Provider, id),
            Subject::Consumer(id) => self.find(Kind::Consumer, id),
        };
        entry.map(|entry| &*entry.owner)
    }

    pub(super) fn addon_id(&self, real: &str) -> Option<AddonId> {
        self.find(Kind::RealAddon, real).map(|entry| AddonId::from(&*entry.other))
    }

    pub(super) fn real_addon_id(&self, addon: &str) -> Option<RealAddonId> {
        let entry = self.find(Kind::Addon, addon).filter(|entry| !entry.other.is_empty());
        entry.map(|entry| RealAddonId::from(&*entry.other))
    }

    fn find(&self, kind: Kind, id: &str) -> Option<&Entry> {
        self.by_kind[kind as usize].get(id)
    }

    fn find_addon(&self, id: &str) -> Option<&Entry> {
        self.find(Kind::Addon, id).or_else(|| self.find(Kind::RealAddon, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_are_bounded_in_bytes_and_counted_right() {
        let mut learned = Learned::default();
        let owner = Arc::new(OwnerId::from("orga_1"));
        for number in 0..200_000_u32 {
            learned.note(&owner, Lesson::Addon(&format!("addon_{number}"), &format!("redis_{number}")), 0);
            assert!(learned.bytes <= MAX_BYTES);
        }
        assert!(learned.owner_of(Subject::Addon("redis_199999")).is_some());
        learned.note(&owner, Lesson::Application("app_1"), 7);
        learned.drop_before(6);
        assert_eq!(learned.by_kind.iter().map(HashMap::len).sum::<usize>(), 1);
        learned.forget(&Ids::new().owner(None, &cc_runtime::ApplicationId::from("app_1")));
        assert_eq!(learned.bytes, 0);
    }

    #[test]
    fn invalid_ids_are_not_cached() {
        let mut learned = Learned::default();
        let owner = Arc::new(OwnerId::from("orga_1"));
        for id in ["", "..", &"x".repeat(10_000)] {
            learned.note(&owner, Lesson::Application(id), 0);
        }
        assert_eq!(learned.bytes, 0);
    }
}
