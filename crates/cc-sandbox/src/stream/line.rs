//! One line of a log, and its place among the others.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::random::mix;

/// One line of a log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) place: Place,
    /// Systemd service that wrote the line; empty if there is none.
    pub(crate) service: &'static str,
    pub(crate) deployment: Option<String>,
    pub(crate) instance: Option<String>,
    /// The line as sent, without its id and its date.
    pub(crate) value: Value,
}

/// The place of a line: lines are in the order of their dates, and no two are in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// Microseconds since the epoch.
    pub(crate) micros: i64,
    rank: u16,
}

impl Place {
    /// The place of the line of this name.
    pub(crate) fn new(micros: i64, name: &[&str]) -> Self {
        Self { micros, rank: (mix(0, name) >> 48) as u16 }
    }

    /// The first place of a moment.
    pub(crate) fn start_of(time: Timestamp) -> Self {
        Self { micros: time.as_microsecond(), rank: 0 }
    }

    /// The place right after.
    pub(crate) fn next(self) -> Self {
        match self.rank.checked_add(1) {
            Some(rank) => Self { rank, ..self },
            None => Self { micros: self.micros.saturating_add(1), rank: 0 },
        }
    }

    /// Id of the line: twenty letters, so that ids cannot be mistaken for consecutive numbers.
    pub(crate) fn id(self) -> String {
        let number = (u128::from(self.micros as u64) << 16) | u128::from(self.rank);
        (0..20).rev().map(|digit| char::from(b'a' + ((number >> (4 * digit)) & 0xf) as u8)).collect()
    }

    /// The place that an id names.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        let mut digits = id.bytes().map(|letter| letter.checked_sub(b'a').filter(|digit| *digit < 16));
        let number = digits.try_fold(0_u128, |number, digit| Some((number << 4) | u128::from(digit?)))?;
        (id.len() == 20).then_some(Self { micros: (number >> 16) as u64 as i64, rank: number as u16 })
    }

    /// The date of the line.
    pub(crate) fn date(self) -> Timestamp {
        Timestamp::from_microsecond(self.micros).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_place_and_nothing_else_is_an_id() {
        let place = Place::new(1_767_225_600_000_123, &["line"]);
        assert_eq!(Place::of_id(&place.id()), Some(place));
        assert!(place < place.next() && place.id() < place.next().id());
        for id in ["", "a", "x", "1767225600", "aaaaaaaaaaaaaaaaaaaz", "aaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(Place::of_id(id), None, "{id}");
        }
    }
}
