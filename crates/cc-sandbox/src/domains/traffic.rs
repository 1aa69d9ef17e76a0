//! Statistics of the requests to applications. They count what the access logs show.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::stream::{Source, Span};
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("list_status_codes", status_codes), ("list_request_locations", locations)];

/// Default length of the period.
const USUAL: SignedDuration = SignedDuration::from_hours(24);
/// Retention time of the statistics: that of the logs. It bounds the time of a count.
const KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The period of a request, and the application that it is about.
fn asked<'a>(world: &World, request: &'a Request<'_>) -> Result<(Option<&'a str>, Span), Refusal> {
    let application = request.query("applicationId");
    if let Some(id) = application
        && world.application(id)?.owner != request.owner()
    {
        return Err(Refusal::not_found("Application", id));
    }
    let date = |name: &str| request.query(name).map(read_date).transpose();
    let before = |time: Timestamp, by| time.checked_sub(by).unwrap_or(Timestamp::MIN);
    let to = date("to")?;
    let from = date("from")?.unwrap_or_else(|| before(to.unwrap_or(world.now), USUAL));
    if to.is_some_and(|to| to < from) {
        return Err(Refusal::invalid("`from` is after `to`").about("from"));
    }
    // The present is part of the period.
    let end = world.now.as_microsecond().saturating_add(1);
    let to = to.map_or(end, |to| to.as_microsecond().min(end));
    let from = from.max(before(world.now, KEPT)).as_microsecond();
    Ok((application, Span { from, to: to.max(from) }))
}

fn status_codes(world: &mut World, request: &Request<'_>) -> Outcome {
    let (application, span) = asked(world, request)?;
    let slices = Source::statuses(world, request.owner(), application, span);
    let slice = |(date, counts): (Timestamp, Vec<(u16, u64)>)| {
        let counts = counts.into_iter().map(|(code, count)| json!({ "code": code, "count": count }));
        json!({ "date": date.to_string(), "statuses": counts.collect::<Value>() })
    };
    json_of(slices.into_iter().map(slice).collect::<Value>())
}

fn locations(world: &mut World, request: &Request<'_>) -> Outcome {
    let (application, span) = asked(world, request)?;
    let origins = Source::origins(world, request.owner(), application, span);
    let place =
        |((lat, long), count): ((f64, f64), u64)| json!({ "lat": lat, "long": long, "accessCount": count });
    json_of(origins.into_iter().map(place).collect::<Value>())
}
