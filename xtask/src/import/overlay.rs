//! Overlays of the OpenAPI Overlay Specification beside the spec: what a document gets wrong, each with its reason.

use std::path::{Path, PathBuf};

use serde_json_path::JsonPath;

use crate::spec::check::operation::SOURCES;
use crate::spec::node::{Entry, Kind, Node};
use crate::spec::{Problem, read_document};

/// One overlay, for the document whose word is the name of its file: `spec/overlays/v4-openapi.yaml`.
#[derive(Debug)]
pub struct Overlay {
    path: PathBuf,
    actions: Vec<Action>,
}

#[derive(Debug)]
struct Action {
    line: usize,
    text: String,
    target: JsonPath,
    kind: ActionKind,
}

#[derive(Debug)]
enum ActionKind {
    Update(Node),
    Copy(JsonPath),
    Remove,
}

/// Result of applying an overlay.
#[derive(Debug, Default)]
pub struct Applied {
    /// Number of actions that changed something.
    pub changed: usize,
    /// Actions that changed nothing: the document is right now, or the action misses its target.
    pub needless: Vec<String>,
}

/// Keys of an action.
const KEYS: [&str; 6] = ["target", "description", "update", "copy", "remove", "x-reason"];

/// Checks all overlays of a workspace.
pub fn check_all(folder: &Path) -> Vec<Problem> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    files.iter().flat_map(|file| read(file).err().unwrap_or_default()).collect()
}

/// The overlay of a document, if there is one.
pub fn of(folder: &Path, source: &str) -> Result<Option<Overlay>, Vec<Problem>> {
    let path = folder.join(format!("{source}.yaml"));
    if path.is_file() { read(&path).map(Some) } else { Ok(None) }
}

/// Reads an overlay, and reports everything that is wrong with it.
pub fn read(path: &Path) -> Result<Overlay, Vec<Problem>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = format!("overlays/{name}");
    let document = read_document(path).map_err(|problem| vec![Problem { file: file.clone(), ..problem }])?;
    let mut problems = Vec::new();
    let mut add = |line: usize, pointer: &str, message: String| {
        problems.push(Problem {
            file: file.clone(),
            line,
            rule: "overlay",
            message,
            pointer: pointer.to_owned(),
        });
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if !name.ends_with(".yaml") || !SOURCES.iter().any(|(known, _)| *known == stem) {
        add(
            1,
            "#",
            "an overlay is called as the source that it corrects, such as `v4-openapi.yaml`".to_owned(),
        );
    }
    if !document.str_at("overlay").is_some_and(|version| version.starts_with("1.")) {
        add(
            document.line,
            "#/overlay",
            "`overlay: 1.2.0` is missing: the version of the specification".to_owned(),
        );
    }
    for key in ["title", "version"] {
        if document.at(&["info", key]).and_then(Node::as_str).is_none() {
            add(document.line, "#/info", format!("`info` has no `{key}`"));
        }
    }
    let mut actions = Vec::new();
    let list = document.get("actions").map(Node::items).unwrap_or_default();
    if list.is_empty() {
        add(document.line, "#/actions", "`actions` is empty: remove the file".to_owned());
    }
    for (index, item) in list.iter().enumerate() {
        let pointer = format!("#/actions/{index}");
        for entry in item.entries().iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
            add(entry.line, &pointer, format!("unknown key `{}` of an action", entry.key));
        }
        if item.str_at("x-reason").is_none_or(|reason| reason.trim().is_empty()) {
            add(
                item.line,
                &pointer,
                "`x-reason` is missing: say what the document gets wrong, and the source".to_owned(),
            );
        }
        let mut path = |key: &str, text: &str| {
            JsonPath::parse(text)
                .map_err(|error| add(item.line, &pointer, format!("`{key}` is not a JSONPath: {error}")))
                .ok()
        };
        let text = item.str_at("target").unwrap_or_default();
        let target = path("target", text);
        let kind = match (item.get("update"), item.str_at("copy"), item.is_true_at("remove")) {
            (Some(update), None, false) => Some(ActionKind::Update(update.clone())),
            (None, Some(from), false) => path("copy", from).map(ActionKind::Copy),
            (None, None, true) => Some(ActionKind::Remove),
            _ => {
                add(
                    item.line,
                    &pointer,
                    "an action has one of `update`, `copy` and `remove: true`".to_owned(),
                );
                None
            }
        };
        if let (Some(target), Some(kind)) = (target, kind) {
            actions.push(Action { line: item.line, text: text.to_owned(), target, kind });
        }
    }
    if problems.is_empty() { Ok(Overlay { path: path.to_owned(), actions }) } else { Err(problems) }
}

impl Overlay {
    /// Applies the actions in their order.
    pub fn apply(&self, document: &mut Node) -> Applied {
        let mut applied = Applied::default();
        for action in &self.actions {
            let mut value = document.to_json();
            let targets: Vec<String> = pointers(&action.target, &value);
            let mut copied = 1;
            let update = match &action.kind {
                ActionKind::Update(update) => Some(update.clone()),
                ActionKind::Copy(from) => {
                    let found = pointers(from, &value);
                    copied = found.len();
                    found.first().filter(|_| copied == 1).and_then(|one| at(document, one).cloned())
                }
                ActionKind::Remove => None,
            };
            value.take();
            let is_removal = matches!(action.kind, ActionKind::Remove);
            let mut is_changed = false;
            // From the last, so that removed elements of a list do not move those before them.
            for pointer in targets.iter().rev() {
                is_changed |= match &update {
                    Some(update) => at(document, pointer).is_some_and(|target| merge(target, update)),
                    None => is_removal && remove(document, pointer),
                };
            }
            if is_changed {
                applied.changed += 1;
            } else {
                let why = match (targets.is_empty(), copied) {
                    (true, _) => "matches nothing: the action is no longer needed".to_owned(),
                    (false, 1) => "changes nothing: the action is no longer needed".to_owned(),
                    (false, copied) => {
                        format!("is not changed: `copy` matches {copied} places, and needs one")
                    }
                };
                let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                applied
                    .needless
                    .push(format!("spec/overlays/{name}:{}: `{}` {why}", action.line, action.text));
            }
        }
        applied
    }
}

fn pointers(path: &JsonPath, value: &serde_json::Value) -> Vec<String> {
    path.query_located(value).locations().map(|location| location.to_json_pointer()).collect()
}

fn at<'a>(document: &'a mut Node, pointer: &str) -> Option<&'a mut Node> {
    let mut node = document;
    for key in pointer.split('/').skip(1).map(unescaped) {
        node = match &mut node.kind {
            Kind::List(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            Kind::Map(entries) => &mut entries.iter_mut().find(|entry| entry.key == key)?.value,
            _ => return None,
        };
    }
    Some(node)
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

fn remove(document: &mut Node, pointer: &str) -> bool {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return false };
    let key = unescaped(key);
    match at(document, parent).map(|parent| &mut parent.kind) {
        Some(Kind::Map(entries)) => {
            let before = entries.len();
            entries.retain(|entry| entry.key != key);
            entries.len() < before
        }
        Some(Kind::List(items)) => match key.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Merges as the specification says: maps by key, lists one after the other, and other values replaced. An element that is there already
/// is not added, so that an action that is no longer needed changes nothing.
fn merge(target: &mut Node, update: &Node) -> bool {
    let line = target.line;
    if target == &relined(update, line) {
        return false;
    }
    match (&mut target.kind, &update.kind) {
        (Kind::Map(entries), Kind::Map(more)) => {
            let mut is_changed = false;
            for entry in more {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => is_changed |= merge(&mut known.value, &entry.value),
                    None => {
                        entries.push(Entry {
                            key: entry.key.clone(),
                            line,
                            value: relined(&entry.value, line),
                        });
                        is_changed = true;
                    }
                }
            }
            is_changed
        }
        (Kind::List(items), Kind::List(more)) => {
            more.iter().fold(false, |is_changed, item| append(items, item, line) | is_changed)
        }
        (Kind::List(items), _) => append(items, update, line),
        _ => {
            *target = relined(update, line);
            true
        }
    }
}

fn append(items: &mut Vec<Node>, item: &Node, line: usize) -> bool {
    let value = item.to_json();
    if items.iter().any(|known| known.to_json() == value) {
        return false;
    }
    items.push(relined(item, line));
    true
}

/// A value on the line of its target, in the document.
fn relined(node: &Node, line: usize) -> Node {
    let kind = match &node.kind {
        Kind::List(items) => Kind::List(items.iter().map(|item| relined(item, line)).collect()),
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .map(|entry| Entry { key: entry.key.clone(), line, value: relined(&entry.value, line) })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { line, kind }
}
