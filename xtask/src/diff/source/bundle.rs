//! The file that `cargo xtask bundle` writes, as the documents of domains again: without extensions, and without lines.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::spec::Documents;
use crate::spec::node::{Node, parse};

/// The text by which a bundle is known.
const MADE: &str = "Made by `cargo xtask bundle`";

/// Splits a bundle into its domains. Returns `None` for any other document.
pub fn split(document: &Node) -> Option<Documents> {
    let description = document.at(&["info", "description"])?.as_str()?;
    if !description.starts_with(MADE) {
        return None;
    }
    let value = document.to_json();
    let mut domains: BTreeMap<String, Value> = BTreeMap::new();
    let of = |domain: &str| json!({ "openapi": "3.0.3", "info": { "title": domain }, "paths": {}, "components": { "schemas": {} } });
    let mut shared = of("shared");
    for kind in ["parameters", "responses"] {
        shared["components"][kind] = value["components"][kind].clone();
    }
    for (name, schema) in value["components"]["schemas"].as_object().into_iter().flatten() {
        match name.split_once('.') {
            Some((domain, name)) => {
                let document = domains.entry(domain.to_owned()).or_insert_with(|| of(domain));
                document["components"]["schemas"][name] = local(schema, domain);
            }
            None => shared["components"]["schemas"][name] = schema.clone(),
        }
    }
    for (path, item) in value["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(domain) = operation["tags"][0].as_str() else { continue };
            let document = domains.entry(domain.to_owned()).or_insert_with(|| of(domain));
            document["paths"][path][method] = local(operation, domain);
        }
    }
    let node = |value: &Value| parse(&value.to_string()).ok();
    let nodes: Option<BTreeMap<String, Node>> =
        domains.iter().map(|(name, value)| Some((name.clone(), node(value)?))).collect();
    Some(Documents::new(nodes?, node(&shared)?))
}

/// A value with the references of a domain file.
fn local(value: &Value, domain: &str) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix("#/components/") {
            Some(target) => match target.strip_prefix(&format!("schemas/{domain}.")) {
                Some(name) => json!(format!("#/components/schemas/{name}")),
                None => json!(format!("shared.yaml#/components/{target}")),
            },
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| local(item, domain)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), local(value, domain))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
