//! The collections of the API: items that are listed, created, read, changed and deleted, all by one engine.
//!
//! The route table says which operation is what to which collection. The schemas of the answers say what an item is:
//! a new one is a sample with the fields of the request, and every answer shows its part of the item.

mod page;
#[cfg(test)]
mod tests;
mod views;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use self::views::Views;
use super::generic;
use super::reply::{Outcome, Refusal, done, json_of};
use super::request::Request;
use super::sample::Sampler;
use super::table::{Part, Role, Table};
use crate::domains::addon_view;
use crate::domains::cycle;
use crate::domains::rules::{self, Rule};
use crate::refusals;
use crate::world::{Keys, Row, World};

/// Answers a request about a collection.
pub(crate) fn answer(table: &Table, part: &Part, world: &mut World, request: &Request<'_>) -> Outcome {
    let rule = rules::of(&request.operation.id);
    let keys = keys(world, request);
    check_parents(table, &part.name, &keys, world)?;
    (rule.before)(world, request)?;
    let context = Context { table, part, request, views: Views::of(table, &part.name), keys, rule };
    match part.role {
        Role::List => context.list(world),
        Role::Create => context.create(world),
        Role::Put => context.put(world),
        Role::Read => context.read(world),
        Role::Replace | Role::Change => context.change(world),
        Role::Delete => context.delete(world),
        Role::Clear => {
            for mut row in context.remove(world) {
                (rule.after)(world, request, &mut row)?;
            }
            done()
        }
        Role::Act => context.act(world),
    }
}

/// An add-on as its provider shows it: a sample with all that is known of the add-on.
pub(crate) fn addon_view(table: &Table, world: &World, request: &Request<'_>) -> Outcome {
    let (id, facts) = addon_view::facts(world, request)?;
    let Some(schema) = request.operation.success.schema.as_ref() else { return done() };
    let views = Views::of_answer(table, &request.operation.id, schema);
    let sampler = generic::sampler(table, world, request);
    let mut value = views.sample(&sampler, &id, world.now);
    views.overlay(&sampler, &Value::Object(facts), &mut value);
    json_of(views.show(schema, &value))
}

/// Path parameters of a request. An add-on has two ids: its real one stands for both.
pub(crate) fn keys(world: &World, request: &Request<'_>) -> Keys {
    let real = |id: &str| world.addon(id).map_or_else(|_| id.to_owned(), |addon| addon.real_id.clone());
    request.path.iter().map(|(name, id)| (name.clone(), real(id))).collect()
}

fn check_parents(table: &Table, name: &str, keys: &Keys, world: &mut World) -> Result<(), Refusal> {
    let mut name = name;
    while let Some(parent) = table.collections.get(name).and_then(|collection| collection.parent.as_deref()) {
        let key = table.collections.get(parent).and_then(|collection| collection.key.as_deref());
        if let Some(id) = key.and_then(|key| keys.get(key))
            && world.collections.row(parent, keys, world.now).is_none()
        {
            return Err(Refusal::not_found(&noun(parent), id));
        }
        name = parent;
    }
    Ok(())
}

/// What the items of a collection are called in a refusal: `Node group` for `kubernetes/clusters/node-groups`.
fn noun(collection: &str) -> String {
    let last = collection.rsplit('/').next().unwrap_or_default();
    let words = last.strip_suffix('s').unwrap_or(last).replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One request about a collection.
struct Context<'a> {
    table: &'a Table,
    part: &'a Part,
    request: &'a Request<'a>,
    views: Views<'a>,
    keys: Keys,
    rule: Rule,
}

impl<'a> Context<'a> {
    fn key(&self) -> Option<&'a str> {
        self.table.collections.get(&self.part.name)?.key.as_deref()
    }

    /// Id of the item in the path; the name of the collection for a document.
    fn id(&self) -> &str {
        self.key().and_then(|key| self.keys.get(key)).map_or(&self.part.name, String::as_str)
    }

    fn missing(&self) -> Refusal {
        Refusal::not_found(&noun(&self.part.name), self.id())
    }

    fn sampler(&self, world: &World) -> Sampler<'a> {
        generic::sampler(self.table, world, self.request)
    }

    /// `true` for a document that is there from the start: nothing makes or deletes it.
    fn is_permanent(&self) -> bool {
        self.key().is_none() && self.views.is_permanent
    }

    fn list(&self, world: &mut World) -> Outcome {
        let (name, now) = (&self.part.name, world.now);
        let rows = world.collections.rows(name, &self.keys, now);
        let items: Vec<&Map<String, Value>> =
            rows.iter().map(|row| &row.value).filter(|value| page::matches(self.request, value)).collect();
        let total = items.len();
        let (shown, next) = page::cut(self.request, items);
        let success = self.request.operation.success.schema.as_ref();
        let Some(success) = success else { return done() };
        json_of(self.views.list(success, &shown, total, next))
    }

    fn read(&self, world: &mut World) -> Outcome {
        let row = self.existing(world)?;
        let row = row.clone();
        self.show(world, &row.keys, &row.value)
    }

    /// The item in the path.
    fn existing<'w>(&self, world: &'w mut World) -> Result<&'w mut Row, Refusal> {
        let (name, now) = (&self.part.name, world.now);
        if self.is_permanent() && world.collections.row(name, &self.keys, now).is_none() {
            let sampler = self.sampler(world);
            let value = self.views.sample(&sampler, &format!("{name}/{:?}", self.keys), now);
            world.collections.add(name, Row { keys: self.keys.clone(), value, changes: Vec::new() });
        }
        world.collections.row(name, &self.keys, now).ok_or_else(|| self.missing())
    }

    fn create(&self, world: &mut World) -> Outcome {
        let bodies: Vec<&Value> = match &self.request.body {
            Value::Array(items) if self.key().is_some() => items.iter().collect(),
            other => vec![other],
        };
        let mut made = Vec::new();
        // Of several, all are made or none.
        let before = (bodies.len() > 1).then(|| world.collections.clone());
        for body in bodies {
            match self.make(world, body, None) {
                Ok(value) => made.push(value),
                Err(refusal) => {
                    if let Some(before) = before {
                        world.collections = before;
                    }
                    return Err(refusal);
                }
            }
        }
        match self.request.operation.success.schema.as_ref() {
            Some(schema) if self.table.resolve(schema).1["type"] == "array" => json_of(
                made.iter().map(|value| self.views.show(self.views.items(schema), value)).collect::<Value>(),
            ),
            _ => match made.first() {
                Some(value) => self.show(world, &self.keys, value),
                None => done(),
            },
        }
    }

    fn put(&self, world: &mut World) -> Outcome {
        if world.collections.row(&self.part.name, &self.keys, world.now).is_some() {
            return self.change(world);
        }
        let own = self.key().and_then(|key| self.keys.get(key)).cloned();
        let value = self.make(world, &self.request.body, own)?;
        self.show(world, &self.keys, &value)
    }

    /// Makes an item from a body, under an id of its own or under this one.
    fn make(
        &self,
        world: &mut World,
        body: &Value,
        id: Option<String>,
    ) -> Result<Map<String, Value>, Refusal> {
        let (name, now) = (&self.part.name, world.now);
        let mut keys = self.keys.clone();
        let fields = self.key().map(|key| self.views.fields(key)).unwrap_or_default();
        if let Some(key) = self.key() {
            let named = fields.iter().find_map(|field| body[*field].as_str()).map(str::to_owned);
            let id = id.or(named).unwrap_or_else(|| cycle::id(world, name));
            keys.insert(key.to_owned(), id.clone());
            if world.collections.row(name, &keys, now).is_some() {
                return Err(refusals::ALREADY_EXISTS.with([&noun(name), &id]));
            }
        }
        let sampler = self.sampler(world);
        let mut value = self.views.sample(&sampler, &format!("{name}/{keys:?}"), now);
        if let Some(key) = self.key() {
            let names = if fields.is_empty() { vec!["id"] } else { fields };
            value.extend(names.into_iter().map(|name| (name.to_owned(), keys[key].as_str().into())));
        }
        self.views.without_omitted(self.request.operation, body, &mut value);
        self.views.overlay(&sampler, body, &mut value);
        let mut row = Row { keys, value, changes: Vec::new() };
        cycle::begin(name, "create", &mut row, now);
        (self.rule.after)(world, self.request, &mut row)?;
        let shown = row.value.clone();
        world.collections.add(name, row);
        Ok(shown)
    }

    fn change(&self, world: &mut World) -> Outcome {
        self.altered(world, |context, sampler, row| {
            let request = context.request;
            if context.part.role == Role::Replace || context.part.role == Role::Put {
                context.views.without_omitted(request.operation, &request.body, &mut row.value);
            }
            context.views.overlay(sampler, &request.body, &mut row.value);
            cycle::begin(&context.part.name, "change", row, request.clock.now());
        })
    }

    fn act(&self, world: &mut World) -> Outcome {
        let verb = self.request.operation.path.rsplit('/').next().unwrap_or_default();
        let turn = world.uuid("rotation");
        self.altered(world, |context, sampler, row| {
            if cycle::renews(verb) {
                context.views.renew(sampler, &turn, &mut row.value);
            }
            context.views.overlay(sampler, &context.request.body, &mut row.value);
            cycle::begin(&context.part.name, verb, row, context.request.clock.now());
        })
    }

    fn altered(&self, world: &mut World, alter: impl FnOnce(&Self, &Sampler<'_>, &mut Row)) -> Outcome {
        let now = world.now;
        let sampler = self.sampler(world);
        let mut row = self.existing(world)?.clone();
        alter(self, &sampler, &mut row);
        self.views.touch(&mut row.value, now);
        (self.rule.after)(world, self.request, &mut row)?;
        *self.existing(world)? = row.clone();
        self.show(world, &row.keys, &row.value)
    }

    fn delete(&self, world: &mut World) -> Outcome {
        let mut row = self.existing(world)?.clone();
        (self.rule.after)(world, self.request, &mut row)?;
        self.remove(world);
        self.show(world, &row.keys, &row.value)
    }

    /// Removes the items to which the path leads, and everything in them.
    fn remove(&self, world: &mut World) -> Vec<Row> {
        let mut names = vec![self.part.name.as_str()];
        let mut next = 0;
        while let Some(name) = names.get(next).copied() {
            let inner =
                self.table.collections.iter().filter(|(_, inner)| inner.parent.as_deref() == Some(name));
            names.extend(inner.map(|(inner, _)| inner.as_str()));
            next += 1;
        }
        for inner in names.drain(1..) {
            world.collections.remove(inner, &self.keys);
        }
        world.collections.remove(&self.part.name, &self.keys)
    }

    /// The item as the answer shows it; the item that it is in, where the answer is about that.
    fn show(&self, world: &mut World, keys: &Keys, value: &Map<String, Value>) -> Outcome {
        let Some(schema) = self.request.operation.success.schema.as_ref() else { return done() };
        let parent = self.table.collections.get(&self.part.name).and_then(|own| own.parent.as_deref());
        if let Some(parent) = parent.filter(|_| self.views.is_parent(schema))
            && let Some(row) = world.collections.row(parent, keys, world.now)
        {
            let row = row.clone();
            let views = Views::of(self.table, parent);
            let value = self.with_inner(world, parent, &views, &row.keys, row.value);
            return json_of(views.show(schema, &value));
        }
        let value = self.with_inner(world, &self.part.name, &self.views, keys, value.clone());
        json_of(self.views.show(schema, &value))
    }

    /// An item with the items of the collections in it, where a field has their name.
    fn with_inner(
        &self,
        world: &mut World,
        name: &str,
        views: &Views<'_>,
        keys: &Keys,
        mut value: Map<String, Value>,
    ) -> Map<String, Value> {
        let inner = self.table.collections.iter();
        for (inner, _) in inner.filter(|(_, own)| own.parent.as_deref() == Some(name) && own.key.is_some()) {
            let Some((field, schema)) = views.inner(inner) else { continue };
            let own = Views::of(self.table, inner);
            let rows = world.collections.rows(inner, keys, world.now);
            if !rows.is_empty() {
                let shown: Value = rows.iter().map(|row| own.show(schema, &row.value)).collect();
                value.insert(field.to_owned(), shown);
            }
        }
        value
    }
}

/// A date as the schema of a field wants it.
fn date(like: &Value, date: Timestamp) -> Value {
    if like.is_number() { json!(date.as_millisecond()) } else { date.to_string().into() }
}
