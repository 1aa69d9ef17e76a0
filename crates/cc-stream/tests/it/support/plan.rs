//! A plan: what a server publishes, and how its connections go wrong. A fault and a seed decide all of it.

use std::time::Duration;

use cc_stream::Continuity;

use super::chance::Chance;

/// Fault of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    ResetMidEvent,
    ResetBetweenEvents,
    HalfOpenSilence,
    HeartbeatOnly,
    DuplicateOnResume,
    LostOnResume,
    RefusedId,
    SlowDrip,
    GiantEvent,
    WrongContentType,
    Status(u16),
    AcceptThenClose,
    HtmlPage,
    ClockSkew,
}

pub(crate) const FAULTS: [Fault; 18] = [
    Fault::ResetMidEvent,
    Fault::ResetBetweenEvents,
    Fault::HalfOpenSilence,
    Fault::HeartbeatOnly,
    Fault::DuplicateOnResume,
    Fault::LostOnResume,
    Fault::RefusedId,
    Fault::SlowDrip,
    Fault::GiantEvent,
    Fault::WrongContentType,
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(429),
    Fault::Status(503),
    Fault::AcceptThenClose,
    Fault::HtmlPage,
    Fault::ClockSkew,
];

/// The ids of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    Numbers,
    Prefixed,
    Opaque,
    None,
}

/// Script of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Streams to the end.
    Serve,
    /// Sends this number of events and a part of the next, then loses the connection.
    CutMidEvent(u64),
    /// Sends this number of events, then closes or loses the connection.
    Cut(u64),
    /// Sends this number of events, then no more bytes.
    Silence(u64),
    /// Never answers.
    Hang,
    /// Answers with this status.
    Refuse(u16),
    /// The same with a `Retry-After` in seconds.
    RefuseFor(u16, u64),
    /// The same with a date from a clock that is wrong by this number of hours.
    RefuseUntil(u16, u64, i64),
    /// Answers with 200 and this content type.
    Page(&'static str),
}

/// Handling of an id to resume from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resume {
    Exact,
    /// Goes on from so many events before.
    Replay(u64),
    /// Forgets so many events.
    Skip(u64),
    /// Refuses the id with this status, and without one goes on with what comes.
    Refuse(u16),
    /// Refuses the id with this status, and without one gives it all again.
    RefuseThenReplay(u16),
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) fault: Fault,
    pub(crate) seed: u64,
    pub(crate) ids: Ids,
    pub(crate) continuity: Continuity,
    /// Publication time of each event, from the start; the first is number 1.
    pub(crate) published: Vec<Duration>,
    /// The connections in turn; those after them serve.
    pub(crate) acts: Vec<Act>,
    /// `true` to repeat the last act forever.
    pub(crate) for_ever: bool,
    pub(crate) resume: Resume,
    /// Events with invalid JSON.
    pub(crate) malformed: Vec<u64>,
    /// Events beyond the limits.
    pub(crate) giants: Vec<u64>,
    /// The time between two bytes.
    pub(crate) drip: Option<Duration>,
    /// The consumer takes its time after an item.
    pub(crate) slow: bool,
}

impl Plan {
    pub(crate) fn new(fault: Fault, seed: u64) -> Self {
        let mut chance = Chance::new(seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ fault_number(fault));
        let events = chance.range(8..30);
        let mut plan = Self {
            fault,
            seed,
            ids: chance.pick(&[Ids::Numbers, Ids::Prefixed, Ids::Opaque, Ids::None]),
            continuity: chance.pick(&[Continuity::Trust, Continuity::Trust, Continuity::Overlap]),
            published: published(&mut chance, events),
            acts: Vec::new(),
            for_ever: false,
            resume: Resume::Exact,
            malformed: (0..chance.range(0..3)).map(|_| chance.range(1..events + 1)).collect(),
            giants: Vec::new(),
            drip: None,
            slow: chance.one_in(4),
        };
        // Faults come after a few ordinary losses, or right away.
        for _ in 0..chance.range(0..3) {
            let cut = Act::Cut(chance.range(0..6));
            plan.acts.push(cut);
        }
        plan.add_fault(&mut chance);
        plan
    }

    fn add_fault(&mut self, chance: &mut Chance) {
        let few = |chance: &mut Chance| chance.range(0..8);
        let times = chance.range(1..4);
        match self.fault {
            Fault::ResetMidEvent => {
                self.acts.extend((0..times).map(|_| Act::CutMidEvent(few(chance))));
            }
            Fault::ResetBetweenEvents => self.acts.extend((0..times).map(|_| Act::Cut(few(chance)))),
            Fault::HalfOpenSilence => {
                self.slow = false;
                let acts =
                    (0..times).map(|_| if chance.one_in(4) { Act::Hang } else { Act::Silence(few(chance)) });
                self.acts.extend(acts);
            }
            Fault::HeartbeatOnly => {
                self.acts.clear();
                let (from, pause) = (chance.index(self.published.len()), chance.range(10..300));
                for time in &mut self.published[from..] {
                    *time += Duration::from_secs(pause);
                }
            }
            Fault::DuplicateOnResume => {
                self.acts.extend((0..times).map(|_| Act::Cut(few(chance))));
                self.resume = Resume::Replay(chance.range(1..40));
            }
            Fault::LostOnResume => {
                self.acts.extend((0..times).map(|_| Act::Cut(few(chance))));
                self.resume = Resume::Skip(chance.range(1..5));
                // Ids that are not comparable need the proof of an overlap, and so does a loss at the end.
                if self.ids == Ids::Opaque {
                    self.continuity = Continuity::Overlap;
                }
            }
            Fault::RefusedId => {
                self.acts.push(Act::Cut(chance.range(1..8)));
                let status = chance.pick(&[400, 404, 409, 410, 412, 416, 422]);
                self.resume = match self.ids {
                    Ids::None => Resume::Refuse(status),
                    _ => chance.pick(&[Resume::Refuse(status), Resume::RefuseThenReplay(status)]),
                };
            }
            Fault::SlowDrip => self.drip = Some(Duration::from_millis(chance.range(1..50))),
            Fault::GiantEvent => {
                let events = self.published.len() as u64;
                self.giants = (0..times).map(|_| chance.range(1..events + 1)).collect();
                self.malformed.clear();
            }
            Fault::WrongContentType => {
                let types = [
                    "application/json",
                    "text/plain",
                    "",
                    "text/event-stream-ish",
                    "application/octet-stream",
                ];
                self.acts.push(Act::Page(chance.pick(&types)));
            }
            Fault::Status(status @ (401 | 403 | 404)) => {
                self.acts.push(Act::Refuse(status));
                self.for_ever = true;
            }
            Fault::Status(status) => {
                let acts = (0..times).map(|_| match chance.range(0..2) {
                    0 => Act::Refuse(status),
                    _ => Act::RefuseFor(status, chance.range(0..100)),
                });
                self.acts.extend(acts);
            }
            Fault::AcceptThenClose => self.acts.extend((0..times * 10).map(|_| Act::Cut(0))),
            Fault::HtmlPage => self.acts.push(Act::Page("text/html; charset=utf-8")),
            Fault::ClockSkew => {
                let skew = chance.range(0..200_000) as i64 - 100_000;
                let wait = chance.range(0..60);
                self.acts.extend((0..times).map(|_| Act::RefuseUntil(503, wait, skew)));
            }
        }
    }

    pub(crate) fn events(&self) -> u64 {
        self.published.len() as u64
    }

    /// `true` if the stream must fail permanently.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self.fault, Fault::WrongContentType | Fault::HtmlPage | Fault::Status(401 | 403 | 404))
    }

    /// `true` if a correct stream has no reason to suspect a loss.
    pub(crate) fn is_seamless(&self) -> bool {
        let resumes = matches!(self.resume, Resume::Exact | Resume::Replay(_));
        // The first id alone cannot be proven by an overlap.
        let provable = self.continuity == Continuity::Trust || self.ids != Ids::Opaque;
        resumes && provable && self.ids != Ids::None
    }

    /// The id of an event.
    pub(crate) fn id(&self, event: u64) -> Option<String> {
        match self.ids {
            Ids::Numbers => Some(event.to_string()),
            Ids::Prefixed => Some(format!("log-{}/{event:06}", self.seed)),
            Ids::Opaque => Some(format!("{:016x}", Chance::new(self.seed ^ (event << 32)).bits())),
            Ids::None => None,
        }
    }

    pub(crate) fn event_of(&self, id: &str) -> Option<u64> {
        (1..=self.events()).find(|event| self.id(*event).as_deref() == Some(id))
    }
}

/// Bursts, and pauses of up to a few seconds.
fn published(chance: &mut Chance, events: u64) -> Vec<Duration> {
    let mut time = Duration::ZERO;
    let pause = |chance: &mut Chance| if chance.one_in(2) { 0 } else { chance.range(0..6_000) };
    (0..events)
        .map(|_| {
            time += Duration::from_millis(pause(chance));
            time
        })
        .collect()
}

fn fault_number(fault: Fault) -> u64 {
    FAULTS.iter().position(|other| *other == fault).unwrap() as u64
}
