//! The answers of a collection, as views of one item: what a new item has, and which part of it an answer shows.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::date;
use crate::engine::clock::after;
use crate::engine::sample::Sampler;
use crate::engine::table::{Operation, Role, Table};

/// States of an item with which nothing is wrong, the likeliest first.
const GOOD: [&str; 12] = [
    "ACTIVE",
    "ENABLED",
    "READY",
    "RUNNING",
    "UP",
    "AVAILABLE",
    "PROVISIONED",
    "DEPLOYED",
    "DONE",
    "WRITABLE",
    "OK",
    "PRIVATE",
];

/// Life of an item whose schema has a date of its end.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// The answers of a collection.
pub(super) struct Views<'a> {
    table: &'a Table,
    name: &'a str,
    /// Schema of one item, as reading it answers.
    item: &'a Value,
    /// Name of that schema, if it has one.
    item_name: Option<&'a str>,
    /// Name of the schema of the item that this one is in.
    parent_name: Option<&'a str>,
    /// Schemas of every answer about one item.
    all: Vec<&'a Value>,
    /// `true` if nothing creates or deletes the item.
    pub(super) is_permanent: bool,
}

impl<'a> Views<'a> {
    pub(super) fn of(table: &'a Table, name: &'a str) -> Self {
        let mut views = Self {
            table,
            name,
            item: &Value::Null,
            item_name: None,
            parent_name: None,
            all: Vec::new(),
            is_permanent: true,
        };
        let mut ranked: Vec<(u8, &'a Value)> = Vec::new();
        let parts = table.operations.iter().filter_map(|operation| {
            let part = operation.collection.as_ref().filter(|part| part.name == name)?;
            Some((operation, part.role))
        });
        for (operation, role) in parts {
            views.is_permanent &= role != Role::Delete && (role != Role::Put || operation.method != "POST");
            let Some(schema) = operation.success.schema.as_ref() else { continue };
            let is_array = table.resolve(schema).1["type"] == "array";
            match role {
                Role::Read => ranked.push((0, schema)),
                Role::List => ranked.push((1, views.items(schema))),
                Role::Create if is_array => ranked.push((2, views.items(schema))),
                Role::Create | Role::Put | Role::Replace | Role::Change => ranked.push((2, schema)),
                Role::Act => ranked.push((3, schema)),
                Role::Delete | Role::Clear => {}
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        views.all = ranked.into_iter().map(|(_, schema)| schema).collect();
        let parent = table.collections.get(name).and_then(|own| own.parent.as_deref());
        views.parent_name = parent.and_then(|parent| Views::of(table, parent).item_name);
        let is_other = |schema: &Value| {
            let name = table.resolve(schema).0;
            name == Some("shared.Message") || (name.is_some() && name == views.parent_name)
        };
        views.all.retain(|schema| !is_other(schema));
        if let Some(first) = views.all.first() {
            views.item = first;
            views.item_name = table.resolve(first).0;
        }
        views
    }

    /// The views of one answer alone.
    pub(super) fn of_answer(table: &'a Table, name: &'a str, schema: &'a Value) -> Self {
        let item_name = table.resolve(schema).0;
        Self {
            table,
            name,
            item: schema,
            item_name,
            parent_name: None,
            all: vec![schema],
            is_permanent: true,
        }
    }

    /// Properties of an object schema.
    fn properties(&self, schema: &'a Value) -> Option<&'a Map<String, Value>> {
        let (_, schema) = self.table.resolve(schema);
        match schema.get("properties") {
            Some(properties) => properties.as_object(),
            None => schema["anyOf"].as_array()?.iter().find_map(|branch| self.properties(branch)),
        }
    }

    /// Schema of the items of a list: of an array, or of the first array of objects in an object.
    pub(super) fn items(&self, schema: &'a Value) -> &'a Value {
        let (_, own) = self.table.resolve(schema);
        if let Some(items) = own.get("items") {
            return items;
        }
        self.wrapped(schema).map_or(schema, |(_, items)| items)
    }

    fn wrapped(&self, schema: &'a Value) -> Option<(&'a str, &'a Value)> {
        self.properties(schema)?.iter().find_map(|(name, schema)| {
            let items = self.list_items(schema)?;
            self.properties(items).map(|_| (name.as_str(), items))
        })
    }

    fn list_items(&self, schema: &'a Value) -> Option<&'a Value> {
        let (_, schema) = self.table.resolve(schema);
        match schema.get("items") {
            Some(items) => Some(items),
            None => schema["anyOf"].as_array()?.iter().find_map(|branch| self.list_items(branch)),
        }
    }

    /// Names of the fields that hold the id of an item, which its path parameter names: that of the item itself first.
    pub(super) fn fields(&self, key: &str) -> Vec<&'a str> {
        let snake: String = key
            .chars()
            .flat_map(|letter| {
                let gap = letter.is_uppercase().then_some('_');
                gap.into_iter().chain(letter.to_lowercase())
            })
            .collect();
        let last = snake.rsplit('_').next().unwrap_or_default();
        let mut found = Vec::new();
        for properties in self.all.iter().filter_map(|schema| self.properties(schema)) {
            for name in ["id", key, &snake, last] {
                if let Some((name, _)) = properties.get_key_value(name)
                    && !found.contains(&name.as_str())
                {
                    found.push(name);
                }
            }
        }
        found
    }

    /// An item as a schema of the collection samples it: new, without anything that is to happen to it yet.
    pub(super) fn sample(&self, sampler: &Sampler<'_>, identity: &str, now: Timestamp) -> Map<String, Value> {
        let mut value = Map::new();
        for schema in &self.all {
            let Value::Object(mut sample) = sampler.sample(schema, identity) else { continue };
            self.fresh(schema, &mut sample, now);
            for (name, field) in sample {
                let is_item = self
                    .properties(schema)
                    .and_then(|all| all.get(&name))
                    .is_some_and(|own| self.is_item(own));
                if !is_item && !value.contains_key(&name) {
                    value.insert(name, field);
                }
            }
        }
        if self.properties(self.item).is_none() && self.table.resolve(self.item).1["type"] == "array" {
            value.insert(WHOLE.to_owned(), sampler.sample(self.item, identity));
        }
        value
    }

    /// `true` for the schema of the item that this one is in.
    pub(super) fn is_parent(&self, schema: &Value) -> bool {
        self.parent_name.is_some() && self.table.resolve(schema).0 == self.parent_name
    }

    /// The field of an item that shows a collection in it, and the schema of what it shows of each: `nodeGroups` for
    /// `kubernetes/clusters/node-groups`.
    pub(super) fn inner(&self, collection: &str) -> Option<(&'a str, &'a Value)> {
        let last = collection.rsplit('/').next()?.replace('-', "").to_lowercase();
        let properties = self.properties(self.item)?;
        let (name, schema) = properties.iter().find(|(name, _)| name.to_lowercase() == last)?;
        Some((name, self.list_items(schema)?))
    }

    /// `true` for the schema of the item itself, within the envelope of an answer.
    fn is_item(&self, schema: &Value) -> bool {
        self.item_name.is_some() && self.table.resolve(schema).0 == self.item_name
    }

    /// Makes a sample new: made now, in a good state, with nothing in it.
    fn fresh(&self, schema: &'a Value, value: &mut Map<String, Value>, now: Timestamp) {
        let Some(properties) = self.properties(schema) else { return };
        let (_, own) = self.table.resolve(schema);
        let is_required =
            |name: &str| own["required"].as_array().is_some_and(|all| all.iter().any(|own| own == name));
        for (name, schema) in properties {
            let Some(field) = value.get_mut(name) else { continue };
            let low = name.to_ascii_lowercase();
            let about = |words: &[&str]| words.iter().any(|word| low.contains(word));
            let ends = about(&[
                "delet",
                "revoked",
                "revocation_date",
                "rotated",
                "deactivat",
                "error",
                "reason",
                "suspended",
            ]);
            if ends && !is_required(name) {
                value.remove(name);
                continue;
            }
            if self.is_date(schema) {
                *field = date(field, if about(&["expir"]) { after(now, YEAR) } else { now });
            } else if let Some(state) = self.good_state(schema) {
                *field = state.into();
            } else if let Value::Array(items) = field {
                let least = self.table.resolve(schema).1["minItems"].as_u64().unwrap_or(0);
                if self.list_items(schema).is_some_and(|items| self.properties(items).is_some())
                    || low == "tags"
                {
                    items.truncate(least as usize);
                }
            } else if field.is_i64()
                && (low.ends_with("count") || low.contains("sizeinbytes") || low == "total")
            {
                let least = self.table.resolve(schema).1["minimum"].as_i64().unwrap_or(0);
                *field = json!(least.max(0));
            } else if let Value::Object(inner) = field {
                self.fresh(schema, inner, now);
            }
        }
    }

    fn is_date(&self, schema: &Value) -> bool {
        let own = |schema| {
            matches!(self.table.resolve(schema).0, Some("shared.Timestamp" | "shared.TimestampMillis"))
        };
        own(schema) || schema["anyOf"].as_array().is_some_and(|branches| branches.iter().any(own))
    }

    fn good_state(&self, schema: &Value) -> Option<&'static str> {
        let (name, own) = self.table.resolve(schema);
        let name = name?.to_ascii_lowercase();
        let is_state = ["status", "state", "mode", "visibility"].iter().any(|end| name.ends_with(end));
        let known = own["examples"].as_array().filter(|_| is_state)?;
        GOOD.into_iter().find(|good| known.iter().any(|value| value == good))
    }

    /// Removes the optional fields that a request could have set and did not.
    pub(super) fn without_omitted(
        &self,
        operation: &Operation,
        body: &Value,
        value: &mut Map<String, Value>,
    ) {
        let Some(request) = operation.request.as_ref() else { return };
        let (_, request) = self.table.resolve(&request.schema);
        let (_, request) = request.get("items").map_or((None, request), |items| self.table.resolve(items));
        for name in request["properties"].as_object().into_iter().flat_map(Map::keys) {
            let is_required = self.all.iter().any(|schema| {
                let (_, own) = self.table.resolve(schema);
                own["required"].as_array().is_some_and(|all| all.iter().any(|own| own == name))
            });
            if !is_required && body.get(name).is_none() {
                value.remove(name);
            }
        }
    }

    /// Takes over the fields of a body that an answer can show.
    pub(super) fn overlay(&self, sampler: &Sampler<'_>, body: &Value, value: &mut Map<String, Value>) {
        if !body.is_object() && !body.is_null() {
            value.insert(WHOLE.to_owned(), body.clone());
        }
        for (name, said) in body.as_object().into_iter().flatten() {
            let known = self.all.iter().find_map(|schema| self.properties(schema)?.get(name));
            let Some(schema) = known else {
                // Free JSON keeps everything.
                if self.all.iter().all(|schema| self.properties(schema).is_none()) {
                    value.insert(name.clone(), said.clone());
                }
                continue;
            };
            if said.is_null() {
                value.remove(name);
                continue;
            }
            let mut said = said.clone();
            sampler.complete(schema, &mut said, &format!("{}/{name}", self.name));
            let key = format!("{}#{name}", self.name);
            if self.table.schemas.problems(self.table, &key, schema, &said).is_empty() {
                value.insert(name.clone(), said);
            }
        }
    }

    /// Makes new secrets for those that an item has.
    pub(super) fn renew(&self, sampler: &Sampler<'_>, turn: &str, value: &mut Map<String, Value>) {
        let properties = self.all.iter().filter_map(|schema| self.properties(schema)).flatten();
        for (name, schema) in properties {
            let is_secret =
                |schema| matches!(self.table.resolve(schema).0, Some("shared.Secret" | "shared.SecretJson"));
            let is_secret =
                is_secret(schema) || schema["anyOf"].as_array().is_some_and(|all| all.iter().any(is_secret));
            if is_secret && value.contains_key(name) {
                value.insert(name.clone(), sampler.sample(schema, &format!("{turn}/{name}")));
            }
        }
    }

    /// Dates a change.
    pub(super) fn touch(&self, value: &mut Map<String, Value>, now: Timestamp) {
        for (name, field) in value {
            if ["updatedAt", "updated_at", "update_date", "updateDate", "modificationDate"]
                .contains(&name.as_str())
            {
                *field = date(field, now);
            }
        }
    }

    /// The part of an item that an answer shows.
    pub(super) fn show(&self, schema: &'a Value, value: &Map<String, Value>) -> Value {
        let Some(properties) = self.properties(schema) else {
            let (_, own) = self.table.resolve(schema);
            return match own["type"].as_str() {
                Some("string") => {
                    let text = [WHOLE, "id", "name"].iter().find_map(|field| value.get(*field));
                    text.or_else(|| value.values().next()).cloned().unwrap_or_else(|| "".into())
                }
                Some("array") => value.get(WHOLE).cloned().unwrap_or_else(|| json!([])),
                _ => value.get(WHOLE).cloned().unwrap_or_else(|| Value::Object(value.clone())),
            };
        };
        let mut shown = Map::new();
        for (name, schema) in properties {
            if self.is_item(schema) && !value.contains_key(name) {
                shown.insert(name.clone(), self.show(self.item, value));
            } else if let Some(field) = value.get(name) {
                shown.insert(name.clone(), field.clone());
            }
        }
        shown.into()
    }

    /// A list of items, as its answer wraps them.
    pub(super) fn list(
        &self,
        schema: &'a Value,
        items: &[&Map<String, Value>],
        total: usize,
        next: Option<String>,
    ) -> Value {
        let (_, own) = self.table.resolve(schema);
        let wrapped = if own.get("items").is_some() { None } else { self.wrapped(schema) };
        let item = self.items(schema);
        let item = if wrapped.is_none() && own.get("items").is_none() { &Value::Null } else { item };
        let shown: Value = items.iter().map(|value| self.show(item, value)).collect();
        let Some((name, _)) = wrapped else { return shown };
        let mut answer = json!({ name: shown });
        for (name, count) in [("total", total), ("count", items.len())] {
            if self.properties(schema).is_some_and(|all| all.contains_key(name)) {
                answer[name] = count.into();
            }
        }
        if self.properties(schema).is_some_and(|all| all.contains_key("cursor")) {
            answer["cursor"] = next.map_or(Value::Null, Value::from);
        }
        answer
    }
}

/// Field under which an item keeps a value that is no object.
const WHOLE: &str = "";
