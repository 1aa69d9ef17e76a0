//! Result of a handler: an answer, or a refusal in the platform's words.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::body::Body;
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
    fn new(status: StatusCode, id: i64, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, id, code, message: message.into(), field: None }
    }

    /// 400: the request is not what the platform takes.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 500, "clever.core.bad-request", message)
    }

    /// 401: the credentials are missing or wrong.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 2001, "clever.core.unauthorized", message)
    }

    /// 403: the caller may not do this.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 2002, "clever.core.forbidden", message)
    }

    /// 404: the resource does not exist.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, 4004, "clever.core.not-found", format!("{what} {id} not found"))
    }

    /// 409: the request conflicts with the current state.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, 4009, "clever.core.conflict", message)
    }

    /// 413: the body is larger than this number of bytes.
    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("The body is larger than {most} bytes");
        Self::other(StatusCode::PAYLOAD_TOO_LARGE, "clever.core.payload-too-large", message)
    }

    /// Another status, or another code; the number of v2 is the code where that is one.
    pub(crate) fn other(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(status, code.parse().unwrap_or(i64::from(status.as_u16())), code, message)
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
