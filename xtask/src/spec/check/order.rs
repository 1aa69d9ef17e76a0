//! The order of the required inputs of `new`: most are of types that accept the same values, so a change of it compiles and
//! sends one in the place of another.

use super::super::node::Node;
use super::{Report, join, operations_with_pointer};

/// Reports the constructors whose required inputs have another order in the committed surface.
pub fn reordered(report: &mut Report<'_>, surface: &str) {
    let document = report.document;
    for (.., pointer, operation) in operations_with_pointer(document) {
        let Some(id) = operation.str_at("operationId") else { continue };
        let Some(line) =
            surface.lines().find(|line| line.split(' ').nth(2).is_some_and(|word| starts(word, id)))
        else {
            continue;
        };
        let parameters = operation.get("parameters").map(Node::items).unwrap_or_default();
        let now = parameters.iter().filter(|parameter| parameter.is_true_at("required"));
        let now: Vec<&str> = now.filter_map(|parameter| parameter.str_at("name")).collect();
        compare(report, operation, &pointer, &format!("`{id}`"), line, &now);
    }
    for schema in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        let prefix = format!("type {} {{", schema.key);
        let Some(line) = surface.lines().find(|line| line.starts_with(&prefix)) else { continue };
        let required = schema.value.strings_at("required");
        let properties = schema.value.get("properties").map(Node::entries).unwrap_or_default();
        let properties = properties.iter().map(|property| property.key.as_str());
        let now: Vec<&str> = properties.filter(|name| required.iter().any(|known| known == name)).collect();
        let pointer = join("/components/schemas", &schema.key);
        compare(report, &schema.value, &pointer, &format!("`{}`", schema.key), line, &now);
    }
    for (index, command) in document.get("x-commands").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        let Some(name) = command.str_at("name") else { continue };
        let Some(line) =
            surface.lines().find(|line| line.split(' ').nth(1).is_some_and(|word| starts(word, name)))
        else {
            continue;
        };
        let fields = command.get("fields").map(Node::entries).unwrap_or_default();
        let fields = fields.iter().filter(|field| field.value.is_true_at("required"));
        let now: Vec<&str> = fields.map(|field| field.key.as_str()).collect();
        compare(report, command, &format!("/x-commands/{index}"), &format!("`{name}`"), line, &now);
    }
}

/// Returns `true` if a word is this name and the parenthesis that opens its inputs.
fn starts(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| rest.starts_with('('))
}

/// The required inputs of a line of the surface, in their order: those without a `?`.
fn inputs(line: &str) -> Vec<&str> {
    let inside = line.split_once(['(', '{']).map_or("", |(_, rest)| {
        // A path holds braces too: the inputs of an operation stand in its only parentheses.
        let rest = line.split_once('(').map_or(rest, |(_, rest)| rest);
        rest.split_once(") ->").map_or(rest, |(inside, _)| inside)
    });
    let inputs = inside.split(", ").filter_map(|input| input.split_once(": "));
    inputs
        .filter(|(name, ty)| !name.ends_with('?') && !ty.ends_with('?'))
        .map(|(name, _)| name.trim())
        .collect()
}

fn compare(report: &mut Report<'_>, node: &Node, pointer: &str, what: &str, line: &str, now: &[&str]) {
    let was = inputs(line);
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
