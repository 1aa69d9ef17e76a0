//! Errors of the compiler about our traits say what to do.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
}

#[test]
fn every_public_trait_says_what_to_do_where_it_is_not_implemented() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for name in ["cc-runtime", "cc-stream", "cc-client", "cc-bridge", "cc-redis-http"] {
        sources(&crates.join(name).join("src"), &mut files);
    }
    let (mut traits, mut silent) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("pub trait ")) {
            // The attributes and the documentation of the trait.
            let above: Vec<&str> = lines[..at]
                .iter()
                .rev()
                .take_while(|line| !line.is_empty() && **line != "}")
                .copied()
                .collect();
            let has = |text: &str| above.iter().any(|line| line.contains(text));
            // Elsewhere than in a browser only: there, everything implements it.
            if has("doc(hidden)") || has("cfg(target_arch = \"wasm32\")") {
                continue;
            }
            traits += 1;
            if !has("diagnostic::on_unimplemented") {
                silent.push(format!("{}: {line}", file.display()));
            }
        }
    }
    assert!(traits > 15, "{traits}");
    assert_eq!(silent, Vec::<String>::new());
}
