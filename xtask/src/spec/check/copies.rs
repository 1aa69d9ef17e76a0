//! Schemas that stand in several domain files: each would become a type of its own, and callers would convert between them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::node::Node;
use super::super::{Documents, Problem};
use super::{Report, join};

/// Reports each schema of a domain whose name and structure another domain has too.
pub fn check(documents: &Documents) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut known: BTreeMap<(&str, String), (String, usize)> = BTreeMap::new();
    for (domain, document) in &documents.domains {
        let mut report = Report::new(format!("{domain}.yaml"), document, &documents.shared);
        for entry in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
            let structure = structure(entry.value.to_json()).to_string();
            let first =
                known.entry((&entry.key, structure)).or_insert_with(|| (report.file.clone(), entry.line));
            if first.0 != report.file {
                let message = format!(
                    "the schema `{}` stands at {}:{} too: move it to shared.yaml, so that it is one type, or give it another name \
                     if it means something else",
                    entry.key, first.0, first.1
                );
                report.add(entry.line, "copy", &join("/components/schemas", &entry.key), message);
            }
        }
        problems.append(&mut report.problems);
    }
    problems
}

/// What makes a schema the type that it is: everything but its texts.
fn structure(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut kept: Map<String, Value> = Map::new();
            for (key, value) in map {
                let value = match (key.as_str(), value) {
                    // The names of properties are not keys of a schema.
                    ("properties", Value::Object(properties)) => {
                        let properties =
                            properties.into_iter().map(|(name, schema)| (name, structure(schema)));
                        properties.collect::<Map<_, _>>().into()
                    }
                    ("description" | "x-note" | "x-source" | "x-values", _) => continue,
                    (_, value) => structure(value),
                };
                kept.insert(key, value);
            }
            kept.sort_keys();
            kept.into()
        }
        Value::Array(items) => items.into_iter().map(structure).collect(),
        other => other,
    }
}
