//! The rules of `x-command`: what it names has to be there.

use std::collections::BTreeSet;

use super::super::node::{Kind, Node};
use super::{Report, join, keys};
use crate::generate::rust::camel_name;

/// What an owner can be resolved from although the operation does not take it.
pub const RESOLVABLE: [&str; 4] = ["applicationId", "addonProviderId", "oauthConsumerKey", "addonId"];

pub fn check(report: &mut Report<'_>, operation: &Node, pointer: &str) {
    let Some(command) = operation.get("x-command") else { return };
    let pointer = &join(pointer, "x-command");
    if !command.is_map() {
        report.add(command.line, "command", pointer, "a command is a map with a `name`");
        return;
    }
    let pascal = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    if !command.str_at("name").is_some_and(pascal) {
        report.add(command.line, "command", pointer, "the command has no `name` in PascalCase");
    }
    keys::check(report, command, &keys::COMMAND, pointer, "a command");
    let inputs = Inputs::of(report, operation);
    let mut problems = Vec::new();
    let mut problem = |line: usize, message: String| problems.push((line, message));
    for entry in command.get("fields").map(Node::entries).unwrap_or_default() {
        let target = entry.value.as_str().unwrap_or_default();
        if !["body", "nowhere"].contains(&target)
            && !["path.", "query.", "header.", "body."].iter().any(|place| target.starts_with(place))
        {
            problem(entry.line, format!("the field `{}` goes to `{target}`, which is no place", entry.key));
        } else if target != "nowhere" && !inputs.have(target) {
            let message =
                format!("the field `{}` goes to `{target}`, which the operation does not have", entry.key);
            problem(entry.line, message);
        }
    }
    for entry in command.get("constants").map(Node::entries).unwrap_or_default() {
        if !inputs.have(&entry.key) {
            problem(
                entry.line,
                format!("the constant `{}` is for nothing that the operation has", entry.key),
            );
        }
    }
    let fields = fields(&inputs, command);
    let mut names = BTreeSet::new();
    for name in &fields {
        if !names.insert(name.as_str()) {
            problem(command.line, format!("two of its fields are called `{name}`: name one in `fields`"));
        }
    }
    for entry in command.get("addon").map(Node::entries).unwrap_or_default() {
        if !matches!(entry.value.as_str(), Some("REAL" | "ADDON")) {
            problem(entry.line, "an add-on id is translated to `REAL` or `ADDON`".to_owned());
        }
        if inputs.complete && !names.contains(entry.key.as_str()) && !RESOLVABLE.contains(&entry.key.as_str())
        {
            problem(entry.line, format!("the command has no field `{}` to translate", entry.key));
        }
    }
    if let Some(owner) = command.get("owner") {
        match &owner.kind {
            Kind::String(name) if inputs.complete => {
                if !names.contains(name.as_str()) && !RESOLVABLE.contains(&name.as_str()) {
                    problem(
                        owner.line,
                        format!("the owner cannot be resolved from `{name}`, which is no field"),
                    );
                }
            }
            Kind::String(_) => {}
            _ => problem(owner.line, "`owner` names the field that the owner is resolved from".to_owned()),
        }
    }
    answer(report, operation, command, &mut problem);
    for (line, message) in problems {
        report.add(line, "command", pointer, message);
    }
}

/// `empty` and `sort` against what the operation answers.
fn answer(report: &Report<'_>, operation: &Node, command: &Node, problem: &mut impl FnMut(usize, String)) {
    let answer = Answer::of(report, operation);
    if let Some(empty) = command.get("empty") {
        match empty.as_str() {
            Some("null") => {}
            Some("list") if matches!(answer, Answer::List(_) | Answer::Unknown) => {}
            Some("list") => problem(empty.line, "`empty: list`, and the answer is no list".to_owned()),
            _ => problem(empty.line, "`empty` is `'null'` or `list`".to_owned()),
        }
    }
    let Some(sort) = command.get("sort") else { return };
    let name = sort.as_str().unwrap_or_default();
    match answer {
        Answer::Unknown => {}
        Answer::Other => problem(sort.line, "`sort`, and the answer is no list".to_owned()),
        // The fields of a model are not in the spec.
        Answer::List(_) if command.get("output").is_some() => {}
        Answer::List(item) => {
            let field = name.trim_start_matches('-');
            let properties = item.and_then(|item| item.get("properties"));
            if field != "self" && properties.is_none_or(|properties| properties.get(field).is_none()) {
                problem(sort.line, format!("`sort` by `{field}`, which the things in the list do not have"));
            }
        }
    }
}

/// What can be given to an operation.
struct Inputs {
    /// `path.NAME`, `query.NAME`, `header.NAME`, `body.PROPERTY` or `body`, each with its own name.
    all: Vec<(String, String)>,
    /// Whether there is a body, whose properties may be unknown.
    body: bool,
    /// Whether each is known.
    complete: bool,
}

impl Inputs {
    fn of(report: &Report<'_>, operation: &Node) -> Self {
        let mut inputs = Self { all: Vec::new(), body: false, complete: true };
        for parameter in operation.get("parameters").map(Node::items).unwrap_or_default() {
            match (parameter.str_at("name"), parameter.str_at("in")) {
                (Some(name), Some(place)) => inputs.all.push((format!("{place}.{name}"), name.to_owned())),
                _ => inputs.complete = false,
            }
        }
        let Some(body) = operation.get("requestBody") else { return inputs };
        inputs.body = true;
        let media = body.get("content").map(Node::entries).unwrap_or_default().first();
        let schema = media.and_then(|media| media.value.get("schema")).map(|schema| target(report, schema));
        match schema.and_then(|schema| schema.get("properties")) {
            Some(properties) => inputs.all.extend(
                properties.entries().iter().map(|entry| (format!("body.{}", entry.key), entry.key.clone())),
            ),
            None => inputs.all.push(("body".to_owned(), "body".to_owned())),
        }
        inputs
    }

    fn have(&self, target: &str) -> bool {
        !self.complete || target == "body" && self.body || self.all.iter().any(|(known, _)| known == target)
    }
}

/// The names of a command's fields.
fn fields(inputs: &Inputs, command: &Node) -> Vec<String> {
    let places = command.get("fields").map(Node::entries).unwrap_or_default();
    let named = |target: &str| places.iter().find(|entry| entry.value.as_str() == Some(target));
    let constants = command.get("constants");
    let whole = named("body");
    let mut fields: Vec<String> = inputs
        .all
        .iter()
        .filter(|(target, _)| constants.is_none_or(|constants| constants.get(target).is_none()))
        .filter(|(target, _)| whole.is_none() || !target.starts_with("body"))
        .map(|(target, name)| named(target).map_or_else(|| camel_name(name), |entry| entry.key.clone()))
        .collect();
    fields.extend(whole.map(|entry| entry.key.clone()));
    fields.extend(
        places.iter().filter(|entry| entry.value.as_str() == Some("nowhere")).map(|entry| entry.key.clone()),
    );
    fields
}

/// What an operation answers.
enum Answer<'a> {
    /// Things like this one.
    List(Option<&'a Node>),
    Other,
    Unknown,
}

impl<'a> Answer<'a> {
    fn of(report: &Report<'a>, operation: &'a Node) -> Self {
        let responses = operation.get("responses").map(Node::entries).unwrap_or_default();
        let Some(success) = responses.iter().find(|entry| entry.key.starts_with('2')) else {
            return Self::Unknown;
        };
        let media = success.value.get("content").map(Node::entries).unwrap_or_default().first();
        let Some(schema) = media.and_then(|media| media.value.get("schema")) else { return Self::Other };
        let schema = target(report, schema);
        match schema.str_at("type") {
            Some("array") => Self::List(schema.get("items").map(|items| target(report, items))),
            _ => Self::Other,
        }
    }
}

/// What a schema refers to, or itself.
fn target<'a>(report: &Report<'a>, schema: &'a Node) -> &'a Node {
    let mut schema = schema;
    // A name that leads to itself is told by another rule.
    for _ in 0..16 {
        match schema.str_at("$ref").and_then(|reference| report.resolve(reference)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}
