//! Operations in the form of the spec.

use std::fmt::Write;

use heck::ToSnakeCase;

use super::{FREE, House, sentence, words};
use crate::generate::rust::field_name;
use crate::import::compare::is_own;
use crate::import::document::{At, Operation, Parameter, Shape};
use crate::import::edit::scalar;
use crate::import::place::Places;
use crate::import::source::Identity;
use crate::spec::expand::{self, response};
use crate::spec::node::Node;
use crate::spec::secret::answers_secret;

/// The errors of operations for which upstream says none.
pub const USUAL: [&str; 3] = ["401", "403", "404"];

/// Success statuses of an answer without a body.
const EMPTY: [&str; 2] = ["204", "205"];

impl<'a> House<'_, 'a> {
    /// An operation as lines: path, method, then everything below the method without indentation.
    pub fn operation(
        &mut self,
        operation: &Operation<'a>,
        places: &Places,
        ids: &mut std::collections::BTreeSet<String>,
        now: &Identity,
    ) -> (String, String) {
        let (path, renamed) = places.path(operation);
        let id = self.id(operation, ids);
        let mut lines = String::new();
        let summary = operation.summary.or(operation.description).and_then(sentence);
        let summary = summary.unwrap_or_else(|| words(&id));
        self.ask(format!("read the summary of `{id}`, and name a command if users need one"));
        let _ = writeln!(lines, "operationId: {id}\nsummary: {}", scalar(&summary));
        let _ = writeln!(
            lines,
            "x-source: {}",
            sources(std::slice::from_ref(&now.document), std::slice::from_ref(now))
        );
        if operation.is_deprecated {
            lines.push_str("deprecated: true\n");
        }
        let mut parameters = String::new();
        for (old, new) in &renamed {
            let known = operation.parameters.iter().find(|known| known.place == "path" && known.name == old);
            let _ = writeln!(parameters, "- {}", self.path_parameter(known, new));
        }
        for parameter in operation.parameters.iter().filter(|parameter| parameter.place != "path") {
            if parameter.place == "cookie" {
                self.ask(format!(
                    "`{id}` takes the cookie `{}`, which the client does not send",
                    parameter.name
                ));
            } else if !is_own(parameter) {
                let _ = writeln!(parameters, "- {}", self.parameter(parameter));
            }
        }
        if !parameters.is_empty() {
            let _ = write!(lines, "parameters:\n{parameters}");
        }
        if let Some(body) = &operation.body {
            if ["get", "head"].contains(&operation.method) {
                self.ask(format!(
                    "`{id}` has a body, which a {} must not have",
                    operation.method.to_uppercase()
                ));
            } else {
                let media = body.media.unwrap_or("application/json");
                self.other_media(body.at, body.media, &format!("the body of `{id}`"));
                let content = self.content(media, body.schema, "body", &id);
                let _ = write!(lines, "requestBody:\n  required: true\n  content:\n{content}");
            }
        }
        self.errors(operation, &mut lines);
        self.success(operation, &id, &mut lines);
        (path, lines.trim_end().to_owned())
    }

    fn id(&mut self, operation: &Operation<'a>, ids: &mut std::collections::BTreeSet<String>) -> String {
        let made = || format!("{} {}", operation.method, operation.path);
        let base = operation.id.map_or_else(made, str::to_owned).to_snake_case();
        let base: String =
            base.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '_').collect();
        let base = if base.starts_with(|first: char| first.is_ascii_lowercase()) {
            base
        } else {
            format!("call_{base}")
        };
        let base = field_name(&base).trim_start_matches("r#").to_owned();
        let base = if field_name(&base) == base { base } else { format!("{base}_operation") };
        if ids.insert(base.clone()) {
            return base;
        }
        let domain = self.domain.replace('-', "_");
        let count = self.counts.entry(base.clone()).or_default();
        loop {
            *count += 1;
            let id = if *count == 1 {
                format!("{base}_of_{domain}")
            } else {
                format!("{base}_{count}_of_{domain}")
            };
            if ids.insert(id.clone()) {
                return id;
            }
        }
    }

    fn path_parameter(&mut self, known: Option<&Parameter<'a>>, name: &str) -> String {
        let component = heck::ToUpperCamelCase::to_upper_camel_case(name);
        for (file, prefix) in [("shared", "shared.yaml"), (self.domain.clone().as_str(), "")] {
            let files = self.comparison.ours.files;
            let found =
                files.files.iter().find(|known| known.path.file_stem().is_some_and(|stem| stem == file));
            let parameter = found.and_then(|file| file.root.at(&["components", "parameters", &component]));
            if parameter.is_some_and(|parameter| parameter.str_at("name") == Some(name)) {
                return format!("{{$ref: '{prefix}#/components/parameters/{component}'}}");
            }
        }
        let description = self.described(known.and_then(|known| known.description), name);
        let schema = self.value(known.and_then(|known| known.schema), name, "path");
        format!(
            "{{name: {name}, in: path, required: true, description: {}, schema: {schema}}}",
            scalar(&description)
        )
    }

    /// A parameter of a query or a header.
    pub fn parameter(&mut self, parameter: &Parameter<'a>) -> String {
        let name = parameter.name;
        let description = self.described(parameter.description, name);
        if self.comparison.theirs.is_joined(parameter) {
            self.ask(format!(
                "the elements of the parameter `{name}` are one text in the document, and repeat the parameter here"
            ));
        }
        let schema = self.value(parameter.schema, name, parameter.place);
        let required = if parameter.is_required { ", required: true" } else { "" };
        format!(
            "{{name: {}, in: {}{required}, description: {}, schema: {schema}}}",
            scalar(name),
            parameter.place,
            scalar(&description)
        )
    }

    /// First sentence of the description of a parameter, or its name in words.
    fn described(&mut self, description: Option<&str>, name: &str) -> String {
        description.and_then(sentence).unwrap_or_else(|| {
            self.ask(format!("describe the parameter `{name}`: the document does not"));
            words(name)
        })
    }

    /// Asks about the media types that the spec, which has one for a body, leaves out.
    fn other_media(&mut self, at: At<'a>, taken: Option<&str>, what: &str) {
        let all = at.node.get("content").map(Node::entries).unwrap_or_default();
        let names = all.iter().map(|entry| entry.key.split(';').next().unwrap_or_default().trim());
        let others: Vec<String> =
            names.filter(|name| Some(*name) != taken).map(|name| format!("`{name}`")).collect();
        if let (Some(taken), false) = (taken, others.is_empty()) {
            self.ask(format!("{what} may also be {}, and is `{taken}` here", others.join(", ")));
        }
    }

    /// A value that a parameter can send.
    fn value(&mut self, schema: Option<At<'a>>, name: &str, place: &str) -> String {
        let Some(at) = schema else { return "{type: string}".to_owned() };
        let view = self.comparison.theirs.view(at);
        let is_single = |shape| {
            matches!(shape, Shape::Text | Shape::Integer | Shape::Number | Shape::Boolean | Shape::Enum)
        };
        let fits = match view.shape() {
            Shape::List => {
                place == "query"
                    && view.items.is_some_and(|items| is_single(self.comparison.theirs.view(items).shape()))
            }
            shape => is_single(shape),
        };
        if !fits {
            self.ask(format!(
                "the parameter `{name}` is {} in the document, and a string here",
                view.shape().words()
            ));
            return "{type: string}".to_owned();
        }
        self.inline(at, name, "", false)
    }

    /// The media type of a body or an answer with its schema, indented below `content`.
    fn content(&mut self, media: &str, schema: Option<At<'a>>, name: &str, owner: &str) -> String {
        let media =
            if media.contains('*') && media != "image/*" { "application/octet-stream" } else { media };
        let has_structure = media.contains("json")
            || ["application/x-www-form-urlencoded", "text/event-stream"].contains(&media);
        let schema = if has_structure {
            schema.map_or_else(
                || format!("{{x-free-json: {}}}", scalar(FREE)),
                |at| self.inline(at, name, owner, false),
            )
        } else if media.starts_with("text/") || media.contains("yaml") {
            "{type: string}".to_owned()
        } else {
            "{type: string, format: binary}".to_owned()
        };
        format!("    {media}:\n      schema: {schema}\n")
    }

    /// The errors that the document lists, where they are not those of the file.
    fn errors(&mut self, operation: &Operation<'a>, lines: &mut String) {
        let shared = self.comparison.ours.files.files.last().map(|file| &file.root);
        let listed: Vec<&str> = operation
            .errors
            .iter()
            .copied()
            .filter(|status| shared.is_some_and(|shared| response(shared, status).is_some()))
            .collect();
        // A new document gets the usual errors.
        let file = self.file.and_then(|file| self.comparison.ours.files.files.get(file));
        let usual: Option<Vec<String>> = match file {
            None => Some(USUAL.map(str::to_owned).to_vec()),
            Some(file) => file
                .root
                .get("x-errors")
                .map(|usual| usual.items().iter().filter_map(expand::status).collect()),
        };
        if listed.is_empty() || listed == ["4XX"] {
            if usual.is_none() {
                let _ = writeln!(lines, "x-errors: [{}]", USUAL.join(", "));
            }
            return;
        }
        let are_usual = |usual: &Vec<String>| {
            listed.len() == usual.len() && listed.iter().all(|status| usual.iter().any(|one| one == status))
        };
        if !usual.as_ref().is_some_and(are_usual) {
            let _ = writeln!(lines, "x-errors: [{}]", listed.join(", "));
        }
    }

    fn success(&mut self, operation: &Operation<'a>, id: &str, lines: &mut String) {
        let success = operation.success.as_ref();
        let status = match success.map(|answer| answer.status) {
            Some(status) if status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()) => status,
            _ => {
                self.ask(format!("the document gives no status for the success of `{id}`: 200 is a guess"));
                "200"
            }
        };
        let others = operation.at.node.get("responses").map(Node::entries).unwrap_or_default();
        let others =
            others.iter().map(|entry| &entry.key).filter(|key| key.starts_with('2') && *key != status);
        let others: Vec<&str> = others.map(String::as_str).collect();
        if !others.is_empty() {
            self.ask(format!("`{id}` may also answer {}, and answers {status} here", others.join(", ")));
        }
        if let Some(answer) = success {
            self.other_media(answer.at, answer.media, &format!("the answer of `{id}`"));
        }
        let description = success.and_then(|answer| answer.description).and_then(sentence);
        let description = description.unwrap_or_else(|| "The answer.".to_owned());
        let _ = writeln!(lines, "responses:\n  '{status}':\n    description: {}", scalar(&description));
        let Some((media, answer)) = success.and_then(|answer| Some((answer.media?, answer))) else { return };
        if EMPTY.contains(&status) {
            return;
        }
        let content = self.content(media, answer.schema, "answer", id);
        // A reference to a type of its own cannot be hidden.
        if answers_secret(id) && !content.contains("$ref") {
            lines.push_str("    x-secret: true\n");
        }
        lines.push_str("    content:\n");
        for line in content.lines() {
            let _ = writeln!(lines, "  {line}");
        }
    }
}

/// The value of `x-source`.
pub fn sources(words: &[String], identities: &[Identity]) -> String {
    let mut items: Vec<String> = words.to_vec();
    items.extend(identities.iter().map(|identity| {
        format!(
            "{{document: {}, operation: {}, seen: {}, state: {}}}",
            scalar(&identity.document),
            scalar(&identity.operation),
            scalar(&identity.seen),
            scalar(&identity.state)
        )
    }));
    format!("[{}]", items.join(", "))
}

/// The words and identities of an operation of the spec, with one identity replaced or added.
pub fn stamped(operation: &Node, now: &Identity) -> String {
    let mut identities = crate::import::source::identities(operation);
    match identities.iter_mut().find(|known| known.document == now.document) {
        Some(known) => *known = now.clone(),
        None => identities.push(now.clone()),
    }
    sources(&operation.strings_at("x-source"), &identities)
}
