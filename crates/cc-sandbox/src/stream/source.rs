//! What logs say: a function of the seed, the state of the world and the time, so that a log needs no room and is the
//! same for all who read it.

mod access;
mod addon;
mod application;
mod deployment;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::line::{Line, Place};
use crate::engine::random::mix;
use crate::world::World;

/// What a stream tells of.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The log of an application.
    Application(String),
    /// The log of an add-on, by its real id.
    Addon(String),
    /// The accesses to an application.
    Accesses(String),
    /// Where requests to an application, or to every one of an owner, come from.
    Requests { owner: String, application: Option<String> },
}

/// From one moment up to another, which is not in it any more; in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Source {
    /// What the platform calls the events.
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

    /// The lines of a span of time, in their order; `None` when there is no such thing any more.
    pub(crate) fn lines(&self, world: &World, from: Timestamp, to: Timestamp) -> Option<Vec<Line>> {
        let span = Span { from: from.as_microsecond(), to: to.as_microsecond() };
        let mut lines = match self {
            Self::Application(id) => application::lines(world, world.applications.get(id)?, span),
            Self::Addon(id) => addon::lines(world, world.addon(id).ok()?, span),
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

/// Things that happen now and then, at moments that the seed and a name decide: up to `most` in each `slot`.
fn now_and_then<'a>(
    seed: u64,
    name: &'a str,
    slot: i64,
    most: u64,
    span: Span,
) -> impl Iterator<Item = (Place, u64)> + 'a {
    let slots = span.from.div_euclid(slot)..=span.to.div_euclid(slot);
    slots.flat_map(move |number| {
        let drawn = mix(seed, &[name, &number.to_string()]);
        (0..drawn % (most + 1)).filter_map(move |index| {
            let drawn = mix(drawn, &[&index.to_string()]);
            let micros = number * slot + (drawn % slot.unsigned_abs()) as i64;
            let place = Place::new(micros, &[name, &drawn.to_string()]);
            (span.from..span.to).contains(&micros).then_some((place, drawn >> 8))
        })
    })
}
