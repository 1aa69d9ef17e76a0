//! `cargo xtask check` on documents from elsewhere: errors of OpenAPI are told from the style of the spec.

use std::path::{Path, PathBuf};

use xtask::run;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/foreign").join(name)
}

fn check(file: &Path, options: &str) -> xtask::Outcome {
    let words = ["check".to_owned(), file.display().to_string()];
    let options = options.split_whitespace().map(str::to_owned);
    run(&words.into_iter().chain(options).collect::<Vec<_>>(), Path::new("/nowhere"))
}

#[test]
fn a_correct_document_from_elsewhere_has_no_error_of_openapi() {
    let outcome = check(&fixture("forest.yaml"), "--only openapi");
    assert!(outcome.success, "{}", outcome.text);
    let all = check(&fixture("forest.yaml"), "");
    assert!(!all.success);
    for rule in ["unused", "path-parameter", "reference", "openapi/"] {
        assert!(!all.text.contains(&format!(" {rule}")), "{rule}: {}", all.text);
    }
    assert!(all.text.contains("\ncomposition              house"), "{}", all.text);
}

#[test]
fn errors_of_openapi_are_found_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(fixture("forest.yaml")).unwrap();
    let file = folder.path().join("forest.yaml");
    std::fs::copy(fixture("errors.yaml"), folder.path().join("errors.yaml")).unwrap();
    for (right, wrong, rule, words) in [
        ("name: tree_id", "name: tree-id", "openapi/path-parameter", "`{tree_id}`"),
        ("parameters/forest~1id'", "parameters/forest'", "openapi/reference", "parameters/forest`"),
        ("errors.yaml#", "other.yaml#", "openapi/reference", "other.yaml"),
        ("operationId: trees.put", "operationId: trees.get", "openapi/unique", "trees.get"),
        ("{description: Felled, ", "{", "openapi/description", "204"),
        ("openapi: 3.1.0", "openapi: 2.0.0", "openapi/version", "2.0.0"),
        ("info: {title: Forest, ", "info: {", "openapi/info", "title"),
        ("info: {title: Forest, ", "info: {title: A, title: B, ", "syntax", "duplicate key"),
        (
            "in: path, required: true, schema: {type: [",
            "in: path, schema: {type: [",
            "openapi/parameter",
            "required",
        ),
    ] {
        let broken = text.replacen(right, wrong, 1);
        assert_ne!(broken, text, "{right}");
        std::fs::write(&file, broken).unwrap();
        let outcome = check(&file, "--only openapi");
        let mut lines = outcome.text.lines();
        let is_there = lines.any(|line| line.contains(&format!(": {rule}: ")) && line.contains(words));
        assert!(!outcome.success && is_there, "{rule}: {words}: {}", outcome.text);
    }
}

#[test]
fn a_document_of_another_format_has_one_problem_and_is_not_imported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.yaml");
    for (text, reason) in [
        (
            "swagger: '2.0'\ninfo: {title: A}\npaths: {/a: {post: {parameters: [{name: b, in: body}]}}}\n",
            "Swagger 2.0",
        ),
        ("compilerOptions: {strict: true}\n", "no OpenAPI document"),
    ] {
        std::fs::write(&file, text).unwrap();
        let outcome = check(&file, "--only openapi");
        assert!(
            outcome.text.contains(reason) && outcome.errors == "error: 1 problem\n",
            "{}{}",
            outcome.text,
            outcome.errors
        );
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let imported = run(&["import".to_owned(), file.display().to_string()], root);
        assert!(!imported.success && imported.errors.contains(reason), "{}", imported.errors);
    }
}

#[test]
fn an_operation_needs_answers_in_openapi_3_0_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bare.yaml");
    for (version, is_right) in [("3.0.3", false), ("3.1.0", true)] {
        std::fs::write(
            &file,
            format!("openapi: {version}\ninfo: {{title: A, version: '1'}}\npaths: {{/a: {{get: {{}}}}}}\n"),
        )
        .unwrap();
        let outcome = check(&file, "--only openapi");
        assert_eq!(outcome.success, is_right, "{}", outcome.text);
    }
}

#[test]
fn problems_are_counted_by_rule_and_only_those_asked_for_fail_the_run() {
    let file = fixture("forest.yaml");
    assert!(!check(&file, "--rule composition").success);
    let other = check(&file, "--rule unused");
    assert!(
        other.success && other.text.starts_with("no problem of the rules that were asked for, "),
        "{}",
        other.text
    );
    let outcome = check(&file, "--rule operation-id --limit 1");
    assert!(outcome.text.contains("… and 2 more"), "{}", outcome.text);
    assert!(outcome.text.ends_with("operation-id             house           3\n"), "{}", outcome.text);
    for options in ["--only mine", "--limit few", "--rule", "--what"] {
        assert!(check(&file, options).errors.contains("cargo xtask check [FILE]"), "{options}");
    }
}
