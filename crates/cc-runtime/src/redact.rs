//! Removes the secrets of a call from displayed text, in each form in which a server may repeat them.

mod cause;
mod finder;
mod forms;
mod names;
mod secrets;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use finder::Finder;
use forms::{few_forms, forms};
pub(crate) use names::{is_secret_header, sounds_secret};
pub(crate) use secrets::Secrets;

/// Replacement of a secret.
const HIDDEN: &str = "***";

/// Secrets of at least this many characters are replaced everywhere, also within a word. Shorter ones are
/// replaced only as whole words: within words they would garble any text and thereby reveal the secret.
const LONG: usize = 4;

/// Secrets of at least this many bytes are searched for in fewer forms, because each form takes as much memory
/// again.
const HUGE: usize = 1_024;

/// The secrets of one call, ready to be looked for.
#[derive(Default)]
pub(crate) struct Redactor {
    long: Option<Finder>,
    short: Option<Finder>,
    /// Secrets of one character: only a text that is nothing else is one.
    single: Vec<String>,
    /// The forms of those that are very long.
    huge: Vec<String>,
}

impl Redactor {
    /// Prepares the search for these secrets.
    fn new(secrets: Vec<String>) -> Self {
        let (mut long, mut short, mut single) = (Vec::new(), Vec::new(), Vec::new());
        let mut huge = Vec::new();
        for secret in secrets {
            match secret.chars().count() {
                0 => {}
                1 => single.push(secret),
                length if length < LONG => short.extend(forms(&secret)),
                _ if secret.len() >= HUGE => huge.extend(few_forms(&secret)),
                _ => long.extend(forms(&secret)),
            }
        }
        Redactor { long: Finder::new(long), short: Finder::new(short), single, huge }
    }

    /// The text without the secrets.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.single.iter().any(|single| single == text) {
            return Cow::Borrowed(HIDDEN);
        }
        if let Some(huge) = self.huge.iter().find(|huge| text.contains(huge.as_str())) {
            return Cow::Owned(self.hide(&text.replace(huge, HIDDEN)).into_owned());
        }
        let text = replace(text, self.long.as_ref(), |_, _, _| true);
        let is_word = |text: &str, start: usize, end: usize| {
            let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
            !is_part(text[..start].chars().next_back()) && !is_part(text[end..].chars().next())
        };
        match text {
            Cow::Borrowed(text) => replace(text, self.short.as_ref(), is_word),
            Cow::Owned(text) => Cow::Owned(replace(&text, self.short.as_ref(), is_word).into_owned()),
        }
    }

    /// Like `hide`, for a text that may have been cut: the start of a secret at its end is removed too.
    pub(crate) fn hide_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut end = text.len();
        // What stands before it may have begun as another secret.
        while let Some(start) = self.begun_in(&text[..end]) {
            end = start;
        }
        if end == text.len() {
            return self.hide(text);
        }
        Cow::Owned(format!("{}{HIDDEN}", self.hide(&text[..end])))
    }

    /// The first place from which on a text is the start of a secret: at least as much of it as is hidden within a text.
    fn begun_in(&self, text: &str) -> Option<usize> {
        let long = self.long.as_ref().and_then(|long| long.begun_in(text, LONG));
        let huge = self.huge.iter().filter_map(|huge| {
            let is_start = |end: &usize| {
                huge.get(..*end).is_some_and(|start| text.as_bytes().ends_with(start.as_bytes()))
            };
            Some(text.len() - (LONG..=huge.len().min(text.len())).rev().find(is_start)?)
        });
        long.into_iter().chain(huge).min()
    }

    /// Removes the secrets from a text, in place.
    pub(crate) fn hide_in(&self, text: &mut String) {
        let hidden = self.hide(text);
        if hidden != text.as_str() {
            *text = hidden.into_owned();
        }
    }

    /// Removes the secrets from each name and value; returns `true` if there was one.
    pub(crate) fn hide_json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.hide(text) {
                Cow::Owned(hidden) => {
                    *text = hidden;
                    true
                }
                Cow::Borrowed(HIDDEN) if text != HIDDEN => {
                    *text = HIDDEN.to_owned();
                    true
                }
                Cow::Borrowed(_) => false,
            },
            Value::Number(number) => {
                let text = number.to_string();
                let hides = self.hide(&text) != text;
                if hides {
                    *value = HIDDEN.into();
                }
                hides
            }
            Value::Array(values) => {
                let mut hidden = false;
                for value in values {
                    hidden |= self.hide_json(value);
                }
                hidden
            }
            Value::Object(members) => {
                let mut hidden = false;
                if members.keys().any(|name| self.hide(name) != name.as_str()) {
                    hidden = true;
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, value)| (self.hide(&name).into_owned(), value))
                        .collect();
                }
                for value in members.values_mut() {
                    hidden |= self.hide_json(value);
                }
                hidden
            }
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// The headers of an answer without the secrets.
    pub(crate) fn hide_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            let hidden = self.hide(&text);
            if hidden != text {
                *value = HeaderValue::from_str(&hidden).unwrap_or(HeaderValue::from_static(HIDDEN));
            }
        }
        if headers.keys().any(|name| self.hide(name.as_str()) != name.as_str()) {
            *headers = std::mem::take(headers)
                .into_iter()
                .filter_map(|(name, value)| Some((name?, value)))
                .filter(|(name, _): &(HeaderName, HeaderValue)| self.hide(name.as_str()) == name.as_str())
                .collect();
        }
    }
}

fn replace<'a>(
    text: &'a str,
    finder: Option<&Finder>,
    counts: impl Fn(&str, usize, usize) -> bool,
) -> Cow<'a, str> {
    let Some(finder) = finder else { return Cow::Borrowed(text) };
    let mut out = String::new();
    let (mut from, mut searched) = (0, 0);
    while let Some(found) = finder.next_in(text, searched..text.len()) {
        searched = found.end;
        if !counts(text, found.start, found.end) {
            continue;
        }
        // One that begins within it may end after it.
        let mut within = found.start + 1;
        while let Some(more) = finder.next_in(text, within..searched) {
            within = more.start + 1;
            if counts(text, more.start, more.end) {
                searched = searched.max(more.end);
            }
        }
        out.push_str(&text[from..found.start]);
        out.push_str(HIDDEN);
        from = searched;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}
