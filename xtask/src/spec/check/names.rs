//! Rust names: collisions, and names with another meaning.

use std::collections::{BTreeMap, BTreeSet};

use super::super::node::{Entry, Kind, Node};
use super::{Report, join, operations_with_pointer};
use crate::generate::rust::{field_name, type_name, variant_name};
use crate::surface::read::entries;

/// Names that the generated modules use in their plain form.
const COMMON: [&str; 12] = [
    "Box",
    "Default",
    "Deserialize",
    "From",
    "Into",
    "IntoIterator",
    "None",
    "Option",
    "Self",
    "Serialize",
    "Some",
    "String",
];

/// Names that the module of types uses besides, and those by which progenitor's own types are known.
const IN_TYPES: [&str; 6] = ["BTreeMap", "ByteStream", "Map", "NonZeroU64", "Value", "Vec"];

/// Names that the modules of requests and of the client use besides.
const IN_REQUESTS: [&str; 14] = [
    "Answer",
    "Bytes",
    "Call",
    "Client",
    "HttpResponse",
    "Method",
    "Operation",
    "OperationInfo",
    "Request",
    "RequestBuilder",
    "Result",
    "StreamOperation",
    "Transport",
    "Vec",
];

/// Names of one Rust scope, with their origins.
#[derive(Default)]
struct Scope(BTreeMap<String, String>);

impl Scope {
    /// Returns the origin of a name that is already taken.
    fn take(&mut self, rust: &str, what: impl Into<String>) -> Option<String> {
        self.0.insert(rust.to_owned(), what.into())
    }
}

/// Returns `true` if a name means something else, everywhere or where these do.
pub fn is_taken(name: &str, here: &[&str]) -> bool {
    COMMON.contains(&name) || here.contains(&name)
}

pub fn check(report: &mut Report<'_>, shared: bool) {
    let document = report.document;
    schemas(report, document, shared);
    let mut requests = Scope::default();
    for (_, _, pointer, operation) in operations_with_pointer(document) {
        let line = operation.line;
        if let Some(id) = operation.str_at("operationId") {
            let rust = type_name(id);
            if is_taken(&rust, &IN_REQUESTS) {
                let message = format!(
                    "the request of `{id}` would be called `{rust}`, which has another meaning in Rust"
                );
                report.add(line, "rust-name", &pointer, message);
            }
            // A separate rule reports repeated ids.
            if let Some(other) = requests.take(&rust, id).filter(|other| other != id) {
                let message = format!("the requests of `{id}` and `{other}` would both be called `{rust}`");
                report.add(line, "rust-name", &pointer, message);
            }
        }
        let mut inputs = Scope::default();
        if let Some(body) = operation.get("requestBody") {
            inputs.take("body", "the body");
            let media = body.get("content").map(Node::entries).unwrap_or_default();
            if media.iter().any(|media| media.key.contains('*')) {
                inputs.take("content_type", "the media type of the body");
            }
        }
        for (index, parameter) in
            operation.get("parameters").map(Node::items).unwrap_or_default().iter().enumerate()
        {
            let Some(name) = parameter.str_at("name") else { continue };
            let rust = field_name(name);
            if let Some(other) = inputs.take(&rust, format!("`{name}`")) {
                let message = format!("the parameter `{name}` and {other} would both be called `{rust}`");
                report.add(parameter.line, "rust-name", &format!("{pointer}/parameters/{index}"), message);
            }
        }
    }
}

fn schemas(report: &mut Report<'_>, document: &Node, shared: bool) {
    let all = document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default();
    let mut types = Scope::default();
    for entry in all {
        let pointer = join("/components/schemas", &entry.key);
        let rust = type_name(&entry.key);
        if is_taken(&rust, &IN_TYPES) {
            let message = format!(
                "the type of `{}` would be called `{rust}`, which has another meaning in Rust",
                entry.key
            );
            report.add(entry.line, "rust-name", &pointer, message);
        }
        if let Some(other) = types.take(&rust, &entry.key) {
            let message = format!("the types of `{}` and `{other}` would both be called `{rust}`", entry.key);
            report.add(entry.line, "rust-name", &pointer, message);
        }
        if !shared && report.shared.at(&["components", "schemas", &entry.key]).is_some() {
            let message =
                format!("`shared.yaml` has a schema `{}`: refer to it, or take another name", entry.key);
            report.add(entry.line, "rust-name", &pointer, message);
        }
        if is_circular(report, &entry.key, &entry.value) {
            let message = format!("the schema `{}` refers to itself", entry.key);
            report.add(entry.line, "reference", &pointer, message);
        }
        let mut fields = Scope::default();
        for property in entry.value.get("properties").map(Node::entries).unwrap_or_default() {
            let rust = field_name(&property.key);
            if let Some(other) = fields.take(&rust, &property.key) {
                let message =
                    format!("the properties `{}` and `{other}` would both be called `{rust}`", property.key);
                report.add(
                    property.line,
                    "rust-name",
                    &join(&join(&pointer, "properties"), &property.key),
                    message,
                );
            }
        }
        variants(report, &entry.value, &pointer);
        if endless(report, &entry.key, &entry.value) {
            let message = format!("every variant of `{0}` requires another `{0}`, without end", entry.key);
            report.add(entry.line, "reference", &pointer, message);
        }
        let mut values = BTreeSet::new();
        for value in entry.value.get("enum").map(Node::items).unwrap_or_default() {
            if let Kind::String(text) = &value.kind
                && !values.insert(text)
            {
                report.add(value.line, "enum", &pointer, format!("duplicate value `{text}`"));
            }
        }
    }
}

/// The values of an enum, or of the tag of a union, each with its line.
fn values(schema: &Node) -> Vec<(&str, usize)> {
    let mapping = schema.at(&["discriminator", "mapping"]).map(Node::entries).unwrap_or_default();
    let values = schema.get("enum").map(Node::items).unwrap_or_default();
    let tags = mapping.iter().map(|entry| (entry.key.as_str(), entry.line));
    tags.chain(values.iter().filter_map(|value| Some((value.as_str()?, value.line)))).collect()
}

/// The variant of a value, as the generator names it.
fn variant(schema: &Node, value: &str) -> String {
    schema.at(&["x-names", value]).and_then(Node::as_str).map_or_else(|| variant_name(value), str::to_owned)
}

/// Two values that would be one variant. None of them makes way for the other: names depend on the value alone, and the spec
/// names the one that comes later.
fn variants(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    let values = values(schema);
    let mut variants = Scope::default();
    variants.take("Unknown", "the variant of unknown values");
    for (value, line) in &values {
        let rust = variant(schema, value);
        if let Some(other) =
            variants.take(&rust, format!("`{value}`")).filter(|other| *other != format!("`{value}`"))
        {
            let message = format!(
                "the variants `{value}` and {other} would both be called `{rust}`: name the new one with `x-names`"
            );
            report.add(*line, "rust-name", pointer, message);
        }
    }
    for name in schema.get("x-names").map(Node::entries).unwrap_or_default() {
        let pointer = join(&join(pointer, "x-names"), &name.key);
        if !values.iter().any(|(value, _)| *value == name.key) {
            report.add(
                name.line,
                "rust-name",
                &pointer,
                format!("`x-names` names `{}`, which is not a value", name.key),
            );
        }
        let rust = name.value.as_str().unwrap_or_default();
        let is_variant = rust.starts_with(char::is_uppercase)
            && rust.chars().all(char::is_alphanumeric)
            && !matches!(rust, "Unknown" | "Self" | "ALL");
        if !is_variant {
            report.add(name.line, "rust-name", &pointer, format!("`{rust}` cannot be the name of a variant"));
        }
    }
}

/// The variants whose name in Rust differs from the one in `surface`, the committed surface of the domain: programs use it.
pub fn renamed(report: &mut Report<'_>, surface: &str) {
    let schemas = report.document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default();
    for entry in entries(surface) {
        let Some(schema) = schemas.iter().find(|schema| type_name(&schema.key) == entry.name) else {
            continue;
        };
        let (node, schema) = (&schema.value, &schema.key);
        for (was, value) in entry.variants() {
            let now = variant(node, value);
            if now != was && values(node).iter().any(|(known, _)| *known == value) {
                let message = format!(
                    "the variant `{was}` of `{value}` would be renamed to `{now}`, which breaks programs: keep its name with \
                     `x-names`, or remove its line from the surface first"
                );
                report.add(node.line, "renamed", &join("/components/schemas", schema), message);
            }
        }
    }
}

/// Returns `true` if every variant of a union requires the union itself: it has no finite value.
fn endless(report: &Report<'_>, name: &str, union: &Node) -> bool {
    let own = format!("#/components/schemas/{name}");
    let variants = union.at(&["discriminator", "mapping"]).map(Node::entries).unwrap_or_default();
    let requires_own = |variant: &Node| {
        let required = variant.strings_at("required");
        let properties = variant.get("properties").map(Node::entries).unwrap_or_default();
        properties
            .iter()
            .any(|property| required.contains(&property.key) && property.value.str_at("$ref") == Some(&own))
    };
    let variant = |entry: &Entry| entry.value.as_str().and_then(|target| report.resolve(target));
    !variants.is_empty() && variants.iter().all(|entry| variant(entry).is_some_and(requires_own))
}

/// Returns `true` if a name leads to nothing but references back to itself, or to lists and maps of itself.
fn is_circular(report: &Report<'_>, name: &str, schema: &Node) -> bool {
    let own = format!("#/components/schemas/{name}");
    let mut seen = BTreeSet::new();
    let mut next = alias(schema);
    while let Some(target) = next {
        if target == own {
            return true;
        }
        if !seen.insert(target) {
            return false;
        }
        next = report.resolve(target).and_then(alias);
    }
    false
}

/// Type that a schema without a Rust type of its own refers to.
fn alias(schema: &Node) -> Option<&str> {
    let inner = schema.get("items").or_else(|| schema.get("additionalProperties"));
    schema.str_at("$ref").or_else(|| inner.filter(|_| schema.get("properties").is_none()).and_then(alias))
}
