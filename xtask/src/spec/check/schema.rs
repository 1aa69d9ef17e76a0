//! The rules of a schema: names, references, types, and nothing that has no counterpart in Rust.

use super::super::node::{Kind, Node};
use super::{Report, join, keys, money, secret, shape, union};
use crate::generate::rust::RUNTIME_TYPES;

/// Position of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Under `components/schemas`, where it has a name.
    Component,
    /// Anywhere else.
    Inline,
}

pub fn check(report: &mut Report<'_>, schema: &Node, pointer: &str, place: Place) {
    let line = schema.line;
    if !schema.is_map() {
        report.add(line, "schema", pointer, "a schema must be a map");
        return;
    }
    keys::check(report, schema, &keys::SCHEMA, pointer, "a schema");
    shape::check(report, schema, pointer, place);
    rust_type(report, schema, pointer);
    if place == Place::Component && schema.is_true_at("nullable") {
        let message = "a named schema is not `nullable`: mark the properties that may be null";
        report.add(line, "nullable", pointer, message);
    }
    if let Some(reference) = schema.get("$ref") {
        if place == Place::Component {
            let message = "a schema that is only another name for another one: refer to that one itself";
            report.add(line, "alias", pointer, message);
        }
        // The name of a property stands before this schema.
        let is_property = pointer.rsplit('/').nth(1) == Some("properties");
        if schema.get("nullable").is_some() && !is_property {
            let message = "`nullable` beside `$ref` has no effect here: only a property may be null";
            report.add(line, "nullable", pointer, message);
        }
        let target = reference.as_str().unwrap_or_default();
        if !target.contains("#/components/schemas/") || report.resolve(target).is_none() {
            report.add(line, "reference", pointer, format!("`{target}` does not exist"));
        }
        return;
    }
    for key in ["allOf", "anyOf", "not"] {
        if schema.get(key).is_some() {
            report.add(
                line,
                "composition",
                pointer,
                format!("`{key}` has no counterpart in a Rust type: write the schema out"),
            );
        }
    }
    if schema.get("oneOf").is_some() {
        union::check(report, schema, pointer, place);
        return;
    }
    if let Some(values) = schema.get("enum") {
        if place == Place::Inline {
            report.add(line, "enum", pointer, "an enum needs a name: put it under `components/schemas`");
        }
        if values.items().is_empty() || values.items().iter().any(|value| value.as_str().is_none()) {
            report.add(values.line, "enum", pointer, "an enum must be a list of strings");
        }
    }
    match schema.str_at("type") {
        Some("object") => object(report, schema, pointer, place),
        Some("array") => match schema.get("items") {
            Some(items) => element(report, items, &join(pointer, "items")),
            None => report.add(line, "schema", pointer, "an array needs `items`"),
        },
        Some("integer") => {
            if !matches!(schema.str_at("format"), Some("int32" | "int64")) {
                report.add(line, "schema", pointer, "an integer needs the format int32 or int64");
            }
        }
        Some("string" | "number" | "boolean") => {}
        Some(other) => report.add(line, "schema", pointer, format!("unknown type `{other}`")),
        None => {
            if !matches!(schema.get("x-free-json").map(|node| &node.kind), Some(Kind::String(_))) {
                report.add(
                    line,
                    "schema",
                    pointer,
                    "`type` is missing: if any JSON is allowed, add `x-free-json` with the reason",
                );
            }
        }
    }
}

fn object(report: &mut Report<'_>, schema: &Node, pointer: &str, place: Place) {
    let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
    if !properties.is_empty() && place == Place::Inline {
        report.add(
            schema.line,
            "inline",
            pointer,
            "an object with properties needs a name: put it under `components/schemas`",
        );
    }
    let tags = pointer.strip_prefix("/components/schemas/").and_then(|name| report.pins.get(name)).cloned();
    for entry in properties {
        let pointer = join(&join(pointer, "properties"), &entry.key);
        // The tag of a variant has a rule of its own for its values.
        if tags.as_ref().is_some_and(|tags| tags.contains_key(&entry.key)) {
            keys::check(report, &entry.value, &keys::SCHEMA, &pointer, "a schema");
            shape::check(report, &entry.value, &pointer, Place::Inline);
            continue;
        }
        if entry.value.get("$ref").is_none()
            && entry.value.str_at("description").is_none_or(|text| text.trim().is_empty())
        {
            report.add(
                entry.line,
                "description",
                &pointer,
                format!("the property `{}` has no description", entry.key),
            );
        }
        if entry.key.trim().is_empty() {
            report.add(entry.line, "name", &pointer, "a property needs a name");
        }
        let is_required = schema.strings_at("required").contains(&entry.key);
        shape::property(report, &entry.key, &entry.value, is_required, &pointer);
        secret::named(report, &entry.key, &entry.value, &entry.value, &pointer);
        money::named(report, &entry.key, &entry.value, &entry.value, &pointer);
        check(report, &entry.value, &pointer, Place::Inline);
    }
    for required in schema.get("required").map(Node::items).unwrap_or_default() {
        let name = required.as_str().unwrap_or_default();
        if !properties.iter().any(|entry| entry.key == name) {
            report.add(
                required.line,
                "required",
                pointer,
                format!("`{name}` is required, and is not a property"),
            );
        }
    }
    if properties.is_empty()
        && schema.get("additionalProperties").is_some_and(|node| node.kind == Kind::Bool(false))
    {
        report.add(
            schema.line,
            "schema",
            pointer,
            "an object without properties must not have `additionalProperties: false`",
        );
    }
    if let Some(values) = schema.get("additionalProperties")
        && !matches!(values.kind, Kind::Bool(_) | Kind::Map(_))
    {
        let message = "`additionalProperties` is `true`, `false` or a schema";
        report.add(values.line, "schema", pointer, message);
    }
    if let Some(values) = schema.get("additionalProperties")
        && values.is_map()
    {
        if !properties.is_empty() {
            report.add(
                values.line,
                "schema",
                pointer,
                "an object must not have both `properties` and `additionalProperties`",
            );
        }
        element(report, values, &join(pointer, "additionalProperties"));
    }
    let is_free = schema.get("additionalProperties").is_some_and(|node| node.kind == Kind::Bool(true));
    if is_free && !properties.is_empty() {
        let message =
            "`additionalProperties` has no effect beside `properties`: an unknown property is not read";
        report.add(schema.line, "no-effect", &join(pointer, "additionalProperties"), message);
    }
}

/// Checks the elements of a list or a map.
fn element(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    secret::element(report, schema, pointer);
    check(report, schema, pointer, Place::Inline);
}

/// `x-rust-type` names a type of `cc-runtime`, in `shared.yaml` only.
fn rust_type(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    let Some(name) = schema.get("x-rust-type") else { return };
    if !report.is_shared() {
        let message = "`x-rust-type` belongs into shared.yaml, where every domain finds the type";
        report.add(name.line, "rust-type", pointer, message);
    }
    let known = name.as_str().and_then(|name| name.strip_prefix("cc_runtime::"));
    if !known.is_some_and(|name| RUNTIME_TYPES.contains(&name)) {
        let message = format!(
            "`x-rust-type` is `{}`, which is not `cc_runtime::` and one of {}",
            name.as_str().unwrap_or_default(),
            RUNTIME_TYPES.join(", ")
        );
        report.add(name.line, "rust-type", pointer, message);
    }
}
