//! The inputs of every command against those of the official JavaScript client: ours are a superset, which
//! `docs/extras.md` lists. `EXTRAS=write cargo test -p cc-trials --test it extras` writes the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Inputs of a command, and whether each is required.
type Inputs = BTreeMap<String, bool>;

/// The commands of the official client (version 12): client, command, inputs. Extracted facts, not its code.
fn official() -> BTreeMap<String, BTreeMap<String, Inputs>> {
    serde_json::from_str(include_str!("official.json")).unwrap()
}

/// The commands of this SDK, by the names of the official clients.
fn ours() -> BTreeMap<&'static str, BTreeMap<String, Inputs>> {
    fn read<C: Sync + 'static>(
        commands: &'static [cc_client::runtime::catalog::CommandInfo<C>],
    ) -> BTreeMap<String, Inputs> {
        let one = |command: &'static cc_client::runtime::catalog::CommandInfo<C>| {
            (command.name().to_owned(), inputs(&command.input_schema().to_value()))
        };
        commands.iter().map(one).collect()
    }
    BTreeMap::from([
        ("cc-api", read(cc_client::catalog::commands())),
        ("cc-api-bridge", read(cc_bridge::catalog::commands())),
        ("redis-http", read(cc_redis_http::catalog::commands())),
    ])
}

/// The fields of an input. One of several forms has the fields of all, and those of each form are required.
fn inputs(schema: &Value) -> Inputs {
    let forms: Vec<&Value> = ["oneOf", "anyOf"]
        .iter()
        .flat_map(|key| schema[*key].as_array().into_iter().flatten())
        .chain([schema])
        .filter(|form| form["properties"].is_object())
        .collect();
    let required = |form: &Value, name: &str| {
        form["required"].as_array().is_some_and(|names| names.iter().any(|own| own == name))
    };
    let names =
        forms.iter().flat_map(|form| form["properties"].as_object().into_iter().flat_map(|all| all.keys()));
    names.map(|name| (name.clone(), forms.iter().all(|form| required(form, name)))).collect()
}

/// Fields of the official client that have another form here.
const ELSEWHERE: [(&str, &str, &str); 0] = [];

#[test]
fn the_inputs_are_those_of_the_official_client_and_those_that_the_page_lists() {
    let ours = ours();
    let (mut added, mut optional, mut commands) = (String::new(), String::new(), String::new());
    let (mut fields_added, mut fields_optional, mut new_commands) = (0, 0, 0);
    let mut lacking = BTreeSet::new();
    for (client, theirs) in &official() {
        let ours = &ours[client.as_str()];
        for (name, theirs) in theirs {
            let Some(ours) = ours.get(name) else {
                lacking.insert(format!("{name}: the command"));
                continue;
            };
            for (field, required) in theirs {
                let is_elsewhere = ELSEWHERE.iter().any(|(command, own, _)| command == name && own == field);
                match ours.get(field) {
                    None if !is_elsewhere => _ = lacking.insert(format!("{name}: {field}")),
                    Some(true) if !required => _ = lacking.insert(format!("{name}: {field} is required")),
                    _ => {}
                }
            }
            let list = |fields: Vec<&String>| {
                fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
            };
            let more: Vec<_> = ours.keys().filter(|field| !theirs.contains_key(*field)).collect();
            let is_relaxed = |field: &String| theirs[field] && ours.get(field) == Some(&false);
            let relaxed: Vec<_> = theirs.keys().filter(|field| is_relaxed(field)).collect();
            fields_added += more.len();
            fields_optional += relaxed.len();
            if !more.is_empty() {
                let _ = writeln!(added, "| `{name}` | {} |", list(more));
            }
            if !relaxed.is_empty() {
                let _ = writeln!(optional, "| `{name}` | {} |", list(relaxed));
            }
        }
        for name in ours.keys().filter(|name| !theirs.contains_key(*name)) {
            new_commands += 1;
            let summary = [
                cc_client::catalog::get(name).map(|command| command.summary()),
                cc_bridge::catalog::get(name).map(|command| command.summary()),
                cc_redis_http::catalog::get(name).map(|command| command.summary()),
            ];
            let summary = summary.into_iter().flatten().next().unwrap_or_default();
            let _ = writeln!(commands, "| `{name}` | {summary} |");
        }
    }
    assert_eq!(lacking, BTreeSet::new(), "the official client takes these");
    let page = format!(
        "# Beyond the JavaScript client\n\
         The commands and inputs of the official JavaScript client (version 12) are all here. This page lists the others: a test \
         of `cc-trials` holds it.\n\n\
         ## Commands that only this SDK has: {new_commands}\n\
         | command | summary |\n|---|---|\n{commands}\n\
         ## Inputs that only this SDK takes: {fields_added}\n\
         | command | inputs |\n|---|---|\n{added}\n\
         ## Inputs that are optional here, and required there: {fields_optional}\n\
         Most of them name an application where an add-on may stand instead: exactly one of the two is given.\n\n\
         | command | inputs |\n|---|---|\n{optional}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/extras.md");
    if std::env::var_os("EXTRAS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/extras.md is outdated: run this test with EXTRAS=write");
}
