//! How an error is shown: in one line, and in full for developers.

use std::fmt;

use bytes::Bytes;
use http::HeaderName;

use super::line::{CODE, MESSAGE, one_line};
use super::{Error, ErrorKind};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(name) = inner.command.or(inner.operation.map(|operation| operation.id)) {
            write!(f, "{name}: ")?;
        }
        f.write_str(inner.kind.words())?;
        if let (ErrorKind::Refused, Some(status)) = (inner.kind, inner.status) {
            write!(f, " with {}", status.as_u16())?;
        }
        if let Some(message) = &inner.message {
            write!(f, ": {}", one_line(message, MESSAGE))?;
        } else if let Some(reason) = inner.status.filter(|_| inner.kind == ErrorKind::Refused) {
            write!(f, " {}", reason.canonical_reason().unwrap_or("(no reason given)"))?;
        }
        let mut details = Vec::new();
        if let Some(code) = &inner.code {
            details.push(format!("code {}", one_line(code, CODE)));
        }
        if let Some(effect) = &inner.effect {
            details.push(one_line(effect, MESSAGE).to_string());
        }
        if inner.attempts > 1 {
            details.push(format!("{} attempts", inner.attempts));
        }
        if let Some(id) = &inner.sozu_id {
            details.push(format!("Sozu-Id {}", one_line(id, CODE)));
        }
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("command", &inner.command)
            .field("operation", &self.operation())
            .field("method", &inner.method)
            .field("url", &inner.url)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("context", &inner.context)
            .field("sozu_id", &inner.sozu_id)
            .field("api_request_id", &inner.request_id)
            .field("headers", &inner.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &inner.body.as_ref().map(Bytes::len))
            .field("attempts", &inner.attempts)
            .field("retry_after", &inner.retry_after)
            .field("source", &inner.source)
            .finish()
    }
}
