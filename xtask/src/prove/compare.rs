//! One change: the levels that `cargo xtask diff` predicts, and those that the compiler finds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::Mutation;
use super::build::{State, Verdict};
use super::callers::{self, Caller};
use crate::compile::Workshop;
use crate::diff::rules::{Level, RULES, Rust};
use crate::diff::{Change, Program, Report, compare};

/// Programs without an error for which a report is made, of each change.
const SAMPLE: usize = 12;

/// Outcome of one change.
#[derive(Debug, Default)]
pub struct Proof {
    pub name: String,
    pub rules: BTreeSet<&'static str>,
    /// Programs that were compiled.
    pub programs: usize,
    /// Crates whose level was predicted or found, and those for which both agree.
    pub levels: usize,
    pub agreed: usize,
    /// Changes that break programs, and those with a program that shows it.
    pub breaking: usize,
    pub witnessed: usize,
    /// Reports for one program.
    pub reports: usize,
    /// Crates that `cargo semver-checks` judged, and those for which it agrees.
    pub linted: usize,
    pub lint_agreed: usize,
    pub faults: Vec<String>,
    /// Changes, each with its program.
    shown: String,
}

impl Proof {
    pub fn shown(&self) -> String {
        let faults: String = self.faults.iter().map(|fault| format!("  fault: {fault}\n")).collect();
        format!("{}\n{}{faults}", self.name, self.shown)
    }
}

/// Rules that no documents of today reach, with reasons.
const OUT_OF_REACH: [(&str, &str); 2] = [
    ("command-input-by-hand-changed", "a struct that is written by hand is in no generated crate"),
    ("command-domain-changed", "the grammar of the spec no longer has the key"),
];

/// The rules after which a crate differs, without those that are out of reach.
pub fn with_effect() -> impl Iterator<Item = &'static str> {
    let with_effect = RULES.iter().filter(|rule| rule.rust != Rust::Nothing).map(|rule| rule.id.as_str());
    with_effect.filter(|rule| OUT_OF_REACH.iter().all(|(known, _)| known != rule))
}

/// Proves one change.
///
/// # Errors
/// When the compiler cannot be run.
pub fn prove(workshop: &Workshop, mutation: &Mutation, rng: &mut Rng) -> Result<Proof, String> {
    let Mutation { before, after, .. } = mutation;
    let report = compare(&before.surface, &after.surface);
    let mut proof = Proof { name: mutation.name.clone(), ..Proof::default() };
    proof.rules = report.changes.iter().map(|change| change.rule).collect();
    proof.faults.extend(report.unexplained.iter().map(|text| format!("no rule explains {text}")));
    let old = workshop.judge(&before.callers, after)?;
    let own = workshop.own(before)?;
    let known: BTreeSet<&Caller> = before.callers.iter().collect();
    let new: Vec<Caller> = after.callers.iter().filter(|caller| !known.contains(caller)).cloned().collect();
    let (new_before, new_after) = (workshop.judge(&new, before)?, workshop.judge(&new, after)?);
    proof.programs = before.callers.len() + new.len();
    for (callers, verdict) in [(&before.callers, own), (&new, &new_after)] {
        for at in &verdict.failing {
            proof.faults.push(format!(
                "`{}` does not compile with its own crates: {}",
                callers[*at].code, verdict.errors[at]
            ));
        }
    }
    let orders = reordered(before, after)?;
    levels(
        &mut proof,
        &report,
        mutation,
        &Found { old: &old, own, new: &new, new_before: &new_before, orders: &orders },
    );
    silent(&mut proof, &report, &orders);
    if mutation.additive && !old.failing.is_empty() {
        proof.faults.push("what the platform adds breaks a program".to_owned());
    }
    witnesses(workshop, &mut proof, &report, mutation, &old, rng)?;
    Ok(proof)
}

/// Everything that the compiler found.
struct Found<'a> {
    old: &'a Verdict,
    own: &'a Verdict,
    new: &'a [Caller],
    new_before: &'a Verdict,
    orders: &'a BTreeSet<String>,
}

/// Compares the levels of all crates.
fn levels(proof: &mut Proof, report: &Report, mutation: &Mutation, found: &Found<'_>) {
    let Mutation { before, after, .. } = mutation;
    let mut levels: BTreeMap<String, Level> = BTreeMap::new();
    let mut raise = |krate: &str, level: Level| {
        let known = levels.entry(krate.to_owned()).or_insert(Level::None);
        *known = (*known).max(level);
    };
    let crate_of = |item: &str| item.split("::").next().unwrap_or_default().replace('_', "-");
    for at in &found.old.failing {
        raise(&crate_of(&before.callers[*at].item), Level::Major);
    }
    for item in found.orders {
        raise(&crate_of(item), Level::Major);
    }
    for at in &found.new_before.failing {
        raise(&crate_of(&found.new[*at].item), Level::Minor);
    }
    for at in found.old.deprecated.difference(&found.own.deprecated) {
        raise(&crate_of(&before.callers[*at].item), Level::Minor);
    }
    let (was, is) = (before.features(), after.features());
    for (feature, others) in &was {
        let Some(now) = is.get(feature) else { continue };
        if others.difference(now).next().is_some() {
            raise("cc-client", Level::Major);
        } else if others != now {
            raise("cc-client", Level::Minor);
        }
    }
    for krate in different(&before.files, &after.files) {
        raise(&krate, Level::Patch);
    }
    // The client shows the crates of its domains.
    let of_domains =
        levels.iter().filter(|(krate, _)| krate.starts_with("cc-api-") && *krate != "cc-api-shared");
    let most = of_domains.map(|(_, level)| *level).max().unwrap_or(Level::None);
    let client = levels.entry("cc-client".to_owned()).or_insert(Level::None);
    *client = most.max(*client);
    levels.retain(|_, level| *level != Level::None);
    let predicted = report.levels();
    let crates: BTreeSet<&str> = levels.keys().map(String::as_str).chain(predicted.keys().copied()).collect();
    for krate in crates.into_iter().filter(|krate| *krate != "cc-sandbox") {
        let level = |level: Option<&Level>| level.copied().unwrap_or(Level::None);
        let (one, other) = (level(predicted.get(krate)), level(levels.get(krate)));
        proof.levels += 1;
        if one == other {
            proof.agreed += 1;
        } else {
            let rules: Vec<&str> = proof.rules.iter().copied().collect();
            proof.faults.push(format!(
                "{krate}: predicted {}, found {}, by {}",
                one.word(),
                other.word(),
                rules.join(", ")
            ));
        }
        let _ = writeln!(proof.shown, "  {krate}: predicted {}, found {}", one.word(), other.word());
    }
}

/// The crates whose generated files differ.
fn different(before: &BTreeMap<PathBuf, String>, after: &BTreeMap<PathBuf, String>) -> BTreeSet<String> {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    let krate = |path: &Path| {
        let text = path.to_string_lossy();
        let rest = text.strip_prefix("crates/generated/").or_else(|| text.strip_prefix("crates/"))?;
        let krate = rest.split('/').next()?;
        (krate.starts_with("cc-api-") || krate == "cc-client").then(|| krate.to_owned())
    };
    changed.filter_map(|path| krate(path)).collect()
}

/// The functions that take one value in the place of another: their arguments have another order, or the same types and other names.
fn reordered(before: &State, after: &State) -> Result<BTreeSet<String>, String> {
    let (before, after) = (callers::arguments(&before.files)?, callers::arguments(&after.files)?);
    type Arguments = Vec<(String, String)>;
    let is_other = |(item, was): &(&String, &Arguments)| {
        let Some(is) = after.get(*item) else { return false };
        let has = |list: &Arguments, name: &String| list.iter().any(|(known, _)| known == name);
        let kept = was.iter().map(|(name, _)| name).filter(|name| has(is, name));
        let now = is.iter().map(|(name, _)| name).filter(|name| has(was, name));
        // The same types, and one of them is for something else.
        let are_types_same = was.iter().map(|(_, ty)| ty).eq(is.iter().map(|(_, ty)| ty));
        !kept.eq(now) || are_types_same && *was != is
    };
    Ok(before.iter().filter(is_other).map(|(item, _)| item.clone()).collect())
}

/// A change is silent if, and only if, a function takes one value in the place of another.
fn silent(proof: &mut Proof, report: &Report, orders: &BTreeSet<String>) {
    let has = report.changes.iter().any(|change| change.rust == Rust::Silent);
    // What has another name is the same value.
    let is_renamed = report.changes.iter().any(|change| change.rule.ends_with("-renamed"));
    if has == orders.is_empty() && !is_renamed {
        let items: Vec<&str> = orders.iter().map(String::as_str).collect();
        proof
            .faults
            .push(format!("predicted values in the place of others: {has}, found: {}", items.join(", ")));
    }
}

/// Finds a program for each change that breaks, and compares the reports for single programs with what they use.
fn witnesses(
    workshop: &Workshop,
    proof: &mut Proof,
    report: &Report,
    mutation: &Mutation,
    old: &Verdict,
    rng: &mut Rng,
) -> Result<(), String> {
    let Mutation { before, after, .. } = mutation;
    let breaking: Vec<&Change> =
        report.changes.iter().filter(|change| change.rust == Rust::Breaking).collect();
    let mut witnesses: BTreeMap<&str, String> = BTreeMap::new();
    let mut report_for = |caller: &Caller| -> Result<Vec<Change>, String> {
        proof.reports += 1;
        let mut report = report.clone();
        report.changes.retain(Change::breaks_programs);
        Program::of_text("program.rs", &caller.code)?.keep_used(&mut report, &before.surface, &after.surface);
        report.changes.retain(Change::breaks_programs);
        Ok(report.changes)
    };
    let mut faults = Vec::new();
    for at in &old.failing {
        let caller = &before.callers[*at];
        let changes = report_for(caller)?;
        if changes.is_empty() {
            faults.push(format!("a report for `{}` names no break: {}", caller.code, old.errors[at]));
        }
        for change in &changes {
            if let Some(known) = breaking.iter().find(|known| known.fingerprint == change.fingerprint) {
                let told = || format!("{}: {}\n    {}", caller.way, caller.code, old.errors[at]);
                witnesses.entry(&known.fingerprint).or_insert_with(told);
            }
        }
    }
    let mut passing: Vec<usize> = (0..before.callers.len()).filter(|at| !old.failing.contains(at)).collect();
    rng.shuffle(&mut passing);
    for at in passing.into_iter().take(if breaking.is_empty() { 0 } else { SAMPLE }) {
        let caller = &before.callers[at];
        let used = caller.paths();
        for change in report_for(caller)? {
            if !used.iter().any(|path| touches(path, &change)) {
                faults.push(format!("a report for `{}` names {}", caller.code, change.changelog));
            }
        }
    }
    for change in breaking.iter().filter(|change| change.rule == "feature-enables-removed") {
        let (feature, other) = (&change.subject.domain, change.before.clone().unwrap_or_default());
        let code = format!("pub use cc_client::api::{} as named;", other.replace('-', "_"));
        let program = Caller { item: feature.clone(), way: "feature", code };
        if workshop.shows(before, feature, &program)? && !workshop.shows(after, feature, &program)? {
            witnesses
                .insert(&change.fingerprint, format!("with the feature {feature} alone: {}", program.code));
        }
    }
    proof.faults.extend(faults);
    proof.breaking = breaking.len();
    proof.witnessed = witnesses.len();
    for change in breaking {
        let _ = writeln!(proof.shown, "  {} {}", change.rule, change.changelog);
        match witnesses.get(change.fingerprint.as_str()) {
            Some(witness) => drop(writeln!(proof.shown, "    {witness}")),
            None => {
                proof.faults.push(format!("no program shows that {} ({})", change.changelog, change.rule))
            }
        }
    }
    Ok(())
}

/// Returns `true` if a path of a program is that of the subject of a change, or of its owner.
fn touches(path: &str, change: &Change) -> bool {
    let canonical = |path: &str| path.replace("cc_client::api::", "cc_api_");
    let path = canonical(path);
    let name = path.rsplit("::").next().unwrap_or_default();
    let subject = change.subject.rust.as_str();
    let old = change.before.as_deref().unwrap_or_default();
    // A shared type has the path of each domain.
    let is_shared = subject.starts_with("cc_api_shared::") && subject.split("::").any(|part| part == name);
    let is_domain =
        change.subject.kind == "domain" && path.contains(&change.subject.domain.replace('-', "_"));
    is_shared
        || is_domain
        || [subject, old].iter().any(|known| {
            *known == path
                || known.starts_with(&format!("{path}::"))
                || path.starts_with(&format!("{known}::"))
        })
}
