//! Changes of the spec that reports call for: overlay actions, edits, and what only a person can decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use super::place::{Found, Place, find, follow, step, variants};
use super::reports::{Key, Kind, Reports, Seen};
use crate::import::edit::scalar;
use crate::spec::Documents;
use crate::spec::node::{Kind as Of, Node};

/// A change of one schema.
#[derive(Debug)]
pub struct Change {
    pub kind: Kind,
    /// Domain, or `shared`.
    pub file: String,
    pub schema: String,
    /// File and line of the schema.
    pub line: String,
    /// The change, as a sentence without its end.
    pub says: String,
    pub seen: Seen,
    pub operations: BTreeSet<String>,
    /// Pointers of the answers.
    pub pointers: BTreeSet<String>,
    pub steps: Vec<Step>,
    /// What a person has to do, if the change cannot be written.
    pub ask: Option<String>,
}

/// A change that can be written.
#[derive(Debug, Clone)]
pub struct Step {
    /// JSONPath in the bundle of the spec.
    pub target: String,
    pub action: Action,
    /// Keys to the value in the file of the spec.
    pub path: Vec<String>,
    pub edit: Edit,
}

/// An action of an overlay.
#[derive(Debug, Clone)]
pub enum Action {
    /// A flow value to merge.
    Update(String),
    Remove,
}

/// An edit of the spec.
#[derive(Debug, Clone)]
pub enum Edit {
    Member(String, String),
    Item(String),
    Replace(String),
    /// Removes the item of a list.
    Without(String),
}

/// A report without a place in the spec.
#[derive(Debug)]
pub struct Unplaced {
    pub key: Key,
    pub seen: Seen,
    pub why: String,
}

/// All changes, the most frequent first.
#[derive(Debug, Default)]
pub struct Proposal {
    pub changes: Vec<Change>,
    pub unplaced: Vec<Unplaced>,
}

/// Why the spec takes over a new object or list as it is.
const FREE: &str = "The platform sends it, and no source documents it.";

/// Description of a new field.
const NEW: &str = "Field of answers that no source documents.";

impl Proposal {
    /// Finds the place of each report. `values` are those of enums that a person saw.
    pub fn new(documents: &Documents, reports: &Reports, values: &[(String, String)]) -> Self {
        let mut all = Self::default();
        let mut known: BTreeMap<(String, String, Kind, String), Change> = BTreeMap::new();
        for (key, seen) in &reports.places {
            match change(documents, key, values) {
                Err(why) => all.unplaced.push(Unplaced { key: key.clone(), seen: seen.clone(), why }),
                Ok(new) => {
                    let same = (new.file.clone(), new.schema.clone(), key.kind, new.says.clone());
                    let change = known.entry(same).or_insert(new);
                    change.seen.add(seen);
                    change.operations.insert(key.operation.clone());
                    change.pointers.insert(key.pointer.clone());
                }
            }
        }
        all.changes = known.into_values().collect();
        all.changes.sort_by(|one, other| {
            other.seen.count.cmp(&one.seen.count).then_with(|| one.line.cmp(&other.line))
        });
        all.unplaced.sort_by_key(|other| std::cmp::Reverse(other.seen.count));
        all.decide();
        all
    }

    /// Keeps the most frequent of the changes that give one key several values, and asks about the others.
    fn decide(&mut self) {
        let mut taken = BTreeSet::new();
        for change in &mut self.changes {
            let places = change.steps.iter().filter_map(|step| match &step.edit {
                Edit::Member(key, _) => Some(format!("{} {} {key}", change.file, step.path.join(" "))),
                Edit::Replace(_) => Some(format!("{} {}", change.file, step.path.join(" "))),
                Edit::Item(_) | Edit::Without(_) => None,
            });
            let places: Vec<String> = places.collect();
            if places.iter().any(|place| taken.contains(place)) {
                change.steps.clear();
                let ask = "the proposal takes another type, which is more frequent: decide on one, or allow any JSON with `x-free-json`";
                change.ask = Some(ask.to_owned());
            }
            taken.extend(places);
        }
    }

    /// The overlay, without actions that an earlier one has.
    pub fn actions(&self, seen: &str) -> Vec<String> {
        let of = |change: &Change, step: &Step| {
            let action = match &step.action {
                Action::Update(value) => format!("  update: {value}\n"),
                Action::Remove => "  remove: true\n".to_owned(),
            };
            let reason = scalar(&change.reason(seen));
            format!("- target: {}\n{action}  x-reason: {reason}\n", scalar(&step.target))
        };
        self.changes.iter().flat_map(|change| change.steps.iter().map(move |step| of(change, step))).collect()
    }

    /// The report for people.
    pub fn markdown(&self, reports: &Reports, seen: &str, written: &[String]) -> String {
        let mut out = format!(
            "# Drift: {}, {}\n\n",
            counted(reports.places.len(), "place"),
            counted(reports.lines, "line")
        );
        if !self.changes.is_empty() {
            out.push_str("| answers | difference | schema | place | operations |\n|---:|---|---|---|---|\n");
        }
        for change in &self.changes {
            let operations: Vec<&str> = change.operations.iter().map(String::as_str).collect();
            let _ = writeln!(
                out,
                "| {} | {}: {} | `{}` | {} | {} |",
                change.seen.count,
                change.kind,
                change.says,
                change.schema,
                change.line,
                operations.join(", ")
            );
        }
        let actions = self.actions(seen);
        if !actions.is_empty() {
            let _ = write!(out, "\n## Overlay\n\n```yaml\n{}{}```\n", super::write::HEAD, actions.concat());
        }
        let asks: Vec<&Change> = self.changes.iter().filter(|change| change.ask.is_some()).collect();
        if !asks.is_empty() {
            out.push_str("\n## For a person\n\n");
            for change in asks {
                let ask = change.ask.as_deref().unwrap_or_default();
                let _ = writeln!(out, "- {} `{}`: {}: {ask}", change.line, change.schema, change.says);
            }
        }
        if !self.unplaced.is_empty() {
            out.push_str("\n## Without a place in the spec\n\n");
            for Unplaced { key, seen, why } in &self.unplaced {
                let place = if key.pointer.is_empty() { "the whole answer" } else { &key.pointer };
                let _ = writeln!(out, "- {} {} at {place} ({}): {why}", key.operation, key.kind, seen.count);
            }
        }
        if !written.is_empty() {
            out.push_str("\n## Written\n\n");
            written.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
        }
        out
    }

    /// The report for programs.
    pub fn json(&self, reports: &Reports, seen: &str, written: &[String]) -> Value {
        let times =
            |seen: &Seen| json!({ "first": seen.first, "last": seen.last, "versions": seen.versions });
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|change| {
                let actions: Vec<Value> = change
                    .steps
                    .iter()
                    .map(|step| match &step.action {
                        Action::Update(value) => json!({ "target": step.target, "update": value }),
                        Action::Remove => json!({ "target": step.target, "remove": true }),
                    })
                    .collect();
                json!({
                    "kind": change.kind.to_string(), "schema": change.schema, "place": change.line,
                    "says": change.says, "count": change.seen.count, "seen": times(&change.seen),
                    "operations": change.operations, "pointers": change.pointers, "actions": actions,
                    "reason": change.reason(seen), "ask": change.ask,
                })
            })
            .collect();
        let unplaced: Vec<Value> = self
            .unplaced
            .iter()
            .map(|Unplaced { key, seen, why }| {
                json!({
                    "operation": key.operation, "pointer": key.pointer, "kind": key.kind.to_string(),
                    "count": seen.count, "seen": times(seen), "why": why,
                })
            })
            .collect();
        json!({
            "lines": reports.lines, "bad": reports.bad, "changes": changes, "unplaced": unplaced, "written": written,
        })
    }
}

impl Change {
    fn reason(&self, seen: &str) -> String {
        let operations: Vec<&str> = self.operations.iter().map(String::as_str).collect();
        let until = self.seen.last.get(..10).unwrap_or(seen);
        let since = self.seen.first.get(..10).unwrap_or(until);
        let days = if since == until { format!("on {since}") } else { format!("from {since} to {until}") };
        format!(
            "{}: {} {days} ({}). Proposed on {seen}.",
            capital(&self.says),
            counted(usize::try_from(self.seen.count).unwrap_or(usize::MAX), "answer"),
            operations.join(", ")
        )
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The change that one report calls for, or why there is none.
fn change(documents: &Documents, key: &Key, values: &[(String, String)]) -> Result<Change, String> {
    let place = match key.kind {
        // The place is the object that the field is, or should be, in.
        Kind::MissingField => object_of(documents, key)?,
        _ => schema_of(documents, key)?,
    };
    match (key.kind, place) {
        (Kind::UnknownField, Found::NoField(object, name)) => {
            if name == "*" {
                let says = "objects have fields whose names are data".to_owned();
                return Ok(asking(
                    key,
                    &object,
                    says,
                    "make it a map with `additionalProperties`, or add the fields by hand",
                ));
            }
            Ok(new_field(key, &object, &name))
        }
        (Kind::UnknownField, Found::Schema(place)) => Err(format!(
            "{} has the field: the report is of an older version, or the generated code is",
            place.line()
        )),
        (Kind::UnknownEnumValue, Found::Schema(place)) => Ok(new_value(key, &place, values)),
        (Kind::UnknownVariant, Found::Schema(union)) => {
            let says = "answers have a variant that the union does not have".to_owned();
            Ok(asking(
                key,
                &union,
                says,
                "look at an answer at home for the value of its tag, then add the variant with its schema",
            ))
        }
        (Kind::MissingField, Found::Schema(object)) => {
            let name = last(&key.pointer);
            optional(key, &object, &name, format!("answers lack the required field `{name}`"))
        }
        (Kind::OtherType, Found::Schema(place)) => other_type(documents, key, &place),
        (_, Found::Variants(union, rest)) => {
            let candidates: Vec<String> =
                variants(documents, &union).iter().map(|variant| format!("`{}`", variant.name())).collect();
            Err(format!("{}: `{rest}` is in one of the variants {}", union.line(), candidates.join(", ")))
        }
        (_, Found::NoField(object, name)) => Err(format!("{} has no field `{name}`", object.line())),
        (_, Found::Nowhere(why)) => Err(why),
    }
}

/// The place of a report. A pointer through a union is followed into the one variant that it can be about.
fn schema_of<'a>(documents: &'a Documents, key: &Key) -> Result<Found<'a>, String> {
    let found = find(documents, &key.operation, &key.pointer);
    Ok(chosen(documents, found, |found| match key.kind {
        Kind::UnknownField => matches!(found, Found::NoField(..)),
        _ => matches!(found, Found::Schema(_)),
    }))
}

/// The object that lacks a field.
fn object_of<'a>(documents: &'a Documents, key: &Key) -> Result<Found<'a>, String> {
    let (object, _) = key.pointer.rsplit_once('/').ok_or("the pointer names no field")?;
    let name = last(&key.pointer);
    let requires = |found: &Found<'_>| matches!(found, Found::Schema(place) if place.node.strings_at("required").contains(&name));
    let found = match find(documents, &key.operation, object) {
        // The object is the union itself.
        Found::Schema(union) if union.node.get("oneOf").is_some() => Found::Variants(union, String::new()),
        found => found,
    };
    Ok(chosen(documents, found, requires))
}

fn chosen<'a>(documents: &'a Documents, found: Found<'a>, fits: impl Fn(&Found<'a>) -> bool) -> Found<'a> {
    let Found::Variants(union, rest) = found else { return found };
    let all = variants(documents, &union);
    let mut candidates =
        all.into_iter().map(|variant| follow(documents, variant, &rest)).filter(|found| fits(found));
    match (candidates.next(), candidates.next()) {
        (Some(one), None) => one,
        _ => Found::Variants(union, rest),
    }
}

fn last(pointer: &str) -> String {
    pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
}

fn plain(key: &Key, place: &Place<'_>, says: String) -> Change {
    Change {
        kind: key.kind,
        file: place.file.clone(),
        schema: place.name(),
        line: place.line(),
        says,
        seen: Seen::default(),
        operations: BTreeSet::new(),
        pointers: BTreeSet::new(),
        steps: Vec::new(),
        ask: None,
    }
}

fn asking(key: &Key, place: &Place<'_>, says: String, ask: &str) -> Change {
    Change { ask: Some(ask.to_owned()), ..plain(key, place, says) }
}

fn with(path: &[String], more: &str) -> Vec<String> {
    path.iter().cloned().chain([more.to_owned()]).collect()
}

/// A field that answers have.
fn new_field(key: &Key, object: &Place<'_>, name: &str) -> Change {
    let found = key.found.as_deref().unwrap_or("null");
    let says = format!("answers have the field `{name}` ({found})");
    let (free, text) = (scalar(FREE), scalar(NEW));
    // The bundle has no extension, and says "Any JSON." in their place.
    let any = |text: &str| scalar(format!("{text} Any JSON. {FREE}").trim());
    let (schema, bundled) = match found {
        "string" | "integer" | "number" | "boolean" => {
            let schema = format!("{{{}, description: {text}}}", type_of(found));
            (schema.clone(), schema)
        }
        "array" => (
            format!("{{type: array, description: {text}, items: {{x-free-json: {free}}}}}"),
            format!("{{type: array, description: {text}, items: {{description: {}}}}}", any("")),
        ),
        _ => (
            format!("{{description: {text}, x-free-json: {free}}}"),
            format!("{{description: {}}}", any(NEW)),
        ),
    };
    let step = Step {
        target: object.target() + ".properties",
        action: Action::Update(format!("{{{}: {bundled}}}", scalar(name))),
        path: with(&object.path, "properties"),
        edit: Edit::Member(scalar(name), schema),
    };
    Change { steps: vec![step], ..plain(key, object, says) }
}

/// A value that an enum does not have. The report does not say which.
fn new_value(key: &Key, place: &Place<'_>, values: &[(String, String)]) -> Change {
    let known = place.node.strings_at("enum");
    let name = place.name();
    let is_of = |schema: &str| schema == name || schema == format!("{}.{name}", place.file);
    let new: Vec<&String> = values
        .iter()
        .filter(|(schema, value)| is_of(schema) && !known.contains(value))
        .map(|(_, value)| value)
        .collect();
    if new.is_empty() {
        let says = "answers have a value that the enum does not have".to_owned();
        let ask = format!(
            "a report has no value: look at an answer at home, then run again with `--value {name}=VALUE`"
        );
        return asking(key, place, says, &ask);
    }
    let listed: Vec<String> = new.iter().map(|value| format!("`{value}`")).collect();
    let steps = new
        .iter()
        .map(|value| Step {
            target: place.target() + ".enum",
            action: Action::Update(scalar(value)),
            path: with(&place.path, "enum"),
            edit: Edit::Item(scalar(value)),
        })
        .collect();
    let says = format!("answers have {} of the enum", listed.join(", "));
    Change { steps, ..plain(key, place, says) }
}

/// A field that answers need not have.
fn optional(key: &Key, object: &Place<'_>, name: &str, says: String) -> Result<Change, String> {
    if !object.node.strings_at("required").contains(&name.to_owned()) {
        return Err(format!(
            "{} does not require `{name}`: the report is of an older version",
            object.line()
        ));
    }
    let step = Step {
        target: format!("{}.required[?@ == '{}']", object.target(), name.replace('\'', "\\'")),
        action: Action::Remove,
        path: with(&object.path, "required"),
        edit: Edit::Without(name.to_owned()),
    };
    Ok(Change { steps: vec![step], ..plain(key, object, says) })
}

/// A value of another type.
fn other_type(documents: &Documents, key: &Key, place: &Place<'_>) -> Result<Change, String> {
    let found = key.found.as_deref().unwrap_or("another type");
    let by_hand = |says: String, ask: &str| Ok(asking(key, place, says, ask));
    let Some((object, _)) = key.pointer.rsplit_once('/') else {
        return by_hand(
            format!("the whole answer is of the type {found}"),
            "compare an answer with the schema",
        );
    };
    let name = last(&key.pointer);
    let parent = find(documents, &key.operation, object);
    let parent = match chosen(
        documents,
        parent,
        |found| matches!(found, Found::Schema(place) if place.node.at(&["properties", &name]).is_some()),
    ) {
        Found::Schema(parent) => parent,
        _ => return by_hand(format!("values are of the type {found}"), "compare an answer with the schema"),
    };
    if found == "null" && parent.node.at(&["properties", &name]).is_some() {
        let says = format!("answers have null in the place of the required field `{name}`");
        return optional(key, &parent, &name, says);
    }
    let says = format!("answers have the type {found} in `{name}`");
    // Only the type of a field that is written here can be changed: others depend on a reference.
    let field = parent.node.at(&["properties", &name]).filter(|field| field.str_at("type").is_some());
    let is_scalar = ["string", "integer", "number", "boolean"].contains(&found);
    let expected = field.and_then(|field| field.str_at("type")).unwrap_or_default();
    match field.filter(|field| is_scalar && expected != found && field.get("enum").is_none()) {
        Some(field) => {
            let kept = field
                .entries()
                .iter()
                .filter(|entry| ["description", "x-secret"].contains(&entry.key.as_str()));
            let kept: String = kept.map(|entry| format!(", {}: {}", entry.key, flow(&entry.value))).collect();
            let path = with(&with(&parent.path, "properties"), &name);
            let step = Step {
                target: format!("{}.properties{}", parent.target(), step(&name)),
                action: Action::Update(format!("{{{}}}", type_of(found))),
                path,
                edit: Edit::Replace(format!("{{{}{kept}}}", type_of(found))),
            };
            Ok(Change { steps: vec![step], ..plain(key, &parent, says) })
        }
        None => Ok(asking(key, &parent, says, "compare an answer with the schema")),
    }
}

/// Type of a scalar as the spec writes it. Integers of JSON have no size: the largest one holds them.
fn type_of(found: &str) -> String {
    format!("type: {found}{}", if found == "integer" { ", format: int64" } else { "" })
}

/// A value on one line.
fn flow(node: &Node) -> String {
    match &node.kind {
        Of::String(text) => scalar(text),
        _ => node.to_json().to_string(),
    }
}
