//! The checked spec as a model: what the generators read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Documents;
use super::check::operations;
use super::declared::{self, Declared};
use super::effect::Effect;
use super::node::Node;
use super::pin;
use super::secret;

/// The name of the file of shared schemas, and of the crate of their types.
pub const SHARED: &str = "shared";

/// Everything that is generated from.
#[derive(Debug)]
pub struct Spec {
    /// The domains, in name order.
    pub domains: Vec<Domain>,
    /// The schemas of `shared.yaml`.
    pub shared: Map<String, Value>,
    /// Those that a domain uses, as a domain of their own without operations: the crate of shared types.
    pub shared_types: Domain,
}

/// One file of the spec.
#[derive(Debug)]
pub struct Domain {
    pub name: String,
    pub title: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub operations: Vec<Operation>,
    /// Schemas of the domain, in the order of the file.
    pub schemas: Map<String, Value>,
    /// The schemas of `shared.yaml` that it uses, transitively.
    pub shared: Map<String, Value>,
    /// All these schemas with the tags that the variants of unions pin.
    pub pinned: Map<String, Value>,
    /// The commands whose logic is written by hand.
    pub commands: Vec<Declared>,
    /// The document itself, with its lines.
    pub document: Node,
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub sources: Vec<String>,
    pub aliases: Vec<String>,
    pub deprecated: bool,
    pub successor: Option<String>,
    pub one_shot: bool,
    pub idempotent: bool,
    /// `true` if a success always has its body, although the method is that of a change.
    pub always_answered: bool,
    /// Meaning of a 404 that does not mean that a resource named in the path is unknown.
    pub not_found: Option<String>,
    pub used_by: Vec<String>,
    pub heartbeat_ms: u64,
    /// `true` if its last path parameter takes the rest of the path, slashes and all.
    pub wildcard: bool,
    /// Its place in a collection, where its route does not say it: a role and a name, or `none`.
    pub collection: Option<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub success: Success,
    /// Status (or `4XX`) and its meaning.
    pub errors: Vec<(String, String)>,
    pub command: Option<Command>,
}

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub place: String,
    pub required: bool,
    pub description: String,
    pub schema: Value,
}

#[derive(Debug, Clone)]
pub struct Body {
    pub media: String,
    pub schema: Value,
    pub description: String,
}

#[derive(Debug, Clone)]
pub struct Success {
    /// Description of the answer, as a sentence.
    pub description: String,
    pub status: u16,
    pub media: Option<String>,
    pub schema: Option<Value>,
}

/// `x-command`.
#[derive(Debug, Clone)]
pub struct Command {
    pub name: String,
    pub summary: Option<String>,
    /// Field of the command and where it goes.
    pub fields: Vec<(String, String)>,
    pub constants: Vec<(String, Value)>,
    /// Properties of the body that are sent empty where they are not given.
    pub sent_empty: Vec<String>,
    pub owner: Option<String>,
    pub addon: Vec<(String, String)>,
    /// `true` if 404 is the empty list: `empty: list`.
    pub or_empty: bool,
    pub output: Option<String>,
    pub sort: Option<String>,
    /// Operation that reads the output where a change was answered without one.
    pub reread: Option<String>,
    /// Commands of the command-line client that do the same, without `clever`.
    pub cli: Vec<String>,
    /// `true` if the resolver learns that what the answer holds belongs to the owner that was given.
    pub teaches: bool,
    /// Effect on the platform, where the method does not tell it.
    pub effect: Option<Effect>,
}

impl Operation {
    /// Returns `true` if it answers Server-Sent Events.
    pub fn is_stream(&self) -> bool {
        self.success.media.as_deref() == Some("text/event-stream")
    }

    /// Returns `true` if its answer is about a change, and may therefore be empty.
    pub fn is_change(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !self.always_answered
    }
}

impl Spec {
    /// Reads checked documents. Values that a rule guarantees are expected, and read as empty if absent.
    pub fn read(documents: &Documents) -> Self {
        let pinned = schemas(&documents.shared);
        let shared = pin::without_pins(pinned.clone());
        let domains: Vec<Domain> = documents
            .domains
            .iter()
            .map(|(name, document)| domain(name, document, &pinned, &shared))
            .collect();
        let none = Map::new();
        let mut shared_types = domain(SHARED, &documents.shared, &none, &none);
        let is_used = |name: &String| domains.iter().any(|domain| domain.shared.contains_key(name));
        shared_types.schemas.retain(|name, _| is_used(name));
        shared_types.pinned.retain(|name, _| is_used(name));
        Self { domains, shared, shared_types }
    }
}

fn schemas(document: &Node) -> Map<String, Value> {
    match document.at(&["components", "schemas"]).map(Node::to_json) {
        Some(Value::Object(schemas)) => {
            schemas.into_iter().map(|(name, schema)| (name, local(schema))).collect()
        }
        _ => Map::new(),
    }
}

/// Turns references to the shared file into local ones, and values marked as secret into the secret type.
fn local(value: Value) -> Value {
    if value.get("x-secret") == Some(&Value::Bool(true)) {
        return secret::hidden(value);
    }
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(text) if key == "$ref" => {
                    let text = text.strip_prefix("shared.yaml").unwrap_or(&text).to_owned();
                    (key, Value::String(text))
                }
                other => (key, local(other)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(local).collect(),
        other => other,
    }
}

/// The names of the schemas that a value refers to.
pub fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "$ref" => {
                        if let Some(name) = text.strip_prefix("#/components/schemas/") {
                            found.insert(name.to_owned());
                        }
                    }
                    other => references(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Every schema that these names lead to, themselves included.
pub fn closure(start: BTreeSet<String>, schemas: &[&Map<String, Value>]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = start.into_iter().collect();
    while let Some(name) = open.pop() {
        if seen.insert(name.clone())
            && let Some(schema) = schemas.iter().find_map(|schemas| schemas.get(&name))
        {
            let mut found = BTreeSet::new();
            references(schema, &mut found);
            open.extend(found);
        }
    }
    seen
}

/// `pinned` are the shared schemas as they stand in the spec, `shared` are those without pinned tags.
fn domain(name: &str, document: &Node, pinned: &Map<String, Value>, shared: &Map<String, Value>) -> Domain {
    let info =
        |key: &str| document.at(&["info", key]).and_then(Node::as_str).unwrap_or_default().trim().to_owned();
    let mut operations: Vec<Operation> =
        operations(document).map(|(path, method, node)| operation(path, method, node)).collect();
    let schemas = schemas(document);
    for body in operations.iter_mut().filter_map(|operation| operation.body.as_mut()) {
        if body.description.is_empty() {
            let name = body.schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
            let named = name.and_then(|name| schemas.get(name).or_else(|| shared.get(name)));
            let described = named.unwrap_or(&body.schema)["description"].as_str();
            body.description = match described {
                Some(text) => format!("Body of the request: {text}"),
                None => format!("Body of the request, of the media type `{}`.", body.media),
            };
        }
    }
    let mut used = BTreeSet::new();
    for schema in schemas.values() {
        references(schema, &mut used);
    }
    for operation in &operations {
        for schema in operation
            .parameters
            .iter()
            .map(|parameter| &parameter.schema)
            .chain(operation.body.iter().map(|body| &body.schema))
            .chain(operation.success.schema.iter())
        {
            references(schema, &mut used);
        }
    }
    let used = closure(used, &[&schemas, shared]);
    let used_of = |all: &Map<String, Value>| -> Map<String, Value> {
        let used = all.iter().filter(|(key, _)| used.contains(*key) && !schemas.contains_key(*key));
        used.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let shared = used_of(shared);
    let pinned = schemas.clone().into_iter().chain(used_of(pinned)).collect();
    Domain {
        name: name.to_owned(),
        title: info("title"),
        description: info("description"),
        keywords: document.get("info").map(|info| info.strings_at("x-keywords")).unwrap_or_default(),
        shared,
        schemas: pin::without_pins(schemas),
        pinned,
        operations,
        commands: declared::read(document),
        document: document.clone(),
    }
}

fn operation(path: &str, method: &str, node: &Node) -> Operation {
    let text = |key: &str| node.str_at(key).unwrap_or_default().trim().to_owned();
    let not_found = node.str_at("x-not-found").map(str::to_owned);
    let mut success = Success { status: 200, description: String::new(), media: None, schema: None };
    let mut errors = Vec::new();
    for entry in node.get("responses").map(Node::entries).unwrap_or_default() {
        let response = &entry.value;
        if entry.key.starts_with('2') || entry.key.starts_with('1') {
            success.status = entry.key.parse().unwrap_or(200);
            success.description = response.str_at("description").unwrap_or_default().trim().to_owned();
            if let Some(media) = response.get("content").and_then(|content| content.entries().first()) {
                success.media = Some(media.key.clone());
                let schema = media.value.get("schema").map(|schema| local(schema.to_json()));
                success.schema =
                    if response.is_true_at("x-secret") { schema.map(secret::hidden) } else { schema };
            }
        } else {
            let meaning = not_found.as_deref().filter(|_| entry.key == "404");
            let meaning = meaning.or(response.str_at("description")).unwrap_or_default();
            errors.push((entry.key.clone(), meaning.trim().to_owned()));
        }
    }
    Operation {
        id: text("operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text("summary"),
        description: text("description"),
        sources: node.strings_at("x-source"),
        aliases: node.strings_at("x-aliases"),
        deprecated: node.is_true_at("deprecated"),
        successor: node.str_at("x-successor").map(str::to_owned),
        one_shot: node.is_true_at("x-one-shot"),
        idempotent: node.is_true_at("x-idempotent"),
        always_answered: node.is_true_at("x-always-answered"),
        not_found,
        used_by: node.strings_at("x-used-by"),
        heartbeat_ms: node.get("x-heartbeat-ms").and_then(|node| node.to_json().as_u64()).unwrap_or(0),
        wildcard: node.is_true_at("x-wildcard"),
        collection: node.str_at("x-collection").map(str::to_owned),
        parameters: node
            .get("parameters")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(parameter)
            .collect(),
        body: node.get("requestBody").and_then(body),
        success,
        errors,
        command: node.get("x-command").map(self::command),
    }
}

fn parameter(node: &Node) -> Parameter {
    let text = |key: &str| node.str_at(key).unwrap_or_default().trim().to_owned();
    let schema = node.get("schema").map(|schema| local(schema.to_json())).unwrap_or_default();
    Parameter {
        name: text("name"),
        place: text("in"),
        required: node.is_true_at("required"),
        description: text("description"),
        schema: if node.is_true_at("x-secret") { secret::hidden(schema) } else { schema },
    }
}

fn body(node: &Node) -> Option<Body> {
    let media = node.get("content")?.entries().first()?;
    Some(Body {
        media: media.key.clone(),
        schema: media.value.get("schema").map(|schema| local(schema.to_json())).unwrap_or_default(),
        description: node.str_at("description").unwrap_or_default().trim().to_owned(),
    })
}

fn command(node: &Node) -> Command {
    let pairs = |key: &str| {
        let entries = node.get(key).map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    let text = |key: &str| node.str_at(key).map(str::to_owned);
    Command {
        name: text("name").unwrap_or_default(),
        summary: text("summary"),
        fields: pairs("fields"),
        constants: node
            .get("constants")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.to_json()))
            .collect(),
        sent_empty: node.strings_at("sent-empty"),
        owner: text("owner"),
        addon: pairs("addon"),
        or_empty: node.str_at("empty") == Some("list"),
        output: text("output"),
        sort: text("sort"),
        reread: text("reread"),
        cli: node.strings_at("cli"),
        teaches: node.is_true_at("teaches"),
        effect: node.str_at("effect").and_then(Effect::read),
    }
}

/// Every command: its name, and the domain that declares it.
pub fn commands(spec: &Spec) -> BTreeMap<&str, &str> {
    let mut commands = BTreeMap::new();
    for domain in &spec.domains {
        for command in domain.operations.iter().filter_map(|operation| operation.command.as_ref()) {
            commands.insert(command.name.as_str(), domain.name.as_str());
        }
        for command in &domain.commands {
            commands.insert(command.name.as_str(), domain.name.as_str());
        }
    }
    commands
}

/// Domain → the other domains that its commands need: those of their operations, and those of the models that their logic uses.
pub fn needs(spec: &Spec) -> BTreeMap<&str, BTreeSet<&str>> {
    let of_operation: BTreeMap<&str, &str> = spec
        .domains
        .iter()
        .flat_map(|domain| {
            domain.operations.iter().map(|operation| (operation.id.as_str(), domain.name.as_str()))
        })
        .collect();
    let needs = spec.domains.iter().map(|domain| {
        let operations = domain.commands.iter().flat_map(|command| &command.operations);
        let used = operations.filter_map(|operation| of_operation.get(operation.as_str()).copied());
        let models = domain.commands.iter().flat_map(|command| &command.requires).map(String::as_str);
        let others = used.chain(models).filter(|other| *other != domain.name);
        (domain.name.as_str(), others.collect())
    });
    needs.collect()
}
