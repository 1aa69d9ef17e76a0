//! Logs: those that are streamed, and those that are stored.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::reply::{Content, Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::stream::{Line, Place, Sought, Source, Span, Throttle, Wanted};
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("stream_application_logs", application),
    ("stream_addon_logs", addon),
    ("stream_application_access_logs", accesses),
    ("stream_request_locations", requests),
    ("list_logs", list),
];

/// Services whose lines are sent unless others are asked for.
const SERVICES: [&str; 2] = ["bas", "bas-deploy"];
/// Default limit of the sending rate.
const THROTTLE: Throttle = Throttle { elements: 100, per: Duration::from_millis(300) };
/// Default age of the oldest stored lines to search.
const STORED: SignedDuration = SignedDuration::from_hours(1);
/// Default number of stored lines to list.
const LISTED: usize = 100;
/// Maximum number of stored lines to list: an answer of about 10 MB.
const MOST_LISTED: usize = 10_000;
/// Retention time of stored lines. It bounds the time of a search.
const KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);

fn application(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut wanted = wanted(world, request, Source::Application(request.param("applicationId").to_owned()))?;
    let services: Vec<String> = request.query_all("service").map(str::to_owned).collect();
    wanted.services = match services.as_slice() {
        [] => SERVICES.map(str::to_owned).to_vec(),
        all if all.iter().any(|service| service == "all") => Vec::new(),
        _ => services,
    };
    Ok(Content::Events(Box::new(wanted)).into())
}

fn addon(world: &mut World, request: &Request<'_>) -> Outcome {
    let wanted = wanted(world, request, Source::Addon(request.param("addonId").to_owned()))?;
    Ok(Content::Events(Box::new(wanted)).into())
}

fn accesses(world: &mut World, request: &Request<'_>) -> Outcome {
    let wanted = wanted(world, request, Source::Accesses(request.param("applicationId").to_owned()))?;
    Ok(Content::Events(Box::new(wanted)).into())
}

fn requests(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = request.query("applicationId").map(str::to_owned);
    if let Some(id) = &application
        && world.application(id).is_ok_and(|application| application.owner != request.owner())
    {
        return Err(Refusal::not_found("Application", id));
    }
    let source = Source::Requests { owner: request.owner().to_owned(), application };
    // Its events have no ids to go on from.
    let mut wanted = wanted(world, request, source)?;
    wanted.from = Place::start_of(world.now);
    Ok(Content::Events(Box::new(wanted)).into())
}

/// Parameters of a stream, from its request.
fn wanted(world: &World, request: &Request<'_>, source: Source) -> Result<Wanted, Refusal> {
    let date = |name: &str| request.query(name).map(read_date).transpose();
    let (since, until) = (date("since")?, date("until")?);
    let at_least_one = |name: &str| match request.query(name).map(str::parse::<u64>) {
        None => Ok(None),
        Some(Ok(number)) if number > 0 => Ok(Some(number)),
        Some(_) => Err(refusals::AT_LEAST_ONE.with([name]).about(name)),
    };
    let throttle = Throttle {
        elements: at_least_one("throttleElements")?
            .map_or(THROTTLE.elements, |elements| elements.try_into().unwrap_or(u32::MAX)),
        per: at_least_one("throttlePerInMilliseconds")?.map_or(THROTTLE.per, Duration::from_millis),
    };
    let fields: Vec<String> = request.query_all("field").map(str::to_owned).collect();
    let known = source.fields().unwrap_or_default();
    if let Some(unknown) = fields.iter().find(|field| !known.contains(&field.as_str())) {
        return Err(refusals::UNKNOWN_FIELD.with([unknown]).about("field"));
    }
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(refusals::SINCE_AFTER_UNTIL.with([]).about("since"));
    }
    let last_id = request.headers.get("last-event-id").filter(|_| source.fields().is_some());
    let from = match last_id.map(|id| id.to_str().ok().and_then(Place::of_id)) {
        Some(Some(last)) => last.next(),
        Some(None) => return Err(refusals::UNKNOWN_EVENT_ID.with([])),
        None => Place::start_of(since.unwrap_or(world.now)),
    };
    Ok(Wanted {
        source,
        from,
        since,
        until,
        limit: at_least_one("limit")?,
        fields,
        filter: request.query("filter").unwrap_or_default().to_lowercase(),
        deployment: request.query("deploymentId").map(str::to_owned),
        instances: request.query_all("instanceId").map(str::to_owned).collect(),
        services: Vec::new(),
        throttle,
    })
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("resourceId");
    let source = match world.addon(id) {
        Ok(addon) => Source::Addon(addon.real_id.clone()),
        Err(_) => Source::Application(id.to_owned()),
    };
    // The spec has no refusal for an invalid date.
    let date = |name: &str| read_date(request.query(name)?).ok();
    let before = date("before").unwrap_or(world.now).min(world.now);
    let after = date("after").unwrap_or_else(|| before.checked_sub(STORED).unwrap_or(Timestamp::MIN));
    let filter = request.query("filter").unwrap_or_default().to_lowercase();
    let kept = world.now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let span = Span { from: after.max(kept).as_microsecond(), to: before.as_microsecond() };
    let sought = Sought { text: &filter, deployment: request.query("deployment_id") };
    let latest_first = request.query("order") != Some("ASC");
    let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(LISTED);
    let lines = source.search(world, span, sought, latest_first, limit.min(MOST_LISTED));
    json_of(lines.iter().map(stored).collect::<Value>())
}

fn stored(line: &Line) -> Value {
    let value = &line.value;
    json!({
        "_id": line.place.id(),
        "_source": {
            "@timestamp": line.place.date().to_string(),
            "message": value["message"],
            "type": "syslog",
            "syslog_severity": value["severity"],
            "syslog_program": value["service"],
            "deploymentId": line.deployment,
            "host": line.instance.as_deref().unwrap_or_default(),
            "@source": "192.0.2.1",
            "zone": value["zone"],
        },
    })
}
