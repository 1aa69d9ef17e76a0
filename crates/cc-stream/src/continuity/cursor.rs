//! The place a stream has reached.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::recent::{Key, Print};

/// The place a stream has reached, to go on from it later, maybe in another process.
///
/// The position of the last item that the consumer received. It can be serialised, and versions written earlier can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cursor {
    /// The last event id. `None`: there was none, or the server reset it.
    pub last_event_id: Option<String>,
    /// The id before it, for [`Continuity::Overlap`](crate::Continuity::Overlap).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_event_id: Option<String>,
    /// The [mark](crate::Format::mark) of the last item that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<i64>,
    /// Fingerprints of the last events, which identify events that the server repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Fingerprints>,
    /// `true` if several events had the same id, so that ids prove nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ids_repeat: bool,
    /// `true` if later events, or events without id, may exist: the position is then approximate.
    #[serde(default)]
    pub adrift: bool,
    /// The items given so far. They count for the limit of the stream that goes on from here.
    #[serde(default)]
    pub delivered: u64,
}

/// Fingerprints of the last events of a [`Cursor`]: the last one, the one before it, and those with its mark,
/// at most 64.
///
/// They are hashes with a random key, which lies beside them. A cursor that has none is valid: events that the server gives
/// again are then given again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprints {
    #[serde(with = "hexadecimal")]
    key: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Print>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Print>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    at_mark: Vec<Print>,
}

impl Fingerprints {
    pub(super) fn key(&self) -> Key {
        Key::new(self.key)
    }
}

/// Number of events with one mark that a position remembers.
const AT_MARK: usize = 64;

/// An event that has an id.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: Arc<str>,
    /// `None` when a cursor does not tell it.
    pub(super) print: Option<Print>,
}

/// A place between two events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Position {
    pub(super) last: Option<Known>,
    pub(super) previous: Option<Known>,
    /// Something may have come after `last` that it does not tell of.
    pub(crate) adrift: bool,
    /// The mark of the last item that has one.
    pub(super) mark: Option<i64>,
    /// The last events that have it, and no more than [`AT_MARK`].
    at_mark: Vec<Print>,
}

impl Position {
    /// The id of the last event.
    pub(crate) fn id(&self) -> Option<&Arc<str>> {
        self.last.as_ref().map(|last| &last.id)
    }

    pub(super) fn cursor(&self, key: &Key, ids_repeat: bool, delivered: u64) -> Cursor {
        let id = |known: &Option<Known>| known.as_ref().map(|known| (*known.id).to_owned());
        let print = |known: &Option<Known>| known.as_ref().and_then(|known| known.print);
        let seen = Fingerprints {
            key: key.seed,
            last: print(&self.last),
            previous: print(&self.previous),
            at_mark: self.at_mark.clone(),
        };
        Cursor {
            last_event_id: id(&self.last),
            previous_event_id: id(&self.previous),
            mark: self.mark,
            seen: seen.last.is_some().then_some(seen),
            ids_repeat,
            adrift: self.adrift,
            delivered,
        }
    }

    /// The event that just came has this mark.
    pub(super) fn set_mark(&mut self, mark: i64) {
        if self.mark.replace(mark) != Some(mark) {
            self.at_mark.clear();
        }
        let print = self.last.as_ref().filter(|_| !self.adrift).and_then(|last| last.print);
        if let Some(print) = print.filter(|print| self.at_mark.last() != Some(print)) {
            if self.at_mark.len() == AT_MARK {
                self.at_mark.remove(0);
            }
            self.at_mark.push(print);
        }
    }

    /// The events of this place that are known again.
    pub(super) fn prints(&self) -> impl Iterator<Item = Print> {
        let print = |known: &Option<Known>| known.as_ref().and_then(|known| known.print);
        let last = [print(&self.previous), print(&self.last)].into_iter().flatten();
        // The last one has a place among those of the mark, too.
        let at_mark = self
            .at_mark
            .iter()
            .filter(move |at_mark| ![print(&self.previous), print(&self.last)].contains(&Some(**at_mark)));
        at_mark.copied().chain(last)
    }
}

impl From<&Cursor> for Position {
    fn from(cursor: &Cursor) -> Self {
        let seen = cursor.seen.clone().unwrap_or_default();
        let known = |id: &Option<String>, print| {
            let id = id.as_deref().filter(|id| !id.is_empty())?;
            Some(Known { id: id.into(), print })
        };
        let mut at_mark = seen.at_mark;
        at_mark.truncate(AT_MARK);
        Self {
            last: known(&cursor.last_event_id, seen.last),
            previous: known(&cursor.previous_event_id, seen.previous),
            adrift: cursor.adrift,
            mark: cursor.mark,
            at_mark,
        }
    }
}

/// 64 bits as text, because not every reader of JSON keeps that many of a number.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{number:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}
