//! Streams of which only the spec is known: a few events, and a clean end.

use serde_json::Value;

use super::wire;
use crate::engine::body;
use crate::engine::reply::{Content, Reply};
use crate::engine::request::Request;
use crate::engine::sample::Sampler;

/// Events of a stream that was not told how many to send.
const USUAL: usize = 3;

/// A stream of a few events made from the spec, a heartbeat, and the end. `limit` is kept.
pub(crate) fn finite(sampler: &Sampler<'_>, request: &Request<'_>) -> Reply {
    let success = &request.operation.success;
    let schema = success.schema.as_ref().unwrap_or(&Value::Null);
    let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    for index in 0..USUAL.min(limit) {
        let identity = format!("{}&{index}", request.raw_path);
        let data = sampler.sample(schema, &identity);
        let id = data["id"].as_str().map_or_else(|| index.to_string(), str::to_owned);
        bytes.extend(wire::event("message", Some(&id), &data));
    }
    bytes.extend(wire::heartbeat());
    bytes.extend(wire::end(if limit <= USUAL { "LIMIT_REACHED" } else { "UNTIL_REACHED" }));
    Content::Stream(body::whole(bytes)).into()
}
