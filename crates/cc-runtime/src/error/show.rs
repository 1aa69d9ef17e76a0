//! Formats errors: on one line, and in full for developers.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use bytes::Bytes;
use http::HeaderName;

use super::{Error, ErrorKind};
use crate::line::{MESSAGE, one_line};

/// Maximum length of a name, code, id or host, and of an effect, in characters: those of the platform are shorter.
const NAME: usize = 60;
const EFFECT: usize = 100;

/// Maximum length of the line of a failed request, in characters. A longer message is in [`Error::message`].
const LINE: usize = 400;

/// Length to which a URL is shortened where the line is full, and that which a message has at least, in characters.
const SHORT_URL: usize = 80;
const SHORT_MESSAGE: usize = 60;

impl fmt::Display for Error {
    /// Writes which command or operation failed, what failed on which host, why, whether a change may have been done, the request,
    /// and what to do: `GetZone: api.clever-cloud.com answered 503: busy (GET https://api.clever-cloud.com/v4/products/zones/par,
    /// 3 attempts, Sozu-Id 01H…); try again in 90 s`. The line of a failed request has at most 400 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let (before, separator) = self.subject();
        let url = inner.url.as_deref().filter(|_| self.is_of_request()).map(|url| match &inner.method {
            Some(method) => format!("{method} {url}"),
            None => url.to_owned(),
        });
        let message = inner.message.as_deref().unwrap_or_default();
        let after = self.next_step().map(|advice| format!("; {advice}")).unwrap_or_default();
        let (outcome, counts) = (self.outcome(), self.counts());
        let mut budget = Budget::new(if url.is_some() { LINE } else { 2 * MESSAGE });
        budget.take([&before, separator, &outcome, &counts, &after].map(count).iter().sum::<usize>() + 8);
        let wanted = count(message).min(SHORT_MESSAGE);
        let url = url.map(|url| {
            let most = budget.left.saturating_sub(wanted).max(SHORT_URL);
            middle(&one_line(&url, MESSAGE).to_text(), most.min(MESSAGE)).into_owned()
        });
        budget.take(url.as_deref().map_or(0, count));
        f.write_str(&before)?;
        if !message.is_empty() {
            write!(f, "{separator}{}", one_line(message, budget.left.min(MESSAGE)))?;
        }
        let details = [Some(outcome.as_str()), url.as_deref(), Some(counts.as_str())];
        let mut details: Vec<Cow<'_, str>> =
            details.into_iter().flatten().filter(|detail| !detail.is_empty()).map(Cow::Borrowed).collect();
        if f.alternate()
            && let Some(location) = inner.sent_at
        {
            details.push(sent_at(location).into());
        }
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        f.write_str(&after)
    }
}

/// Characters that are left of a line.
struct Budget {
    left: usize,
}

impl Budget {
    fn new(left: usize) -> Self {
        Self { left }
    }

    fn take(&mut self, characters: usize) {
        self.left = self.left.saturating_sub(characters);
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

/// A text with `…` in the place of its middle, if it is longer than `most` characters.
fn middle(text: &str, most: usize) -> Cow<'_, str> {
    let length = count(text);
    if length <= most {
        return Cow::Borrowed(text);
    }
    let half = most.saturating_sub(1) / 2;
    let start: String = text.chars().take(most.saturating_sub(1) - half).collect();
    let end: String = text.chars().skip(length - half).collect();
    Cow::Owned(format!("{start}…{end}"))
}

impl Error {
    /// The failed command or operation, what failed, and the separator of the message.
    fn subject(&self) -> (String, &'static str) {
        let inner = &*self.0;
        let mut text = String::new();
        if let Some(name) = inner.command.or(inner.operation.map(|operation| operation.id)) {
            text = format!("{}: ", one_line(name, NAME));
        }
        let host = self.host().map(|host| middle(host, NAME));
        let mut separator = ": ";
        let what: Cow<'_, str> = match (self.cause_kind(), inner.status, host) {
            (ErrorKind::Refused, Some(status), host) => {
                let host = host.unwrap_or("the platform".into());
                let reason = status.canonical_reason().filter(|_| inner.message.is_none());
                match reason {
                    Some(reason) => format!("{host} answered {} {reason}", status.as_u16()).into(),
                    None => format!("{host} answered {}", status.as_u16()).into(),
                }
            }
            (ErrorKind::Unreachable, _, Some(host)) => format!("no answer from {host}").into(),
            (ErrorKind::TimedOut, _, Some(host)) => format!("timed out waiting for {host}").into(),
            (ErrorKind::Undecodable, Some(status), host) if inner.nothing => {
                let host = host.unwrap_or("the platform".into());
                format!("{host} answered {} without a body", status.as_u16()).into()
            }
            (ErrorKind::Undecodable, _, Some(host)) => {
                format!("could not decode the answer of {host}").into()
            }
            (ErrorKind::TooLarge, _, Some(host)) => format!("the answer of {host} is too large").into(),
            // The message says the same at more length.
            (kind, ..) if inner.message.as_ref().is_some_and(|message| message.starts_with(kind.words())) => {
                separator = "";
                "".into()
            }
            (kind, _, Some(host)) if self.is_of_request() => format!("{} at {host}", kind.words()).into(),
            (kind, ..) => kind.words().into(),
        };
        text.push_str(&what);
        (text, separator)
    }

    /// Returns `true` if the failure is about the request, and not about an input before it.
    fn is_of_request(&self) -> bool {
        !matches!(self.0.kind, ErrorKind::InvalidInput | ErrorKind::Credentials)
    }

    /// Code, and whether the change was made.
    fn outcome(&self) -> String {
        let inner = &*self.0;
        let mut parts = Vec::new();
        if let Some(code) = &inner.code {
            parts.push(format!("code {}", one_line(code, NAME)));
        }
        if let Some(effect) = &inner.effect {
            parts.push(format!("may have been done: {}", one_line(effect, EFFECT)));
        } else if self.is_of_change() && self.is_of_request() || inner.kind == ErrorKind::Indeterminate {
            parts.push(
                if self.may_be_done() { "may have been done" } else { "certainly not done" }.to_owned(),
            );
        }
        parts.join(", ")
    }

    /// Number of attempts, and the id of the exchange.
    fn counts(&self) -> String {
        let inner = &*self.0;
        let mut parts = Vec::new();
        match inner.attempts {
            0 if inner.url.is_none() || !inner.not_sent || !self.is_of_request() => {}
            1 if inner.url.is_none() => {}
            1 => parts.push("1 attempt".to_owned()),
            attempts => parts.push(format!("{attempts} attempts")),
        }
        if let Some(id) = &inner.sozu_id {
            parts.push(format!("Sozu-Id {}", one_line(id, NAME)));
        }
        parts.join(", ")
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
