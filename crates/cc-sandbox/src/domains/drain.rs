//! Drains: they become enabled or disabled some time after they were asked to.

use std::time::Duration;

use serde_json::{Value, json};

use super::Handler;
use crate::delivery::{MOST_ATTEMPTS, Progress, backlog};
use crate::engine::clock::after;
use crate::engine::reply::{Content, Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::stream::Place;
use crate::world::{Change, Drain, DrainStatus, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_drains", list),
    ("create_drain", create),
    ("delete_resource_drains", delete_all),
    ("get_drain", get),
    ("delete_drain", delete),
    ("enable_drain", enable),
    ("disable_drain", disable),
    ("check_drain", check),
    ("reset_drain_cursor", reset),
    ("get_drain_test_command", test_command),
    ("delete_owner_drains", delete_all),
    ("list_application_drains", list),
    ("create_application_drain", create),
    ("delete_application_drains", delete_all),
    ("get_application_drain", get),
    ("delete_application_drain", delete),
    ("enable_application_drain", enable),
    ("disable_application_drain", disable),
    ("reset_application_drain_cursor", reset),
    ("get_application_drain_test_command", test_command),
    ("list_legacy_drains", list_legacy),
    ("create_legacy_drain", create_legacy),
    ("delete_legacy_drain", delete_legacy),
    ("update_legacy_drain_state", turn_legacy),
];

/// Time from `ENABLING` to `ENABLED`, and back.
const CHANGES: Duration = Duration::from_secs(8);

/// Kinds of add-ons that take drains, by the beginning of their real id.
const DRAINED: [&str; 6] = ["app_", "postgresql_", "mysql_", "mongodb_", "redis_", "elasticsearch_"];

/// The application or the add-on in the path; `None` for all of an owner's.
fn resource<'a>(request: &'a Request<'_>) -> Option<&'a str> {
    request.path.get("resourceId").or_else(|| request.path.get("applicationId")).map(String::as_str)
}

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Drain, Refusal> {
    let id = request.param("drainId");
    world
        .drains
        .get_mut(id)
        .filter(|drain| resource(request).is_none_or(|resource| drain.resource == resource))
        .ok_or_else(|| Refusal::not_found("Drain", id))
}

/// Result of the check of a drain: that of its last delivery. Source of the fields: the official command line.
fn check(world: &mut World, request: &Request<'_>) -> Outcome {
    let drain = find(world, request)?;
    let problem = drain.progress.last_error.clone();
    let message = problem.clone().unwrap_or_else(|| "The recipient is reachable".to_owned());
    json_of(json!({ "ok": problem.is_none(), "message": message }))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let chosen = |name: &str, value: &str, absent: bool| {
        let mut wanted = request.query_all(name).peekable();
        if wanted.peek().is_none() { absent } else { wanted.any(|wanted| wanted == value) }
    };
    let found = world
        .drains
        .values()
        .filter(|drain| drain.owner == request.owner() && resource(request) == Some(&drain.resource))
        .filter(|drain| chosen("status", drain.status.name(), true))
        .filter(|drain| chosen("executionStatus", execution(drain), true))
        .filter(|drain| !chosen("executionStatusNotIn", execution(drain), false));
    json_of(found.map(|drain| wire(world, drain)).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let resource = resource(request).unwrap_or_default();
    if !DRAINED.iter().any(|prefix| resource.starts_with(prefix)) {
        return Err(refusals::NOT_DRAINED.with([resource]).about("resourceId"));
    }
    let url = request.body["recipient"]["url"].as_str().unwrap_or_default();
    if !url.contains("://") {
        return Err(refusals::RECIPIENT_URL.with([]).about("recipient.url"));
    }
    let id = make(world, request.owner(), resource, &request.body);
    json_of(world.drains.get(&id).map(|drain| wire(world, drain)).unwrap_or_default())
}

/// Kinds of recipients in v2, each with its type in v4.
const LEGACY: [(&str, &str); 6] = [
    ("HTTP", "RAW_HTTP"),
    ("TCPSyslog", "SYSLOG_TCP"),
    ("UDPSyslog", "SYSLOG_UDP"),
    ("ElasticSearch", "ELASTICSEARCH"),
    ("DatadogHTTP", "DATADOG"),
    ("NewRelicHTTP", "NEWRELIC"),
];

/// A drain in the format of v2.
fn legacy(drain: &Drain) -> Value {
    let kind = LEGACY.iter().find(|(_, new)| drain.recipient["type"] == *new).map_or("HTTP", |(old, _)| old);
    let is_on = matches!(drain.status, DrainStatus::Created | DrainStatus::Enabling | DrainStatus::Enabled);
    json!({
        "id": drain.id,
        "appId": drain.resource,
        "state": if is_on { "ENABLED" } else { "DISABLED" },
        "target": { "url": drain.recipient["url"], "type": kind, "drainType": kind },
    })
}

fn list_legacy(world: &mut World, request: &Request<'_>) -> Outcome {
    let meant = |drain: &&Drain| resource(request) == Some(&drain.resource);
    json_of(world.drains.values().filter(meant).map(legacy).collect::<Value>())
}

/// The routes of v2 are about the same drains as those of v4.
fn create_legacy(world: &mut World, request: &Request<'_>) -> Outcome {
    let (id, body) = (request.param("applicationId"), &request.body);
    let target = if body["target"].is_object() { &body["target"] } else { body };
    let url = target["url"].as_str().filter(|url| url.contains("://"));
    let url = url.ok_or_else(|| Refusal::invalid("The drain has no URL"))?;
    let wanted = target["type"].as_str().or(target["drainType"].as_str()).unwrap_or("HTTP");
    let kind = LEGACY.iter().find(|(old, _)| *old == wanted);
    let (_, kind) = kind.ok_or_else(|| Refusal::invalid(format!("{wanted} is not a type of drains")))?;
    let mut recipient = json!({ "type": kind, "url": url });
    for name in ["username", "password"] {
        if !target["credentials"][name].is_null() {
            recipient[name] = target["credentials"][name].clone();
        }
    }
    let index = &target["indexPrefix"];
    if *kind == "ELASTICSEARCH" {
        recipient["index"] = if index.is_null() { "logstash".into() } else { index.clone() };
    }
    let resource = world.addon(id).map_or_else(|_| id.to_owned(), |addon| addon.real_id.clone());
    let owner = match (world.application(id), world.addon(id)) {
        (Ok(application), _) => application.owner.clone(),
        (_, addon) => addon?.owner.clone(),
    };
    let drain = make(world, &owner, &resource, &json!({ "kind": "LOG", "recipient": recipient }));
    json_of(world.drains.get(&drain).map(legacy).unwrap_or_default())
}

fn delete_legacy(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = find(world, request)?.id.clone();
    world.drains.shift_remove(&id);
    super::message("The drain has been removed")
}

fn turn_legacy(world: &mut World, request: &Request<'_>) -> Outcome {
    match request.text("state") {
        "ENABLED" => enable(world, request)?,
        "DISABLED" => disable(world, request)?,
        other => return Err(Refusal::invalid(format!("{other} is not a state: ENABLED or DISABLED"))),
    };
    json_of(legacy(find(world, request)?))
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let drain = find(world, request)?.clone();
    json_of(wire(world, &drain))
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut drain = find(world, request)?.clone();
    drain.status = DrainStatus::Deleted;
    world.drains.shift_remove(&drain.id);
    json_of(wire(world, &drain))
}

fn delete_all(world: &mut World, request: &Request<'_>) -> Outcome {
    let meant = |drain: &Drain| {
        drain.owner == request.owner() && resource(request).is_none_or(|resource| drain.resource == resource)
    };
    let deleted = world
        .drains
        .values()
        .filter(|drain| meant(drain))
        .map(|drain| Drain { status: DrainStatus::Deleted, ..drain.clone() });
    let deleted: Value = deleted.map(|drain| wire(world, &drain)).collect();
    world.drains.remove_matching(meant);
    json_of(deleted)
}

/// Goes on with the latest line. A drain that gave up starts again.
fn reset(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now;
    let drain = find(world, request)?;
    drain.progress = Progress::from(drain.progress.next.map(|_| Place::start_of(now)));
    get(world, request)
}

/// A drain that gave up starts again, with the lines that it did not deliver.
fn enable(world: &mut World, request: &Request<'_>) -> Outcome {
    let drain = find(world, request)?;
    if drain.progress.gave_up() {
        drain.progress = Progress::from(drain.progress.next);
    }
    let id = drain.id.clone();
    turn(world, &id, DrainStatus::Enabling, DrainStatus::Enabled);
    get(world, request)
}

fn disable(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = find(world, request)?.id.clone();
    turn(world, &id, DrainStatus::Disabling, DrainStatus::Disabled);
    get(world, request)
}

fn test_command(world: &mut World, request: &Request<'_>) -> Outcome {
    let drain = find(world, request)?;
    let url = drain.recipient["url"].as_str().unwrap_or_default();
    Ok(Content::Text(format!("curl -X POST -d 'sandbox test' '{url}'")).into())
}

/// Creates a drain, which is enabled after a while, and returns its id.
pub(crate) fn make(world: &mut World, owner: &str, resource: &str, body: &Value) -> String {
    let id = world.id("drain");
    let drain = Drain {
        id: id.clone(),
        owner: owner.to_owned(),
        resource: resource.to_owned(),
        kind: body["kind"].clone(),
        recipient: body["recipient"].clone(),
        status: DrainStatus::Created,
        changed: world.now,
        progress: Progress::default(),
    };
    world.drains.insert(id.clone(), drain);
    turn(world, &id, DrainStatus::Enabling, DrainStatus::Enabled);
    id
}

/// Moves a drain to a state at once, and to another after a while unless it was moved again.
fn turn(world: &mut World, id: &str, now: DrainStatus, then: DrainStatus) {
    let time = world.now;
    let Some(drain) = world.drains.get_mut(id).filter(|drain| drain.status != then) else { return };
    (drain.status, drain.changed) = (now, time);
    world.later(CHANGES, Change::TurnDrain { drain: id.to_owned(), from: now, to: then });
}

/// Ends the move of a drain, unless it was moved again.
pub(super) fn finish_turn(world: &mut World, id: &str, from: DrainStatus, to: DrainStatus) {
    let now = world.now;
    if let Some(drain) = world.drains.get_mut(id)
        && drain.status == from
        && after(drain.changed, CHANGES) == now
    {
        (drain.status, drain.changed) = (to, now);
    }
}

fn execution(drain: &Drain) -> &'static str {
    match &drain.progress {
        _ if drain.status != DrainStatus::Enabled => "NOT_RUNNING",
        progress if progress.gave_up() => "NOT_RUNNING",
        progress if progress.attempt > 0 => "RETRYING",
        _ => "RUNNING",
    }
}

fn wire(world: &World, drain: &Drain) -> Value {
    let progress = &drain.progress;
    let mut execution = json!({ "status": execution(drain) });
    if progress.attempt > 0 {
        execution["attempt"] = progress.attempt.into();
        execution["maxAttempt"] = MOST_ATTEMPTS.into();
        execution["lastError"] = progress.last_error.clone().into();
    }
    for (name, time) in [
        ("lastAttemptAt", progress.last_attempt),
        ("nextAttemptAt", progress.next_attempt),
        ("retryingSince", progress.retrying_since),
    ] {
        if let Some(time) = time {
            execution[name] = time.to_string().into();
        }
    }
    let (lines, bytes) = progress.rates();
    let mut recipient = drain.recipient.clone();
    if let Some(password) = recipient.get_mut("password") {
        *password = "********".into();
    }
    json!({
        "id": drain.id,
        "tenantId": drain.owner,
        "resourceId": drain.resource,
        "kind": drain.kind,
        "recipient": recipient,
        "status": {
            "id": format!("status_{}", drain.id),
            "drainId": drain.id,
            "date": drain.changed.to_string(),
            "status": drain.status,
            "authorId": world.owners.get(&drain.owner).and_then(|owner| owner.members.keys().next()),
        },
        "execution": execution,
        "backlog": { "msgBacklog": backlog(world, drain), "msgRateOut": lines, "msgThroughputOut": bytes },
    })
}
