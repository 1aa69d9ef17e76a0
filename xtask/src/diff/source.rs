//! The states of the API that `diff` compares: the working tree, a revision of git, a folder, a domain file, a bundle.

mod bundle;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::spec::node::{Node, parse};
use crate::spec::{Documents, read_document};
use crate::surface::Surface;

/// One side of a comparison.
#[derive(Debug)]
pub struct Side {
    /// The words that name it in a report.
    pub label: String,
    documents: Documents,
    /// Domain of a side that is a single file.
    pub only: Option<String>,
    /// The state is a bundle, which has neither commands nor lines.
    pub is_bundle: bool,
}

impl Side {
    /// Reads a state by its name: a path that exists, else a revision.
    ///
    /// # Errors
    /// When it is neither, or a document of it cannot be parsed.
    pub fn read(name: &str, root: &Path) -> Result<Self, String> {
        let path = Path::new(name);
        if path.is_dir() {
            let spec = path.join("spec");
            return Self::folder(name, if spec.is_dir() { &spec } else { path });
        }
        if path.is_file() { Self::file(name, path, None, root) } else { Self::revision(name, root) }
    }

    /// The working tree.
    pub fn working_tree(root: &Path) -> Result<Self, String> {
        Self::folder("working tree", &root.join("spec"))
    }

    fn folder(label: &str, folder: &Path) -> Result<Self, String> {
        let documents = Documents::read(folder).map_err(|problems| problems_of(label, &problems))?;
        if documents.domains.is_empty() {
            return Err(format!("{label}: the folder {} has no document of a domain", folder.display()));
        }
        Ok(Self { label: label.to_owned(), documents, only: None, is_bundle: false })
    }

    /// A single document. `domain` is its name, by default that of the file.
    pub fn file(label: &str, file: &Path, domain: Option<&str>, root: &Path) -> Result<Self, String> {
        let document = read_document(file).map_err(|problem| problem.to_string())?;
        if let Some(documents) = bundle::split(&document) {
            return Ok(Self { label: label.to_owned(), documents, only: None, is_bundle: true });
        }
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let domain = domain.map_or(stem, str::to_owned);
        let beside = file.with_file_name("shared.yaml");
        let shared = if beside.is_file() { beside } else { root.join("spec/shared.yaml") };
        let shared = read_document(&shared).unwrap_or_else(|_| Node::empty_map());
        let documents = if domain == "shared" {
            // Which types are shared depends on the domains that use them.
            let (mut documents, _) = Documents::read_what_can_be(&root.join("spec"));
            documents.shared = document;
            documents
        } else {
            Documents::new(BTreeMap::from([(domain.clone(), document)]), shared)
        };
        Ok(Self { label: label.to_owned(), documents, only: Some(domain), is_bundle: false })
    }

    /// The spec at a revision, read without touching the working tree.
    pub fn revision(name: &str, root: &Path) -> Result<Self, String> {
        let git = |arguments: &[&str]| -> Result<String, String> {
            let output = Command::new("git").arg("-C").arg(root).args(arguments).output();
            let output = output.map_err(|error| format!("could not run git: {error}"))?;
            if output.status.success() {
                Ok(String::from_utf8_lossy(&output.stdout).into_owned())
            } else {
                let why = String::from_utf8_lossy(&output.stderr);
                Err(format!(
                    "`{name}` is neither a file, a folder nor a revision with a folder `spec`: {}",
                    why.trim()
                ))
            }
        };
        // No revision begins with a dash, and an option of git must not be taken for one.
        let commit = git(&["rev-parse", "--verify", "--end-of-options", &format!("{name}^{{commit}}")])?;
        let commit = commit.trim();
        let listed = git(&["ls-tree", "--name-only", commit, "spec/"])?;
        let (mut domains, mut shared) = (BTreeMap::new(), Node::empty_map());
        for path in listed.lines().filter(|path| path.ends_with(".yaml")) {
            let text = git(&["show", &format!("{commit}:{path}")])?;
            let node = parse(&text).map_err(|error| {
                format!("{path}:{} at `{name}` cannot be parsed: {}", error.line, error.message)
            })?;
            match path.trim_start_matches("spec/").trim_end_matches(".yaml") {
                "shared" => shared = node,
                domain => {
                    domains.insert(domain.to_owned(), node);
                }
            }
        }
        if domains.is_empty() {
            return Err(format!("the revision `{name}` has no document in `spec/`"));
        }
        let label = format!("{name} ({})", commit.get(..8).unwrap_or(commit));
        Ok(Self { label, documents: Documents::new(domains, shared), only: None, is_bundle: false })
    }

    /// Makes a bundle of this state, so that a bundle can be compared with it.
    ///
    /// # Errors
    /// When the state is a single document.
    pub fn bundle(&mut self) -> Result<(), String> {
        let whole = crate::bundle::bundle(&self.documents);
        let made = parse(&whole.to_string()).ok().and_then(|node| bundle::split(&node));
        let Some(documents) = made.filter(|_| self.only.is_none()) else {
            return Err(format!("a bundle can be compared with a whole spec only, not with {}", self.label));
        };
        self.documents = documents;
        self.is_bundle = true;
        self.label.push_str(", without its commands");
        Ok(())
    }

    /// Keeps only what a single file of the other side can be compared with.
    pub fn reduce_to(&mut self, domain: &str) {
        if domain != "shared" {
            self.documents.domains.retain(|name, _| name == domain);
        }
        self.only = Some(domain.to_owned());
    }

    /// Gives the only domain another name, so that two files are compared with each other.
    pub fn rename(&mut self, domain: &str) {
        if let (Some(was), true) = (self.only.take(), self.documents.domains.len() == 1)
            && let Some(document) = self.documents.domains.remove(&was)
        {
            self.documents.domains.insert(domain.to_owned(), document);
        }
        self.only = Some(domain.to_owned());
    }

    /// The surface of this state.
    pub fn surface(&self) -> Result<Surface, String> {
        let mut surface = Surface::of_documents(&self.documents)
            .map_err(|errors| format!("{}: {}", self.label, errors.join("; ")))?;
        if let Some(only) = &self.only {
            surface.domains.retain(|name, _| name == only);
        }
        Ok(surface)
    }
}

fn problems_of(label: &str, problems: &[crate::spec::Problem]) -> String {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    format!("{label}: {}", problems.join("; "))
}
