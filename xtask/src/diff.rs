//! `cargo xtask diff`: what changed between two states of the API, for servers, programs, versions and maintainers.

mod compare;
mod levels;
mod markdown;
mod program;
pub mod rules;
mod source;
mod verb;
mod work;

use std::collections::BTreeMap;

use serde::Serialize;

pub use compare::compare;
pub use program::Program;
use rules::{Level, Rust, Wire};
pub use verb::{run, since};

/// Everything that changed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The strongest changes first.
    pub changes: Vec<Change>,
    /// Differences of the surface that no rule explains. Each is a fault of `xtask`.
    pub unexplained: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Id of its rule.
    pub rule: &'static str,
    pub family: &'static str,
    pub title: &'static str,
    /// Identity of the change: the same for the same rule and subject, wherever the lines are.
    pub fingerprint: String,
    pub subject: Subject,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Effect on requests.
    pub request: Wire,
    /// Effect on answers.
    pub response: Wire,
    /// Effect on programs.
    pub rust: Rust,
    /// Ways of using the subject that break.
    pub callers: Vec<&'static str>,
    pub why: &'static str,
    /// Crate → part of its version that the change raises.
    pub levels: BTreeMap<String, Level>,
    /// Line for the changelogs of these crates.
    pub changelog: String,
    /// Work that no generator does.
    pub work: Vec<Work>,
    /// Places of a program that use the subject, with `--for`.
    pub uses: Vec<Use>,
}

/// The subject of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// `domain`, `operation`, `type` or `command`.
    pub kind: &'static str,
    pub domain: String,
    /// Id of the operation, or name of the type or command.
    pub name: String,
    /// Parameter, property, value, status or input.
    pub member: Option<String>,
    /// Path in Rust.
    pub rust: String,
    /// Place in the document.
    pub pointer: String,
    pub file: String,
    pub line: usize,
}

/// A file that a maintainer should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Work {
    pub file: String,
    pub line: usize,
    pub what: String,
}

/// A place of a program that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    pub file: String,
    pub line: usize,
    /// The code, such as `ListDrains::new`.
    pub code: String,
    /// `false` if the code may mean something else of the same name.
    pub certain: bool,
}

impl Change {
    /// The stronger of both directions.
    pub fn wire(&self) -> Wire {
        self.request.max(self.response)
    }

    /// Returns `true` if programs that use the subject break: they no longer compile, or pass one value in the place of another.
    pub fn breaks_programs(&self) -> bool {
        self.rust >= Rust::Silent
    }
}

impl Report {
    /// Crate → lines for its changelog, in the words of its callers, the strongest first.
    pub fn changelogs(&self) -> BTreeMap<&str, Vec<String>> {
        let texts = |lines: Vec<(Level, String)>| lines.into_iter().map(|(_, line)| line).collect();
        self.lines().into_iter().map(|(krate, lines)| (krate, texts(lines))).collect()
    }

    /// Crate → lines for its changelog, each with the level of its change.
    pub fn lines(&self) -> BTreeMap<&str, Vec<(Level, String)>> {
        let mut crates: BTreeMap<&str, Vec<(Level, String)>> = BTreeMap::new();
        for change in &self.changes {
            for (krate, level) in &change.levels {
                // Programs reach the crates of domains through the client.
                let line = match krate.as_str() {
                    "cc-client" => change.changelog.replace("`cc_api_", "`cc_client::api::"),
                    _ => change.changelog.clone(),
                };
                let line = match level {
                    Level::Major => format!("**Breaking:** {line}."),
                    _ if krate == "cc-sandbox" => format!("The sandbox follows: {line}."),
                    _ => format!("{line}."),
                };
                crates.entry(krate).or_default().push((*level, line));
            }
        }
        crates.values_mut().for_each(|lines| lines.sort_by_key(|(level, _)| std::cmp::Reverse(*level)));
        crates
    }

    /// Crate → level of all changes together.
    pub fn levels(&self) -> BTreeMap<&str, Level> {
        let mut levels = BTreeMap::new();
        for (krate, level) in self.changes.iter().flat_map(|change| &change.levels) {
            let known = levels.entry(krate.as_str()).or_insert(Level::None);
            *known = (*known).max(*level);
        }
        levels
    }
}

/// FNV-1a: short, and the same on every machine and with every version of Rust.
fn fingerprint(rule: &str, subject: &Subject) -> String {
    let parts =
        [rule, subject.kind, &subject.domain, &subject.name, subject.member.as_deref().unwrap_or_default()];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
