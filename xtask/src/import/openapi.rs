//! The rules of OpenAPI itself, 3.0 and 3.1, that a reader can check without a schema of schemas.

use std::collections::{HashMap, HashSet};

use super::document::{At, Operation, Reader};
use crate::spec::Problem;
use crate::spec::check::{join, normalized};
use crate::spec::node::{Kind, Node};

/// The reason why a document is none of OpenAPI 3, such as a description in Swagger 2.0, whose parts stand elsewhere.
pub fn refused(root: &Node) -> Option<&'static str> {
    let is_three = root.str_at("openapi").is_some_and(|version| version.starts_with("3."));
    if root.get("swagger").is_some() && !is_three {
        return Some("the document is Swagger 2.0: convert it to OpenAPI 3.0 or 3.1 first");
    }
    let has_parts = ["openapi", "paths", "components"].iter().any(|key| root.get(key).is_some());
    (!has_parts).then_some("the file is no OpenAPI document: it has no `openapi` and no `paths`")
}

/// Lists what no reader of OpenAPI could make sense of.
pub fn check(reader: &Reader<'_>) -> Vec<Problem> {
    let Some(root) = reader.root() else { return Vec::new() };
    let mut rules = Rules { reader, problems: Vec::new() };
    if !root.node.is_map() {
        rules.add(root, "openapi/document", "", "an OpenAPI document must be a map");
        return rules.problems;
    }
    if let Some(reason) = refused(root.node) {
        rules.add(root, "openapi/version", "/openapi", reason);
        return rules.problems;
    }
    let version = root.node.str_at("openapi");
    if version.is_none_or(|version| !version.starts_with("3.0") && !version.starts_with("3.1")) {
        let found = version.map_or("it is missing".to_owned(), |version| format!("it is `{version}`"));
        rules.add(root, "openapi/version", "/openapi", format!("`openapi` must be 3.0.x or 3.1.x: {found}"));
    }
    for key in ["title", "version"] {
        if root.node.at(&["info", key]).is_none() {
            rules.add(root, "openapi/info", "/info", format!("`info` has no `{key}`"));
        }
    }
    let is_old = version.is_some_and(|version| version.starts_with("3.0"));
    match root.node.get("paths") {
        Some(paths) if !paths.is_map() => {
            rules.add(root.with(paths), "openapi/paths", "/paths", "`paths` must be a map");
        }
        None if is_old => rules.add(root, "openapi/paths", "/paths", "`paths` is missing"),
        _ => {}
    }
    rules.paths(is_old);
    rules.values(root, &mut String::new(), is_old);
    rules.problems.sort();
    rules.problems.dedup();
    rules.problems
}

struct Rules<'r, 'a> {
    reader: &'r Reader<'a>,
    problems: Vec<Problem>,
}

impl<'a> Rules<'_, 'a> {
    fn add(&mut self, at: At<'a>, rule: &'static str, pointer: &str, message: impl Into<String>) {
        let path = self.reader.files.files.get(at.file).map(|file| file.path.display().to_string());
        self.problems.push(Problem {
            file: path.unwrap_or_default(),
            line: at.node.line,
            rule,
            message: message.into(),
            pointer: format!("#{pointer}"),
        });
    }

    fn paths(&mut self, is_old: bool) {
        let mut ids: HashMap<&str, usize> = HashMap::new();
        let mut routes: HashMap<String, usize> = HashMap::new();
        for operation in self.reader.operations() {
            let pointer = join(&join("/paths", operation.path), operation.method);
            if !operation.path.starts_with('/') {
                self.add(operation.at, "openapi/path", &pointer, "a path must start with `/`");
            }
            if let Some(first) = operation.id.and_then(|id| ids.insert(id, operation.at.node.line)) {
                let message = format!(
                    "duplicate operation id `{}`: also in line {first}",
                    operation.id.unwrap_or_default()
                );
                self.add(operation.at, "openapi/unique", &pointer, message);
            }
            let route = format!("{} {}", operation.method, normalized(operation.path));
            if let Some(first) = routes.insert(route, operation.at.node.line) {
                let message = format!("the path is that of line {first} with other names of parameters");
                self.add(operation.at, "openapi/unique", &pointer, message);
            }
            self.parameters(&operation, &pointer);
            match operation.at.node.get("responses") {
                // OpenAPI 3.1 no longer requires it.
                None if !is_old => {}
                None => self.add(operation.at, "openapi/responses", &pointer, "`responses` is missing"),
                Some(responses) => {
                    for entry in responses.entries().iter().filter(|entry| !entry.key.starts_with("x-")) {
                        let Some(answer) = self.reader.follow(operation.at.with(&entry.value)) else {
                            continue;
                        };
                        if answer.node.get("description").is_none() {
                            let pointer = join(&join(&pointer, "responses"), &entry.key);
                            let message = format!("the answer {} has no `description`", entry.key);
                            self.add(answer, "openapi/description", &pointer, message);
                        }
                    }
                }
            }
            if let Some(body) = operation.body.as_ref().filter(|body| body.at.node.get("content").is_none()) {
                self.add(
                    body.at,
                    "openapi/body",
                    &join(&pointer, "requestBody"),
                    "the body has no `content`",
                );
            }
        }
    }

    fn parameters(&mut self, operation: &Operation<'a>, pointer: &str) {
        let mut known = HashSet::new();
        let own = operation.at.node.get("parameters").map(Node::items).unwrap_or_default();
        for node in own {
            let Some(at) = self.reader.follow(operation.at.with(node)) else { continue };
            let (Some(name), Some(place)) = (at.node.str_at("name"), at.node.str_at("in")) else {
                self.add(at, "openapi/parameter", pointer, "`name` or `in` of a parameter is missing");
                continue;
            };
            if !known.insert((name, place)) {
                let message = format!("the parameter `{name}` in `{place}` is declared twice");
                self.add(at, "openapi/parameter", pointer, message);
            }
        }
        for parameter in &operation.parameters {
            let (name, at) = (parameter.name, parameter.at);
            if !["path", "query", "header", "cookie"].contains(&parameter.place) {
                let message = format!("unknown place `in: {}` of `{name}`", parameter.place);
                self.add(at, "openapi/parameter", pointer, message);
            }
            if parameter.place == "path" && !at.node.is_true_at("required") {
                let message = format!("the path parameter `{name}` needs `required: true`");
                self.add(at, "openapi/parameter", pointer, message);
            }
            if at.node.get("schema").is_none() && at.node.get("content").is_none() {
                let message = format!("the parameter `{name}` has neither `schema` nor `content`");
                self.add(at, "openapi/parameter", pointer, message);
            }
        }
        let template = names(operation.path);
        let declared = |name: &str| {
            operation.parameters.iter().any(|parameter| parameter.place == "path" && parameter.name == name)
        };
        for name in template.iter().filter(|name| !declared(name)) {
            let message = format!("the path contains `{{{name}}}`, which is not declared");
            self.add(operation.at, "openapi/path-parameter", pointer, message);
        }
        // A parameter of the path item, or of a component, is one of the operation.
        for parameter in operation.parameters.iter().filter(|parameter| parameter.place == "path") {
            if !template.contains(&parameter.name) {
                let message = format!("the parameter `{}` is not in the path", parameter.name);
                self.add(operation.at, "openapi/path-parameter", pointer, message);
            }
        }
    }

    /// References that lead nowhere, and lists without elements, anywhere.
    fn values(&mut self, at: At<'a>, pointer: &mut String, is_old: bool) {
        let length = pointer.len();
        match &at.node.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    // Examples and extensions hold any JSON.
                    if entry.key.starts_with("x-")
                        || ["example", "examples", "default", "enum"].contains(&&*entry.key)
                    {
                        continue;
                    }
                    if let Some(target) = entry.value.as_str().filter(|_| entry.key == "$ref")
                        && !target.contains("://")
                        && self.reader.resolve(at.file, target).is_none()
                    {
                        self.add(at, "openapi/reference", pointer, format!("`{target}` does not exist"));
                    }
                    pointer.push('/');
                    pointer.push_str(&entry.key.replace('~', "~0").replace('/', "~1"));
                    self.values(at.with(&entry.value), pointer, is_old);
                    pointer.truncate(length);
                }
                if is_old && at.node.str_at("type") == Some("array") && at.node.get("items").is_none() {
                    self.add(at, "openapi/items", pointer, "an array needs `items`");
                }
            }
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    self.values(at.with(item), pointer, is_old);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// The names of the parameters of a path.
pub fn names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
