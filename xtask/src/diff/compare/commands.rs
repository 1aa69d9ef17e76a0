//! Changes of commands.

use std::collections::BTreeMap;

use super::{Collector, Site, bare, reordered, unaliased};
use crate::diff::rules::Rust;
use crate::generate::commands::module;
use crate::generate::homes::Home;
use crate::spec::check::normalized;
use crate::surface::{Command, CommandInput, Domain, Surface};

impl Collector<'_> {
    pub(super) fn commands(&mut self, before: &Domain, after: &Domain) {
        for (name, command) in &after.commands {
            let site = site(&after.name, name, command);
            if let Some(was) = before.commands.get(name) {
                self.command(&site, (&before.name, was), (&after.name, command));
            } else if let Some((domain, was)) = elsewhere(self.before, self.after, &after.name, name) {
                self.explain(domain, "command", name);
                self.add("command-moved", &site, self::site(domain, name, was).rust, site.rust.clone());
                self.command(&site, (domain, was), (&after.name, command));
            } else {
                self.add("command-added", &site, "", command.kind);
            }
        }
        for (name, was) in before.commands.iter().filter(|(name, _)| !after.commands.contains_key(*name)) {
            if elsewhere(self.after, self.before, &before.name, name).is_none() {
                self.add("command-removed", &site(&before.name, name, was), was.kind, "");
            }
        }
    }

    fn command(&mut self, site: &Site, (old, before): (&str, &Command), (new, after): (&str, &Command)) {
        if before.kind != after.kind {
            self.add("command-kind-changed", site, before.kind, after.kind);
        }
        if before.input_by_hand != after.input_by_hand {
            self.add("command-input-by-hand-changed", site, "", "");
        }
        if !before.input_by_hand && !after.input_by_hand && before.has_default() != after.has_default() {
            let what = if after.has_default() { "added" } else { "removed" };
            self.add(&format!("command-default-{what}"), site, "", "");
        }
        self.command_inputs(site, before, after);
        self.constructors(site, before, after);
        if before.output != after.output {
            let is_same =
                unaliased(self.before, old, &before.output) == unaliased(self.after, new, &after.output);
            let rust = if is_same { Rust::Nothing } else { Rust::Breaking };
            self.add_as(rust, "command-output-changed", site, &before.output, &after.output);
        }
        if before.effect != after.effect {
            self.add("command-effect-changed", site, &before.effect, &after.effect);
        }
        if before.operations != after.operations {
            let calls = |command: &Command| command.operations.join(", ");
            // An operation with another id asks the same route.
            let is_same = routes(self.before, before) == routes(self.after, after);
            let site = if is_same { site.used_in(false, false) } else { site.clone() };
            self.add("command-operations-changed", &site, calls(before), calls(after));
        }
        for (operation, successor) in &after.deprecated {
            if before.deprecated.get(operation) != Some(successor) {
                self.add("command-deprecated", site, "", operation);
            }
        }
        for operation in before.deprecated.keys().filter(|id| !after.deprecated.contains_key(*id)) {
            self.add("command-undeprecated", site, operation, "");
        }
        if before.by_hand != after.by_hand {
            let rule = if after.by_hand { "command-logic-by-hand" } else { "command-logic-generated" };
            self.add(rule, site, "", "");
        }
        self.facts("command", site, &before.others, &after.others);
        self.texts("command", site, &before.docs, &after.docs);
    }

    fn command_inputs(&mut self, site: &Site, whole_before: &Command, whole_after: &Command) {
        let (before, after) = (&whole_before.inputs, &whole_after.inputs);
        // Calls of `new` compile if its arguments have the same types, and pass one value in the place of another.
        let arguments = |command: &Command| -> Vec<String> {
            let required = command.inputs.iter().filter(|input| input.required);
            required.map(|input| input.ty.clone()).collect()
        };
        let added = match arguments(whole_before) == arguments(whole_after) {
            true => Rust::Silent,
            false => Rust::Breaking,
        };
        let mut gone: Vec<&CommandInput> = before.iter().collect();
        let mut kept: Vec<(&str, &str)> = Vec::new();
        for input in after {
            let part = part(site, input);
            let found = gone.iter().position(|other| other.name == input.name);
            // What is sent to the same place is the same input.
            let in_place = |other: &&CommandInput| {
                input.target.is_some()
                    && other.target == input.target
                    && !after.iter().any(|known| known.name == other.name)
            };
            // The name of a path parameter is never sent.
            let in_path = |other: &&CommandInput| {
                is_path(other)
                    && is_path(input)
                    && other.ty == input.ty
                    && !after.iter().any(|known| known.name == other.name)
            };
            let found = found.or_else(|| gone.iter().position(in_place));
            let Some(at) = found.or_else(|| gone.iter().position(in_path)) else {
                if input.required {
                    self.add_as(added, "command-input-added-required", &part, "", &input.ty);
                } else {
                    self.add("command-input-added-optional", &part, "", &input.ty);
                }
                continue;
            };
            let was = gone.remove(at);
            kept.push((&was.name, &input.name));
            if was.name != input.name || was.ident != input.ident {
                self.add("command-input-renamed", &part, self::part(site, was).rust, part.rust.clone());
            }
            if was.required != input.required {
                let what = if input.required { "required" } else { "optional" };
                self.add(&format!("command-input-became-{what}"), &part, &was.ty, &input.ty);
            }
            if was.ty != input.ty && (bare(&was.ty) != bare(&input.ty) || was.required == input.required) {
                let (one, other) = (
                    unaliased(self.before, &site.domain, &was.ty),
                    unaliased(self.after, &site.domain, &input.ty),
                );
                let rust = if one == other { Rust::Nothing } else { Rust::Breaking };
                self.add_as(rust, "command-input-type-changed", &part, &was.ty, &input.ty);
            }
            let has_setter = (whole_before.has_setter(was), whole_after.has_setter(input));
            if was.required == input.required && has_setter.0 != has_setter.1 {
                let what = if has_setter.1 { "added" } else { "removed" };
                self.add(&format!("command-setter-{what}"), &part, "", "");
            }
            if was.target != input.target && !(is_path(was) && is_path(input)) {
                let target = |input: &CommandInput| input.target.clone().unwrap_or_default();
                self.add("command-input-target-changed", &part, target(was), target(input));
            }
            self.texts("input", &part, &was.docs, &input.docs);
        }
        for was in gone {
            self.add("command-input-removed", &part(site, was), &was.ty, "");
        }
        let now = |name: &str| kept.iter().find(|(was, _)| *was == name).map(|(_, now)| *now);
        let rules = [(true, "command-input-order-changed"), (false, "command-input-optional-order-changed")];
        let mut is_reordered = false;
        for (required, rule) in rules {
            let was = before.iter().filter(|input| input.required == required);
            let was: Vec<&str> = was.filter_map(|input| now(&input.name)).collect();
            let is = after.iter().filter(|input| input.required == required);
            let is: Vec<&str> = is.map(|input| input.name.as_str()).collect();
            if let Some((was, is)) = reordered(&was, &is) {
                self.add(rule, site, was, is);
                is_reordered = true;
            }
        }
        let was: Vec<&str> = before.iter().filter_map(|input| now(&input.name)).collect();
        let is: Vec<&str> = after.iter().map(|input| input.name.as_str()).collect();
        if let (Some((was, is)), false) = (reordered(&was, &is), is_reordered) {
            self.add("command-input-optional-order-changed", site, was, is);
        }
    }

    fn constructors(&mut self, site: &Site, before: &Command, after: &Command) {
        // Without a constructor of its own, a command has `new`, whose arguments are its required inputs.
        let all = |command: &Command| -> BTreeMap<String, Option<String>> {
            let named = command.constructors.iter();
            let mut all: BTreeMap<String, Option<String>> =
                named.map(|(name, inputs)| (name.clone(), Some(inputs.join(", ")))).collect();
            if all.is_empty() && !command.input_by_hand {
                all.insert("new".to_owned(), None);
            }
            all
        };
        let (before, after) = (all(before), all(after));
        let part = |name: &str| site.part(name, name, &format!("/constructors/{name}"), 0);
        for (name, inputs) in &after {
            match before.get(name) {
                None => {
                    self.add("command-constructor-added", &part(name), "", inputs.clone().unwrap_or_default())
                }
                Some(was) if was != inputs => {
                    let text = |inputs: &Option<String>| inputs.clone().unwrap_or_default();
                    self.add("command-constructor-changed", &part(name), text(was), text(inputs));
                }
                Some(_) => {}
            }
        }
        for (name, inputs) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            self.add("command-constructor-removed", &part(name), inputs.clone().unwrap_or_default(), "");
        }
    }
}

pub(super) fn site(domain: &str, name: &str, command: &Command) -> Site {
    let home = Home::of(domain);
    Site {
        kind: "command",
        domain: domain.to_owned(),
        name: name.to_owned(),
        member: None,
        rust: format!("{}::{}", home.name(), home.path(&module(domain), name)),
        pointer: if command.by_hand { format!("#/x-commands/{name}") } else { format!("#/x-command/{name}") },
        line: command.line,
        requests: true,
        answers: false,
    }
}

/// Method and path of each operation that a command calls.
fn routes<'s>(surface: &'s Surface, command: &Command) -> Vec<Option<(&'s str, String)>> {
    let find = |id: &String| {
        let found = surface.domains.values().find_map(|domain| domain.operations.get(id))?;
        Some((found.method.as_str(), normalized(&found.path)))
    };
    command.operations.iter().map(find).collect()
}

fn is_path(input: &CommandInput) -> bool {
    input.target.as_ref().is_some_and(|target| target.starts_with("path."))
}

fn part(site: &Site, input: &CommandInput) -> Site {
    site.part(&input.name, &input.ident, &format!("/fields/{}", input.name), 0)
}

/// A command that only `here` has, in another domain than this one.
fn elsewhere<'s>(
    here: &'s Surface,
    there: &Surface,
    own: &str,
    name: &str,
) -> Option<(&'s str, &'s Command)> {
    let stays = |domain: &str| there.domains.get(domain).is_some_and(|it| it.commands.contains_key(name));
    let others = here.domains.iter().filter(|(domain, _)| *domain != own && !stays(domain));
    others.filter_map(|(domain, value)| Some((domain.as_str(), value.commands.get(name)?))).next()
}
