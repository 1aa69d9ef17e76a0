//! Documents of other people: reading, checking, comparing them with the spec, and taking over what they add.

pub mod compare;
pub mod document;
pub mod edit;
pub mod house;
pub mod lint;
mod openapi;
pub mod overlay;
pub mod place;
pub mod plan;
mod report;
pub mod source;
pub mod sources;

use std::path::{Path, PathBuf};

use compare::Comparison;
use document::Files;
use overlay::Applied;
use plan::Plan;

use crate::Outcome;
use crate::spec::Documents;
use crate::spec::check::operation::SOURCES;

/// What to import, and how to show it.
#[derive(Debug, Default)]
pub struct Options {
    pub documents: Vec<PathBuf>,
    /// Word of the source; otherwise from the name of the document.
    source: Option<String>,
    is_json: bool,
    /// `true` to show also what the spec has otherwise on purpose.
    all: bool,
    /// Findings of each rule that are shown; 0 for all.
    limit: usize,
    write: bool,
    stamp: bool,
    seen: String,
    since: Option<String>,
}

/// Findings of each rule that a report shows by default.
const LIMIT: usize = 200;

impl Options {
    /// Reads the words after `import`.
    ///
    /// # Errors
    /// When a word is not an option of the verb, or no document is named.
    pub fn of_import(words: &[&str]) -> Result<Self, String> {
        let options =
            Self::read(words, &["--as", "--json", "--all", "--write", "--stamp", "--seen", "--limit"])?;
        if options.documents.is_empty() {
            return Err("`import` needs a document: a path to a JSON or YAML file".to_owned());
        }
        if options.write && options.stamp {
            return Err("`--write` also records what was seen: leave out `--stamp`".to_owned());
        }
        Ok(options)
    }

    /// Reads the words after `sources`.
    ///
    /// # Errors
    /// When a word is not an option of the verb.
    pub fn of_sources(words: &[&str]) -> Result<Self, String> {
        Self::read(words, &["--as", "--since"])
    }

    fn read(words: &[&str], known: &[&str]) -> Result<Self, String> {
        let mut options = Self { limit: LIMIT, seen: source::today(), ..Self::default() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.starts_with('-') && !known.contains(word) {
                return Err(format!("unknown option `{word}`"));
            }
            let mut value = || words.next().copied().ok_or(format!("`{word}` needs a value"));
            let date = |text: &str| match source::is_date(text) {
                true => Ok(text.to_owned()),
                false => Err(format!("`{text}` is not a date such as 2026-01-31")),
            };
            match *word {
                "--as" => options.source = Some(value()?.to_owned()),
                "--json" => options.is_json = true,
                "--all" => options.all = true,
                "--write" => options.write = true,
                "--stamp" => options.stamp = true,
                "--seen" => options.seen = date(value()?)?,
                "--since" => options.since = Some(date(value()?)?),
                "--limit" => {
                    let text = value()?;
                    options.limit =
                        text.parse().map_err(|_| format!("`--limit` takes a number, not `{text}`"))?;
                }
                document => options.documents.push(PathBuf::from(document)),
            }
        }
        Ok(options)
    }

    /// Word of a document's source.
    fn source(&self, document: &Path) -> String {
        self.source.clone().unwrap_or_else(|| word(document))
    }
}

/// Word of a source by the name of its document: `v4.openapi.json` is `v4-openapi`.
fn word(document: &Path) -> String {
    let name = document.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut stem = name.as_str();
    for end in [".json", ".yaml", ".yml"] {
        stem = stem.strip_suffix(end).unwrap_or(stem);
    }
    let stem = stem.replace(['.', '_', ' '], "-");
    let short = stem.trim_end_matches("-openapi");
    let names = [
        stem.clone(),
        format!("{short}-openapi"),
        short.to_owned(),
        format!("{}-openapi", short.trim_end_matches("-proxy")),
    ];
    let known = names.iter().find(|name| SOURCES.iter().any(|(known, _)| known == name));
    known.cloned().unwrap_or(stem)
}

/// A document that is read and corrected by its overlay.
struct Corrected {
    files: Files,
    applied: Applied,
}

fn corrected(document: &Path, source: &str, root: &Path) -> Result<Corrected, Outcome> {
    let failed = |problems: Vec<crate::spec::Problem>| {
        Outcome::failed(problems.iter().map(|problem| format!("error: {problem}\n")).collect::<String>())
    };
    let mut files = Files::read(document).map_err(|problem| {
        let place = document.display().to_string();
        failed(vec![crate::spec::Problem { file: place, ..problem }])
    })?;
    if let Some(file) = files.files.first()
        && let Some(reason) = openapi::refused(&file.root)
    {
        return Err(Outcome::failed(format!("error: {}: {reason}\n", document.display())));
    }
    let overlay = overlay::of(&root.join("spec/overlays"), source).map_err(failed)?;
    let applied = match (overlay, files.files.first_mut()) {
        (Some(overlay), Some(file)) => overlay.apply(&mut file.root),
        _ => Applied::default(),
    };
    Ok(Corrected { files, applied })
}

/// `cargo xtask import`.
pub fn import(root: &Path, options: &Options) -> Outcome {
    let (mut text, mut errors) = (String::new(), String::new());
    let mut reports = Vec::new();
    for document in &options.documents {
        match one(root, document, options) {
            Ok((markdown, json)) => {
                text.push_str(&markdown);
                reports.push(json);
            }
            // The others are compared all the same.
            Err(outcome) => {
                let told = outcome.text + &outcome.errors;
                if !errors.contains(&told) {
                    errors.push_str(&told);
                }
            }
        }
    }
    if options.is_json {
        text = format!("{:#}\n", serde_json::Value::Array(reports));
    }
    let mut outcome = Outcome { text, success: errors.is_empty(), errors };
    if options.write {
        let found = crate::check_all(root);
        if !found.is_empty() {
            let checked = crate::problems(found);
            outcome.success = false;
            outcome.errors.push_str(&checked.text);
            outcome.errors.push_str("error: the written spec needs a person: see the list\n");
            outcome.errors.push_str(&checked.errors);
        }
    }
    outcome
}

fn one(root: &Path, document: &Path, options: &Options) -> Result<(String, serde_json::Value), Outcome> {
    let source = options.source(document);
    let writes = options.write || options.stamp;
    if writes && !SOURCES.iter().any(|(known, _)| *known == source) {
        let known = SOURCES.map(|(known, _)| known).join(", ");
        return Err(Outcome::failed(format!(
            "error: `{source}` is not a source of the spec: name it with `--as`, one of {known}\n"
        )));
    }
    let Corrected { files, applied } = corrected(document, &source, root)?;
    let (documents, unread) = Documents::read_what_can_be(&root.join("spec"));
    if !unread.is_empty() {
        return Err(crate::problems(unread));
    }
    let spec = compare::spec_files(documents);
    let comparison = Comparison::new(&spec, &files, &source, &options.seen);
    // A report of a large document shows little of it, and what it does not show is not made.
    let limit = if options.write || options.is_json { 0 } else { options.limit };
    let plan = Plan::new(&comparison, &options.seen, limit);
    let mut written = None;
    if writes {
        let result = plan.write(&comparison, &root.join("spec"), options.write);
        written = Some(result.map_err(|error| Outcome::failed(format!("error: {error}\n")))?);
    }
    let report = report::Report {
        comparison: &comparison,
        plan: &plan,
        applied: &applied,
        document,
        written,
        options,
    };
    Ok((report.markdown(), if options.is_json { report.json() } else { serde_json::Value::Null }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_word_of_its_source() {
        for (name, expected) in [
            ("v4.openapi.json", "v4-openapi"),
            ("V2.json", "v2-openapi"),
            ("v2-extra.openapi.json", "v2-extra"),
            ("kv-proxy.openapi.json", "kv-openapi"),
            ("bridge.openapi.yaml", "bridge-openapi"),
            ("else.yml", "else"),
        ] {
            assert_eq!(word(Path::new(name)), expected, "{name}");
        }
    }
}
