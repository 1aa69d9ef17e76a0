//! The crates of the workspace that are published, and their changes since their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use semver::Version;
use serde_json::Value;

use super::changelog;
use super::plan::{Crate, Level};
use crate::git::git;

/// A published crate with its place in the workspace.
pub struct Member {
    pub krate: Crate,
    /// Folder below the root of the workspace.
    pub folder: String,
}

/// Reads the manifests, the tags `<crate>-v<version>`, the changelogs and the changed files.
pub fn members(root: &Path) -> Result<Vec<Member>, String> {
    let metadata = metadata(root, &["--no-deps"])?;
    let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
    // `publish = false` is an empty list of registries.
    let is_published = |package: &Value| package["publish"].as_array().is_none_or(|list| !list.is_empty());
    let published: Vec<&Value> = packages.into_iter().filter(|package| is_published(package)).collect();
    let names: BTreeSet<&str> = published.iter().filter_map(|package| package["name"].as_str()).collect();
    let tags = git(root, &["tag", "--list"])?;
    published
        .iter()
        .map(|package| member(root, package, &names, &tags))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("could not plan the release: {error}"))
}

/// Output of `cargo metadata`, without a network.
pub fn metadata(root: &Path, options: &[&str]) -> Result<Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(options)
        .current_dir(root)
        .output()
        .map_err(|error| format!("could not run cargo metadata: {error}"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata failed: {}", told.lines().next().unwrap_or_default()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("could not read cargo metadata: {error}"))
}

fn member(root: &Path, package: &Value, names: &BTreeSet<&str>, tags: &str) -> Result<Member, String> {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let name = text("name").to_owned();
    let version = Version::parse(text("version")).map_err(|error| format!("{name}: {error}"))?;
    let folder = Path::new(text("manifest_path")).parent().unwrap_or(root);
    let folder = std::fs::canonicalize(root)
        .ok()
        .and_then(|root| Some(std::fs::canonicalize(folder).ok()?.strip_prefix(root).ok()?.to_owned()))
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .ok_or_else(|| format!("{name}: its folder is not below the root of the workspace"))?;
    let (mut dependencies, mut public) = (BTreeSet::new(), BTreeSet::new());
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let to = dependency["name"].as_str().unwrap_or_default();
        // Cargo removes a dependency of tests that has a path and no version.
        let is_removed = dependency["kind"] == "dev" && dependency["req"] == "*";
        if names.contains(to) && to != name && !is_removed {
            dependencies.insert(to.to_owned());
            if dependency["kind"] != "dev" {
                public.insert(to.to_owned());
            }
        }
    }
    let has_library = package["targets"].as_array().into_iter().flatten().any(|target| {
        target["kind"].as_array().into_iter().flatten().any(|kind| kind == "lib" || kind == "proc-macro")
    });
    let prefix = format!("{name}-v");
    let released = tags.lines().filter_map(|tag| Version::parse(tag.strip_prefix(&prefix)?).ok()).max();
    let reasons = match &released {
        None => Vec::new(),
        Some(released) => reasons(root, &name, &folder, released)?,
    };
    let krate = Crate {
        version,
        released,
        dependencies: dependencies.into_iter().collect(),
        public: public.into_iter().collect(),
        is_program: !has_library,
        reasons,
        name,
    };
    Ok(Member { krate, folder })
}

/// Changes since a release: the entries of the changelog, the surface of a generated crate, and changed files.
fn reasons(
    root: &Path,
    name: &str,
    folder: &str,
    released: &Version,
) -> Result<Vec<(Level, String)>, String> {
    let tag = format!("{name}-v{released}");
    let mut reasons = match std::fs::read_to_string(root.join(folder).join("CHANGELOG.md")) {
        Ok(text) => changelog::entries(&text, released),
        Err(_) => Vec::new(),
    };
    if let Some(domain) = name.strip_prefix("cc-api-") {
        let path = format!("spec/surface/{domain}.txt");
        // A file that the tag does not have is new.
        let before = git(root, &["show", &format!("{tag}:{path}")]).unwrap_or_default();
        let now = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        reasons.extend(of_surface(&before, &now));
    }
    let files = git(root, &["diff", "--name-only", &tag, "--", folder])?;
    let inside = |file: &&str| {
        let path = file.strip_prefix(folder).unwrap_or(file).trim_start_matches('/');
        let is_of_tests = ["tests/", "benches/", "fuzz/"].iter().any(|part| path.starts_with(part));
        // The entries of the changelog are reasons of their own.
        !is_of_tests && path != "CHANGELOG.md"
    };
    let files: Vec<&str> = files.lines().filter(inside).collect();
    if reasons.is_empty()
        && let Some(first) = files.first()
    {
        let more = if files.len() > 1 { format!(" and {} more", files.len() - 1) } else { String::new() };
        reasons.push((Level::Patch, format!("changed: {first}{more}")));
    }
    Ok(reasons)
}

/// The level of a changed surface, by its lines: what is gone or changed breaks, what is new does not.
fn of_surface(before: &str, now: &str) -> Option<(Level, String)> {
    let count = |text: &str| {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            *lines.entry(line.to_owned()).or_default() += 1;
        }
        lines
    };
    let (before, now) = (count(before), count(now));
    let less = |from: &BTreeMap<String, usize>, to: &BTreeMap<String, usize>| -> usize {
        from.iter().map(|(line, count)| count.saturating_sub(to.get(line).copied().unwrap_or_default())).sum()
    };
    match (less(&before, &now), less(&now, &before)) {
        (0, 0) => None,
        (0, new) => Some((Level::Minor, format!("surface: {new} new lines"))),
        (gone, new) => Some((Level::Breaking, format!("surface: {gone} lines changed or gone, {new} new"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_from_a_surface_breaks_and_what_is_new_does_not() {
        let level = |before: &str, now: &str| of_surface(before, now).map(|(level, _)| level);
        assert_eq!(level("# head\na\nb\n", "# other\nb\na\n"), None);
        assert_eq!(level("a\n", "a\nb\n"), Some(Level::Minor));
        assert_eq!(level("a\nb\n", "a\n"), Some(Level::Breaking));
        assert_eq!(level("a\na\n", "a\nb\n"), Some(Level::Breaking));
    }
}
