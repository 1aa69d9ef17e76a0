//! JSON Schema to types.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

/// Side of a command that a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// A type of TypeScript.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// A name or a literal, such as `string` or `'a'`.
    Word(String),
    Array(Box<Type>),
    Map(Box<Type>),
    Object(Vec<Field>),
    /// At least two.
    Union(Vec<Type>),
}

/// A property of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) documentation: String,
    pub(super) is_required: bool,
    pub(super) ty: Type,
}

impl Type {
    fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    fn literal(text: &str) -> Self {
        let mut quoted = String::new();
        for c in text.chars() {
            match c {
                '\\' | '\'' => quoted.extend(['\\', c]),
                '\n' => quoted.push_str("\\n"),
                // A raw control character could end the line, and with it the string.
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                    let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
                }
                c => quoted.push(c),
            }
        }
        Self::Word(format!("'{quoted}'"))
    }

    /// The union of these types, each once.
    fn union(types: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for ty in types {
            let parts = match ty {
                Self::Union(parts) => parts,
                other => vec![other],
            };
            for part in parts {
                if !flat.contains(&part) {
                    flat.push(part);
                }
            }
        }
        // `null` reads best at the end.
        let null = Self::word("null");
        if flat.contains(&null) {
            flat.retain(|part| *part != null);
            flat.push(null);
        }
        if flat.len() == 1 { flat.remove(0) } else { Self::Union(flat) }
    }
}

/// Keywords that say nothing about the type, or only which of its values are valid.
const WITHOUT_TYPE: [&str; 17] = [
    "$schema",
    "$defs",
    "title",
    "description",
    "default",
    "not",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "propertyNames",
    "contentEncoding",
];

/// Converts the schemas of one root.
pub(super) struct Converter<F> {
    side: Side,
    place: String,
    /// The name of the type of a definition.
    name_of: F,
}

impl<F: Fn(&str) -> Result<String, String>> Converter<F> {
    pub(super) fn new(side: Side, place: String, name_of: F) -> Self {
        Self { side, place, name_of }
    }

    /// The type of a schema.
    pub(super) fn convert(&self, schema: &Value) -> Result<Type, String> {
        self.at(schema, &self.place)
    }

    fn at(&self, schema: &Value, place: &str) -> Result<Type, String> {
        let unknown = |told: &str| Err(format!("{place}: {told}: {schema}"));
        let members = match schema {
            Value::Bool(true) => return Ok(Type::word("Json")),
            Value::Object(members) => members,
            _ => return unknown("no value is valid"),
        };
        let is_open = members.contains_key("examples");
        let telling: Vec<&str> =
            members.keys().map(String::as_str).filter(|key| !WITHOUT_TYPE.contains(key)).collect();
        match telling.as_slice() {
            [] => Ok(Type::word("Json")),
            ["$ref"] => {
                let target = members["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/"));
                target.map_or_else(
                    || unknown("unknown reference"),
                    |name| Ok(Type::word((self.name_of)(name)?)),
                )
            }
            ["const"] | ["type", "const"] | ["const", "type"] => {
                self.literal(&members["const"]).map_or_else(|| unknown("unknown constant"), Ok)
            }
            ["enum"] | ["type", "enum"] | ["enum", "type"] => {
                let values: Option<Vec<Type>> = members["enum"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|value| self.literal(value))
                    .collect();
                values
                    .filter(|values| !values.is_empty())
                    .map_or_else(|| unknown("unknown list"), |values| Ok(Type::union(values)))
            }
            ["anyOf"] | ["oneOf"] => self.alternatives(&members[telling[0]], place),
            keys if keys.contains(&"if") => self.variants(members, place),
            // Alternatives that are all objects say it once more.
            ["type", "anyOf"] | ["anyOf", "type"] if members["type"] == "object" => {
                self.alternatives(&members["anyOf"], place)
            }
            _ if members.contains_key("type") => {
                let names = match &members["type"] {
                    Value::String(name) => vec![name.as_str()],
                    Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                    _ => return unknown("unknown type"),
                };
                let known = [
                    "type",
                    "format",
                    "items",
                    "properties",
                    "required",
                    "additionalProperties",
                    "patternProperties",
                    "examples",
                ];
                if telling.iter().any(|key| !known.contains(key)) || is_open && names != ["string"] {
                    return unknown("unknown keyword");
                }
                let format = members.get("format").and_then(Value::as_str);
                let types: Result<Vec<Type>, String> =
                    names.iter().map(|name| self.named(name, format, &names, members, place)).collect();
                Ok(Type::union(types?))
            }
            _ => unknown("unknown keyword"),
        }
    }

    /// The type of one name of `type`.
    fn named(
        &self,
        name: &str,
        format: Option<&str>,
        names: &[&str],
        members: &Map<String, Value>,
        place: &str,
    ) -> Result<Type, String> {
        let is_input = self.side == Side::Input;
        Ok(match (name, format) {
            ("string", None | Some("password" | "decimal")) => match members
                .get("examples")
                .and_then(Value::as_array)
            {
                // The known values are suggested, and any text is accepted.
                Some(known) => Type::union(
                    known.iter().filter_map(|value| self.literal(value)).chain([Type::word("(string & {})")]),
                ),
                None => Type::word("string"),
            },
            ("string", Some("date-time")) if is_input => {
                Type::union([Type::word("string"), Type::word("Date")])
            }
            ("string", Some("date-time")) => Type::word("string"),
            // Inputs take any integer, also those of an output that were too large for a number.
            ("integer", Some("int64" | "uint64")) if is_input => {
                Type::union([Type::word("number"), Type::word("bigint")])
            }
            (
                "integer",
                None | Some("int64" | "uint64" | "int32" | "uint32" | "uint16" | "uint8" | "date-time"),
            ) => Type::word("number"),
            ("number", None | Some("double" | "decimal")) => Type::word("number"),
            ("boolean", None) => Type::word("boolean"),
            // Of one of several types, the format is that of the others.
            ("null", _) if format.is_none() || names.len() > 1 => Type::word("null"),
            ("array", None) => {
                let items = members.get("items").unwrap_or(&Value::Bool(true));
                Type::Array(Box::new(self.at(items, &format!("{place}/items"))?))
            }
            ("object", None) => self.object(members, place)?,
            _ => return Err(format!("{place}: unknown type {name} of the format {format:?}")),
        })
    }

    fn literal(&self, value: &Value) -> Option<Type> {
        match value {
            Value::String(text) => Some(Type::literal(text)),
            Value::Number(_) | Value::Bool(_) | Value::Null => Some(Type::word(value.to_string())),
            _ => None,
        }
    }

    fn alternatives(&self, alternatives: &Value, place: &str) -> Result<Type, String> {
        let alternatives = alternatives.as_array().filter(|alternatives| !alternatives.is_empty());
        let alternatives = alternatives.ok_or_else(|| format!("{place}: there are no alternatives"))?;
        let types: Result<Vec<Type>, String> = alternatives
            .iter()
            .enumerate()
            // The client refuses a variant that it does not know.
            .filter(|(_, schema)| self.side == Side::Output || unknown_tag(schema).is_none())
            .map(|(index, schema)| self.at(schema, &format!("{place}/{index}")))
            .collect();
        Ok(Type::union(types?))
    }

    fn object(&self, members: &Map<String, Value>, place: &str) -> Result<Type, String> {
        let (properties, patterns) =
            (object_of(members, "properties"), object_of(members, "patternProperties"));
        let others = members.get("additionalProperties");
        match (properties.is_some_and(|properties| !properties.is_empty()), patterns, others) {
            // Objects of the platform may have more than the spec says.
            (true, None, None | Some(Value::Bool(_))) => self.fields(members, place),
            (false, None, Some(Value::Bool(false))) => Ok(Type::Map(Box::new(Type::word("never")))),
            (false, None, None | Some(Value::Bool(true))) if properties.is_some() => {
                Ok(Type::Map(Box::new(Type::word("never"))))
            }
            (false, None, None) => Ok(Type::Map(Box::new(Type::word("Json")))),
            (false, None, Some(others)) => Ok(Type::Map(Box::new(self.at(others, &format!("{place}/*"))?))),
            (false, Some(patterns), Some(Value::Bool(false))) if patterns.len() == 1 => {
                let types: Result<Vec<Type>, String> = patterns
                    .iter()
                    .map(|(pattern, schema)| self.at(schema, &format!("{place}/{pattern}")))
                    .collect();
                Ok(Type::Map(Box::new(Type::union(types?))))
            }
            _ => Err(format!("{place}: unknown kind of object: {members:?}")),
        }
    }

    fn fields(&self, members: &Map<String, Value>, place: &str) -> Result<Type, String> {
        let is_required = |name: &str| {
            members
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|required| required.iter().any(|one| one == name))
        };
        let fields: Result<Vec<Field>, String> = object_of(members, "properties")
            .into_iter()
            .flatten()
            .map(|(name, schema)| {
                let is_unknown_tag = unknown_tag(&Value::Object(members.clone())) == Some(name);
                let ty = if is_unknown_tag {
                    Type::word("UnknownTag")
                } else {
                    self.at(schema, &format!("{place}/{name}"))?
                };
                let documentation =
                    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
                Ok(Field { name: name.clone(), documentation, is_required: is_required(name), ty })
            })
            .collect();
        Ok(Type::Object(fields?))
    }

    /// Inputs of one of several variants, which `if` and `then` tell apart by a constant: a union.
    fn variants(&self, members: &Map<String, Value>, place: &str) -> Result<Type, String> {
        let unknown = || format!("{place}: unknown form of `if`");
        let known = ["type", "properties", "required", "additionalProperties", "if", "then", "else"];
        if members.keys().any(|key| !known.contains(&key.as_str()) && !WITHOUT_TYPE.contains(&key.as_str())) {
            return Err(unknown());
        }
        let mut variants = Vec::new();
        let mut rule = Some(members);
        while let Some(at) = rule {
            let (condition, then) = object_of(at, "if").zip(object_of(at, "then")).ok_or_else(unknown)?;
            let mut constants = object_of(condition, "properties").into_iter().flatten();
            let (Some((tag, constant)), None) = (constants.next(), constants.next()) else {
                return Err(unknown());
            };
            let mut variant = members.clone();
            for keyword in ["if", "then", "else"] {
                variant.remove(keyword);
            }
            let changed = object_of(then, "properties").ok_or_else(unknown)?;
            let properties =
                variant.get_mut("properties").and_then(Value::as_object_mut).ok_or_else(unknown)?;
            for (name, schema) in changed {
                if *schema != Value::Bool(false) {
                    return Err(unknown());
                }
                properties.remove(name);
            }
            properties.insert(tag.clone(), constant.clone());
            let required = variant.entry("required").or_insert_with(|| Value::Array(Vec::new()));
            let more = then.get("required").and_then(Value::as_array).into_iter().flatten().cloned();
            required.as_array_mut().ok_or_else(unknown)?.extend(more);
            variants.push(self.fields(&variant, place)?);
            rule = object_of(at, "else");
        }
        Ok(Type::union(variants))
    }
}

fn object_of<'a>(members: &'a Map<String, Value>, keyword: &str) -> Option<&'a Map<String, Value>> {
    members.get(keyword)?.as_object()
}

/// The name of the tag if a schema is that of the variants of an open union that are not known.
fn unknown_tag(schema: &Value) -> Option<&String> {
    let properties = schema.get("properties")?.as_object().filter(|properties| properties.len() == 1)?;
    let (name, tag) = properties.iter().next()?;
    tag.get("not")?.get("enum").is_some().then_some(name)
}
