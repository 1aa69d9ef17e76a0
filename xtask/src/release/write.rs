//! The edits of a release: versions in manifests, requirements of the workspace, sections of changelogs.

use std::path::Path;

use semver::Version;

use super::changelog;
use super::plan::Row;
use super::read::Member;

/// Writes the versions and the changelogs of a plan. Returns the changed files.
///
/// # Errors
/// A file that cannot be read or written, or has not the expected lines. Files before it are changed then; a second run
/// continues.
pub fn write(root: &Path, rows: &[Row], members: &[Member], date: &str) -> Result<Vec<String>, String> {
    let mut changed = Vec::new();
    let mut edit = |path: String, change: &dyn Fn(&str) -> Result<String, String>| -> Result<(), String> {
        let file = root.join(&path);
        let text = match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.ends_with("CHANGELOG.md") => {
                String::new()
            }
            text => text.map_err(|error| format!("could not read {path}: {error}"))?,
        };
        let new = change(&text).map_err(|error| format!("{path}: {error}"))?;
        if new != text {
            std::fs::write(&file, new).map_err(|error| format!("could not write {path}: {error}"))?;
            changed.push(path);
        }
        Ok(())
    };
    for row in rows {
        let Some(member) = members.iter().find(|member| member.krate.name == row.name) else { continue };
        edit(format!("{}/Cargo.toml", member.folder), &|text| with_version(text, &row.to))?;
        let log = format!("{}/CHANGELOG.md", member.folder);
        edit(log, &|text| {
            // A generated crate has no entries but those of its API.
            let text = if text.is_empty() { changelog::empty(&row.name) } else { text.to_owned() };
            changelog::cut(&text, &row.to, date, &row.why, &member.lines)
        })?;
    }
    edit("Cargo.toml".to_owned(), &|text| Ok(with_requirements(text, rows)))?;
    Ok(changed)
}

/// Replaces the version of a package.
fn with_version(text: &str, version: &Version) -> Result<String, String> {
    let mut is_done = false;
    let lines = text.lines().map(|line| {
        if !is_done && line.starts_with("version = \"") {
            is_done = true;
            return format!("version = \"{version}\"\n");
        }
        format!("{line}\n")
    });
    let new: String = lines.collect();
    if is_done {
        Ok(new)
    } else {
        Err("no line `version = \"…\"`: each published crate has a version of its own".to_owned())
    }
}

/// Lets the workspace require the new versions. A crate that is not in the plan is not published again for this.
fn with_requirements(text: &str, rows: &[Row]) -> String {
    let lines = text.lines().map(|line| {
        let row = rows.iter().find(|row| line.starts_with(&format!("{} = {{ path = ", row.name)));
        let parts = row.and_then(|row| {
            let (before, rest) = line.split_once("version = \"")?;
            let (_, after) = rest.split_once('"')?;
            Some(format!("{before}version = \"{}\"{after}\n", row.to))
        });
        parts.unwrap_or_else(|| format!("{line}\n"))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_the_package_changes() {
        let text = "[package]\nname = \"a\"\nversion = \"0.1.0\"\n\n[dependencies.b]\nversion = \"0.1.0\"\n";
        let new = with_version(text, &Version::new(0, 2, 0)).unwrap();
        assert_eq!(new, text.replacen("0.1.0", "0.2.0", 1));
        assert!(with_version("[package]\nversion.workspace = true\n", &Version::new(0, 2, 0)).is_err());
    }

    #[test]
    fn the_workspace_requires_the_new_version_of_a_crate_and_of_no_other() {
        let row =
            Row { name: "cc-a".into(), from: None, to: Version::new(0, 2, 0), level: None, why: Vec::new() };
        let text = "cc-a = { path = \"a\", version = \"0.1.0\", default-features = false }\ncc-a-b = { path = \"b\", version = \"0.1.0\" }\n";
        let new = with_requirements(text, &[row]);
        assert_eq!(new, text.replacen("0.1.0", "0.2.0", 1));
    }
}
