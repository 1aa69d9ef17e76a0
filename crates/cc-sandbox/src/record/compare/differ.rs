//! Differences of two answers, and the names that their ids have in the sandbox.

use std::collections::HashMap;

use serde_json::Value;

use super::names::Names;
use super::report::{DifferenceKind, Found};
use crate::record::place::Place;
use crate::record::safe;

/// Fields by which items of a list are told apart, the best ones first.
const IDENTITIES: &[&str] = &["id", "_id", "name", "fqdn", "slug", "key", "code", "number"];

/// The walk over two answers.
pub(super) struct Differ<'a> {
    names: &'a Names,
    pub(super) found: Vec<Found>,
    /// Recorded texts with those of the sandbox at the same place.
    pub(super) learned: Vec<(String, String)>,
}

impl<'a> Differ<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self { names, found: Vec::new(), learned: Vec::new() }
    }

    /// Compares two values. With `is_known`, all fields are compared even if no schema names them, as in the body of an error.
    pub(super) fn values(
        &mut self,
        place: &Place<'_>,
        path: &str,
        recorded: &Value,
        own: &Value,
        is_known: bool,
    ) {
        match (recorded, own) {
            (Value::Null, Value::Null) => {}
            (Value::Null, _) | (_, Value::Null) if place.may_be_null() => {}
            (Value::Object(one), Value::Object(other)) => self.objects(place, path, [one, other], is_known),
            (Value::Array(one), Value::Array(other)) => self.lists(place, path, [one, other], is_known),
            (Value::String(one), Value::String(other)) => self.learn(place, one, other),
            (Value::Number(one), Value::Number(other)) => {
                let name = path.rsplit('.').next().unwrap_or_default();
                if is_id(name) {
                    self.learned.push((one.to_string(), other.to_string()));
                }
            }
            (Value::Bool(_), Value::Bool(_)) => {}
            (recorded, own) => {
                let found = Found::new(DifferenceKind::Type, path);
                self.found.push(found.of(kind(recorded), kind(own)));
            }
        }
    }

    fn learn(&mut self, place: &Place<'_>, recorded: &str, own: &str) {
        let is_name = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        if recorded != own
            && is_name(recorded)
            && is_name(own)
            && !place.lists(recorded)
            && !safe::is_constant(recorded)
            && !safe::is_date(own)
        {
            self.learned.push((recorded.to_owned(), own.to_owned()));
        }
    }

    fn objects(
        &mut self,
        place: &Place<'_>,
        path: &str,
        [recorded, own]: [&serde_json::Map<String, Value>; 2],
        is_known: bool,
    ) {
        let values = if place.names_properties() { None } else { place.values() };
        let are_names = place.names_properties() || is_known;
        for (key, value) in recorded {
            let part = place.property(key).or_else(|| values.clone()).unwrap_or_else(|| place.nothing());
            let other = own.get(key).or_else(|| own.get(self.names.of(key)));
            match other {
                Some(other) if are_names => self.values(&part, &joined(path, key), value, other, false),
                Some(other) => self.values(&part, &joined(path, "*"), value, other, false),
                None if are_names => {
                    self.found.push(Found::new(DifferenceKind::Missing, &joined(path, key)));
                }
                None => {}
            }
        }
        if are_names {
            for key in own.keys().filter(|key| !recorded.contains_key(*key)) {
                self.found.push(Found::new(DifferenceKind::Additional, &joined(path, key)));
            }
        }
    }

    fn lists(&mut self, place: &Place<'_>, path: &str, [recorded, own]: [&[Value]; 2], is_known: bool) {
        let path = format!("{path}[]");
        let items = place.items();
        let (identity, pairs) = self.pairs(recorded, own);
        if !pairs.is_sorted_by_key(|(_, own)| *own) {
            self.found.push(Found::new(DifferenceKind::Order, &path));
        }
        if let Some(identity) = identity {
            self.items_of_their_own(&path, identity, [recorded, own], &pairs);
        }
        let left = |side: &[Value], taken: Vec<usize>| -> Vec<usize> {
            (0..side.len()).filter(|index| !taken.contains(index)).collect()
        };
        let left_recorded = left(recorded, pairs.iter().map(|(index, _)| *index).collect());
        let left_own = left(own, pairs.iter().map(|(_, index)| *index).collect());
        // Items that nothing tells apart are compared by their places, but those that were made or deleted in between.
        let is_made = |index: &usize| identity.is_some_and(|field| self.is_made(&recorded[*index], field));
        let rest: Vec<(usize, usize)> =
            left_recorded.into_iter().filter(|index| !is_made(index)).zip(left_own).collect();
        for (one, other) in pairs.into_iter().chain(rest) {
            self.values(&items, &path, &recorded[one], &own[other], is_known);
        }
    }

    fn is_made(&self, item: &Value, field: Identity) -> bool {
        field.of(item).is_some_and(|text| self.names.was_made(&text))
    }

    /// Items that were made during the recording: they are to be in both lists, or in none.
    fn items_of_their_own(
        &mut self,
        path: &str,
        identity: Identity,
        [recorded, own]: [&[Value]; 2],
        pairs: &[(usize, usize)],
    ) {
        let is_paired = |index: usize| pairs.iter().any(|(one, _)| *one == index);
        let lacks_one = recorded
            .iter()
            .enumerate()
            .any(|(index, item)| !is_paired(index) && self.is_made(item, identity));
        if lacks_one {
            self.found.push(Found::new(DifferenceKind::Missing, path));
        }
        let shown: Vec<String> = recorded.iter().filter_map(|item| identity.of(item)).collect();
        let is_more = |text: String| {
            self.names.made_as(&text).is_some_and(|made| !shown.iter().any(|shown| shown == made))
        };
        if own.iter().filter_map(|item| identity.of(item)).any(is_more) {
            self.found.push(Found::new(DifferenceKind::Additional, path));
        }
    }

    /// Items of both lists that are the same, in recorded order, and the field by which they were found.
    fn pairs(&self, recorded: &[Value], own: &[Value]) -> (Option<Identity>, Vec<(usize, usize)>) {
        let fields = IDENTITIES.iter().map(|field| Identity::Field(field));
        for identity in std::iter::once(Identity::Itself).chain(fields) {
            let (Some(one), Some(other)) = (identity.of_all(recorded), identity.of_all(own)) else {
                continue;
            };
            let other: HashMap<&str, usize> =
                other.iter().enumerate().map(|(index, text)| (text.as_str(), index)).collect();
            let pair = |(index, text): (usize, &String)| Some((index, *other.get(self.names.of(text))?));
            let pairs: Vec<(usize, usize)> = one.iter().enumerate().filter_map(pair).collect();
            if !pairs.is_empty() || one.iter().any(|text| self.names.was_made(text)) {
                return (Some(identity), pairs);
            }
        }
        (None, Vec::new())
    }
}

/// Identity of the items of a list.
#[derive(Debug, Clone, Copy)]
enum Identity {
    /// The item is a text.
    Itself,
    Field(&'static str),
}

impl Identity {
    fn of(self, item: &Value) -> Option<String> {
        let value = match self {
            Self::Itself => item,
            Self::Field(name) => item.get(name)?,
        };
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if matches!(self, Self::Field(_)) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The identities of all items, if each has one of its own.
    fn of_all(self, items: &[Value]) -> Option<Vec<String>> {
        let texts: Vec<String> = items.iter().map(|item| self.of(item)).collect::<Option<_>>()?;
        let distinct: std::collections::HashSet<&String> = texts.iter().collect();
        (distinct.len() == texts.len()).then_some(texts)
    }
}

/// Returns `true` for the name of a field that holds an id.
fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("Id") || name.ends_with("_id") || name.ends_with("Oid")
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The JSON type of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
