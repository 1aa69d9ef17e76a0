//! Generates a test for every Rust block of `README.md` and of the book in `docs/`, so that they compile and run.
//!
//! The word after `rust` in the opening line of a block says how: `no_run` compiles it only, `real_time` runs it with the clock of
//! the machine, which sockets need. All others run in virtual time.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders of the book whose pages may have Rust blocks. Decisions show code of their time.
const FOLDERS: [&str; 2] = ["docs", "docs/guide"];

fn main() {
    let root = Path::new("../..");
    let mut documents = vec![root.join("README.md")];
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        documents.extend(pages(&root.join(folder)));
    }
    let mut out = String::new();
    for document in documents {
        let shown = document.display();
        println!("cargo::rerun-if-changed={shown}");
        let text = fs::read_to_string(&document).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let module = document.strip_prefix(root).unwrap_or(&document).with_extension("");
        let tests = tests(&text);
        if !tests.is_empty() {
            let _ =
                writeln!(out, "mod {} {{ use super::*;\n{tests}}}", identifier(&module.to_string_lossy()));
        }
    }
    let target = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("documents.rs");
    fs::write(&target, out).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

/// The Markdown files of a folder, by name.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut pages: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.sort();
    pages
}

/// A Rust block: the heading above, how it is run, and its code.
struct Block {
    title: String,
    run: String,
    code: String,
}

/// The tests of one document.
fn tests(text: &str) -> String {
    let mut out = String::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    for Block { title, run, code } in blocks(text) {
        let attribute = match run.as_str() {
            "" => "#[tokio::test(start_paused = true)]",
            "real_time" => "#[tokio::test]",
            "no_run" => "#[allow(dead_code)]",
            other => panic!("unknown word after `rust`: `{other}`"),
        };
        let mut name = identifier(&title);
        let number = seen.entry(name.clone()).or_default();
        *number += 1;
        if *number > 1 {
            let _ = write!(name, "_{number}");
        }
        let _ = write!(
            out,
            "{attribute}\nasync fn {name}() -> Result<(), Box<dyn std::error::Error>> {{\n\
             let place = Place::new().await;\n\
             let Names {{ client, owner, application, other_application, addon, real_addon, keycloak, otoroshi, metabase, \
             pulsar, config, drain, invoice }} = place.names();\n{code}Ok(())\n}}\n"
        );
    }
    out
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    // Inside of a block: `true` for Rust.
    let (mut title, mut open) = (String::new(), None);
    for line in text.lines() {
        match (open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => open = None,
            (Some(true), None) => {
                if let Some(block) = found.last_mut() {
                    // The book does not show lines that begin with `# `, as rustdoc does not.
                    let _ = writeln!(block.code, "{}", line.strip_prefix("# ").unwrap_or(line));
                }
            }
            (Some(false), None) => {}
            (None, Some(language)) => {
                let (language, run) = language.split_once(',').unwrap_or((language, ""));
                open = Some(language == "rust");
                if language == "rust" {
                    found.push(Block { title: title.clone(), run: run.to_owned(), code: String::new() });
                }
            }
            (None, None) => {
                if line.starts_with('#') {
                    title = line.trim_start_matches('#').trim().to_owned();
                }
            }
        }
    }
    found
}

fn identifier(title: &str) -> String {
    let words = title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}
