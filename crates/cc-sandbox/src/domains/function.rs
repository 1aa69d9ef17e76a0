//! Deployments of functions: the upload of their code, and the address that calls them.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::cycle;
use super::file::{ORIGIN, Served, USUAL, Use, link};
use super::rules::Rule;
use crate::engine::reply::Refusal;
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Keys, Row, Turn, World};

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_function", Rule { before: check_limits, after: |_, _, _| Ok(()) }),
    ("replace_function", Rule { before: check_limits, after: |_, _, _| Ok(()) }),
    ("create_function_deployment", Rule { before: |_, _| Ok(()), after: created }),
    ("trigger_function_deployment", Rule { before: |_, _| Ok(()), after: triggered }),
];

const DEPLOYMENTS: &str = "functions/functions/deployments";

/// Field of a row with the size of the uploaded code. No answer shows it.
const SIZE: &str = "uploadedBytes";

fn check_limits(_: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let low = |name: &&str| request.body[*name].as_i64().is_some_and(|limit| limit < 1);
    match ["maxMemory", "maxInstances"].iter().find(|name| low(name)) {
        Some(name) => Err(refusals::FUNCTION_LIMITS.with([name]).about(*name)),
        None => Ok(()),
    }
}

fn created(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let key = |name: &str| row.keys.get(name).cloned().unwrap_or_default();
    let (function, deployment) = (key("functionId"), key("deploymentId"));
    let (url, _) = link(world, Use::Upload, &["functions", &function, &deployment], USUAL);
    row.value.insert("uploadUrl".to_owned(), url.into());
    row.value.insert("functionId".to_owned(), function.into());
    row.value.remove("url");
    Ok(())
}

/// A deployment needs code: it fails without an upload.
fn triggered(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    if row.value.contains_key(SIZE) {
        row.value.remove("errorReason");
        callable(row);
    } else {
        row.changes.clear();
        row.value.insert("status".to_owned(), "ERROR".into());
        row.value.insert("errorReason".to_owned(), "no code was uploaded to `uploadUrl`".into());
    }
    row.value.insert("updatedAt".to_owned(), world.now.to_string().into());
    Ok(())
}

/// The function has an address once its deployment is ready.
fn callable(row: &mut Row) {
    let key = |name: &str| row.keys.get(name).map(String::as_str).unwrap_or_default();
    let url = format!("{ORIGIN}/functions/{}/{}", key("functionId"), key("deploymentId"));
    let ready = row.changes.iter().find(|change| change.value == "READY").map(|change| change.at);
    if let Some(at) = ready {
        row.changes.retain(|change| change.field != "url");
        row.changes.push(Turn { at, field: "url".to_owned(), value: url.into() });
        row.changes.sort_by_key(|change| change.at);
    }
}

fn find<'a>(world: &'a mut World, function: &str, deployment: &str) -> Option<&'a mut Row> {
    let key = |name: &str, id: &str| (name.to_owned(), id.to_owned());
    let keys = Keys::from([key("functionId", function), key("deploymentId", deployment)]);
    let now = world.now;
    world.collections.row(DEPLOYMENTS, &keys, now)
}

/// Takes the code of a function: its deployment goes on.
pub(super) fn upload(world: &mut World, function: &str, deployment: &str, bytes: &Bytes) -> Served {
    let now = world.now;
    let Some(row) = find(world, function, deployment) else {
        return Served::text(StatusCode::NOT_FOUND, "the deployment does not exist any more\n");
    };
    if bytes.is_empty() {
        return Served::text(StatusCode::BAD_REQUEST, "the body is the code of the function\n");
    }
    row.value.insert(SIZE.to_owned(), bytes.len().into());
    cycle::begin(DEPLOYMENTS, "trigger", row, now);
    callable(row);
    Served::text(StatusCode::OK, "")
}

/// Answers a call of a function.
pub(super) fn call(world: &mut World, segments: &[&str]) -> Served {
    let [function, deployment, ..] = segments else {
        return Served::text(StatusCode::NOT_FOUND, "no function is at this address\n");
    };
    let Some(row) = find(world, function, deployment) else {
        return Served::text(StatusCode::NOT_FOUND, "no function is at this address\n");
    };
    let status = row.value.get("status").and_then(Value::as_str).unwrap_or_default();
    if status != "READY" {
        let text = format!("deployment {deployment} is {status}: the function cannot be called yet\n");
        return Served::text(StatusCode::SERVICE_UNAVAILABLE, text);
    }
    let size = row.value.get(SIZE).and_then(Value::as_u64).unwrap_or_default();
    // The official Rust SDK reads `stdout`, `stderr` and `dmesg`, or `error`, whatever the status.
    let error = format!("the sandbox runs no code: deployment {deployment} has {size} bytes of it");
    Served::json(StatusCode::NOT_IMPLEMENTED, &json!({ "error": error }))
}
