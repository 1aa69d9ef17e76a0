//! The spec as the rest of the generator sees it: parsed with positions, checked, then read into a model.

pub mod check;
pub mod declared;
pub mod effect;
pub mod expand;
pub mod model;
pub mod money;
pub mod node;
pub mod pin;
pub mod secret;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use check::unused::Named;
pub use expand::METHODS;
use node::Node;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub rule: &'static str,
    pub message: String,
    pub pointer: String,
}

impl Problem {
    fn with_rule(mut self, rule: &'static str) -> Self {
        self.rule = rule;
        self
    }

    /// Returns `true` if the document breaks a rule of OpenAPI, and not only one of this project's style.
    pub fn is_openapi(&self) -> bool {
        self.rule.starts_with("openapi/")
            || ["syntax", "encoding", "file", "document", "reference", "path-parameter"].contains(&self.rule)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A file that cannot be read has no lines.
        if self.line == 0 {
            return write!(f, "{}: {}", self.file, self.message);
        }
        write!(f, "{}:{}: {}: {} ({})", self.file, self.line, self.rule, self.message, self.pointer)
    }
}

/// The documents of a folder, parsed and expanded.
#[derive(Debug)]
pub struct Documents {
    /// Domain name (the file's stem) and its document, in name order; without `shared`.
    pub domains: BTreeMap<String, Node>,
    /// `shared.yaml`, empty if it does not exist.
    pub shared: Node,
    /// The components that they refer to.
    named: Named,
}

impl Documents {
    /// Expands the operations of parsed documents.
    pub fn new(mut domains: BTreeMap<String, Node>, shared: Node) -> Self {
        let named = Named::of(&domains, &shared);
        domains.values_mut().for_each(|document| expand::expand(document, &shared));
        Self { domains, shared, named }
    }

    /// Reads `spec/*.yaml`.
    pub fn read(folder: &Path) -> Result<Self, Vec<Problem>> {
        let (documents, problems) = Self::read_what_can_be(folder);
        if problems.is_empty() { Ok(documents) } else { Err(problems) }
    }

    /// Reads `spec/*.yaml`, and reports unreadable files.
    pub fn read_what_can_be(folder: &Path) -> (Self, Vec<Problem>) {
        let (mut domains, mut shared) = (BTreeMap::new(), Node::empty_map());
        let mut files: Vec<PathBuf> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(error) => return (Self::new(domains, shared), vec![unreadable(folder, &error)]),
        };
        files.sort();
        let mut problems = Vec::new();
        files.retain(|path| {
            let is_document = path.extension().is_some_and(|extension| extension == "yaml") && !path.is_dir();
            problems.extend((!is_document).then(|| passed_over(path)).flatten());
            is_document
        });
        for path in files {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match read_document(&path) {
                Ok(node) if name == "shared" => shared = node,
                Ok(node) => {
                    domains.insert(name, node);
                }
                Err(problem) => problems.push(problem),
            }
        }
        (Self::new(domains, shared), problems)
    }
}

/// Reads one YAML or JSON file.
pub fn read_document(path: &Path) -> Result<Node, Problem> {
    node::parse(&read_text(path)?).map_err(|error| syntax(path, error))
}

/// Reads a file, which must be UTF-8.
pub fn read_text(path: &Path) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        syntax(path, node::ParseError { line, message: "the file is not UTF-8".to_owned() })
            .with_rule("encoding")
    })
}

/// Problem for a file that is neither YAML nor JSON.
pub fn syntax(path: &Path, error: node::ParseError) -> Problem {
    Problem {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        line: error.line,
        rule: "syntax",
        message: error.message,
        pointer: "#".to_owned(),
    }
}

/// Problem for a file that looks like a document of the spec but is skipped.
fn passed_over(path: &Path) -> Option<Problem> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let message = if path.is_dir() && !["surface", "overlays"].contains(&&*name) {
        "folders in `spec/` are ignored: move the documents to `spec/` itself"
    } else if !path.is_dir() && matches!(&*extension, "yml" | "yaml" | "json") {
        "is ignored: rename it to `NAME.yaml`"
    } else {
        return None;
    };
    Some(Problem { file: name, line: 0, rule: "file", message: message.to_owned(), pointer: "#".to_owned() })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        line: 0,
        rule: "file",
        message: format!("could not be read: {error}"),
        pointer: "#".to_owned(),
    }
}
