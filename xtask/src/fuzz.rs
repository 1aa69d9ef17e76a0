//! `cargo xtask fuzz`: mutated documents through check, model and generator, in search of panics, of failures without a place, and
//! of changes that are lost without a word.

mod mutate;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

use fastrand::Rng;
use serde_json::Value;

use crate::Outcome;
use crate::generate::generate;
use crate::spec::model::Spec;
use crate::spec::node::{Node, parse};
use crate::spec::{Documents, check};

/// Keys whose change needs to reach no generated file: they are for people who read the spec, or for `coverage`. Keywords differ in
/// case only.
const FOR_READERS: [&str; 10] = [
    "openapi",
    "version",
    "title",
    "x-free-json",
    "x-keywords",
    "x-note",
    "x-source",
    "x-used-by",
    "example",
    "tags",
];

/// Examples of each class of faults that a report shows.
const EXAMPLES: usize = 8;

/// A document that passes the check alone, and what it becomes.
struct Sample {
    name: String,
    document: Value,
    files: BTreeMap<PathBuf, String>,
}

/// End of one mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The check refused it, with file and line.
    Refused,
    /// It changed what is generated.
    Generated,
    /// It is the document as it was, or changes only keys for readers.
    Same,
    /// The generator refused it, with file and line.
    Failed,
    Panicked,
    /// The generator failed without file and line.
    WithoutPlace,
    /// It passed the check, and what is generated did not change.
    Lost,
}

impl End {
    const FAULTS: [Self; 3] = [Self::Panicked, Self::WithoutPlace, Self::Lost];

    fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused by check",
            Self::Generated => "generated otherwise",
            Self::Same => "without effect by nature",
            Self::Failed => "refused by the generator, with a place",
            Self::Panicked => "panics",
            Self::WithoutPlace => "failures without file and line",
            Self::Lost => "changes lost without a word",
        }
    }
}

pub fn fuzz(options: &[&str], root: &Path) -> Outcome {
    let (mut seed, mut count, mut index) = (1, 1_000, None);
    for pair in options.chunks(2) {
        match pair {
            ["--seed", value] if value.parse::<u64>().is_ok() => seed = value.parse().unwrap_or(seed),
            ["--count", value] if value.parse::<u64>().is_ok() => count = value.parse().unwrap_or(count),
            ["--index", value] if value.parse::<u64>().is_ok() => index = value.parse().ok(),
            _ => {
                return Outcome::failed(format!(
                    "error: unknown options `{}` of `fuzz`: use `--seed N`, `--count N` and `--index N`\n",
                    options.join(" ")
                ));
            }
        }
    }
    let (samples, shared) = match samples(root) {
        Ok(samples) => samples,
        Err(error) => return Outcome::failed(format!("error: {error}\n")),
    };
    match index {
        Some(index) => one(&samples, &shared, seed, index),
        None => many(&samples, &shared, seed, count),
    }
}

/// The documents of the spec and of the fixtures that pass the check without the others.
fn samples(root: &Path) -> Result<(Vec<Sample>, Node), String> {
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("could not read {}: {error}", path.display()))?;
        parse(&text).map_err(|error| format!("could not read {}: {error:?}", path.display()))
    };
    let shared = read(&root.join("spec/shared.yaml"))?;
    let mut samples = Vec::new();
    for folder in ["spec", "xtask/tests/fixtures"] {
        for entry in
            walkdir::WalkDir::new(root.join(folder)).max_depth(1).sort_by_file_name().into_iter().flatten()
        {
            let path = entry.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_none_or(|extension| extension != "yaml") || name == "shared" {
                continue;
            }
            let Ok(node) = read(path) else { continue };
            let document = node.to_json();
            if let (End::Generated, _, files) = run(&name, &document, &shared, None) {
                samples.push(Sample { name, document, files });
            }
        }
    }
    if samples.is_empty() {
        Err("no document of spec/ passes the check".to_owned())
    } else {
        Ok((samples, shared))
    }
}

/// The mutation of an index: its sample, and the mutated document.
fn mutation(samples: &[Sample], seed: u64, index: u64) -> (&Sample, mutate::Mutation) {
    // The golden ratio spreads neighbours over all numbers.
    let mut rng = Rng::with_seed(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let sample = &samples[rng.usize(..samples.len())];
    (sample, mutate::mutate(&sample.document, &mut rng))
}

/// Runs one mutation, and shows everything of it.
fn one(samples: &[Sample], shared: &Node, seed: u64, index: u64) -> Outcome {
    let (sample, mutation) = mutation(samples, seed, index);
    let (end, told) = judge(sample, &mutation, shared);
    let text = format!(
        "{}: {} {}: {}\n{told}\n{:#}\n",
        sample.name,
        mutation.pointer,
        mutation.what,
        end.name(),
        mutation.document
    );
    Outcome { text, errors: String::new(), success: !End::FAULTS.contains(&end) }
}

/// Runs mutations on all processors, and reports the count of each end with examples of faults.
fn many(samples: &[Sample], shared: &Node, seed: u64, count: u64) -> Outcome {
    let ends: [End; 7] =
        [End::Refused, End::Generated, End::Same, End::Failed, End::Panicked, End::WithoutPlace, End::Lost];
    let counts: [AtomicUsize; 7] = Default::default();
    let examples: Mutex<BTreeMap<End, BTreeSet<(u64, String)>>> = Mutex::default();
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let (sample, mutation) = mutation(samples, seed, index);
            let (end, told) = judge(sample, &mutation, shared);
            let at = ends.iter().position(|known| *known == end).unwrap_or_default();
            counts[at].fetch_add(1, Ordering::Relaxed);
            if End::FAULTS.contains(&end)
                && let Ok(mut examples) = examples.lock()
            {
                let lines = examples.entry(end).or_default();
                lines.insert((
                    index,
                    format!("{}: {} {} {told}", sample.name, mutation.pointer, mutation.what),
                ));
                if lines.len() > EXAMPLES {
                    lines.pop_last();
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            // Mutated documents may be nested deeply.
            let started = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
            debug_assert!(started.is_ok());
        }
    });
    let mut text = format!("mutations: {count} of {} documents, seed {seed}\n", samples.len());
    let mut faults = 0;
    for (end, number) in ends.iter().zip(&counts) {
        let number = number.load(Ordering::Relaxed);
        let _ = writeln!(text, "{number:>9}  {}", end.name());
        faults += if End::FAULTS.contains(end) { number } else { 0 };
    }
    for (end, lines) in examples.into_inner().unwrap_or_default() {
        let _ = writeln!(text, "{}, `cargo xtask fuzz --seed {seed} --index N`:", end.name());
        for (index, line) in lines {
            let _ = writeln!(text, "  {index}: {}", line.replace('\n', " "));
        }
    }
    let errors = if faults == 0 { String::new() } else { format!("error: faults: {faults}\n") };
    Outcome { text, errors, success: faults == 0 }
}

fn judge(sample: &Sample, mutation: &mutate::Mutation, shared: &Node) -> (End, String) {
    if mutation.document == sample.document {
        return (End::Same, String::new());
    }
    let (end, told, _) = run(&sample.name, &mutation.document, shared, Some(&sample.files));
    if end == End::Lost && (is_for_readers(mutation) || is_of_a_model(&sample.document, &mutation.pointer)) {
        return (End::Same, told);
    }
    (end, told)
}

/// Returns `true` if only people who read the spec notice the mutated place, if only an order changed, or if hand-written code, which a run does not have,
/// decides what is generated of it.
fn is_for_readers(mutation: &mutate::Mutation) -> bool {
    mutation.what == mutate::REORDERED
        || mutation.pointer.starts_with("/x-commands/")
        || mutation.pointer.split('/').any(|key| FOR_READERS.contains(&key))
}

/// Returns `true` for a place in a command whose output is a hand-written model: without the model, a run generates no such command.
fn is_of_a_model(document: &Value, pointer: &str) -> bool {
    let Some((operation, _)) = pointer.split_once("/x-command/") else { return false };
    document.pointer(&format!("{operation}/x-command/output")).is_some()
}

thread_local! {
    /// Panics are caught, and not printed, on the threads of a run.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Check, model and generator over one document, with what they say and make.
fn run(
    name: &str,
    document: &Value,
    shared: &Node,
    before: Option<&BTreeMap<PathBuf, String>>,
) -> (End, String, BTreeMap<PathBuf, String>) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let old = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                old(info);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| attempt(name, document, shared, before)));
    IS_QUIET.set(false);
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        (End::Panicked, text.unwrap_or_default(), BTreeMap::new())
    })
}

fn attempt(
    name: &str,
    document: &Value,
    shared: &Node,
    before: Option<&BTreeMap<PathBuf, String>>,
) -> (End, String, BTreeMap<PathBuf, String>) {
    let none = BTreeMap::new;
    // JSON is YAML, one key a line.
    let node = match parse(&format!("{document:#}\n")) {
        Ok(node) => node,
        Err(error) if error.line > 0 => return (End::Refused, error.message, none()),
        Err(error) => return (End::WithoutPlace, error.message, none()),
    };
    let documents = Documents::new([(name.to_owned(), node)].into(), shared.clone());
    let problems = check::check(&documents);
    if let Some(lost) = problems.iter().find(|problem| problem.line == 0 || problem.file.is_empty()) {
        return (End::WithoutPlace, lost.to_string(), none());
    }
    if let Some(first) = problems.first() {
        return (End::Refused, first.to_string(), none());
    }
    // A folder that does not exist has no hand-written code.
    let output = match generate(&Spec::read(&documents), Path::new("target/no-such-folder")) {
        Ok(output) => output,
        Err(errors) => {
            let told = errors.join(" ");
            let end = match errors.is_empty() {
                // A thread of the generator panicked.
                true => End::Panicked,
                false if errors.iter().all(|error| has_place(error)) => End::Failed,
                false => End::WithoutPlace,
            };
            return (end, told, none());
        }
    };
    let files = output.tree.files;
    let is_lost = before.is_some_and(|before| *before == files);
    (if is_lost { End::Lost } else { End::Generated }, String::new(), files)
}

/// Returns `true` if an error names a line of a document: `zone.yaml:41`.
fn has_place(error: &str) -> bool {
    error.split(".yaml:").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn mutated_documents_are_refused_with_a_place_or_change_what_is_generated() {
        let outcome = fuzz(&["--seed", "7", "--count", "150"], root());
        assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
        assert!(outcome.text.starts_with("mutations: 150 of "), "{}", outcome.text);
    }

    #[test]
    fn a_command_with_a_model_is_left_to_the_tests_that_have_the_model() {
        let document = serde_json::json!({"paths": {"/a": {"get": {"x-command": {"name": "A", "output": "A"}}}, "/b": {"get": {"x-command": {"name": "B"}}}}});
        assert!(is_of_a_model(&document, "/paths/~1a/get/x-command/empty"));
        assert!(!is_of_a_model(&document, "/paths/~1b/get/x-command/empty"));
        assert!(!is_of_a_model(&document, "/paths/~1a/get/summary"));
    }

    #[test]
    fn an_error_has_a_place_if_it_names_a_line_of_a_document() {
        assert!(has_place("progenitor generated no struct for schema `Zone` (spec/zone.yaml:41)"));
        assert!(!has_place("progenitor failed in zone.yaml: no struct"));
    }

    #[test]
    fn unknown_options_are_an_error() {
        for options in [&["--seed"][..], &["--seed", "x"], &["--many", "1"]] {
            assert!(!fuzz(options, root()).success, "{options:?}");
        }
    }
}
