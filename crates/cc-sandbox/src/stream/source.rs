//! Content of logs: a function of the seed, the state of the world and the time, so that a log takes no
//! memory and is the same for all readers.

mod access;
mod addon;
mod application;
mod deployment;
mod tally;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::line::{Line, Place};
use crate::engine::clock::after;
use crate::engine::random::mix;
use crate::world::{Application, World};

/// Subject of a stream.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The log of an application.
    Application(String),
    /// The log of an add-on, by its real id.
    Addon(String),
    /// The accesses to an application.
    Accesses(String),
    /// Places of origin of requests to an application, or to all applications of an owner.
    Requests { owner: String, application: Option<String> },
}

/// The lines that are looked for. A line is only built if it is one of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sought<'a> {
    /// Text that the message holds, in lower case; empty for any.
    pub(crate) text: &'a str,
    /// The deployment whose lines they are; `None` for any.
    pub(crate) deployment: Option<&'a str>,
}

impl Sought<'_> {
    fn has_message(self, message: &str) -> bool {
        self.text.is_empty() || message.to_lowercase().contains(self.text)
    }

    fn is_of(self, deployment: &str) -> bool {
        self.deployment.is_none_or(|wanted| wanted == deployment)
    }
}

/// First time span that is searched for the next line, in microseconds.
const SECOND: i64 = 1_000_000;

/// Time that a search builds the lines of at once, in microseconds.
const WINDOW: i64 = 3_600_000_000;

/// Half-open time span, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Source {
    /// The platform's name of the events.
    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::Application(_) => "APPLICATION_LOG",
            Self::Addon(_) => "RESOURCE_LOG",
            Self::Accesses(_) => "ACCESS_LOG",
            Self::Requests { .. } => "REQUESTS_LIVE",
        }
    }

    /// Names of the fields that can be asked for; `None` where none can.
    pub(crate) fn fields(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Application(_) => Some(&application::FIELDS),
            Self::Addon(_) => Some(&addon::FIELDS),
            Self::Accesses(_) => Some(&access::FIELDS),
            Self::Requests { .. } => None,
        }
    }

    /// Lines of a time span, in order; `None` if the resource no longer exists.
    pub(crate) fn lines(
        &self,
        world: &World,
        from: Timestamp,
        to: Timestamp,
        sought: Sought<'_>,
    ) -> Option<Vec<Line>> {
        let span = Span { from: from.as_microsecond(), to: to.as_microsecond() };
        self.found(world, span, sought)
    }

    /// The first lines of a span of time that are looked for, `limit` at most, from the latest on if `latest_first`. The
    /// cost follows the time until `limit` is reached, and the memory follows `limit`.
    pub(crate) fn search(
        &self,
        world: &World,
        span: Span,
        sought: Sought<'_>,
        latest_first: bool,
        limit: usize,
    ) -> Vec<Line> {
        let (mut left, mut found) = (span, Vec::new());
        while left.from < left.to && found.len() < limit {
            let window = if latest_first {
                Span { from: left.from.max(left.to.saturating_sub(WINDOW)), to: left.to }
            } else {
                Span { from: left.from, to: left.to.min(left.from.saturating_add(WINDOW)) }
            };
            let Some(mut lines) = self.found(world, window, sought) else { break };
            if latest_first {
                lines.reverse();
                left.to = window.from;
            } else {
                left.from = window.to;
            }
            lines.truncate(limit - found.len());
            found.append(&mut lines);
        }
        found
    }

    /// Id of what the lines follow from: they stay as they are until it changes.
    pub(crate) fn topic(&self) -> &str {
        match self {
            Self::Application(id) | Self::Addon(id) | Self::Accesses(id) => id,
            Self::Requests { owner, application } => application.as_ref().unwrap_or(owner),
        }
    }

    /// Returns the time right after the first line from a time on that is `wanted`, as far as it is known now: changes of the
    /// [`topic`](Self::topic) may bring others before. `None` if no line comes without a change. Where the next line is
    /// far away, it is the time until which there is none.
    pub(crate) fn next(
        &self,
        world: &World,
        from: Timestamp,
        sought: Sought<'_>,
        wanted: impl Fn(&Line) -> bool,
    ) -> Option<Timestamp> {
        if self.is_silent(world, from, sought) {
            return None;
        }
        let (mut from, mut width) = (from.as_microsecond(), SECOND);
        let horizon = from.saturating_add(WINDOW);
        while from < horizon {
            let span = Span { from, to: from.saturating_add(width).min(horizon) };
            if let Some(line) = self.found(world, span, sought)?.iter().find(|line| wanted(line)) {
                return Some(after(line.place.date(), Duration::from_micros(1)));
            }
            (from, width) = (span.to, width * 2);
        }
        Some(Timestamp::from_microsecond(horizon).unwrap_or(Timestamp::MAX))
    }

    /// Returns `true` if no line comes from a time on until something changes.
    fn is_silent(&self, world: &World, from: Timestamp, sought: Sought<'_>) -> bool {
        let is_accessed =
            |own: &Application| application::serves(own) || own.is_visited_since(from.as_microsecond());
        let serves = |id: &String| world.applications.get(id).is_some_and(is_accessed);
        match self {
            Self::Application(id) => {
                !serves(id) && !world.applications.get(id).is_some_and(application::deploys)
            }
            // What an add-on says belongs to no deployment.
            Self::Addon(_) => sought.deployment.is_some(),
            Self::Accesses(id) | Self::Requests { application: Some(id), .. } => !serves(id),
            Self::Requests { owner, application: None } => {
                !world.applications.values().any(|own| own.owner == *owner && is_accessed(own))
            }
        }
    }

    fn found(&self, world: &World, span: Span, sought: Sought<'_>) -> Option<Vec<Line>> {
        let mut lines = match self {
            Self::Application(id) => application::lines(world, world.applications.get(id)?, span, sought),
            Self::Addon(id) => addon::lines(world, world.addon(id).ok()?, span, sought),
            Self::Accesses(id) => access::lines(world, world.applications.get(id)?, span),
            Self::Requests { owner, application } => {
                access::places(world, owner, application.as_deref(), span)
            }
        };
        lines.sort_by_key(|line| line.place);
        Some(lines)
    }
}

impl Line {
    /// The data of the event: with only these fields, if any are said.
    pub(crate) fn data(&self, fields: &[String]) -> Value {
        let mut value = self.value.clone();
        if let Some(map) = value.as_object_mut() {
            map.insert("id".to_owned(), self.place.id().into());
            map.insert("date".to_owned(), json!(format!("{:.6}", self.place.date())));
            if !fields.is_empty() {
                // The spec promises the message always.
                map.retain(|name, _| name == "message" || fields.contains(name));
            }
        }
        value
    }

    /// The text of the line.
    pub(crate) fn message(&self) -> &str {
        self.value["message"].as_str().unwrap_or_default()
    }
}

/// Something that happens now and then.
#[derive(Clone, Copy)]
struct Moment<'a> {
    micros: i64,
    name: &'a str,
    number: u64,
}

impl Moment<'_> {
    /// The number that decides what happens.
    fn drawn(self) -> u64 {
        self.number >> 8
    }

    /// The place of its line. A search only asks for those that it gives.
    fn place(self) -> Place {
        Place::new(self.micros, &[self.name, &self.number.to_string()])
    }
}

/// Things that happen now and then, at moments that the seed and a name decide: up to `most` in each `slot`.
fn now_and_then<'a>(
    seed: u64,
    name: &'a str,
    slot: i64,
    most: u64,
    span: Span,
) -> impl Iterator<Item = Moment<'a>> + 'a {
    one_in(1, seed, name, slot, most, span)
}

/// The same of every `stride`-th slot only.
fn one_in<'a>(
    stride: i64,
    seed: u64,
    name: &'a str,
    slot: i64,
    most: u64,
    span: Span,
) -> impl Iterator<Item = Moment<'a>> + 'a {
    let (first, last) = (span.from.div_euclid(slot), span.to.div_euclid(slot));
    let first = first + (-first).rem_euclid(stride);
    let slots = (0..).map(move |index| first + index * stride).take_while(move |number| *number <= last);
    slots.flat_map(move |number| {
        let drawn = mix(seed, &[name, &number.to_string()]);
        (0..drawn % (most + 1)).filter_map(move |index| {
            let drawn = mix(drawn, &[&index.to_string()]);
            let micros = number * slot + (drawn % slot.unsigned_abs()) as i64;
            (span.from..span.to).contains(&micros).then_some(Moment { micros, name, number: drawn })
        })
    })
}
