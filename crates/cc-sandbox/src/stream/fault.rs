//! Faults of streams.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::random::mix;

/// Something that goes wrong with one connection of a stream: see [`Fault::stream`](crate::Fault::stream).
///
/// Waits are in the time of `tokio`, as heartbeats are, and not in that of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum StreamFault {
    /// The connection is cut in the middle of an event.
    ResetMidEvent {
        /// The whole events before it.
        after: u32,
    },
    /// The connection is cut between two events.
    ResetBetweenEvents {
        /// The events before.
        after: u32,
    },
    /// The connection stays open, and no byte comes any more, heartbeats neither.
    HalfOpenSilence {
        /// The events before.
        after: u32,
    },
    /// Only heartbeats arrive for a while, then all pending events.
    HeartbeatOnly {
        /// Duration of the fault.
        #[serde(rename = "lastsMs", with = "millis")]
        lasts: Duration,
    },
    /// A connection that goes on from an id is given events again that come before it. Others are not concerned.
    DuplicateOnResume {
        /// Number of events to repeat, from the previous hour and not before `since`.
        events: u32,
    },
    /// A connection that goes on from an id is not given the first events after it. Others are not concerned.
    LostOnResume {
        /// Number of events.
        events: u32,
    },
    /// A connection that goes on from an id is refused for it. Others are not concerned.
    RefusedId {
        /// The status, such as 400.
        status: u16,
    },
    /// The bytes come one by one.
    SlowDrip {
        /// The wait before each.
        #[serde(rename = "pauseMs", with = "millis")]
        pause: Duration,
    },
    /// The text of an event is very long: its id and all of it are sent.
    GiantEvent {
        /// The events before it.
        after: u32,
        /// Bytes of its text, at least.
        bytes: u32,
    },
    /// The stream says that it is something else, in its `Content-Type`.
    WrongContentType,
    /// The connection is refused in the platform's error shape.
    Refused {
        /// The status, such as 401, 403, 404, 429 or 503.
        status: u16,
        /// `Retry-After`, in whole seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The stream is accepted, and its connection closed before the first byte.
    AcceptThenClose,
    /// A page in HTML, as a proxy in front of the platform shows it, with status 200.
    HtmlPage,
    /// 503 with a `Retry-After` that is a date, by a clock that is wrong.
    ClockSkew {
        /// Offset of the clock in seconds; negative if it is behind.
        ahead: i64,
        /// Time to wait, in seconds.
        wait: u32,
    },
    /// The platform ends the stream although there is more, with `END_OF_STREAM`. Who asks again is given the rest.
    EndsEarly {
        /// The events before.
        after: u32,
        /// The reason that it gives.
        reason: StreamEnd,
    },
    /// 204: the platform says that there is nothing to stream.
    NoContent,
    /// The events come in pairs, of which the later one is first. One that is alone is held back for a second.
    Reordered,
}

/// The reason that the platform gives for the end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StreamEnd {
    /// `LIMIT_REACHED`.
    LimitReached,
    /// `UNTIL_REACHED`.
    UntilReached,
    /// A reason that no version of the spec knows.
    Maintenance,
}

impl StreamEnd {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::LimitReached => "LIMIT_REACHED",
            Self::UntilReached => "UNTIL_REACHED",
            Self::Maintenance => "MAINTENANCE",
        }
    }
}

impl StreamFault {
    /// Returns one fault of each kind that interrupts a connection or changes its content, with moderate
    /// values; [`Refused`](Self::Refused) once for each documented status.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::ResetMidEvent { after: 2 },
            Self::ResetBetweenEvents { after: 2 },
            Self::HalfOpenSilence { after: 2 },
            Self::HeartbeatOnly { lasts: Duration::from_secs(30) },
            Self::DuplicateOnResume { events: 3 },
            Self::LostOnResume { events: 2 },
            Self::RefusedId { status: 400 },
            Self::SlowDrip { pause: Duration::from_millis(5) },
            Self::GiantEvent { after: 1, bytes: 2 * 1024 * 1024 },
            Self::WrongContentType,
            Self::AcceptThenClose,
            Self::HtmlPage,
            Self::ClockSkew { ahead: -7_200, wait: 4 },
        ];
        let retry_after = |status| (status == 429).then_some(3);
        let statuses = [401, 403, 404, 429, 503];
        all.extend(statuses.map(|status| Self::Refused { status, retry_after: retry_after(status) }));
        all
    }

    /// The oddities of a log whose connections are well: it ends early, for each reason, says that there is nothing, or comes in
    /// another order.
    pub fn odd_logs() -> Vec<Self> {
        let reasons = [StreamEnd::LimitReached, StreamEnd::UntilReached, StreamEnd::Maintenance];
        let ends = reasons.map(|reason| Self::EndsEarly { after: 2, reason });
        ends.into_iter().chain([Self::NoContent, Self::Reordered]).collect()
    }

    /// Returns `true` if the platform will give the same answer to the same request, so that retries are
    /// useless.
    pub fn is_final(self) -> bool {
        match self {
            Self::WrongContentType | Self::HtmlPage => true,
            Self::Refused { status, .. } => status < 500 && !matches!(status, 408 | 429),
            _ => false,
        }
    }

    /// A fault that a client lives through, decided by a seed and a number.
    pub fn seeded(seed: u64, number: u64) -> Self {
        let drawn = mix(seed, &["stream fault", &number.to_string()]);
        let few = (drawn >> 8) as u32 % 8;
        let passing: Vec<Self> = Self::all().into_iter().filter(|fault| !fault.is_final()).collect();
        match passing[(drawn % 256) as usize % passing.len()] {
            Self::ResetMidEvent { .. } => Self::ResetMidEvent { after: few },
            Self::ResetBetweenEvents { .. } => Self::ResetBetweenEvents { after: few },
            Self::HalfOpenSilence { .. } => Self::HalfOpenSilence { after: few },
            Self::HeartbeatOnly { .. } => {
                Self::HeartbeatOnly { lasts: Duration::from_secs(u64::from(few) * 9) }
            }
            Self::DuplicateOnResume { .. } => Self::DuplicateOnResume { events: few * 5 + 1 },
            Self::LostOnResume { .. } => Self::LostOnResume { events: few + 1 },
            Self::RefusedId { .. } => {
                Self::RefusedId { status: [400, 404, 409, 410, 412, 416, 422, 400][few as usize] }
            }
            Self::SlowDrip { .. } => Self::SlowDrip { pause: Duration::from_millis(u64::from(few) + 1) },
            Self::GiantEvent { bytes, .. } => Self::GiantEvent { after: few, bytes },
            Self::ClockSkew { .. } => {
                Self::ClockSkew { ahead: i64::from(few) * 50_000 - 175_000, wait: few * 3 }
            }
            Self::Refused { status, .. } => {
                let retry_after = (few > 3).then_some(u64::from(few) * 4);
                Self::Refused { status, retry_after }
            }
            other => other,
        }
    }

    /// Returns `true` if the fault applies only to connections that resume from an id.
    pub(crate) fn is_about_resuming(self) -> bool {
        matches!(self, Self::DuplicateOnResume { .. } | Self::LostOnResume { .. } | Self::RefusedId { .. })
    }
}

/// Dates of a wrong clock: the current time, and the time of the next attempt.
pub(crate) fn skewed(now: Timestamp, ahead: i64, wait: u32) -> [String; 2] {
    [ahead, ahead.saturating_add(i64::from(wait))]
        .map(|seconds| http_date(now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)))
}

/// A time as headers have it.
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A time in whole milliseconds.
pub(crate) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_goes_through_its_json() {
        for fault in StreamFault::all().into_iter().chain(StreamFault::odd_logs()) {
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<StreamFault>(&json).unwrap(), fault, "{json}");
        }
    }

    #[test]
    fn seeded_faults_are_of_every_kind_that_passes() {
        let kind = |fault: &StreamFault| std::mem::discriminant(fault);
        let drawn: Vec<_> = (0..200).map(|number| StreamFault::seeded(1, number)).collect();
        assert!(drawn.iter().all(|fault| !fault.is_final()));
        for fault in StreamFault::all().iter().filter(|fault| !fault.is_final()) {
            assert!(drawn.iter().any(|drawn| kind(drawn) == kind(fault)), "{fault:?}");
        }
    }

    #[test]
    fn a_skewed_clock_is_wrong_by_as_much_in_both_dates() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(skewed(now, 3_600, 5), ["Thu, 01 Jan 2026 01:00:00 GMT", "Thu, 01 Jan 2026 01:00:05 GMT"]);
    }
}
