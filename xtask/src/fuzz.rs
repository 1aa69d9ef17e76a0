//! `cargo xtask fuzz`: mutated documents through check, model and generator, in search of panics, of failures without a place, and
//! of changes that are lost without a word, and of generated code that does not compile.

mod compile;
mod context;
mod mutate;
mod readers;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

use compile::Compiled;
use fastrand::Rng;
use serde_json::Value;

use crate::Outcome;
use crate::bundle::bundle;
use crate::generate::commands::HandWritten;
use crate::generate::generate_with;
use crate::spec::model::{SHARED, Spec};
use crate::spec::node::{Node, parse};
use crate::spec::{Documents, check};

/// Examples of each class of faults that a report shows.
const EXAMPLES: usize = 8;

/// What all runs share.
struct Base {
    /// Documents that pass the check, together with those beside them.
    samples: Vec<Sample>,
    /// Documents of the spec that do not, with the first problem of each: a fault.
    left_out: Vec<String>,
    shared: Node,
    hand: Vec<HandWritten>,
}

/// A document to mutate, and what is generated from it.
struct Sample {
    name: String,
    document: Value,
    /// The documents of other domains that it needs, cut down to what it needs of them.
    beside: BTreeMap<String, Node>,
    files: BTreeMap<PathBuf, String>,
}

/// End of one mutation, with what was said of it and what was generated.
type Ran = (End, String, BTreeMap<PathBuf, String>);

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
    let (mut seed, mut count, mut index, mut compile) = (1, 1_000, None, 0);
    let numbers = match crate::numbers(options, &["--seed", "--count", "--compile", "--index"]) {
        Ok(numbers) => numbers,
        Err(message) => return crate::help::misused("fuzz", &message),
    };
    for (name, number) in numbers {
        match name {
            "--seed" => seed = number,
            "--count" => count = number,
            "--compile" => compile = usize::try_from(number).unwrap_or(usize::MAX),
            _ => index = Some(number),
        }
    }
    let base = match Base::read(root) {
        Ok(base) => base,
        Err(error) => return Outcome::failed(format!("error: {error}\n")),
    };
    let outcome = match index {
        Some(index) => one(&base, root, seed, index, compile > 0),
        None => many(&base, root, seed, count, compile),
    };
    outcome.unwrap_or_else(|error| Outcome::failed(format!("error: {error}\n")))
}

impl Base {
    /// Reads the spec, and the fixtures that pass the check alone.
    fn read(root: &Path) -> Result<Self, String> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("could not read {}: {error}", path.display()))?;
            parse(&text).map_err(|error| format!("could not read {}: {error:?}", path.display()))
        };
        let documents = |folder: &str| {
            let files = walkdir::WalkDir::new(root.join(folder)).max_depth(1).sort_by_file_name();
            let files = files.into_iter().flatten().map(walkdir::DirEntry::into_path);
            let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
            let named = files.filter_map(|path| {
                let name = path.file_stem()?.to_string_lossy().into_owned();
                Some((name, read(&path).ok()?.to_json()))
            });
            named.collect::<BTreeMap<String, Value>>()
        };
        let shared = read(&root.join("spec/shared.yaml"))?;
        let mut spec = documents("spec");
        let whole = spec.remove(SHARED).unwrap_or_default();
        let hand = HandWritten::of_homes(root)?;
        let mut base = Self { samples: Vec::new(), left_out: Vec::new(), shared, hand };
        let cut = |parts: BTreeMap<String, context::Kept>| {
            let cut = parts.iter().filter_map(|(name, part)| {
                let document = context::cut(spec.get(name)?, part);
                Some((name.clone(), parse(&format!("{document:#}\n")).ok()?))
            });
            cut.collect::<BTreeMap<_, _>>()
        };
        base.add(SHARED, &whole, cut(context::users_of_shared(&spec)));
        for (name, document) in &spec {
            let Ok(node) = parse(&format!("{document:#}\n")) else { continue };
            base.add(name, document, cut(context::named(name, &node, &spec)));
        }
        for (name, document) in documents("xtask/tests/fixtures") {
            base.add(&name, &document, BTreeMap::new());
        }
        // Some fixtures are refused on purpose.
        base.left_out.retain(|line| {
            line.split(':').next().is_some_and(|name| name == SHARED || spec.contains_key(name))
        });
        if base.samples.is_empty() {
            Err("no document of spec/ passes the check".to_owned())
        } else {
            Ok(base)
        }
    }

    fn add(&mut self, name: &str, document: &Value, beside: BTreeMap<String, Node>) {
        let mut sample =
            Sample { name: name.to_owned(), document: document.clone(), beside, files: BTreeMap::new() };
        match self.run(&sample, document) {
            (End::Generated, _, files) => {
                sample.files = files;
                self.samples.push(sample);
            }
            (_, told, _) => self.left_out.push(format!("{name}: {told}")),
        }
    }
}

/// The mutation of an index: its sample, and the mutated document.
fn mutation(base: &Base, seed: u64, index: u64) -> (&Sample, mutate::Mutation) {
    // The golden ratio spreads neighbours over all numbers.
    let mut rng = Rng::with_seed(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let sample = &base.samples[rng.usize(..base.samples.len())];
    (sample, mutate::mutate(&sample.document, &mut rng))
}

/// Runs one mutation, and shows everything of it.
fn one(base: &Base, root: &Path, seed: u64, index: u64, is_compiled: bool) -> Result<Outcome, String> {
    let (sample, mutation) = mutation(base, seed, index);
    let (end, told, _) = base.judge(sample, &mutation);
    let mut text = format!(
        "{}: {} {}: {}\n{told}\n{:#}\n",
        sample.name,
        mutation.pointer,
        mutation.what,
        end.name(),
        mutation.document
    );
    let mut success = !End::FAULTS.contains(&end);
    if is_compiled && end == End::Generated {
        success &= Compiled::of(base, root, seed, &[index])?.show(seed, &mut text) == 0;
    }
    Ok(Outcome { text, errors: String::new(), success })
}

/// Runs mutations on all processors, and reports the count of each end with examples of faults. Then compiles a sample of those that
/// change generated code.
fn many(base: &Base, root: &Path, seed: u64, count: u64, compile: usize) -> Result<Outcome, String> {
    let ends: [End; 7] =
        [End::Refused, End::Generated, End::Same, End::Failed, End::Panicked, End::WithoutPlace, End::Lost];
    let counts: [AtomicUsize; 7] = Default::default();
    let examples: Mutex<BTreeMap<End, BTreeSet<(u64, String)>>> = Mutex::default();
    let others: Mutex<BTreeSet<u64>> = Mutex::default();
    let next = AtomicU64::new(0);
    on_all_processors(|| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let (sample, mutation) = mutation(base, seed, index);
            let (end, told, files) = base.judge(sample, &mutation);
            // The thread keeps the text of all code that it ever parsed, for spans that are gone.
            proc_macro2::extra::invalidate_current_thread_spans();
            let at = ends.iter().position(|known| *known == end).unwrap_or_default();
            counts[at].fetch_add(1, Ordering::Relaxed);
            if compile > 0
                && end == End::Generated
                && compile::is_other(sample, &files)
                && let Ok(mut others) = others.lock()
            {
                others.insert(index);
                if others.len() > compile {
                    others.pop_last();
                }
            }
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
    });
    let mut text = format!("mutations: {count} of {} documents, seed {seed}\n", base.samples.len());
    let mut faults = base.left_out.len();
    for line in &base.left_out {
        let _ = writeln!(text, "not mutated: {line}");
    }
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
    let others: Vec<u64> = others.into_inner().unwrap_or_default().into_iter().collect();
    if !others.is_empty() {
        faults += Compiled::of(base, root, seed, &others)?.show(seed, &mut text);
    }
    let errors = if faults == 0 { String::new() } else { format!("error: faults: {faults}\n") };
    Ok(Outcome { text, errors, success: faults == 0 })
}

/// Runs the same work on one thread for each processor, until all of them are done.
fn on_all_processors(work: impl Fn() + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            // Mutated documents may be nested deeply.
            let started = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, &work);
            debug_assert!(started.is_ok());
        }
    });
}

thread_local! {
    /// Panics are caught, and not printed, on the threads of a run.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

impl Base {
    fn judge(&self, sample: &Sample, mutation: &mutate::Mutation) -> Ran {
        if mutation.document == sample.document {
            return (End::Same, String::new(), BTreeMap::new());
        }
        match self.run(sample, &mutation.document) {
            (End::Lost, told, files) if readers::only(mutation) => (End::Same, told, files),
            ran => ran,
        }
    }

    /// Check, model and generator over one document, with what they say and make.
    fn run(&self, sample: &Sample, document: &Value) -> Ran {
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
        let result = catch_unwind(AssertUnwindSafe(|| self.attempt(sample, document)));
        IS_QUIET.set(false);
        result.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            (End::Panicked, text.unwrap_or_default(), BTreeMap::new())
        })
    }

    fn attempt(&self, sample: &Sample, document: &Value) -> Ran {
        let none = BTreeMap::new;
        // JSON is YAML, one key a line.
        let node = match parse(&format!("{document:#}\n")) {
            Ok(node) => node,
            Err(error) if error.line > 0 => return (End::Refused, error.message, none()),
            Err(error) => return (End::WithoutPlace, error.message, none()),
        };
        let mut domains = sample.beside.clone();
        let documents = match sample.name == SHARED {
            true => Documents::new(domains, node),
            false => {
                domains.insert(sample.name.clone(), node);
                Documents::new(domains, self.shared.clone())
            }
        };
        let problems = check::check(&documents);
        if let Some(lost) = problems.iter().find(|problem| problem.line == 0 || problem.file.is_empty()) {
            return (End::WithoutPlace, lost.to_string(), none());
        }
        if let Some(first) = problems.first() {
            return (End::Refused, first.to_string(), none());
        }
        // A folder that does not exist has no manifests.
        let root = Path::new("target/no-such-folder");
        let output = match generate_with(&Spec::read(&documents), root, &self.hand) {
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
        if !output.notes.is_empty() {
            let has_place = output.notes.iter().all(|note| has_place(note));
            return (if has_place { End::Failed } else { End::WithoutPlace }, output.notes.join(" "), none());
        }
        let mut files = output.tree.files;
        // What `cargo xtask bundle` and `cargo xtask diff` read is an output, too.
        files.insert("openapi.json".into(), bundle(&documents).to_string());
        files.insert("surface.json".into(), serde_json::to_string(&output.surface).unwrap_or_default());
        (if files == sample.files { End::Lost } else { End::Generated }, String::new(), files)
    }
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
        // Each document of the spec, those of other domains beside it, and fixtures.
        let spec = std::fs::read_dir(root().join("spec")).unwrap();
        let spec =
            spec.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "yaml"));
        let documents = outcome.text.strip_prefix("mutations: 150 of ").unwrap();
        let documents: usize = documents.split(' ').next().unwrap().parse().unwrap();
        assert!(documents > spec.count(), "{}", outcome.text);
    }

    #[test]
    fn an_error_has_a_place_if_it_names_a_line_of_a_document() {
        assert!(has_place("progenitor generated no struct for schema `Zone` (spec/zone.yaml:41)"));
        assert!(!has_place("progenitor failed in zone.yaml: no struct"));
    }

    #[test]
    fn unknown_options_are_an_error() {
        for options in [&["--seed"][..], &["--seed", "x"], &["--many", "1"], &["--compile", "x"]] {
            assert!(!fuzz(options, root()).success, "{options:?}");
        }
    }
}
