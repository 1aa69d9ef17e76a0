//! Changes of the domain `changes.yaml`: what the surface and the report of a comparison say about them.

/// A change of the spec, and the line of the surface that it makes.
pub const CHANGES: [(&str, &str, &str); 63] = [
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
    (
        "description: The name., maxLength",
        "description: The name., x-essential: true, maxLength",
        "  name: string, required, maxLength 40, x-essential",
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
    ("{name: GetBoat}", "{name: GetBoat, output: void}", "  output void"),
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
