//! Formats errors: on one line, and in full for developers.

use std::fmt;
use std::panic::Location;

use bytes::Bytes;
use http::HeaderName;

use super::{Error, ErrorKind};
use crate::line::{CODE, MESSAGE, one_line};

impl fmt::Display for Error {
    /// Writes which command or operation failed, what failed on which host, why, and further details:
    /// `GetZone: api.clever-cloud.com answered 503: busy (3 attempts, Sozu-Id 01H…)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(name) = inner.command.or(inner.operation.map(|operation| operation.id)) {
            write!(f, "{name}: ")?;
        }
        let mut separator = ": ";
        match (inner.kind, inner.status, self.host()) {
            (ErrorKind::Refused, Some(status), host) => {
                write!(f, "{} answered {}", host.unwrap_or("the platform"), status.as_u16())?;
            }
            (ErrorKind::Unreachable, _, Some(host)) => write!(f, "no answer from {host}")?,
            (ErrorKind::TimedOut, _, Some(host)) => write!(f, "timed out waiting for {host}")?,
            (ErrorKind::Undecodable, _, Some(host)) => write!(f, "could not decode the answer of {host}")?,
            (ErrorKind::TooLarge, _, Some(host)) => write!(f, "the answer of {host} is too large")?,
            // The message says the same at more length.
            (kind, ..) if inner.message.as_ref().is_some_and(|message| message.starts_with(kind.words())) => {
                separator = "";
            }
            (kind, ..) => f.write_str(kind.words())?,
        }
        if let Some(message) = &inner.message {
            write!(f, "{separator}{}", one_line(message, MESSAGE))?;
        } else if let Some(reason) = inner.status.filter(|_| inner.kind == ErrorKind::Refused) {
            write!(f, " {}", reason.canonical_reason().unwrap_or("(no reason given)"))?;
        } else if inner.kind == ErrorKind::Indeterminate {
            f.write_str(": check before sending it again")?;
        }
        let mut details = Vec::new();
        if let Some(code) = &inner.code {
            details.push(format!("code {}", one_line(code, CODE)));
        }
        if let Some(effect) = &inner.effect {
            details.push(one_line(effect, MESSAGE).to_string());
        } else if matches!(inner.kind, ErrorKind::Unreachable | ErrorKind::TimedOut)
            && self.may_be_done()
            && inner.method.as_ref().is_some_and(|method| !method.is_safe())
        {
            details.push("the request may have been applied".to_owned());
        }
        if inner.attempts > 1 {
            details.push(format!("{} attempts", inner.attempts));
        }
        if let Some(id) = &inner.sozu_id {
            details.push(format!("Sozu-Id {}", one_line(id, CODE)));
        }
        if f.alternate()
            && let Some(location) = inner.sent_at
        {
            details.push(sent_at(location));
        }
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        Ok(())
    }
}

/// Source location of a call, in a format that editors and terminals link.
fn sent_at(location: &Location<'_>) -> String {
    format!("sent at {}:{}", location.file(), location.line())
}

impl Error {
    /// The host of the request, with its port if it is not the usual one.
    fn host(&self) -> Option<&str> {
        let (_, rest) = self.0.url.as_deref()?.split_once("://")?;
        rest.split('/').next().filter(|host| !host.is_empty())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut debug = f.debug_struct("Error");
        if let Some(location) = inner.sent_at {
            debug.field("sent_at", &format_args!("{}", sent_at(location)));
        }
        debug
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
