//! Reports of running programs become changes of the spec.

use std::path::{Path, PathBuf};

use xtask::{Outcome, run};

use super::workspace::copy_folder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What the test `the_changes_that_reports_call_for_end_the_reports` of `cc-runtime` reports.
fn reported() -> String {
    root().join("crates/cc-runtime/tests/it/drift/reports.jsonl").display().to_string()
}

fn verb(root: &Path, words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), root)
}

fn ok(root: &Path, words: &[&str]) -> String {
    let outcome = verb(root, words);
    assert!(outcome.success, "{words:?}: {}{}", outcome.text, outcome.errors);
    outcome.text
}

fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    copy
}

fn read(root: &Path, file: &str) -> String {
    std::fs::read_to_string(root.join(file)).unwrap()
}

#[test]
fn reports_become_an_overlay_and_changes_of_the_spec_and_of_the_generated_types() {
    let copy = copy();
    let root = copy.path();
    let spec = read(root, "spec/drain.yaml");
    let reported = reported();
    let shown = ok(root, &["drift", &reported, "--value", "DrainKind=METRICS", "--seen", "2026-01-31"]);
    insta::assert_snapshot!("the_proposal_of_drift", shown);
    // Without --write and --apply nothing changes.
    assert_eq!(read(root, "spec/drain.yaml"), spec);
    assert!(!root.join("spec/overlays/drift.yaml").exists());

    let write = ["drift", &reported, "--value", "DrainKind=METRICS", "--write", "--seen", "2026-01-31"];
    assert!(ok(root, &write).contains("spec/overlays/drift.yaml: 7 new actions"));
    let overlay = read(root, "spec/overlays/drift.yaml");
    assert!(ok(root, &write).contains("spec/overlays/drift.yaml has every action"));
    assert_eq!(read(root, "spec/overlays/drift.yaml"), overlay);
    ok(root, &["check"]);

    // Each action of the overlay changes the bundle of the spec, and the spec that has the changes needs none.
    let bundle = root.join("drift.json").display().to_string();
    ok(root, &["bundle", &bundle]);
    let needless = |root: &Path| ok(root, &["import", &bundle]).matches("no longer needed").count();
    assert_eq!(needless(root), 0, "{}", ok(root, &["import", &bundle]));
    let applied = ok(root, &["drift", &reported, "--value", "DrainKind=METRICS", "--apply"]);
    assert!(applied.contains("spec/drain.yaml: 7 changes"), "{applied}");
    ok(root, &["check"]);
    ok(root, &["bundle", &bundle]);
    assert_eq!(needless(root), 7, "{}", ok(root, &["import", &bundle]));

    // A comment and the order of everything else stay.
    let after = read(root, "spec/drain.yaml");
    let kept = after.lines().filter(|line| spec.lines().any(|old| old == *line)).count();
    assert!(spec.lines().count() - kept <= 5, "{after}");
    ok(root, &["generate", "--domain", "drain"]);
    let types = read(root, "crates/generated/cc-api-drain/src/types.rs");
    // Without the mark of generated files, which lie elsewhere.
    let (_, types) = types.split_once('\n').unwrap();
    let expected = "crates/cc-runtime/tests/it/drift/after.rs";
    assert!(types == read(&self::root(), expected), "{expected} is not what is generated:\n{types}");

    // A report of an older version calls for no change.
    let again = ok(root, &["drift", &reported, "--value", "DrainKind=METRICS", "--apply"]);
    assert!(again.contains("spec/ is unchanged"), "{again}");
    assert_eq!(read(root, "spec/drain.yaml"), after);
}

#[test]
fn a_line_that_cannot_be_read_is_named_and_files_are_added_up() {
    let copy = copy();
    let file = |name: &str, text: &str| {
        let path = copy.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let line = |count: u32, more: &str| {
        format!(
            r#"{{"operation":"list_zones","pointer":"/*/newField","kind":"unknown-field","found":"string","count":{count},"first_seen":"2026-01-0{count}T00:00:00Z","last_seen":"2026-02-0{count}T00:00:00Z","version":"0.{count}.0"{more}}}"#
        )
    };
    let one = file("one.jsonl", &format!("{}\nno JSON\n\n{{\"operation\":\"x\"}}\n", line(3, "")));
    let other = file(
        "other.jsonl",
        &format!("{}\n{}\n", line(1, r#","later":{}"#), line(2, "").replace("unknown-field", "else")),
    );
    let outcome = verb(copy.path(), &["drift", &one, &other, "--json", "--seen", "2026-03-01"]);
    assert!(outcome.success, "{}", outcome.errors);
    let json: serde_json::Value = serde_json::from_str(&outcome.text).unwrap();
    let change = &json["changes"][0];
    assert_eq!((&change["count"], &change["schema"]), (&4.into(), &"Zone".into()), "{json:#}");
    assert_eq!(
        change["seen"],
        serde_json::json!({
            "first": "2026-01-01T00:00:00Z", "last": "2026-02-03T00:00:00Z", "versions": ["0.1.0", "0.3.0"],
        })
    );
    let place = change["place"].as_str().unwrap();
    let (path, number) = place.split_once(':').unwrap();
    let spec = read(copy.path(), path);
    assert!(spec.lines().nth(number.parse::<usize>().unwrap() - 2).unwrap().contains("Zone:"), "{place}");
    for (file, line) in [(&one, 2), (&one, 4), (&other, 2)] {
        assert!(outcome.errors.contains(&format!("{file}:{line}: ")), "{}", outcome.errors);
    }
    assert_eq!(outcome.errors.lines().count(), 3, "{}", outcome.errors);
    // A file that is not there is an error, and so is a call without one.
    assert!(!verb(copy.path(), &["drift", "/nowhere.jsonl"]).success);
    assert!(!verb(copy.path(), &["drift"]).success);
}

#[test]
fn what_a_report_does_not_decide_is_left_to_a_person() {
    let copy = copy();
    let path = copy.path().join("drift.jsonl");
    let places = [
        ("list_drains", "/*/kind", "unknown-enum-value", "string"),
        ("list_drains", "/*/recipient/type", "unknown-variant", "string"),
        ("list_drains", "/*/recipient/extra", "unknown-field", "string"),
        ("list_drains", "/*/recipient/sourceToken", "missing-field", ""),
        ("list_drains", "/*/*", "unknown-field", "string"),
        ("list_drains", "", "other-type", "object"),
        ("list_drains", "/*/backlog", "other-type", "array"),
        ("list_drains", "/nowhere/at/all", "unknown-field", "string"),
        ("no_operation", "/*", "unknown-field", "string"),
        ("list_zones", "/*/name", "unknown-field", "string"),
        ("list_zones", "/*/tags/*", "other-type", "null"),
    ];
    let lines = places.map(|(operation, pointer, kind, found)| {
        format!("{}\n", serde_json::json!({
            "operation": operation, "pointer": pointer, "kind": kind, "found": (!found.is_empty()).then_some(found), "count": 1,
        }))
    });
    std::fs::write(&path, lines.concat()).unwrap();
    let shown = ok(copy.path(), &["drift", &path.display().to_string(), "--seen", "2026-01-31"]);
    insta::assert_snapshot!("drift_for_a_person", shown);
}

#[test]
fn a_field_of_several_types_is_written_once_and_asks_a_person() {
    let copy = copy();
    let root = copy.path();
    let file = root.join("reports.jsonl");
    let line = |found: &str, count: u32| {
        format!(
            "{{\"operation\":\"list_zones\",\"domain\":\"zone\",\"method\":\"GET\",\"route\":\"/v4/products/zones\",\"pointer\":\"/*/mood\",\
             \"kind\":\"unknown-field\",\"expected\":null,\"found\":\"{found}\",\"count\":{count},\"first_seen\":\"2026-01-02T03:04:05Z\",\
             \"last_seen\":\"2026-01-02T03:04:05Z\",\"version\":\"0.1.0\"}}\n"
        )
    };
    std::fs::write(&file, line("integer", 2) + &line("string", 5)).unwrap();
    let file = file.display().to_string();
    let text = ok(root, &["drift", &file, "--apply", "--write"]);
    assert!(
        text.contains("answers have the field `mood` (integer): the proposal takes another type"),
        "{text}"
    );
    assert!(text.contains("spec/zone.yaml: 1 change\n") && !text.contains("not written"), "{text}");
    assert!(read(root, "spec/zone.yaml").contains("mood: {type: string, "));
    assert_eq!(
        read(root, "spec/overlays/drift.yaml").matches("mood").count(),
        2,
        "one action and its reason"
    );
}
