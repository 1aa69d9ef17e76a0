//! Events as bytes.

use bytes::Bytes;
use serde_json::{Value, json};

/// A heartbeat event.
pub(super) fn heartbeat() -> Bytes {
    Bytes::from_static(b"event: HEARTBEAT\ndata: {}\n\n")
}

/// The clean end of a stream, and why.
pub(super) fn end(ended_by: &str) -> Bytes {
    event("END_OF_STREAM", None, &json!({ "endedBy": ended_by }))
}

/// One event.
pub(crate) fn event(name: &str, id: Option<&str>, data: &Value) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {name}\ndata: {data}\n\n").into()
}
