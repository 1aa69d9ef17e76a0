//! Values made from schemas: the same for the same seed and identity, and plausible where a name says how.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::random::{mix, uuid};
use super::table::Table;
use crate::samples::Extent;

/// Nesting depth from which optional properties and list items are left out.
const DEPTH: usize = 6;

/// Generates values from schemas.
#[derive(Debug)]
pub(crate) struct Sampler<'a> {
    pub(crate) table: &'a Table,
    pub(crate) seed: u64,
    /// Start of the sandbox: generated dates are before it.
    pub(crate) start: Timestamp,
    /// `true` if dates are epoch milliseconds, as in v2.
    pub(crate) in_millis: bool,
    /// Values known by the name of a property or of a schema, such as `ownerId` or `shared.OwnerId`.
    pub(crate) known: BTreeMap<String, Value>,
    /// Number of the variant to generate for a union, modulo the number of variants.
    pub(crate) variant: usize,
}

/// The pairs of an `if` and its `then` in a schema: each is a variant of its objects.
fn rules(schema: &Value) -> Vec<(&Value, &Value)> {
    let chain = std::iter::successors(Some(schema), |schema| schema.get("else"));
    chain.map_while(|schema| schema.get("if").zip(schema.get("then"))).collect()
}

/// The schema of the objects to which one rule applies.
fn with_rule(schema: &Value, (condition, then): (&Value, &Value)) -> Value {
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, rule) in [then, condition].iter().flat_map(|part| part["properties"].as_object()).flatten() {
        if *rule == Value::Bool(false) {
            properties.remove(name);
        } else {
            properties.insert(name.clone(), rule.clone());
        }
    }
    let required = [schema, then].into_iter().flat_map(|part| part["required"].as_array()).flatten();
    let required: Vec<&Value> = required.collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Returns `true` if a branch of a union is a known variant.
fn is_variant(branch: &Value) -> bool {
    branch["type"] != "null"
        && !branch["properties"]
            .as_object()
            .is_some_and(|all| all.values().any(|tag| tag.get("not").is_some()))
}

/// Position of the sampler within a value.
#[derive(Debug, Clone)]
struct Place {
    /// Identity of the value: the request or the id of the nearest object, and the path from there.
    identity: String,
    /// Name of the property.
    name: String,
    depth: usize,
    extent: Extent,
}

impl Place {
    fn step(&self, name: &str) -> Self {
        let identity = format!("{}/{name}", self.identity);
        Self { identity, name: name.to_owned(), depth: self.depth + 1, extent: self.extent }
    }
}

impl Sampler<'_> {
    /// A whole value for a schema.
    pub(crate) fn sample(&self, schema: &Value, identity: &str) -> Value {
        self.extent(schema, identity, Extent::Whole)
    }

    /// A value for a schema, of this extent.
    pub(crate) fn extent(&self, schema: &Value, identity: &str, extent: Extent) -> Value {
        self.value(schema, &Place { identity: identity.to_owned(), name: String::new(), depth: 0, extent })
    }

    /// Largest number of variants of a union in a schema.
    pub(crate) fn variants(&self, schema: &Value, seen: &mut BTreeSet<String>) -> usize {
        let (name, schema) = self.table.resolve(schema);
        if name.is_some_and(|name| !seen.insert(name.to_owned())) {
            return 1;
        }
        let branches = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
        let own = match branches {
            Some(branches) => branches.iter().filter(|branch| is_variant(branch)).count(),
            None => rules(schema).len(),
        };
        let properties = schema["properties"].as_object().into_iter().flat_map(|map| map.values());
        let parts = branches.into_iter().flatten().chain(properties);
        let parts = parts.chain(schema["allOf"].as_array().into_iter().flatten());
        let parts = parts.chain(schema.get("items")).chain(schema.get("additionalProperties"));
        parts.map(|part| self.variants(part, seen)).fold(own.max(1), usize::max)
    }

    /// Adds the properties that a value leaves out and that are always there: those that are required, and those that are
    /// null while they have no value.
    pub(crate) fn complete(&self, schema: &Value, value: &mut Value, identity: &str) {
        let extent = Extent::Required;
        let place = Place { identity: identity.to_owned(), name: String::new(), depth: 0, extent };
        self.fill(schema, value, &place);
    }

    fn fill(&self, schema: &Value, value: &mut Value, place: &Place) {
        let (_, schema) = self.table.resolve(schema);
        if let Some(branch) = self.branch_of(schema, value) {
            return self.fill(branch, value, place);
        }
        match value {
            Value::Object(map) => {
                let mut place = place.clone();
                if let Some(id) =
                    ["id", "resourceId", "addonId", "name"].iter().find_map(|key| map.get(*key)?.as_str())
                {
                    place.identity = id.to_owned();
                }
                let properties = schema["properties"].as_object();
                let required = schema["required"].as_array();
                let is_required =
                    |name: &String| required.is_some_and(|all| all.iter().any(|own| own == name.as_str()));
                for (name, schema) in properties.into_iter().flatten() {
                    if !map.contains_key(name) && !is_required(name) && self.names_null(schema) {
                        map.insert(name.clone(), Value::Null);
                    }
                }
                for (name, value) in map.iter_mut() {
                    let schema =
                        properties.and_then(|all| all.get(name)).or(schema.get("additionalProperties"));
                    if let Some(schema) = schema {
                        self.fill(schema, value, &place.step(name));
                    }
                }
                for name in required.into_iter().flatten().filter_map(Value::as_str) {
                    if let Some(schema) = properties.and_then(|all| all.get(name))
                        && !map.contains_key(name)
                    {
                        map.insert(name.to_owned(), self.value(schema, &place.step(name)));
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.fill(&schema["items"], item, &place.step(&index.to_string()));
                }
            }
            _ => {}
        }
    }

    /// Returns `true` if a schema names null among its values.
    fn names_null(&self, schema: &Value) -> bool {
        let (_, schema) = self.table.resolve(schema);
        let branches = schema.get("anyOf").and_then(Value::as_array);
        branches.is_some_and(|branches| branches.iter().any(|branch| branch["type"] == "null"))
    }

    /// The branch of an `anyOf` or `oneOf` that a value is meant for.
    fn branch_of<'a>(&'a self, schema: &'a Value, value: &Value) -> Option<&'a Value> {
        let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
        let tagged = branches.iter().find(|branch| {
            let (_, branch) = self.table.resolve(branch);
            branch["properties"].as_object().is_some_and(|properties| {
                properties
                    .iter()
                    .any(|(name, schema)| schema.get("const").is_some_and(|tag| value.get(name) == Some(tag)))
            })
        });
        tagged.or_else(|| branches.iter().find(|branch| branch["type"] != "null"))
    }

    fn value(&self, schema: &Value, place: &Place) -> Value {
        let (definition, schema) = self.table.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = match self.object(schema, place) {
                Value::Object(own) => own,
                _ => Map::new(),
            };
            for part in parts {
                if let Value::Object(part) = self.value(part, place) {
                    whole.extend(part);
                }
            }
            return whole.into();
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        for choices in ["enum", "examples"] {
            if let Some(choices) = schema.get(choices).and_then(Value::as_array).filter(|all| !all.is_empty())
            {
                return choices[self.number(place) as usize % choices.len()].clone();
            }
        }
        if let Some(value) = definition.and_then(|name| self.of_definition(name, place)) {
            return value;
        }
        if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
        {
            let variants: Vec<&Value> = branches.iter().filter(|branch| is_variant(branch)).collect();
            let branch = variants.get(self.variant % variants.len().max(1));
            return branch.map_or(Value::Null, |branch| self.value(branch, place));
        }
        let rules = rules(schema);
        if !rules.is_empty() {
            return self.object(&with_rule(schema, rules[self.variant % rules.len()]), place);
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            other => other.as_str(),
        };
        match kind {
            Some("object") => self.object(schema, place),
            Some("array") => self.array(schema, place),
            Some("string") => self.string(schema, place),
            Some("integer") => self.bounded(schema, self.integer(place)).into(),
            Some("number") => (self.bounded(schema, (self.number(place) % 1_000) as i64) as f64 + 0.5).into(),
            Some("boolean") => self.number(place).is_multiple_of(2).into(),
            Some(_) => Value::Null,
            // Free JSON: no source knows more.
            None if schema.get("properties").is_some() => self.object(schema, place),
            None => json!({}),
        }
    }

    fn object(&self, schema: &Value, place: &Place) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut map = Map::new();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let is_wanted = !place.extent.is_sparse() && place.depth < DEPTH;
            if required.contains(&name.as_str()) || is_wanted {
                map.insert(name.clone(), self.value(schema, &place.step(name)));
            } else if place.extent == Extent::Nulls {
                map.insert(name.clone(), Value::Null);
            }
        }
        if place.extent == Extent::Beyond && schema.get("additionalProperties").is_none() {
            map.insert("addedLater".to_owned(), json!({ "of": ["any", "kind"] }));
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object())
            && place.depth < DEPTH
            && !place.extent.is_sparse()
        {
            map.insert("key".to_owned(), self.value(values, &place.step("key")));
        }
        Value::Object(map)
    }

    fn array(&self, schema: &Value, place: &Place) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let usual = match (place.extent.is_sparse(), place.depth) {
            (true, _) | (_, DEPTH..) => 0,
            (_, 0) => 2,
            _ => 1,
        };
        let items =
            (0..least.max(usual)).map(|index| self.value(&schema["items"], &place.step(&index.to_string())));
        Value::Array(items.collect())
    }

    fn of_definition(&self, definition: &str, place: &Place) -> Option<Value> {
        match definition {
            "shared.Timestamp" if !self.in_millis => return Some(self.date(place).to_string().into()),
            "shared.Timestamp" | "shared.TimestampMillis" => {
                return Some(self.date(place).as_millisecond().into());
            }
            "shared.Secret" => return Some(self.secret(place).into()),
            "shared.SecretJson" => return Some(json!({ "value": self.secret(place) })),
            _ => {}
        }
        self.known
            .get(&place.name)
            .or_else(|| self.known.get(definition))
            .filter(|value| value.is_string())
            .cloned()
    }

    fn string(&self, schema: &Value, place: &Place) -> Value {
        if let Some(known) = self.known.get(&place.name).filter(|value| value.is_string()) {
            return known.clone();
        }
        let number = self.number(place);
        let short = format!("{:04x}", number >> 48);
        let name = place.name.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        if schema["contentEncoding"] == "base64" {
            return "c2FtcGxl".into();
        }
        match schema["format"].as_str() {
            Some("date-time") => return self.date(place).to_string().into(),
            Some("date") => return self.date(place).strftime("%F").to_string().into(),
            Some("uuid") => return uuid(self.seed, &[&place.identity]).into(),
            Some("password") => return self.secret(place).into(),
            _ => {}
        }
        if ends(&["date", "_at", "since", "until"]) || place.name.ends_with("At") {
            return self.date(place).to_string().into();
        }
        match name.as_str() {
            "id" | "uuid" => uuid(self.seed, &[&place.identity]),
            "zone" | "region" | "zonename" => "par".to_owned(),
            "currency" => "EUR".to_owned(),
            "ip" | "address" => format!("192.0.2.{}", number % 254 + 1),
            "version" => format!("1.{}.{}", number % 10, number / 10 % 10),
            _ if ends(&["url", "uri", "href"]) => format!("https://{name}-{short}.sandbox.example"),
            _ if ends(&["email"]) => format!("someone-{short}@sandbox.example"),
            _ if ends(&["id"]) => uuid(self.seed, &[&place.identity]),
            "" => format!("sample-{short}"),
            _ => format!("{name}-{short}"),
        }
        .into()
    }

    /// A text that is found wherever it is shown.
    fn secret(&self, place: &Place) -> String {
        format!("sandbox-secret-{:08x}", self.number(place) >> 32)
    }

    fn integer(&self, place: &Place) -> i64 {
        let name = place.name.to_ascii_lowercase();
        if ["date", "timestamp", "_at"].iter().any(|end| name.ends_with(end)) || place.name.ends_with("At") {
            return self.date(place).as_millisecond();
        }
        let number = (self.number(place) % 100) as i64 + 1;
        if name.ends_with("port") { 8_000 + number } else { number }
    }

    fn bounded(&self, schema: &Value, number: i64) -> i64 {
        let least = schema["minimum"].as_f64().map_or(i64::MIN, |bound| bound.ceil() as i64);
        let most = schema["maximum"].as_f64().map_or(i64::MAX, |bound| bound.floor() as i64);
        number.max(least).min(most)
    }

    /// A date in the thirty days before the sandbox began, in whole seconds.
    fn date(&self, place: &Place) -> Timestamp {
        let seconds = (self.number(place) % (30 * 24 * 3_600)) as i64 + 1;
        self.start.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(self.start)
    }

    fn number(&self, place: &Place) -> u64 {
        mix(self.seed, &[&place.identity])
    }
}
