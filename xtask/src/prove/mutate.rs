//! Seeded changes of documents: each by a mutator of one kind, at a place that the seed chooses.

mod commands;
mod requests;
mod types;

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Value};

/// Documents by the names of their domains, with the shared one.
pub type Docs = BTreeMap<String, Value>;

/// One kind of change.
#[derive(Clone, Copy)]
pub struct Mutator {
    pub name: &'static str,
    /// `true` if a platform makes such a change without a word: it adds something that older programs need not know.
    pub additive: bool,
    apply: fn(&mut Cx<'_>) -> Option<()>,
}

const fn mutator(name: &'static str, apply: fn(&mut Cx<'_>) -> Option<()>) -> Mutator {
    Mutator { name, additive: false, apply }
}

const fn additive(name: &'static str, apply: fn(&mut Cx<'_>) -> Option<()>) -> Mutator {
    Mutator { name, additive: true, apply }
}

/// All mutators.
pub fn all() -> Vec<Mutator> {
    [requests::ALL, types::ALL, commands::ALL].concat()
}

impl Mutator {
    /// The changed documents. `None` if no place of them can be changed in this way.
    pub fn apply(&self, docs: &Docs, rng: &mut Rng) -> Option<Docs> {
        let mut cx = Cx { docs: docs.clone(), rng };
        (self.apply)(&mut cx)?;
        // Two maps are equal in any order.
        let text = |docs: &Docs| docs.values().map(Value::to_string).collect::<String>();
        (text(&cx.docs) != text(docs)).then_some(cx.docs)
    }
}

/// The documents under change.
pub(super) struct Cx<'r> {
    docs: Docs,
    rng: &'r mut Rng,
}

impl Cx<'_> {
    fn choose<T>(&mut self, mut from: Vec<T>) -> Option<T> {
        if from.is_empty() { None } else { Some(from.swap_remove(self.rng.usize(..from.len()))) }
    }

    /// A name that no document has.
    fn fresh(&mut self, stem: &str) -> String {
        const WORDS: [&str; 8] = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron"];
        let word = WORDS[self.rng.usize(..WORDS.len())];
        if stem.is_empty() { word.to_owned() } else { format!("{stem}_{word}") }
    }

    /// Domain, path and method of an operation.
    fn operation(&mut self, is: impl Fn(&Value) -> bool) -> Option<[String; 3]> {
        let mut found = Vec::new();
        for (domain, document) in &self.docs {
            for (path, item) in object(&document["paths"]) {
                for (method, operation) in object(item) {
                    if operation.get("operationId").is_some() && is(operation) {
                        found.push([domain, path, method].map(Clone::clone));
                    }
                }
            }
        }
        self.choose(found)
    }

    /// An operation, to be changed.
    fn some_operation(&mut self, is: impl Fn(&Value) -> bool) -> Option<&mut Map<String, Value>> {
        let at = self.operation(is)?;
        self.at_operation(&at)
    }

    fn at_operation(&mut self, [domain, path, method]: &[String; 3]) -> Option<&mut Map<String, Value>> {
        self.docs.get_mut(domain)?["paths"][path][method].as_object_mut()
    }

    /// A parameter, to be changed.
    fn some_parameter(&mut self, is: impl Fn(&Value) -> bool) -> Option<&mut Map<String, Value>> {
        let at = self.operation(|operation| list(&operation["parameters"]).any(&is))?;
        let parameters = self.at_operation(&at)?.get("parameters")?.as_array()?;
        let fitting = (0..parameters.len()).filter(|at| is(&parameters[*at])).collect();
        let index = self.choose(fitting)?;
        self.at_operation(&at)?["parameters"][index].as_object_mut()
    }

    /// Domain and name of a schema, not of the shared document.
    fn schema(&mut self, is: impl Fn(&str, &Value) -> bool) -> Option<[String; 2]> {
        let mut found = Vec::new();
        for (domain, document) in self.docs.iter().filter(|(domain, _)| *domain != "shared") {
            for (name, schema) in object(&document["components"]["schemas"]) {
                if is(name, schema) {
                    found.push([domain, name].map(Clone::clone));
                }
            }
        }
        self.choose(found)
    }

    fn at_schema(&mut self, [domain, name]: &[String; 2]) -> Option<&mut Map<String, Value>> {
        self.docs.get_mut(domain)?["components"]["schemas"][name].as_object_mut()
    }

    fn some_schema(&mut self, is: impl Fn(&str, &Value) -> bool) -> Option<&mut Map<String, Value>> {
        let at = self.schema(is)?;
        self.at_schema(&at)
    }

    /// The schema of a struct with properties, and the name of a fitting one.
    fn property(&mut self, is: impl Fn(&str, &Value) -> bool) -> Option<([String; 2], String)> {
        let at =
            self.schema(|_, schema| object(&schema["properties"]).any(|(name, value)| is(name, value)))?;
        let schema = self.at_schema(&at)?;
        let fitting = object(&schema["properties"]).filter(|(name, value)| is(name, value));
        let fitting = fitting.map(|(name, _)| name.clone()).collect();
        let name = self.choose(fitting)?;
        Some((at, name))
    }

    fn some_property(&mut self, is: impl Fn(&str, &Value) -> bool) -> Option<&mut Map<String, Value>> {
        let (at, name) = self.property(is)?;
        self.at_schema(&at)?["properties"][&name].as_object_mut()
    }

    /// Replaces a text wherever it is a whole value.
    fn replace(&mut self, from: &str, to: &str) {
        self.docs.values_mut().for_each(|document| replace(document, from, to));
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, from, to)),
        Value::Object(map) => map.values_mut().for_each(|item| replace(item, from, to)),
        _ => {}
    }
}

/// Gives a key another name, at its place.
fn rename_key(map: &mut Map<String, Value>, from: &str, to: &str) {
    *map = std::mem::take(map)
        .into_iter()
        .map(|(key, value)| (if key == from { to.to_owned() } else { key }, value))
        .collect();
}

/// Puts a key before all others.
fn put_first(map: &mut Map<String, Value>, key: &str, value: Value) {
    let rest = std::mem::take(map);
    map.insert(key.to_owned(), value);
    map.extend(rest);
}

/// Exchanges two neighbours of a map.
fn exchange(map: &mut Map<String, Value>, at: usize) {
    let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
    if at + 1 < entries.len() {
        entries.swap(at, at + 1);
    }
    map.extend(entries);
}

/// The list below a key, created if it is absent.
fn list_at<'v>(map: &'v mut Map<String, Value>, key: &str) -> Option<&'v mut Vec<Value>> {
    map.entry(key).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
}

/// The map below a key, created if it is absent.
fn map_at<'v>(map: &'v mut Map<String, Value>, key: &str) -> Option<&'v mut Map<String, Value>> {
    map.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}
