//! The rules of an operation: names, sources, parameters, bodies, answers.

use std::collections::BTreeSet;

use super::super::expand;
use super::super::node::{Entry, Node};
use super::{Report, command, join, keys, money, schema, secret};
use crate::generate::collections::ROLES;
use crate::generate::rust::field_name;
use crate::import::source::{Identity, is_date};

/// Allowed sources of facts, and their names in documentation.
pub const SOURCES: [(&str, &str); 15] = [
    ("seed-001", "an early API reference"),
    ("seed-002", "an updated API reference"),
    ("seed-003", "the newest API reference"),
    ("v2-openapi", "the OpenAPI document of the v2 API"),
    ("v2-extra", "clients of the v2 API, as its OpenAPI document lacks it"),
    ("v4-openapi", "the OpenAPI document of the v4 API"),
    ("go-sdk", "the Go SDK"),
    ("ovd", "an older OpenAPI document of the v4 API"),
    ("js-client", "the JavaScript client"),
    ("cli", "the command-line client"),
    ("terraform", "the Terraform provider"),
    ("bridge-openapi", "the OpenAPI document of the API bridge"),
    ("kv-openapi", "the OpenAPI document of the Materia KV proxy"),
    ("docs", "the documentation of the platform"),
    ("drift", "answers of the platform that programs received"),
];

pub fn check<'a>(report: &mut Report<'a>, path: &str, method: &str, operation: &'a Node, pointer: &str) {
    let line = operation.line;
    if !operation.is_map() {
        report.add(line, "operation", pointer, "an operation must be a map");
        return;
    }
    match operation.str_at("operationId") {
        None => report.add(line, "operation-id", pointer, "`operationId` is missing"),
        Some(id) if !is_snake(id) => {
            report.add(
                line,
                "operation-id",
                pointer,
                format!("`{id}` is not snake case, such as `get_zone`"),
            );
        }
        Some(id) if field_name(id) != id => {
            let message = format!("`{id}` cannot be the name of a Rust method: use `{}`", field_name(id));
            report.add(line, "operation-id", pointer, message);
        }
        Some(_) => {}
    }
    if let Some(successor) = operation.str_at("x-successor") {
        if operation.str_at("operationId") == Some(successor) {
            report.add(line, "successor", pointer, "an operation is not its own successor");
        }
        if !operation.is_true_at("deprecated") {
            report.add(
                line,
                "successor",
                pointer,
                "an operation with `x-successor` needs `deprecated: true`",
            );
        }
    }
    if operation.get("x-not-found").is_some()
        && operation.get("responses").is_none_or(|responses| responses.get("404").is_none())
    {
        report.add(line, "not-found", pointer, "`x-not-found` needs a response 404");
    }
    if operation.is_true_at("x-wildcard") && !path.ends_with('}') {
        report.add(line, "path-parameter", pointer, "`x-wildcard` needs a path that ends with a parameter");
    }
    if let Some(hint) = operation.str_at("x-collection")
        && hint != "none"
        && !hint.split_once(' ').is_some_and(|(role, name)| ROLES.contains(&role) && !name.contains(' '))
    {
        let message =
            format!("`x-collection: {hint}` must be `none`, or a role and a name: {}", ROLES.join(", "));
        report.add(line, "collection", pointer, message);
    }
    match operation.str_at("summary") {
        None => report.add(line, "summary", pointer, "`summary` is missing"),
        Some(text) if !text.trim_end().ends_with('.') => {
            report.add(line, "summary", pointer, "the summary must end with a full stop");
        }
        Some(_) => {}
    }
    kinds(report, method, operation, pointer);
    let sources = operation.strings_at("x-source");
    if sources.is_empty() {
        report.add(line, "source", pointer, "`x-source` is missing: name the sources of the facts");
    }
    identities(report, operation, pointer);
    for source in sources.iter().filter(|source| !SOURCES.iter().any(|(known, _)| known == source)) {
        report.add(line, "source", pointer, format!("unknown source `{source}` (docs/spec.md lists them)"));
    }
    keys::check(report, operation, &keys::OPERATION, pointer, "an operation");
    errors(report, operation, pointer);
    for alias in operation.strings_at("x-aliases") {
        if alias
            .split_once(" /")
            .is_none_or(|(method, _)| !expand::METHODS.iter().any(|known| known.to_uppercase() == method))
        {
            report.add(line, "alias", pointer, format!("`{alias}` is not of the form `GET /path`"));
        }
    }
    parameters(report, path, operation, pointer);
    body(report, method, operation, pointer);
    responses(report, operation, pointer);
    command::check(report, operation, pointer);
}

/// The items of `x-source` that name an upstream operation.
fn identities(report: &mut Report<'_>, operation: &Node, pointer: &str) {
    let pointer = &join(pointer, "x-source");
    let mut known = Vec::new();
    for item in operation.get("x-source").map(Node::items).unwrap_or_default() {
        if item.as_str().is_some() {
            continue;
        }
        const KEYS: [&str; 4] = ["document", "operation", "seen", "state"];
        let Some(identity) = Identity::read(item).filter(|_| item.entries().len() == KEYS.len()) else {
            let message = "an upstream operation is `{document: …, operation: …, seen: …, state: …}`";
            report.add(item.line, "source", pointer, message);
            continue;
        };
        if !SOURCES.iter().any(|(word, _)| *word == identity.document) {
            let message = format!("unknown source `{}` (docs/spec.md lists them)", identity.document);
            report.add(item.line, "source", pointer, message);
        }
        if !is_date(&identity.seen) {
            let message = format!("`seen` is not a date such as 2026-01-31: `{}`", identity.seen);
            report.add(item.line, "source", pointer, message);
        }
        if known.contains(&identity.document) {
            let message = format!("`x-source` names two operations of `{}`: keep one", identity.document);
            report.add(item.line, "source", pointer, message);
        }
        known.push(identity.document);
    }
}

/// Programs that `x-used-by` may name.
const PROGRAMS: [&str; 4] = ["console", "cli", "components", "terraform"];

/// Marks that say something about other kinds of operations only.
fn kinds(report: &mut Report<'_>, method: &str, operation: &Node, pointer: &str) {
    if let Some(heartbeat) = operation.get("x-heartbeat-ms").filter(|_| !super::answers_events(operation)) {
        let message =
            "`x-heartbeat-ms` has no effect here: the operation does not answer `text/event-stream`";
        report.add(heartbeat.line, "no-effect", pointer, message);
    }
    if let Some(mark) = operation.get("x-idempotent").filter(|_| !["post", "patch"].contains(&method)) {
        let message =
            format!("`x-idempotent` has no effect on {}: mark a POST or a PATCH", method.to_uppercase());
        report.add(mark.line, "no-effect", pointer, message);
    }
    if let Some(mark) = operation.get("x-always-answered").filter(|_| method != "post") {
        let message = format!(
            "`x-always-answered` is for a POST that changes nothing, not for {}",
            method.to_uppercase()
        );
        report.add(mark.line, "no-effect", pointer, message);
    }
    for program in operation.strings_at("x-used-by").iter().filter(|name| !PROGRAMS.contains(&name.as_str()))
    {
        let message = format!("`x-used-by` names `{program}`: known are {}", PROGRAMS.join(", "));
        report.add(operation.line, "used-by", pointer, message);
    }
}

fn parameters(report: &mut Report<'_>, path: &str, operation: &Node, pointer: &str) {
    let mut declared = Vec::new();
    let list = operation.get("parameters");
    for (index, node) in list.map(Node::items).unwrap_or_default().iter().enumerate() {
        let pointer = format!("{pointer}/parameters/{index}");
        if let Some(reference) = node.str_at("$ref") {
            let message = format!("`{reference}` leads to no parameter");
            report.add(node.line, "reference", &pointer, message);
            continue;
        }
        parameter(report, node, &pointer);
        if let (Some(name), Some("path")) = (node.str_at("name"), node.str_at("in")) {
            declared.push(name.to_owned());
        }
    }
    let template: Vec<&str> =
        path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    for (index, name) in template.iter().enumerate() {
        if template[..index].contains(name) {
            let message = format!("the path contains `{{{name}}}` twice: give each parameter its name");
            report.add(operation.line, "path-parameter", pointer, message);
        }
        if !declared.iter().any(|known| known == name) {
            report.add(
                operation.line,
                "path-parameter",
                pointer,
                format!("the path contains `{{{name}}}`, which is not declared"),
            );
        }
    }
    for name in &declared {
        if !template.contains(&name.as_str()) {
            report.add(
                operation.line,
                "path-parameter",
                pointer,
                format!("the parameter `{name}` is not in the path"),
            );
        }
    }
}

/// Checks a parameter, of an operation or below `components`.
pub fn parameter(report: &mut Report<'_>, parameter: &Node, pointer: &str) {
    keys::check(report, parameter, &keys::PARAMETER, pointer, "a parameter");
    let name = parameter.str_at("name").filter(|name| !name.trim().is_empty());
    let (name, place) = match (name, parameter.str_at("in")) {
        (Some(name), Some(place)) => (name, place),
        _ => {
            report.add(parameter.line, "parameter", pointer, "`name` or `in` of the parameter is missing");
            return;
        }
    };
    match place {
        "path" => {
            if !parameter.is_true_at("required") {
                report.add(
                    parameter.line,
                    "parameter",
                    pointer,
                    format!("the path parameter `{name}` needs `required: true`"),
                );
            }
        }
        "query" => {}
        "header" => {
            const OWN: [&str; 6] =
                ["authorization", "accept", "content-type", "content-length", "host", "last-event-id"];
            let token = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
            if !token {
                let message = format!("`{name}` cannot be the name of a header");
                report.add(parameter.line, "parameter", pointer, message);
            } else if OWN.contains(&name.to_ascii_lowercase().as_str()) {
                let message = format!("the header `{name}` is set by the client: remove it");
                report.add(parameter.line, "parameter", pointer, message);
            }
        }
        "cookie" => report.add(
            parameter.line,
            "parameter",
            pointer,
            format!("`{name}` is a cookie, which the client does not send: remove it"),
        ),
        other => report.add(parameter.line, "parameter", pointer, format!("unknown place `in: {other}`")),
    }
    if parameter.str_at("description").is_none_or(|text| text.trim().is_empty()) {
        report.add(
            parameter.line,
            "description",
            pointer,
            format!("the parameter `{name}` has no description"),
        );
    }
    match parameter.get("schema") {
        Some(schema) => {
            secret::named(report, name, parameter, schema, pointer);
            money::named(report, name, schema, schema, pointer);
            schema::check(report, schema, &join(pointer, "schema"), schema::Place::Inline);
            if schema.is_true_at("nullable") && schema.get("$ref").is_none() {
                let message = format!(
                    "`{name}` is `nullable`: a parameter is sent or absent, never null: remove `nullable`"
                );
                report.add(schema.line, "nullable", pointer, message);
            }
            if !can_be_sent(report, schema, place) {
                let message = format!(
                    "`{name}` must be a single value: only a query can also contain a list or a map of strings"
                );
                report.add(parameter.line, "parameter", pointer, message);
            }
        }
        None => {
            report.add(parameter.line, "parameter", pointer, format!("the parameter `{name}` has no schema"))
        }
    }
}

/// Returns `true` if a value of this schema fits where a parameter stands.
fn can_be_sent(report: &Report<'_>, schema: &Node, place: &str) -> bool {
    let target = report.target(schema);
    let is_single = |schema: &Node| {
        matches!(schema.str_at("type"), Some("string" | "integer" | "number" | "boolean"))
            || schema.get("x-rust-type").is_some()
    };
    match target.str_at("type") {
        Some("array") => {
            place == "query" && target.get("items").is_some_and(|items| is_single(report.target(items)))
        }
        Some("object") => {
            place == "query"
                && target.get("properties").is_none()
                && target.get("additionalProperties").is_some_and(|values| is_single(report.target(values)))
        }
        // A separate rule reports this problem.
        None => {
            target.get("x-free-json").is_none() && target.get("oneOf").is_none()
                || target.get("x-rust-type").is_some()
        }
        Some(_) => true,
    }
}

fn body(report: &mut Report<'_>, method: &str, operation: &Node, pointer: &str) {
    let Some(body) = operation.get("requestBody") else { return };
    let pointer = join(pointer, "requestBody");
    keys::check(report, body, &keys::BODY, &pointer, "a body");
    if method == "get" || method == "head" {
        report.add(body.line, "body", &pointer, format!("a {} must not have a body", method.to_uppercase()));
    }
    if !body.is_true_at("required") {
        report.add(body.line, "body", &pointer, "the body needs `required: true`");
    }
    let media = body.get("content").map(Node::entries).unwrap_or_default();
    if media.len() != 1 {
        report.add(
            body.line,
            "media-type",
            &pointer,
            format!("the body has {} media types: use one", media.len()),
        );
    }
    for entry in media {
        let pointer = join(&join(&pointer, "content"), &entry.key);
        if entry.key.contains('*') && entry.key != "image/*" {
            report.add(entry.line, "media-type", &pointer, format!("invalid media type `{}`", entry.key));
        }
        media_type(report, entry, &pointer);
        match entry.value.get("schema") {
            Some(schema) => schema::check(report, schema, &join(&pointer, "schema"), schema::Place::Inline),
            None => report.add(entry.line, "media-type", &pointer, format!("`{}` has no schema", entry.key)),
        }
    }
}

/// Media types whose text is read; of any other, the bytes are given as they come.
const READ: [&str; 6] = [
    "application/json",
    "text/plain",
    "text/html",
    "application/yaml",
    "application/x-www-form-urlencoded",
    "text/event-stream",
];

fn media_type(report: &mut Report<'_>, media: &Entry, pointer: &str) {
    keys::check(report, &media.value, &keys::MEDIA, pointer, "a media type");
    let Some(schema) = media.value.get("schema") else { return };
    let is_read =
        READ.contains(&media.key.as_str()) || media.key.ends_with("+json") || media.key.starts_with("text/");
    let is_bytes = schema.str_at("type") == Some("string");
    if !is_read && !is_bytes {
        let message =
            format!("`{}` is not parsed: use `schema: {{type: string, format: binary}}`", media.key);
        report.add(media.line, "media-type", pointer, message);
    }
    // Text is sent and read as it is. A form and an event have the structure that their schema says.
    let is_text =
        media.key.starts_with("text/") && media.key != "text/event-stream" || media.key.contains("yaml");
    let target = report.target(schema);
    if is_text && target.str_at("type") != Some("string") {
        let message =
            format!("`{}` is a text: its schema is a string, or a shared type that is one", media.key);
        report.add(media.line, "media-type", pointer, message);
    }
}

fn responses(report: &mut Report<'_>, operation: &Node, pointer: &str) {
    let pointer = join(pointer, "responses");
    let responses = operation.get("responses").map(Node::entries).unwrap_or_default();
    let success =
        responses.iter().filter(|entry| entry.key.starts_with('2') || entry.key.starts_with('1')).count();
    if success != 1 {
        report.add(
            operation.line,
            "success",
            &pointer,
            format!("the operation has {success} success answers: use one"),
        );
    }
    for entry in responses {
        let pointer = join(&pointer, &entry.key);
        if entry.key == "default" {
            report.add(
                entry.line,
                "status",
                &pointer,
                "`default` is neither success nor failure: use a status or `4XX`",
            );
        } else if !is_status(&entry.key) {
            report.add(entry.line, "status", &pointer, format!("invalid status `{}`", entry.key));
        }
        if let Some(reference) = entry.value.str_at("$ref") {
            report.add(entry.line, "reference", &pointer, format!("`{reference}` leads to no response"));
            continue;
        }
        keys::check(report, &entry.value, &keys::RESPONSE, &pointer, "an answer");
        if entry.key.starts_with(['1', '2']) {
            success_answer(report, entry, &pointer);
        }
        if matches!(entry.key.chars().next(), Some('1' | '2'))
            && let Some(id) = operation.str_at("operationId")
        {
            for media in entry.value.get("content").map(Node::entries).unwrap_or_default() {
                if let Some(schema) = media.value.get("schema") {
                    let pointer = join(&join(&pointer, "content"), &media.key);
                    secret::answer(report, id, &entry.value, schema, &pointer);
                }
            }
        }
        response(report, &entry.key, &entry.value, &pointer);
    }
}

/// A success has one status, and a sentence that the documentation shows.
fn success_answer(report: &mut Report<'_>, entry: &Entry, pointer: &str) {
    if entry.key.ends_with("XX") {
        let message = format!("the success answer `{}` must be one status, such as 200", entry.key);
        report.add(entry.line, "status", pointer, message);
    }
    if entry
        .value
        .str_at("description")
        .is_some_and(|text| !text.trim().is_empty() && !text.trim_end().ends_with('.'))
    {
        let message = "the description of the success answer must end with a full stop";
        report.add(entry.line, "description", pointer, message);
    }
}

/// Checks an answer, of an operation or below `components`.
pub fn response(report: &mut Report<'_>, name: &str, response: &Node, pointer: &str) {
    let line = response.line;
    if response.str_at("description").is_none_or(|text| text.trim().is_empty()) {
        report.add(line, "description", pointer, format!("the answer {name} has no description"));
    }
    let media = response.get("content").map(Node::entries).unwrap_or_default();
    if media.len() > 1 {
        let message = format!("the answer {name} has {} media types: give one", media.len());
        report.add(line, "media-type", pointer, message);
    }
    if name == "204" && !media.is_empty() {
        report.add(line, "media-type", pointer, "204 has no body: remove its media types");
    }
    for media in media {
        let pointer = join(&join(pointer, "content"), &media.key);
        if media.key == "*/*" {
            report.add(media.line, "media-type", &pointer, "invalid media type `*/*`");
        }
        media_type(report, media, &pointer);
        match media.value.get("schema") {
            Some(schema) => schema::check(report, schema, &join(&pointer, "schema"), schema::Place::Inline),
            None => {
                report.add(media.line, "media-type", &pointer, format!("`{}` has no schema", media.key));
            }
        }
    }
}

/// Checks that each status of `x-errors` is that of a shared response.
pub fn errors(report: &mut Report<'_>, node: &Node, pointer: &str) {
    let Some(errors) = node.get("x-errors") else { return };
    let mut known = Vec::new();
    for item in errors.items() {
        let status = expand::status(item);
        if status.as_deref().and_then(|status| expand::response(report.shared, status)).is_none() {
            let message = format!(
                "`x-errors` lists `{}`, and no response of shared.yaml has this `x-status`",
                status.unwrap_or_default()
            );
            report.add(item.line, "status", &join(pointer, "x-errors"), message);
        } else if known.contains(&status) {
            let message = format!("`x-errors` lists `{}` twice", status.unwrap_or_default());
            report.add(item.line, "status", &join(pointer, "x-errors"), message);
        } else {
            known.push(status);
        }
    }
    let usual = report.document.get("x-errors").filter(|_| !pointer.is_empty());
    if usual.is_some_and(|usual| statuses(usual) == statuses(errors)) {
        let message = "`x-errors` lists the usual errors of the document: leave it out";
        report.add(errors.line, "status", &join(pointer, "x-errors"), message);
    }
}

/// The statuses of a list.
fn statuses(errors: &Node) -> BTreeSet<Option<String>> {
    errors.items().iter().map(expand::status).collect()
}

fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_status(text: &str) -> bool {
    text.len() == 3
        && text.starts_with(|c: char| ('1'..='5').contains(&c))
        && (text[1..].bytes().all(|b| b.is_ascii_digit()) || &text[1..] == "XX")
}
