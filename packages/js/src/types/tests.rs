//! Schemas of one construct each, and what becomes of them.

use proptest::prelude::*;
use schemars::{JsonSchema, schema_for};
use serde_json::json;

use super::*;

fn signature(name: &str, input: Value, output: Value) -> Signature {
    Signature {
        name: name.to_owned(),
        domain: "load-balancer".to_owned(),
        is_stream: name.starts_with("Stream"),
        description: format!("Runs `{name}`."),
        input,
        output,
    }
}

/// The type of the property `value` of an output.
fn of_output(schema: Value) -> Result<String, String> {
    of(json!({}), schema)
}

/// The type of the property `value` of an input.
fn of_input(schema: Value) -> Result<String, String> {
    of(schema, json!(null))
}

fn of(input: Value, output: Value) -> Result<String, String> {
    let object = |schema: Value| json!({ "title": "Thing", "type": "object", "properties": { "value": schema }, "required": ["value"] });
    let is_input = output.is_null();
    let none = json!({ "title": "A", "type": "object", "properties": {} });
    let signature =
        if is_input { signature("A", object(input), none) } else { signature("A", none, object(output)) };
    let text = declare(&[signature])?;
    let name = if is_input { "export interface AInput {\n" } else { "export interface Thing {\n" };
    let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("{text}"));
    let (body, _) = rest.split_once("\n}\n").unwrap();
    Ok(body.trim().trim_start_matches("value: ").trim_end_matches(';').to_owned())
}

#[test]
fn each_construct_has_its_type() {
    let tag = |tag: &str| json!({ "type": "object", "properties": { "type": { "const": tag } }, "required": ["type"] });
    let unknown = json!({ "type": "object", "properties": { "type": { "type": "string", "not": { "enum": ["a"] } } }, "required": ["type"] });
    for (schema, input, output) in [
        (json!({ "type": "string", "minLength": 1, "pattern": "x" }), "string", "string"),
        (json!({ "type": ["string", "null"] }), "string | null", "string | null"),
        (json!({ "type": "integer", "format": "int64" }), "number | bigint", "number"),
        (json!({ "type": "integer", "format": "int32" }), "number", "number"),
        (
            json!({ "type": ["string", "integer", "null"], "format": "date-time" }),
            "string | Date | number | null",
            "string | number | null",
        ),
        (json!({ "type": ["number", "string"], "format": "decimal" }), "number | string", "number | string"),
        (
            json!({ "type": "string", "examples": ["a", "it's"] }),
            "'a' | 'it\\'s' | (string & {})",
            "'a' | 'it\\'s' | (string & {})",
        ),
        (json!({ "enum": ["a", 1, null] }), "'a' | 1 | null", "'a' | 1 | null"),
        (
            json!({ "oneOf": [{ "type": "string", "const": "a" }, { "const": "b" }] }),
            "'a' | 'b'",
            "'a' | 'b'",
        ),
        (json!({ "anyOf": [{ "type": "null" }, { "type": "boolean" }] }), "boolean | null", "boolean | null"),
        (
            json!({ "type": "array", "items": { "type": ["string", "null"] } }),
            "(string | null)[]",
            "(string | null)[]",
        ),
        (
            json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
            "Record<string, number>",
            "Record<string, number>",
        ),
        (
            json!({ "type": "object", "additionalProperties": false, "patternProperties": { "^\\d$": { "type": "integer" } } }),
            "Record<string, number>",
            "Record<string, number>",
        ),
        (
            json!({ "type": "object", "properties": {}, "additionalProperties": false }),
            "Record<string, never>",
            "Record<string, never>",
        ),
        (
            json!({ "type": ["object", "null"], "additionalProperties": true }),
            "Record<string, Json> | null",
            "Record<string, Json> | null",
        ),
        (json!(true), "Json", "Json"),
        (
            json!({ "anyOf": [tag("a"), unknown] }),
            "{\n    type: 'a';\n  }",
            "{\n    type: 'a';\n  } | {\n    type: UnknownTag;\n  }",
        ),
        (
            json!({ "type": "object", "properties": { "a-b": { "type": "null" }, "c": { "const": 1 } }, "required": ["c"] }),
            "{\n    \"a-b\"?: null;\n    c: 1;\n  }",
            "{\n    \"a-b\"?: null;\n    c: 1;\n  }",
        ),
    ] {
        assert_eq!(of_input(schema.clone()).as_deref(), Ok(input), "{schema}");
        assert_eq!(of_output(schema.clone()).as_deref(), Ok(output), "{schema}");
    }
}

#[test]
fn a_schema_that_is_not_known_is_an_error_with_its_place() {
    for schema in [
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "strnig" }),
        json!({ "allOf": [{ "type": "string" }] }),
        json!({ "type": "array", "prefixItems": [{ "type": "string" }] }),
        json!({ "type": "object", "unevaluatedProperties": false, "properties": {} }),
        json!({ "$ref": "https://example.com" }),
        json!({ "$ref": "#/$defs/Missing" }),
        json!({ "anyOf": [] }),
        json!({ "enum": [] }),
        json!({ "const": {} }),
        json!(false),
        json!({ "if": { "properties": { "type": { "const": "a" } } }, "then": { "required": ["b"] } }),
        json!({ "type": "object", "properties": { "a": true }, "additionalProperties": { "type": "string" } }),
    ] {
        let error = of_output(json!({ "type": "array", "items": schema })).unwrap_err();
        assert!(error.contains("output of A"), "{schema}: {error}");
    }
}

/// A tree, whose nodes are trees.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Tree {
    /// The nodes. `*/` ends no comment.
    nodes: Vec<Tree>,
    kind: Option<Kind>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code)]
enum Kind {
    /// It bears fruit.
    Fruit,
    /// It does not.
    WithoutFruit,
}

#[test]
fn a_small_catalogue_is_as_in_the_snapshot() {
    let input = json!({
        "title": "GetTree", "type": "object", "additionalProperties": false,
        "properties": { "kind": { "description": "Kind of the tree.", "anyOf": [{ "$ref": "#/$defs/Kind" }, { "type": "null" }] } },
        "$defs": { "Kind": { "type": "string", "examples": ["oak"] } },
    });
    let update = json!({
        "title": "UpdateTree", "type": "object", "additionalProperties": false, "required": ["type"],
        "properties": { "type": { "type": "string", "enum": ["cut", "water"] }, "height": { "type": "number" }, "litres": { "type": "number" } },
        "if": { "properties": { "type": { "const": "cut" } } },
        "then": { "properties": { "litres": false }, "required": ["height"] },
        "else": {
            "if": { "properties": { "type": { "const": "water" } } },
            "then": { "properties": { "height": false }, "required": ["litres"] },
        },
    });
    let none =
        json!({ "title": "StreamTree", "type": "object", "properties": {}, "additionalProperties": false });
    let other = json!({
        "title": "Array_of_Node", "type": "array", "items": { "$ref": "#/$defs/Node" },
        "$defs": { "Node": { "$ref": "#/$defs/Kind" }, "Kind": { "type": "integer" } },
    });
    let commands = [
        signature("GetTree", input, schema_for!(Tree).to_value()),
        signature("ListTree", none.clone(), schema_for!(Vec<Tree>).to_value()),
        signature("StreamTree", none, other),
        signature("UpdateTree", update, json!({ "title": "null", "type": "null" })),
    ];
    insta::assert_snapshot!(declare(&commands).unwrap());
}

/// Schemas of all kinds that the converter knows, and some that it does not.
fn schemas() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(json!({ "type": "string" })),
        Just(json!({ "type": "integer", "format": "int64" })),
        Just(json!({ "type": ["boolean", "null"] })),
        Just(json!({ "$ref": "#/$defs/Tree" })),
        Just(json!({ "$ref": "#/$defs/Missing" })),
        "(?s:.){0,8}".prop_map(|text| json!({ "const": text })),
        "(?s:.){0,8}".prop_map(|text| json!({ "type": "string", "examples": [text] })),
        "[a-z]{0,8}".prop_map(|keyword| json!({ keyword: {} })),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            inner.clone().prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| json!({ "anyOf": all })),
            prop::collection::btree_map("(?s:.){0,6}", (inner, "(?s:.){0,20}"), 0..4).prop_map(|all| {
                let properties: serde_json::Map<String, Value> = all
                    .into_iter()
                    .map(|(name, (mut schema, text))| {
                        schema["description"] = format!("{text}*/{text}").into();
                        (name, schema)
                    })
                    .collect();
                json!({ "type": "object", "properties": properties })
            }),
        ]
    })
}

/// The text without its comments and strings.
///
/// # Errors
/// A comment, a string or a bracket that is not closed.
fn code(text: &str) -> Result<String, &'static str> {
    let mut code = String::new();
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '/' if rest.starts_with('*') => {
                rest = rest[1..].split_once("*/").ok_or("a comment is not closed")?.1;
            }
            '/' if rest.starts_with('/') => rest = rest.split_once('\n').map_or("", |(_, rest)| rest),
            '\'' | '"' => {
                let mut is_escaped = false;
                let end = rest.find(|part| {
                    let is_end = part == c && !is_escaped;
                    is_escaped = part == '\\' && !is_escaped;
                    is_end
                });
                let string = &rest[..end.ok_or("a string is not closed")?];
                if string.contains(['\n', '\r']) {
                    return Err("a string has two lines");
                }
                rest = &rest[string.len() + 1..];
            }
            '{' | '[' | '(' => open.push(c),
            '}' | ']' | ')' => {
                let is_closed = open
                    .pop()
                    .is_some_and(|begin| matches!((begin, c), ('{', '}') | ('[', ']') | ('(', ')')));
                if !is_closed {
                    return Err("a bracket is not open");
                }
            }
            _ => {}
        }
        code.push(c);
    }
    if open.is_empty() { Ok(code) } else { Err("a bracket is not closed") }
}

#[test]
fn a_text_that_ends_a_comment_stays_a_string() {
    let text = of_output(json!({ "type": "object", "additionalProperties": { "const": "*/" } })).unwrap();
    assert_eq!(text, "Record<string, '*/'>");
}

proptest! {
    /// Strings and comments are closed, so that nothing of a schema becomes code.
    #[test]
    fn every_schema_is_a_type_or_an_error(schema in schemas()) {
        let tree = json!({ "type": "object", "properties": { "nodes": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } } });
        let root = json!({ "title": "Thing", "type": "object", "properties": { "value": schema }, "$defs": { "Tree": tree } });
        let none = json!({ "title": "A", "type": "object", "properties": {} });
        if let Ok(text) = declare(&[signature("A", none, root)]) {
            let code = code(&text).map_err(|problem| TestCaseError::fail(format!("{problem}: {text}")))?;
            prop_assert!(code.is_ascii(), "a part of a text is code: {}", code);
            for word in [" any", "unknown;", "undefined"] {
                let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
                prop_assert!(!code.clone().any(|line| line.ends_with(&format!(": {word};"))), "{}", text);
            }
        }
    }
}
