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
    let found = files_named(path, |name| name.ends_with(".rs"));
    if found.is_empty() { Err(format!("{} has no Rust file", path.display())) } else { Ok(found) }
}

/// The files below a folder whose names fit, without those of builds and of git.
fn files_named(path: &Path, fits: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| {
        entry.depth() == 0 || !matches!(entry.file_name().to_str(), Some("target" | ".git"))
    });
    let found = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(&fits));
    found.map(walkdir::DirEntry::into_path).filter(|file| file.is_file()).collect()
}

/// The names that manifests give to the crates: the name in the program → the name of the crate. The manifests of the program are
/// those below the path and those of the folders above it, where its workspace is.
fn renamed(path: &Path) -> BTreeMap<String, String> {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let above = whole.ancestors().map(|folder| folder.join("Cargo.toml"));
    let below = files_named(path, |name| name == "Cargo.toml");
    let mut all = BTreeMap::new();
    for manifest in above.chain(below) {
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        all.extend(
            renamed_in(&text)
                .into_iter()
                .map(|(name, krate)| (name.replace('-', "_"), krate.replace('-', "_"))),
        );
    }
    all
}

/// `sdk = { package = "cc-client" }`, `sdk.package = "cc-client"`, or `package = "cc-client"` in the table of `sdk`.
fn renamed_in(manifest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut table = None;
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']').rsplit_once("dependencies.").map(|(_, name)| name);
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        let dependency = match key {
            "package" => table.map(|table| (table, value)),
            _ => key
                .strip_suffix(".package")
                .map(|name| (name, value))
                .or_else(|| Some((key, value.split_once("package")?.1))),
        };
        let Some((name, package)) = dependency else { continue };
        let package = package.split(['"', '\'']).nth(1).unwrap_or_default();
        if package.starts_with("cc-") {
            found.push((name.trim_matches(['"', '\'']).to_owned(), package.to_owned()));
        }
    }
    found
}
