//! Facts of schemas: those that the type in Rust does not show, and the type on the wire.

use serde_json::{Value, json};

use super::{Docs, Others};
use crate::spec::node::{Kind, Node};

/// Keys that the type in Rust, the fields or the variants show.
const SHOWN: [&str; 17] = [
    "$ref",
    "type",
    "items",
    "properties",
    "required",
    "enum",
    "oneOf",
    "discriminator",
    "x-secret",
    "x-names",
    "x-values",
    "x-rust-type",
    "x-free-json",
    "x-tri-state",
    "x-inexact",
    "x-note",
    "externalDocs",
];

/// Keys that are documentation.
const DOCS: [&str; 5] = ["title", "summary", "description", "example", "examples"];

/// Formats that the type in Rust shows.
const FORMATS: [&str; 5] = ["date-time", "decimal", "int32", "int64", "binary"];

/// The facts of a schema beside its type, those of its elements and values included.
pub fn others(schema: &Node) -> Others {
    let mut found = Others::new();
    collect(schema, "", &mut found);
    found
}

fn collect(schema: &Node, prefix: &str, found: &mut Others) {
    for entry in schema.entries() {
        let key = entry.key.as_str();
        match key {
            _ if DOCS.contains(&key) => {}
            "items" => collect(&entry.value, &format!("{prefix}items/"), found),
            "additionalProperties" if entry.value.is_map() => {
                collect(&entry.value, &format!("{prefix}values/"), found);
            }
            "format" if entry.value.as_str().is_some_and(|format| FORMATS.contains(&format)) => {}
            // A union has no type of its own.
            "oneOf" | "discriminator" if schema.get("type").is_some() => {
                found.insert(format!("{prefix}{key}"), entry.value.to_json());
            }
            // The reason is for maintainers.
            "x-left-out" => {
                found.insert(format!("{prefix}{key}"), json!(true));
            }
            _ if SHOWN.contains(&key) || entry.value.kind == Kind::Bool(false) && key == "nullable" => {}
            _ => {
                found.insert(format!("{prefix}{key}"), entry.value.to_json());
            }
        }
    }
}

/// The documentation at a node.
pub fn docs(node: &Node) -> Docs {
    let texts = node.entries().iter().filter(|entry| DOCS.contains(&entry.key.as_str()));
    texts
        .map(|entry| {
            let text = entry.value.as_str().map(|text| text.trim().to_owned());
            (entry.key.clone(), text.unwrap_or_else(|| entry.value.to_json().to_string()))
        })
        .collect()
}

/// The type of a schema on the wire: `[Drain]`, `{string}`, `integer`.
pub fn wire(schema: &Node) -> String {
    if let Some(target) = schema.str_at("$ref") {
        return target.rsplit('/').next().unwrap_or(target).to_owned();
    }
    match (schema.get("type").map(Node::to_json), schema.get("items"), schema.get("additionalProperties")) {
        (_, Some(items), _) => format!("[{}]", wire(items)),
        (_, _, Some(values)) if values.is_map() => format!("{{{}}}", wire(values)),
        (Some(Value::String(ty)), ..) => match schema.str_at("format") {
            Some(format) => format!("{ty}({format})"),
            None => ty,
        },
        _ => "json".to_owned(),
    }
}
