//! The rules of `x-commands`: the declarations of commands whose logic is written by hand.

use std::collections::BTreeSet;

use super::super::declared::TypeText;
use super::super::money::sounds_like_money;
use super::super::node::{Kind, Node};
use super::command::{RESOLVABLE, TAKEN, is_camel};
use super::{Report, keys, names};
use crate::generate::rust::field_name;

/// The types that need no schema.
const PLAIN: [&str; 9] =
    ["string", "boolean", "integer", "int32", "uint64", "number", "json", "seconds", "void"];

/// The kinds of errors of `cc-runtime`, which `errors` may name.
const ERROR_KINDS: [&str; 20] = [
    "Refused",
    "Undecodable",
    "TooLarge",
    "Unreachable",
    "TimedOut",
    "InvalidUrl",
    "InvalidInput",
    "CannotResolveResource",
    "CannotResolveProduct",
    "Ambiguous",
    "Credentials",
    "DeadlineExceeded",
    "StreamContentType",
    "StreamServer",
    "StreamHealth",
    "StreamClient",
    "StreamGap",
    "Indeterminate",
    "Store",
    "Unexpected",
];

/// Checks each entry by itself. What it names in other documents is checked with all of them.
pub fn check(report: &mut Report<'_>) {
    let Some(commands) = report.document.get("x-commands") else { return };
    if !matches!(commands.kind, Kind::List(_)) {
        report.add(commands.line, "command", "/x-commands", "`x-commands` must be a list of commands");
    }
    for (index, command) in commands.items().iter().enumerate() {
        let pointer = &format!("/x-commands/{index}");
        if !command.is_map() {
            report.add(command.line, "command", pointer, "a command must be a map with a `name`");
            continue;
        }
        keys::check(report, command, &keys::DECLARED, pointer, "a command");
        let mut problems = Vec::new();
        texts(command, &mut problems);
        let names = fields(report, command, pointer, &mut problems);
        constructors(command, &names, &mut problems);
        if let Some(output) = command.get("output") {
            ty(output, "the output", &mut problems);
        }
        super::command::cli(report, command, pointer);
        effects(command, &mut problems);
        for (line, message) in problems {
            report.add(line, "command", pointer, message);
        }
    }
}

type Problems = Vec<(usize, String)>;

/// The wire types (`domain.Schema`) of the fields and the output of a command, each with its line.
pub fn wire_types(command: &Node) -> Vec<(String, usize)> {
    let fields = command.get("fields").map(Node::entries).unwrap_or_default();
    let types = fields.iter().filter_map(|entry| entry.value.get("type")).chain(command.get("output"));
    let named = types.filter_map(|node| Some((TypeText::read(node)?.name().to_owned(), node.line)));
    named.filter(|(name, _)| name.contains('.')).collect()
}

/// Keys that only commands of another kind use.
fn effects(command: &Node, problems: &mut Problems) {
    let mut problem = |line: usize, message: String| problems.push((line, message));
    if let Some(kind) = command.str_at("kind").filter(|kind| ["stream", "url"].contains(kind)) {
        for key in ["clean-up", "empty"] {
            if let Some(node) = command.get(key) {
                problem(node.line, format!("`{key}` has no effect on `kind: {kind}`"));
            }
        }
        if kind == "stream" && command.get("output").is_none() {
            problem(command.line, "`kind: stream` needs an `output`: the type of one event".to_owned());
        }
    }
    if let Some(empty) = command.get("empty").filter(|_| command.get("output").is_none()) {
        problem(empty.line, "`empty` has no effect without an `output`".to_owned());
    }
    if command.get("input").is_some() {
        for key in ["constructors", "example", "cli"] {
            if let Some(node) = command.get(key) {
                problem(
                    node.line,
                    format!("`{key}` has no effect on a struct that is written by hand (`input: hand`)"),
                );
            }
        }
    }
    if command.get("example").is_some_and(|code| code.as_str().is_none_or(|code| code.trim().is_empty())) {
        problem(command.line, "`example` must be code".to_owned());
    }
    for key in ["operations", "requires"] {
        let names = command.strings_at(key);
        if let Some(twice) = (1..names.len()).find(|index| names[..*index].contains(&names[*index])) {
            problem(command.line, format!("`{key}` lists `{}` twice", names[twice]));
        }
    }
    if command.strings_at("operations").is_empty() {
        problem(command.line, "`operations` is missing: list those that the command sends".to_owned());
    }
}

fn texts(command: &Node, problems: &mut Problems) {
    let pascal = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut problem = |line: usize, message: &str| problems.push((line, message.to_owned()));
    if !command.str_at("name").is_some_and(pascal) {
        problem(command.line, "the command has no `name` in PascalCase");
    }
    if let Some(name) = command.str_at("name").filter(|name| names::is_taken(name, &TAKEN)) {
        problem(command.line, &format!("`{name}` has another meaning in Rust: use another name"));
    }
    if command.str_at("summary").is_none_or(|summary| !summary.trim().ends_with('.')) {
        problem(command.line, "the command has no `summary` that ends with a full stop");
    }
    if command.str_at("run") != Some("hand") {
        problem(
            command.line,
            "add `run: hand`, or declare a command of one request with `x-command` at its operation",
        );
    }
    let one_of = |key: &str, known: &[&str]| {
        command.get(key).filter(|value| !value.as_str().is_some_and(|value| known.contains(&value)))
    };
    if let Some(empty) = one_of("empty", &["null"]) {
        problem(empty.line, "`empty` must be `'null'`: the output is then an `Option`");
    }
    if let Some(empty) = command.get("empty")
        && command.str_at("name").is_some_and(|name| name.starts_with("Get") || name.starts_with("Find"))
    {
        problem(
            empty.line,
            "remove `empty`: a thing that a `Get…` or `Find…` does not find is an error, which callers make optional",
        );
    }
    for error in command.get("errors").map(Node::items).unwrap_or_default() {
        for kind in error.as_str().unwrap_or_default().split("ErrorKind::").skip(1) {
            let end = kind.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(kind.len());
            let kind = &kind[..end];
            if !ERROR_KINDS.contains(&kind) {
                let message =
                    format!("`errors` names `ErrorKind::{kind}`: known are {}", ERROR_KINDS.join(", "));
                problem(error.line, &message);
            }
        }
    }
    if let Some(clean_up) = command.get("clean-up")
        && clean_up.to_json().as_u64().is_none()
    {
        problem(clean_up.line, "`clean-up` is a whole number of seconds");
    }
    if let Some(kind) = one_of("kind", &["command", "stream", "url"]) {
        problem(kind.line, "`kind` must be `command`, `stream` or `url`");
    }
    if let Some(input) = one_of("input", &["hand"]) {
        problem(input.line, "`input` must be `hand`: the struct is then written by hand too");
    }
}

/// The names of the fields.
fn fields(report: &mut Report<'_>, command: &Node, pointer: &str, problems: &mut Problems) -> Vec<String> {
    let Some(fields) = command.get("fields") else { return Vec::new() };
    if !fields.is_map() {
        problems.push((
            fields.line,
            "`fields` must be a map from the names of the inputs, in camelCase, to their declarations"
                .to_owned(),
        ));
    }
    let names: Vec<String> = fields.entries().iter().map(|entry| entry.key.clone()).collect();
    let mut idents = BTreeSet::new();
    for entry in fields.entries() {
        let field = &entry.value;
        let mut problem = |line: usize, message: String| problems.push((line, message));
        if !field.is_map() {
            problem(entry.line, format!("`{}` must be a map with a `type` and a `description`", entry.key));
            continue;
        }
        if !is_camel(&entry.key) {
            problem(entry.line, format!("the name of the field `{}` is not in camelCase", entry.key));
        }
        if !idents.insert(field_name(&entry.key)) {
            problem(entry.line, format!("two fields are called `{}` in Rust", field_name(&entry.key)));
        }
        let from = match field.get("owner") {
            Some(Node { kind: Kind::String(one), .. }) => vec![one.clone()],
            Some(_) => field.strings_at("owner"),
            None => Vec::new(),
        };
        if let Some(owner) = field.get("owner") {
            if from.is_empty() {
                problem(
                    owner.line,
                    "`owner` must be the names of the inputs that the owner is resolved from".to_owned(),
                );
            }
            for key in ["type", "required", "default", "description"] {
                if let Some(node) = field.get(key) {
                    problem(node.line, format!("`{key}` has no effect beside `owner`, which says all of it"));
                }
            }
            for from in fields.entries().iter().filter(|field| from.contains(&field.key)) {
                let ty = from.value.str_at("type").unwrap_or_default();
                let is_id = RESOLVABLE.iter().any(|(_, known)| *known == ty)
                    || ["AddonId", "RealAddonId", "ResourceId"].contains(&ty);
                if !is_id {
                    problem(
                        owner.line,
                        format!("the owner cannot be resolved from `{}`, whose type is `{ty}`", from.key),
                    );
                }
            }
            for unknown in from.iter().filter(|name| !names.contains(name)) {
                problem(
                    owner.line,
                    format!("the command has no field `{unknown}` to resolve the owner from"),
                );
            }
        } else {
            if field.str_at("description").is_none_or(|text| !text.trim().ends_with(['.', '`', ')'])) {
                problem(
                    entry.line,
                    format!("`{}` has no `description` that ends with a full stop", entry.key),
                );
            }
            match field.get("type") {
                Some(node) if TypeText::read(node).is_some_and(|ty| ty.name() == "void") => {
                    problem(node.line, format!("`{}` is `void`, which is an output only", entry.key));
                }
                Some(node) => {
                    let is_float = TypeText::read(node).is_some_and(|ty| ty.name() == "number");
                    if is_float && sounds_like_money(&entry.key) {
                        problem(
                            node.line,
                            format!("`{}` sounds like an amount of money: its type is `Decimal`", entry.key),
                        );
                    }
                    ty(node, &format!("`{}`", entry.key), problems);
                }
                None => problem(entry.line, format!("`{}` has no `type`", entry.key)),
            }
        }
        if field.is_true_at("required") && field.get("default").is_some() {
            problems.push((entry.line, format!("`{}` is required: remove its default", entry.key)));
        }
        if field.str_at("default").is_some_and(|text| text.trim().is_empty()) {
            problems.push((entry.line, format!("the default of `{}` is empty: remove it", entry.key)));
        }
        keys::check(report, field, &keys::DECLARED_FIELD, pointer, "a field");
    }
    names
}

fn constructors(command: &Node, names: &[String], problems: &mut Problems) {
    let Some(constructors) = command.get("constructors") else { return };
    let fields = command.get("fields").map(Node::entries).unwrap_or_default();
    for entry in constructors.entries() {
        let taken: Vec<String> =
            entry.value.items().iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        if taken.len() != entry.value.items().len() || !matches!(entry.value.kind, Kind::List(_)) {
            problems.push((entry.line, format!("`{}` must list the names of fields", entry.key)));
        }
        if let Some(twice) = (1..taken.len()).find(|index| taken[..*index].contains(&taken[*index])) {
            problems.push((entry.line, format!("`{}` takes `{}` twice", entry.key, taken[twice])));
        }
        if fields.iter().any(|field| field_name(&field.key) == entry.key) {
            problems.push((entry.line, format!("`{}` is the name of a setter too", entry.key)));
        }
        if field_name(&entry.key) != entry.key {
            problems.push((
                entry.line,
                format!("the name of the constructor `{}` is not in snake case", entry.key),
            ));
        }
        for unknown in taken.iter().filter(|name| !names.contains(name)) {
            problems.push((entry.line, format!("`{}` takes `{unknown}`, which is not a field", entry.key)));
        }
        for field in fields.iter().filter(|field| field.value.is_true_at("required")) {
            if !taken.contains(&field.key) {
                problems.push((
                    entry.line,
                    format!("`{}` does not take the required field `{}`", entry.key, field.key),
                ));
            }
        }
    }
}

/// A type is plain, or a name in PascalCase, with the domain of a wire type before it.
fn ty(node: &Node, of: &str, problems: &mut Problems) {
    let Some(text) = TypeText::read(node) else {
        problems.push((node.line, format!("the type of {of} must be a name, or a list with one name")));
        return;
    };
    let name = text.name();
    let last = name.rsplit('.').next().unwrap_or(name);
    if !PLAIN.contains(&name) && !last.starts_with(|first: char| first.is_ascii_uppercase()) {
        problems.push((node.line, format!("unknown type `{name}` of {of}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_errors_are_those_of_the_runtime() {
        let file: syn::File =
            syn::parse_str(include_str!("../../../../crates/cc-runtime/src/error/kind.rs")).unwrap();
        let kinds = file.items.iter().find_map(|item| match item {
            syn::Item::Enum(item) if item.ident == "ErrorKind" => Some(&item.variants),
            _ => None,
        });
        let kinds: Vec<String> = kinds.unwrap().iter().map(|variant| variant.ident.to_string()).collect();
        assert_eq!(kinds, ERROR_KINDS);
    }

    #[test]
    fn errors_of_a_command_name_known_kinds() {
        let command = "{name: A, summary: A., run: hand, errors: ['`ErrorKind::Refused` if refused.', '`ErrorKind::NotFound` if gone.']}";
        let mut problems = Vec::new();
        texts(&super::super::super::node::parse(command).unwrap(), &mut problems);
        let told: Vec<&str> = problems.iter().map(|(_, message)| message.as_str()).collect();
        assert!(
            told.len() == 1
                && told[0].starts_with("`errors` names `ErrorKind::NotFound`: known are Refused, "),
            "{told:?}"
        );
    }
}
