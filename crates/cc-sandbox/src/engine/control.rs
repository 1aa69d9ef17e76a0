//! Control routes of a sandbox under `/_sandbox`.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::body::{Body, whole};
use super::faults::{Effect, Fault};
use super::{Engine, PoisonError};

const HELP: &str = "\
GET    /_sandbox             ids, credentials and the time of the sandbox
GET    /_sandbox/journal     requests so far, METHOD /path?query one a line
DELETE /_sandbox/journal     forgets them
POST   /_sandbox/advance     {\"seconds\": 40}: moves the time ahead
GET    /_sandbox/faults      faults that may still happen
POST   /_sandbox/faults      adds one: {\"effect\": \"unavailable\", \"on\": \"get_zone\", \"times\": 2, \"probability\": 0.5}
                             effects: latency (ms), reset-before, reset-after, too-many-requests (seconds),
                             unavailable, busy (most), html (status), answer (status, body), truncated, malformed, slow-body (ms),
                             stream (fault: {\"kind\": \"reset-mid-event\", \"after\": 2}, see `StreamFault`),
                             deployments (fault: {\"kind\": \"missed\"}, {\"kind\": \"late\", \"byMs\": 9000} or
                             {\"kind\": \"replaced\"}, see `DeploymentFault`)
DELETE /_sandbox/faults      takes them all away
GET    /_sandbox/violations  what broke the spec so far
GET    /_sandbox/help        this text
";

pub(super) fn answer(engine: &Engine, parts: &Parts, bytes: &Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let path = parts.uri.path().trim_start_matches("/_sandbox");
    match (parts.method.as_str(), path) {
        ("GET", "" | "/") => {
            let ids = serde_json::to_value(&engine.world().ids).unwrap_or_default();
            let credentials = &engine.credentials;
            as_json(json!({
                "now": engine.clock.now().to_string(),
                "ids": ids,
                "kvUrl": crate::kv::URL,
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
        ("GET", "/faults") => as_json(engine.faults.list().iter().map(described).collect()),
        ("POST", "/faults") => match read_fault(&body) {
            Ok(fault) => {
                engine.faults.add(fault);
                text(StatusCode::NO_CONTENT, String::new())
            }
            Err(message) => text(StatusCode::BAD_REQUEST, format!("{message}\n\n{HELP}")),
        },
        ("DELETE", "/faults") => {
            engine.faults.clear();
            text(StatusCode::NO_CONTENT, String::new())
        }
        ("GET", "/violations") => {
            let violations = engine.violations.lock().unwrap_or_else(PoisonError::into_inner);
            let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
            text(StatusCode::OK, lines.join("\n"))
        }
        ("GET", "/help") => text(StatusCode::OK, HELP.to_owned()),
        _ => text(StatusCode::NOT_FOUND, HELP.to_owned()),
    }
}

/// Reads a fault from JSON.
fn read_fault(body: &Value) -> Result<Fault, String> {
    let number = |name: &str| {
        body[name].as_u64().ok_or_else(|| format!("`{}` needs `{name}`, a whole number", body["effect"]))
    };
    let status =
        || number("status").and_then(|status| u16::try_from(status).map_err(|error| error.to_string()));
    let mut fault = match body["effect"].as_str().unwrap_or_default() {
        "latency" => Fault::latency(Duration::from_millis(number("ms")?)),
        "reset-before" => Fault::reset_before(),
        "reset-after" => Fault::reset_after(),
        "too-many-requests" => Fault::too_many_requests(Duration::from_secs(number("seconds")?)),
        "unavailable" => Fault::unavailable(),
        "busy" => Fault::busy(usize::try_from(number("most")?).map_err(|error| error.to_string())?),
        "html" => Fault::html(status()?),
        "answer" => Fault::answer(status()?, body["body"].clone()),
        "truncated" => Fault::truncated(),
        "malformed" => Fault::malformed(),
        "slow-body" => Fault::slow_body(Duration::from_millis(number("ms")?)),
        "stream" => Fault::stream(
            serde_json::from_value(body["fault"].clone())
                .map_err(|error| format!("invalid `fault` of streams: {error}"))?,
        ),
        "deployments" => Fault::deployments(
            serde_json::from_value(body["fault"].clone())
                .map_err(|error| format!("invalid `fault` of deployments: {error}"))?,
        ),
        other => return Err(format!("unknown effect of a fault: `{other}`")),
    };
    if let Some(on) = body["on"].as_str() {
        fault = fault.on(on);
    }
    if !body["times"].is_null() {
        fault = fault.times(u32::try_from(number("times")?).map_err(|error| error.to_string())?);
    }
    if let Some(probability) = body["probability"].as_f64() {
        fault = fault.probability(probability);
    }
    Ok(fault)
}

fn described(fault: &Fault) -> Value {
    let mut described = match &fault.effect {
        Effect::Latency(delay) => json!({ "effect": "latency", "ms": delay.as_millis() as u64 }),
        Effect::ResetBefore => json!({ "effect": "reset-before" }),
        Effect::ResetAfter => json!({ "effect": "reset-after" }),
        Effect::TooManyRequests(after) => {
            json!({ "effect": "too-many-requests", "seconds": after.as_secs() })
        }
        Effect::Unavailable => json!({ "effect": "unavailable" }),
        Effect::Busy(room) => json!({ "effect": "busy", "most": room.most() }),
        Effect::Html(status) => json!({ "effect": "html", "status": status }),
        Effect::Answer(status, body) => json!({ "effect": "answer", "status": status, "body": body }),
        Effect::Truncated => json!({ "effect": "truncated" }),
        Effect::Malformed => json!({ "effect": "malformed" }),
        Effect::Stream(fault) => json!({ "effect": "stream", "fault": fault }),
        Effect::Deployments(fault) => json!({ "effect": "deployments", "fault": fault }),
        Effect::SlowBody(pause) => json!({ "effect": "slow-body", "ms": pause.as_millis() as u64 }),
    };
    described["on"] = fault.on.as_str().into();
    described["probability"] = fault.probability.into();
    if let Some(left) = fault.left {
        described["times"] = left.into();
    }
    described
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
