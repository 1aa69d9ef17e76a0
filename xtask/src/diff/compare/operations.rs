//! Changes of operations: routes, parameters, bodies.

use super::{Collector, Site, bare, krate, reordered, unaliased};
use crate::diff::rules::Rust;
use crate::spec::check::normalized;
use crate::surface::{Domain, Input, Operation, Surface};

/// An operation, and its domain.
type Of<'s> = (&'s str, &'s Operation);

impl Collector<'_> {
    pub(super) fn operations(&mut self, before: &Domain, after: &Domain) {
        let gone = before.operations.keys().filter(|id| !after.operations.contains_key(*id));
        let mut gone: Vec<&String> = gone.collect();
        for (id, operation) in &after.operations {
            let site = site(&after.name, id, operation);
            let now = (after.name.as_str(), operation);
            let same_route = |gone: &&String| {
                let was = &before.operations[*gone];
                was.method == operation.method && normalized(&was.path) == normalized(&operation.path)
            };
            if let Some(was) = before.operations.get(id) {
                self.operation(&site, (&before.name, was), now);
            } else if let Some((domain, was)) = elsewhere(self.before, self.after, &after.name, id) {
                self.explain(domain, "operation", id);
                self.add("operation-moved", &site, self::site(domain, id, was).rust, site.rust.clone());
                self.operation(&site, (domain, was), now);
            } else if let Some(at) = gone.iter().position(same_route) {
                let old = gone.remove(at);
                let was = &before.operations[old];
                self.explain(&before.name, "operation", old);
                self.add(
                    "operation-renamed",
                    &site,
                    self::site(&before.name, old, was).rust,
                    site.rust.clone(),
                );
                self.operation(&site, (&before.name, was), now);
            } else {
                self.add("operation-added", &site, "", format!("{} {}", operation.method, operation.path));
            }
        }
        for id in gone {
            // One that moved is reported where it is now.
            if elsewhere(self.after, self.before, &before.name, id).is_some() {
                continue;
            }
            let was = &before.operations[id];
            let site = site(&before.name, id, was);
            self.add("operation-removed", &site, format!("{} {}", was.method, was.path), "");
        }
    }

    fn operation(&mut self, site: &Site, (old, before): Of<'_>, (new, after): Of<'_>) {
        let route = |operation: &Operation| format!("{} {}", operation.method, operation.path);
        if before.method != after.method {
            self.add("operation-method-changed", site, &before.method, &after.method);
        }
        if normalized(&before.path) != normalized(&after.path) {
            self.add("operation-path-changed", site, route(before), route(after));
        } else if before.path != after.path {
            self.add("operation-path-names-changed", site, &before.path, &after.path);
        }
        for alias in after.aliases.iter().filter(|alias| !before.aliases.contains(alias)) {
            self.add("operation-alias-added", &site.named(alias), "", alias);
        }
        for alias in before.aliases.iter().filter(|alias| !after.aliases.contains(alias)) {
            self.add("operation-alias-removed", &site.named(alias), alias, "");
        }
        self.inputs(site, (old, before), (new, after));
        self.answers(site, before, after);
        if before.is_stream != after.is_stream {
            let rule = if after.is_stream { "operation-became-stream" } else { "operation-became-call" };
            self.add(rule, site, &before.output, &after.output);
        } else if before.output != after.output {
            let is_same =
                unaliased(self.before, old, &before.output) == unaliased(self.after, new, &after.output);
            let rust = if is_same { Rust::Nothing } else { Rust::Breaking };
            self.add_as(rust, "operation-output-changed", site, &before.output, &after.output);
        }
        let successor = |operation: &Operation| operation.successor.clone().unwrap_or_default();
        match (before.deprecated, after.deprecated) {
            (false, true) => self.add("operation-deprecated", site, "", successor(after)),
            (true, false) => self.add("operation-undeprecated", site, "", ""),
            _ => {}
        }
        if before.successor != after.successor {
            self.add("operation-successor-changed", site, successor(before), successor(after));
        }
        if before.command != after.command {
            let command = |operation: &Operation| operation.command.clone().unwrap_or_default();
            self.add("operation-command-changed", site, command(before), command(after));
        }
        self.facts("operation", site, &before.others, &after.others);
        self.texts("operation", site, &before.docs, &after.docs);
    }

    fn inputs(&mut self, site: &Site, (old, before): Of<'_>, (new, after): Of<'_>) {
        let mut gone: Vec<&Input> = before.inputs.iter().collect();
        let names = |path: &str| -> Vec<String> {
            path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        };
        let (was_at, is_at) = (names(&before.path), names(&after.path));
        // Calls of `new` compile if its arguments have the same types, and pass one value in the place of another.
        let arguments = |operation: &Operation| -> Vec<String> {
            let arguments = operation.inputs.iter().filter(|input| input.argument);
            arguments.map(|input| input.ty.clone()).collect()
        };
        let added = if arguments(before) == arguments(after) { Rust::Silent } else { Rust::Breaking };
        // The names in Rust of before, and of now.
        let mut kept: Vec<(&str, &str)> = Vec::new();
        for input in &after.inputs {
            let exact = |other: &&Input| other.place == input.place && other.name == input.name;
            let moved =
                |other: &&Input| other.ident == input.ident && other.place != "body" && input.place != "body";
            // A path parameter keeps its place in the route.
            let at = |names: &[String], name: &str| names.iter().position(|known| known == name);
            let renamed = |other: &&Input| {
                input.place == "path"
                    && other.place == "path"
                    && was_at.len() == is_at.len()
                    && !is_at.contains(&other.name)
                    && at(&was_at, &other.name) == at(&is_at, &input.name)
            };
            let found = gone.iter().position(exact);
            let found = found.or_else(|| gone.iter().position(moved));
            let found = found.or_else(|| gone.iter().position(renamed));
            let part = part(site, input);
            if let Some(was) = found.map(|at| gone.remove(at)) {
                kept.push((&was.ident, &input.ident));
                self.input(&part, (old, was), (new, input));
            } else if input.place == "body" {
                let rule = if input.name == "body" { "body-added" } else { "body-media-type-changed" };
                self.add_as(added, rule, &part, "", &input.ty);
            } else if input.argument || input.required {
                let rule = format!("{}-parameter-added-required", input.place);
                self.add_as(added, &rule, &part, "", &input.ty);
            } else {
                self.add(&format!("{}-parameter-added-optional", input.place), &part, "", &input.ty);
            }
        }
        for was in gone {
            let part = part(site, was);
            if was.place == "body" {
                let rule = if was.name == "body" { "body-removed" } else { "body-media-type-changed" };
                self.add_as(Rust::Breaking, rule, &part, &was.ty, "");
            } else {
                self.add(&format!("{}-parameter-removed", was.place), &part, &was.ty, "");
            }
        }
        let now =
            |ident: &'_ str| kept.iter().find(|(was, _)| *was == ident).map(|(_, now)| (*now).to_owned());
        for (argument, rule) in
            [(true, "parameter-order-changed"), (false, "parameter-optional-order-changed")]
        {
            let of = |operation: &Operation| -> Vec<String> {
                let inputs = operation.inputs.iter().filter(|input| input.argument == argument);
                inputs.map(|input| input.ident.clone()).collect()
            };
            let was: Vec<String> = of(before).iter().filter_map(|ident| now(ident)).collect();
            let is = of(after);
            let (was, is): (Vec<&str>, Vec<&str>) =
                (was.iter().map(String::as_str).collect(), is.iter().map(String::as_str).collect());
            if let Some((was, is)) = reordered(&was, &is) {
                self.add(rule, site, was, is);
            }
        }
    }

    fn input(&mut self, site: &Site, (old, before): (&str, &Input), (new, after): (&str, &Input)) {
        let is_body = after.place == "body";
        let prefix = if is_body { "body".to_owned() } else { format!("{}-parameter", after.place) };
        if before.place != after.place {
            self.add(&format!("{prefix}-moved"), site, &before.place, &after.place);
        }
        if before.name != after.name {
            // The name of a path parameter is in no request.
            let site = site.used_in(after.place != "path", false);
            let rust = if before.ident == after.ident { Rust::Behaviour } else { Rust::Breaking };
            // Programs know the name in Rust; only the name that is sent differs if that stays.
            let named = |input: &Input| {
                let owner = site.rust.strip_suffix(&after.ident).unwrap_or(&site.rust);
                let name = if before.ident == after.ident { &input.name } else { &input.ident };
                format!("{owner}{name}")
            };
            self.add_as(rust, &format!("{prefix}-renamed"), &site, named(before), named(after));
        }
        if before.argument != after.argument || before.required != after.required {
            let is_required = if is_body { after.required } else { after.argument };
            let what = if is_required { "became-required" } else { "became-optional" };
            self.add(&format!("{prefix}-{what}"), site, &before.ty, &after.ty);
        }
        if before.ty != after.ty && (bare(&before.ty) != bare(&after.ty) || before.argument == after.argument)
        {
            let is_same = unaliased(self.before, old, &before.ty) == unaliased(self.after, new, &after.ty);
            let rust = if is_same { Rust::Nothing } else { Rust::Breaking };
            self.add_as(rust, &format!("{prefix}-type-changed"), site, bare(&before.ty), bare(&after.ty));
        }
        if before.media != after.media {
            let media = |input: &Input| input.media.clone().unwrap_or_default();
            self.add("body-media-type-changed", site, media(before), media(after));
        }
        self.facts(if is_body { "body" } else { "parameter" }, site, &before.others, &after.others);
        self.texts("parameter", site, &before.docs, &after.docs);
    }
}

pub(super) fn site(domain: &str, id: &str, operation: &Operation) -> Site {
    let path = operation.path.replace('~', "~0").replace('/', "~1");
    Site {
        kind: "operation",
        domain: domain.to_owned(),
        name: id.to_owned(),
        member: None,
        rust: format!("{}::{}", krate(domain), operation.rust),
        pointer: format!("#/paths/{path}/{}", operation.method.to_lowercase()),
        line: operation.line,
        requests: true,
        answers: true,
    }
}

fn part(site: &Site, input: &Input) -> Site {
    let (member, pointer) = if input.place == "body" {
        (input.name.clone(), "/requestBody".to_owned())
    } else {
        (format!("{}.{}", input.place, input.name), format!("/parameters/{}", input.name))
    };
    site.part(&member, &input.ident, &pointer, input.line).used_in(true, false)
}

/// An operation that only `here` has, in another domain than this one.
fn elsewhere<'s>(
    here: &'s Surface,
    there: &Surface,
    own: &str,
    id: &str,
) -> Option<(&'s str, &'s Operation)> {
    let stays = |domain: &str| there.domains.get(domain).is_some_and(|it| it.operations.contains_key(id));
    let others = here.domains.iter().filter(|(domain, _)| *domain != own && !stays(domain));
    others.filter_map(|(domain, value)| Some((domain.as_str(), value.operations.get(id)?))).next()
}
