//! An answer as a text: when it was kept and until when, its path, and the answer.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cc_runtime::transport::{CachedAnswer, is_related};

use crate::kept_answer::{decode, encode};

/// What a text holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// Times in milliseconds since 1970.
    since: i64,
    pub(super) until: i64,
    path: &'a str,
    answer: &'a str,
}

impl<'a> Entry<'a> {
    pub(super) fn text(now: i64, ttl: Duration, path: &str, answer: &CachedAnswer) -> String {
        let until = now.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
        let answer = String::from_utf8(encode(answer));
        let answer = answer.unwrap_or_else(|bytes| STANDARD.encode(bytes.as_bytes()));
        format!("{now} {until} {path}\n{answer}")
    }

    /// `None` for a text that this version did not write.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (head, answer) = text.split_once('\n')?;
        let mut parts = head.splitn(3, ' ');
        let (since, until) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { since, until, path: parts.next()?, answer })
    }

    /// Returns `true` while the answer may be read. A clock that was set back makes old answers invalid, not new ones.
    pub(super) fn is_valid(&self, now: i64) -> bool {
        (self.since..self.until).contains(&now)
    }

    pub(super) fn is_related(&self, path: &str) -> bool {
        is_related(self.path, path)
    }

    pub(super) fn answer(&self) -> Option<CachedAnswer> {
        // The first line of an answer is JSON, which begins with a brace; base 64 never does.
        if self.answer.starts_with('{') {
            decode(self.answer.as_bytes())
        } else {
            decode(&STANDARD.decode(self.answer).ok()?)
        }
    }
}
