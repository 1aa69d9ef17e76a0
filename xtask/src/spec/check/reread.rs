//! Rules of `reread`: the operation that a command reads again must exist and return the command's output.

use std::collections::BTreeSet;

use super::super::node::Node;
use super::command::{Answer, Inputs};
use super::{Report, operations};

/// `reread: get_thing`, or `reread: list_things by name and zone=region`.
pub(super) fn check<'a>(
    report: &Report<'a>,
    operation: &'a Node,
    command: &'a Node,
    fields: &BTreeSet<&str>,
    problem: &mut impl FnMut(usize, String),
) {
    let Some(reread) = command.get("reread") else { return };
    let mut problem = |message: String| problem(reread.line, message);
    let answers = operation.get("responses").into_iter().flat_map(Node::entries);
    let answers_nothing = answers
        .filter(|answer| answer.key.starts_with('2'))
        .all(|answer| answer.value.get("content").is_none() && answer.value.get("$ref").is_none());
    let output = command.str_at("output");
    if output == Some("void") || output.is_none() && answers_nothing {
        return problem("`reread`, and the command gives nothing".to_owned());
    }
    let text = reread.as_str().unwrap_or_default();
    let (id, by) = text.split_once(" by ").map_or((text, None), |(id, by)| (id, Some(by)));
    let found = operations(report.document).find(|(.., reader)| reader.str_at("operationId") == Some(id));
    let Some((_, method, reader)) = found else {
        return problem(format!("`reread` names `{id}`, and the document has no such operation"));
    };
    if method != "get" {
        return problem(format!("`reread` names `{id}`, which is no GET"));
    }
    let inputs = Inputs::of(report, operation);
    for input in Inputs::of(report, reader).all.iter().filter(|input| input.required) {
        let constant = command.get("constants").is_some_and(|all| all.get(&input.target).is_some());
        if inputs.complete && (constant || !inputs.have(&input.target)) {
            problem(format!("`reread` calls `{id}`, whose `{}` the command does not know", input.name));
        }
    }
    let answer = Answer::of(report, reader);
    let Some(by) = by else {
        if matches!(answer, Answer::List(_)) != matches!(Answer::of(report, operation), Answer::List(_)) {
            let message = "where one of them answers a list, and the other one thing";
            problem(format!(
                "`reread` names `{id}` for `{}`, {message}",
                operation.str_at("operationId").unwrap_or_default()
            ));
        }
        return;
    };
    let item = match answer {
        Answer::Unknown => return,
        Answer::Other => return problem(format!("`reread` finds a thing in `{id}`, which answers no list")),
        Answer::List(item) => item,
    };
    let properties = item.and_then(|item| item.get("properties"));
    for pair in by.split(" and ") {
        let (thing, own) = pair.split_once('=').unwrap_or((pair, pair));
        if properties.is_none_or(|properties| properties.get(thing).is_none()) {
            problem(format!("`reread` compares `{thing}`, which the things of `{id}` do not have"));
        }
        if inputs.complete && !fields.contains(own) {
            problem(format!("`reread` compares the field `{own}`, which the command does not have"));
        }
    }
}
