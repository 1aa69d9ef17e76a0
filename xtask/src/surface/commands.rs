//! The commands of a domain as they are generated or declared.

use std::collections::BTreeMap;

use super::schema::docs;
use super::{Command, CommandInput, Docs, Others};
use crate::generate::Decided;
use crate::generate::commands::{Described, described};
use crate::generate::rust::field_name;
use crate::spec::check::operations;
use crate::spec::declared::{Declared, TypeText};
use crate::spec::effect::{self, Effect};
use crate::spec::model::{Operation, Spec};
use crate::spec::node::Node;

/// Keys of `x-command` and `x-commands` that have a place of their own in the value.
const TOLD: [&str; 16] = [
    "name",
    "summary",
    "description",
    "errors",
    "kind",
    "fields",
    "constructors",
    "output",
    "empty",
    "operations",
    "effect",
    "example",
    "input",
    "run",
    "requires",
    "x-note",
];

/// The commands that a domain declares, by name.
pub fn of(decided: &Decided<'_>, spec: &Spec) -> Result<BTreeMap<String, Command>, String> {
    let known: BTreeMap<&str, &Operation> = spec
        .domains
        .iter()
        .flat_map(|domain| &domain.operations)
        .map(|operation| (operation.id.as_str(), operation))
        .collect();
    let document = &decided.domain.document;
    let nodes: BTreeMap<&str, &Node> =
        operations(document).filter_map(|(_, _, node)| Some((node.str_at("operationId")?, node))).collect();
    let mut found = BTreeMap::new();
    for operation in &decided.domain.operations {
        let Some(command) = &operation.command else { continue };
        let node = nodes.get(operation.id.as_str()).and_then(|node| node.get("x-command"));
        let own = format!("{}.", decided.domain.name);
        let Described { fields, output } = described(decided, operation, command)?;
        let inputs = fields.into_iter().map(|(field, target)| CommandInput {
            name: field.name,
            ident: field.ident,
            ty: field.ty.surface_in(&own),
            required: field.required,
            target,
            docs: described_by(&field.description),
        });
        let called = vec![operation.id.clone()];
        let mut docs = node.map(docs).unwrap_or_default();
        let summary = command.summary.as_ref().unwrap_or(&operation.summary);
        docs.insert("summary".to_owned(), summary.clone());
        let item = Command {
            kind: "command",
            by_hand: false,
            input_by_hand: false,
            inputs: inputs.collect(),
            constructors: BTreeMap::new(),
            output,
            effect: effect(command.effect, &called, &known),
            deprecated: deprecated(&called, &known),
            operations: called,
            others: node.map(others).unwrap_or_default(),
            docs,
            line: node.map_or(0, |node| node.line),
        };
        found.insert(command.name.clone(), item);
    }
    let declared = document.get("x-commands").map(Node::items).unwrap_or_default();
    for (command, node) in decided.domain.commands.iter().zip(declared) {
        found.insert(command.name.clone(), by_hand(command, node, &known));
    }
    Ok(found)
}

fn by_hand(command: &Declared, node: &Node, known: &BTreeMap<&str, &Operation>) -> Command {
    let inputs = command.fields.iter().map(|field| CommandInput {
        name: field.name.clone(),
        ident: field_name(&field.name),
        ty: if field.required { plain(&field.ty) } else { format!("{}?", plain(&field.ty)) },
        required: field.required,
        target: None,
        docs: described_by(&match &field.default {
            Some(default) => format!("{} Default: {default}.", field.description),
            None => field.description.clone(),
        }),
    });
    let output = command.output.as_ref().map_or_else(|| "void".to_owned(), plain);
    let mut docs = docs(node);
    docs.insert("errors".to_owned(), command.errors.join("\n"));
    docs.extend(command.example.clone().map(|example| ("example".to_owned(), example)));
    Command {
        kind: command.kind.word(),
        by_hand: true,
        input_by_hand: command.input_by_hand,
        inputs: inputs.collect(),
        constructors: command.constructors.iter().cloned().collect(),
        output: if command.may_be_empty { format!("{output}?") } else { output },
        operations: command.operations.clone(),
        deprecated: deprecated(&command.operations, known),
        effect: effect(command.effect, &command.operations, known),
        others: others(node),
        docs,
        line: node.line,
    }
}

fn described_by(text: &str) -> Docs {
    Docs::from([("description".to_owned(), text.to_owned())])
}

fn others(node: &Node) -> Others {
    let entries = node.entries().iter().filter(|entry| !TOLD.contains(&entry.key.as_str()));
    entries.map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
}

/// A type of `x-commands` in the words of all other types.
fn plain(ty: &TypeText) -> String {
    match ty {
        TypeText::List(item) => format!("[{}]", plain(item)),
        TypeText::Name(name) => match name.as_str() {
            "boolean" => "bool",
            "integer" => "i64",
            "int32" => "i32",
            "uint64" => "u64",
            "number" => "f64",
            name => name,
        }
        .to_owned(),
    }
}

/// The effect that the catalogue lists: the given one, or that of the methods.
fn effect(given: Option<Effect>, called: &[String], known: &BTreeMap<&str, &Operation>) -> String {
    let called: Vec<&Operation> = called.iter().filter_map(|id| known.get(id.as_str()).copied()).collect();
    let derived = Effect::derived(called.iter().map(|one| (one.method.as_str(), one.one_shot)));
    let effect = given.unwrap_or(derived);
    let is_idempotent =
        called.iter().all(|one| effect::is_idempotent(&one.method, one.one_shot, one.idempotent));
    let again = if effect != Effect::ReadOnly && is_idempotent { " idempotent" } else { "" };
    format!("{}{again}", effect.word())
}

fn deprecated(called: &[String], known: &BTreeMap<&str, &Operation>) -> BTreeMap<String, Option<String>> {
    let called = called.iter().filter_map(|id| known.get(id.as_str()));
    called
        .filter(|operation| operation.deprecated)
        .map(|operation| (operation.id.clone(), operation.successor.clone()))
        .collect()
}
