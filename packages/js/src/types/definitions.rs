//! The definitions of all schemas, each with a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Signature;
use super::convert::{Converter, Side};
use super::show;

/// The schema of one side of a command.
#[derive(Debug)]
pub(super) struct Root<'a> {
    schema: Value,
    pub(super) side: Side,
    command: &'a Signature,
}

impl<'a> Root<'a> {
    pub(super) fn new(schema: &'a Value, side: Side, command: &'a Signature) -> Self {
        let mut root = Self { schema: schema.clone(), side, command };
        if let Some((name, _)) = root.own()
            && refer_by_name(&mut root.schema, &name)
            && let Some((_, own)) = root.own()
            && let Some(members) = root.schema.as_object_mut()
        {
            let definitions = members.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
            if let Some(definitions) = definitions.as_object_mut() {
                definitions.insert(name, own);
            }
        }
        root
    }

    /// Name and schema of the type that the root itself is; `None` for lists, maps and scalars, which need no name.
    fn own(&self) -> Option<(String, Value)> {
        let mut schema = self.schema.as_object()?.clone();
        let title = schema.get("title")?.as_str()?.to_owned();
        for keyword in ["$schema", "$defs", "title"] {
            schema.remove(keyword);
        }
        if self.side == Side::Input {
            // The description is that of the command.
            schema.insert("description".to_owned(), format!("Inputs of `{}`.", self.command.name).into());
            return Some((format!("{}Input", self.command.name), schema.into()));
        }
        let is_named = schema.contains_key("properties")
            || ["anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key));
        is_named.then(|| (title, schema.into()))
    }

    fn place(&self) -> String {
        format!("{} of {}", self.side, self.command.name)
    }

    fn definitions(&self) -> Option<&Map<String, Value>> {
        self.schema.get("$defs")?.as_object()
    }
}

/// A definition with everything that it refers to: equal ones are one type.
type Whole = BTreeMap<String, String>;

/// A type of a name.
struct Definition<'a> {
    schema: Value,
    /// A root that has it.
    root: &'a Root<'a>,
    uses: usize,
    is_of_inputs: bool,
    /// Name in TypeScript.
    name: String,
}

/// All definitions.
pub(super) struct Definitions<'a> {
    by_whole: BTreeMap<(String, Whole), Definition<'a>>,
}

impl<'a> Definitions<'a> {
    /// Collects the definitions of all roots, and names them.
    pub(super) fn new(roots: &'a [Root<'a>]) -> Result<Self, String> {
        let mut all = Self { by_whole: BTreeMap::new() };
        for root in roots {
            let own = root.own();
            let named =
                root.definitions().into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone()));
            for (name, schema) in named.chain(own) {
                let whole = whole(&name, &schema, root)?;
                let is_input = root.side == Side::Input;
                let definition = all.by_whole.entry((name, whole)).or_insert_with(|| Definition {
                    schema,
                    root,
                    uses: 0,
                    is_of_inputs: true,
                    name: String::new(),
                });
                definition.uses += 1;
                definition.is_of_inputs &= is_input;
            }
        }
        all.name();
        Ok(all)
    }

    /// Of several definitions of a name, the most used one of an output keeps it.
    fn name(&mut self) {
        let mut of_name: BTreeMap<String, Vec<&mut Definition<'a>>> = BTreeMap::new();
        for ((name, _), definition) in &mut self.by_whole {
            of_name.entry(name.clone()).or_default().push(definition);
        }
        let mut taken: BTreeSet<String> = of_name.keys().cloned().collect();
        taken.extend(["Commands", "Streams", "Json", "UnknownTag", "ErrorKind"].map(str::to_owned));
        for (name, mut definitions) in of_name {
            definitions.sort_by_key(|one| (one.is_of_inputs, std::cmp::Reverse(one.uses)));
            for (index, definition) in definitions.into_iter().enumerate() {
                definition.name = match index {
                    0 => name.clone(),
                    _ => {
                        let wanted = match definition.is_of_inputs {
                            true => format!("{name}Input"),
                            false => format!("{}{name}", pascal(&definition.root.command.domain)),
                        };
                        let numbered = (2..).map(|number| format!("{wanted}{number}"));
                        let mut names = std::iter::once(wanted.clone()).chain(numbered);
                        // One of infinitely many names is free.
                        names.find(|name| taken.insert(name.clone())).unwrap_or(wanted)
                    }
                };
            }
        }
    }

    /// The type of a root.
    pub(super) fn of_root(&self, root: &Root<'_>) -> Result<String, String> {
        match root.own() {
            Some((name, schema)) => self.find(&name, &schema, root),
            None => {
                let ty = self.converter(root).convert(&root.schema)?;
                Ok(show::inline(&ty, "  "))
            }
        }
    }

    /// Writes all types, sorted by name.
    pub(super) fn declare(&self, text: &mut String) -> Result<(), String> {
        let mut all: Vec<&Definition<'a>> = self.by_whole.values().collect();
        all.sort_by_key(|definition| &definition.name);
        for definition in all {
            let ty = self.converter(definition.root).convert(&definition.schema)?;
            text.push('\n');
            show::declaration(text, &definition.name, &documentation(&definition.schema), &ty);
        }
        Ok(())
    }

    fn converter<'b>(
        &'b self,
        root: &'b Root<'b>,
    ) -> Converter<impl Fn(&str) -> Result<String, String> + 'b> {
        let place = root.place();
        Converter::new(root.side, place.clone(), move |name: &str| {
            let schema = root.definitions().and_then(|all| all.get(name));
            let schema = schema.ok_or_else(|| format!("{place}: the definition `{name}` is missing"))?;
            self.find(name, schema, root)
        })
    }

    fn find(&self, name: &str, schema: &Value, root: &Root<'_>) -> Result<String, String> {
        let key = (name.to_owned(), whole(name, schema, root)?);
        let found = self.by_whole.get(&key).map(|definition| definition.name.clone());
        found.ok_or_else(|| format!("{}: `{name}` was not collected", root.place()))
    }
}

/// Names the root in each reference to it, as other roots do. Returns `true` if there is one.
fn refer_by_name(schema: &mut Value, name: &str) -> bool {
    let mut found = false;
    match schema {
        Value::Object(members) => {
            if let Some(target) = members.get_mut("$ref").filter(|target| *target == "#") {
                *target = format!("#/$defs/{name}").into();
                found = true;
            }
            members.values_mut().for_each(|value| found |= refer_by_name(value, name));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| found |= refer_by_name(value, name)),
        _ => {}
    }
    found
}

/// Parts of schemas of which inputs and outputs become different types.
const OF_ONE_SIDE: [&str; 4] = [r#""int64""#, r#""uint64""#, r#""date-time""#, r#""not":{"enum""#];

/// A definition, and all to which it refers.
fn whole(name: &str, schema: &Value, root: &Root<'_>) -> Result<Whole, String> {
    let mut whole = Whole::from([(name.to_owned(), schema.to_string())]);
    let mut open = references(schema);
    while let Some(name) = open.pop() {
        if whole.contains_key(&name) {
            continue;
        }
        let schema = root.definitions().and_then(|all| all.get(&name));
        let schema = schema.ok_or_else(|| format!("{}: the definition `{name}` is missing", root.place()))?;
        open.extend(references(schema));
        whole.insert(name, schema.to_string());
    }
    if whole.values().any(|schema| OF_ONE_SIDE.iter().any(|part| schema.contains(part))) {
        whole.insert("(side)".to_owned(), root.side.to_string());
    }
    Ok(whole)
}

/// Names of the definitions to which a schema refers.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let own = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| target.strip_prefix("#/$defs/"));
            own.map(str::to_owned).into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(values) => values.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// The documentation of a type: its description, and those of the values of which it is one.
fn documentation(schema: &Value) -> String {
    let mut text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for value in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let description = value.get("description").and_then(Value::as_str);
        if let (Some(value), Some(description)) = (value.get("const").and_then(Value::as_str), description) {
            text.push_str(&format!("\n- `{value}`: {description}"));
        }
    }
    text
}

/// `load-balancer` as `LoadBalancer`.
fn pascal(domain: &str) -> String {
    let capital = |word: &str| {
        word.chars().next().map(|first| first.to_uppercase().to_string() + &word[first.len_utf8()..])
    };
    domain.split('-').filter_map(capital).collect()
}
