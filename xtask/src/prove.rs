//! `cargo xtask prove`: what `cargo xtask diff` predicts of seeded changes, against the compiler and programs that use the crates.

mod build;
mod callers;
mod compare;
mod lints;
mod mutate;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use fastrand::Rng;

use crate::Outcome;
use crate::compile::Workshop;
use crate::spec::node::parse;
use build::{Refusal, State};
use compare::Proof;
use mutate::{Docs, Mutator};

/// Tries to find a place for a change before it is given up.
const TRIES: usize = 40;

struct Options {
    seed: u64,
    count: usize,
    index: Option<usize>,
    /// Changes of documents of the spec.
    real: usize,
    /// Changes that `cargo semver-checks` judges, too.
    semver: usize,
}

/// Domains of the spec whose document is complete without the others, and of a size that compiles fast.
const REAL: [&str; 8] = ["ai", "cellar", "dns", "drain", "load-balancer", "materia", "pulsar", "zone"];

/// Documents before a change, compiled once.
struct Base {
    docs: Docs,
    state: OnceLock<Result<Arc<State>, String>>,
}

impl Base {
    fn new(docs: Docs) -> Self {
        Self { docs, state: OnceLock::new() }
    }

    fn state(&self, workshop: &Workshop) -> Result<Arc<State>, String> {
        let build = || match workshop.build(&self.docs) {
            Ok(state) => Ok(Arc::new(state)),
            Err(Refusal::Spec(why) | Refusal::Fault(why)) => Err(format!("the documents before: {why}")),
        };
        self.state.get_or_init(build).clone()
    }
}

/// One change of documents, compiled before and after it.
struct Mutation {
    name: String,
    additive: bool,
    before: Arc<State>,
    after: Arc<State>,
}

pub fn prove(options: &[&str], root: &Path) -> Outcome {
    match read(options) {
        Ok(options) => {
            run(&options, root).unwrap_or_else(|error| Outcome::failed(format!("error: {error}\n")))
        }
        Err(message) => crate::help::misused("prove", &message),
    }
}

fn read(words: &[&str]) -> Result<Options, String> {
    let mut options = Options { seed: 1, count: 24, index: None, semver: 0, real: 0 };
    let known = ["--seed", "--count", "--real", "--semver", "--index"];
    for (name, number) in crate::numbers(words, &known)? {
        let small = usize::try_from(number).unwrap_or(usize::MAX);
        match name {
            "--seed" => options.seed = number,
            "--count" => options.count = small,
            "--real" => options.real = small,
            "--semver" => options.semver = small,
            _ => options.index = Some(small),
        }
    }
    Ok(options)
}

/// The documents that are changed.
fn base(root: &Path) -> Result<Docs, String> {
    let json = |text: &str| parse(text).map(|node| node.to_json()).map_err(|error| error.message);
    let shared = root.join("spec/shared.yaml");
    let shared = std::fs::read_to_string(&shared)
        .map_err(|error| format!("could not read {}: {error}", shared.display()))?;
    Ok(Docs::from([
        ("boats".to_owned(), json(include_str!("prove/boats.yaml"))?),
        ("harbours".to_owned(), json(include_str!("prove/harbours.yaml"))?),
        ("shared".to_owned(), json(&shared)?),
    ]))
}

/// Mutators with directions, each once before any comes again, in the order of the seed.
fn drawn(seed: u64, count: usize) -> Vec<(Mutator, bool)> {
    let mut rng = Rng::with_seed(seed);
    let all: Vec<(Mutator, bool)> =
        mutate::all().into_iter().flat_map(|it| [(it, false), (it, true)]).collect();
    let mut drawn = Vec::new();
    while drawn.len() < count {
        let mut round = all.clone();
        rng.shuffle(&mut round);
        drawn.extend(round);
    }
    drawn.truncate(count);
    drawn
}

/// A document of the spec with the shared one, without commands: their models are written by hand.
fn real(root: &Path, rng: &mut Rng) -> Result<Docs, String> {
    let read = |name: &str| {
        let file = root.join(format!("spec/{name}.yaml"));
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("could not read {}: {error}", file.display()))?;
        parse(&text)
            .map(|node| node.to_json())
            .map_err(|error| format!("{}: {}", file.display(), error.message))
    };
    let domain = REAL[rng.usize(..REAL.len())];
    let mut document = read(domain)?;
    if let Some(document) = document.as_object_mut() {
        document.remove("x-commands");
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        if let Some(operation) = operation.1.as_object_mut() {
            operation.remove("x-command");
        }
    }
    Ok(Docs::from([(domain.to_owned(), document), ("shared".to_owned(), read("shared")?)]))
}

fn run(options: &Options, root: &Path) -> Result<Outcome, String> {
    let workshop = Workshop::open(root)?;
    let base = Base::new(base(root)?);
    let drawn = drawn(options.seed, options.count);
    let all = 0..options.count + options.real;
    let indices: Vec<usize> = options.index.map_or_else(|| all.collect(), |index| vec![index]);
    let (next, linted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let proofs: Mutex<BTreeMap<usize, Result<Proof, String>>> = Mutex::default();
    let one = |index: usize| -> Result<Proof, String> {
        let mut rng = Rng::with_seed(options.seed ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mutation = match drawn.get(index) {
            Some((mutator, is_reversed)) => mutation(&workshop, &base, *mutator, *is_reversed, &mut rng)?,
            None => mutation_of_spec(&workshop, root, &mut rng)?,
        };
        let mut proof = compare::prove(&workshop, &mutation, &mut rng)?;
        if linted.load(Ordering::Relaxed) < options.semver {
            lints::lint(&workshop, &mutation, &mut proof)?;
            linted.fetch_add(proof.linted.min(1), Ordering::Relaxed);
        }
        Ok(proof)
    };
    let work = || {
        while let Some(index) = indices.get(next.fetch_add(1, Ordering::Relaxed)) {
            let proof = one(*index);
            if let Ok(mut proofs) = proofs.lock() {
                proofs.insert(*index, proof);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let started = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work);
            debug_assert!(started.is_ok());
        }
    });
    let proofs = proofs.into_inner().unwrap_or_default();
    if let (Some(index), Some(Ok(proof))) = (options.index, proofs.values().next()) {
        let text = format!("{index}: {}", proof.shown());
        return Ok(Outcome { success: proof.faults.is_empty(), text, errors: String::new() });
    }
    Ok(report(options, &proofs))
}

/// Some change of a document of the spec: by any mutator that has a place in it.
fn mutation_of_spec(workshop: &Workshop, root: &Path, rng: &mut Rng) -> Result<Mutation, String> {
    let base = Base::new(real(root, rng)?);
    let all = mutate::all();
    let mut last = String::new();
    for _ in 0..TRIES {
        let (mutator, is_reversed) = (all[rng.usize(..all.len())], rng.bool());
        match mutation(workshop, &base, mutator, is_reversed, rng) {
            Ok(mutation) => {
                let domain = base.docs.keys().find(|name| *name != "shared").cloned().unwrap_or_default();
                return Ok(Mutation { name: format!("{domain}: {}", mutation.name), ..mutation });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first change by a mutator that the check accepts.
fn mutation(
    workshop: &Workshop,
    base: &Base,
    mutator: Mutator,
    is_reversed: bool,
    rng: &mut Rng,
) -> Result<Mutation, String> {
    let mut last = "it has no place".to_owned();
    for _ in 0..TRIES {
        let Some(docs) = mutator.apply(&base.docs, rng) else { continue };
        let after = match workshop.build(&docs) {
            Ok(after) => after,
            Err(Refusal::Spec(why)) => {
                last = why;
                continue;
            }
            Err(Refusal::Fault(why)) => return Err(format!("{}: {why}", mutator.name)),
        };
        let (before, after) = (base.state(workshop)?, Arc::new(after));
        let (before, after) = if is_reversed { (after, before) } else { (before, after) };
        let name = if is_reversed { format!("{}, backwards", mutator.name) } else { mutator.name.to_owned() };
        return Ok(Mutation { name, additive: mutator.additive && !is_reversed, before, after });
    }
    Err(format!("{}: no place for it: {last}", mutator.name))
}

fn report(options: &Options, proofs: &BTreeMap<usize, Result<Proof, String>>) -> Outcome {
    let done: Vec<(&usize, &Proof)> =
        proofs.iter().filter_map(|(index, proof)| Some((index, proof.as_ref().ok()?))).collect();
    let sum = |count: fn(&Proof) -> usize| done.iter().map(|(_, proof)| count(proof)).sum::<usize>();
    let mut text = format!("changes: {} of seed {}\n", done.len(), options.seed);
    let rules: BTreeSet<&str> = done.iter().flat_map(|(_, proof)| &proof.rules).copied().collect();
    let _ = writeln!(
        text,
        "rules reached: {} of {} that change a crate",
        compare::with_effect().filter(|rule| rules.contains(rule)).count(),
        compare::with_effect().count()
    );
    let _ = writeln!(text, "programs compiled: {}", sum(|proof| proof.programs));
    let _ = writeln!(
        text,
        "levels of crates as predicted: {} of {}",
        sum(|proof| proof.agreed),
        sum(|proof| proof.levels)
    );
    let _ = writeln!(
        text,
        "breaking changes with a program that compiles before and not after: {} of {}",
        sum(|proof| proof.witnessed),
        sum(|proof| proof.breaking)
    );
    let _ = writeln!(text, "reports for one program: {}", sum(|proof| proof.reports));
    if options.semver > 0 {
        let changes = done.iter().filter(|(_, proof)| proof.linted > 0).count();
        let _ = writeln!(
            text,
            "crates for which cargo semver-checks agrees: {} of {}, in {changes} changes",
            sum(|proof| proof.lint_agreed),
            sum(|proof| proof.linted)
        );
    }
    let missed: Vec<&str> = compare::with_effect().filter(|rule| !rules.contains(rule)).collect();
    if !missed.is_empty() {
        let _ = writeln!(text, "rules not reached: {}", missed.join(", "));
    }
    let mut errors = String::new();
    for (index, proof) in proofs {
        match proof {
            Err(error) => drop(writeln!(errors, "error: {index}: {error}")),
            Ok(proof) => {
                for fault in &proof.faults {
                    let _ = writeln!(errors, "error: {index}: {}: {fault}", proof.name);
                }
            }
        }
    }
    if !errors.is_empty() {
        let _ = writeln!(errors, "to see one: cargo xtask prove --seed {} --index N", options.seed);
    }
    Outcome { success: errors.is_empty(), text, errors }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::Surface;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    /// The changes of one run that draws each mutator in both directions, compared without a compiler.
    #[test]
    fn a_whole_run_reaches_every_rule_after_which_a_crate_differs() {
        let base = base(root()).unwrap();
        let surface = |docs: &Docs| Surface::of_documents(&build::checked(docs).ok()?).ok();
        let before = surface(&base).unwrap();
        let all = mutate::all();
        let (next, reached, lost) =
            (AtomicUsize::new(0), Mutex::new(BTreeSet::new()), Mutex::new(Vec::new()));
        let work = || {
            while let Some(mutator) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                // A mutator of several outcomes has two chances.
                let mut found = 0;
                for seed in 0..40 {
                    let mut rng = Rng::with_seed(seed);
                    let Some(docs) = mutator.apply(&base, &mut rng) else { continue };
                    let Some(after) = surface(&docs) else { continue };
                    let (one, other) = (&before, &after);
                    for report in [crate::diff::compare(one, other), crate::diff::compare(other, one)] {
                        let rules = report.changes.iter().map(|change| change.rule);
                        reached.lock().unwrap().extend(rules);
                    }
                    found += 1;
                    if found == 2 {
                        break;
                    }
                }
                if found == 0 {
                    lost.lock().unwrap().push(mutator.name);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
                std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap();
            }
        });
        assert_eq!(lost.into_inner().unwrap(), [""; 0], "mutators without a place");
        let reached = reached.into_inner().unwrap();
        let missed: Vec<&str> = compare::with_effect().filter(|rule| !reached.contains(rule)).collect();
        assert_eq!(missed, [""; 0]);
    }

    #[test]
    fn a_seed_draws_the_same_changes_and_each_kind_before_any_comes_again() {
        let names = |seed| -> Vec<(&str, bool)> {
            drawn(seed, 2 * mutate::all().len())
                .into_iter()
                .map(|(mutator, back)| (mutator.name, back))
                .collect()
        };
        assert_eq!(names(3), names(3));
        assert_ne!(names(3), names(4));
        assert_eq!(names(3).into_iter().collect::<BTreeSet<_>>().len(), 2 * mutate::all().len());
    }

    #[test]
    fn unknown_options_are_an_error() {
        for options in [&["--seed"][..], &["--count", "x"], &["--many", "1"]] {
            assert!(!prove(options, root()).success, "{options:?}");
        }
    }
}
