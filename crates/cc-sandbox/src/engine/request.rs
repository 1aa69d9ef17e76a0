//! A request as handlers see it: routed, authenticated, and already known to fit the spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::clock::Clock;
use super::table::Operation;

/// A request that fits the spec.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) operation: &'a Operation,
    /// Path as it was sent, percent-encoded.
    pub(crate) raw_path: &'a str,
    /// Path parameters, decoded; of an alias too, so `ownerId` is always there.
    pub(crate) path: BTreeMap<String, String>,
    /// Query parameters, decoded, in the order sent.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    /// JSON, a form as an object, or text as a string; null if there is no body.
    pub(crate) body: Value,
    /// Body as it was sent.
    pub(crate) bytes: &'a Bytes,
    /// Id of the calling user; empty for requests without credentials.
    pub(crate) caller: String,
    pub(crate) clock: Arc<Clock>,
}

impl Request<'_> {
    /// A path parameter. The spec's check makes sure that those of the operation are there.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The owner in the path.
    pub(crate) fn owner(&self) -> &str {
        self.param("ownerId")
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter.
    pub(crate) fn query_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns a text field of the body; empty if there is none.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}
