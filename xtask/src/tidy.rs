//! `cargo xtask tidy`: dependencies between crates and modules, names that must be absent, generated files, and snapshots
//! without a test.

mod absences;
mod models;
mod order;
pub mod source;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::generate::{self, tree::Difference};

/// Allowed dependencies between our crates. `cc-api-*` stands for the generated crate of every domain.
const ARROWS: [(&str, &[&str]); 21] = [
    ("cc-browser", &[]),
    ("cc-one-line", &[]),
    ("cc-retry-after", &[]),
    ("cc-runtime", &["cc-browser", "cc-one-line", "cc-retry-after"]),
    ("cc-api-shared", &["cc-runtime"]),
    ("cc-api-*", &["cc-runtime", "cc-api-shared"]),
    ("cc-stream", &["cc-browser", "cc-runtime", "cc-one-line", "cc-retry-after"]),
    ("cc-client", &["cc-browser", "cc-runtime", "cc-api-shared", "cc-api-*", "cc-stream"]),
    ("cc-bridge", &["cc-runtime", "cc-api-*"]),
    ("cc-redis-http", &["cc-runtime", "cc-api-*"]),
    // A client only with the feature `client`: the server itself shares no code with the clients that it judges.
    ("cc-sandbox", &["cc-client", "cc-one-line"]),
    ("cc-call", &["cc-client", "cc-sandbox"]),
    ("cc-mcp", &["cc-client", "cc-sandbox"]),
    ("cc-contract", &["cc-client", "cc-bridge", "cc-redis-http"]),
    ("cc-trials", &["cc-client", "cc-sandbox"]),
    ("cc-test-features", &["cc-runtime", "cc-api-shared", "cc-api-*"]),
    ("cc-webdriver", &[]),
    ("cc-in-browser", &["cc-sandbox"]),
    ("cc-browser-page", &["cc-client"]),
    ("cc-js", &["cc-bridge", "cc-browser", "cc-client", "cc-redis-http"]),
    ("xtask", &[]),
];

pub fn tidy(root: &Path) -> Outcome {
    let mut found = Vec::new();
    arrows(root, &mut found);
    files(root, &mut found);
    strays(root, &mut found);
    absences::absences(root, &mut found);
    models::models(root, &mut found);
    order::order(root, &mut found);
    crate::snapshots::without_a_test(root, &mut found);
    found.sort();
    if found.is_empty() {
        return Outcome::ok("no problems\n");
    }
    let mut text = String::new();
    for problem in &found {
        let _ = writeln!(text, "{problem}");
    }
    Outcome { text, errors: format!("error: out of place: {}\n", found.len()), success: false }
}

/// Files in generated directories that the spec does not generate. An invalid spec generates nothing: `check`
/// reports it.
fn strays(root: &Path, found: &mut Vec<String>) {
    let Ok(spec) = crate::read_spec(root) else { return };
    let Ok(output) = generate::generate(&spec, root) else { return };
    match output.tree.compare(root) {
        Ok(differences) => {
            found.extend(differences.iter().filter(|(_, difference)| **difference == Difference::Stray).map(
                |(path, _)| {
                    format!(
                        "{}: this generated file is not from the spec: run `cargo xtask generate`",
                        path.display()
                    )
                },
            ))
        }
        Err(error) => found.push(format!("could not read the generated files: {error}")),
    }
}

fn kind(name: &str) -> &str {
    if name.starts_with("cc-api-") && name != "cc-api-shared" { "cc-api-*" } else { name }
}

fn arrows(root: &Path, found: &mut Vec<String>) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output();
    let metadata: Value = match output {
        Ok(output) if output.status.success() => serde_json::from_slice(&output.stdout).unwrap_or_default(),
        Ok(output) => {
            found.push(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
            return;
        }
        Err(error) => {
            found.push(format!("could not run cargo metadata: {error}"));
            return;
        }
    };
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == kind(name)) else {
            found.push(format!("{name}: add a rule for the dependencies of this crate (xtask/src/tidy.rs)"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            // Tests and examples may depend on any crate, because users of the crate do not get these
            // dependencies.
            if names.contains(&to) && dependency["kind"] != "dev" && !allowed.contains(&kind(to)) {
                found.push(format!("{name}: must not depend on {to} (docs/architecture.md)"));
            }
        }
    }
}

fn files(root: &Path, found: &mut Vec<String>) {
    let mut open: Vec<PathBuf> = vec![root.join("crates"), root.join("xtask")];
    while let Some(path) = open.pop() {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name == "target" || name == "fixtures") {
                continue;
            }
            open.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            continue;
        }
        let generated = path.components().any(|part| part.as_os_str() == "generated");
        let text = || std::fs::read_to_string(&path).unwrap_or_default();
        let licence = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("LICENSE-"));
        if generated && !licence && !text().lines().take(2).any(|line| line.contains("@generated")) {
            found.push(format!("{shown}: lies in a generated folder without the mark `@generated`"));
        }
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = text();
            let first = text
                .lines()
                .find(|line| !line.starts_with("// @generated") && !line.trim().is_empty())
                .unwrap_or_default();
            if !first.starts_with("//!") {
                found.push(format!("{shown}: does not open with `//!`"));
            }
            if !generated
                && text.lines().next().is_some_and(|line| line.contains("@generated by `cargo xtask"))
            {
                found.push(format!("{shown}: is marked as generated outside a generated folder"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let outcome = tidy(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
        assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    }

    #[test]
    fn files_that_nothing_makes_are_strays_even_with_a_mark() {
        let copy = tempfile::tempdir().unwrap();
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
        for folder in ["spec/surface", "crates/generated/cc-api-gone/src"] {
            std::fs::create_dir_all(copy.path().join(folder)).unwrap();
        }
        for name in ["shared.yaml", "zone.yaml"] {
            std::fs::copy(spec.join(name), copy.path().join("spec").join(name)).unwrap();
        }
        let strays_of = |found: &mut Vec<String>| strays(copy.path(), found);
        let mut found = Vec::new();
        strays_of(&mut found);
        assert_eq!(found, Vec::<String>::new());
        let (code, surface) = ("crates/generated/cc-api-gone/src/lib.rs", "spec/surface/gone.txt");
        for path in [code, surface] {
            std::fs::write(copy.path().join(path), "//! @generated\n").unwrap();
        }
        strays_of(&mut found);
        for path in [code, surface] {
            assert!(found.iter().any(|told| told.starts_with(path)), "{path}: {found:?}");
        }
    }
}
