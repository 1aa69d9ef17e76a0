//! Generates a test for every Rust block of `docs/tasks.md`, `docs/from-javascript.md` and `README.md`, so
//! that they compile and run.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// A document, the module of its tests.
const DOCUMENTS: [(&str, &str); 3] =
    [("docs/tasks.md", "tasks"), ("docs/from-javascript.md", "from_javascript"), ("README.md", "readme")];

fn main() {
    let root = Path::new("../..");
    let mut out = String::new();
    for (document, module) in DOCUMENTS {
        println!("cargo::rerun-if-changed={}", root.join(document).display());
        let text =
            fs::read_to_string(root.join(document)).unwrap_or_else(|error| panic!("{document}: {error}"));
        let _ = writeln!(out, "mod {module} {{ use super::*;");
        for (title, code, runs) in blocks(&text) {
            let name = identifier(&title);
            let attribute = if runs { "#[tokio::test(start_paused = true)]" } else { "#[allow(dead_code)]" };
            let _ = write!(
                out,
                "{attribute}\nasync fn {name}() -> Result<(), Box<dyn std::error::Error>> {{\n\
                 let place = Place::new().await;\n\
                 let Names {{ client, owner, application, other_application, addon, real_addon, keycloak, otoroshi, metabase, \
                 pulsar, config, drain, invoice }} = place.names();\n{code}Ok(())\n}}\n"
            );
        }
        out.push_str("}\n");
    }
    let target = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("documents.rs");
    fs::write(&target, out).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

/// The Rust blocks: the heading above, the code, and whether it is run.
fn blocks(text: &str) -> Vec<(String, String, bool)> {
    let mut found: Vec<(String, String, bool)> = Vec::new();
    let (mut title, mut open) = (String::new(), false);
    for line in text.lines() {
        if open {
            match (line, found.last_mut()) {
                ("```", _) => open = false,
                (line, Some((_, code, _))) => _ = writeln!(code, "{line}"),
                _ => {}
            }
        } else if let Some(heading) = line.strip_prefix('#') {
            title = heading.trim_start_matches('#').trim().to_owned();
        } else if line == "```rust" || line == "```rust,no_run" {
            open = true;
            found.push((title.clone(), String::new(), line == "```rust"));
        }
    }
    found
}

fn identifier(title: &str) -> String {
    let words = title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}
