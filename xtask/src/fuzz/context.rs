//! The documents that a mutated one needs beside it, cut down to what it names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::spec::declared::{self, TypeText};
use crate::spec::expand::METHODS;
use crate::spec::node::Node;

/// What remains of a document: these operations and schemas, with all that they lead to.
#[derive(Debug, Default, Clone)]
pub struct Kept {
    pub operations: BTreeSet<String>,
    pub schemas: BTreeSet<String>,
}

/// The parts of other domains that the commands of a domain name: domain → part.
pub fn named(domain: &str, document: &Node, all: &BTreeMap<String, Value>) -> BTreeMap<String, Kept> {
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    let json = document.to_json();
    let successors = operations(&json).into_iter().filter_map(|operation| operation["x-successor"].as_str());
    let commands = declared::read(document);
    let named = commands.iter().flat_map(|command| &command.operations).map(String::as_str);
    for wanted in named.chain(successors) {
        for (other, document) in all {
            if operations(document).iter().any(|operation| operation["operationId"] == *wanted) {
                kept.entry(other.clone()).or_default().operations.insert(wanted.to_owned());
            }
        }
    }
    for command in &commands {
        for other in &command.requires {
            kept.entry(other.clone()).or_default();
        }
        let types = command.fields.iter().map(|field| &field.ty).chain(&command.output);
        for (other, schema) in types.filter_map(|ty: &TypeText| ty.name().split_once('.')) {
            kept.entry(other.to_owned()).or_default().schemas.insert(schema.to_owned());
        }
    }
    kept.remove(domain);
    kept
}

/// For `shared.yaml`: one operation of some domain for each shared component that a domain uses.
pub fn users_of_shared(all: &BTreeMap<String, Value>) -> BTreeMap<String, Kept> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    for (domain, document) in all {
        for operation in operations(document) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let schemas = closure(document, &[operation]);
            let mut used = BTreeSet::new();
            shared_references(operation, &mut used);
            let parts = schemas.iter().filter_map(|name| document["components"]["schemas"].get(name));
            parts.for_each(|schema| shared_references(schema, &mut used));
            let errors = operation.get("x-errors").or(document.get("x-errors")).and_then(Value::as_array);
            used.extend(errors.into_iter().flatten().map(|status| format!("status {status}")));
            if !used.is_subset(&seen) {
                seen.append(&mut used);
                kept.entry(domain.clone()).or_default().operations.insert(id.to_owned());
            }
        }
    }
    kept
}

/// A document without commands, with a part of its operations and schemas. A part that names nothing keeps the first operation.
pub fn cut(document: &Value, kept: &Kept) -> Value {
    let mut cut = document.clone();
    let mut kept = kept.clone();
    if kept.operations.is_empty() && kept.schemas.is_empty() {
        let first = operations(document).first().and_then(|operation| operation["operationId"].as_str());
        kept.operations.extend(first.map(str::to_owned));
    }
    // A schema that no operation uses is refused.
    for operation in operations(document) {
        let used = closure(document, &[operation]);
        if let Some(id) = operation["operationId"].as_str()
            && kept.schemas.iter().any(|schema| used.contains(schema))
        {
            kept.schemas.retain(|schema| !used.contains(schema));
            kept.operations.insert(id.to_owned());
        }
    }
    if let Some(map) = cut.as_object_mut() {
        map.remove("x-commands");
    }
    if let Some(paths) = cut["paths"].as_object_mut() {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|method, operation| {
                !METHODS.contains(&method.as_str())
                    || operation["operationId"].as_str().is_some_and(|id| kept.operations.contains(id))
            });
            for operation in item.values_mut().filter_map(Value::as_object_mut) {
                operation.remove("x-command");
                operation.remove("x-successor");
            }
        }
        paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
    }
    let used = closure(document, &operations(&cut));
    let mut text = BTreeSet::new();
    operations(&cut).iter().for_each(|operation| references(operation, &mut text));
    for kind in ["schemas", "parameters", "responses"] {
        if let Some(map) =
            cut.get_mut("components").and_then(|all| all.get_mut(kind)).and_then(Value::as_object_mut)
        {
            map.retain(|name, _| match kind {
                "schemas" => used.contains(name),
                _ => text.contains(&format!("#/components/{kind}/{name}")),
            });
        }
    }
    cut
}

fn operations(document: &Value) -> Vec<&Value> {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    items
        .flatten()
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .map(|(_, operation)| operation)
        .collect()
}

/// The names of a document's own schemas that some values lead to.
fn closure(document: &Value, from: &[&Value]) -> BTreeSet<String> {
    let mut text = BTreeSet::new();
    from.iter().for_each(|value| references(value, &mut text));
    let mut open: Vec<String> = text.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(reference) = open.pop() {
        let Some(part) = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) else {
            continue;
        };
        if seen.insert(reference.clone()) {
            let mut next = BTreeSet::new();
            references(part, &mut next);
            open.extend(next);
        }
    }
    let names = seen.iter().filter_map(|reference| reference.strip_prefix("#/components/schemas/"));
    names.map(str::to_owned).collect()
}

/// All texts that refer to something, also those in the mapping of a discriminator.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains("#/") => drop(found.insert(text.clone())),
        Value::Object(map) => map.values().for_each(|value| references(value, found)),
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn shared_references(value: &Value, found: &mut BTreeSet<String>) {
    let mut all = BTreeSet::new();
    references(value, &mut all);
    found.extend(all.into_iter().filter(|reference| reference.starts_with("shared.yaml#")));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cut_document_has_the_named_operations_and_what_they_lead_to() {
        let operation = |id: &str, schema: &str| {
            json!({"operationId": id, "x-command": {"name": "X"}, "responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": format!("#/components/schemas/{schema}")}}}}}})
        };
        let document = json!({
            "x-commands": [],
            "paths": {"/a": {"get": operation("get_a", "A")}, "/b": {"get": operation("get_b", "B")}, "/c": {"get": operation("get_c", "C")}},
            "components": {"schemas": {"A": {"$ref": "#/components/schemas/D"}, "B": {}, "C": {}, "D": {}}, "parameters": {"P": {}}},
        });
        let kept = Kept { operations: ["get_a".to_owned()].into(), schemas: ["C".to_owned()].into() };
        let cut = cut(&document, &kept);
        assert_eq!(cut["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a", "/c"]);
        assert_eq!(
            cut["components"],
            json!({"schemas": {"A": {"$ref": "#/components/schemas/D"}, "C": {}, "D": {}}, "parameters": {}})
        );
        assert!(cut.get("x-commands").is_none() && cut.pointer("/paths/~1a/get/x-command").is_none());
    }
}
