//! Comparison of two states of the API: each change has its rule, its effect and its crates.

mod mutations;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use xtask::diff::rules::{Level, RULES, Wire};
use xtask::diff::{Report, compare};
use xtask::surface::Surface;

use mutations::{facts, of_domains, others, with};

use super::changes::CHANGES;
use super::surface::{changed, documents, surface};

const BASE: &str = include_str!("../fixtures/changes.yaml");

fn of(text: &str) -> Surface {
    surface(&documents([("boats", &text.to_owned())]))
}

/// Every comparison in both directions: its name and its report.
fn reports() -> Vec<(String, Report)> {
    let mut known: BTreeMap<String, Surface> = BTreeMap::new();
    let mut unread = Vec::new();
    let mut all: Vec<(String, Surface, Surface)> = Vec::new();
    let changes = CHANGES
        .iter()
        .map(|(from, to, _)| (format!("{from} to {to}"), BASE.to_owned(), with(&[(*from, *to)])));
    for (name, before, after) in changes.chain(facts()).chain(others()) {
        for text in [&before, &after] {
            if !known.contains_key(text) {
                match Surface::of_documents(&documents([("boats", text)])) {
                    Ok(surface) => drop(known.insert(text.clone(), surface)),
                    Err(errors) => unread.push(format!("{name}: {errors:?}")),
                }
            }
        }
        if let (Some(before), Some(after)) = (known.get(&before), known.get(&after)) {
            all.push((name, before.clone(), after.clone()));
        }
    }
    assert_eq!(unread, [""; 0]);
    all.extend(of_domains().into_iter().map(|(name, before, after)| (name.to_owned(), before, after)));
    let both = all.into_iter().flat_map(|(name, before, after)| {
        [(format!("{name}, backwards"), compare(&after, &before)), (name, compare(&before, &after))]
    });
    both.collect()
}

#[test]
fn additive_changes_of_the_platform_break_no_program() {
    let berth = "        berth: {type: string, description: The berth., nullable: true}\n";
    let harbour = "      - {name: size, in: query";
    let additions: [(&str, &str); 9] = [
        (berth, &format!("{berth}        flag: {{type: boolean, description: The flag.}}\n")),
        ("[SAIL, MOTOR]", "[SAIL, ROWS, MOTOR]"),
        (
            "ELECTRIC: '#/components/schemas/Electric'}",
            "ELECTRIC: '#/components/schemas/Electric', WIND: '#/components/schemas/Sighting'}",
        ),
        (
            "  /v4/boats/sightings:",
            "  /v4/anchors:\n    get: {operationId: list_anchors, summary: Lists anchors., x-source: [docs], responses: {'204': {description: None.}}}\n  /v4/boats/sightings:",
        ),
        (
            harbour,
            "      - {name: tide, in: query, description: The tide., schema: {type: string}}\n      - {name: size, in: query",
        ),
        ("        crew: {", "        mast: {type: string, description: The mast.}\n        crew: {"),
        ("kind, engine, seen]", "kind, engine, seen, mast]\n      x-note: More"),
        (
            "      x-not-found: The boat has sunk.\n",
            "      x-not-found: The boat has sunk.\n      deprecated: true\n",
        ),
        (
            "'404': {$ref: 'shared.yaml#/components/responses/NotFound'}",
            "'404': {$ref: 'shared.yaml#/components/responses/NotFound'}\n        '503': {description: Later.}",
        ),
    ];
    for (from, to) in additions {
        let mut text = with(&[(from, to)]);
        if to.contains("seen, mast]") {
            text = text.replace(
                "        seen: {$ref",
                "        mast: {type: string, description: The mast.}\n        seen: {$ref",
            );
        }
        let report = compare(&of(BASE), &of(&text));
        assert!(!report.changes.is_empty(), "{to}");
        for change in &report.changes {
            assert!(!change.breaks_programs() && change.wire() != Wire::Breaking, "{to}: {change:#?}");
        }
    }
}

#[test]
fn a_fingerprint_stays_when_lines_move() {
    let fingerprints = |text: &str| -> BTreeSet<String> {
        let report = compare(&of(text), &of(&text.replace("[SAIL, MOTOR]", "[SAIL]")));
        report.changes.into_iter().map(|change| change.fingerprint).collect()
    };
    let moved = BASE.replace("paths:\n", "\n\n\npaths:\n");
    assert_eq!(fingerprints(BASE), fingerprints(&moved));
    assert_eq!(fingerprints(BASE), ["c262dca32fc4f9f7"].map(str::to_owned).into());
}

#[test]
fn what_is_sent_and_answered_as_before_does_not_break_the_wire() {
    let report = |changes: &[(&str, &str)]| {
        let text = changes.iter().fold(BASE.to_owned(), |text, (from, to)| text.replace(from, to));
        assert_ne!(text, BASE);
        compare(&of(BASE), &of(&text))
    };
    type Changes<'a> = &'a [(&'a str, &'a str)];
    let same: [(Changes<'_>, &[&str]); 3] = [
        // The route stays: neither the request nor the command that calls it sends anything else.
        (
            &[("operationId: list_boats", "operationId: find_boats")],
            &["operation-renamed", "command-operations-changed"],
        ),
        (
            &[("{boatId}", "{shipId}"), ("name: boatId, in", "name: shipId, in")],
            &["path-parameter-renamed", "command-input-renamed", "operation-path-names-changed"],
        ),
        // A secret and an id are texts in JSON.
        (
            &[("boat: {type: string, ", "boat: {$ref: 'shared.yaml#/components/schemas/Secret', ")],
            &["property-type-changed"],
        ),
    ];
    for (changes, rules) in same {
        let (report, to) = (report(changes), changes[0].1);
        let found: BTreeSet<&str> = report.changes.iter().map(|change| change.rule).collect();
        assert!(rules.iter().all(|rule| found.contains(rule)), "{to}: {found:?}");
        assert!(!found.contains("command-input-added-required"), "{to}: {found:?}");
        for change in report.changes {
            assert_ne!(change.wire(), Wire::Breaking, "{to}: {change:#?}");
        }
    }
    let report = report(&[("name: harbour, in: query", "name: port, in: query")]);
    assert!(report.changes.iter().any(|change| change.wire() == Wire::Breaking));
}

#[test]
fn a_long_text_is_shown_where_it_differs() {
    let long = "word ".repeat(60);
    let text = |end: &str| with(&[("description: The name.", &format!("description: {long}{end}."))]);
    let report = compare(&of(&text("before")), &of(&text("after")));
    let change = report.changes.iter().find(|change| change.rule == "property-text-changed").unwrap();
    assert!(change.before.as_ref().unwrap().ends_with("word before."), "{change:#?}");
    assert!(change.after.as_ref().unwrap().ends_with("word after."), "{change:#?}");
}

#[test]
fn a_change_raises_the_crates_that_show_it() {
    let levels = |from: &str, to: &str| {
        let report = compare(&of(BASE), &surface(&changed(from, to)));
        report.levels().into_iter().map(|(krate, level)| (krate.to_owned(), level)).collect::<Vec<_>>()
    };
    let level = |krate: &str, level: Level| (krate.to_owned(), level);
    // The client re-exports the crates of its domains, and the sandbox serves their routes.
    let all = |own: Level| {
        vec![level("cc-api-boats", own), level("cc-client", own), level("cc-sandbox", Level::Patch)]
    };
    assert_eq!(levels("[SAIL, MOTOR]", "[SAIL]"), all(Level::Major));
    assert_eq!(levels("[SAIL, MOTOR]", "[SAIL, MOTOR, ROWS]"), all(Level::Minor));
    assert_eq!(levels("/v4/boats/sightings:", "/v4/sightings:"), all(Level::Patch));
    assert_eq!(
        levels("A sighting.", "One sighting."),
        vec![level("cc-api-boats", Level::Patch), level("cc-client", Level::Patch)]
    );
    assert_eq!(levels("sort: name}", "sort: -name}"), vec![level("cc-client", Level::Patch)]);
    assert_eq!(levels("maximum: 90", "maximum: 80"), vec![level("cc-sandbox", Level::Patch)]);
    // The comments of a document are in no crate.
    assert_eq!(levels("x-wildcard: true", "x-wildcard: true # slashes"), vec![]);
}

#[test]
fn every_change_has_a_rule_and_every_rule_has_a_change() {
    let (mut reached, mut unexplained) = (BTreeSet::new(), Vec::new());
    for (name, report) in reports() {
        if !report.unexplained.is_empty() {
            unexplained.push(format!("{name}: {:?}", report.unexplained));
        }
        let fingerprints: BTreeSet<&str> =
            report.changes.iter().map(|change| change.fingerprint.as_str()).collect();
        assert_eq!(fingerprints.len(), report.changes.len(), "{name}: {:#?}", report.changes);
        reached.extend(report.changes.iter().map(|change| change.rule));
    }
    assert_eq!(unexplained, [""; 0]);
    let missed: Vec<&str> =
        RULES.iter().map(|rule| rule.id.as_str()).filter(|id| !reached.contains(id)).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn changes_of_each_fact_follow_these_rules() {
    let mut text = String::new();
    for (from, to, _) in CHANGES {
        let report = compare(&of(BASE), &surface(&changed(from, to)));
        let _ = writeln!(text, "{} -> {}", from.replace('\n', " "), to.replace('\n', " "));
        for change in &report.changes {
            let wire = |wire: Wire| wire.word();
            let _ = writeln!(
                text,
                "  {} | request {}, answer {} | {} | {}",
                change.rule,
                wire(change.request),
                wire(change.response),
                change.rust.word(),
                change.changelog
            );
        }
    }
    insta::assert_snapshot!(text);
}

/// A repository with the domain `boats` in one commit.
fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("spec")).unwrap();
    std::fs::write(root.path().join("spec/boats.yaml"), BASE).unwrap();
    std::fs::write(root.path().join("spec/shared.yaml"), include_str!("../../../spec/shared.yaml")).unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output = std::process::Command::new("git")
            .arg("-C")
            .arg(root.path())
            .args(identity)
            .args(arguments)
            .output();
        assert!(output.unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "boats"]);
    root
}

fn run(line: &str, root: &std::path::Path) -> xtask::Outcome {
    let words: Vec<String> =
        line.split(' ').map(|word| word.replace("ROOT", &root.to_string_lossy())).collect();
    xtask::run(&words, root)
}

#[test]
fn a_revision_a_folder_and_a_file_are_compared_with_the_working_tree() {
    let root = repository();
    let root = root.path();
    assert!(run("diff HEAD", root).text.contains("No changes."));
    std::fs::write(root.join("old.yaml"), BASE).unwrap();
    std::fs::rename(root.join("old.yaml"), root.join("boats.yaml")).unwrap();
    std::fs::write(root.join("spec/boats.yaml"), BASE.replace("[SAIL, MOTOR]", "[SAIL]")).unwrap();
    for sides in ["HEAD", "HEAD ROOT", "HEAD..ROOT", "HEAD ROOT/spec/boats.yaml", "ROOT/boats.yaml"] {
        let outcome = run(&format!("diff {sides}"), root);
        assert!(outcome.success, "{sides}: {}", outcome.errors);
        assert!(
            outcome.text.contains("`cc_api_boats::types::BoatKind::Motor` is gone"),
            "{sides}: {}",
            outcome.text
        );
        assert!(outcome.text.contains("| cc-api-boats | major |"), "{sides}: {}", outcome.text);
    }
    // A bundle has the domains of the spec, and none of their extensions.
    let bundled = |text: &str| {
        let documents = documents([("boats", &text.to_owned())]);
        format!("{:#}", xtask::bundle::bundle(&documents))
    };
    std::fs::write(root.join("one.json"), bundled(BASE)).unwrap();
    std::fs::write(root.join("other.json"), bundled(&BASE.replace("[SAIL, MOTOR]", "[SAIL]"))).unwrap();
    let outcome = run("diff ROOT/one.json ROOT/other.json", root);
    assert!(outcome.text.contains("`cc_api_boats::types::BoatKind::Motor` is gone"), "{}", outcome.text);
    // The commands of the working tree are not new: the bundle has none.
    for sides in ["ROOT/one.json", "ROOT/one.json ROOT", "HEAD ROOT/other.json"] {
        let outcome = run(&format!("diff {sides}"), root);
        assert!(
            outcome.text.contains("\n1 change. Break programs: 1."),
            "{sides}: {}{}",
            outcome.text,
            outcome.errors
        );
    }
    assert!(run("diff HEAD...HEAD", root).text.contains("No changes."));
    std::fs::create_dir(root.join("empty")).unwrap();
    for (line, words) in [
        ("diff ROOT/empty", "has no document of a domain"),
        ("diff ROOT/one.json ROOT/boats.yaml", "a bundle can be compared with a whole spec only"),
        ("diff", "needs a revision"),
        ("diff gone", "`gone` is neither a file, a folder nor a revision"),
        ("diff --output=x", "unknown option `--output=x`"),
        ("diff HEAD --fail-on breaks", "known are never, breaking, wire, addition, any"),
    ] {
        let outcome = run(line, root);
        assert!(!outcome.success && outcome.errors.contains(words), "{line}: {}", outcome.errors);
    }
}

#[test]
fn the_verb_fails_on_the_changes_that_it_is_asked_to_fail_on() {
    let root = repository();
    let root = root.path();
    let write =
        |from: &str, to: &str| std::fs::write(root.join("spec/boats.yaml"), BASE.replace(from, to)).unwrap();
    let fails = |on: &str| !run(&format!("diff HEAD --fail-on {on}"), root).success;
    write("[SAIL, MOTOR]", "[SAIL, MOTOR, ROWS]");
    assert_eq!(
        ["never", "breaking", "wire", "addition", "any"].map(fails),
        [false, false, false, true, true]
    );
    write("/v4/boats/sightings:", "/v4/sightings:");
    assert_eq!(["never", "breaking", "wire", "addition", "any"].map(fails), [false, false, true, true, true]);
    write("A sighting.", "One sighting.");
    assert_eq!(
        ["never", "breaking", "wire", "addition", "any"].map(fails),
        [false, false, false, false, true]
    );
    write("[SAIL, MOTOR]", "[SAIL]");
    assert_eq!(["never", "breaking", "wire", "addition", "any"].map(fails), [false, true, true, true, true]);
}

#[test]
fn a_change_without_a_rule_is_an_error() {
    let root = repository();
    std::fs::write(root.path().join("spec/boats.yaml"), format!("webhooks: {{}}\n{BASE}")).unwrap();
    let outcome = run("diff HEAD", root.path());
    assert!(
        !outcome.success && outcome.errors.contains("no rule explains 1 differences"),
        "{}",
        outcome.errors
    );
    assert!(outcome.text.contains("No rule explains the change of `webhooks`"), "{}", outcome.text);
}

#[test]
fn the_json_report_has_levels_changes_and_changelogs() {
    let root = repository();
    std::fs::write(root.path().join("spec/boats.yaml"), BASE.replace("[SAIL, MOTOR]", "[SAIL]")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&run("diff HEAD --json", root.path()).text).unwrap();
    assert_eq!(report["levels"]["cc-client"], "major");
    let change = &report["changes"][0];
    assert_eq!(change["rule"], "enum-value-removed");
    assert_eq!(change["subject"]["pointer"], "#/components/schemas/BoatKind/enum/MOTOR");
    assert_eq!((&change["request"], &change["response"]), (&"breaking".into(), &"compatible".into()));
    let line = "`cc_client::api::boats::types::BoatKind::Motor` is gone";
    assert_eq!(report["changelogs"]["cc-client"][0], format!("**Breaking:** {line}."));
}

#[test]
fn git_shows_the_report_of_a_document_through_the_driver() {
    let root = repository();
    let root = root.path();
    let new = root.join("new.yaml");
    std::fs::write(&new, BASE.replace("[SAIL, MOTOR]", "[SAIL]")).unwrap();
    let line = "diff --driver spec/boats.yaml ROOT/spec/boats.yaml 0 100644 ROOT/new.yaml 0 100644";
    let outcome = run(line, root);
    assert!(
        outcome.text.starts_with("# API changes: a/spec/boats.yaml → b/spec/boats.yaml\n"),
        "{}",
        outcome.text
    );
    assert!(outcome.text.contains("`cc_api_boats::types::BoatKind::Motor` is gone"), "{}", outcome.text);
    let gone = run("diff --driver spec/boats.yaml ROOT/spec/boats.yaml 0 100644 /dev/null 0 0", root);
    assert!(gone.text.contains("the crate `cc-api-boats` is gone"), "{}", gone.text);
}
