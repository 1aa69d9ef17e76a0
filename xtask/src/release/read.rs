//! The crates of the workspace that are published, and their changes since their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use semver::Version;
use serde_json::Value;

use super::changelog;
use super::plan::Crate;
use crate::diff::rules::Level;
use crate::git::git;

/// A published crate with its place in the workspace.
pub struct Member {
    pub krate: Crate,
    /// Folder below the root of the workspace.
    pub folder: String,
    /// Changes of the API since the last release, as lines for the changelog.
    pub lines: Vec<String>,
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
    let mut api = Api::default();
    published
        .iter()
        .map(|package| member(root, package, &names, &tags, &mut api))
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

fn member(
    root: &Path,
    package: &Value,
    names: &BTreeSet<&str>,
    tags: &str,
    api: &mut Api,
) -> Result<Member, String> {
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
    let (reasons, lines) = match &released {
        None => (Vec::new(), Vec::new()),
        Some(released) => reasons(root, &name, &folder, released, api)?,
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
    Ok(Member { krate, folder, lines })
}

/// The changes of the API since the commits of releases, which are mostly few.
#[derive(Default)]
struct Api {
    known: BTreeMap<String, BTreeMap<String, Vec<(Level, String)>>>,
}

impl Api {
    /// Crate → changes since a commit, the strongest first.
    fn since(&mut self, commit: &str, root: &Path) -> Result<BTreeMap<String, Vec<(Level, String)>>, String> {
        if let Some(known) = self.known.get(commit) {
            return Ok(known.clone());
        }
        let mut found: BTreeMap<String, Vec<(Level, String)>> = BTreeMap::new();
        // A workspace without a spec has no API that could change.
        if root.join("spec/shared.yaml").is_file() {
            let report = crate::diff::since(commit, root)?;
            let lines = report.lines().into_iter().map(|(krate, lines)| (krate.to_owned(), lines));
            found.extend(lines);
        }
        self.known.insert(commit.to_owned(), found.clone());
        Ok(found)
    }
}

/// Reasons for a release, and lines for the changelog.
type Changes = (Vec<(Level, String)>, Vec<String>);

/// Changes since a release: the entries of the changelog, the changes of the API, and changed files.
fn reasons(
    root: &Path,
    name: &str,
    folder: &str,
    released: &Version,
    api: &mut Api,
) -> Result<Changes, String> {
    let tag = format!("{name}-v{released}");
    let mut reasons = match std::fs::read_to_string(root.join(folder).join("CHANGELOG.md")) {
        Ok(text) => changelog::entries(&text, released),
        Err(_) => Vec::new(),
    };
    let commit = git(root, &["rev-list", "-1", &tag])?.trim().to_owned();
    let lines = api.since(&commit, root)?.remove(name).unwrap_or_default();
    reasons.extend(lines.iter().map(|(level, line)| {
        (*level, format!("spec: {}", line.trim_start_matches("**Breaking:** ").trim_end_matches('.')))
    }));
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
    Ok((reasons, lines.into_iter().map(|(_, line)| line).collect()))
}
