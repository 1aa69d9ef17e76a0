//! Mutations that change generated code, compiled as far as their types.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Base, End, Sample, mutation, on_all_processors};
use crate::compile::Workshop;

/// A sample of the mutations of a run, compiled.
#[derive(Default)]
pub struct Compiled {
    crates: usize,
    clients: usize,
    failures: BTreeMap<u64, String>,
}

impl Compiled {
    /// Compiles the mutations of these indices.
    ///
    /// # Errors
    /// When the libraries do not compile.
    pub fn of(base: &Base, root: &Path, seed: u64, indices: &[u64]) -> Result<Self, String> {
        let workshop = Workshop::open(root)?;
        let compiled: Mutex<Self> = Mutex::default();
        let next = AtomicUsize::new(0);
        on_all_processors(|| {
            while let Some(index) = indices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (sample, mutation) = mutation(base, seed, *index);
                let (end, told, files) = base.judge(sample, &mutation);
                let result = match end {
                    End::Generated => compile(&workshop, sample, &files),
                    _ => Err(format!("{}: {told}", end.name())),
                };
                let Ok(mut compiled) = compiled.lock() else { return };
                compiled.crates += 1;
                match result {
                    Ok(has_client) => compiled.clients += usize::from(has_client),
                    Err(error) => {
                        let line =
                            format!("{}: {} {}: {error}", sample.name, mutation.pointer, mutation.what);
                        compiled.failures.insert(*index, line);
                    }
                }
            }
        });
        compiled.into_inner().map_err(|_| "a thread panicked".to_owned())
    }

    /// Adds lines to the report of a run. Returns the number of failures.
    pub fn show(&self, seed: u64, text: &mut String) -> usize {
        let Self { crates, clients, failures } = self;
        let _ = writeln!(text, "{crates:>9}  compiled, {clients} of them with the commands of their client");
        let _ = writeln!(text, "{:>9}  do not compile", failures.len());
        for (index, line) in failures {
            let _ = writeln!(text, "  seed {seed}, index {index}: {}", line.replace('\n', " "));
        }
        failures.len()
    }
}

/// Returns `true` if generated code that [`compile`] compiles is other than without a mutation, and not its comments alone.
pub fn is_other(sample: &Sample, files: &BTreeMap<PathBuf, String>) -> bool {
    !code(files).eq(code(&sample.files))
}

fn code(files: &BTreeMap<PathBuf, String>) -> impl Iterator<Item = (&Path, &str)> {
    const COMPILED: [&str; 2] = ["crates/generated", "crates/cc-client/src/generated/commands"];
    let compiled = files.iter().filter(|(path, _)| {
        path.extension().is_some_and(|extension| extension == "rs")
            && COMPILED.iter().any(|folder| path.starts_with(folder))
    });
    compiled.flat_map(|(path, text)| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.map(|line| (path.as_path(), line))
    })
}

/// Compiles the crates of a mutation. The commands of the client, too, and then returns `true`, if those of the document before it
/// compile without code by hand.
///
/// # Errors
/// The first errors of the compiler.
fn compile(workshop: &Workshop, sample: &Sample, files: &BTreeMap<PathBuf, String>) -> Result<bool, String> {
    let client = |files: &BTreeMap<PathBuf, String>| {
        let apis = workshop.apis(files)?;
        let features: Vec<String> = apis
            .iter()
            .filter_map(|krate| Some(krate.name.strip_prefix("cc_api_")?.replace('_', "-")))
            .collect();
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        workshop.client(files, &apis, &features)
    };
    if client(&sample.files).is_ok() {
        return client(files).map(|_| true);
    }
    workshop.apis(files).map(|_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_that_is_compiled_counts_as_other_code() {
        let files = |text: &str, readme: &str| {
            BTreeMap::from([
                (PathBuf::from("crates/generated/cc-api-boats/src/types.rs"), text.to_owned()),
                (PathBuf::from("crates/generated/cc-api-boats/README.md"), readme.to_owned()),
                (PathBuf::from("crates/cc-trials/tests/it/generated/boats.rs"), readme.to_owned()),
            ])
        };
        let sample = Sample {
            name: "boats".to_owned(),
            document: serde_json::Value::Null,
            beside: BTreeMap::new(),
            files: files("struct Boat;", "one"),
        };
        assert!(!is_other(&sample, &files("struct Boat;", "other")));
        assert!(!is_other(&sample, &files("/// Floats.\nstruct Boat;", "one")));
        assert!(is_other(&sample, &files("struct Ship;", "one")));
    }

    #[test]
    fn a_failure_names_seed_index_document_file_and_line() {
        let line = "boats: /info/title removed: generated code does not compile: crates/generated/cc-api-boats/src/lib.rs:3:5: error[E0425]";
        let compiled = Compiled { crates: 2, clients: 1, failures: [(17, line.to_owned())].into() };
        let mut text = String::new();
        assert_eq!(compiled.show(5, &mut text), 1);
        assert!(text.contains(&format!("seed 5, index 17: {line}")), "{text}");
    }
}
