//! Result of a handler: an answer, or a refusal in the platform's words.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::body::Body;
use crate::refusals::{self, KnownRefusal};
use crate::stream::Wanted;

/// Result of a handler.
pub(crate) type Outcome = Result<Reply, Refusal>;

/// An answer. The engine completes it from the spec: status, content type, required properties.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// Status, when it is not the one of the spec.
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) content: Content,
}

/// The content of an answer.
#[derive(Debug, Default)]
pub(crate) enum Content {
    /// No content: it is generated from the schema of the spec, if there is one.
    #[default]
    Unsaid,
    /// JSON, which may leave out required properties that do not matter to the handler.
    Json(Value),
    Text(String),
    Bytes(Bytes),
    /// A body that takes its time.
    Stream(Body),
    /// A stream of events that goes on with the time of the sandbox.
    Events(Box<Wanted>),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self { content: Content::Json(value), ..Self::default() }
    }
}

impl From<Content> for Reply {
    fn from(content: Content) -> Self {
        Self { content, ..Self::default() }
    }
}

/// An answer of which nothing but the spec is known: empty, or made from its schema.
pub(crate) fn done() -> Outcome {
    Ok(Reply::default())
}

/// An answer with this JSON.
pub(crate) fn json_of(value: impl Into<Value>) -> Outcome {
    Ok(value.into().into())
}

/// Reason why the platform refuses a request.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// Row of the table of refusals; none for what a fault makes up.
    pub(crate) row: Option<&'static KnownRefusal>,
    pub(crate) status: StatusCode,
    /// Number of the error in bodies of v2.
    id: i64,
    /// Code of the error in bodies of v4.
    code: &'static str,
    pub(crate) message: String,
    /// Name of the field at fault, for v4.
    field: Option<String>,
}

impl Refusal {
    /// A row of the table of refusals, with this message.
    pub(crate) fn of(row: &'static KnownRefusal, message: String) -> Self {
        let status = row.status_code();
        Self { row: Some(row), status, id: row.number, code: row.code, message, field: None }
    }

    /// 400: an input has a value that the operation does not take. A condition that matters to tests has a row of its own.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::of(&refusals::INVALID_INPUT, message.into())
    }

    /// 404: the resource does not exist.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        refusals::NOT_FOUND.with([what, id])
    }

    /// 413: the body is larger than this number of bytes.
    pub(crate) fn too_large(most: usize) -> Self {
        refusals::TOO_LARGE.with([&most.to_string()])
    }

    /// What a fault answers.
    pub(crate) fn made_up(status: StatusCode, code: &'static str, message: &str) -> Self {
        let (id, message) = (status.as_u16().into(), message.to_owned());
        Self { row: None, status, id, code, message, field: None }
    }

    /// Names the field that is at fault.
    pub(crate) fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The body in the shape that goes with a path.
    pub(crate) fn body(&self, path: &str) -> Value {
        if path.starts_with("/v2/") {
            return json!({ "id": self.id, "message": self.message, "type": "error" });
        }
        // The proxy of Redis and the services of v4 have another name for the same.
        let words =
            if path.starts_with("/command") || path.starts_with("/key") { "message" } else { "error" };
        let mut body = json!({ "code": self.code, words: self.message });
        if let Some(field) = &self.field {
            body["context"] = json!({ "type": "field", "fieldName": field });
        }
        body
    }
}
