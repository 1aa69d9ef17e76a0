//! The crates that a change touches, and how far it raises the version of each.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::rules::{Level, Rust, Wire};
use crate::generate::homes::HOMES;
use crate::spec::model::SHARED;
use crate::surface::{Domain, Kind, Surface};

/// The levels of the crates that a change touches.
pub fn of(change: &Change, before: &Surface, after: &Surface) -> BTreeMap<String, Level> {
    let mut levels = BTreeMap::new();
    let mut raise = |krate: String, level: Level| {
        let known = levels.entry(krate).or_insert(Level::None);
        *known = level.max(*known);
    };
    let level = change.rust.level();
    let subject = &change.subject;
    // It is new in one crate, and gone from the other.
    let is_moved = matches!(change.rule, "operation-moved" | "type-moved");
    let domains = || [before, after].into_iter().flat_map(|surface| surface.domains.values());
    let own = || domains().filter(|domain| domain.name == subject.domain);
    if subject.kind == "command" {
        own().filter_map(|domain| domain.home).for_each(|home| raise(home.to_owned(), level));
    } else if subject.rust == subject.domain {
        // A feature of the client.
        own().filter_map(|domain| domain.home).for_each(|home| raise(home.to_owned(), level));
    } else {
        // A shared type is part of each crate that re-exports it.
        let holds = |domain: &&Domain| {
            domain.name == subject.domain || subject.domain == SHARED && domain.shared.contains(&subject.name)
        };
        for domain in domains().filter(holds) {
            raise(domain.krate.clone(), if is_moved { Level::Minor } else { level });
            let Some(home) = HOMES.iter().find(|home| Some(home.krate) == domain.home) else { continue };
            // `cc_client::api` re-exports the crates of all its domains. Others show only what their commands name.
            if home.has_features() || names(domain, change) {
                raise(home.krate.to_owned(), level);
            } else if calls(domain, &subject.name) && change.rust != Rust::Nothing {
                raise(home.krate.to_owned(), Level::Patch);
            }
        }
    }
    if let Some(before) = change.before.as_deref().filter(|_| is_moved) {
        raise(before.split("::").next().unwrap_or_default().replace('_', "-"), level);
    }
    // A type that becomes shared is new in the shared crate, whose programs lose one that stops being shared.
    match change.rule {
        "type-became-shared" => raise(format!("cc-api-{SHARED}"), Level::Minor),
        "type-stopped-being-shared" => raise(format!("cc-api-{SHARED}"), Level::Major),
        _ => {}
    }
    // The routes and schemas of the sandbox are data in its crate.
    let is_data = change.wire() != Wire::Same || change.rule.ends_with("-type-changed");
    let serves = matches!(subject.kind, "operation" | "type") && is_data;
    if serves {
        raise("cc-sandbox".to_owned(), Level::Patch);
    }
    levels.retain(|_, level| *level != Level::None);
    levels
}

/// Returns `true` if the inputs or outputs of a domain's commands hold the changed type.
fn names(domain: &Domain, change: &Change) -> bool {
    let mut open: Vec<&str> = domain
        .commands
        .values()
        .flat_map(|command| {
            let inputs = command.inputs.iter().map(|input| input.ty.as_str());
            inputs.chain([command.output.as_str()])
        })
        .flat_map(words)
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        match domain.types.get(name).map(|item| &item.kind) {
            Some(Kind::Struct { fields, .. }) => {
                open.extend(fields.iter().flat_map(|field| words(&field.ty)))
            }
            Some(Kind::Union { variants, .. }) => {
                open.extend(variants.iter().filter_map(|variant| variant.of.as_deref()).flat_map(words));
            }
            Some(Kind::Alias { of }) => open.extend(words(of)),
            Some(Kind::Enum { .. }) | None => {}
        }
    }
    change.subject.kind == "type" && seen.contains(change.subject.name.as_str())
}

/// The names in the text of a type.
pub fn words(ty: &str) -> impl Iterator<Item = &str> {
    ty.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn calls(domain: &Domain, operation: &str) -> bool {
    domain.commands.values().any(|command| command.operations.iter().any(|known| known == operation))
}
