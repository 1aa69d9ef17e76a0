//! The whole spec as one OpenAPI 3.0.3 document, for validators and for generators of other languages.
//!
//! The document holds no extension: what an extension says is said in OpenAPI's own words or left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::spec::Documents;
use crate::spec::check::{normalized, operations};
use crate::spec::node::Node;

/// Keys of a schema that are copied as they are.
const COPIED: [&str; 23] = [
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "description",
    "format",
    "nullable",
    "readOnly",
    "writeOnly",
    "example",
];

/// Bundles all domains into one document. A schema of a domain is named `domain.Schema`, a shared one keeps
/// its name.
pub fn bundle(documents: &Documents) -> Value {
    let shared = Bundler { domain: "" };
    let mut schemas = Map::new();
    for entry in documents.shared.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        schemas.insert(entry.key.clone(), shared.schema(&entry.value.to_json()));
    }
    let components = |kind: &str| documents.shared.at(&["components", kind]).map(Node::entries);
    let responses: Map<String, Value> = components("responses")
        .unwrap_or_default()
        .iter()
        .map(|entry| (entry.key.clone(), shared.response(&entry.value)))
        .collect();
    let parameters: Map<String, Value> = components("parameters")
        .unwrap_or_default()
        .iter()
        .map(|entry| (entry.key.clone(), shared.parameter(&entry.value)))
        .collect();
    let mut paths = Paths::default();
    let mut tags = Vec::new();
    for (domain, document) in &documents.domains {
        let bundler = Bundler { domain };
        let description = document.at(&["info", "description"]).and_then(Node::as_str).unwrap_or_default();
        tags.push(json!({ "name": domain, "description": description.trim() }));
        for entry in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
            schemas.insert(format!("{domain}.{}", entry.key), bundler.schema(&entry.value.to_json()));
        }
        for (path, method, operation) in operations(document) {
            let mut bundled = bundler.operation(operation);
            if let Some(servers) = document.get("servers") {
                bundled["servers"] = servers.to_json();
            }
            paths.add(path, method, bundled);
        }
    }
    let mut paths = paths.items;
    for item in paths.values_mut() {
        refer(item, &responses, &parameters);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Clever Cloud API",
            "version": documents.shared.at(&["info", "version"]).and_then(Node::as_str).unwrap_or("0.0.0"),
            "description": "Made by `cargo xtask bundle` from the documents in spec/.",
        },
        "servers": [
            { "url": "https://api.clever-cloud.com", "description": "Takes OAuth 1.0a signatures." },
            { "url": "https://api-bridge.clever-cloud.com", "description": "Takes API tokens." },
        ],
        "security": [{ "oauth1": [] }, { "token": [] }, {}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "parameters": parameters,
            "securitySchemes": {
                "oauth1": { "type": "http", "scheme": "OAuth", "description": "OAuth 1.0a." },
                "token": { "type": "http", "scheme": "bearer", "description": "An API token." },
            },
        },
    })
}

/// The schema of an optional property, in whose place the platform takes null. Requests and answers share the schema.
fn or_null(schema: Value) -> Value {
    let mut schema = if schema.get("$ref").is_some() { json!({ "allOf": [schema] }) } else { schema };
    schema["nullable"] = json!(true);
    schema
}

/// The path items. OpenAPI allows one item for paths that differ only in the names of their parameters.
#[derive(Default)]
struct Paths {
    items: Map<String, Value>,
    /// Path with unnamed parameters → path in the document.
    known: BTreeMap<String, String>,
}

impl Paths {
    fn add(&mut self, path: &str, method: &str, mut operation: Value) {
        let key = self.known.entry(normalized(path)).or_insert_with(|| path.to_owned()).clone();
        let renames: BTreeMap<&str, &str> = names(path).zip(names(&key)).collect();
        let list = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in list.into_iter().flatten() {
            if parameter["in"] == "path"
                && let Some(name) = parameter["name"].as_str().and_then(|name| renames.get(name))
            {
                parameter["name"] = json!(name);
            }
        }
        let item = self.items.entry(key).or_insert_with(|| json!({}));
        item[method] = operation;
    }
}

/// The names of the parameters of a path, from left to right.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Replaces what stands under the shared components by a reference.
fn refer(item: &mut Value, responses: &Map<String, Value>, parameters: &Map<String, Value>) {
    let reference = |kind: &str, all: &Map<String, Value>, value: &Value| {
        let name = all.iter().find(|(_, known)| *known == value).map(|(name, _)| name)?;
        Some(json!({ "$ref": format!("#/components/{kind}/{name}") }))
    };
    for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
        for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            if let Some(reference) = reference("responses", responses, response) {
                *response = reference;
            }
        }
        let list = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in list.into_iter().flatten() {
            if let Some(reference) = reference("parameters", parameters, parameter) {
                *parameter = reference;
            }
        }
    }
}

/// Translates the parts of one document.
struct Bundler<'a> {
    /// Name of the domain; empty for `shared.yaml`.
    domain: &'a str,
}

impl Bundler<'_> {
    fn operation(&self, node: &Node) -> Value {
        let mut out = Map::new();
        if !self.domain.is_empty() {
            out.insert("tags".to_owned(), json!([self.domain]));
        }
        for key in ["operationId", "summary", "deprecated"] {
            if let Some(value) = node.get(key) {
                out.insert(key.to_owned(), value.to_json());
            }
        }
        let mut description = node.str_at("description").unwrap_or_default().trim().to_owned();
        let mut add = |sentence: String| {
            description.push_str(if description.is_empty() { "" } else { "\n\n" });
            description.push_str(&sentence);
        };
        if node.is_true_at("x-wildcard") {
            add("The last parameter of the path takes the rest of the path, slashes included.".to_owned());
        }
        let aliases = node.strings_at("x-aliases");
        if !aliases.is_empty() {
            add(format!("Other routes of the same operation: `{}`.", aliases.join("`, `")));
        }
        if !description.is_empty() {
            out.insert("description".to_owned(), json!(description));
        }
        let parameters = node.get("parameters").map(Node::items).unwrap_or_default();
        if !parameters.is_empty() {
            let parameters = parameters.iter().map(|parameter| self.parameter(parameter)).collect();
            out.insert("parameters".to_owned(), parameters);
        }
        if let Some(body) = node.get("requestBody") {
            let mut bundled = self.described(body);
            bundled.insert("required".to_owned(), json!(true));
            bundled.insert("content".to_owned(), self.content(body, false));
            out.insert("requestBody".to_owned(), bundled.into());
        }
        let responses = node.get("responses").map(Node::entries).unwrap_or_default();
        let mut responses: Map<String, Value> =
            responses.iter().map(|entry| (entry.key.clone(), self.response(&entry.value))).collect();
        // What has inputs may be sent wrong ones.
        let has_inputs = node.get("requestBody").is_some() || !parameters.is_empty();
        if has_inputs && !["400", "4XX"].iter().any(|status| responses.contains_key(*status)) {
            responses.insert("400".to_owned(), json!({ "$ref": "#/components/responses/BadRequest" }));
            responses.sort_keys();
        }
        out.insert("responses".to_owned(), responses.into());
        out.into()
    }

    fn described(&self, node: &Node) -> Map<String, Value> {
        let description = node.get("description").map(|text| ("description".to_owned(), text.to_json()));
        description.into_iter().collect()
    }

    fn parameter(&self, node: &Node) -> Value {
        let mut out = Map::new();
        for key in ["name", "in", "required", "description"] {
            if let Some(value) = node.get(key) {
                out.insert(key.to_owned(), value.to_json());
            }
        }
        let schema = node.get("schema").map(Node::to_json).unwrap_or_default();
        // A map in a query is one parameter for each of its entries: the default style `form`, exploded.
        out.insert("schema".to_owned(), hidden(self.schema(&schema), node.is_true_at("x-secret")));
        out.into()
    }

    fn response(&self, node: &Node) -> Value {
        let mut out = self.described(node);
        if node.get("content").is_some() {
            out.insert("content".to_owned(), self.content(node, node.is_true_at("x-secret")));
        }
        out.into()
    }

    fn content(&self, node: &Node, secret: bool) -> Value {
        let media = node.get("content").map(Node::entries).unwrap_or_default().iter().map(|media| {
            let schema = media.value.get("schema").map(Node::to_json).unwrap_or_default();
            (media.key.clone(), json!({ "schema": hidden(self.schema(&schema), secret) }))
        });
        media.collect::<Map<_, _>>().into()
    }

    fn reference(&self, target: &str) -> String {
        match target.strip_prefix("#/components/schemas/") {
            Some(name) if !self.domain.is_empty() => format!("#/components/schemas/{}.{name}", self.domain),
            _ => target.trim_start_matches("shared.yaml").to_owned(),
        }
    }

    fn schema(&self, schema: &Value) -> Value {
        let Some(map) = schema.as_object() else { return schema.clone() };
        let is_true = |key: &str| map.get(key) == Some(&Value::Bool(true));
        let mut out = Map::new();
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let reference = json!({ "$ref": self.reference(reference) });
            if !map.contains_key("description") && !is_true("x-tri-state") {
                return reference;
            }
            // Keys beside a reference are ignored, so the reference goes one level down.
            out.insert("allOf".to_owned(), json!([reference]));
        }
        for key in COPIED {
            if let Some(value) = map.get(key) {
                out.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(why) = map.get("x-free-json").and_then(Value::as_str) {
            let text = map.get("description").and_then(Value::as_str).unwrap_or_default();
            out.insert("description".to_owned(), json!(format!("{text} Any JSON. {why}").trim()));
        }
        if is_true("x-tri-state") {
            out.insert("nullable".to_owned(), json!(true));
        }
        if let Some(items) = map.get("items") {
            out.insert("items".to_owned(), self.schema(items));
        }
        if let Some(values) = map.get("additionalProperties") {
            out.insert("additionalProperties".to_owned(), self.schema(values));
        }
        if let Some(properties) = map.get("properties").and_then(Value::as_object) {
            let required =
                map.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let property = |(name, schema): (&String, &Value)| {
                let schema = self.schema(schema);
                let is_required = required.iter().any(|required| required == name);
                (name.clone(), if is_required { schema } else { or_null(schema) })
            };
            out.insert(
                "properties".to_owned(),
                properties.iter().map(property).collect::<Map<_, _>>().into(),
            );
        }
        if let Some(variants) = map.get("oneOf").and_then(Value::as_array) {
            out.insert("oneOf".to_owned(), variants.iter().map(|variant| self.schema(variant)).collect());
        }
        if let Some(discriminator) = map.get("discriminator") {
            let mapping = discriminator["mapping"].as_object().into_iter().flatten();
            let mapping: Map<String, Value> = mapping
                .map(|(value, target)| {
                    (value.clone(), json!(self.reference(target.as_str().unwrap_or_default())))
                })
                .collect();
            out.insert(
                "discriminator".to_owned(),
                json!({ "propertyName": discriminator["propertyName"], "mapping": mapping }),
            );
        }
        let secret = is_true("x-secret") || map.get("x-rust-type") == Some(&json!("cc_runtime::Secret"));
        hidden(out.into(), secret)
    }
}

/// Marks a secret text as a password.
fn hidden(mut schema: Value, secret: bool) -> Value {
    if secret && schema["type"] == "string" {
        schema["format"] = json!("password");
    }
    schema
}
