//! The sandbox's route table: the whole spec as JSON Schema, so that the sandbox needs to know no OpenAPI.
//!
//! Each schema and each operation is one line, in the order of names: a change of the spec is a change of its own lines.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::HEADER_TEXT;
use super::collections::{self, Collections};
use super::front::{Shape, shape};
use crate::spec::model::{Domain, Operation, Spec, closure, references};
use crate::spec::pin::pins;

pub fn render(spec: &Spec) -> String {
    let mut definitions = Map::new();
    let empty = Map::new();
    let shared = Translation { domain: "shared", schemas: &spec.shared, shared: &empty, strict: false };
    for (name, schema) in &spec.shared {
        definitions.insert(format!("shared.{name}"), shared.schema(schema));
    }
    tag_variants(&mut definitions, "shared", &spec.shared);
    let collections = collections::infer(spec);
    let mut operations = Vec::new();
    for domain in &spec.domains {
        let mut bodies = BTreeSet::new();
        for operation in &domain.operations {
            operation.body.iter().for_each(|body| references(&body.schema, &mut bodies));
            operation.parameters.iter().for_each(|parameter| references(&parameter.schema, &mut bodies));
        }
        let bodies = closure(bodies, &[&domain.schemas, &domain.shared]);
        let answer = translation(domain, false);
        let request = translation(domain, true);
        for (name, schema) in &domain.schemas {
            definitions.insert(format!("{}.{name}", domain.name), answer.schema(schema));
        }
        tag_variants(&mut definitions, &domain.name, &domain.schemas);
        for name in bodies {
            if let Some(schema) = domain.schemas.get(&name) {
                definitions.insert(format!("request.{}.{name}", domain.name), request.schema(schema));
            }
        }
        // A wildcard route is not a route of its own: it reaches those of the others.
        let routes = domain.operations.iter().filter(|operation| !operation.wildcard);
        operations.extend(routes.map(|operation| render_operation(domain, operation, &collections)));
    }
    definitions.sort_keys();
    operations.sort_by(|one, other| order(one).cmp(&order(other)));
    let definitions = definitions.iter().map(|(name, schema)| format!("{}: {schema}", json!(name)));
    let operations = operations.iter().map(Value::to_string);
    format!(
        "{{\n\"//\": {},\n\"$defs\": {{\n{}\n}},\n\"collections\": {{\n{}\n}},\n\"operations\": [\n{}\n]\n}}\n",
        json!(HEADER_TEXT),
        definitions.collect::<Vec<_>>().join(",\n"),
        collections.lines().join(",\n"),
        operations.collect::<Vec<_>>().join(",\n"),
    )
}

/// By domain and id, so that a move in the spec moves no line.
fn order(operation: &Value) -> (Option<&str>, Option<&str>) {
    (operation["domain"].as_str(), operation["id"].as_str())
}

/// Gives the variants of unions their tags, which the spec pins and the structs of Rust do not have. An operation may answer a variant
/// outside its union, and the platform sends the tag there too.
fn tag_variants(definitions: &mut Map<String, Value>, domain: &str, schemas: &Map<String, Value>) {
    for (name, tags) in pins(schemas) {
        let Some(variant) = definitions.get_mut(&format!("{domain}.{name}")) else { continue };
        for (tag, values) in tags {
            add_tag(variant, &tag, &json!({ "enum": values }));
        }
    }
}

/// Adds the required property that names the variant.
fn add_tag(variant: &mut Value, tag: &str, schema: &Value) {
    let Some(variant) = variant.as_object_mut() else { return };
    variant.insert("type".to_owned(), json!("object"));
    let properties = variant.entry("properties").or_insert_with(|| json!({}));
    properties[tag] = schema.clone();
    let required = variant.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.push(json!(tag));
    }
}

fn translation(domain: &Domain, strict: bool) -> Translation<'_> {
    Translation { domain: &domain.name, schemas: &domain.schemas, shared: &domain.shared, strict }
}

fn render_operation(domain: &Domain, operation: &Operation, collections: &Collections) -> Value {
    let (answer, request) = (translation(domain, false), translation(domain, true));
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let repeated = parameter.schema["type"] == "array";
            json!({
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.required,
                "repeated": repeated,
                "schema": request.schema(if repeated { &parameter.schema["items"] } else { &parameter.schema }),
            })
        })
        .collect();
    json!({
        "id": operation.id,
        "domain": domain.name,
        "method": operation.method,
        "path": operation.path,
        "aliases": operation.aliases,
        "summary": operation.summary,
        "deprecated": operation.deprecated,
        "collection": collections.part(&operation.id),
        "parameters": parameters,
        "request": operation.body.as_ref().map(|body| json!({
            "required": true,
            "contentType": body.media,
            "schema": request.schema(&body.schema),
        })),
        "success": {
            "status": operation.success.status,
            "contentType": operation.success.media,
            "schema": operation.success.schema.as_ref().map(|schema| answer.schema(schema)),
        },
        "errors": operation.errors.iter().map(|(status, _)| status).collect::<Vec<_>>(),
    })
}

/// Translates schemas of one domain into JSON Schema.
struct Translation<'a> {
    domain: &'a str,
    schemas: &'a Map<String, Value>,
    shared: &'a Map<String, Value>,
    /// `true` to check strictly, as for bodies: no properties beyond the spec. Answers may have additional
    /// ones.
    strict: bool,
}

impl Translation<'_> {
    fn target(&self, reference: &str) -> String {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if self.domain == "shared" || self.shared.contains_key(name) {
            format!("#/$defs/shared.{name}")
        } else if self.strict {
            format!("#/$defs/request.{}.{name}", self.domain)
        } else {
            format!("#/$defs/{}.{name}", self.domain)
        }
    }

    fn schema(&self, schema: &Value) -> Value {
        let Some(map) = schema.as_object() else { return json!(true) };
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            return json!({ "$ref": self.target(reference) });
        }
        let mut out = Map::new();
        match shape(schema) {
            // JSON of any shape.
            Shape::Core if map.contains_key("x-free-json") => {}
            Shape::Core if map.get("type") == Some(&json!("object")) => self.plain(map, &mut out),
            Shape::Core => {
                let kind =
                    if map.contains_key("oneOf") { json!(["string", "integer"]) } else { json!("string") };
                out.insert("type".to_owned(), kind);
            }
            Shape::Enum => {
                out.insert("type".to_owned(), json!("string"));
                out.insert("enum".to_owned(), map["enum"].clone());
            }
            Shape::Union => return self.union(map),
            Shape::Struct | Shape::Wrapper => self.plain(map, &mut out),
        }
        let out = Value::Object(out);
        if map.get("nullable") == Some(&Value::Bool(true)) { or_null(out) } else { out }
    }

    fn plain(&self, map: &Map<String, Value>, out: &mut Map<String, Value>) {
        for key in ["type", "format", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems"] {
            if let Some(value) = map.get(key) {
                out.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(items) = map.get("items") {
            out.insert("items".to_owned(), self.schema(items));
        }
        if let Some(properties) = map.get("properties").and_then(Value::as_object) {
            let required: Vec<&str> = map
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties: Map<String, Value> = properties
                .iter()
                .map(|(name, schema)| {
                    // A schema that is a reference does not say itself that it may be null.
                    let nullable = schema["x-tri-state"] == Value::Bool(true)
                        || (schema["$ref"].is_string() && schema["nullable"] == Value::Bool(true));
                    let schema = self.schema(schema);
                    (name.clone(), if nullable { or_null(schema) } else { schema })
                })
                .collect();
            out.insert("properties".to_owned(), properties.into());
            if !required.is_empty() {
                out.insert("required".to_owned(), json!(required));
            }
            if self.strict {
                out.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        if let Some(values) = map.get("additionalProperties") {
            out.insert("additionalProperties".to_owned(), self.schema(values));
        }
    }

    /// Each variant with its tag; in answers any other tag too.
    fn union(&self, map: &Map<String, Value>) -> Value {
        let tag = map["discriminator"]["propertyName"].as_str().unwrap_or_default();
        let empty = Map::new();
        let mapping = map["discriminator"]["mapping"].as_object().unwrap_or(&empty);
        let mut branches: Vec<Value> = mapping
            .iter()
            .map(|(value, reference)| {
                let name = reference.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
                let mut branch = self.schema(self.schemas.get(name).unwrap_or(&Value::Null));
                add_tag(&mut branch, tag, &json!({ "const": value }));
                branch
            })
            .collect();
        if !self.strict {
            let known: Vec<&String> = mapping.keys().collect();
            let open = json!({ "type": "string", "not": { "enum": known } });
            branches.push(json!({ "type": "object", "required": [tag], "properties": { tag: open } }));
        }
        json!({ "oneOf": branches })
    }
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}
