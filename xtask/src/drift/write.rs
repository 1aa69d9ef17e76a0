//! Writes a proposal: as an overlay beside the spec, and into the spec.

use std::collections::BTreeMap;
use std::path::Path;

use super::OVERLAY;
use super::proposal::{Edit, Proposal};
use crate::import::edit::Editor;

/// Begin of the overlay.
pub const HEAD: &str = "\
# Differences that programs met in answers of the platform. `cargo xtask drift` proposes them. They correct the bundle of the spec:
# `cargo xtask bundle drift.json`, then `cargo xtask import drift.json` tells which are no longer needed.
overlay: 1.2.0
info: {title: Differences of answers from the spec, version: 0.1.0}
actions:
";

/// Appends the actions to the overlay that are not in it yet.
pub fn overlay(proposal: &Proposal, root: &Path, seen: &str) -> Result<String, String> {
    let path = root.join(OVERLAY);
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(error) => return Err(format!("could not read {OVERLAY}: {error}")),
    };
    let mut text = before.clone();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let mut added = 0;
    for action in proposal.actions(seen) {
        // Counts grow: an action is known by its target and its update.
        let known = action.split("  x-reason:").next().unwrap_or_default();
        if !text.contains(known) {
            text.push_str(&action);
            added += 1;
        }
    }
    if added == 0 {
        return Ok(format!("{OVERLAY} has every action"));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("could not create spec/overlays: {error}"))?;
    }
    std::fs::write(&path, text).map_err(|error| format!("could not write {OVERLAY}: {error}"))?;
    Ok(format!("{OVERLAY}: {added} new {}", if added == 1 { "action" } else { "actions" }))
}

/// Writes the changes into the files of the spec. A change is written whole or not at all.
pub fn spec(proposal: &Proposal, root: &Path) -> Result<Vec<String>, String> {
    let mut editors: BTreeMap<String, Editor> = BTreeMap::new();
    let (mut counts, mut failed): (BTreeMap<String, usize>, Vec<String>) = Default::default();
    for change in proposal.changes.iter().filter(|change| !change.steps.is_empty()) {
        let file = format!("spec/{}.yaml", change.file);
        let mut editor = match editors.get(&change.file) {
            Some(editor) => editor.clone(),
            None => {
                let text = std::fs::read_to_string(root.join(&file))
                    .map_err(|error| format!("could not read {file}: {error}"))?;
                Editor::new(&text).map_err(|error| format!("{file}: {error}"))?
            }
        };
        let result = change.steps.iter().try_for_each(|step| apply(&mut editor, &step.path, &step.edit));
        match result {
            Ok(()) => {
                editors.insert(change.file.clone(), editor);
                *counts.entry(file).or_default() += 1;
            }
            Err(error) => failed.push(format!("{}: not written: {error}", change.line)),
        }
    }
    for (name, editor) in editors {
        let file = format!("spec/{name}.yaml");
        std::fs::write(root.join(&file), editor.text)
            .map_err(|error| format!("could not write {file}: {error}"))?;
    }
    let mut lines: Vec<String> = counts
        .into_iter()
        .map(|(file, count)| format!("{file}: {count} {}", if count == 1 { "change" } else { "changes" }))
        .collect();
    if lines.is_empty() {
        lines.push("spec/ is unchanged".to_owned());
    }
    lines.append(&mut failed);
    Ok(lines)
}

fn apply(editor: &mut Editor, path: &[String], edit: &Edit) -> Result<(), String> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match edit {
        Edit::Member(key, value) => editor.add_member(&path, key, value),
        Edit::Item(item) => editor.add_item(&path, item),
        Edit::Replace(value) => editor.replace(&path, value),
        Edit::Without(name) => {
            let items = editor.root.at(&path).map(crate::spec::node::Node::items).unwrap_or_default();
            let names = items.iter().filter_map(crate::spec::node::Node::as_str).filter(|item| item != name);
            let list = names.map(crate::import::edit::scalar).collect::<Vec<_>>().join(", ");
            editor.replace(&path, &format!("[{list}]"))
        }
    }
}
