//! `cargo xtask import`: documents from elsewhere, compared with the spec and taken over.

use std::path::{Path, PathBuf};

use xtask::import::document::{Files, Reader};
use xtask::{Outcome, run};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn upstream() -> PathBuf {
    root().join("xtask/tests/fixtures/upstream/v4-openapi.yaml")
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// A copy of the spec alone, without Better Stack, a recipient of drains, and without what was seen of other documents.
pub fn without_better_stack() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    super::workspace::copy_folder(&root().join("spec"), &copy.path().join("spec"));
    for entry in std::fs::read_dir(copy.path().join("spec")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap();
            let words = text.lines().map(|line| match line.split_once(", {document: ") {
                Some((words, _)) if line.contains("x-source: [") => format!("{words}]\n"),
                _ => format!("{line}\n"),
            });
            std::fs::write(&path, words.collect::<String>()).unwrap();
        }
    }
    let file = copy.path().join("spec/drain.yaml");
    std::fs::write(&file, less(&std::fs::read_to_string(&file).unwrap())).unwrap();
    copy
}

/// The drains of the spec without Better Stack.
pub fn less(text: &str) -> String {
    let mut less = text
        .replace("      - {$ref: '#/components/schemas/BetterStackRecipient'}\n", "")
        .replace("          BETTERSTACK: '#/components/schemas/BetterStackRecipient'\n", "");
    let from = less.find("    BetterStackRecipient:\n").unwrap();
    let to = less.find("x-commands:\n").unwrap();
    less.replace_range(from..to, "");
    less
}

fn import(root: &Path, document: &Path, options: &str) -> Outcome {
    let mut line = vec!["import".to_owned(), document.display().to_string()];
    line.extend(words(options));
    run(&line, root)
}

/// The fixture with an edit, under a name that makes it a document of the v4 API.
fn edited(edit: impl Fn(String) -> String) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("v4-openapi.yaml");
    let text = std::fs::read_to_string(upstream()).unwrap();
    let new = edit(text.clone());
    assert_ne!(new, text);
    std::fs::write(&file, new).unwrap();
    (folder, file)
}

#[test]
fn a_document_that_the_spec_agrees_with_has_no_finding() {
    let outcome = import(&root(), &upstream(), "--json --all");
    let report: serde_json::Value = serde_json::from_str(&outcome.text).unwrap();
    assert_eq!(report[0]["matched"], 3, "{}", outcome.text);
    let found: Vec<&str> = report[0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .filter(|rule| rule.starts_with("new-") || ["type", "status", "media"].contains(rule))
        .collect();
    assert_eq!(found, Vec::<&str>::new(), "{}", outcome.text);
}

#[test]
fn what_the_spec_lacks_is_reported_with_its_place_and_the_yaml_to_paste() {
    let copy = without_better_stack();
    let outcome = import(copy.path(), &upstream(), "");
    assert!(outcome.success, "{}", outcome.errors);
    for part in [
        "| new-variant | 1 | 0 |",
        "- `DrainRecipient`: `BETTERSTACK` (spec/drain.yaml:",
        "upstream/v4-openapi.yaml:",
        "# spec/drain.yaml: components > schemas > DrainRecipient > oneOf",
        "BETTERSTACK: '#/components/schemas/BetterStackRecipient'",
        "    required: [type, url, sourceToken]",
        "      type: {type: string, enum: [BETTERSTACK]}",
        "      sourceToken: {$ref: 'shared.yaml#/components/schemas/Secret', description: 'Token of the source, sent as a bearer token.'}",
    ] {
        assert!(outcome.text.contains(part), "{part}\n{}", outcome.text);
    }
}

#[test]
fn writing_keeps_everything_else_and_writing_again_changes_nothing() {
    let copy = without_better_stack();
    let file = copy.path().join("spec/drain.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    let outcome = import(copy.path(), &upstream(), "--write --seen 2026-05-01");
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    let written = std::fs::read_to_string(&file).unwrap();
    // Every line is there, in its order; only sources gained the operation that was seen.
    let mut rest = written.lines();
    for line in before.lines() {
        let start = line.trim_end_matches(']');
        assert!(rest.any(|new| new == line || line.contains("x-source") && new.starts_with(start)), "{line}");
    }
    assert!(
        written.contains(
            "x-source: [seed-003, go-sdk, {document: v4-openapi, operation: addDrain, seen: 2026-05-01, state: "
        ),
        "{written}"
    );
    assert!(run(&words("check"), copy.path()).success);
    let again = import(copy.path(), &upstream(), "--write --seen 2026-05-01");
    assert!(again.text.contains("The spec is up to date"), "{}", again.text);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
}

#[test]
fn new_operations_parameters_fields_and_values_are_written_so_that_the_spec_passes() {
    let (_folder, file) = edited(|text| {
        text.replace("enum: [LOG, ACCESSLOG, AUDITLOG]", "enum: [LOG, ACCESSLOG, AUDITLOG, TRACE]")
            .replace("          backlog: {type: object}", "          backlog: {type: object}\n          pausedUntil: {type: string, format: date-time, description: 'End of the pause: none'}")
            .replace("      parameters:\n      - {name: status", "      parameters:\n      - {name: page-size, in: query, schema: {type: integer}}\n      - {name: status")
            .replace(
                "components:\n  parameters:",
                "  /drains/organisations/{tenantId}/resources/{resource}/drains/{drain}/pauses/{n}:
    get:
      operationId: PauseOfDrain
      parameters:
      - {$ref: '#/components/parameters/tenant'}
      - {name: resource, in: path, required: true, schema: {type: string}}
      - {name: drain, in: path, required: true, schema: {type: string}}
      - {name: n, in: path, required: true, schema: {type: integer}}
      responses:
        '200': {description: A pause, content: {application/json: {schema: {$ref: '#/components/schemas/Pause'}}}}
components:
  parameters:",
            )
            .replace("    Kind: {", "    Pause: {type: object, required: [drain], properties: {drain: {$ref: '#/components/schemas/Drain'}, next: {$ref: '#/components/schemas/Pause'}, why: {type: string, enum: [QUOTA, OWNER]}, loginToken: {type: string}, any: {}}}\n    Kind: {")
    });
    let copy = without_better_stack();
    let report = import(copy.path(), &file, "");
    for part in [
        "| new-operation | 1 |",
        "| new-parameter | 1 |",
        "| new-field | 1 |",
        "| new-value | 1 |",
        "Domain `drain`: ",
    ] {
        assert!(report.text.contains(part), "{part}\n{}", report.text);
    }
    let outcome = import(copy.path(), &file, "--write --seen 2026-05-01");
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    let written = std::fs::read_to_string(copy.path().join("spec/drain.yaml")).unwrap();
    for part in [
        "      enum: [LOG, ACCESSLOG, AUDITLOG, TRACE]\n",
        "        pausedUntil: {$ref: 'shared.yaml#/components/schemas/Timestamp', description: 'End of the pause: none.'}\n",
        "      - {name: page-size, in: query, description: Page size., schema: {type: integer, format: int64}}\n",
        "  /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains/{drainId}/pauses/{n}:\n    get:\n      operationId: pause_of_drain\n",
        "      - {$ref: '#/components/parameters/DrainId'}\n      - {name: n, in: path,",
        "        drain: {$ref: '#/components/schemas/Drain', description: Drain.}\n",
        "        loginToken: {$ref: 'shared.yaml#/components/schemas/Secret',",
    ] {
        assert!(written.contains(part), "{part}\n{written}");
    }
    assert!(outcome.text.contains("## Left for a person"), "{}", outcome.text);
    let again = import(copy.path(), &file, "--write --seen 2026-05-01");
    assert!(again.text.contains("The spec is up to date"), "{}", again.text);
}

#[test]
fn a_deviation_is_reported_unless_the_spec_has_it_on_purpose() {
    let (_folder, file) =
        edited(|text| text.replace("kind: {$ref: '#/components/schemas/Kind'}", "kind: {type: integer}"));
    let copy = without_better_stack();
    let finding = "`DrainKind`: an enum here, an integer there";
    // The operations name other sources too, which may know better.
    let before = import(copy.path(), &file, "");
    assert!(!before.text.contains(finding), "{}", before.text);
    let all = import(copy.path(), &file, "--all");
    assert!(all.text.contains(finding) && all.text.contains("on purpose: other sources"), "{}", all.text);
    // Once the earlier state of the document was seen, its change is news.
    assert!(import(copy.path(), &upstream(), "--stamp --seen 2026-05-01").success);
    let changed = import(copy.path(), &file, "");
    assert!(changed.text.contains(finding), "{}", changed.text);
    let sources = run(
        &[vec!["sources".to_owned(), file.display().to_string()], words("--since 2026-06-01")].concat(),
        copy.path(),
    );
    assert!(
        sources.text.contains("changed since 2026-05-01, perhaps before: create_drain (spec/drain.yaml:"),
        "{}",
        sources.text
    );
    assert!(import(copy.path(), &file, "--stamp --seen 2026-05-02").success);
    assert!(!import(copy.path(), &file, "").text.contains(finding));
}

#[test]
fn a_deviation_that_breaks_nothing_says_so() {
    let (_folder, file) = edited(|text| {
        text.replace(
            "{name: status, in: query, schema: {type: array, items: {$ref: '#/components/schemas/State'}}}",
            "{name: status, in: query, schema: {type: integer}}",
        )
        .replace(
            "required: [id, tenantId, status, execution]",
            "required: [id, tenantId, resourceId, status, execution]",
        )
        .replace(
            "          backlog: {type: object}",
            "          backlog: {type: object, properties: {msgBacklog: {type: integer, format: int32}}}",
        )
    });
    let all = import(without_better_stack().path(), &file, "--all").text;
    for part in [
        "`DrainBacklog.msgBacklog`: `int64` here, `int32` there",
        ", on purpose: a wider integer",
        "`Drain.resourceId`: optional here, required there",
        ", on purpose: answers are read leniently",
        // A list is not the same text.
        "`list_drains query status`: a list here, an integer there",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    assert!(!all.contains("the same text in a request"), "{all}");
}

#[test]
fn operations_that_were_seen_and_are_gone_are_reported() {
    let copy = without_better_stack();
    assert!(import(copy.path(), &upstream(), "--stamp --seen 2026-05-01").success);
    let (_folder, file) = edited(|text| text.replace("    patch:\n", "    trace:\n"));
    let outcome = import(copy.path(), &file, "");
    assert!(outcome.text.contains("- `reset_drain_cursor`: PATCH /v4/drains/"), "{}", outcome.text);
    let seen = run(&words("sources --since 2026-06-01"), copy.path());
    assert!(seen.text.contains("v4-openapi 2026-05-01: 3 operations"), "{}", seen.text);
    assert!(seen.text.contains("  not seen since: list_drains (spec/drain.yaml:"), "{}", seen.text);
}

#[test]
fn texts_and_the_order_of_a_document_do_not_change_the_state_of_an_operation() {
    let copy = without_better_stack();
    assert!(import(copy.path(), &upstream(), "--stamp --seen 2026-05-01").success);
    let (_folder, file) = edited(|text| {
        text.replace("The new drain", "Some drain")
            .replace("[LOG, ACCESSLOG, AUDITLOG]", "[AUDITLOG, LOG, ACCESSLOG]")
            .replace("{drain}", "{id}")
            .replace("name: drain,", "name: id,")
            .replace("required: [kind, recipient]\n", "required: [recipient, kind]\n")
    });
    let outcome = run(&["sources".to_owned(), file.display().to_string()], copy.path());
    assert_eq!(outcome.text, "v4-openapi: 3 operations unchanged, 0 never seen before\n");
}

#[test]
fn an_overlay_corrects_the_document_and_tells_when_it_is_no_longer_needed() {
    let copy = without_better_stack();
    let folder = copy.path().join("spec/overlays");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let overlay = "overlay: 1.2.0
info: {title: Corrections, version: '1'}
actions:
- target: $.components.schemas.Recipient.oneOf[?@['$ref'] == '#/components/schemas/BetterStackRecipient']
  remove: true
  x-reason: It is not sold here.
- target: $.components.schemas.Kind.enum
  update: TRACE
  x-reason: The platform sends it.
- target: $.components.schemas.Drain.allOf[1].properties
  update: {owner: {type: string}}
  x-reason: The platform sends it.
- target: $.components.schemas.Login.properties
  copy: $.components.schemas.Syslog.properties
  x-reason: Both are sent.
- target: $.components.schemas.Old
  remove: true
  x-reason: It was wrong.
- target: $.components.schemas.Server.required
  update: url
  x-reason: It was not required.
- target: $.components.schemas.Server
  copy: $.components.schemas.None
  x-reason: It has the same.
";
    std::fs::write(folder.join("v4-openapi.yaml"), overlay).unwrap();
    assert!(run(&words("check"), copy.path()).success);
    let outcome = import(copy.path(), &upstream(), "");
    for part in [
        "4 actions correct the document",
        "- `DrainKind`: `TRACE` (",
        "- `Drain.owner`: a string (",
        "- `RawHttpRecipient.rfc5424StructuredDataParameters`: a string (",
        "spec/overlays/v4-openapi.yaml:16: `$.components.schemas.Old` matches nothing: the action is no longer needed",
        "`$.components.schemas.Server.required` changes nothing: the action is no longer needed",
        "`$.components.schemas.Server` is not changed: `copy` matches 0 places, and needs one",
    ] {
        assert!(outcome.text.contains(part), "{part}\n{}", outcome.text);
    }
    assert!(!outcome.text.contains("BETTERSTACK"), "{}", outcome.text);
    for (right, wrong, message) in [
        ("  x-reason: It is not sold here.\n", "", "`x-reason` is missing"),
        ("$.components.schemas.Old", "components", "is not a JSONPath"),
        ("overlay: 1.2.0", "overlay: 2.0.0", "the version of the specification"),
        (
            "  update: TRACE\n",
            "  update: TRACE\n  remove: true\n",
            "one of `update`, `copy` and `remove: true`",
        ),
        ("  update: TRACE\n", "  updte: TRACE\n", "unknown key `updte`"),
    ] {
        std::fs::write(folder.join("v4-openapi.yaml"), overlay.replacen(right, wrong, 1)).unwrap();
        let outcome = run(&words("check"), copy.path());
        assert!(!outcome.success && outcome.text.contains(message), "{message}: {}", outcome.text);
        assert!(outcome.text.contains("spec/overlays/v4-openapi.yaml:"), "{}", outcome.text);
    }
}

#[test]
fn the_upstream_operations_of_a_source_are_checked() {
    let copy = without_better_stack();
    let file = copy.path().join("spec/zone.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let right = "{document: v4-openapi, operation: getRegion, seen: 2026-05-01, state: 02d6bf99}";
    let with =
        |item: &str| text.replacen("x-source: [seed-003, ", &format!("x-source: [seed-003, {item}, "), 1);
    std::fs::write(&file, with(right)).unwrap();
    assert!(run(&words("check"), copy.path()).success);
    for (item, message) in [
        (right.replace("v4-openapi", "v5-openapi"), "unknown source `v5-openapi`"),
        (right.replace("2026-05-01", "1.5.2026"), "`seen` is not a date"),
        (right.replace(", state: 02d6bf99", ""), "an upstream operation is `{document: …"),
        (right.replace("seen", "sen"), "an upstream operation is `{document: …"),
        (format!("{right}, {right}"), "`x-source` names two operations of `v4-openapi`"),
    ] {
        std::fs::write(&file, with(&item)).unwrap();
        let outcome = run(&words("check"), copy.path());
        assert!(outcome.text.contains(message), "{message}: {}", outcome.text);
    }
}

#[test]
fn every_overlay_of_the_spec_is_called_as_a_source() {
    for entry in std::fs::read_dir(root().join("spec/overlays")).unwrap() {
        let path = entry.unwrap().path();
        xtask::import::overlay::read(&path).unwrap();
    }
}

#[test]
fn a_document_is_read_whatever_is_odd_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.json");
    std::fs::write(
        &file,
        r##"{"openapi": "3.1.0", "webhooks": {"w": {"post": {}}}, "paths": {"a": 1, "/b": {"$ref": "#/nowhere"},
        "/c": {"get": 1, "post": {"parameters": [{"$ref": "#/x"}, {"in": "query"}, 7], "requestBody": {"$ref": "#/d"}, "responses": 5}},
        "/d": {"get": {"responses": {"200": {"$ref": "#/paths/~1d/get/responses/200"}, "default": {"content": {"*/*": {}}}}}}},
        "components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}"##,
    )
    .unwrap();
    let files = Files::read(&file).unwrap();
    let reader = Reader::new(&files);
    assert_eq!(reader.operations().len(), 2);
    let odd = reader.odd();
    let counts: Vec<(&str, usize)> = odd.iter().map(|(rule, odd)| (*rule, odd.count)).collect();
    let expected = [
        ("circular", 1),
        ("operation", 1),
        ("parameter", 2),
        ("path-item", 2),
        ("reference", 3),
        ("webhooks", 1),
    ];
    assert_eq!(counts, expected);
    let outcome = import(&root(), &file, "");
    assert!(outcome.success && outcome.text.contains("## Odd in the document"), "{}", outcome.text);
    for (text, words) in [("", "the file is empty"), ("{\"a\": [", "invalid JSON"), ("a: [", "invalid YAML")]
    {
        std::fs::write(&file, text).unwrap();
        let outcome = import(&root(), &file, "");
        assert!(!outcome.success && outcome.errors.contains(words), "{text}: {}", outcome.errors);
    }
}

#[test]
fn a_document_without_a_word_is_compared_and_not_written() {
    let file = root().join("xtask/tests/fixtures/foreign/forest.yaml");
    let copy = without_better_stack();
    let outcome = import(copy.path(), &file, "");
    assert!(
        outcome.text.contains("Domain `tree`: a new domain: nothing near is in the spec."),
        "{}",
        outcome.text
    );
    let refused = import(copy.path(), &file, "--write");
    assert!(
        !refused.success && refused.errors.contains("name it with `--as`, one of seed-001"),
        "{}",
        refused.errors
    );
    let written = import(copy.path(), &file, "--write --as docs --seen 2026-05-01");
    assert!(written.success, "{}{}", written.text, written.errors);
    assert!(copy.path().join("spec/tree.yaml").is_file());
    let again = import(copy.path(), &file, "--write --as docs --seen 2026-05-01");
    assert!(again.text.contains("The spec is up to date"), "{}", again.text);
}

#[test]
fn what_the_spec_cannot_say_of_a_new_operation_is_left_for_a_person() {
    let copy = tempfile::tempdir().unwrap();
    super::workspace::copy_folder(&root().join("spec"), &copy.path().join("spec"));
    let document = root().join("xtask/tests/fixtures/foreign/gadget.yaml");
    let outcome = import(copy.path(), &document, "--as v2-extra --write");
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    let (_, asks) = outcome.text.split_once("## Left for a person").unwrap();
    for ask in [
        "give the new domain `gadget` its title and description",
        "describe the parameter `gadgetId`: the document does not",
        "the elements of the parameter `ids` are one text in the document, and repeat the parameter here",
        "the parameter `filter` is a map in the document, and a string here",
        "`get_gadget` may also answer 202, and answers 200 here",
        "the answer of `get_gadget` may also be `text/csv`, and is `application/json` here",
        "the body of `put_gadget` may also be `application/x-www-form-urlencoded`, and is `multipart/form-data` here",
    ] {
        assert!(asks.contains(&format!("- gadget: {ask}\n")), "{ask}\n{asks}");
    }
    // A null that the document requires is no default of the type.
    let written = std::fs::read_to_string(copy.path().join("spec/gadget.yaml")).unwrap();
    for line in [
        "size: {type: integer, format: int64, description: Size., nullable: true}",
        "when: {$ref: 'shared.yaml#/components/schemas/Timestamp', description: When., nullable: true}",
        "part: {$ref: '#/components/schemas/ThePart', description: Part., nullable: true}",
    ] {
        assert!(written.contains(line), "{line}\n{written}");
    }
    let again = import(copy.path(), &document, "--as v2-extra");
    assert!(!again.text.contains("| new-") && !again.text.contains("| nullable "), "{}", again.text);
}

#[test]
fn a_document_that_cannot_be_read_hides_no_other() {
    let missing = root().join("missing.yaml").display().to_string();
    let line = ["import".to_owned(), missing.clone(), upstream().display().to_string()];
    let outcome = run(&line, &root());
    assert!(!outcome.success && outcome.text.contains("3 operations, 3 of them in the spec"));
    assert!(
        outcome.errors.starts_with(&format!("error: {missing}: could not be read: ")),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_field_of_a_shared_type_is_reported_by_its_own_name() {
    let (_folder, file) =
        edited(|text| text.replace("          id: {type: string}", "          id: {type: integer}"));
    let text = import(&root(), &file, "--all").text;
    assert!(text.contains("- `Drain.id`: a string here, an integer there (spec/drain.yaml:"), "{text}");
}

#[test]
fn schemas_that_contain_themselves_take_no_more_time_than_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("circles.yaml");
    let parts = "{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}";
    let text = format!(
        "openapi: 3.2.0\ninfo: {{title: Circles, version: '1'}}\nservers: [{{url: 'https://x.example/{{base}}', variables: {{base: {{default: v9}}}}}}]\n\
         paths:\n  /circles: {{get: {{responses: {{'200': {{description: One., content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}\n\
         components:\n  schemas:\n    A: {{allOf: [{parts}, {parts}], properties: {{a: {{type: string}}}}}}\n    B: {{allOf: [{parts}], oneOf: [{parts}]}}\n"
    );
    std::fs::write(&file, text).unwrap();
    let text = import(&root(), &file, "").text;
    assert!(
        text.starts_with(&format!("# {} (circles)\n\n1 operation, 0 of them in the spec.", file.display())),
        "{text}"
    );
    assert!(
        text.contains("GET /v9/circles")
            && text.contains("`openapi` is `3.2.0`, and the document is read as 3.1"),
        "{text}"
    );
    let count = text.split_once("- circular: ").and_then(|(_, rest)| rest.split(' ').next()).unwrap();
    assert!(count.parse::<usize>().unwrap() < 1_000, "{count}");
}
