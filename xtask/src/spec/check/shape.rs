//! The keys that have an effect on a schema of each shape, and at each place. Any other would be passed over in silence.

use super::super::node::{Kind, Node};
use super::operation::SOURCES;
use super::schema::Place;
use super::{Report, join};

/// Keys that any schema may have.
const ANYWHERE: [&str; 9] = [
    "description",
    "example",
    "externalDocs",
    "nullable",
    "title",
    "x-note",
    "x-rust-type",
    "x-secret",
    "x-source",
];

/// Keys that say something about a property, and nothing about any other schema.
const OF_A_PROPERTY: [&str; 3] = ["x-essential", "x-left-out", "x-tri-state"];

/// Keys of OpenAPI that a separate rule reports.
const REPORTED: [&str; 8] =
    ["allOf", "anyOf", "default", "deprecated", "not", "readOnly", "writeOnly", "xml"];

/// The shape of a schema in words, and the keys of its own. Nothing if a separate rule reports that it has none.
fn shape(schema: &Node) -> Option<(&'static str, &'static [&'static str])> {
    const NUMBER: &[&str] = &[
        "type",
        "format",
        "x-inexact",
        "maximum",
        "minimum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "multipleOf",
    ];
    if schema.get("$ref").is_some() {
        return Some(("a reference", &["$ref"]));
    }
    if schema.get("oneOf").is_some() {
        return Some(("a union", &["oneOf", "discriminator", "x-names"]));
    }
    match schema.str_at("type") {
        Some("string") if schema.get("enum").is_some() => {
            Some(("an enum", &["type", "enum", "x-names", "x-values"]))
        }
        Some("string") => Some(("a string", &["type", "format", "maxLength", "minLength", "pattern"])),
        Some("integer") => Some(("an integer", NUMBER)),
        Some("number") => Some(("a number", NUMBER)),
        Some("boolean") => Some(("a boolean", &["type"])),
        Some("array") => Some(("an array", &["type", "items", "maxItems", "minItems", "uniqueItems"])),
        Some("object") => Some((
            "an object",
            &["type", "properties", "required", "additionalProperties", "maxProperties", "minProperties"],
        )),
        Some(_) => None,
        None => schema.get("x-free-json").map(|_| ("free JSON", &["x-free-json"][..])),
    }
}

pub fn check(report: &mut Report<'_>, schema: &Node, pointer: &str, place: Place) {
    if let Some((what, own)) = shape(schema) {
        for entry in schema.entries() {
            let key = entry.key.as_str();
            let known = [&ANYWHERE[..], &OF_A_PROPERTY, &REPORTED, own].concat();
            // A separate rule reports unknown keys.
            if !known.contains(&key) && super::keys::SCHEMA.has(key) {
                let message = format!("`{key}` has no effect on {what}");
                report.add(entry.line, "no-effect", &join(pointer, key), message);
            }
        }
    }
    // The name of a property stands before this schema.
    let is_property = pointer.rsplit('/').nth(1) == Some("properties");
    for entry in schema.entries().iter().filter(|entry| OF_A_PROPERTY.contains(&entry.key.as_str())) {
        if !is_property {
            let message = format!("`{}` has no effect here: mark a property with it", entry.key);
            report.add(entry.line, "no-effect", &join(pointer, &entry.key), message);
        }
    }
    if let Some(secret) = schema.get("x-secret").filter(|_| place == Place::Component) {
        let message = "`x-secret` has no effect on a named schema: mark the properties, parameters or answers that hold it";
        report.add(secret.line, "no-effect", &join(pointer, "x-secret"), message);
    }
    for key in ["x-free-json", "x-left-out"] {
        if let Some(reason) = schema.get(key)
            && reason.as_str().is_some_and(|reason| reason.trim().is_empty())
        {
            report.add(reason.line, "value", &join(pointer, key), format!("`{key}` must be a reason"));
        }
    }
    for source in schema.strings_at("x-source") {
        if !SOURCES.iter().any(|(known, _)| *known == source) {
            let message = format!("unknown source `{source}` (docs/spec.md lists them)");
            report.add(schema.line, "source", &join(pointer, "x-source"), message);
        }
    }
    format(report, schema, pointer);
    values(report, schema, pointer);
}

/// A format beside a string says how a number is written.
fn format(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    let Some(format) = schema.get("format").filter(|_| schema.str_at("type") == Some("number")) else {
        return;
    };
    if !matches!(format.as_str(), Some("decimal" | "float" | "double")) {
        let message =
            "the format of a number is `decimal`, or `double`, `float` or absent for a 64-bit float";
        report.add(format.line, "no-effect", &join(pointer, "format"), message);
    }
}

/// `x-values` documents values of its enum.
fn values(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    let Some(values) = schema.get("enum") else { return };
    for entry in schema.get("x-values").map(Node::entries).unwrap_or_default() {
        let pointer = join(&join(pointer, "x-values"), &entry.key);
        if !values.items().iter().any(|value| value.as_str() == Some(&entry.key)) {
            let message = format!("`x-values` documents `{}`, which is not a value of the enum", entry.key);
            report.add(entry.line, "enum", &pointer, message);
        }
        let is_sentence = matches!(&entry.value.kind, Kind::String(text) if text.trim_end().ends_with('.'));
        if !is_sentence {
            let message = format!("the documentation of `{}` must end with a full stop", entry.key);
            report.add(entry.line, "enum", &pointer, message);
        }
    }
}

/// The marks of a property that contradict the list of required ones.
pub fn property(report: &mut Report<'_>, name: &str, schema: &Node, is_required: bool, pointer: &str) {
    if schema.is_true_at("x-essential") && !is_required {
        let message = format!("`x-essential` has no effect on `{name}`, which is not `required`");
        report.add(schema.line, "no-effect", &join(pointer, "x-essential"), message);
    }
    if schema.is_true_at("x-tri-state") && is_required {
        let message =
            format!("`{name}` is `required`, and may be absent by its `x-tri-state`: remove one of them");
        report.add(schema.line, "no-effect", &join(pointer, "x-tri-state"), message);
    }
}
