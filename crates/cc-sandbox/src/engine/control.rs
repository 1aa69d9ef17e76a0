//! Control routes of a sandbox under `/_sandbox`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, whole};
use super::faults::Fault;
use super::{Engine, page};
use crate::domains::file;
use crate::domains::visit::{self, Ask};
use crate::refusals::refusals;
use crate::snapshot::Snapshot;
use crate::world::TermsChange;

const HELP: &str = "\
GET    /_sandbox             ids, credentials and the time of the sandbox, and how many streams are open
GET    /_sandbox/journal     requests so far, METHOD /path?query one a line
DELETE /_sandbox/journal     forgets them
GET    /_sandbox/exchanges   the same requests as JSON, with headers, bodies and statuses, without secrets
POST   /_sandbox/advance     {\"seconds\": 40}: moves the time ahead
GET    /_sandbox/faults      faults that may still happen
POST   /_sandbox/faults      adds one: {\"effect\": \"unavailable\", \"on\": \"get_zone\", \"times\": 2, \"probability\": 0.5}
                             effects: latency (ms), reset-before, reset-after, too-many-requests (seconds),
                             unavailable, busy (most), html (status), answer (status, body), redirect (status, to), truncated, malformed,
                             slow-body (ms),
                             stream (fault: {\"kind\": \"reset-mid-event\", \"after\": 2}, see `StreamFault`),
                             deployments (fault: {\"kind\": \"missed\"}, {\"kind\": \"late\", \"byMs\": 9000} or
                             {\"kind\": \"replaced\"}, see `DeploymentFault`)
DELETE /_sandbox/faults      takes them all away
POST   /_sandbox/request     a request to an application: {\"url\": \"https://app-….cleverapps.io/path\", \"method\": \"GET\",
                             \"status\": 500, \"ip\": \"192.0.2.1\", \"times\": 20}. The same as a request with the header `Host` of
                             its domain, and `x-sandbox-status` for the status.
GET    /_sandbox/snapshot    the whole sandbox as JSON: world, clock, faults, keys of Redis, counters of ids
PUT    /_sandbox/snapshot    makes the sandbox what such a snapshot says
POST   /_sandbox/members     adds a member: {\"owner\": \"orga_...\", \"name\": \"bob\", \"role\": \"DEVELOPER\"}; its credentials are answered
POST   /_sandbox/terms       changes what an owner may do: {\"of\": \"orga_...\", \"quota\": {\"applications\": 3, \"addons\": 1, \"instances\": 9,
                             \"members\": 5}, \"needsPaymentMethod\": true, \"isModerated\": true}, each on its own too;
                             `of` can be an application, for \"isModerated\"
GET    /_sandbox/refusals    the requests that are refused, and how
GET    /_sandbox/violations  what broke the spec so far
GET    /_sandbox/events      state of the sandbox as Server-Sent Events, for the page at /
GET    /_sandbox/help        this text
";

/// A member to add to an owner.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    owner: String,
    name: String,
    role: String,
}

pub(super) fn answer(engine: &Arc<Engine>, parts: &Parts, bytes: &Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let path = parts.uri.path().trim_start_matches("/_sandbox");
    if let Some(answer) = served(engine, parts, path, bytes) {
        return answer;
    }
    match (parts.method.as_str(), path) {
        ("GET", "" | "/") => {
            let (ids, redis) = {
                let world = engine.world();
                (serde_json::to_value(&world.ids).unwrap_or_default(), world.redis)
            };
            let credentials = &engine.credentials;
            as_json(json!({
                "now": engine.clock.now().to_string(),
                "openStreams": engine.stage.open_streams(),
                "ids": ids,
                "kvUrl": crate::kv::URL,
                "redisUrl": redis.map(crate::kv::account::url_at),
                "credentials": {
                    "apiToken": credentials.api_token,
                    "consumerKey": credentials.consumer_key,
                    "consumerSecret": credentials.consumer_secret,
                    "token": credentials.token,
                    "tokenSecret": credentials.token_secret,
                },
            }))
        }
        ("GET", "/journal") => text(StatusCode::OK, engine.journal.text()),
        ("DELETE", "/journal") => {
            engine.journal.clear();
            text(StatusCode::NO_CONTENT, String::new())
        }
        ("GET", "/exchanges") => as_json(serde_json::to_value(engine.exchanges()).unwrap_or_default()),
        ("POST", "/advance") => {
            let seconds =
                body["seconds"].as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let Some(by) = seconds else {
                return text(
                    StatusCode::BAD_REQUEST,
                    "the body is {\"seconds\": NUMBER}, at least 0\n".to_owned(),
                );
            };
            engine.clock.advance(by);
            drop(engine.world());
            as_json(json!({ "now": engine.clock.now().to_string() }))
        }
        ("GET", "/faults") => as_json(serde_json::to_value(engine.faults.list()).unwrap_or_default()),
        ("POST", "/faults") => match serde_json::from_value::<Fault>(body) {
            Ok(fault) => match engine.faults.try_add(fault) {
                Ok(()) => text(StatusCode::NO_CONTENT, String::new()),
                Err(problem) => text(StatusCode::BAD_REQUEST, format!("{problem}\n")),
            },
            Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n\n{HELP}")),
        },
        ("DELETE", "/faults") => {
            engine.faults.clear();
            text(StatusCode::NO_CONTENT, String::new())
        }
        ("POST", "/request") => match serde_json::from_value::<Ask>(body) {
            Ok(ask) => match visit::visit(&mut engine.world(), &ask, 0) {
                Some(visited) => as_json(json!({
                    "status": visited.status.as_u16(), "instanceId": visited.instance, "body": visited.text,
                })),
                None => {
                    text(StatusCode::NOT_FOUND, format!("no application has the domain of {}\n", ask.url))
                }
            },
            Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n\n{HELP}")),
        },
        ("GET", "/snapshot") => with_type(StatusCode::OK, "application/json", engine.snapshot().to_json()),
        ("PUT", "/snapshot") => match Snapshot::from_json(bytes) {
            Ok(snapshot) => {
                engine.restore(&snapshot);
                text(StatusCode::NO_CONTENT, String::new())
            }
            Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n")),
        },
        ("POST", "/members") => match serde_json::from_value::<NewMember>(body) {
            Ok(NewMember { owner, name, role }) => match engine.world().add_member(&owner, &name, &role) {
                Ok(identity) => as_json(serde_json::to_value(identity).unwrap_or_default()),
                Err(problem) => text(StatusCode::NOT_FOUND, format!("{problem}\n")),
            },
            Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n\n{HELP}")),
        },
        ("POST", "/terms") => match serde_json::from_value::<TermsChange>(body) {
            Ok(change) => match engine.world().change_terms(&change) {
                Ok(()) => text(StatusCode::NO_CONTENT, String::new()),
                Err(problem) => text(StatusCode::NOT_FOUND, format!("{problem}\n")),
            },
            Err(error) => text(StatusCode::BAD_REQUEST, format!("{error}\n\n{HELP}")),
        },
        ("GET", "/refusals") => {
            text(StatusCode::OK, refusals().map(|refusal| format!("{refusal}\n")).collect())
        }
        ("GET", "/violations") => text(StatusCode::OK, engine.violations.lines().join("\n")),
        ("GET", "/events") => page::events(engine),
        ("GET", "/help") => text(StatusCode::OK, HELP.to_owned()),
        _ => text(StatusCode::NOT_FOUND, HELP.to_owned()),
    }
}

/// The answer to a download, to an upload, or to what else links of the sandbox lead to.
fn served(engine: &Engine, parts: &Parts, path: &str, bytes: &Bytes) -> Option<Response<Body>> {
    let query = parts.uri.query().unwrap_or_default();
    let served = file::serve(&mut engine.world(), &parts.method, path, query, &parts.headers, bytes)?;
    // A text may hold links of its own.
    let bytes = match std::str::from_utf8(&served.bytes) {
        Ok(text) if served.is_generated => super::here(text.to_owned(), parts).into(),
        _ => served.bytes,
    };
    let mut answer = Response::new(whole(bytes));
    *answer.status_mut() = served.status;
    let media = HeaderValue::try_from(served.media).ok();
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, media.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if let Some(tag) = served.tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        answer.headers_mut().insert(ETAG, tag);
    }
    Some(answer)
}

fn as_json(value: Value) -> Response<Body> {
    with_type(StatusCode::OK, "application/json", value.to_string())
}

fn text(status: StatusCode, text: String) -> Response<Body> {
    with_type(status, "text/plain; charset=utf-8", text)
}

fn with_type(status: StatusCode, media: &'static str, content: String) -> Response<Body> {
    let mut answer = Response::new(whole(content));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    answer
}
