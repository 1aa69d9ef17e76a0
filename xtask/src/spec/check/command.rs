//! Rules of `x-command`: the names in it must exist.

use std::collections::BTreeSet;

use super::super::node::{Kind, Node};
use super::{Report, join, keys, names, reread};
use crate::generate::rust::camel_name;

/// Names that the module of commands uses, besides those that all modules do.
pub(super) const TAKEN: [&str; 6] = ["Command", "Context", "Ids", "Ok", "Result", "Vec"];

/// Ids from which an owner can be resolved although the operation does not take them, with their types.
pub const RESOLVABLE: [(&str, &str); 4] = [
    ("applicationId", "ApplicationId"),
    ("addonProviderId", "AddonProviderId"),
    ("oauthConsumerKey", "ConsumerKey"),
    ("addonId", "AnyAddonId"),
];

fn is_resolvable(field: &str) -> bool {
    RESOLVABLE.iter().any(|(name, _)| *name == field)
}

pub fn check<'a>(report: &mut Report<'a>, operation: &'a Node, pointer: &str) {
    let Some(command) = operation.get("x-command") else { return };
    let pointer = &join(pointer, "x-command");
    if !command.is_map() {
        report.add(command.line, "command", pointer, "a command must be a map with a `name`");
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
    if let (Some(own), Some(of_operation)) = (command.str_at("summary"), operation.str_at("summary"))
        && own.trim() == of_operation.trim()
    {
        let message = "the summary repeats that of the operation: remove it";
        report.add(command.line, "command", pointer, message);
    }
    if let Some(name) = command.str_at("name").filter(|name| names::is_taken(name, &TAKEN)) {
        report.add(
            command.line,
            "rust-name",
            pointer,
            format!("`{name}` has another meaning in Rust: use another name"),
        );
    }
    if command.str_at("summary").is_some_and(|summary| !summary.trim_end().ends_with('.')) {
        report.add(command.line, "command", pointer, "the summary must end with a full stop");
    }
    cli(report, command, pointer);
    let inputs = Inputs::of(report, operation);
    let mut problems = Vec::new();
    let mut problem = |line: usize, message: String| problems.push((line, message));
    overlaps(command, &inputs, &mut problem);
    for entry in command.get("fields").map(Node::entries).unwrap_or_default() {
        let target = entry.value.as_str().unwrap_or_default();
        if !["body", "nowhere"].contains(&target)
            && !["path.", "query.", "header.", "body."].iter().any(|place| target.starts_with(place))
        {
            problem(
                entry.line,
                format!(
                    "the field `{}` has the unknown target `{target}`: use `path.`, `query.`, `header.`, `body` or `nowhere`",
                    entry.key
                ),
            );
        } else if target != "nowhere" && !inputs.have(target) {
            let message = format!(
                "the field `{}` has the target `{target}`, which the operation does not have",
                entry.key
            );
            problem(entry.line, message);
        }
    }
    for entry in command.get("constants").map(Node::entries).unwrap_or_default() {
        if !inputs.have(&entry.key) {
            problem(entry.line, format!("the operation has no input for the constant `{}`", entry.key));
        }
    }
    for name in command.get("sent-empty").map(Node::items).unwrap_or_default() {
        let input = name.as_str().map(|name| format!("body.{name}"));
        if input.is_some_and(|input| !inputs.have(&input)) {
            problem(name.line, "`sent-empty` names a property that the body does not have".to_owned());
        }
    }
    let mut targets = BTreeSet::new();
    for entry in command.get("fields").map(Node::entries).unwrap_or_default() {
        let target = entry.value.as_str().unwrap_or_default();
        if target != "nowhere" && !targets.insert(target) {
            problem(entry.line, format!("two fields have the target `{target}`"));
        }
    }
    kinds(report, operation, command, &inputs, &mut problem);
    let fields = fields(&inputs, command);
    let mut names = BTreeSet::new();
    for name in &fields {
        if !names.insert(name.as_str()) {
            problem(
                command.line,
                format!("two fields of the command are called `{name}`: rename one in `fields`"),
            );
        }
    }
    for entry in command.get("addon").map(Node::entries).unwrap_or_default() {
        if !matches!(entry.value.as_str(), Some("REAL" | "ADDON" | "RESOURCE")) {
            problem(entry.line, "unknown translation: use `REAL`, `ADDON` or `RESOURCE`".to_owned());
        }
        let is_owner = command.str_at("owner") == Some(&entry.key) && is_resolvable(&entry.key);
        if inputs.complete && !names.contains(entry.key.as_str()) && !is_owner {
            problem(entry.line, format!("the command has no field `{}` to translate", entry.key));
        }
    }
    if let Some(owner) = command.get("owner") {
        match &owner.kind {
            Kind::String(name) if inputs.complete => {
                let renamed = inputs.all.iter().any(|input| camel_name(&input.name) == *name)
                    && !names.contains(name.as_str());
                if renamed {
                    problem(
                        owner.line,
                        format!(
                            "the owner is resolved from `{name}`, which has another name in `fields` or is a constant: name the field"
                        ),
                    );
                } else if !names.contains(name.as_str()) && !is_resolvable(name) {
                    problem(
                        owner.line,
                        format!("the owner cannot be resolved from `{name}`, which is not a field"),
                    );
                }
            }
            Kind::String(_) => {}
            _ => problem(owner.line, "`owner` must be the name of a field".to_owned()),
        }
    }
    if let Some(teaches) = command.get("teaches")
        && (command.get("owner").is_some() || inputs.complete && !names.contains("ownerId"))
    {
        problem(teaches.line, "`teaches` needs a field `ownerId`, and no `owner`".to_owned());
    }
    answer(report, operation, command, &mut problem);
    reread::check(report, operation, command, &names, &mut problem);
    for (line, message) in problems {
        report.add(line, "command", pointer, message);
    }
}

/// Checks the commands of the command-line client: words as one types them after `clever`.
pub(super) fn cli(report: &mut Report<'_>, command: &Node, pointer: &str) {
    let mut known = BTreeSet::new();
    for item in command.get("cli").map(Node::items).unwrap_or_default() {
        let words = item.as_str().unwrap_or_default();
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if !words.split(' ').all(is_word) || words.starts_with("clever ") || !known.insert(words) {
            let message = format!(
                "`cli` lists `{words}`: write the words after `clever`, such as `domain add`, each once"
            );
            report.add(item.line, "command", pointer, message);
        }
    }
}

/// Fields, constants and empty values that are sent in the same place: only one of them would be.
fn overlaps(command: &Node, inputs: &Inputs<'_>, problem: &mut impl FnMut(usize, String)) {
    let entries = |key: &str| command.get(key).map(Node::entries).unwrap_or_default();
    for entry in entries("fields") {
        let target = entry.value.as_str().unwrap_or_default();
        if !is_camel(&entry.key) {
            problem(entry.line, format!("the name of the field `{}` is not in camelCase", entry.key));
        }
        if entries("constants").iter().any(|constant| constant.key == target) {
            problem(
                entry.line,
                format!("the field `{}` has the target `{target}`, which is a constant", entry.key),
            );
        }
    }
    let is_whole = entries("fields").iter().any(|entry| entry.value.as_str() == Some("body"));
    let of_fields = entries("fields").iter().filter_map(|entry| Some((entry.value.as_str()?, entry.line)));
    let of_constants = entries("constants").iter().map(|entry| (entry.key.as_str(), entry.line));
    for (target, line) in of_fields.chain(of_constants).filter(|_| is_whole) {
        if target.starts_with("body.") {
            problem(line, format!("`{target}` is a part of the body, which is one field of the command"));
        }
    }
    for name in command.get("sent-empty").map(Node::items).unwrap_or_default() {
        let target = format!("body.{}", name.as_str().unwrap_or_default());
        let Some(schema) =
            inputs.all.iter().find(|input| input.target == target).and_then(|input| input.schema)
        else {
            continue;
        };
        if is_whole || !matches!(schema.str_at("type"), Some("array" | "object")) {
            let message =
                format!("`sent-empty` has no effect on `{target}`: it is for lists and maps that are fields");
            problem(name.line, message);
        }
    }
}

/// Returns `true` for a name such as `applicationId`. Some begin with an abbreviation: `VAT`.
pub(super) fn is_camel(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `empty` and `sort` against what the operation answers.
fn answer<'a>(
    report: &Report<'a>,
    operation: &'a Node,
    command: &Node,
    problem: &mut impl FnMut(usize, String),
) {
    let answer = Answer::of(report, operation);
    if let Some(empty) = command.get("empty") {
        match empty.as_str() {
            Some("list") if matches!(answer, Answer::List(_) | Answer::Unknown) => {}
            Some("list") => problem(empty.line, "`empty: list` needs an answer that is a list".to_owned()),
            _ => problem(
                empty.line,
                "`empty` must be `list`: a thing that is not there is an error, which callers make optional"
                    .to_owned(),
            ),
        }
    }
    let Some(sort) = command.get("sort") else { return };
    let name = sort.as_str().unwrap_or_default();
    match answer {
        Answer::Unknown => {}
        Answer::Other => problem(sort.line, "`sort` needs an answer that is a list".to_owned()),
        // The fields of a model are not in the spec.
        Answer::List(_) if command.get("output").is_some() => {}
        Answer::List(item) => {
            let field = name.trim_start_matches('-');
            let by = match field {
                "self" => item,
                _ => {
                    item.and_then(|item| item.get("properties")).and_then(|properties| properties.get(field))
                }
            };
            let Some(by) = by else {
                problem(
                    sort.line,
                    format!("`sort` by `{field}`: the items of the list have no such property"),
                );
                return;
            };
            let is_secret = reference(by) == Some("Secret");
            let by = report.target(by);
            let has_order = matches!(by.str_at("type"), Some("string" | "integer" | "boolean"))
                && by.get("enum").is_none()
                && !is_secret;
            if !has_order {
                problem(sort.line, format!("`sort` by `{field}`: its values have no order"));
            }
        }
    }
}

/// Inputs of an operation.
pub(super) struct Inputs<'a> {
    pub(super) all: Vec<Input<'a>>,
    /// `true` if there is a body, whose properties may be unknown.
    body: bool,
    /// `true` if each is known.
    pub(super) complete: bool,
}

pub(super) struct Input<'a> {
    /// `path.NAME`, `query.NAME`, `header.NAME`, `body.PROPERTY` or `body`.
    pub(super) target: String,
    pub(super) name: String,
    pub(super) required: bool,
    schema: Option<&'a Node>,
}

impl<'a> Inputs<'a> {
    pub(super) fn of(report: &Report<'a>, operation: &'a Node) -> Self {
        let mut inputs = Self { all: Vec::new(), body: false, complete: true };
        for parameter in operation.get("parameters").map(Node::items).unwrap_or_default() {
            match (parameter.str_at("name"), parameter.str_at("in")) {
                (Some(name), Some(place)) => inputs.all.push(Input {
                    target: format!("{place}.{name}"),
                    name: name.to_owned(),
                    required: parameter.is_true_at("required"),
                    schema: parameter.get("schema"),
                }),
                _ => inputs.complete = false,
            }
        }
        let Some(body) = operation.get("requestBody") else { return inputs };
        inputs.body = true;
        let media = body.get("content").map(Node::entries).unwrap_or_default().first();
        let own = media.and_then(|media| media.value.get("schema"));
        let schema = own.map(|schema| report.target(schema));
        match schema.and_then(|schema| schema.get("properties")) {
            Some(properties) => inputs.all.extend(properties.entries().iter().map(|entry| Input {
                target: format!("body.{}", entry.key),
                name: entry.key.clone(),
                required: false,
                schema: Some(&entry.value),
            })),
            None => inputs.all.push(Input {
                target: "body".to_owned(),
                name: "body".to_owned(),
                required: true,
                schema: own,
            }),
        }
        inputs
    }

    pub(super) fn have(&self, target: &str) -> bool {
        !self.complete || target == "body" && self.body || self.all.iter().any(|known| known.target == target)
    }
}

/// The names of a command's fields.
fn fields(inputs: &Inputs<'_>, command: &Node) -> Vec<String> {
    let places = command.get("fields").map(Node::entries).unwrap_or_default();
    let named = |target: &str| places.iter().find(|entry| entry.value.as_str() == Some(target));
    let constants = command.get("constants");
    let whole = named("body");
    let mut fields: Vec<String> = inputs
        .all
        .iter()
        .filter(|input| constants.is_none_or(|constants| constants.get(&input.target).is_none()))
        .filter(|input| whole.is_none() || !input.target.starts_with("body"))
        .map(|input| named(&input.target).map_or_else(|| camel_name(&input.name), |entry| entry.key.clone()))
        .collect();
    fields.extend(whole.map(|entry| entry.key.clone()));
    fields.extend(
        places.iter().filter(|entry| entry.value.as_str() == Some("nowhere")).map(|entry| entry.key.clone()),
    );
    fields
}

/// Answer of an operation.
pub(super) enum Answer<'a> {
    /// Things like this one.
    List(Option<&'a Node>),
    Other,
    Unknown,
}

impl<'a> Answer<'a> {
    pub(super) fn of(report: &Report<'a>, operation: &'a Node) -> Self {
        let responses = operation.get("responses").map(Node::entries).unwrap_or_default();
        let Some(success) = responses.iter().find(|entry| entry.key.starts_with('2')) else {
            return Self::Unknown;
        };
        let media = success.value.get("content").map(Node::entries).unwrap_or_default().first();
        let Some(schema) = media.and_then(|media| media.value.get("schema")) else { return Self::Other };
        let schema = report.target(schema);
        match schema.str_at("type") {
            Some("array") => Self::List(schema.get("items").map(|items| report.target(items))),
            _ => Self::Other,
        }
    }
}

/// Kinds of a command's inputs, where the command uses them.
fn kinds(
    report: &Report<'_>,
    operation: &Node,
    command: &Node,
    inputs: &Inputs<'_>,
    problem: &mut impl FnMut(usize, String),
) {
    let line = command.line;
    let responses = operation.get("responses").map(Node::entries).unwrap_or_default();
    let media = |entry: &Node| {
        entry.get("content").map(Node::entries).unwrap_or_default().first().map(|media| media.key.clone())
    };
    if responses.iter().any(|entry| media(&entry.value).as_deref() == Some("text/event-stream")) {
        problem(line, "a stream is a command written by hand: declare it in `x-commands`".to_owned());
    }
    let body = operation.get("requestBody").and_then(media);
    let is_text = body.as_deref().is_none_or(|media| {
        media.contains("json")
            || media.starts_with("text/")
            || media.contains("yaml")
            || media.contains("urlencoded")
    });
    if !is_text {
        problem(line, "a command that sends bytes is written by hand: declare it in `x-commands`".to_owned());
    }
    for input in inputs.all.iter().filter(|input| !input.target.starts_with("body")) {
        if input.schema.is_some_and(|schema| report.target(schema).str_at("type") == Some("object")) {
            problem(
                line,
                format!(
                    "a command cannot have a field for the map `{}`: declare it in `x-commands`",
                    input.name
                ),
            );
        }
    }
    let places = command.get("fields").map(Node::entries).unwrap_or_default();
    let of_field = |field: &str| {
        let place = places.iter().find(|entry| entry.key == field).and_then(|entry| entry.value.as_str());
        inputs.all.iter().find(|input| {
            place.map_or_else(|| camel_name(&input.name) == field, |place| input.target == place)
        })
    };
    if let Some(owner) = command.get("owner")
        && let Some(name) = owner.as_str()
    {
        let translated = command.get("addon").is_some_and(|addon| addon.get(name).is_some());
        let kind = of_field(name).and_then(|input| input.schema).and_then(reference);
        let is_subject = kind.is_some_and(|kind| {
            ["ApplicationId", "AddonProviderId", "ConsumerKey", "ResourceId"].contains(&kind)
        });
        if places.iter().any(|entry| entry.key == name && entry.value.as_str() == Some("nowhere")) {
            problem(
                owner.line,
                format!(
                    "the owner cannot be resolved from `{name}`, whose target is `nowhere`: remove it from `fields`"
                ),
            );
        } else if of_field(name).is_some() && !is_subject && !translated {
            problem(
                owner.line,
                format!(
                    "the owner cannot be resolved from `{name}`, which is not the id of an application, an add-on, a provider or a consumer"
                ),
            );
        }
    }
    for entry in command.get("addon").map(Node::entries).unwrap_or_default() {
        let Some(input) = of_field(&entry.key) else { continue };
        let wanted = if entry.value.as_str() == Some("REAL") { "RealAddonId" } else { "AddonId" };
        let kind = input.schema.and_then(reference).unwrap_or_default();
        let is_text = input.schema.and_then(|schema| schema.str_at("type")) == Some("string");
        if !input.required {
            problem(entry.line, format!("`{}` is optional: only required ids can be translated", entry.key));
        } else if entry.value.as_str() == Some("RESOURCE") && is_text {
        } else if kind != wanted && kind != "ResourceId" && kind != "AnyAddonId" {
            problem(
                entry.line,
                format!(
                    "`{}` is translated to a `{wanted}`, which the operation does not take there",
                    entry.key
                ),
            );
        }
    }
    for entry in command.get("constants").map(Node::entries).unwrap_or_default() {
        let Some(schema) =
            inputs.all.iter().find(|input| input.target == entry.key).and_then(|input| input.schema)
        else {
            continue;
        };
        let plain = report.target(schema).get("x-rust-type").is_none();
        let fits = match (report.target(schema).str_at("type"), &entry.value.kind) {
            (Some("string"), Kind::String(_)) => plain || reference(schema) == Some("Secret"),
            (Some("boolean"), Kind::Bool(_)) => true,
            (Some("integer"), Kind::Number(number)) => number.is_i64(),
            (Some("number"), Kind::Number(number)) => number.is_f64(),
            _ => false,
        };
        if !fits {
            problem(
                entry.line,
                format!("the constant `{}` has another type than the input that it is sent in", entry.key),
            );
        }
    }
}

/// The schema that another is a reference to, by its name.
fn reference(schema: &Node) -> Option<&str> {
    schema.str_at("$ref")?.rsplit('/').next()
}
