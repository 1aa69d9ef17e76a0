//! Changes of `changes.yaml` that reach every rule of `cargo xtask diff`, each as two states.

use xtask::surface::Surface;

use super::{BASE, of};
use crate::surface::{documents, surface};

/// A document with replacements, one after another.
pub fn with(replacements: &[(&str, &str)]) -> String {
    replacements.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the fixture has no {from:?}");
        text.replace(from, to)
    })
}

/// A document with other facts of a property, a parameter, an operation and so on.
pub fn facts() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let mut add = |at: &str, key: &str, one: &str, other: &str| {
        let fact = |value: &str| with(&[(at, &format!("{at}, {key}: {value}"))]);
        all.push((format!("{key} {one}"), BASE.to_owned(), fact(one)));
        all.push((format!("{key} {one} to {other}"), fact(one), fact(other)));
    };
    // The body of an error is in no code, so that it may hold what progenitor would refuse.
    let error = "{description: It is gone.";
    for key in [
        "maximum",
        "minimum",
        "maxLength",
        "minLength",
        "maxItems",
        "minItems",
        "maxProperties",
        "minProperties",
    ] {
        add(error, key, "5", "7");
    }
    for key in ["exclusiveMaximum", "exclusiveMinimum"] {
        add(error, key, "5", "7");
        add(error, key, "true", "false");
    }
    for key in ["multipleOf", "pattern", "default", "format", "uniqueItems", "additionalProperties"] {
        add(error, key, "5", "7");
    }
    for key in [
        "const",
        "contains",
        "minContains",
        "maxContains",
        "prefixItems",
        "unevaluatedItems",
        "patternProperties",
        "propertyNames",
        "unevaluatedProperties",
        "dependentRequired",
        "dependentSchemas",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "$comment",
    ] {
        add(error, key, "a", "b");
    }
    for key in ["allOf", "anyOf", "oneOf", "not", "discriminator", "if", "then", "else"] {
        add(error, key, "[1]", "[2]");
    }
    let property = "litres: {type: number, description: 'Volume of the tank, in litres.'";
    for key in ["readOnly", "writeOnly", "deprecated", "x-other", "x-left-out", "x-essential"] {
        add(property, key, "true", "false");
    }
    add(property, "xml", "{}", "{name: a}");
    for key in ["headers", "links", "x-other"] {
        add("{description: It is deleted.", key, "{a: 1}", "{a: 2}");
    }
    let parameter = "{name: harbour, in: query";
    for key in ["style", "explode", "allowReserved", "allowEmptyValue", "content", "deprecated", "x-other"] {
        add(parameter, key, "1", "2");
    }
    add("requestBody: {required: true", "x-other", "1", "2");
    all
}

/// Other changes, each with its two documents.
pub fn others() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, replacements: &[(&str, &str)]| {
        all.push((name.to_owned(), BASE.to_owned(), with(replacements)));
    };
    let paper =
        &BASE[BASE.find("  /v4/boats/{boatId}/papers").unwrap()..BASE.find("  /v4/boats/sightings").unwrap()];
    add("operation gone", &[(paper, "")]);
    let operation = "operationId: stream_boats";
    for key in [
        "tags: [a]",
        "x-sunset: 2027-01-01",
        "callbacks: {}",
        "x-other: 1",
        "x-used-by: [cli]",
        "security: []",
    ] {
        add(key, &[(operation, &format!("{operation}\n      {key}"))]);
    }
    for key in ["security: []", "tags: [a]", "x-other: 1"] {
        add(key, &[("servers:", &format!("{key}\nservers:"))]);
    }
    add("servers", &[("boats.example.org", "ships.example.org")]);
    add("security schemes", &[("components:", "components:\n  securitySchemes: {key: {type: http}}")]);
    add("path names", &[("{boatId}", "{shipId}"), ("name: boatId, in: path", "name: shipId, in: path")]);
    add(
        "required header",
        &[(
            "parameters:\n      - {name: boatId, in: path, required: true, description: The boat., schema: {type: string}}\n      - {name: harbour",
            "parameters:\n      - {name: boatId, in: path, required: true, description: The boat., schema: {type: string}}\n      - {name: tide, in: header, required: true, description: The tide., schema: {type: string}}\n      - {name: harbour",
        )],
    );
    add(
        "optional header",
        &[(
            "      - {name: size",
            "      - {name: tide, in: header, description: The tide., schema: {type: string}}\n      - {name: size",
        )],
    );
    add(
        "optional query",
        &[(
            "      - {name: size",
            "      - {name: tide, in: query, description: The tide., schema: {type: string}}\n      - {name: size",
        )],
    );
    add(
        "path parameter",
        &[
            ("/v4/boats/{boatId}/papers/{file}", "/v4/boats/{boatId}/{year}/papers/{file}"),
            (
                "      - {name: file,",
                "      - {name: year, in: path, required: true, description: The year., schema: {type: string}}\n      - {name: file,",
            ),
        ],
    );
    add(
        "path type",
        &[(
            "name: ownerId, in: path, required: true, description: The owner., schema: {$ref: 'shared.yaml#/components/schemas/OwnerId'}",
            "name: ownerId, in: path, required: true, description: The owner., schema: {type: string}",
        )],
    );
    add("query type", &[("The harbour., schema: {type: string}", "The harbour., schema: {type: boolean}")]);
    add(
        "required order",
        &[(
            "      - {name: boatId, in: path, required: true, description: The boat., schema: {type: string}}\n      - {name: file, in: path, required: true, description: The file., schema: {type: string}}",
            "      - {name: file, in: path, required: true, description: The file., schema: {type: string}}\n      - {name: boatId, in: path, required: true, description: The boat., schema: {type: string}}",
        )],
    );
    add(
        "optional order",
        &[(
            "      - {name: tag, in: query, description: Tags., schema: {type: array, items: {type: string}}}\n      - {name: state, in: query, description: The state., schema: {type: string}}",
            "      - {name: state, in: query, description: The state., schema: {type: string}}\n      - {name: tag, in: query, description: Tags., schema: {type: array, items: {type: string}}}",
        )],
    );
    add(
        "optional body media",
        &[(
            "content: {application/json: {schema: {$ref: '#/components/schemas/BoatCreation'}}}",
            "content: {application/json: {schema: {$ref: '#/components/schemas/BoatCreation'}}, text/plain: {schema: {type: string}}}",
        )],
    );
    add(
        "body type",
        &[(
            "content: {application/json: {schema: {$ref: '#/components/schemas/BoatCreation'}}}",
            "content: {application/json: {schema: {$ref: '#/components/schemas/Boat'}}}",
        )],
    );
    add(
        "no body",
        &[(
            "      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/BoatCreation'}}}}\n",
            "",
        )],
    );
    add(
        "more statuses",
        &[
            (
                "'201': {description: The boat.,",
                "'202': {description: Later.}\n        '201': {description: The boat.,",
            ),
            (
                "'404': {$ref: 'shared.yaml#/components/responses/NotFound'}\n",
                "'409': {description: It is away.}\n",
            ),
        ],
    );
    add(
        "second media",
        &[(
            "{text/plain: {schema: {type: string}}}",
            "{text/plain: {schema: {type: string}}, text/html: {schema: {type: string}}}",
        )],
    );
    add(
        "call instead of stream",
        &[
            ("text/event-stream", "application/json"),
            ("- {name: FollowBoat, kind: stream", "- {name: FollowBoat, kind: url"),
        ],
    );
    add(
        "alias",
        &[(
            "Tags: {type: array, description: Tags., items: {type: string}}",
            "Tags: {type: array, description: Tags., items: {type: number}}",
        )],
    );
    add(
        "kind",
        &[(
            "    BoatKind: {type: string, description: What kind of boat., enum: [SAIL, MOTOR], x-values: {SAIL: It sails.}}",
            "    BoatKind: {type: array, description: Kinds., items: {type: string}}",
        )],
    );
    add(
        "struct keys",
        &[(
            "description: A boat.\n",
            "description: A boat.\n      additionalProperties: false\n      maxProperties: 9\n      minProperties: 1\n      x-other: 1\n",
        )],
    );
    add(
        "open map",
        &[(
            "watts: {type: integer, format: int64, description: 'Power, in watts.'}",
            "watts: {type: integer, format: int64, description: 'Power, in watts.', additionalProperties: false}",
        )],
    );
    add(
        "null element",
        &[("items: {type: string}}\n        role", "items: {type: string, nullable: true}}\n        role")],
    );
    add("unused body", &[("{$ref: '#/components/schemas/BoatCreation'}", "{type: string}")]);
    add(
        "required answer",
        &[
            ("kind, engine, seen]", "kind, engine, seen, flag]"),
            (
                "        seen: {$ref",
                "        flag: {type: string, description: The flag.}\n        seen: {$ref",
            ),
        ],
    );
    add(
        "required body",
        &[(
            "required: [name, kind, engine]\n      properties:\n",
            "required: [name, kind, engine, flag]\n      properties:\n        flag: {type: string, description: The flag.}\n",
        )],
    );
    add("renamed on the wire", &[("watts: {", "Watts: {")]);
    add(
        "field order",
        &[(
            "        seen: {$ref: 'shared.yaml#/components/schemas/Timestamp'}\n        berth: {type: string, description: The berth., nullable: true}\n",
            "        berth: {type: string, description: The berth., nullable: true}\n        seen: {$ref: 'shared.yaml#/components/schemas/Timestamp'}\n",
        )],
    );
    add(
        "argument order",
        &[(
            "        name: {type: string, description: The name., minLength: 1}\n        kind: {$ref: '#/components/schemas/BoatKind'}\n",
            "        kind: {$ref: '#/components/schemas/BoatKind'}\n        name: {type: string, description: The name., minLength: 1}\n",
        )],
    );
    add("values order", &[("[SAIL, MOTOR]", "[MOTOR, SAIL]")]);
    add("value", &[("[SAIL, MOTOR]", "[SAIL, motor]")]);
    add(
        "variant order",
        &[(
            "{DIESEL: '#/components/schemas/Diesel', ELECTRIC: '#/components/schemas/Electric'}",
            "{ELECTRIC: '#/components/schemas/Electric', DIESEL: '#/components/schemas/Diesel'}",
        )],
    );
    add("variant value", &[("ELECTRIC: '", "electric: '"), ("enum: [ELECTRIC]", "enum: [electric]")]);
    add(
        "variant name",
        &[
            ("{propertyName: fuel, mapping", "{propertyName: fuel, mapping"),
            ("description: What drives it.", "description: What drives it.\n      x-names: {DIESEL: Oil}"),
        ],
    );
    add(
        "variant type",
        &[
            ("ELECTRIC: '#/components/schemas/Electric'", "ELECTRIC: '#/components/schemas/Diesel'"),
            ("enum: [DIESEL]", "enum: [DIESEL, ELECTRIC]"),
            (
                "      required: [fuel]\n      properties:\n        fuel: {type: string, enum: [ELECTRIC]}\n",
                "      properties:\n",
            ),
        ],
    );
    add("variant type", &[("Electric'", "Battery'"), ("    Electric:", "    Battery:")]);
    add(
        "third variant",
        &[
            (
                "ELECTRIC: '#/components/schemas/Electric'",
                "ELECTRIC: '#/components/schemas/Electric', WIND: '#/components/schemas/Sighting'",
            ),
            (
                "{$ref: '#/components/schemas/Electric'}]",
                "{$ref: '#/components/schemas/Electric'}, {$ref: '#/components/schemas/Sighting'}]",
            ),
        ],
    );
    let input = "    berth: {type: string, required: true, description: Name of the berth.}\n";
    add("input gone", &[(input, "")]);
    add("input required", &[("patience: {type: seconds,", "patience: {type: seconds, required: true,")]);
    add(
        "input added",
        &[(
            input,
            "    berth: {type: string, required: true, description: Name of the berth.}\n    tide: {type: string, description: The tide.}\n",
        )],
    );
    add(
        "required input added",
        &[(
            input,
            "    berth: {type: string, required: true, description: Name of the berth.}\n    tide: {type: string, required: true, description: The tide.}\n",
        )],
    );
    add(
        "input order",
        &[
            ("    boatId: {type: string, required: true, description: Id of the boat.}\n", ""),
            (
                input,
                "    berth: {type: string, required: true, description: Name of the berth.}\n    boatId: {type: string, required: true, description: Id of the boat.}\n",
            ),
        ],
    );
    add(
        "optional input order",
        &[("    patience:", "    a: {type: string, description: An input.}\n    patience:")],
    );
    all.push((
        "optional inputs in another order".to_owned(),
        with(&[("    patience:", "    a: {type: string, description: An input.}\n    patience:")]),
        with(&[(
            "description: Time to wait at most.}",
            "description: Time to wait at most.}\n    a: {type: string, description: An input.}",
        )]),
    ));
    let mut add = |name: &str, replacements: &[(&str, &str)]| {
        all.push((name.to_owned(), BASE.to_owned(), with(replacements)));
    };
    add(
        "target",
        &[(
            "fields: {length: query.size}, constants: {query.state: dry}",
            "fields: {length: query.state}, constants: {query.size: 1}",
        )],
    );
    add(
        "by hand",
        &[
            ("x-command: {name: GetBoat}", "x-note: Its command is by hand."),
            (
                "x-commands:\n",
                "x-commands:\n- {name: GetBoat, summary: Reads a boat., fields: {boatId: {type: string, required: true, description: The boat.}}, output: Boat, operations: [get_boat], run: hand}\n",
            ),
        ],
    );
    add(
        "constructors",
        &[(
            "  output: boats.Boat\n  operations",
            "  constructors: {to: [boatId, berth]}\n  output: boats.Boat\n  operations",
        )],
    );
    all.push((
        "other constructors".to_owned(),
        with(&[(
            "  output: boats.Boat\n  operations",
            "  constructors: {to: [boatId, berth]}\n  output: boats.Boat\n  operations",
        )]),
        with(&[(
            "  output: boats.Boat\n  operations",
            "  constructors: {to: [berth, boatId]}\n  output: boats.Boat\n  operations",
        )]),
    ));
    let constructors = |taken: &str| {
        with(&[(
            "  output: boats.Boat\n  operations",
            &format!("  constructors: {{to: [{taken}]}}\n  output: boats.Boat\n  operations"),
        )])
    };
    let (two, three) = (constructors("boatId, berth"), constructors("boatId, berth, patience"));
    all.push(("an input without a setter".to_owned(), two, three));
    all.push((
        "a command without a default".to_owned(),
        BASE.to_owned(),
        with(&[(
            "summary: Follows the boats., output",
            "summary: Follows the boats., fields: {tide: {type: string, required: true, description: The tide.}}, output",
        )]),
    ));
    let secured = |value: &str| {
        with(&[(
            "operationId: stream_boats",
            &format!("operationId: stream_boats\n      security: [{value}]"),
        )])
    };
    all.push(("security".to_owned(), secured("{key: []}"), secured("{token: []}")));
    let file = "      - {name: file,";
    let with_year = |place: &str, rest: &str, name: &str, ty: &str| {
        let year = format!(
            "      - {{name: {name}, in: {place}{rest}, description: The year., schema: {{type: {ty}}}}}\n{file}"
        );
        let route = if place == "path" {
            "/v4/boats/{boatId}/{year}/papers/{file}"
        } else {
            "/v4/boats/{boatId}/papers/{file}"
        };
        with(&[("/v4/boats/{boatId}/papers/{file}", route), (file, &year)])
    };
    let required = ", required: true";
    for place in ["query", "header"] {
        let base = with_year(place, required, "year", "string");
        all.push((format!("{place} to path"), base.clone(), with_year("path", required, "year", "string")));
        all.push((format!("optional {place}"), base.clone(), with_year(place, "", "year", "string")));
        all.push((
            format!("other type in {place}"),
            base.clone(),
            with_year(place, required, "year", "boolean"),
        ));
        all.push((format!("other name in {place}"), base, with_year(place, required, "Year", "string")));
    }
    let mut add = |name: &str, replacements: &[(&str, &str)]| {
        all.push((name.to_owned(), BASE.to_owned(), with(replacements)));
    };
    add("struct by hand", &[("  clean-up: 10\n", "  clean-up: 10\n  input: hand\n")]);
    for key in [
        "sent-empty: [tags]",
        "owner: applicationId",
        "addon: {boatId: RESOURCE}",
        "reread: get_boat",
        "teaches: true",
        "domain: harbours",
        "cli: [boats]",
        "x-other: 1",
    ] {
        add(key, &[("{name: DeleteBoat,", &format!("{{name: DeleteBoat, {key},"))]);
    }
    for (from, to) in [
        ("The boats of a harbour.", "Boats."),
        ("summary: Reads a boat.", "summary: Gets a boat."),
        ("x-source: [docs]", "x-source: [cli]"),
        ("description: The harbour.", "description: Its harbour."),
        ("description: It is deleted.", "description: It is away."),
        ("description: A boat.", "description: One boat."),
        ("description: 'Power, in watts.'", "description: Power in watts."),
        ("SAIL: It sails.", "SAIL: It has sails."),
        ("Moves a boat to another berth.", "Moves a boat."),
        ("Name of the berth.", "The berth."),
    ] {
        add(from, &[(from, to)]);
    }
    all
}

/// Comparisons of several domains.
pub fn of_domains() -> Vec<(&'static str, Surface, Surface)> {
    let harbours =
        "openapi: 3.0.3\ninfo: {title: Harbours, version: 0.1.0, description: Harbours.}\n".to_owned();
    let base = BASE.to_owned();
    let both =
        |boats: &String, harbours: &String| surface(&documents([("boats", boats), ("harbours", harbours)]));
    let before = || both(&base, &harbours);
    let declared = &base[base.find("x-commands").unwrap()..base.find("paths:").unwrap()];
    let stream = &base[base.find("  /v4/boats/sightings:").unwrap()..base.find("components:").unwrap()];
    let sighting = &base[base.find("    Sighting:").unwrap()..];
    let moved_command = both(&base.replace(declared, ""), &format!("{harbours}{declared}"));
    let moved = both(
        &base.replace(stream, "").replace(sighting, "").replace("boats.Sighting", "harbours.Sighting"),
        &format!("{harbours}paths:\n{stream}components:\n  schemas:\n{sighting}"),
    );
    // `OauthRights` is a shared schema of the real spec.
    let uses_shared = |text: &str| {
        text.replace(
            "tags: {$ref: '#/components/schemas/Tags'}",
            "tags: {$ref: 'shared.yaml#/components/schemas/OauthRights'}",
        )
    };
    let own = "    OauthRights: {type: object, description: Rights., properties: {almighty: {type: boolean, description: All rights.}}}\n";
    let own = base
        .replace(
            "tags: {$ref: '#/components/schemas/Tags'}",
            "tags: {$ref: '#/components/schemas/OauthRights'}",
        )
        .replace("    Tags:", &format!("{own}    Tags:"));
    vec![
        ("a domain is new", of(&base), before()),
        ("a command moves", before(), moved_command),
        ("an operation and a type move", before(), moved),
        ("a domain uses one more shared type", before(), both(&uses_shared(&base), &harbours)),
        ("a type becomes shared", both(&own, &harbours), both(&uses_shared(&base), &harbours)),
    ]
}
