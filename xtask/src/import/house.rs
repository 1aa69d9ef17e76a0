//! Schemas and operations of a document in the form of the spec: YAML with named structs and enums, shared types, and descriptions.

pub mod operation;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::compare::{Comparison, domain};
use super::document::{At, Shape, View};
use super::edit::scalar;
use crate::generate::rust::type_name;
use crate::spec::money::sounds_like_money;
use crate::spec::node::Node;
use crate::spec::secret::sounds_secret;

/// Reason that the spec gives for JSON of unknown structure.
const FREE: &str = "The document does not describe the structure.";

/// Tag of a variant, and the value that the variant pins.
type Pin = (String, String);

/// Writes for one domain.
pub struct House<'h, 'a> {
    comparison: &'h Comparison<'a>,
    domain: String,
    /// File of the domain; `None` if the domain is new.
    file: Option<usize>,
    /// Names that are taken in the domain and in `shared.yaml`.
    taken: BTreeSet<String>,
    /// How often a name was taken, so that a free one is found in constant time.
    counts: HashMap<String, usize>,
    /// Property → shared type by which the schemas of the domain write most properties of this name.
    usual: HashMap<String, String>,
    shared: BTreeSet<String>,
    /// Schema of the document → name of the schema that is written for it.
    written: HashMap<*const Node, String>,
    /// Schemas that are named and not written yet, with the tag that a variant pins and its value.
    pending: VecDeque<(String, View<'a>, Option<Pin>)>,
    /// What a person still has to do.
    pub asks: Vec<String>,
}

impl<'h, 'a> House<'h, 'a> {
    pub fn new(comparison: &'h Comparison<'a>, name: &str) -> Self {
        let files = comparison.ours.files;
        let file = (0..files.files.len()).find(|file| domain(files, *file) == name);
        let schemas = |file: usize| {
            let root = files.files.get(file).map(|file| &file.root);
            root.and_then(|root| root.at(&["components", "schemas"])).map(Node::entries).unwrap_or_default()
        };
        let shared_file = (0..files.files.len()).find(|file| domain(files, *file) == "shared");
        let shared = shared_file.map(schemas).unwrap_or_default();
        let own = file.map(schemas).unwrap_or_default();
        let mut usual: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
        let properties = own
            .iter()
            .flat_map(|schema| schema.value.get("properties").map(Node::entries).unwrap_or_default());
        for property in properties {
            let target = property.value.str_at("$ref").unwrap_or_default();
            *usual.entry(&property.key).or_default().entry(target).or_default() += 1;
        }
        let most = usual.iter().filter_map(|(name, targets)| {
            let (target, _) = targets.iter().max_by_key(|(_, count)| **count)?;
            let is_shared = target.starts_with("shared.yaml#/components/schemas/");
            is_shared.then(|| ((*name).to_owned(), (*target).to_owned()))
        });
        Self {
            comparison,
            domain: name.to_owned(),
            file,
            taken: own.iter().chain(shared).map(|entry| entry.key.clone()).collect(),
            counts: HashMap::new(),
            usual: most.collect(),
            shared: shared.iter().map(|entry| entry.key.clone()).collect(),
            written: HashMap::new(),
            pending: VecDeque::new(),
            asks: Vec::new(),
        }
    }

    fn ask(&mut self, what: impl Into<String>) {
        self.asks.push(format!("{}: {}", self.domain, what.into()));
    }

    /// A property, an element or the schema of a body as a flow value. `subject` names it for people, `is_described` asks for a
    /// description.
    pub fn inline(&mut self, at: At<'a>, name: &str, owner: &str, is_described: bool) -> String {
        let view = self.comparison.theirs.view(at);
        let parts = self.parts(&view, name, owner, is_described);
        format!(
            "{{{}}}",
            parts.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
        )
    }

    fn parts(
        &mut self,
        view: &View<'a>,
        name: &str,
        owner: &str,
        is_described: bool,
    ) -> Vec<(&'static str, String)> {
        let described = if is_described { self.describe(view, name) } else { String::new() };
        let mut parts = Vec::new();
        let file = if self.domain == "shared" { "" } else { "shared.yaml" };
        let shared = |name: &str| format!("'{file}#/components/schemas/{name}'");
        let known = self.comparison.names.get(&std::ptr::from_ref(view.at.node)).copied();
        let home = known.map(|(file, name)| (domain(self.comparison.ours.files, file), name));
        let text_type = || -> Option<String> {
            if view.shape() != Shape::Text {
                return None;
            }
            if let Some(target) = self.usual.get(name) {
                return Some(format!("'{target}'"));
            }
            if view.format == Some("date-time") {
                return Some(shared("Timestamp"));
            }
            if sounds_secret(name) {
                return Some(shared("Secret"));
            }
            let id = name.to_upper_camel_case();
            (id.ends_with("Id") && self.shared.contains(&id)).then(|| shared(&id))
        };
        let target = match home {
            Some((home, name)) if home == self.domain => Some(format!("'#/components/schemas/{name}'")),
            Some((home, name)) if home == "shared" => Some(shared(name)),
            _ => text_type(),
        };
        if let Some(target) = target {
            parts.push(("$ref", target));
            if is_described {
                parts.push(("description", scalar(&described)));
            }
            return parts;
        }
        let reference = |name: String| ("$ref", format!("'#/components/schemas/{name}'"));
        match view.shape() {
            Shape::Struct | Shape::Union => match self.component(view, name, owner) {
                Some(name) => parts.push(reference(name)),
                None => return self.free(name, is_described, &described),
            },
            Shape::Enum => match self.component(view, name, owner) {
                Some(name) => parts.push(reference(name)),
                None => parts.push(("type", "string".to_owned())),
            },
            Shape::List => {
                let element = match view.items {
                    Some(items) => self.inline(items, name, owner, false),
                    None => format!("{{x-free-json: {}}}", scalar(FREE)),
                };
                parts.push(("type", "array".to_owned()));
                if is_described {
                    parts.push(("description", scalar(&described)));
                }
                parts.push(("items", element));
                return parts;
            }
            Shape::Map => {
                let value = match view.additional {
                    Some(values) => self.inline(values, name, owner, false),
                    None => format!("{{x-free-json: {}}}", scalar(FREE)),
                };
                parts.push(("type", "object".to_owned()));
                if is_described {
                    parts.push(("description", scalar(&described)));
                }
                parts.push(("additionalProperties", value));
                return parts;
            }
            Shape::Text => {
                parts.push(("type", "string".to_owned()));
                parts.extend(
                    view.format
                        .filter(|format| *format == "binary")
                        .map(|format| ("format", format.to_owned())),
                );
            }
            Shape::Integer => {
                parts.push(("type", "integer".to_owned()));
                let format = view.format.filter(|format| *format == "int32").unwrap_or("int64");
                parts.push(("format", format.to_owned()));
            }
            Shape::Number => {
                parts.push(("type", "number".to_owned()));
                if sounds_like_money(name) {
                    parts.push(("format", "decimal".to_owned()));
                }
            }
            Shape::Boolean => parts.push(("type", "boolean".to_owned())),
            Shape::Any | Shape::Other => return self.free(name, is_described, &described),
        }
        if is_described {
            parts.push(("description", scalar(&described)));
        }
        parts
    }

    fn free(&self, name: &str, is_described: bool, described: &str) -> Vec<(&'static str, String)> {
        let mut parts = vec![("x-free-json", scalar(FREE))];
        if sounds_secret(name) {
            parts.push(("x-secret", "true".to_owned()));
        }
        if is_described {
            parts.push(("description", scalar(described)));
        }
        parts
    }

    /// First sentence of the document's description, or the name in words.
    fn describe(&mut self, view: &View<'a>, name: &str) -> String {
        match view.description.and_then(sentence) {
            Some(text) => text,
            None => {
                self.ask(format!("describe `{name}`: the document does not"));
                words(name)
            }
        }
    }

    /// Name of the schema that will be written for a struct, an enum or a union. `None` if the spec cannot express it.
    pub fn component(&mut self, view: &View<'a>, name: &str, owner: &str) -> Option<String> {
        let key = std::ptr::from_ref(view.at.node);
        if let Some(known) = self.written.get(&key) {
            return Some(known.clone());
        }
        let proposed = view.name.map_or_else(|| format!("{owner} {name}"), str::to_owned);
        if view.shape() == Shape::Union {
            let variants = Comparison::variants(&self.comparison.theirs, view);
            let is_struct = |at| is_object(&self.comparison.theirs.view(at));
            if view.tag.is_none() || !variants.iter().all(|(_, at)| is_struct(*at)) {
                self.ask(format!("`{proposed}` is a union without a tag, written as free JSON"));
                return None;
            }
        }
        let rust = self.free_name(&proposed);
        self.written.insert(key, rust.clone());
        self.pending.push_back((rust.clone(), view.clone(), None));
        Some(rust)
    }

    /// Writes the schemas that are named and not written yet. Schemas of any depth take no stack.
    pub fn finish(&mut self) -> Vec<(String, String)> {
        let mut schemas = Vec::new();
        while let Some((name, view, tag)) = self.pending.pop_front() {
            let lines = match view.shape() {
                Shape::Enum => {
                    let values: Vec<String> = view.values.iter().map(|value| scalar(value)).collect();
                    let description = scalar(&self.describe(&view, &name));
                    format!("type: string\ndescription: {description}\nenum: [{}]", values.join(", "))
                }
                Shape::Union => self.union(&view, &name),
                _ => {
                    let tag =
                        tag.as_ref().map(|(tag, value): &(String, String)| (tag.as_str(), value.as_str()));
                    self.object(&view, &name, tag)
                }
            };
            schemas.push((name, lines));
        }
        schemas
    }

    /// A name in Pascal case that nothing else has and that does not end in a counter.
    fn free_name(&mut self, proposed: &str) -> String {
        let full = type_name(&proposed.to_upper_camel_case());
        let name = full.trim_end_matches(|last: char| last.is_ascii_digit());
        let name = if name.is_empty() { "Item" } else { name };
        let domain = self.domain.to_upper_camel_case();
        let schema = format!("{full}Schema");
        let mut names = [name.to_owned(), format!("{domain}{name}"), schema.clone()].into_iter();
        let found = names.find(|name| !self.taken.contains(name)).unwrap_or_else(|| {
            let count = self.counts.entry(schema).or_insert(1);
            loop {
                *count += 1;
                let name = format!("{full}{count}Schema");
                if !self.taken.contains(&name) {
                    return name;
                }
            }
        });
        self.taken.insert(found.clone());
        found
    }

    /// The lines of a struct. `tag` is the property that a variant pins, and its value.
    fn object(&mut self, view: &View<'a>, name: &str, tag: Option<(&str, &str)>) -> String {
        let mut lines = format!("type: object\ndescription: {}\n", scalar(&self.describe(view, name)));
        let tag_name = tag.map(|(tag, _)| tag);
        let others = view.properties.iter().map(|(name, _)| *name);
        let others = others.filter(|property| view.requires(property) && tag_name != Some(*property));
        let required: Vec<&str> = tag_name.into_iter().chain(others).collect();
        if !required.is_empty() {
            let required: Vec<String> = required.iter().map(|name| scalar(name)).collect();
            lines.push_str(&format!("required: [{}]\n", required.join(", ")));
        }
        lines.push_str("properties:");
        if let Some((tag, value)) = tag {
            lines.push_str(&format!("\n  {}: {{type: string, enum: [{}]}}", scalar(tag), scalar(value)));
        }
        for (property, at) in &view.properties {
            if tag.is_none_or(|(tag, _)| tag != *property) {
                let mut value = self.inline(*at, property, name, true);
                // Without it, a null is read as the default of the type.
                let is_null = view.requires(property) && self.comparison.theirs.view(*at).is_nullable;
                if is_null && !value.contains("x-free-json: ") {
                    value.insert_str(value.len() - 1, ", nullable: true");
                }
                lines.push_str(&format!("\n  {}: {value}", scalar(property)));
            }
        }
        lines
    }

    fn union(&mut self, view: &View<'a>, name: &str) -> String {
        let tag = view.tag.unwrap_or("type");
        let variants = Comparison::variants(&self.comparison.theirs, view);
        let (mut list, mut mapping) = (String::new(), String::new());
        for (value, at) in &variants {
            let variant = self.variant(*at, tag, value);
            list.push_str(&format!("\n- {{$ref: '#/components/schemas/{variant}'}}"));
            mapping.push_str(&format!("\n    {}: '#/components/schemas/{variant}'", scalar(value)));
        }
        let description = scalar(&self.describe(view, name));
        format!(
            "description: {description}\noneOf:{list}\ndiscriminator:\n  propertyName: {}\n  mapping:{mapping}",
            scalar(tag)
        )
    }

    /// Name of the struct that will be written for a variant, which pins the value of the tag.
    pub fn variant(&mut self, at: At<'a>, tag: &str, value: &str) -> String {
        let view = self.comparison.theirs.view(at);
        let name = self.free_name(view.name.unwrap_or(value));
        self.written.insert(std::ptr::from_ref(view.at.node), name.clone());
        self.pending.push_back((name.clone(), view, Some((tag.to_owned(), value.to_owned()))));
        name
    }
}

/// Returns `true` if a schema can be the variant of a union.
pub fn is_object(view: &View<'_>) -> bool {
    view.shape() == Shape::Struct || view.types == ["object"]
}

/// First sentence of a text, with its full stop.
pub fn sentence(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    let text = text.get(..end)?.trim_end_matches(['…', ':']).trim();
    (!text.is_empty())
        .then(|| if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") })
}

/// A name in words: `sourceToken` becomes `Source token.`
pub fn words(name: &str) -> String {
    let text = name.to_snake_case().replace('_', " ");
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
