//! A tree of generated files against the one on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::spec::model::SHARED;

/// Generated files by their path from the root, and the folders that hold nothing else.
pub struct Tree {
    pub files: BTreeMap<PathBuf, String>,
    pub owned: Vec<PathBuf>,
}

/// Difference of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    Changed(String),
    Missing,
    Stray,
}

/// Returns `true` if the file does not exist: the path is absent, or its directory is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes a file of a crate a link to the file of the same name and text in the root, such as a licence.
/// Returns `false` if there is no such file, or if links are not supported.
fn is_linked(root: &Path, file: &Path, text: &str) -> bool {
    let same = file.file_name().map(|name| (name, std::fs::read_to_string(root.join(name))));
    let Some((name, Ok(found))) = same else { return false };
    #[cfg(unix)]
    if found == text && file.parent().is_some_and(|folder| folder != root) {
        let up = file.strip_prefix(root).map_or(0, |path| path.components().count() - 1);
        let target = std::iter::repeat_n("..", up).collect::<PathBuf>().join(name);
        let _ = std::fs::remove_file(file);
        return std::os::unix::fs::symlink(target, file).is_ok();
    }
    let _ = (name, found, text);
    false
}

/// An error with the file that it is about.
fn about(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

impl Tree {
    /// Keeps only what belongs to one domain, and the crate of shared types, which depends on what the domain uses.
    pub fn only(mut self, domain: &str) -> Self {
        let folders = [domain, SHARED].map(|name| PathBuf::from(format!("crates/generated/cc-api-{name}")));
        let surfaces = [domain, SHARED].map(|name| PathBuf::from(format!("spec/surface/{name}.txt")));
        self.files.retain(|path, _| {
            folders.iter().any(|folder| path.starts_with(folder)) || surfaces.contains(path)
        });
        self.owned = folders.into();
        self
    }

    /// Returns the differences to the disk, in path order.
    pub fn compare(&self, root: &Path) -> io::Result<BTreeMap<PathBuf, Difference>> {
        let mut differences = BTreeMap::new();
        for (path, wanted) in &self.files {
            let place = root.join(path);
            match std::fs::read(&place) {
                Ok(found) if found == wanted.as_bytes() => {}
                Ok(found) => {
                    let found = String::from_utf8_lossy(&found);
                    differences.insert(path.clone(), Difference::Changed(diff(&found, wanted)));
                }
                // A folder, or a file where its folder should be, is in the way.
                Err(error) if is_absent(&error) || place.is_dir() => {
                    differences.insert(path.clone(), Difference::Missing);
                }
                Err(error) => return Err(about(&place, error)),
            }
        }
        for path in self.on_disk(root)? {
            if !self.files.contains_key(&path) && !self.is_changelog(&path) {
                differences.insert(path, Difference::Stray);
            }
        }
        Ok(differences)
    }

    /// Writes the tree to disk: writes files that differ, removes stray ones. Returns the number of changed
    /// files.
    pub fn write(&self, root: &Path) -> io::Result<usize> {
        let differences = self.compare(root)?;
        for (path, difference) in &differences {
            let file = root.join(path);
            if *difference == Difference::Stray {
                std::fs::remove_file(&file)
                    .or_else(|error| if is_absent(&error) { Ok(()) } else { Err(about(&file, error)) })?;
                let mut folder = file.parent();
                while let Some(empty) =
                    folder.filter(|folder| *folder != root && std::fs::remove_dir(folder).is_ok())
                {
                    folder = empty.parent();
                }
                continue;
            }
            self.make_way(root, path)?;
            if !is_linked(root, &file, &self.files[path]) {
                std::fs::write(&file, &self.files[path]).map_err(|error| about(&file, error))?;
            }
        }
        Ok(differences.len())
    }

    /// Creates the directories of a file, and removes files in their place or a directory in its own.
    fn make_way(&self, root: &Path, path: &Path) -> io::Result<()> {
        let owned = |path: &Path| self.owned.iter().any(|folder| path.starts_with(folder));
        for above in path.ancestors().skip(1).filter(|above| owned(above)) {
            let place = root.join(above);
            if place.is_file() {
                std::fs::remove_file(&place).map_err(|error| about(&place, error))?;
            }
        }
        let place = root.join(path);
        if place.is_dir() && owned(path) {
            std::fs::remove_dir_all(&place).map_err(|error| about(&place, error))?;
        }
        let folder = place.parent().unwrap_or(root);
        std::fs::create_dir_all(folder).map_err(|error| about(folder, error))
    }

    /// Returns `true` for the changelog of a generated crate, which `cargo xtask release` writes.
    pub fn is_changelog(&self, path: &Path) -> bool {
        path.ends_with("CHANGELOG.md") && self.files.contains_key(&path.with_file_name("Cargo.toml"))
    }

    fn on_disk(&self, root: &Path) -> io::Result<BTreeSet<PathBuf>> {
        let mut found = BTreeSet::new();
        let mut open: Vec<PathBuf> = self.owned.iter().map(|folder| root.join(folder)).collect();
        while let Some(folder) = open.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => continue,
                Err(error) => return Err(about(&folder, error)),
            };
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    open.push(entry.path());
                } else if let Ok(path) = entry.path().strip_prefix(root) {
                    found.insert(path.to_owned());
                }
            }
        }
        Ok(found)
    }
}

/// A few lines of what changed.
fn diff(found: &str, wanted: &str) -> String {
    const LINES: usize = 12;
    let diff = TextDiff::from_lines(found, wanted);
    let text = diff.unified_diff().context_radius(1).to_string();
    let mut lines: Vec<&str> = text.lines().collect();
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let mut short = lines.join("\n");
    if more > 0 {
        short.push_str(&format!("\n… and {more} more lines"));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree {
            files: files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect(),
            owned: vec!["made".into()],
        }
    }

    #[test]
    fn changed_missing_and_stray_files_are_told_apart_and_writing_mends_all() {
        let root = tempfile::tempdir().unwrap();
        tree(&[("made/a/x.rs", "1\n"), ("made/old/y.rs", "1\n")]).write(root.path()).unwrap();
        let wanted = tree(&[("made/a/x.rs", "2\n"), ("made/b.rs", "3\n")]);
        let differences = wanted.compare(root.path()).unwrap();
        assert_eq!(differences.len(), 3);
        assert!(
            matches!(&differences[Path::new("made/a/x.rs")], Difference::Changed(diff) if diff.contains("+2"))
        );
        assert_eq!(differences[Path::new("made/b.rs")], Difference::Missing);
        assert_eq!(differences[Path::new("made/old/y.rs")], Difference::Stray);
        assert_eq!(wanted.write(root.path()).unwrap(), 3);
        assert!(wanted.compare(root.path()).unwrap().is_empty());
        assert!(!root.path().join("made/old").exists());
        // A release writes the changelog of a crate, and only of a crate.
        let log =
            |folder: &str| std::fs::write(root.path().join(folder).join("CHANGELOG.md"), "# Changelog\n");
        log("made").unwrap();
        log("made/a").unwrap();
        let wanted = tree(&[("made/a/x.rs", "2\n"), ("made/b.rs", "3\n"), ("made/a/Cargo.toml", "")]);
        assert_eq!(wanted.write(root.path()).unwrap(), 2);
        assert!(
            root.path().join("made/a/CHANGELOG.md").is_file()
                && !root.path().join("made/CHANGELOG.md").exists()
        );
    }
}
