//! Reports for one program: only what it uses, and where.

use std::path::Path;

use xtask::diff::{Change, Program, compare};
use xtask::spec::Documents;
use xtask::surface::Surface;

use super::surface::{changed, surface};

/// A program with the ways in which people name the API.
const PROGRAM: &str = r#"
use cc_client::Client;
use cc_client::api::boats::{self as harbour, UpdateBoat, types::{BoatCreation, BoatKind as Kind, Engine}};
use cc_client::commands::boats::*;

async fn sail(client: &Client, boat: harbour::types::Boat) -> cc_client::Result<()> {
    let creation = BoatCreation::new("Argo", Kind::Sail, Engine::Unknown(Default::default())).crew(50);
    let update = UpdateBoat::new("1", "Volos", creation);
    client.api().boats().update_boat(update).await?;
    println!("{} {:?}", boat.name, boat.tags);
    match boat.kind {
        Kind::Motor => client.send(GetBoat::new(&boat.id)).await.map(drop),
        _ => Ok(()),
    }
}
"#;

/// The changes that touch a program: rule and lines, those with `?` if the program may use something else.
fn touched(text: &str, from: &str, to: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.rs"), text).unwrap();
    let program = Program::read(folder.path()).unwrap();
    let (before, after) = (surface(&changed("Boats", "Boats")), surface(&changed(from, to)));
    let mut report = compare(&before, &after);
    program.keep_used(&mut report, &before, &after);
    report.changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let places =
        change.uses.iter().map(|place| format!("{}{}", place.line, if place.certain { "" } else { "?" }));
    format!("{} {}", change.rule, places.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_program_hears_of_the_changes_of_what_it_names() {
    let maximum = "name: {type: string, description: The name., maxLength: 40}";
    for (from, to, expected) in [
        // A variant by the name under which the type was imported.
        ("[SAIL, MOTOR]", "[SAIL]", &["enum-value-removed 12"][..]),
        ("[SAIL, MOTOR]", "[MOTOR]", &["enum-value-removed 7"]),
        // A setter after a constructor, a field of a declared variable, an argument of `new`.
        ("crew: {type", "sailors: {type", &["property-removed 7"]),
        (maximum, "title: {type: string, description: The name.}", &["property-removed 10"]),
        (
            "required: [name, kind, engine]",
            "required: [name, kind, engine, crew]",
            &["property-became-required 7"],
        ),
        ("harbour, in: query, required: true", "harbour, in: query", &["query-parameter-became-optional 8"]),
        // A command behind a glob.
        ("x-command: {name: GetBoat}", "x-note: It has no command.", &["command-removed 12?"]),
        // Parts that the program does not use.
        ("operationId: get_paper", "operationId: read_paper", &[]),
        ("litres: {", "gallons: {", &[]),
        ("name: ListBoat,", "name: ListShip,", &[]),
    ] {
        let mut found = touched(PROGRAM, from, to);
        // A new property can be used, and is not yet.
        found.retain(|line| !line.starts_with("property-added-"));
        assert_eq!(found, expected, "{from} -> {to}");
    }
}

#[test]
fn a_route_touches_the_programs_whose_commands_ask_it() {
    let text = "use cc_client::commands::boats::GetBoat;\nfn get() { let _ = GetBoat::new(\"1\"); }\n";
    let lines = touched(text, "The boat has sunk.", "The boat is away.");
    assert_eq!(lines, ["operation-x-not-found-changed 1 2"]);
    let other = "use cc_client::commands::boats::ListBoat;\nfn get() { let _ = ListBoat::new(\"1\"); }\n";
    assert_eq!(touched(other, "The boat has sunk.", "The boat is away."), [""; 0]);
}

#[test]
fn a_use_that_the_text_hides_is_possible_and_never_silent() {
    let (from, to) = ("berth: {type: string, description: The berth., nullable: true}", "");
    for (text, expected) in [
        // Another name of the type, for a variable and in a pattern.
        ("type B = cc_api_boats::types::Boat;\nfn f(b: &B) { b.berth; }\n", "property-removed 2"),
        (
            "type B = cc_api_boats::types::Boat;\nfn f(b: &B) { let B { berth, .. } = b; }\n",
            "property-removed 2",
        ),
        // A type of the program beside a glob import.
        (
            "use cc_client::commands::boats::*;\nuse cc_api_boats::types::Boat;\nfn f(b: &Mine) { b.0.berth; b.berth; }\n",
            "property-removed 3?",
        ),
        // Variables of one name in other scopes.
        (
            "use cc_api_boats::types::*;\nuse cc_api_boats::types::{Boat, Sighting};\nimpl T {\nfn a(&self, b: &Sighting) {}\nfn b(&self, b: &Other) {\nb.berth; } }\n",
            "property-removed 6?",
        ),
        (
            "use cc_api_boats::types::{Boat, Sighting};\nfn f(b: Sighting, all: &[Boat]) {\nfor b in all {\nb.berth; }\nall.iter().map(|b| b.berth);\nif let Some(b) = all.first() {\nb.berth; }\nb.boat; }\n",
            "property-removed 4? 5? 7?",
        ),
        // A variable that hides itself keeps its type in its own value.
        ("use cc_api_boats::types::Boat;\nfn f(b: Boat) { let b = b.berth; }\n", "property-removed 2"),
        // A field of a value of another known type.
        (
            "use cc_api_boats::types::{Boat, Sighting};\nfn f(b: Sighting) { { let b = Boat::default(); } b.berth; }\n",
            "",
        ),
    ] {
        let expected: Vec<&str> = Some(expected).filter(|line| !line.is_empty()).into_iter().collect();
        assert_eq!(touched(text, from, to), expected, "{text}");
    }
}

#[test]
fn an_optional_input_touches_the_programs_that_set_it() {
    let move_ = ("name: size, in: query", "name: size, in: header");
    let program = |setter: &str| {
        format!("use cc_api_boats::ListBoats;\nfn list(o: &str) {{ let _ = ListBoats::new(o){setter}; }}\n")
    };
    let lines = |setter: &str| touched(&program(setter), move_.0, move_.1);
    assert_eq!(lines(".size(1)"), ["header-parameter-moved 2"]);
    assert_eq!(lines(""), [""; 0]);
}

#[test]
fn a_subject_with_another_name_is_shown_as_the_program_calls_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.rs"), "use cc_api_boats::GetPaper;\n").unwrap();
    let (before, after) = (surface(&changed("Boats", "Boats")), surface(&changed("get_paper", "read_paper")));
    let mut report = compare(&before, &after);
    Program::read(folder.path()).unwrap().keep_used(&mut report, &before, &after);
    assert_eq!(report.changes[0].uses[0].code, "GetPaper", "{report:#?}");
}

#[test]
fn a_field_that_may_be_of_another_type_is_reported_as_possible() {
    let text = "use cc_api_boats::GetBoat;\nasync fn get(c: Client) { let b = c.send(GetBoat::new(\"1\")).await; b.berth; }\n";
    let (from, to) = ("berth: {type: string, description: The berth., nullable: true}", "");
    assert_eq!(touched(text, from, to), ["property-removed 2?"]);
    // Nothing leads to the field.
    assert_eq!(touched("fn get(b: Other) { b.berth; }\n", from, to), [""; 0]);
    // The type of the field is known to be another one.
    let known =
        "use cc_api_boats::types::{Boat, Sighting};\nfn get(a: Boat, b: Sighting) { b.boat; a.id; }\n";
    assert_eq!(touched(known, "litres: {", "boat: {"), ["property-added-optional 1? 2?"]);
}

#[test]
fn a_crate_may_have_another_name_in_the_program() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("tool/src")).unwrap();
    let text = "use sea::types::BoatKind;\nconst KIND: BoatKind = BoatKind::Motor;\n";
    std::fs::write(folder.path().join("tool/src/main.rs"), text).unwrap();
    let (before, after) = (surface(&changed("Boats", "Boats")), surface(&changed("[SAIL, MOTOR]", "[SAIL]")));
    let all = compare(&before, &after);
    // In its own manifest or that of its workspace, for a package, a file of it, or all packages.
    for (place, manifest) in [
        ("tool", "[dependencies]\nsea = { version = \"0.1\", package = \"cc-api-boats\" }\n"),
        ("tool", "[target.'cfg(unix)'.dependencies.sea]\nversion = \"0.1\"\npackage = \"cc-api-boats\"\n"),
        ("", "[workspace.dependencies]\nsea.version = \"0.1\"\nsea.package = 'cc-api-boats'\n"),
    ] {
        let file = folder.path().join(place).join("Cargo.toml");
        std::fs::write(&file, manifest).unwrap();
        for path in ["", "tool", "tool/src/main.rs"] {
            let mut report = all.clone();
            Program::read(&folder.path().join(path)).unwrap().keep_used(&mut report, &before, &after);
            let found: Vec<String> = report.changes.iter().map(line).collect();
            assert_eq!(found, ["enum-value-removed 2"], "{manifest} {path:?}");
        }
        std::fs::remove_file(file).unwrap();
    }
    std::fs::write(folder.path().join("tool/src/main.rs"), "fn (").unwrap();
    assert!(Program::read(folder.path()).unwrap_err().contains("main.rs:1 is not Rust"));
    assert!(Program::read(&folder.path().join("none")).unwrap_err().contains("has no Rust file"));
}

#[test]
fn examples_of_the_workspace_hear_only_of_the_commands_that_they_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let before = Surface::of_documents(&Documents::read(&root.join("spec")).unwrap()).unwrap();
    let mut after = before.clone();
    // A command with another name.
    let drain = after.domains.get_mut("drain").unwrap();
    let command = drain.commands.remove("CreateLogDrain").unwrap();
    drain.commands.insert("AddLogDrain".to_owned(), command);
    let report = compare(&before, &after);
    let of = |example: &str| {
        let program = Program::read(&root.join("crates/cc-client/examples").join(example)).unwrap();
        let mut report = report.clone();
        program.keep_used(&mut report, &before, &after);
        report.changes.into_iter().map(|change| (change.rule, change.uses)).collect::<Vec<_>>()
    };
    let quickstart = of("quickstart.rs");
    assert_eq!(quickstart.len(), 1, "{quickstart:?}");
    assert!(
        quickstart[0].0 == "command-removed" && quickstart[0].1.iter().all(|place| place.certain),
        "{quickstart:?}"
    );
    let text = std::fs::read_to_string(root.join("crates/cc-client/examples/quickstart.rs")).unwrap();
    for place in &quickstart[0].1 {
        assert!(text.lines().nth(place.line - 1).unwrap().contains("CreateLogDrain"), "{place:?}");
    }
    assert_eq!(of("deploy.rs"), []);
}
