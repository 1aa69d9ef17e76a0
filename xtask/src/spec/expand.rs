//! Writes out what a document says in short: references to parameters and responses, and the usual errors.
//!
//! Everything after this step sees each operation whole.

use super::node::{Entry, Kind, Node};

/// The methods of HTTP that a path item may have.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Expands the operations of a document. An unresolvable reference stays, and the check reports it.
pub fn expand(document: &mut Node, shared: &Node) {
    let own = document.get("components").cloned().unwrap_or_else(Node::empty_map);
    let usual = document.get("x-errors").cloned();
    let Some(paths) = document.get_mut("paths") else { return };
    let items = paths.entries_mut().iter_mut();
    let operations = items.flat_map(|item| item.value.entries_mut()).filter(|entry| is_method(&entry.key));
    for operation in operations.map(|entry| &mut entry.value) {
        if let Some(Kind::List(parameters)) = operation.get_mut("parameters").map(|node| &mut node.kind) {
            parameters.iter_mut().for_each(|parameter| resolve(parameter, "parameters", &own, shared));
        }
        let errors = operation.get("x-errors").or(usual.as_ref()).cloned();
        let Some(responses) = operation.get_mut("responses") else { continue };
        for response in responses.entries_mut() {
            resolve(&mut response.value, "responses", &own, shared);
        }
        let Kind::Map(responses) = &mut responses.kind else { continue };
        for status in errors.iter().flat_map(Node::items) {
            let Some((key, name)) = self::status(status).and_then(|key| Some((response(shared, &key)?, key)))
            else {
                continue;
            };
            if responses.iter().all(|entry| entry.key != name) {
                let mut value = key.clone();
                value.rebase(status.line, true);
                responses.push(Entry { key: name, line: status.line, value });
            }
        }
    }
}

fn is_method(key: &str) -> bool {
    METHODS.contains(&key)
}

/// A status as a key of `responses`: `404` and `4XX` are both written without quotes in a list.
pub fn status(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Number(number) => Some(number.to_string()),
        Kind::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Shared response for a status: the one with this `x-status`.
pub fn response<'a>(shared: &'a Node, key: &str) -> Option<&'a Node> {
    let responses = shared.at(&["components", "responses"]).map(Node::entries).unwrap_or_default();
    let stands_for = |entry: &&Entry| entry.value.get("x-status").and_then(status).as_deref() == Some(key);
    responses.iter().find(stands_for).map(|entry| &entry.value)
}

/// Puts a component in the place of a reference to it.
fn resolve(node: &mut Node, kind: &str, own: &Node, shared: &Node) {
    let Some((file, path)) = node.str_at("$ref").and_then(|reference| reference.split_once('#')) else {
        return;
    };
    let Some(name) = path.strip_prefix(&format!("/components/{kind}/")) else { return };
    let (found, is_shared) = match file {
        "" => (own.at(&[kind, name]), false),
        "shared.yaml" => (shared.at(&["components", kind, name]), true),
        _ => return,
    };
    let Some(mut found) = found.filter(|found| found.is_map() && found.get("$ref").is_none()).cloned() else {
        return;
    };
    found.rebase(node.line, is_shared);
    // Keys beside a reference have no effect. Under such a name the check refuses them.
    let beside = node.entries().iter().filter(|entry| entry.key != "$ref").cloned();
    let beside = beside.map(|entry| Entry { key: format!("{}` beside `$ref", entry.key), ..entry });
    if let Kind::Map(entries) = &mut found.kind {
        entries.extend(beside);
    }
    *node = found;
}

impl Node {
    /// Moves a component to the line that refers to it. What is said in `shared.yaml` then refers to that file.
    fn rebase(&mut self, line: usize, is_shared: bool) {
        self.line = line;
        match &mut self.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| item.rebase(line, is_shared)),
            Kind::Map(entries) => {
                for entry in entries.iter_mut() {
                    entry.line = line;
                    entry.value.rebase(line, is_shared);
                    if let Kind::String(text) = &mut entry.value.kind
                        && is_shared
                        && entry.key == "$ref"
                        && text.starts_with('#')
                    {
                        text.insert_str(0, "shared.yaml");
                    }
                }
                entries.retain(|entry| entry.key != "x-status");
            }
            _ => {}
        }
    }
}
