//! Every rule of the spec, applied to every document: all problems in one run, each with its place.

mod collection;
pub mod command;
mod copies;
mod declared;
mod effect;
mod keys;
mod money;
mod names;
pub mod operation;
mod order;
mod requires;
mod reread;
mod schema;
mod secret;
mod shape;
mod union;
pub mod unused;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::Value;

use super::expand::{self, METHODS};
use super::model::SHARED;
use super::node::{Entry, Node, references};
use super::pin::{Pins, pins};
use super::{Documents, Problem};

/// Collects problems of one file.
pub struct Report<'a> {
    file: String,
    document: &'a Node,
    shared: &'a Node,
    problems: Vec<Problem>,
    /// The schemas of the document by their names.
    schemas: HashMap<&'a str, &'a Node>,
    /// The tags that the variants of its unions pin.
    pins: Pins,
}

impl<'a> Report<'a> {
    fn new(file: String, document: &'a Node, shared: &'a Node) -> Self {
        let entries = document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default();
        let by_name = entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
        let schemas = document.at(&["components", "schemas"]).map(Node::to_json);
        let pins = schemas.as_ref().and_then(Value::as_object).map(pins).unwrap_or_default();
        Self { file, document, shared, problems: Vec::new(), schemas: by_name, pins }
    }

    fn add(&mut self, line: usize, rule: &'static str, pointer: &str, message: impl Into<String>) {
        self.problems.push(Problem {
            file: self.file.clone(),
            line,
            rule,
            message: message.into(),
            pointer: format!("#{pointer}"),
        });
    }

    /// Returns `true` if the document is the one that all domains share.
    fn is_shared(&self) -> bool {
        std::path::Path::new(&self.file).file_name().is_some_and(|name| name == "shared.yaml")
    }

    /// Resolves `#/components/…` and `shared.yaml#/components/…`.
    fn resolve(&self, reference: &str) -> Option<&'a Node> {
        let file = reference.split('#').next();
        let (document, path) = match reference.split_once('#')? {
            ("", path) => (self.document, path),
            ("shared.yaml", path) => (self.shared, path),
            _ => return None,
        };
        let mut keys = path.strip_prefix('/')?.split('/');
        let (components, kind) = (keys.next()?, keys.next()?);
        let found = match keys.next() {
            Some(name) if (components, kind) == ("components", "schemas") && file == Some("") => {
                self.schemas.get(name).copied()?
            }
            name => document
                .at(&[components, kind])
                .and_then(|node| name.map_or(Some(node), |name| node.get(name)))?,
        };
        keys.try_fold(found, |node, key| node.get(key))
    }
}

impl<'a> Report<'a> {
    /// Target of a schema's reference, or the schema itself.
    fn target(&self, schema: &'a Node) -> &'a Node {
        let mut schema = schema;
        // A separate rule reports a name that refers to itself.
        for _ in 0..16 {
            match schema.str_at("$ref").and_then(|reference| self.resolve(reference)) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }
}

/// Appends a key to a JSON pointer.
pub fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The changes that break programs in silence against the committed surface (`spec/surface/DOMAIN.txt`): a variant with another
/// name, and required inputs in another order. A domain without a surface is new.
pub fn check_surface(documents: &Documents, folder: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let shared = (&SHARED.to_owned(), &documents.shared);
    for (name, document) in documents.domains.iter().chain([shared]) {
        let Ok(surface) = std::fs::read_to_string(folder.join(format!("{name}.txt"))) else { continue };
        let mut report = Report::new(format!("{name}.yaml"), document, &documents.shared);
        names::renamed(&mut report, &surface);
        order::reordered(&mut report, &surface);
        problems.append(&mut report.problems);
    }
    problems
}

/// Checks all documents, each by itself and all together.
pub fn check(documents: &Documents) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = Report::new("shared.yaml".to_owned(), &documents.shared, &documents.shared);
    shared_document(&mut report);
    problems.append(&mut report.problems);
    let mut ids: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut commands: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut routes: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let all: BTreeSet<&str> = documents
        .domains
        .values()
        .flat_map(operations)
        .filter_map(|(.., operation)| operation.str_at("operationId"))
        .collect();
    let methods: BTreeMap<&str, (&str, bool)> = documents
        .domains
        .values()
        .flat_map(operations)
        .filter_map(|(_, method, operation)| {
            Some((operation.str_at("operationId")?, (method, operation.is_true_at("x-one-shot"))))
        })
        .collect();
    let streams: BTreeSet<&str> = documents
        .domains
        .values()
        .flat_map(operations)
        .filter(|(.., operation)| answers_events(operation))
        .filter_map(|(.., operation)| operation.str_at("operationId"))
        .collect();
    for (domain, document) in &documents.domains {
        let file = format!("{domain}.yaml");
        let mut report = Report::new(file.clone(), document, &documents.shared);
        check_document(&mut report);
        let unique = |report: &mut Report<'_>,
                      names: &mut BTreeMap<String, (String, usize)>,
                      what,
                      name: &str,
                      line,
                      pointer: &str| {
            if let Some((file, first)) = names.insert(name.to_owned(), (report.file.clone(), line)) {
                report.add(
                    line,
                    "unique",
                    pointer,
                    format!("duplicate {what} `{name}`: also at {file}:{first}"),
                );
            }
        };
        for (path, method, pointer, operation) in operations_with_pointer(document) {
            let route = format!("{} {}", method.to_uppercase(), normalized(path));
            unique(&mut report, &mut routes, "route", &route, operation.line, &pointer);
            for alias in operation.strings_at("x-aliases") {
                unique(&mut report, &mut routes, "alias", &normalized(&alias), operation.line, &pointer);
            }
            if let Some(id) = operation.str_at("operationId") {
                unique(&mut report, &mut ids, "operation id", id, operation.line, &pointer);
            }
            if let Some(successor) = operation.str_at("x-successor")
                && !all.contains(successor)
            {
                report.add(
                    operation.line,
                    "successor",
                    &pointer,
                    format!("`x-successor`: unknown operation `{successor}`"),
                );
            }
            if let Some(name) = operation.at(&["x-command", "name"]).and_then(Node::as_str) {
                unique(&mut report, &mut commands, "command", name, operation.line, &pointer);
            }
            if let Some(command) = operation.get("x-command") {
                let own = (method, operation.is_true_at("x-one-shot"));
                effect::check(&mut report, command, [own].into_iter(), &join(&pointer, "x-command"));
            }
        }
        let declared = document.get("x-commands").map(Node::items).unwrap_or_default();
        for (index, command) in declared.iter().enumerate() {
            let pointer = &format!("/x-commands/{index}");
            if let Some(name) = command.str_at("name") {
                unique(&mut report, &mut commands, "command", name, command.line, pointer);
            }
            for operation in command.strings_at("operations") {
                if !all.contains(operation.as_str()) {
                    report.add(
                        command.line,
                        "unknown-operation",
                        pointer,
                        format!("unknown operation `{operation}`"),
                    );
                }
            }
            let called = command.strings_at("operations");
            let called = called.iter().filter_map(|id| methods.get(id.as_str()).copied());
            effect::check(&mut report, command, called, pointer);
            let is_stream = command.str_at("kind") == Some("stream");
            if is_stream && !command.strings_at("operations").iter().any(|id| streams.contains(id.as_str())) {
                let message = "`kind: stream` needs an operation that answers `text/event-stream`".to_owned();
                report.add(command.line, "stream-operation", pointer, message);
            }
            for (name, line) in declared::wire_types(command) {
                let Some((domain, schema)) = name.split_once('.') else { continue };
                let found = [documents.domains.get(domain), Some(&documents.shared)];
                let has = |document: &Node| document.at(&["components", "schemas", schema]).is_some();
                if found[0].is_none() || !found.into_iter().flatten().any(has) {
                    let message = format!("`{name}`: spec/{domain}.yaml has no schema `{schema}`");
                    report.add(line, "unknown-schema", pointer, message);
                }
            }
        }
        requires::check(&mut report, domain, declared, documents);
        problems.append(&mut report.problems);
    }
    problems.append(&mut copies::check(documents));
    problems.append(&mut unused::of_domains(documents));
    if problems.is_empty() {
        problems = collection::check(documents);
    }
    problems.sort();
    problems.dedup();
    problems
}

/// Checks one document that stands alone, such as one that was published elsewhere.
pub fn check_alone(file: String, document: &Node, shared: Option<&Node>) -> Vec<Problem> {
    let none = Node::empty_map();
    let is_shared = file == "shared.yaml";
    let shared = shared.unwrap_or(&none);
    let mut document = document.clone();
    expand::expand(&mut document, shared);
    let mut report = Report::new(file, &document, shared);
    if is_shared {
        shared_document(&mut report);
    } else {
        check_document(&mut report);
    }
    report.problems.sort();
    report.problems.dedup();
    report.problems
}

/// Path, method and operation of each route.
pub fn operations(document: &Node) -> impl Iterator<Item = (&str, &str, &Node)> {
    operations_with_pointer(document).map(|(path, method, _, operation)| (path, method, operation))
}

/// Returns `true` if a success of an operation is a stream of events.
fn answers_events(operation: &Node) -> bool {
    let answers = operation.get("responses").map(Node::entries).unwrap_or_default();
    answers.iter().any(|answer| answer.value.at(&["content", "text/event-stream"]).is_some())
}

fn operations_with_pointer(document: &Node) -> impl Iterator<Item = (&str, &str, String, &Node)> {
    document.get("paths").map(Node::entries).unwrap_or_default().iter().flat_map(|path| {
        path.value.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str())).map(|entry| {
            let pointer = join(&join("/paths", &path.key), &entry.key);
            (path.key.as_str(), entry.key.as_str(), pointer, &entry.value)
        })
    })
}

/// A route with its parameters unnamed, so that two spellings of one route are one.
pub fn normalized(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in path.chars() {
        match character {
            '{' => {
                inside = true;
                out.push_str("{}");
            }
            '}' => inside = false,
            _ if inside => {}
            other => out.push(other),
        }
    }
    out
}

/// Features of the client that no domain may be.
const RESERVED: [&str; 8] =
    ["all-domains", "catalog", "default", "domain-schemas", "native-tls", "redis", "rustls", "stream"];

fn is_domain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.ends_with('-')
        && !RESERVED.contains(&name)
        && syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_ok()
}

fn check_document(report: &mut Report<'_>) {
    let document = report.document;
    if !document.is_map() {
        report.add(document.line, "document", "", "an OpenAPI document must be a map");
        return;
    }
    match document.str_at("openapi") {
        Some(version)
            if version.strip_prefix("3.0.").is_some_and(|patch| {
                !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())
            }) => {}
        Some(version) => {
            report.add(document.line, "version", "/openapi", format!("OpenAPI {version} is not 3.0.x"))
        }
        None => report.add(document.line, "version", "/openapi", "`openapi: 3.0.3` is missing"),
    }
    if let Some(domain) = report.file.strip_suffix(".yaml").filter(|name| !is_domain(name)) {
        let message = format!(
            "`{domain}` cannot be the name of a domain: crates, modules and features are named after it. Use lower-case \
             letters, digits and `-`, and neither a word of Rust nor {}",
            RESERVED.map(|name| format!("`{name}`")).join(", ")
        );
        report.add(document.line, "domain", "", message);
    }
    if let Some(title) = document.at(&["info", "title"])
        && title.as_str().is_some_and(|text| text.contains(['\n', '\r', '"', '\\']))
    {
        report.add(
            title.line,
            "info",
            "/info/title",
            "the title must be one line without quotes: it is written into manifests",
        );
    }
    let keywords = document.at(&["info", "x-keywords"]);
    for keyword in keywords.map(Node::items).unwrap_or_default() {
        let text = keyword.as_str().unwrap_or_default();
        let fits = text.len() <= 20
            && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-+ ".contains(c));
        if !fits {
            let message = format!(
                "invalid keyword of a crate `{text}`: use up to 20 lower-case letters, digits, `-`, `_` and `+`"
            );
            report.add(keyword.line, "info", "/info/x-keywords", message);
        }
    }
    if keywords.is_some_and(|keywords| keywords.items().len() > 4) {
        let message = "give at most four keywords: a registry takes five, and `clever-cloud` is the first";
        report.add(keywords.map_or(0, |keywords| keywords.line), "info", "/info/x-keywords", message);
    }
    for key in ["title", "version", "description"] {
        if document.at(&["info", key]).and_then(Node::as_str).is_none_or(|text| text.trim().is_empty()) {
            report.add(document.line, "info", "/info", format!("`info` has no `{key}`"));
        }
    }
    match document.get("paths") {
        Some(paths) if paths.is_map() && operations(document).next().is_none() => {
            report.add(paths.line, "paths", "/paths", "`paths` has no operation: a crate needs at least one");
        }
        Some(paths) if paths.is_map() => {}
        _ => report.add(document.line, "paths", "/paths", "`paths` is missing"),
    }
    for path in document.get("paths").map(Node::entries).unwrap_or_default() {
        path_item(report, path);
    }
    components(report, false);
    names::check(report, false);
    keys::check(report, document, &keys::DOCUMENT, "", "a document");
    if let Some(info) = document.get("info") {
        keys::check(report, info, &keys::INFO, "/info", "`info`");
    }
    operation::errors(report, document, "");
    declared::check(report);
}

/// Checks `shared.yaml`, which has no operations. A workspace without the file has an empty one.
fn shared_document(report: &mut Report<'_>) {
    let document = report.document;
    keys::check(report, document, &keys::SHARED_DOCUMENT, "", "the shared document");
    if let Some(info) = document.get("info") {
        keys::check(report, info, &keys::INFO, "/info", "`info`");
    }
    if let Some(paths) = document.get("paths").filter(|paths| !paths.entries().is_empty()) {
        report.add(paths.line, "paths", "/paths", "an operation belongs into the file of its domain");
    }
    components(report, true);
    names::check(report, true);
}

fn path_item<'a>(report: &mut Report<'a>, path: &'a Entry) {
    let pointer = join("/paths", &path.key);
    if !path.key.starts_with('/') {
        report.add(path.line, "path", &pointer, "a path must start with `/`");
    }
    if path.key.contains(|c: char| c.is_whitespace() || "?#%\\".contains(c))
        || path.key.contains("//")
        || path.key.split('/').any(|segment| segment == "." || segment == "..")
    {
        let message =
            "a path must not contain a query, encoded characters, or segments that are empty, `.` or `..`";
        report.add(path.line, "path", &pointer, message);
    }
    if path.key.matches('{').count() != path.key.matches('}').count() {
        report.add(path.line, "path", &pointer, "unbalanced `{` and `}` in the path");
    }
    if !path.value.is_map() {
        report.add(path.line, "path", &pointer, "a path must be a map of operations");
        return;
    }
    for entry in path.value.entries() {
        let pointer = join(&pointer, &entry.key);
        if METHODS.contains(&entry.key.as_str()) {
            operation::check(report, &path.key, &entry.key, &entry.value, &pointer);
        } else if entry.key == "$ref" {
            report.add(
                entry.line,
                "path",
                &pointer,
                "a path must not be a `$ref`: write its operations here",
            );
        } else if entry.key == "parameters" {
            report.add(entry.line, "path", &pointer, "move the parameters of the path to its operations");
        } else if entry.key == "servers" {
            let message = "the host belongs to the whole document: put `servers` at its top";
            report.add(entry.line, "no-effect", &pointer, message);
        } else if ["summary", "description"].contains(&entry.key.as_str()) {
            let message = format!("`{}` of a path has no effect here: describe its operations", entry.key);
            report.add(entry.line, "no-effect", &pointer, message);
        } else if entry.key.starts_with("x-") && entry.key != "x-note" {
            report.add(
                entry.line,
                "extension",
                &pointer,
                format!("unknown extension `{}` of a path", entry.key),
            );
        } else if entry.key != "x-note" {
            report.add(entry.line, "path", &pointer, format!("unknown HTTP method `{}`", entry.key));
        }
    }
}

fn components(report: &mut Report<'_>, shared: bool) {
    let document = report.document;
    if let Some(components) = document.get("components") {
        keys::check(report, components, &keys::COMPONENTS, "/components", "`components`");
    }
    for entry in document.at(&["components", "parameters"]).map(Node::entries).unwrap_or_default() {
        operation::parameter(report, &entry.value, &join("/components/parameters", &entry.key));
    }
    for entry in document.at(&["components", "responses"]).map(Node::entries).unwrap_or_default() {
        let pointer = join("/components/responses", &entry.key);
        let keys = if shared { &keys::SHARED_RESPONSE } else { &keys::RESPONSE };
        keys::check(report, &entry.value, keys, &pointer, "an answer");
        operation::response(report, &entry.key, &entry.value, &pointer);
    }
    for entry in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
        let pointer = join("/components/schemas", &entry.key);
        let pascal = entry.key.starts_with(|c: char| c.is_ascii_uppercase())
            && entry.key.chars().all(|c| c.is_ascii_alphanumeric());
        if !pascal {
            report.add(
                entry.line,
                "name",
                &pointer,
                format!("the name of the schema `{}` is not in PascalCase", entry.key),
            );
        } else if entry.key.ends_with(|c: char| c.is_ascii_digit()) && !shared {
            report.add(
                entry.line,
                "name",
                &pointer,
                format!("`{}` ends in a counter: use a name of its own", entry.key),
            );
        }
        if entry.value.str_at("description").is_none_or(|text| text.trim().is_empty())
            && entry.value.get("$ref").is_none()
        {
            report.add(
                entry.line,
                "description",
                &pointer,
                format!("the schema `{}` has no description", entry.key),
            );
        }
        schema::check(report, &entry.value, &pointer, schema::Place::Component);
    }
    if !shared {
        let mut used = BTreeSet::new();
        references(document, &mut |reference| {
            used.extend(reference.strip_prefix("#/components/schemas/").map(str::to_owned));
        });
        for entry in document.at(&["components", "schemas"]).map(Node::entries).unwrap_or_default() {
            if !used.contains(&entry.key) {
                let pointer = join("/components/schemas", &entry.key);
                report.add(entry.line, "unused", &pointer, format!("unused schema `{}`", entry.key));
            }
        }
    }
}
