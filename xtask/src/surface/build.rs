//! The surface of a spec, from its model and the decisions of the generator.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::schema::{docs, others, wire};
use super::{Answer, Domain, Field, Input, Kind, Operation, Others, Surface, Type, Variant, commands};
use crate::generate::front::{Shape, shape};
use crate::generate::homes::Home;
use crate::generate::requests;
use crate::generate::rust::{type_name, variant};
use crate::generate::types::re_exported;
use crate::generate::{Decided, Decisions, decide};
use crate::spec::Documents;
use crate::spec::check::operations;
use crate::spec::model::{self, SHARED, Spec, closure, references};
use crate::spec::node::Node;

/// Keys of an operation that have a place of their own in the value, and those that callers cannot notice.
const TOLD: [&str; 17] = [
    "operationId",
    "summary",
    "description",
    "externalDocs",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "x-source",
    "x-aliases",
    "x-successor",
    "x-used-by",
    "x-errors",
    "x-command",
    "x-commands",
    "x-note",
    "x-collection",
];

/// Keys of a parameter that have a place of their own in the value.
const OF_PARAMETER: [&str; 9] =
    ["name", "in", "required", "description", "schema", "example", "examples", "x-secret", "x-note"];

impl Surface {
    /// The surface of parsed documents.
    ///
    /// # Errors
    /// All that the generator cannot read.
    pub fn of_documents(documents: &Documents) -> Result<Self, Vec<String>> {
        let spec = Spec::read(documents);
        let decisions = decide(&spec)?;
        Self::of(&spec, &decisions).map_err(|error| vec![error])
    }

    /// The surface of a spec.
    ///
    /// # Errors
    /// When the generator decided nothing for an operation.
    pub fn of(spec: &Spec, decisions: &Decisions<'_>) -> Result<Self, String> {
        let needs = model::needs(spec);
        let mut domains = BTreeMap::new();
        let (mut requests, mut answers) = (BTreeSet::new(), BTreeSet::new());
        for decided in &decisions.domains {
            let uses = Uses::of(decided.domain);
            let enables = needs.get(decided.domain.name.as_str());
            let mut domain = domain(decided, &uses)?;
            domain.enables = enables.into_iter().flatten().map(|other| (*other).to_owned()).collect();
            domain.commands = commands::of(decided, spec)?;
            domains.insert(domain.name.clone(), domain);
            requests.extend(uses.requests);
            answers.extend(uses.answers);
        }
        let shared = domain(&decisions.shared, &Uses { requests, answers })?;
        if !shared.types.is_empty() {
            domains.insert(shared.name.clone(), shared);
        }
        Ok(Self { domains })
    }
}

/// The schemas that requests and answers hold, by their names in the spec.
struct Uses {
    requests: BTreeSet<String>,
    answers: BTreeSet<String>,
}

impl Uses {
    fn of(domain: &model::Domain) -> Self {
        let (mut requests, mut answers) = (BTreeSet::new(), BTreeSet::new());
        for operation in &domain.operations {
            operation.parameters.iter().for_each(|parameter| references(&parameter.schema, &mut requests));
            operation.body.iter().for_each(|body| references(&body.schema, &mut requests));
            operation.success.schema.iter().for_each(|schema| references(schema, &mut answers));
        }
        let reach = |start| closure(start, &[&domain.schemas, &domain.shared]);
        Self { requests: reach(requests), answers: reach(answers) }
    }
}

fn domain(decided: &Decided<'_>, uses: &Uses) -> Result<Domain, String> {
    let domain = decided.domain;
    let document = &domain.document;
    let nodes: BTreeMap<&str, (&str, &Node)> = operations(document)
        .filter_map(|(path, _, node)| Some((node.str_at("operationId")?, (path, node))))
        .collect();
    let mut found = Domain {
        name: domain.name.clone(),
        krate: format!("cc-api-{}", domain.name),
        home: (domain.name != SHARED).then(|| Home::of(&domain.name).krate),
        shared: re_exported(domain),
        ..Domain::default()
    };
    let kept = ["openapi", "info", "paths", "components", "x-commands", "x-errors", "x-note", "externalDocs"];
    take(&mut found.others, document, &kept, "");
    if let Some(components) = document.get("components") {
        take(&mut found.others, components, &["schemas", "parameters", "responses", "x-note"], "components/");
    }
    if let Some(info) = document.get("info") {
        found.docs = docs(info);
    }
    for operation in &domain.operations {
        let Some((path, node)) = nodes.get(operation.id.as_str()) else { continue };
        let item = document.at(&["paths", path]);
        found.operations.insert(operation.id.clone(), self::operation(decided, operation, node, item)?);
    }
    let schemas = document.at(&["components", "schemas"]);
    for (name, schema) in &domain.schemas {
        let Some(kind) = kind(decided, name, schema) else { continue };
        let Some(node) = schemas.and_then(|schemas| schemas.get(name)) else { continue };
        let mut item = Type {
            kind,
            requests: uses.requests.contains(name),
            answers: uses.answers.contains(name),
            others: others(node),
            docs: docs(node),
            line: node.line,
        };
        describe(&mut item.kind, node);
        found.types.insert(type_name(name), item);
    }
    Ok(found)
}

/// Keeps the keys of a node that are not among `told`.
fn take(found: &mut Others, node: &Node, told: &[&str], prefix: &str) {
    for entry in node.entries().iter().filter(|entry| !told.contains(&entry.key.as_str())) {
        found.insert(format!("{prefix}{}", entry.key), entry.value.to_json());
    }
}

fn operation(
    decided: &Decided<'_>,
    operation: &model::Operation,
    node: &Node,
    item: Option<&Node>,
) -> Result<Operation, String> {
    let method = decided.front.methods.get(&operation.id);
    let method = method.ok_or_else(|| format!("no method `{}`", operation.id))?;
    let mut found = Operation {
        rust: type_name(&operation.id),
        method: operation.method.clone(),
        path: operation.path.clone(),
        aliases: operation.aliases.clone(),
        inputs: Vec::new(),
        answers: Vec::new(),
        output: requests::output(operation, method).surface(),
        is_stream: operation.is_stream(),
        deprecated: operation.deprecated,
        successor: operation.successor.clone(),
        command: operation.command.as_ref().map(|command| command.name.clone()),
        others: Others::new(),
        docs: docs(node),
        line: node.line,
    };
    found.aliases.sort();
    for (key, texts) in [("x-source", &operation.sources), ("x-used-by", &operation.used_by)] {
        found.docs.insert(key.to_owned(), texts.join(", "));
    }
    take(&mut found.others, node, &TOLD, "");
    if let Some(item) = item {
        let mut told = crate::spec::expand::METHODS.to_vec();
        told.extend(["summary", "description", "x-note"]);
        take(&mut found.others, item, &told, "path/");
    }
    let body = node.get("requestBody");
    if let Some(body) = body {
        take(&mut found.others, body, &["content", "required", "description", "x-note"], "body/");
        // Only the first media type is sent.
        for media in body.get("content").map(Node::entries).unwrap_or_default().iter().skip(1) {
            let ty = media.value.get("schema").map(wire).unwrap_or_default();
            found.others.insert(format!("body/{}", media.key), Value::String(ty));
        }
    }
    for input in requests::inputs(operation, method)? {
        found.inputs.push(self::input(&input, node, body));
    }
    for response in node.get("responses").map(Node::entries).unwrap_or_default() {
        let contents = response.value.get("content").map(Node::entries).unwrap_or_default();
        let ty = |media: &Node| media.get("schema").map(wire).unwrap_or_default();
        let content = contents.iter().map(|media| (media.key.clone(), ty(&media.value)));
        let mut answer = Answer {
            status: response.key.clone(),
            content: content.collect(),
            others: Others::new(),
            docs: docs(&response.value),
        };
        take(&mut answer.others, &response.value, &["description", "content", "x-note", "x-status"], "");
        for media in contents {
            answer.others.extend(media.value.get("schema").map(others).unwrap_or_default());
        }
        found.answers.push(answer);
    }
    found.answers.sort_by(|one, other| one.status.cmp(&other.status));
    Ok(found)
}

fn input(input: &requests::Input, operation: &Node, body: Option<&Node>) -> Input {
    let mut found = Input {
        place: input.place.to_owned(),
        name: input.name.clone(),
        ident: input.ident.clone(),
        ty: input.ty.surface(),
        required: input.required,
        argument: input.required,
        media: None,
        others: Others::new(),
        docs: super::Docs::new(),
        line: operation.line,
    };
    if input.place == "body" {
        let Some(media) = body.and_then(|body| body.get("content")?.entries().first()) else { return found };
        // A body of any media type has an argument that names it.
        if input.name == "body" {
            found.media = Some(media.key.clone());
            found.required = body.is_some_and(|body| body.is_true_at("required"));
            found.others = media.value.get("schema").map(others).unwrap_or_default();
            found.docs = body.map(docs).unwrap_or_default();
        }
        found.line = media.line;
        return found;
    }
    let parameters = operation.get("parameters").map(Node::items).unwrap_or_default();
    let is_it =
        |node: &&Node| node.str_at("name") == Some(&input.name) && node.str_at("in") == Some(input.place);
    if let Some(node) = parameters.iter().find(is_it) {
        take(&mut found.others, node, &OF_PARAMETER, "");
        found.others.extend(node.get("schema").map(others).unwrap_or_default());
        found.docs = docs(node);
        found.line = node.line;
    }
    found
}

/// The kind of a schema, or none if it is a type of `cc-runtime`.
fn kind(decided: &Decided<'_>, name: &str, schema: &Value) -> Option<Kind> {
    let Decided { front, types, .. } = decided;
    let rust = type_name(name);
    Some(match shape(schema) {
        Shape::Core => return None,
        Shape::Wrapper => Kind::Alias { of: front.wrappers.get(&rust)?.surface() },
        Shape::Struct => {
            let item = types.structs.get(&rust)?;
            let constructor = types.has_constructor(name);
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let fields = item.fields.iter().map(|field| Field {
                name: field.property.clone(),
                ident: field.ident.clone(),
                ty: field.ty.surface(),
                required: required.contains(&field.property.as_str()),
                argument: constructor && field.required,
                lenient: field.lenient,
                others: Others::new(),
                docs: super::Docs::new(),
                line: 0,
            });
            Kind::Struct { constructor, default: item.has_default(), fields: fields.collect() }
        }
        Shape::Enum => {
            let values = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let values = values.map(|value| Variant {
                name: front.variant(&rust, schema, value),
                value: value.to_owned(),
                of: None,
                from: false,
                docs: super::Docs::new(),
            });
            Kind::Enum { values: values.collect() }
        }
        Shape::Union => {
            let mapping: Vec<(&String, String)> = schema["discriminator"]["mapping"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(value, target)| Some((value, type_name(target.as_str()?.rsplit('/').next()?))))
                .collect();
            let held = |target: &String| {
                let ty = front.unions.get(&rust).and_then(|variants| variants.get(target));
                ty.map_or_else(|| target.clone(), |ty| ty.surface())
            };
            let variants = mapping.iter().map(|(value, target)| Variant {
                name: variant(schema, value),
                value: (*value).clone(),
                of: Some(held(target)),
                // The generator implements `From` for a type that is one variant only.
                from: mapping.iter().filter(|(_, other)| other == target).count() == 1,
                docs: super::Docs::new(),
            });
            let tag = schema["discriminator"]["propertyName"].as_str().unwrap_or_default().to_owned();
            Kind::Union { tag, variants: variants.collect() }
        }
    })
}

/// Adds what the parsed document says beside the types: documentation, lines, limits.
fn describe(kind: &mut Kind, schema: &Node) {
    match kind {
        Kind::Struct { fields, .. } => {
            let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
            for field in fields {
                let Some(property) = properties.iter().find(|property| property.key == field.name) else {
                    continue;
                };
                field.others = others(&property.value);
                field.docs = docs(&property.value);
                field.line = property.line;
            }
        }
        Kind::Enum { values: variants } | Kind::Union { variants, .. } => {
            for variant in variants {
                if let Some(text) = schema.at(&["x-values", &variant.value]).and_then(Node::as_str) {
                    variant.docs.insert("x-values".to_owned(), text.to_owned());
                }
            }
        }
        Kind::Alias { .. } => {}
    }
}
