//! One tiny spec per group of constructs, and what comes out of it.

use std::path::{Path, PathBuf};

use xtask::generate::generate;
use xtask::spec::model::Spec;
use xtask::spec::node::{Node, parse};
use xtask::spec::{Documents, check};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn fixture(name: &str) -> Node {
    parse(&std::fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap()).unwrap()
}

fn documents(name: &str) -> Documents {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/shared.yaml");
    let shared = parse(&std::fs::read_to_string(shared).unwrap()).unwrap();
    Documents::new([(name.to_owned(), fixture(name))].into(), shared)
}

/// All files that a fixture becomes.
fn tree(name: &str) -> Vec<(String, String)> {
    let documents = documents(name);
    assert_eq!(check::check(&documents), [], "the fixture keeps every rule");
    let empty = tempfile::tempdir().unwrap();
    let output = generate(&Spec::read(&documents), empty.path()).unwrap();
    assert_eq!(output.notes, Vec::<String>::new());
    output.tree.files.into_iter().map(|(path, text)| (path.to_string_lossy().into_owned(), text)).collect()
}

/// The files that a fixture becomes, below its crate, and its surface.
pub fn generated(name: &str) -> Vec<(String, String)> {
    let krate = format!("crates/generated/cc-api-{name}/");
    tree(name)
        .into_iter()
        .filter_map(|(path, text)| {
            let short = path.strip_prefix(&krate).or_else(|| path.strip_prefix("spec/surface/"))?;
            Some((short.to_owned(), text))
        })
        .collect()
}

fn file(name: &str, path: &str) -> String {
    generated(name).into_iter().find(|(found, _)| found == path).unwrap().1
}

/// Code without the texts of its documentation, which `the_texts_of_generated_code` shows once: a word that changes in the
/// generator changes one snapshot.
fn code(name: &str, path: &str) -> String {
    without_texts(&file(name, path))
}

fn without_texts(text: &str) -> String {
    text.lines().filter(|line| !is_text(line)).map(|line| format!("{line}\n")).collect()
}

fn is_text(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with("#[must_use")
}

/// Each text of generated code above the first item that has it. Later items repeat none.
#[test]
fn the_texts_of_generated_code() {
    let mut shown = std::collections::BTreeSet::new();
    let mut all = String::new();
    for name in ["kinds", "media", "events", "trees", "references", "commands"] {
        for (path, text) in tree(name).into_iter().filter(|(path, _)| path.ends_with(".rs")) {
            let mut part = String::new();
            let (mut texts, mut example) = (Vec::new(), false);
            for line in text.lines() {
                if line.trim_start().starts_with("#[") && !is_text(line) {
                    continue;
                }
                if !is_text(line) {
                    if !texts.is_empty() {
                        part.extend(texts.drain(..).map(|text: &str| format!("{text}\n")));
                        part.push_str(&format!("{line}\n"));
                    }
                    continue;
                }
                let is_fence = line.trim_start().starts_with("/// ```");
                // Lines of an example make sense together only.
                if is_fence || example || shown.insert(line.trim_start().to_owned()) {
                    texts.push(line);
                }
                example ^= is_fence;
            }
            if !part.is_empty() {
                all.push_str(&format!("== {path}\n{part}\n"));
            }
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn every_construct_of_a_schema_has_its_type() {
    insta::assert_snapshot!(code("kinds", "src/types.rs"));
}

#[test]
fn recursion_formats_and_names_are_as_progenitor_decides_but_for_the_table_of_overrides() {
    insta::assert_snapshot!(["trees.txt", "src/types.rs"].map(|path| code("trees", path)).join("\n"));
}

#[test]
fn parameters_and_a_body_become_a_request() {
    insta::assert_snapshot!(code("kinds", "src/requests.rs"));
}

#[test]
fn every_kind_of_body_and_answer_has_its_request() {
    insta::assert_snapshot!(code("media", "src/requests.rs"));
}

#[test]
fn a_stream_says_what_an_event_is_and_how_often_the_server_shows_life() {
    let text = ["src/requests.rs", "src/client.rs", "events.txt"].map(|path| code("events", path)).join("\n");
    insta::assert_snapshot!(text);
}

#[test]
fn the_client_the_page_and_the_surface_of_a_domain() {
    let text =
        ["src/client.rs", "src/lib.rs", "Cargo.toml", "media.txt"].map(|path| code("media", path)).join("\n");
    insta::assert_snapshot!(text);
}

#[test]
fn parameters_answers_and_errors_by_reference_are_those_of_the_components() {
    insta::assert_snapshot!(code("references", "src/requests.rs"));
}

#[test]
fn an_operation_becomes_a_command() {
    let path = "crates/cc-client/src/generated/commands/commands.rs";
    let commands = tree("commands").into_iter().find(|(found, _)| found == path).unwrap().1;
    insta::assert_snapshot!(without_texts(&commands));
}

#[test]
fn a_404_that_means_something_else_is_explained_in_the_operation() {
    let requests = file("commands", "src/requests.rs");
    assert_eq!(requests.matches(".not_found(").count(), 1, "{requests}");
    assert!(requests.contains(r#".not_found("The add-on has no thing yet.")"#), "{requests}");
}

/// One snapshot for all documents: a message that changes is one change to review.
#[test]
fn specs_that_break_rules_get_every_problem_with_its_place() {
    let alone = check::check_alone("refused.yaml".to_owned(), &fixture("refused"), None);
    let others =
        ["names", "values", "ignored", "rereads", "shapes"].map(|name| check::check(&documents(name)));
    let all = std::iter::once(alone).chain(others).flatten();
    insta::assert_snapshot!(all.map(|problem| format!("{problem}\n")).collect::<String>());
}

#[test]
fn the_shared_file_holds_components_only() {
    let shared =
        "openapi: 3.0.3\nx-errors: [401]\npathz: {}\npaths: {/v4/a: {get: {}}}\ncomponents: {schemas: {}}\n";
    let problems = check::check_alone("shared.yaml".to_owned(), &parse(shared).unwrap(), None);
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.line, problem.rule)).collect();
    assert_eq!(told, ["2: no-effect", "3: key", "4: paths"], "{problems:?}");
}

#[test]
fn a_variant_that_the_committed_surface_has_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let told = |surface: &str| {
        std::fs::write(folder.path().join("kinds.txt"), surface).unwrap();
        let problems = check::check_surface(&documents("kinds"), folder.path());
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(&file("kinds", "kinds.txt")), [""; 0]);
    // A value, a type or a domain that is gone or new renames nothing.
    assert_eq!(
        told(
            "enum ThingKind\n  Small = SMALL\n  Old = OLD\nenum OldKind\n  A = a\nunion Old by type\n  A(B) = c\n"
        ),
        [""; 0]
    );
    let problems = told(
        "enum ThingKind\n  Small = SMALL\n  One = 1\n\nunion Recipient by type\n  Web(HttpRecipient) = HTTP, without From\n",
    );
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("the variant `One` of `1` would be renamed to `V1`"), "{problems:?}");
    assert!(problems[1].contains("the variant `Web` of `HTTP` would be renamed to `Http`"), "{problems:?}");
}

#[test]
fn required_inputs_keep_the_order_of_the_committed_surface() {
    let folder = tempfile::tempdir().unwrap();
    let told = |name: &str, surface: &str| {
        std::fs::write(folder.path().join(format!("{name}.txt")), surface).unwrap();
        let problems = check::check_surface(&documents(name), folder.path());
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for name in ["references", "kinds", "commands", "media"] {
        assert_eq!(told(name, &file(name, &format!("{name}.txt"))), [""; 0], "{name}");
    }
    // Inputs that are new, gone or optional change no order.
    let inputs = [
        "old: string, required",
        "ownerId: OwnerId as owner_id, required",
        "size: i64?",
        "boatId: string, required",
    ];
    let lines = inputs.map(|input| format!("  path {input}\n")).concat();
    assert_eq!(told("references", &format!("operation get_boat\n{lines}")), [""; 0]);
    let problems = told(
        "references",
        "operation get_boat\n  path boatId: string, required\n  path ownerId: OwnerId, required, maxLength 3\n",
    );
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("references.yaml:7: reordered: the required inputs of `get_boat`"),
        "{problems:?}"
    );
    let problems = told(
        "kinds",
        "struct Thing\n  in answers\n  kind: ThingKind, required\n  id: ResourceId, required\n",
    );
    assert!(
        problems[0].contains("`Thing` are kind, id in spec/surface and would become id, kind"),
        "{problems:?}"
    );
}

/// Two domains, one of which answers what the other takes.
const DOMAINS_THAT_SHARE: [(&str, &str); 3] = [
    (
        "reader",
        "get: {operationId: get_rights, summary: Gets the rights., x-source: [docs], responses: {'200': {description: The rights., content: {application/json: {schema: {$ref: 'shared.yaml#/components/schemas/OauthRights'}}}}}}",
    ),
    (
        "writer",
        "put: {operationId: set_rights, summary: Sets the rights., x-source: [docs], requestBody: {required: true, content: {application/json: {schema: {$ref: 'shared.yaml#/components/schemas/OauthRights'}}}}, responses: {'204': {description: They are set.}}}",
    ),
    (
        "other",
        "delete: {operationId: delete_rights, summary: Deletes the rights., x-source: [docs], responses: {'204': {description: They are deleted.}}}",
    ),
];

fn domains_that_share() -> Documents {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/shared.yaml");
    let domains = DOMAINS_THAT_SHARE.map(|(name, operation)| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: {name}, version: 0.1.0, description: Rights.}}\npaths:\n  /v4/{name}:\n    {operation}\n"
        );
        (name.to_owned(), parse(&text).unwrap())
    });
    Documents::new(domains.into(), parse(&std::fs::read_to_string(shared).unwrap()).unwrap())
}

#[test]
fn a_schema_that_several_domains_use_is_one_type_for_all_its_uses() {
    let documents = domains_that_share();
    assert_eq!(check::check(&documents), []);
    let empty = tempfile::tempdir().unwrap();
    let files = generate(&Spec::read(&documents), empty.path()).unwrap().tree.files;
    let file = |path: &str| files[&PathBuf::from(path)].as_str();
    for name in ["reader", "writer"] {
        let types = file(&format!("crates/generated/cc-api-{name}/src/types.rs"));
        assert!(types.contains("pub use cc_api_shared::types::{OauthRights};"), "{types}");
        assert!(!types.contains("pub struct"), "{types}");
        let manifest = file(&format!("crates/generated/cc-api-{name}/Cargo.toml"));
        assert!(manifest.contains("cc-api-shared.workspace = true"), "{manifest}");
        assert!(manifest.contains("\"cc-api-shared/schemars\""), "{manifest}");
        assert!(file(&format!("spec/surface/{name}.txt")).contains("shared OauthRights\n"));
    }
    assert!(!file("crates/generated/cc-api-other/Cargo.toml").contains("cc-api-shared"));
    // The answer of one domain makes it read, the body of the other makes it buildable.
    let shared = file("crates/generated/cc-api-shared/src/types.rs");
    assert_eq!(shared.matches("pub struct ").count(), 1, "{shared}");
    assert!(
        shared.contains("pub struct OauthRights {") && shared.contains("pub fn new() -> Self"),
        "{shared}"
    );
    assert!(file("spec/surface/shared.txt").contains("struct OauthRights\n"));
}

/// It would be lost without a word.
#[test]
fn a_key_beside_a_reference_is_refused() {
    let text = "openapi: 3.0.3\ninfo: {title: A, version: 0.1.0, description: A.}\npaths:\n  /v4/a/{thingId}:\n    get:\n      operationId: get_a\n      \
         summary: Gets it.\n      x-source: [docs]\n      parameters:\n      - {$ref: '#/components/parameters/Thing', description: Other.}\n      \
         responses: {'204': {description: Done.}}\ncomponents:\n  parameters:\n    Thing: {name: thingId, in: path, required: true, \
         description: The thing., schema: {type: string}}\n";
    let documents = Documents::new([("a".to_owned(), parse(text).unwrap())].into(), Node::empty_map());
    let told: Vec<String> = check::check(&documents).iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|problem| problem
            .contains("a.yaml:10: key: unknown key `description` beside `$ref` of a parameter")),
        "{told:?}"
    );
}

#[test]
fn a_spec_without_shared_types_needs_no_crate_of_them() {
    assert!(tree("media").iter().all(|(path, _)| !path.contains("cc-api-shared")));
}

#[test]
fn a_schema_of_two_domains_with_one_structure_belongs_into_the_shared_file() {
    let mut documents = domains_that_share();
    for (domain, text) in [
        (
            "reader",
            "{Boat: {type: object, description: A boat., properties: {description: {type: string, description: A}}}}",
        ),
        (
            "writer",
            "{Boat: {type: object, description: Another., properties: {description: {type: string, description: B}}}}",
        ),
        (
            "other",
            "{Boat: {type: object, description: A boat., properties: {length: {type: string, description: A}}}}",
        ),
    ] {
        let text = format!("components: {{schemas: {text}}}");
        let components = parse(&text).unwrap();
        documents.domains.insert(domain.to_owned(), components);
    }
    let problems = check::check(&documents);
    let copies: Vec<String> =
        problems.iter().filter(|problem| problem.rule == "copy").map(ToString::to_string).collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert!(
        copies[0].starts_with("writer.yaml:1: copy: the schema `Boat` stands at reader.yaml:1 too"),
        "{copies:?}"
    );
}

#[test]
fn a_variant_of_a_shared_enum_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shared.txt"), "enum MfaKind\n  Nothing = NONE\n  Totp = TOTP\n")
        .unwrap();
    let problems = check::check_surface(&domains_that_share(), folder.path());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].to_string().contains("the variant `Nothing` of `NONE` would be renamed to `None`"),
        "{problems:?}"
    );
}

#[test]
fn nothing_that_is_generated_speaks_of_a_version_header() {
    for name in ["kinds", "media", "events"] {
        for (path, text) in generated(name) {
            assert!(!text.contains("api-version"), "{path}");
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    assert_eq!(generated("kinds"), generated("kinds"));
}

#[test]
fn a_shared_variant_that_a_domain_uses_without_its_union_has_no_tag() {
    let shared = "
components:
  schemas:
    Kept:
      oneOf: [{$ref: '#/components/schemas/Raw'}]
      discriminator: {propertyName: type, mapping: {RAW: '#/components/schemas/Raw'}}
    Raw: {type: object, required: [type, url], properties: {type: {type: string, enum: [RAW]}, url: {type: string}}}
";
    let domain = "
paths:
  /v4/raw:
    get:
      operationId: get_raw
      responses: {'200': {content: {application/json: {schema: {$ref: 'shared.yaml#/components/schemas/Raw'}}}}}
";
    let documents =
        Documents::new([("raw".to_owned(), parse(domain).unwrap())].into(), parse(shared).unwrap());
    let empty = tempfile::tempdir().unwrap();
    let output = generate(&Spec::read(&documents), empty.path()).unwrap();
    let surface = &output.tree.files[Path::new("spec/surface/shared.txt")];
    assert!(surface.contains("struct Raw\n") && surface.contains("  url: string, required\n"), "{surface}");
}
