//! One level of a schema without the many ways of saying the same: `$ref`, `allOf`, type lists, `const` and `nullable`.

use std::collections::BTreeSet;

use super::{At, DEEP, Reader};
use crate::spec::node::{Kind, Node};

/// A schema as the comparison sees it.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The schema after all references.
    pub at: At<'a>,
    /// Name of the component that the last reference led to.
    pub name: Option<&'a str>,
    /// Types in the order of the document, without `null`.
    pub types: Vec<&'a str>,
    pub is_nullable: bool,
    pub format: Option<&'a str>,
    /// Values of an enum or a `const`, as texts.
    pub values: Vec<String>,
    pub description: Option<&'a str>,
    pub properties: Vec<(&'a str, At<'a>)>,
    /// Required properties; `None` if the document says nothing about it.
    pub required: Option<BTreeSet<&'a str>>,
    pub items: Option<At<'a>>,
    /// Schema of the values of a map.
    pub additional: Option<At<'a>>,
    /// Variants of a union.
    pub variants: Vec<At<'a>>,
    /// Property that tells the variants apart.
    pub tag: Option<&'a str>,
    /// Value of the tag, and its variant.
    pub mapping: Vec<(&'a str, At<'a>)>,
}

/// Kind of a schema, for the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The document does not say what it is.
    Any,
    Struct,
    Map,
    List,
    Union,
    Enum,
    Text,
    Integer,
    Number,
    Boolean,
    /// Several types of values, or a type that JSON Schema does not know.
    Other,
}

impl Shape {
    pub fn words(self) -> &'static str {
        match self {
            Self::Any => "any JSON",
            Self::Struct => "an object",
            Self::Map => "a map",
            Self::List => "a list",
            Self::Union => "a union",
            Self::Enum => "an enum",
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Other => "a value of several types",
        }
    }
}

impl<'a> View<'a> {
    fn new(at: At<'a>, name: Option<&'a str>) -> Self {
        Self {
            at,
            name,
            types: Vec::new(),
            is_nullable: false,
            format: None,
            values: Vec::new(),
            description: None,
            properties: Vec::new(),
            required: None,
            items: None,
            additional: None,
            variants: Vec::new(),
            tag: None,
            mapping: Vec::new(),
        }
    }

    pub fn shape(&self) -> Shape {
        if !self.variants.is_empty() {
            return Shape::Union;
        }
        if !self.values.is_empty() && matches!(self.types.as_slice(), [] | ["string"]) {
            return Shape::Enum;
        }
        match self.types.as_slice() {
            [] if !self.properties.is_empty() => Shape::Struct,
            [] if self.items.is_some() => Shape::List,
            [] if self.additional.is_some() => Shape::Map,
            [] => Shape::Any,
            ["object"] if !self.properties.is_empty() => Shape::Struct,
            ["object"] if self.additional.is_some() => Shape::Map,
            ["object"] => Shape::Any,
            ["array"] => Shape::List,
            ["string"] => Shape::Text,
            ["integer"] => Shape::Integer,
            ["number"] => Shape::Number,
            ["boolean"] => Shape::Boolean,
            _ => Shape::Other,
        }
    }

    pub fn property(&self, name: &str) -> Option<At<'a>> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, at)| *at)
    }

    pub fn requires(&self, name: &str) -> bool {
        self.required.as_ref().is_some_and(|required| required.contains(name))
    }

    /// The only value of a schema that pins one: the tag of a variant.
    pub fn pinned(&self) -> Option<&str> {
        match self.values.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn merge(&mut self, part: View<'a>) {
        for (name, at) in part.properties {
            match self.properties.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = at,
                None => self.properties.push((name, at)),
            }
        }
        if let Some(required) = part.required {
            self.required.get_or_insert_default().extend(required);
        }
        if self.types.is_empty() {
            self.types = part.types;
        }
        if self.values.is_empty() {
            self.values = part.values;
        }
        if self.variants.is_empty() {
            self.variants = part.variants;
            self.mapping = part.mapping;
        }
        self.format = self.format.or(part.format);
        self.description = self.description.or(part.description);
        self.items = self.items.or(part.items);
        self.additional = self.additional.or(part.additional);
        self.tag = self.tag.or(part.tag);
        self.is_nullable |= part.is_nullable;
    }
}

impl<'a> Reader<'a> {
    /// Key of the component that a reference with escapes names.
    fn key(&self, file: usize, reference: &str) -> Option<&'a str> {
        let (kind, name) = reference.rsplit_once('/')?;
        let target = self.resolve(file, reference)?.node;
        let mut others = self.resolve(file, kind)?.node.entries().iter();
        let is_escaped = name.contains(['%', '~']);
        others.find(|entry| is_escaped && std::ptr::eq(&entry.value, target)).map(|entry| entry.key.as_str())
    }

    /// Reads one level of a schema.
    pub fn view(&self, at: At<'a>) -> View<'a> {
        self.view_at(at, 0)
    }

    fn view_at(&self, at: At<'a>, depth: usize) -> View<'a> {
        let node = std::ptr::from_ref(at.node);
        if depth > DEEP || self.open.borrow().contains(&node) {
            self.note("circular", at.file, at.node.line, || {
                "the schema contains itself in `allOf`".to_owned()
            });
            return View::new(at, None);
        }
        self.open.borrow_mut().push(node);
        let view = self.parts_of(at, depth);
        self.open.borrow_mut().pop();
        view
    }

    fn parts_of(&self, at: At<'a>, depth: usize) -> View<'a> {
        if let Some(reference) = at.node.str_at("$ref") {
            let Some(target) = self.resolve(at.file, reference) else {
                self.note("reference", at.file, at.node.line, || format!("`{reference}` leads nowhere"));
                return View::new(at, None);
            };
            let mut view = self.view_at(target, depth + 1);
            if view.name.is_none() {
                view.name = component(reference).map(|name| self.key(at.file, reference).unwrap_or(name));
            }
            // 3.1 reads what stands beside a reference; in 3.0 it is a frequent mistake with one meaning.
            view.description = at.node.str_at("description").or(view.description);
            view.is_nullable |= at.node.is_true_at("nullable");
            return view;
        }
        let node = at.node;
        let mut view = View::new(at, None);
        match node.get("type").map(|node| &node.kind) {
            Some(Kind::String(one)) => view.types.push(one),
            Some(Kind::List(several)) => view.types.extend(several.iter().filter_map(Node::as_str)),
            _ => {}
        }
        view.is_nullable = node.is_true_at("nullable") || view.types.contains(&"null");
        view.types.retain(|name| *name != "null");
        view.format = node.str_at("format");
        view.description = node.str_at("description");
        let values = node.get("enum").map(Node::items).unwrap_or_default().iter().chain(node.get("const"));
        for value in values {
            match &value.kind {
                Kind::Null => view.is_nullable = true,
                Kind::String(text) => view.values.push(text.clone()),
                _ => view.values.push(value.to_json().to_string()),
            }
        }
        view.properties = self.members(at, "properties").collect();
        if let Some(required) = node.get("required").filter(|node| matches!(node.kind, Kind::List(_))) {
            view.required = Some(required.items().iter().filter_map(Node::as_str).collect());
        }
        view.items = node.get("items").map(|items| at.with(items));
        view.additional =
            node.get("additionalProperties").filter(|node| node.is_map()).map(|node| at.with(node));
        if let Some(tag) = node.get("discriminator") {
            view.tag = tag.str_at("propertyName");
            for entry in tag.get("mapping").map(Node::entries).unwrap_or_default() {
                let target = entry.value.as_str().unwrap_or_default();
                // A mapping may also give the bare name of a component.
                let target = self
                    .resolve(at.file, target)
                    .filter(|_| target.contains('#') || target.contains('.'))
                    .or_else(|| self.resolve(at.file, &format!("#/components/schemas/{target}")));
                if let Some(target) = target {
                    view.mapping.push((&entry.key, target));
                }
            }
        }
        let parts = node.get("allOf").map(Node::items).unwrap_or_default();
        let has_own = !view.properties.is_empty() || !view.types.is_empty();
        for part in parts {
            let part = self.view_at(at.with(part), depth + 1);
            if parts.len() == 1 && !has_own && part.name.is_some() {
                // Only a reference with a description or `nullable`.
                let (description, is_nullable) = (view.description, view.is_nullable);
                view = part;
                view.description = description.or(view.description);
                view.is_nullable |= is_nullable;
                return view;
            }
            view.merge(part);
        }
        self.variants(view, depth)
    }

    /// Reads `oneOf` and `anyOf`: a union, or one schema that may be null.
    fn variants(&self, mut view: View<'a>, depth: usize) -> View<'a> {
        let node = view.at.node;
        let lists = ["oneOf", "anyOf"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
        let mut variants: Vec<At<'a>> = Vec::new();
        for variant in lists {
            if variant.str_at("type") == Some("null") {
                view.is_nullable = true;
            } else {
                variants.push(view.at.with(variant));
            }
        }
        match variants.as_slice() {
            [] => {}
            [only] => {
                let only = self.view_at(*only, depth + 1);
                if view.properties.is_empty() {
                    let (description, is_nullable) = (view.description, view.is_nullable);
                    view = only;
                    view.description = description.or(view.description);
                    view.is_nullable |= is_nullable;
                } else {
                    view.merge(only);
                }
            }
            several => {
                let are_values = several.iter().all(|variant| {
                    variant.node.str_at("type").is_some_and(|name| !["object", "array"].contains(&name))
                });
                if are_values {
                    for variant in several {
                        if let Some(name) =
                            variant.node.str_at("type").filter(|name| !view.types.contains(name))
                        {
                            view.types.push(name);
                        }
                    }
                } else if view.properties.is_empty() || view.tag.is_some() {
                    view.variants = variants;
                }
            }
        }
        view
    }
}

/// Name of a schema in a reference to a component.
fn component(reference: &str) -> Option<&str> {
    let (_, pointer) = reference.split_once('#')?;
    let (kind, name) = pointer.rsplit_once('/')?;
    ["schemas", "$defs", "definitions"].iter().any(|end| kind.ends_with(end)).then_some(name)
}
