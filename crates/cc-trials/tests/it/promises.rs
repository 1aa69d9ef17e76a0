//! `docs/promises.md` and the invariants of `docs/architecture.md`: each test they name exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Directory of a crate's tests, by the name on the page.
fn folder(name: &str) -> PathBuf {
    match name {
        "xtask" => root().join(name),
        "cc-js" => root().join("packages/js"),
        _ => root().join("crates").join(name),
    }
}

/// All Rust sources below a folder, as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}

/// The tests named in backquotes in a line: a crate, `::` and a test.
fn tests_of(line: &str) -> Vec<(&str, &str)> {
    line.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect()
}

/// The tests that rows of a table name and that do not exist. Also counts the rows.
fn missing<'a>(rows: impl Iterator<Item = &'a str>) -> (usize, Vec<String>) {
    let mut known = BTreeMap::new();
    let mut missing = Vec::new();
    let mut count = 0;
    for row in rows {
        count += 1;
        let tests = tests_of(row);
        assert!(!tests.is_empty(), "no test holds this: {row}");
        for (name, test) in tests {
            let sources = known.entry(name).or_insert_with(|| sources(&folder(name)));
            if !sources.contains(&format!("fn {test}(")) {
                missing.push(format!("{name}::{test}"));
            }
        }
    }
    (count, missing)
}

#[test]
fn every_promise_names_tests_that_are_there() {
    let page = fs::read_to_string(root().join("docs/promises.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| What"));
    let (promises, missing) = missing(rows);
    assert!(promises > 80, "{promises} promises were found");
    assert!(missing.is_empty(), "tests that are not there: {missing:#?}");
}

#[test]
fn every_invariant_names_tests_that_are_there() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let (_, section) = page.split_once("## Invariants\n").unwrap();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| invariant"));
    let (invariants, missing) = missing(rows);
    assert!(invariants > 10, "{invariants} invariants were found");
    assert!(missing.is_empty(), "tests that are not there: {missing:#?}");
}
