//! An error as JSON, for logs.

use std::iter::successors;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Error, ErrorKind};
use crate::line::{MESSAGE, one_line};

impl Serialize for ErrorKind {
    /// Writes [`name`](Self::name).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// # JSON
/// An error serialises as an object with these fields. Those without a value are left out; later versions may add fields.
///
/// | field | value |
/// |---|---|
/// | `kind` | [`ErrorKind::name`], such as `"TimedOut"` |
/// | `code` | [`code`](Self::code) |
/// | `text` | the line of `Display` |
/// | `message` | [`message`](Self::message) |
/// | `command`, `operation` | such as `"GetZone"`, `"get_zone"` |
/// | `method`, `url` | of the request, the URL without its query and without user information |
/// | `status` | HTTP status, a number |
/// | `attempts` | number of attempts |
/// | `mayBeDone`, `retryable` | [`may_be_done`](Self::may_be_done), [`is_retryable`](Self::is_retryable) |
/// | `retryAfterMs` | [`retry_after`](Self::retry_after) in milliseconds |
/// | `nextStep` | [`next_step`](Self::next_step) |
/// | `fields` | the fields that the platform complains of, each with `field` and `reason`, without their values |
/// | `sozuId`, `apiRequestId` | ids that the platform's support asks for |
/// | `causes` | the texts of the causes, the nearest first |
/// | `sentAt` | source line of the call: `src/main.rs:42` |
/// | `docs` | address of the guide to the kind |
///
/// Headers and the body are not in it.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = &*self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &inner.kind)?;
        map.serialize_entry("code", self.code())?;
        map.serialize_entry("text", &self.to_string())?;
        let next_step = self.next_step();
        let texts = [
            ("message", inner.message.as_deref()),
            ("command", inner.command),
            ("operation", self.operation()),
            ("method", inner.method.as_ref().map(http::Method::as_str)),
            ("url", inner.url.as_deref()),
            ("sozuId", inner.sozu_id.as_deref()),
            ("apiRequestId", inner.request_id.as_deref()),
            ("nextStep", next_step.as_deref()),
        ];
        for (name, value) in texts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            map.serialize_entry(name, value)?;
        }
        if let Some(status) = inner.status {
            map.serialize_entry("status", &status.as_u16())?;
        }
        map.serialize_entry("attempts", &inner.attempts)?;
        map.serialize_entry("mayBeDone", &self.may_be_done())?;
        map.serialize_entry("retryable", &self.is_retryable())?;
        if let Some(wait) = inner.retry_after {
            map.serialize_entry("retryAfterMs", &u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))?;
        }
        let fields = inner.context.as_ref().map(super::ErrorContext::fields).unwrap_or_default();
        if !fields.is_empty() {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| serde_json::json!({ "field": field.field, "reason": field.reason }))
                .collect();
            map.serialize_entry("fields", &fields)?;
        }
        let causes: Vec<String> = successors(std::error::Error::source(self), |cause| cause.source())
            .map(|cause| one_line(&cause.to_string(), MESSAGE).to_string())
            .collect();
        if !causes.is_empty() {
            map.serialize_entry("causes", &causes)?;
        }
        if let Some(at) = inner.sent_at {
            map.serialize_entry("sentAt", &format_args!("{}:{}", at.file(), at.line()))?;
        }
        map.serialize_entry("docs", &inner.kind.docs())?;
        map.end()
    }
}
