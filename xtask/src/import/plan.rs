//! The edits of the spec that take over what a document adds, each with its YAML and what is left for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::compare::{Change, Comparison, domain};
use super::document::Operation;
use super::edit::{Editor, scalar};
use super::house::operation::{USUAL, stamped};
use super::house::{House, is_object};
use super::place::Places;
use super::source::{self, Identity};
use crate::spec::check::normalized;
use crate::spec::node::Node;

/// One insertion into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Path to a map, key and value: flow, or lines after a line break.
    Member(Vec<String>, String, String),
    /// Path to a list, and the item.
    Item(Vec<String>, String),
}

/// What becomes of one finding.
#[derive(Debug, Clone)]
pub struct Step {
    /// Index of the finding.
    pub finding: usize,
    pub domain: String,
    /// Reason for the domain of a new operation.
    pub why: Option<String>,
    pub edits: Vec<Edit>,
}

/// All steps, and what they leave for a person.
#[derive(Debug, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub asks: Vec<String>,
}

/// Number of new operations up to which each gets its state. Beyond it, nobody takes them all over at once.
const STAMPED: usize = 1000;

impl Plan {
    /// Plans the first findings of each rule, up to `limit`; 0 for all.
    pub fn new(comparison: &Comparison<'_>, today: &str, limit: usize) -> Self {
        let mut places = Places::new(comparison);
        let files = comparison.ours.files;
        let mut ids: BTreeSet<String> = BTreeSet::new();
        for file in 0..files.files.len() {
            ids.extend(
                comparison.ours.operations_of(file).iter().filter_map(|known| known.id.map(str::to_owned)),
            );
        }
        let mut houses: BTreeMap<String, House<'_, '_>> = BTreeMap::new();
        let mut plan = Self::default();
        let mut new_paths: BTreeSet<(String, String)> = BTreeSet::new();
        let is_new = |change: &Change| matches!(change, Change::Operation(_));
        let count = comparison.findings.iter().filter(|finding| is_new(&finding.change)).count();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, finding) in comparison.findings.iter().enumerate() {
            let shown = counts.entry(finding.rule).or_default();
            *shown += 1;
            if limit > 0 && *shown > limit {
                continue;
            }
            let (mut name, mut why) = (finding.domain.clone(), None);
            if let Change::Operation(operation) = &finding.change
                && let Some(operation) = comparison.operations.get(*operation)
            {
                let place = places.of(operation);
                let is_known = (0..files.files.len()).any(|file| domain(files, file) == place.domain);
                if !is_known {
                    houses
                        .entry(place.domain.clone())
                        .or_insert_with(|| House::new(comparison, &place.domain))
                        .asks
                        .push(format!(
                            "{0}: give the new domain `{0}` its title and description",
                            place.domain
                        ));
                }
                places.add(&operation.route, &place.domain);
                (name, why) = (place.domain, Some(place.why));
            }
            let house = houses.entry(name.clone()).or_insert_with(|| House::new(comparison, &name));
            let mut edits = Vec::new();
            match &finding.change {
                Change::None => continue,
                Change::Operation(operation) => {
                    let Some(operation) = comparison.operations.get(*operation) else { continue };
                    let now = if count <= STAMPED {
                        source::identity(&comparison.theirs, operation, &comparison.source, today)
                    } else {
                        identity(operation, comparison, today)
                    };
                    let (path, lines) = house.operation(operation, &places, &mut ids, &now);
                    let key = existing(comparison, &name, &path).unwrap_or(path);
                    let lines = indented(&lines, 2);
                    let is_known = existing(comparison, &name, &key).is_some()
                        || !new_paths.insert((name.clone(), normalized(&key)));
                    edits.push(if is_known {
                        Edit::Member(
                            words(&["paths", &key]),
                            operation.method.to_owned(),
                            format!("\n{lines}"),
                        )
                    } else {
                        let lines = format!("\n  {}:\n{}", operation.method, indented(&lines, 2));
                        Edit::Member(words(&["paths"]), key, lines)
                    });
                }
                Change::Parameter { operation, parameter, path, method } => {
                    let found = comparison.operations.get(*operation);
                    let Some(found) = found.and_then(|operation| operation.parameters.get(*parameter)) else {
                        continue;
                    };
                    if found.is_required {
                        house.asks.push(format!(
                            "{name}: {} is required now, which breaks callers",
                            finding.subject
                        ));
                    }
                    let item = house.parameter(found);
                    let has_list = files
                        .files
                        .iter()
                        .filter(|file| file.path.file_stem().is_some_and(|stem| stem == name.as_str()))
                        .any(|file| file.root.at(&["paths", path, method, "parameters"]).is_some());
                    edits.push(if has_list {
                        Edit::Item(words(&["paths", path, method, "parameters"]), item)
                    } else {
                        let value = format!("\n- {item}");
                        Edit::Member(words(&["paths", path, method]), "parameters".to_owned(), value)
                    });
                }
                Change::Field { file, schema, name: property } => {
                    let key = (*file, schema.clone(), property.clone());
                    let Some(at) = comparison.fields.get(&key) else { continue };
                    let value = house.inline(*at, property, schema, true);
                    let path = words(&["components", "schemas", schema, "properties"]);
                    edits.push(Edit::Member(path, scalar(property), value));
                    if finding.says.ends_with("required") {
                        house.asks.push(format!(
                            "{name}: {} is required in the document, and optional here so that nothing breaks",
                            finding.subject
                        ));
                    }
                }
                Change::Value { schema, value, .. } => {
                    edits.push(Edit::Item(words(&["components", "schemas", schema, "enum"]), scalar(value)));
                }
                Change::Variant { file, schema, value } => {
                    let key = (*file, schema.clone(), value.clone());
                    let union = files
                        .files
                        .get(*file)
                        .and_then(|file| file.root.at(&["components", "schemas", schema]));
                    let tag = union
                        .and_then(|union| union.at(&["discriminator", "propertyName"]))
                        .and_then(Node::as_str);
                    let (Some(at), Some(tag)) = (comparison.fields.get(&key), tag) else { continue };
                    if !is_object(&comparison.theirs.view(*at)) {
                        house.asks.push(format!("{name}: the variant `{value}` of `{schema}` is no object"));
                        continue;
                    }
                    let target = format!("'#/components/schemas/{}'", house.variant(*at, tag, value));
                    edits.push(Edit::Item(
                        words(&["components", "schemas", schema, "oneOf"]),
                        format!("{{$ref: {target}}}"),
                    ));
                    let path = words(&["components", "schemas", schema, "discriminator", "mapping"]);
                    edits.push(Edit::Member(path, scalar(value), target));
                }
            }
            for (schema, lines) in house.finish() {
                let path = words(&["components", "schemas"]);
                edits.push(Edit::Member(path, schema, format!("\n{}", indented(&lines, 2))));
            }
            plan.steps.push(Step { finding: index, domain: name, why, edits });
        }
        let mut known = BTreeSet::new();
        plan.asks = houses.into_values().flat_map(|house| house.asks).collect();
        plan.asks.retain(|ask| known.insert(ask.clone()));
        plan
    }

    /// The YAML of a step, each insertion below the path that it goes to.
    pub fn yaml(step: &Step) -> String {
        let mut text = String::new();
        for edit in &step.edits {
            let (path, lines) = match edit {
                Edit::Member(path, key, value) => {
                    let separator = if value.starts_with('\n') { "" } else { " " };
                    (path, format!("{key}:{separator}{value}"))
                }
                Edit::Item(path, item) => (path, format!("- {item}")),
            };
            text.push_str(&format!("# spec/{}.yaml: {}\n{lines}\n", step.domain, path.join(" > ")));
        }
        text
    }

    /// Writes the steps into the files of the spec. Returns the changed files, and what could not be written.
    pub fn write(
        &self,
        comparison: &Comparison<'_>,
        spec: &Path,
        take_over: bool,
    ) -> Result<(Vec<String>, Vec<String>), String> {
        let mut editors: BTreeMap<String, Editor> = BTreeMap::new();
        let mut failed = Vec::new();
        let open = |editors: &mut BTreeMap<String, Editor>, name: &str| -> Result<(), String> {
            if !editors.contains_key(name) {
                let path = spec.join(format!("{name}.yaml"));
                let text = match std::fs::read_to_string(&path) {
                    Ok(text) => text,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => skeleton(name),
                    Err(error) => return Err(format!("could not read {}: {error}", path.display())),
                };
                let editor = Editor::new(&text).map_err(|error| format!("{}: {error}", path.display()))?;
                editors.insert(name.to_owned(), editor);
            }
            Ok(())
        };
        for step in self.steps.iter().filter(|_| take_over) {
            open(&mut editors, &step.domain)?;
            let Some(editor) = editors.get_mut(&step.domain) else { continue };
            // A step is written whole or not at all.
            let before = editor.clone();
            if let Err(error) = step.edits.iter().try_for_each(|edit| apply(editor, edit)) {
                *editor = before;
                let subject = comparison.findings.get(step.finding).map(|finding| finding.subject.clone());
                failed.push(format!("{}: {}: {error}", step.domain, subject.unwrap_or_default()));
            }
        }
        for found in comparison.matched.values().filter(|found| found.is_canonical) {
            let name = domain(comparison.ours.files, found.file);
            open(&mut editors, &name)?;
            let Some(editor) = editors.get_mut(&name) else { continue };
            let value = stamped(found.operation.at.node, &found.now);
            let path = ["paths", found.operation.path, found.operation.method, "x-source"];
            if source::identities(found.operation.at.node).contains(&found.now) {
                continue;
            }
            if let Err(error) = editor.replace(&path, &value) {
                failed.push(format!("{name}: {}: {error}", found.operation.id.unwrap_or_default()));
            }
        }
        let mut changed = Vec::new();
        for (name, editor) in editors {
            let path = spec.join(format!("{name}.yaml"));
            if std::fs::read_to_string(&path).is_ok_and(|text| text == editor.text) {
                continue;
            }
            std::fs::write(&path, editor.text)
                .map_err(|error| format!("could not write {}: {error}", path.display()))?;
            changed.push(format!("spec/{name}.yaml"));
        }
        Ok((changed, failed))
    }
}

fn apply(editor: &mut Editor, edit: &Edit) -> Result<(), String> {
    match edit {
        Edit::Member(path, key, value) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            if path == ["components", "schemas"] && editor.root.at(&path).is_none() {
                let value = format!("\n  schemas:\n    {key}:{}", indented(value, 4));
                return editor.add_member(&[], "components", &value);
            }
            if path == ["paths"] && editor.root.get("paths").is_none() {
                return editor.add_member(&[], "paths", &format!("\n  {key}:{}", indented(value, 2)));
            }
            editor.add_member(&path, key, value)
        }
        Edit::Item(path, item) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            editor.add_item(&path, item)
        }
    }
}

/// The identity of an operation whose state is left out.
fn identity(operation: &Operation<'_>, comparison: &Comparison<'_>, today: &str) -> Identity {
    Identity {
        document: comparison.source.clone(),
        operation: super::compare::title(operation),
        seen: today.to_owned(),
        state: "unknown".to_owned(),
    }
}

/// Path of the domain's file that differs from this one at most in the names of its parameters.
fn existing(comparison: &Comparison<'_>, name: &str, path: &str) -> Option<String> {
    let files = comparison.ours.files;
    let file = files.files.iter().find(|file| file.path.file_stem().is_some_and(|stem| stem == name))?;
    let paths = file.root.get("paths").map(Node::entries).unwrap_or_default();
    paths.iter().find(|entry| normalized(&entry.key) == normalized(path)).map(|entry| entry.key.clone())
}

/// A domain file without operations.
fn skeleton(name: &str) -> String {
    let title = super::house::words(&name.replace('-', "_"));
    let title = title.trim_end_matches('.');
    format!(
        "openapi: 3.0.3\ninfo:\n  title: {title}\n  version: 0.1.0\n  description: {title}.\nx-errors: [{}]\n",
        USUAL.join(", ")
    )
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn indented(text: &str, by: usize) -> String {
    let lead = " ".repeat(by);
    text.split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!("{lead}{line}") })
        .collect::<Vec<_>>()
        .join("\n")
}
