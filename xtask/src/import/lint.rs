//! `cargo xtask check`: problems of the spec, or of any document, told apart by whose rule they break, counted and filtered.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::document::{At, Files, Reader};
use super::openapi;
use crate::Outcome;
use crate::spec::check::check_alone;
use crate::spec::node::{Entry, Kind, Node};
use crate::spec::{METHODS, Problem, read_document};

/// What to check, and which problems to show.
#[derive(Debug, Default)]
pub struct Options {
    /// A document instead of the spec.
    pub file: Option<PathBuf>,
    /// `Some(true)`: rules of OpenAPI only, `Some(false)`: rules of this project only.
    pub only: Option<bool>,
    /// Rules; all if empty.
    pub rules: Vec<String>,
    /// Number of problems of each rule that are listed. All are counted.
    pub limit: Option<usize>,
}

impl Options {
    /// Reads the words after `check`.
    pub fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().copied().ok_or(format!("`{word}` needs a value"));
            match *word {
                "--only" => {
                    options.only = Some(match value()? {
                        "openapi" => true,
                        "house" => false,
                        other => return Err(format!("`--only` takes `openapi` or `house`, not `{other}`")),
                    });
                }
                "--rule" => options.rules.push(value()?.to_owned()),
                "--limit" => {
                    let text = value()?;
                    options.limit =
                        Some(text.parse().map_err(|_| format!("`--limit` takes a number, not `{text}`"))?);
                }
                other if other.starts_with('-') => {
                    return Err(format!("unknown option `{other}`"));
                }
                file if options.file.is_none() => options.file = Some(PathBuf::from(file)),
                _ => return Err("`check` takes one file".to_owned()),
            }
        }
        Ok(options)
    }

    fn takes(&self, problem: &Problem) -> bool {
        self.only.is_none_or(|openapi| problem.is_openapi() == openapi)
            && (self.rules.is_empty() || self.rules.iter().any(|rule| rule == problem.rule))
    }
}

/// The problems of one document: of the spec if `shared.yaml` lies beside it, otherwise of a document from elsewhere.
pub fn check_file(file: &Path, options: &Options) -> Vec<Problem> {
    let shared = file.with_file_name("shared.yaml");
    let mut found = if shared.is_file() {
        let document = match read_document(file) {
            Ok(document) => document,
            Err(problem) => return vec![problem],
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        check_alone(name, &document, read_document(&shared).ok().as_ref())
    } else {
        match Files::read(file) {
            Ok(files) => check_foreign(&files, options.only != Some(true)),
            Err(problem) => vec![problem],
        }
    };
    for problem in &mut found {
        problem.file = file.display().to_string();
    }
    found
}

/// Rules of the spec that assume its form. The rules of OpenAPI say the same of any document.
const DECIDED_BY_OPENAPI: [&str; 3] = ["reference", "path-parameter", "document"];

/// The problems of a document from elsewhere: errors of OpenAPI, and with `house` the deviations from the style of the spec.
pub fn check_foreign(files: &Files, house: bool) -> Vec<Problem> {
    let reader = Reader::new(files);
    let mut found = openapi::check(&reader);
    for (file, line, message) in &files.odd {
        let path = files.files.get(*file).map(|file| file.path.display().to_string()).unwrap_or_default();
        let (message, pointer) = (message.clone(), "#".to_owned());
        found.push(Problem { file: path, line: *line, rule: "syntax", message, pointer });
    }
    let Some(root) = reader.root().filter(|root| house && root.node.is_map()) else { return found };
    let name = files.files.first().map(|file| file.path.file_name().unwrap_or_default().to_string_lossy());
    // The rule about the names of domains is about files of the spec.
    let name = name.unwrap_or_default().replace(".yaml", ".yml");
    let house = check_alone(name, &whole(&reader, root), None);
    found.extend(house.into_iter().filter(|problem| !DECIDED_BY_OPENAPI.contains(&problem.rule)));
    found
}

/// The document with each operation whole: with the parameters of its path, and with what it refers to in their places.
fn whole(reader: &Reader<'_>, root: At<'_>) -> Node {
    let mut document = root.node.clone();
    let Some(paths) = document.get_mut("paths") else { return document };
    for item in paths.entries_mut() {
        let common = item.value.get("parameters").map(Node::items).unwrap_or_default().to_vec();
        for operation in item.value.entries_mut().iter_mut().filter(|entry| METHODS.contains(&&*entry.key)) {
            let operation = &mut operation.value;
            let line = operation.line;
            add_parameters(operation, &common);
            for key in ["parameters", "responses", "requestBody"] {
                let Some(node) = operation.get_mut(key) else { continue };
                match &mut node.kind {
                    Kind::List(items) => items.iter_mut().for_each(|item| resolve(reader, item)),
                    Kind::Map(entries) if key == "responses" => {
                        entries.iter_mut().for_each(|entry| resolve(reader, &mut entry.value));
                    }
                    _ => resolve(reader, node),
                }
            }
            operation.line = line;
        }
    }
    document
}

fn add_parameters(operation: &mut Node, common: &[Node]) {
    let Kind::Map(entries) = &mut operation.kind else { return };
    if common.is_empty() {
        return;
    }
    let line = operation.line;
    match entries.iter_mut().find(|entry| entry.key == "parameters") {
        Some(Entry { value: Node { kind: Kind::List(own), .. }, .. }) => {
            let is_own = |parameter: &&Node| {
                own.iter().any(|own| {
                    ["name", "in"].iter().all(|key| {
                        own.get(key).is_some()
                            && own.get(key).map(|node| &node.kind)
                                == parameter.get(key).map(|node| &node.kind)
                    })
                })
            };
            let more: Vec<Node> = common.iter().filter(|parameter| !is_own(parameter)).cloned().collect();
            own.extend(more);
        }
        Some(_) => {}
        None => {
            let value = Node { line, kind: Kind::List(common.to_vec()) };
            entries.push(Entry { key: "parameters".to_owned(), line, value });
        }
    }
}

/// Puts what a reference names in its place.
fn resolve(reader: &Reader<'_>, node: &mut Node) {
    let mut target = None;
    for _ in 0..super::document::DEEP {
        let reference = target.unwrap_or(&*node).str_at("$ref");
        match reference.and_then(|reference| reader.resolve(0, reference)) {
            Some(next) => target = Some(next.node),
            None => break,
        }
    }
    if let Some(target) = target.filter(|target| target.get("$ref").is_none()) {
        *node = Node { line: node.line, kind: target.kind.clone() };
    }
}

/// Lists and counts problems. The run fails if one of those that were asked for is found.
pub fn show(found: Vec<Problem>, options: &Options) -> Outcome {
    let all = found.len();
    let found: Vec<Problem> = found.into_iter().filter(|problem| options.takes(problem)).collect();
    if found.is_empty() && all > 0 {
        // A rule that does not exist looks like one that is kept.
        return Outcome::ok(format!("no problem of the rules that were asked for, {all} of others\n"));
    }
    if found.is_empty() {
        return Outcome::ok(match &options.file {
            None => "the spec has no problems\n",
            Some(_) => "the document has no problems\n",
        });
    }
    let mut counts: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    let (mut text, mut hidden) = (String::new(), 0);
    for problem in &found {
        let count = counts.entry((!problem.is_openapi(), problem.rule)).or_default();
        *count += 1;
        if options.limit.is_none_or(|limit| *count <= limit) {
            let _ = writeln!(text, "{problem}");
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        let _ = writeln!(text, "… and {hidden} more: a larger `--limit` shows them");
    }
    let _ = writeln!(text, "\n{:<24} {:<8} {:>8}", "rule", "of", "problems");
    for ((is_house, rule), count) in &counts {
        let _ = writeln!(text, "{rule:<24} {:<8} {count:>8}", if *is_house { "house" } else { "openapi" });
    }
    let errors = match found.len() {
        1 => "error: 1 problem\n".to_owned(),
        count => format!("error: {count} problems\n"),
    };
    Outcome { text, errors, success: false }
}
