//! Requests that clients made to applications through their domains.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Application, stored};

/// Number of requests of an application that are kept, the latest ones.
const KEPT: usize = 10_000;

/// A request to an application, and how it was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Visit {
    pub(crate) id: String,
    #[serde(with = "stored::date")]
    pub(crate) at: Timestamp,
    /// Address that it came from.
    pub(crate) ip: String,
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    /// Time until the answer, in milliseconds.
    pub(crate) millis: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    /// The instance that answered; none if no instance ran.
    pub(crate) instance: Option<String>,
}

impl Application {
    /// Writes a request down.
    pub(crate) fn keep_visit(&mut self, visit: Visit) {
        if self.visits.len() >= KEPT {
            self.visits.pop_front();
        }
        self.visits.push_back(visit);
    }

    /// The requests of a span of time, in microseconds; the end is not part of it.
    pub(crate) fn visits_in(&self, from: i64, to: i64) -> impl Iterator<Item = &Visit> {
        let start = self.visits.partition_point(|visit| visit.at.as_microsecond() < from);
        self.visits.range(start..).take_while(move |visit| visit.at.as_microsecond() < to)
    }

    /// Returns `true` if there are requests from this time on, in microseconds.
    pub(crate) fn is_visited_since(&self, from: i64) -> bool {
        self.visits.back().is_some_and(|latest| latest.at.as_microsecond() >= from)
    }
}
