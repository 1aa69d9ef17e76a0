//! The work that no generator does: models, logic, handlers of the sandbox, tests, snapshots and pages that name a changed subject.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::rules::{Rust, Wire};
use super::{Change, Report, Work};
use crate::generate::commands::module;

/// Most files of one kind that a change lists. A name in more of them is a common word.
const MOST: usize = 12;

/// Kinds of files by hand: part of the path, ending, task.
const KINDS: [(&str, &str, &str); 6] = [
    ("crates/cc-sandbox/src/", "rs", "handler of the sandbox"),
    ("/src/commands/", "rs", "command or model"),
    ("crates/", "snap", "recorded requests"),
    ("/tests/", "rs", "test"),
    ("/examples/", "rs", "example"),
    ("", "md", "page"),
];

/// The files of a workspace that are written by hand, by the words in them.
pub struct Tree {
    files: Vec<(String, String)>,
    words: BTreeMap<String, BTreeSet<usize>>,
}

impl Tree {
    /// Reads the sources, tests, snapshots and pages of a workspace.
    pub fn read(root: &Path) -> Self {
        let skipped =
            |name: &str| matches!(name, "target" | "generated" | ".git" | "book" | "adr" | "fixtures");
        let mut tree = Self { files: Vec::new(), words: BTreeMap::new() };
        for top in ["crates", "docs"] {
            let entries = walkdir::WalkDir::new(root.join(top))
                .sort_by_file_name()
                .into_iter()
                .filter_entry(|entry| !skipped(&entry.file_name().to_string_lossy()));
            for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
                let Ok(path) = entry.path().strip_prefix(root) else { continue };
                let path = path.to_string_lossy().replace('\\', "/");
                let is_read = KINDS
                    .iter()
                    .any(|(part, ending, _)| path.contains(part) && path.ends_with(&format!(".{ending}")));
                // A changelog says what was, and the table of rules names no subject.
                if !is_read || path.ends_with("CHANGELOG.md") || path.ends_with("diff-rules.md") {
                    continue;
                }
                let Ok(mut text) = std::fs::read_to_string(entry.path()) else { continue };
                if path.ends_with(".rs") {
                    text = without_comments(&text);
                }
                for word in words(&text) {
                    tree.words.entry(word.to_owned()).or_default().insert(tree.files.len());
                }
                tree.files.push((path, text));
            }
        }
        tree
    }

    /// The files with all of these words.
    fn with(&self, wanted: &[&str]) -> Vec<usize> {
        let mut sets = wanted.iter().map(|word| self.words.get(*word).cloned().unwrap_or_default());
        let first = sets.next().unwrap_or_default();
        sets.fold(first, |found, set| found.intersection(&set).copied().collect()).into_iter().collect()
    }

    /// Adds the work of each change of a report.
    pub fn add_work(&self, report: &mut Report) {
        for change in &mut report.changes {
            change.work = self.work(change);
        }
    }

    fn work(&self, change: &Change) -> Vec<Work> {
        let subject = &change.subject;
        let is_new = change.rust == Rust::Addition;
        let acts = change.rust >= Rust::Behaviour || change.wire() == Wire::Breaking;
        if subject.kind == "domain" || !acts {
            return Vec::new();
        }
        let mut found = Vec::new();
        // Files in which the subject stands: an operation by its id or its request type, a field beside its type.
        let request = crate::generate::rust::type_name(&subject.name);
        let ident = subject.rust.rsplit("::").next().unwrap_or_default();
        let is_part = subject.member.is_some() && subject.kind != "operation";
        let searches: Vec<Vec<&str>> = match subject.kind {
            "operation" => vec![vec![&subject.name], vec![&request]],
            _ if is_part && !is_new => vec![vec![&subject.name, ident]],
            _ => vec![vec![&subject.name]],
        };
        for (part, ending, task) in KINDS {
            // A new field of an answer is for models, a new operation for the sandbox: pages and tests stay true.
            if is_new && task != "command or model" {
                continue;
            }
            let files: BTreeSet<usize> = searches.iter().flat_map(|words| self.with(words)).collect();
            let of_kind = files.into_iter().filter(|at| {
                let path = &self.files[*at].0;
                let first = KINDS
                    .iter()
                    .find(|(part, ending, _)| path.contains(part) && path.ends_with(&format!(".{ending}")));
                first.is_some_and(|kind| *kind == (part, ending, task))
            });
            for at in of_kind.take(MOST) {
                let (path, text) = &self.files[at];
                let name = [subject.name.as_str(), &request].into_iter().find_map(|name| line_of(text, name));
                let line = line_of(text, ident).filter(|_| is_part).or(name).unwrap_or(1);
                let what = format!("{task}: {}", change.changelog);
                found.push(Work { file: path.clone(), line, what });
            }
        }
        if change.rule == "operation-added" {
            let path = format!("crates/cc-sandbox/src/domains/{}.rs", module(&subject.domain));
            if let Some((path, _)) = self.files.iter().find(|(known, _)| *known == path) {
                let what = format!("handler of the sandbox, if it changes state: {}", change.changelog);
                found.push(Work { file: path.clone(), line: 1, what });
            }
        }
        found
    }
}

/// Rust without the text of its comments, on the same lines: a word of a sentence names no subject.
fn without_comments(text: &str) -> String {
    let code = |line: &str| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() };
    text.lines().map(|line| code(line) + "\n").collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !part(c)).filter(|word| word.len() > 1).collect()
}

/// The line of the first place of a word.
fn line_of(text: &str, word: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = text.match_indices(word);
    let at =
        found.find(|(at, _)| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))?.0;
    Some(text[..at].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_name_a_subject_in_a_sentence_only_need_no_work() {
        let folder = tempfile::tempdir().unwrap();
        let commands = folder.path().join("crates/cc-client/src/commands");
        std::fs::create_dir_all(&commands).unwrap();
        std::fs::write(
            commands.join("log.rs"),
            "pub struct Log {\n    /// Zone that wrote it.\n    pub zone: String,\n}\n",
        )
        .unwrap();
        std::fs::write(commands.join("zone.rs"), "//! Zone.\n\nimpl From<wire::Zone> for Zone {}\n").unwrap();
        let tree = Tree::read(folder.path());
        let found: Vec<&str> = tree.with(&["Zone"]).into_iter().map(|at| tree.files[at].0.as_str()).collect();
        assert_eq!(found, ["crates/cc-client/src/commands/zone.rs"]);
        assert_eq!(line_of(&tree.files[tree.with(&["Zone"])[0]].1, "Zone"), Some(3));
    }
}
