//! What `cargo xtask diff` predicts of the crates of domains, against `cargo semver-checks`, where it has a lint.

use super::Mutation;
use super::compare::Proof;
use crate::compile::Workshop;
use crate::diff::compare;
use crate::diff::rules::Level;

/// Rules of breaking changes that a lint finds in the crate of a domain: something with a name is gone, or a function takes another
/// number of arguments.
const LINTED: [&str; 21] = [
    "operation-removed",
    "operation-renamed",
    "path-parameter-added-required",
    "query-parameter-added-required",
    "header-parameter-added-required",
    "path-parameter-removed",
    "query-parameter-removed",
    "header-parameter-removed",
    "query-parameter-renamed",
    "header-parameter-renamed",
    "body-added",
    "body-removed",
    "type-removed",
    "type-kind-changed",
    "constructor-removed",
    "property-removed",
    "property-added-required",
    "enum-value-removed",
    "enum-variant-renamed",
    "union-variant-removed",
    "union-variant-renamed",
];

/// Rules of changes of which it says that they break programs that compile: a type that a crate re-exports from another one is not in the
/// documentation of the crate, so that it looks as if it were gone.
const MISJUDGED: [&str; 1] = ["type-became-shared"];

/// Rules of breaking changes that no lint finds in the crate of a domain, by the reason.
#[cfg(test)]
const UNSEEN: [(&str, &[&str]); 6] = [
    (
        "no lint compares the types of fields, arguments, aliases and outputs",
        &[
            "operation-output-changed",
            "path-parameter-type-changed",
            "query-parameter-type-changed",
            "header-parameter-type-changed",
            "query-parameter-became-required",
            "header-parameter-became-required",
            "query-parameter-became-optional",
            "header-parameter-became-optional",
            "body-type-changed",
            "alias-changed",
            "property-type-changed",
            "property-became-required",
            "property-became-optional",
            "property-became-nullable",
            "property-became-not-nullable",
            "union-variant-type-changed",
        ],
    ),
    (
        "no lint compares the names or the order of arguments",
        &["path-parameter-renamed", "parameter-order-changed", "property-order-changed"],
    ),
    (
        "a missing `impl` of a trait of another crate, of a trait with a type, or of `Default` (0.51) is not reported",
        &["operation-became-stream", "operation-became-call", "union-from-removed", "default-removed"],
    ),
    (
        "the documentation of a crate has no items of another crate that it re-exports",
        &["type-stopped-being-shared", "shared-type-removed"],
    ),
    (
        "it compares a crate with itself, and not one crate with another",
        &["operation-moved", "type-moved", "domain-removed"],
    ),
    (
        "the client is compiled without its code by hand, so that only the compiler judges it",
        &[
            "command-removed",
            "command-moved",
            "command-kind-changed",
            "command-input-added-required",
            "command-input-removed",
            "command-input-renamed",
            "command-input-became-required",
            "command-input-became-optional",
            "command-input-type-changed",
            "command-input-order-changed",
            "command-default-removed",
            "command-setter-removed",
            "command-constructor-removed",
            "command-constructor-changed",
            "command-output-changed",
            "command-domain-changed",
            "feature-enables-removed",
        ],
    ),
];

/// Compares what is predicted of the crates of domains with what `cargo semver-checks` says. Left out are changes that break programs in
/// a way for which it has no lint, and those that it misjudges.
///
/// # Errors
/// When it cannot be run.
pub fn lint(workshop: &Workshop, mutation: &Mutation, proof: &mut Proof) -> Result<(), String> {
    let Mutation { before, after, .. } = mutation;
    let report = compare(&before.surface, &after.surface);
    let predicted = report.levels();
    for (krate, level) in predicted.iter().filter(|(krate, _)| krate.starts_with("cc-api-")) {
        // The changes of other crates say nothing about this one.
        let changes = || report.changes.iter().filter(|change| change.levels.contains_key(*krate));
        let is_blind = *level == Level::Major && !changes().any(|change| LINTED.contains(&change.rule));
        if is_blind || changes().any(|change| MISJUDGED.contains(&change.rule)) {
            continue;
        }
        let Some(breaks) = workshop.semver_checks(&krate.replace('-', "_"), before, after)? else { continue };
        proof.linted += 1;
        if breaks == (*level == Level::Major) {
            proof.lint_agreed += 1;
        } else {
            let rules: Vec<&str> = proof.rules.iter().copied().collect();
            proof.faults.push(format!(
                "{krate}: predicted {}, and cargo semver-checks says breaking: {breaks}, by {}",
                level.word(),
                rules.join(", ")
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diff::rules::{RULES, Rust};

    #[test]
    fn each_rule_that_breaks_programs_has_a_lint_or_a_reason_for_none() {
        let unseen = UNSEEN.iter().flat_map(|(_, rules)| *rules);
        let told: Vec<&str> = LINTED.iter().chain(unseen).copied().collect();
        let breaking = RULES.iter().filter(|rule| matches!(rule.rust, Rust::Breaking | Rust::Silent));
        let breaking: BTreeSet<&str> = breaking.map(|rule| rule.id.as_str()).collect();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), breaking);
        assert_eq!(told.len(), breaking.len(), "a rule stands there twice");
    }
}
