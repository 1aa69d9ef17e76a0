//! Reads files of reports, and adds up what several processes wrote.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// Difference between an answer and the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    UnknownEnumValue,
    UnknownVariant,
    UnknownField,
    MissingField,
    OtherType,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::UnknownEnumValue => "unknown-enum-value",
            Self::UnknownVariant => "unknown-variant",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::OtherType => "other-type",
        })
    }
}

/// A line of a file. Later versions may have more keys.
#[derive(Debug, Deserialize)]
struct Line {
    operation: String,
    pointer: String,
    kind: Kind,
    #[serde(default)]
    found: Option<String>,
    count: u64,
    #[serde(default)]
    first_seen: String,
    #[serde(default)]
    last_seen: String,
    #[serde(default)]
    version: String,
}

/// A place with a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub operation: String,
    pub pointer: String,
    pub kind: Kind,
    /// Type of the value, where it tells differences of one place apart.
    pub found: Option<String>,
}

/// Everything that is known of a place.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub count: u64,
    pub first: String,
    pub last: String,
    /// Versions of `cc-runtime` that reported it.
    pub versions: Vec<String>,
}

impl Seen {
    pub fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        // RFC 3339 in UTC sorts as text.
        if self.first.is_empty() || (!other.first.is_empty() && other.first < self.first) {
            self.first.clone_from(&other.first);
        }
        if other.last > self.last {
            self.last.clone_from(&other.last);
        }
        for version in &other.versions {
            if !self.versions.contains(version) {
                self.versions.push(version.clone());
            }
        }
        self.versions.sort();
    }
}

/// The reports of all files.
#[derive(Debug, Default)]
pub struct Reports {
    pub places: BTreeMap<Key, Seen>,
    /// Number of lines that were read.
    pub lines: usize,
    /// Lines that could not be read, each with its file.
    pub bad: Vec<String>,
}

/// Number of bad lines that are listed.
const LISTED: usize = 20;

/// Reads the files. A line that cannot be read is listed, and costs nothing else.
pub fn read(files: &[PathBuf]) -> Result<Reports, String> {
    let mut reports = Reports::default();
    let mut bad = 0;
    for file in files {
        let bytes =
            std::fs::read(file).map_err(|error| format!("could not read {}: {error}", file.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            match serde_json::from_str::<Line>(text) {
                Ok(line) if line.pointer.is_empty() || line.pointer.starts_with('/') => reports.add(line),
                Ok(_) => bad += reports.refuse(file, number, "`pointer` is not a JSON pointer"),
                Err(error) => bad += reports.refuse(file, number, &without_place(&error)),
            }
        }
    }
    if bad > LISTED {
        reports.bad.push(format!("{} more lines could not be read", bad - LISTED));
    }
    Ok(reports)
}

impl Reports {
    fn add(&mut self, line: Line) {
        self.lines += 1;
        let seen = Seen {
            count: line.count,
            first: line.first_seen,
            last: line.last_seen,
            versions: if line.version.is_empty() { Vec::new() } else { vec![line.version] },
        };
        let Line { operation, pointer, kind, found, .. } = line;
        self.places.entry(Key { operation, pointer, kind, found }).or_default().add(&seen);
    }

    fn refuse(&mut self, file: &std::path::Path, number: usize, why: &str) -> usize {
        if self.bad.len() < LISTED {
            self.bad.push(format!("{}:{}: {why}: the line is left out", file.display(), number + 1));
        }
        1
    }
}

/// The text of an error without its line, which is always the first.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}
