//! Place of a value in a document: the schemas that describe it.

use serde_json::Value;

use crate::engine::table::Table;

/// The schemas of one value. A choice of schemas is all of them.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    table: &'a Table,
    schemas: Vec<(Option<&'a str>, &'a Value)>,
}

impl<'a> Place<'a> {
    /// The place of which no schema says anything.
    pub(super) fn unknown(table: &'a Table) -> Self {
        Self { table, schemas: Vec::new() }
    }

    /// The same table, and no schema.
    pub(super) fn nothing(&self) -> Self {
        Self::unknown(self.table)
    }

    pub(super) fn of(table: &'a Table, schema: Option<&'a Value>) -> Self {
        let mut place = Self::unknown(table);
        if let Some(schema) = schema {
            place.add(schema, 0);
        }
        place
    }

    fn add(&mut self, schema: &'a Value, depth: u8) {
        let (name, schema) = self.table.resolve(schema);
        self.schemas.push((name, schema));
        // Choices are seldom nested; the bound keeps a circle from hanging.
        if depth < 8 {
            for choice in ["allOf", "anyOf", "oneOf"] {
                let schemas = schema.get(choice).and_then(Value::as_array);
                schemas.into_iter().flatten().for_each(|schema| self.add(schema, depth + 1));
            }
        }
    }

    fn part(&self, find: impl Fn(&'a Value) -> Option<&'a Value>) -> Self {
        let mut place = Self::unknown(self.table);
        for (_, schema) in &self.schemas {
            if let Some(part) = find(schema) {
                place.add(part, 0);
            }
        }
        place
    }

    /// A property that a schema names.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        let place = self.part(|schema| schema.get("properties")?.get(name));
        (!place.schemas.is_empty()).then_some(place)
    }

    /// The values of a map whose keys are data.
    pub(super) fn values(&self) -> Option<Self> {
        let place =
            self.part(|schema| schema.get("additionalProperties").filter(|values| values.is_object()));
        (!place.schemas.is_empty()).then_some(place)
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Self {
        self.part(|schema| schema.get("items"))
    }

    /// Returns `true` if a schema names the properties of an object.
    pub(super) fn names_properties(&self) -> bool {
        self.schemas.iter().any(|(_, schema)| {
            schema.get("properties").and_then(Value::as_object).is_some_and(|known| !known.is_empty())
        })
    }

    /// Returns `true` for a secret text or secret JSON.
    pub(super) fn is_secret(&self) -> bool {
        self.schemas.iter().any(|(name, schema)| {
            matches!(*name, Some("shared.Secret" | "shared.SecretJson")) || schema["format"] == "password"
        })
    }

    /// Returns `true` if a schema lists this text.
    pub(super) fn lists(&self, text: &str) -> bool {
        self.schemas.iter().any(|(_, schema)| {
            let listed = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
            schema["const"] == text || listed("enum").chain(listed("examples")).any(|known| known == text)
        })
    }

    /// Returns `true` for a number.
    pub(super) fn is_number(&self) -> bool {
        self.is_any_of(&["integer", "number"]) && !self.is_any_of(&["string"])
    }

    /// Returns `true` if no schema describes the value.
    pub(super) fn is_unknown(&self) -> bool {
        self.schemas.is_empty()
    }

    /// Returns `true` if a value of this place may be null.
    pub(super) fn may_be_null(&self) -> bool {
        self.is_unknown() || self.is_any_of(&["null"])
    }

    fn is_any_of(&self, kinds: &[&str]) -> bool {
        let is = |kind: &Value| kind.as_str().is_some_and(|kind| kinds.contains(&kind));
        self.schemas.iter().any(|(_, schema)| match &schema["type"] {
            Value::Array(kinds) => kinds.iter().any(is),
            kind => is(kind),
        })
    }

    /// Name of the definition, such as `shared.ApplicationId`.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.schemas.iter().find_map(|(name, _)| *name)
    }
}
