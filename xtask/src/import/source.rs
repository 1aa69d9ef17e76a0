//! Identity of an upstream operation in `x-source`: the document, the operation, the date it was last seen, and its state then.

use std::collections::BTreeSet;
use std::hash::Hasher;

use super::document::{At, Operation, Reader};
use crate::spec::node::{Kind, Node};

/// An item of `x-source` such as `{document: v4-openapi, operation: getZone, seen: 2026-01-31, state: 5f0c2a91}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Word of the document: one of the sources.
    pub document: String,
    /// Operation id of the document, or `GET /path` if it has none.
    pub operation: String,
    /// Date on which the document was last compared with the spec.
    pub seen: String,
    /// Hash of everything in the operation and its schemas that a caller could notice. Texts are not part of it.
    pub state: String,
}

impl Identity {
    /// Reads an item of `x-source`. A word is no identity.
    pub fn read(item: &Node) -> Option<Self> {
        let text = |key: &str| item.str_at(key).map(str::to_owned);
        Some(Self {
            document: text("document")?,
            operation: text("operation")?,
            seen: text("seen")?,
            state: text("state")?,
        })
    }
}

/// The identities of an operation of the spec.
pub fn identities(operation: &Node) -> Vec<Identity> {
    operation.get("x-source").map(Node::items).unwrap_or_default().iter().filter_map(Identity::read).collect()
}

/// The identity of an operation of a document now.
pub fn identity(reader: &Reader<'_>, operation: &Operation<'_>, document: &str, today: &str) -> Identity {
    Identity {
        document: document.to_owned(),
        operation: super::compare::title(operation),
        seen: today.to_owned(),
        state: state(reader, operation),
    }
}

/// Keys that do not change what is sent or answered.
const TEXTS: [&str; 10] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "tags",
    "operationId",
    "xml",
    "$comment",
];

fn state(reader: &Reader<'_>, operation: &Operation<'_>) -> String {
    let mut hasher = fnv::FnvHasher::default();
    let mut seen = BTreeSet::new();
    hasher.write(operation.method.as_bytes());
    hasher.write(crate::spec::check::normalized(&operation.route).as_bytes());
    let mut parameters: Vec<_> = operation.parameters.iter().collect();
    parameters.sort_by_key(|parameter| (parameter.place, parameter.name));
    // The names of path parameters are never sent.
    for parameter in parameters.iter().filter(|parameter| parameter.place != "path") {
        hash(reader, parameter.at, &mut hasher, &mut seen);
    }
    for key in ["requestBody", "responses", "deprecated"] {
        if let Some(node) = operation.at.node.get(key) {
            hasher.write(key.as_bytes());
            hash(reader, At { file: operation.at.file, node }, &mut hasher, &mut seen);
        }
    }
    let hash = hasher.finish();
    format!("{:08x}", (hash >> 32) as u32 ^ hash as u32)
}

/// Adds a value and everything that it refers to, each once. The order of keys, and that of lists of texts, have no meaning.
fn hash(reader: &Reader<'_>, at: At<'_>, hasher: &mut fnv::FnvHasher, seen: &mut BTreeSet<(usize, usize)>) {
    match &at.node.kind {
        Kind::Map(entries) => {
            if let Some(target) = at.node.str_at("$ref").and_then(|target| reader.resolve(at.file, target)) {
                hasher.write(b"$");
                if seen.insert((target.file, std::ptr::from_ref(target.node).addr())) {
                    hash(reader, target, hasher, seen);
                }
                return;
            }
            let is_text = |key: &str| TEXTS.contains(&key) || key.starts_with("x-");
            let mut entries: Vec<_> = entries.iter().filter(|entry| !is_text(&entry.key)).collect();
            entries.sort_by_key(|entry| &entry.key);
            for entry in entries {
                hasher.write(entry.key.as_bytes());
                hasher.write(b":");
                if entry.key == "properties" {
                    let mut members: Vec<_> = entry.value.entries().iter().collect();
                    members.sort_by_key(|member| &member.key);
                    for member in members {
                        hasher.write(member.key.as_bytes());
                        hash(reader, at.with(&member.value), hasher, seen);
                    }
                } else {
                    hash(reader, at.with(&entry.value), hasher, seen);
                }
            }
            hasher.write(b"}");
        }
        Kind::List(items) => {
            let mut texts: Vec<&str> = items.iter().filter_map(Node::as_str).collect();
            texts.sort_unstable();
            texts.iter().for_each(|text| {
                hasher.write(text.as_bytes());
                hasher.write(b",");
            });
            items
                .iter()
                .filter(|item| item.as_str().is_none())
                .for_each(|item| hash(reader, at.with(item), hasher, seen));
            hasher.write(b"]");
        }
        Kind::String(text) => hasher.write(text.as_bytes()),
        other => hasher.write(format!("{other:?}").as_bytes()),
    }
}

/// Returns `true` if a text is a date such as `2026-01-31`. Dates of this form compare as texts.
pub fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize, range: std::ops::RangeInclusive<u32>| {
        parts
            .next()
            .filter(|part| part.len() == length)
            .and_then(|part| part.parse().ok())
            .is_some_and(|part| range.contains(&part))
    };
    part(4, 1..=9999) && part(2, 1..=12) && part(2, 1..=31) && parts.next().is_none()
}

/// Today's date in UTC.
pub fn today() -> String {
    let seconds =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |age| age.as_secs());
    date(seconds / 86_400)
}

/// The date of a day since 1970-01-01 in the Gregorian calendar.
fn date(days: u64) -> String {
    let (mut year, mut rest) = (1970, days);
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while rest >= 365 + u64::from(is_leap(year)) {
        rest -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, expected) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (789, "1972-02-29"), (20_084, "2024-12-27")]
        {
            assert_eq!(date(days), expected);
            assert!(is_date(expected));
        }
        assert!(
            ["2026-13-01", "2026-1-01", "20260101", "2026-01-01-01", ""].iter().all(|text| !is_date(text))
        );
    }
}
