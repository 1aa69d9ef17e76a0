//! Streams of Server-Sent Events: for now a few events and a clean end.

use serde_json::{Value, json};

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
    let mut text = String::new();
    for index in 0..USUAL.min(limit) {
        let identity = format!("{}&{index}", request.raw_path);
        let data = sampler.sample(schema, &identity);
        let id = data["id"].as_str().map_or_else(|| index.to_string(), str::to_owned);
        text.push_str(&event(event_name(&request.operation.id), Some(&id), &data));
    }
    text.push_str(&event("HEARTBEAT", None, &json!({})));
    let ended_by = if limit <= USUAL { "LIMIT_REACHED" } else { "UNTIL_REACHED" };
    text.push_str(&event("END_OF_STREAM", None, &json!({ "endedBy": ended_by })));
    Content::Stream(body::whole(text)).into()
}

/// What the platform calls the events of a stream.
fn event_name(operation: &str) -> &'static str {
    match operation {
        "stream_application_logs" => "APPLICATION_LOG",
        "stream_addon_logs" => "RESOURCE_LOG",
        name if name.contains("access_log") => "ACCESS_LOG",
        name if name.contains("requests") => "REQUESTS_LIVE",
        _ => "message",
    }
}

fn event(name: &str, id: Option<&str>, data: &Value) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {name}\ndata: {data}\n\n")
}
