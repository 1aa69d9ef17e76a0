//! The order of the required inputs of `new`: most are of types that accept the same values, so a change of it compiles and
//! sends one in the place of another.

use super::super::node::Node;
use super::{Report, join, operations_with_pointer};
use crate::generate::rust::type_name;
use crate::surface::read::entries;

/// Reports the constructors whose required inputs have another order in the committed surface.
pub fn reordered(report: &mut Report<'_>, surface: &str) {
    let document = report.document;
    let entries = entries(surface);
    let required = |kind: &str, name: &str| {
        let entry = entries.iter().find(|entry| entry.kind == kind && entry.name == name);
        entry.map(|entry| entry.required())
    };
    for (.., pointer, operation) in operations_with_pointer(document) {
        let Some(id) = operation.str_at("operationId") else { continue };
        let Some(was) = required("operation", id) else { continue };
        let parameters = operation.get("parameters").map(Node::items).unwrap_or_default();
        let now = parameters.iter().filter(|parameter| parameter.is_true_at("required"));
        let now: Vec<&str> = now.filter_map(|parameter| parameter.str_at("name")).collect();
        compare(report, operation, &pointer, &format!("`{id}`"), &was, &now);
    }
    for schema in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        let Some(was) = required("struct", &type_name(&schema.key)) else { continue };
        let required = schema.value.strings_at("required");
        let properties = schema.value.get("properties").map(Node::entries).unwrap_or_default();
        let properties = properties.iter().map(|property| property.key.as_str());
        let now: Vec<&str> = properties.filter(|name| required.iter().any(|known| known == name)).collect();
        let pointer = join("/components/schemas", &schema.key);
        compare(report, &schema.value, &pointer, &format!("`{}`", schema.key), &was, &now);
    }
    for (index, command) in document.get("x-commands").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        let Some(name) = command.str_at("name") else { continue };
        let kinds = ["command", "stream", "url"];
        let Some(was) = kinds.iter().find_map(|kind| required(kind, name)) else { continue };
        let fields = command.get("fields").map(Node::entries).unwrap_or_default();
        let fields = fields.iter().filter(|field| field.value.is_true_at("required"));
        let now: Vec<&str> = fields.map(|field| field.key.as_str()).collect();
        compare(report, command, &format!("/x-commands/{index}"), &format!("`{name}`"), &was, &now);
    }
}

fn compare(report: &mut Report<'_>, node: &Node, pointer: &str, what: &str, was: &[&str], now: &[&str]) {
    let kept: Vec<&str> = was.iter().copied().filter(|name| now.contains(name)).collect();
    let order: Vec<&str> = now.iter().copied().filter(|name| kept.contains(name)).collect();
    if kept != order {
        let message = format!(
            "the required inputs of {what} are {} in spec/surface and would become {}: programs would pass one in the place of \
             another. Keep the order, or take the line out of the surface first and name the change in the changelog",
            kept.join(", "),
            order.join(", ")
        );
        report.add(node.line, "reordered", pointer, message);
    }
}
