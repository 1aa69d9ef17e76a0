//! A program that uses the crates: its names, resolved as far as its text tells them.

mod read;
mod uses;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything in a program that may name a part of the API.
#[derive(Debug, Default)]
pub struct Program {
    places: Vec<Place>,
}

/// One name in the program.
#[derive(Debug, Clone)]
struct Place {
    file: String,
    line: usize,
    name: Name,
}

/// A name, by its use.
#[derive(Debug, Clone)]
enum Name {
    /// A path such as `cc_api_drain::types::Drain`, with imports resolved. It is certain unless a glob, or a module of the program
    /// itself, may stand behind it.
    Path { path: String, certain: bool },
    /// `.name` or `.name(…)` or a field in a pattern or a literal: of this type, if the text tells it.
    Member { name: String, of: Option<String> },
}

impl Program {
    /// Reads a file, or all Rust files below a folder.
    ///
    /// # Errors
    /// When there is no Rust file, or one of them is not Rust: its uses would be missed.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut program = Self::default();
        let files = files(path)?;
        let renamed = renamed(path);
        for file in files {
            let text = std::fs::read_to_string(&file)
                .map_err(|error| format!("could not read {}: {error}", file.display()))?;
            program.add(&file.display().to_string(), &text, &renamed)?;
        }
        Ok(program)
    }

    /// Reads a text. `file` is its name in reports.
    ///
    /// # Errors
    /// When it is not Rust.
    pub fn of_text(file: &str, text: &str) -> Result<Self, String> {
        let mut program = Self::default();
        program.add(file, text, &BTreeMap::new())?;
        Ok(program)
    }

    /// Adds one file. `renamed` are the names of the crates that the manifest renames.
    fn add(&mut self, file: &str, text: &str, renamed: &BTreeMap<String, String>) -> Result<(), String> {
        let parsed = syn::parse_file(text)
            .map_err(|error| format!("{file}:{} is not Rust: {error}", error.span().start().line))?;
        self.places.extend(read::places(file, &parsed, renamed));
        Ok(())
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| {
        entry.depth() == 0 || !matches!(entry.file_name().to_str(), Some("target" | ".git"))
    });
    let found: Vec<PathBuf> = entries
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .filter(|file| file.is_file() && file.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    if found.is_empty() { Err(format!("{} has no Rust file", path.display())) } else { Ok(found) }
}

/// `sdk = { package = "cc-client", … }` in a manifest: the name in the program → the name of the crate.
fn renamed(path: &Path) -> BTreeMap<String, String> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| {
        let (name, rest) = line.split_once('=')?;
        let (_, package) = rest.split_once("package")?;
        let package = package.split('"').nth(1)?;
        let name = name.trim().trim_matches('"');
        package.starts_with("cc-").then(|| (name.replace('-', "_"), package.replace('-', "_")))
    });
    pairs.collect()
}
