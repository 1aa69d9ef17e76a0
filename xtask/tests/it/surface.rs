//! The text of the surface: every fact that callers notice is in it.

use xtask::spec::node::parse;
use xtask::spec::{Documents, check};
use xtask::surface::Surface;

/// The domain of `changes.yaml` with one text in the place of another, at all its places.
pub fn changed(from: &str, to: &str) -> Documents {
    let text = include_str!("../fixtures/changes.yaml");
    assert!(text.contains(from), "the fixture has no {from:?}");
    documents([("boats", &text.replace(from, to))])
}

pub fn documents<'a>(domains: impl IntoIterator<Item = (&'a str, &'a String)>) -> Documents {
    let shared = include_str!("../../../spec/shared.yaml");
    let domains = domains.into_iter().map(|(name, text)| (name.to_owned(), parse(text).unwrap()));
    Documents::new(domains.collect(), parse(shared).unwrap())
}

pub fn surface(documents: &Documents) -> Surface {
    Surface::of_documents(documents).unwrap()
}

fn text(documents: &Documents) -> String {
    surface(documents).domains["boats"].to_string()
}

#[test]
fn the_surface_has_an_entry_for_each_subject_and_a_line_for_each_fact() {
    let documents = changed("Boats", "Boats");
    assert_eq!(check::check(&documents), []);
    insta::assert_snapshot!(text(&documents));
}

/// A change of the spec, and the line of the surface that it makes.
const CHANGES: [(&str, &str, &str); 62] = [
    // Operations
    ("operationId: get_paper", "operationId: read_paper", "operation read_paper"),
    ("    put:\n", "    patch:\n", "  route PATCH /v4/boats/{boatId}"),
    ("/v4/boats/sightings:", "/v4/sightings:", "  route GET /v4/sightings"),
    ("GET /v2/boats", "GET /v2/ships", "  alias GET /v2/ships"),
    ("x-wildcard: true", "x-note: One segment.", "-  x-wildcard"),
    ("x-heartbeat-ms: 2000", "x-heartbeat-ms: 5000", "  x-heartbeat-ms 5000"),
    ("The boat has sunk.", "The boat is away.", "  x-not-found The boat is away."),
    ("deprecated: true\n      x-successor: update_boat", "x-one-shot: true", "  x-one-shot"),
    ("deprecated: true\n      x-successor: update_boat", "deprecated: true", "-  successor update_boat"),
    ("operationId: create_boat", "operationId: create_boat\n      x-idempotent: true", "  x-idempotent"),
    ("operationId: create_boat", "operationId: create_boat\n      x-always-answered: true", "  output Boat"),
    ("operationId: create_boat", "operationId: create_boat\n      tags: [ships]", "  tags ships"),
    (
        "operationId: create_boat",
        "operationId: create_boat\n      security: [{key: []}]",
        "  security [{\"key\":[]}]",
    ),
    // Parameters
    ("name: harbour, in: query", "name: harbour, in: header", "  header harbour: string, required"),
    ("name: harbour, in: query", "name: port, in: query", "  query port: string, required"),
    ("harbour, in: query, required: true", "harbour, in: query", "  query harbour: string?"),
    ("size, in: query", "size, in: query, required: true", "  query size: i64, required, maximum 90"),
    (
        "size, in: query",
        "size, in: query, style: spaceDelimited",
        "  query size: i64?, maximum 90, style spaceDelimited",
    ),
    ("maximum: 90", "maximum: 80", "  query size: i64?, maximum 80"),
    ("integer, format: int64, maximum: 90", "string", "  query size: string?"),
    ("name: tag, in: query", "name: tags, in: query", "  query tags: [string]?"),
    // Bodies and answers
    (
        "requestBody: {required: true, content: {application/json: ",
        "requestBody: {required: true, content: {application/x-www-form-urlencoded: ",
        "  body application/x-www-form-urlencoded: BoatCreation, required",
    ),
    (
        "requestBody: {required: true, content",
        "requestBody: {content",
        "  body application/json: BoatCreation",
    ),
    ("'201': {description", "'202': {description", "  answer 202 application/json: Boat"),
    (
        "text/plain: {schema: {type: string}}",
        "application/octet-stream: {schema: {type: string, format: binary}}",
        "  answer 200 application/octet-stream: string(binary)",
    ),
    (
        "{$ref: 'shared.yaml#/components/responses/NotFound'}",
        "{description: It is not there.}",
        "  answer 404",
    ),
    (
        "type: array, items: {$ref: '#/components/schemas/Boat'}",
        "$ref: '#/components/schemas/Boat'",
        "  output Boat",
    ),
    // Structs
    ("berth: {type: string, description: The berth., nullable: true}", "", "-  berth: string?, nullable"),
    ("description: The berth., nullable: true", "description: The berth.", "  berth: string?"),
    ("description: The berth., x-tri-state: true", "description: The berth.", "  berth: string?"),
    ("crew: {", "sailors: {", "  sailors: i64?"),
    ("crew: {type: integer, format: int64", "crew: {type: integer, format: int32", "  crew: i32?"),
    ("kind, engine, seen]", "kind, engine]", "  seen: Timestamp?"),
    ("required: [name, kind, engine]", "required: [name, kind, engine, crew]", "  crew: i64, required"),
    ("maxLength: 40", "maxLength: 50", "  name: string, required, maxLength 50"),
    (
        "description: The name., minLength: 1",
        "description: The name., pattern: a+",
        "  name: string, required, pattern a+",
    ),
    (
        "items: {type: string}}\n        role",
        "items: {type: string, maxLength: 9}}\n        role",
        "  tags: [string], items/maxLength 9",
    ),
    (
        "description: The tags.,",
        "description: The tags., uniqueItems: true,",
        "  tags: [string], uniqueItems",
    ),
    (
        "description: The id.",
        "description: The id., x-essential: true",
        "  id: string, required, x-essential",
    ),
    ("description: The id.", "description: The id., format: uuid", "  id: string, required, format uuid"),
    ("description: The id.", "description: The id., default: x", "  id: string, required, default x"),
    (
        "description: A boat.",
        "description: A boat.\n      additionalProperties: false",
        "  additionalProperties false",
    ),
    (
        "seen: {$ref: 'shared.yaml#/components/schemas/Timestamp'}",
        "seen: {$ref: 'shared.yaml#/components/schemas/Timestamp', x-essential: true}",
        "-  has Default",
    ),
    ("Sighting", "Spotting", "struct Spotting"),
    // Enums, unions, aliases
    ("[SAIL, MOTOR]", "[SAIL, MOTOR, ROWS]", "  Rows = ROWS"),
    ("[SAIL, MOTOR]", "[SAIL]", "-  Motor = MOTOR"),
    ("[SAIL, MOTOR]", "[SAIL, MOTOR], x-names: {MOTOR: Engine}", "  Engine = MOTOR"),
    ("DIESEL", "OIL", "  Oil(Diesel) = OIL"),
    (
        "ELECTRIC: '#/components/schemas/Electric'",
        "ELECTRIC: '#/components/schemas/Electric', HYBRID: '#/components/schemas/Electric'",
        "  Hybrid(Electric) = HYBRID, without From",
    ),
    ("fuel", "power", "union Engine by power"),
    (
        "Tags: {type: array, description: Tags., items: {type: string}}",
        "Tags: {type: array, description: Tags., items: {type: number}}",
        "alias Tags = [f64]",
    ),
    (
        "role: {$ref: 'shared.yaml#/components/schemas/OrganisationRole'}",
        "role: {type: string, description: The role.}",
        "-shared OrganisationRole",
    ),
    // Commands
    ("name: ListBoat,", "name: ListShip,", "command ListShip"),
    ("{length: query.size}", "{metres: query.size}", "  input metres: i64?, sent as query.size"),
    ("{query.state: dry}", "{query.state: wet}", "  constants query.state wet"),
    ("sort: name}", "sort: -name}", "  sort -name"),
    ("{name: GetBoat}", "{name: GetBoat, empty: 'null'}", "  output Boat?"),
    (
        "{name: DeleteBoat, output: void}",
        "{name: DeleteBoat, output: void, effect: additive}",
        "  effect additive idempotent",
    ),
    ("output: boats.Boat\n", "output: [boats.Boat]\n", "  output [boats.Boat]"),
    (
        "berth: {type: string, required: true, description: Name of the berth.}",
        "berth: {type: [string], required: true, description: Name of the berth.}",
        "  input berth: [string], required",
    ),
    ("operations: [get_boat, update_boat]", "operations: [update_boat]", "-  calls get_boat"),
    ("clean-up: 10", "clean-up: 20", "  clean-up 20"),
];

#[test]
fn every_change_that_callers_notice_changes_a_line_of_its_own() {
    let before = text(&changed("Boats", "Boats"));
    let mut missed = Vec::new();
    for (from, to, line) in CHANGES {
        let after = text(&changed(from, to));
        let (gone, text) = match line.strip_prefix('-') {
            Some(line) => (line, &before),
            None => (line, &after),
        };
        let other = if std::ptr::eq(text, &before) { &after } else { &before };
        let count = |text: &str| text.lines().filter(|found| *found == gone).count();
        if count(text) <= count(other) {
            missed.push(format!("{from:?} to {to:?}: no line {line:?}"));
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[test]
fn a_command_that_moves_to_another_domain_leaves_one_surface_and_joins_the_other() {
    let base = include_str!("../fixtures/changes.yaml").to_owned();
    let declared = &base[base.find("x-commands").unwrap()..base.find("paths:").unwrap()];
    let other =
        "openapi: 3.0.3\ninfo: {title: Harbours, version: 0.1.0, description: Harbours.}\n".to_owned();
    let (left, joined) = (base.replace(declared, ""), format!("{other}{declared}"));
    let before = surface(&documents([("boats", &base), ("harbours", &other)]));
    let after = surface(&documents([("boats", &left), ("harbours", &joined)]));
    let has =
        |surface: &Surface, domain: &str| surface.domains[domain].to_string().contains("command MoveBoat");
    assert!(has(&before, "boats") && !has(&before, "harbours"));
    assert!(!has(&after, "boats") && has(&after, "harbours"));
    assert!(after.domains["harbours"].to_string().starts_with("enables boats\n"));
}

#[test]
fn the_value_is_json_with_everything_that_the_text_has() {
    let surface = surface(&changed("Boats", "Boats"));
    let json = serde_json::to_value(&surface).unwrap();
    let boats = &json["domains"]["boats"];
    assert_eq!(boats["crate"], "cc-api-boats");
    assert_eq!(boats["operations"]["list_boats"]["inputs"][1]["others"]["maximum"], 90);
    assert_eq!(boats["types"]["Boat"]["kind"], "struct");
    assert_eq!(boats["types"]["BoatKind"]["values"][0]["docs"]["x-values"], "It sails.");
    assert_eq!(boats["commands"]["ListBoat"]["inputs"][1]["target"], "query.size");
}
