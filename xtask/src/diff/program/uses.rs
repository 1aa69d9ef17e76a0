//! The changes that touch a program: those of what it names, and of what it reaches from there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Name, Place, Program};
use crate::diff::rules::{Rust, Wire};
use crate::diff::{Change, Report, Subject, Use, levels};
use crate::generate::rust::field_name;
use crate::spec::model::SHARED;
use crate::surface::{Kind, Surface};

/// Most places that a change lists.
const MOST: usize = 8;

/// Operations, types and commands that the program names or reaches: path → where.
type Reached<'p> = BTreeMap<String, Vec<(&'p Place, bool)>>;

impl Program {
    /// Keeps the changes that touch the program, each with its places.
    pub fn keep_used(&self, report: &mut Report, before: &Surface, after: &Surface) {
        let named = self.named(before, after);
        let reached = reach(&named, before, after);
        for change in &mut report.changes {
            let is_reached;
            (change.uses, is_reached) = self.uses(change, &named, &reached, before, after);
            // A program that only reaches the subject, such as by a command that sends the request, compiles as before.
            if is_reached && change.breaks_programs() {
                change.rust = Rust::Behaviour;
                change.callers.clear();
            }
        }
        report.changes.retain(|change| !change.uses.is_empty());
    }

    /// The subjects that the program names.
    fn named(&self, before: &Surface, after: &Surface) -> Reached<'_> {
        let mut named = Reached::new();
        for place in &self.places {
            if let Name::Path { path, certain } = &place.name {
                let path = canonical(path, before, after);
                // `T::Variant` and `T::new` name `T` too.
                let owner = path.rsplit_once("::").map(|(owner, _)| owner.to_owned());
                for path in [Some(path), owner].into_iter().flatten() {
                    named.entry(path).or_default().push((place, *certain));
                }
            }
        }
        named
    }

    /// The places of a change, and `true` if they only lead to its subject.
    fn uses(
        &self,
        change: &Change,
        named: &Reached<'_>,
        reached: &BTreeMap<String, String>,
        before: &Surface,
        after: &Surface,
    ) -> (Vec<Use>, bool) {
        let mut is_reached = false;
        let subject = &change.subject;
        let of_change = change.path();
        let at = |path: &str| named.get(path).cloned().unwrap_or_default();
        let mut found: Vec<Use> = Vec::new();
        let mut add = |places: &[(&Place, bool)], certain: bool, code: &str| {
            found.extend(places.iter().map(|(place, is_certain)| Use {
                file: place.file.clone(),
                line: place.line,
                code: code.to_owned(),
                certain: certain && *is_certain,
            }));
        };
        let short = of_change.rsplit("::").next().unwrap_or_default().to_owned();
        // A name before and after: one that is renamed or moved is used under its old name.
        let old = change.before.as_deref().filter(|path| path.contains("::")).map(str::to_owned);
        match (subject.kind, &subject.member) {
            // A type of the shared crate, by the path through one domain.
            ("domain", Some(_)) if subject.rust.contains("::types::") => {
                for place in &self.places {
                    if let Name::Path { path, certain } = &place.name {
                        let path = through_domain(path);
                        if path == subject.rust || path.starts_with(&format!("{}::", subject.rust)) {
                            add(&[(place, *certain)], true, &short);
                        }
                    }
                }
            }
            ("domain", _) => {
                let prefixes = [
                    subject.rust.replace('-', "_"),
                    format!("cc_client::commands::{}", subject.domain.replace('-', "_")),
                ];
                let inside = |path: &str| {
                    prefixes.iter().any(|prefix| path == prefix || path.starts_with(&format!("{prefix}::")))
                };
                for (path, places) in named.iter().filter(|(path, _)| inside(path)) {
                    add(places, true, path);
                }
            }
            (_, None) => {
                for path in [Some(of_change.clone()), old].into_iter().flatten() {
                    add(&at(&path), true, path.rsplit("::").next().unwrap_or_default());
                }
            }
            (_, Some(_)) => {
                let ident = subject.rust.rsplit("::").next().unwrap_or_default().trim_end_matches(')');
                // Some names are those of the wire.
                let was = old.as_deref().and_then(|path| path.rsplit("::").next());
                let field = was.filter(|name| name.starts_with(char::is_lowercase)).map(field_name);
                for ident in [Some(ident), was, field.as_deref().filter(|field| Some(*field) != was)]
                    .into_iter()
                    .flatten()
                {
                    // `DrainKind::Log`
                    add(&at(&format!("{of_change}::{ident}")), true, &format!("{short}::{ident}"));
                    let is_reached = named.contains_key(&of_change) || reached.contains_key(&of_change);
                    for (place, is_same) in self.members(ident, &of_change, before, after) {
                        if is_same || is_reached {
                            add(&[(place, true)], is_same, &format!(".{ident}"));
                        }
                    }
                }
                // `into` makes a union of the type that a variant holds, and names neither.
                if change.rule == "union-variant-type-changed"
                    && let (Some(held), Some((module, _))) = (&change.before, of_change.rsplit_once("::"))
                    && named.contains_key(&format!("{module}::{held}"))
                {
                    add(&at(&of_change), false, &short);
                }
                // An argument of `new` is not named.
                let changes_new = change.rust >= Rust::Silent && change.callers.contains(&"calls");
                let sends_other = change.rust == Rust::Behaviour || change.request == Wire::Breaking;
                if changes_new || sends_other && is_argument(subject, ident, before, after) {
                    for function in constructors(subject, before, after) {
                        add(&at(&format!("{of_change}::{function}")), true, &format!("{short}::{function}"));
                    }
                }
            }
        }
        // The client of a domain has a method for each operation.
        if subject.kind == "operation" && subject.member.is_none() {
            for id in [Some(subject.name.clone()), renamed_id(change)].into_iter().flatten() {
                let method = field_name(&id);
                let krate = subject.domain.replace('-', "_");
                let client = format!("cc_api_{krate}::{}", crate::generate::rust::api_name(&subject.domain));
                for (place, is_same) in self.members(&method, &client, before, after) {
                    add(&[(place, true)], is_same, &format!(".{method}()"));
                }
            }
        }
        let places_of = |places: Vec<(&Place, bool)>, certain: bool, code: &str| -> Vec<Use> {
            let each = places.into_iter().map(|(place, is_certain)| Use {
                file: place.file.clone(),
                line: place.line,
                code: code.to_owned(),
                certain: certain && is_certain,
            });
            each.collect()
        };
        // A fact of the whole subject, such as a status or a flag.
        let is_whole = subject.rust.split(" (").next() == Some(of_change.as_str());
        if found.is_empty() && is_whole {
            found = places_of(at(&of_change), true, &short);
        }
        // A request that a command sends, a type inside an answer, a new part of a type. An old part is used by its name only.
        let is_noticed = change.rust == Rust::Addition
            || is_whole && (change.wire() == Wire::Breaking || change.rust >= Rust::Behaviour);
        let is_name = ["-renamed", "-moved"].iter().any(|ending| change.rule.ends_with(ending))
            || matches!(change.rule, "operation-added" | "type-added" | "command-added");
        if found.is_empty() && is_noticed && !is_name {
            let own = Some(&of_change).filter(|path| named.contains_key(*path));
            is_reached = own.is_none();
            let from = own.or_else(|| reached.get(&of_change)).cloned().unwrap_or_default();
            // The program sends the request for certain. Of a type it may use another part.
            let certain = subject.kind == "operation" && change.rust == Rust::Behaviour;
            found = places_of(at(&from), certain, from.rsplit("::").next().unwrap_or_default());
        }
        found.sort_by(|one, other| other.certain.cmp(&one.certain).then_with(|| one.cmp(other)));
        found.dedup_by(|one, other| (&one.file, one.line) == (&other.file, other.line));
        found.truncate(MOST);
        (found, is_reached)
    }

    /// The places of a member, each with `true` if it is that of this type. Those of another type are left out.
    fn members<'p>(
        &'p self,
        name: &'p str,
        path: &'p str,
        before: &'p Surface,
        after: &'p Surface,
    ) -> impl Iterator<Item = (&'p Place, bool)> {
        self.places.iter().filter_map(move |place| match &place.name {
            Name::Member { name: known, of } if known == name => match of {
                Some(of) => (canonical(of, before, after) == path).then_some((place, true)),
                None => Some((place, false)),
            },
            _ => None,
        })
    }
}

impl Change {
    /// Path of the operation, type or command of the change, without its member.
    fn path(&self) -> String {
        let rust = self.subject.rust.split(" (").next().unwrap_or_default();
        let name = match self.subject.kind {
            "operation" => crate::generate::rust::type_name(&self.subject.name),
            _ => self.subject.name.clone(),
        };
        match rust.split_once(&format!("::{name}")) {
            Some((module, _)) => format!("{module}::{name}"),
            None => rust.to_owned(),
        }
    }
}

/// The id that an operation had before it was renamed.
fn renamed_id(change: &Change) -> Option<String> {
    let is_renamed = change.rule == "operation-renamed";
    let was = change.before.as_deref().filter(|_| is_renamed)?;
    Some(heck::ToSnakeCase::to_snake_case(was.rsplit("::").next()?))
}

/// The functions that take the inputs of a subject.
fn constructors(subject: &Subject, before: &Surface, after: &Surface) -> BTreeSet<String> {
    let commands = [before, after]
        .into_iter()
        .filter(|_| subject.kind == "command")
        .filter_map(|surface| surface.domains.values().find_map(|domain| domain.commands.get(&subject.name)));
    let named = commands.flat_map(|command| command.constructors.keys().cloned());
    named.chain(["new".to_owned()]).collect()
}

/// Returns `false` if only a setter takes a part of a subject, before and after the change.
fn is_argument(subject: &Subject, ident: &str, before: &Surface, after: &Surface) -> bool {
    let mut parts = Vec::new();
    for domain in [before, after].iter().filter_map(|surface| surface.domains.get(&subject.domain)) {
        if let Some(operation) = domain.operations.get(&subject.name).filter(|_| subject.kind == "operation")
        {
            parts.extend(operation.inputs.iter().map(|input| (&input.ident, input.argument)));
        }
        if let Some(command) = domain.commands.get(&subject.name).filter(|_| subject.kind == "command") {
            let named: BTreeSet<&String> = command.constructors.values().flatten().collect();
            let taken = |name: &String| named.contains(name);
            let inputs = command.inputs.iter();
            parts.extend(inputs.map(|input| (&input.ident, input.required || taken(&input.name))));
        }
        if let Some(Kind::Struct { fields, .. }) =
            domain.types.get(&subject.name).filter(|_| subject.kind == "type").map(|item| &item.kind)
        {
            parts.extend(fields.iter().map(|field| (&field.ident, field.argument)));
        }
    }
    let mut own = parts.iter().filter(|(name, _)| *name == ident).peekable();
    own.peek().is_none() || own.any(|(_, is_argument)| *is_argument)
}

/// A path through the crate of a domain, where it leads through the client.
fn through_domain(path: &str) -> String {
    let path = path.trim_start_matches("::");
    match path.strip_prefix("cc_client::api::") {
        Some(rest) => format!("cc_api_{rest}"),
        None => path.to_owned(),
    }
}

/// The path of a subject as reports write it: through the crate of its domain.
fn canonical(path: &str, before: &Surface, after: &Surface) -> String {
    let path = through_domain(path);
    let Some((krate, rest)) = path.split_once("::types::") else { return path };
    let Some(domain) = krate.strip_prefix("cc_api_") else { return path };
    let name = rest.split("::").next().unwrap_or_default();
    let is_shared = [before, after].iter().any(|surface| {
        let known = surface.domains.get(&domain.replace('_', "-"));
        known.is_some_and(|domain| domain.shared.contains(name))
    });
    if is_shared { format!("cc_api_{SHARED}::types::{rest}") } else { path }
}

/// What the named subjects lead to: path → path of a named subject from which it is reached.
fn reach(named: &Reached<'_>, before: &Surface, after: &Surface) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for surface in [before, after] {
        let edges = edges(surface);
        for root in named.keys() {
            let mut open: Vec<&str> = vec![root];
            let mut seen = BTreeSet::new();
            while let Some(path) = open.pop() {
                if seen.insert(path.to_owned())
                    && let Some(next) = edges.get(path)
                {
                    open.extend(next.iter().map(String::as_str));
                }
            }
            for path in seen.into_iter().filter(|path| path != root) {
                found.entry(path).or_insert_with(|| root.clone());
            }
        }
    }
    found
}

/// Path → the paths that it holds or calls.
fn edges(surface: &Surface) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let requests: BTreeMap<&str, String> = surface
        .domains
        .iter()
        .flat_map(|(domain, value)| {
            value.operations.iter().map(move |(id, operation)| {
                (id.as_str(), format!("cc_api_{}::{}", domain.replace('-', "_"), operation.rust))
            })
        })
        .collect();
    for (domain, value) in &surface.domains {
        let krate = format!("cc_api_{}", domain.replace('-', "_"));
        let types = |ty: &str| -> Vec<String> {
            // `drain.Drain` names a type of another domain.
            let of_domain = ty.split_once('.').map(|(domain, _)| domain.trim_start_matches(['[', '{']));
            let krate =
                of_domain.map_or(krate.clone(), |domain| format!("cc_api_{}", domain.replace('-', "_")));
            levels::words(ty)
                .map(|name| canonical(&format!("{krate}::types::{name}"), surface, surface))
                .collect()
        };
        for operation in value.operations.values() {
            let set = edges.entry(format!("{krate}::{}", operation.rust)).or_default();
            set.extend(types(&operation.output));
            operation.inputs.iter().for_each(|input| set.extend(types(&input.ty)));
        }
        for (name, item) in &value.types {
            let set = edges.entry(format!("{krate}::types::{name}")).or_default();
            match &item.kind {
                Kind::Struct { fields, .. } => fields.iter().for_each(|field| set.extend(types(&field.ty))),
                Kind::Union { variants, .. } => {
                    variants.iter().flat_map(|variant| &variant.of).for_each(|of| set.extend(types(of)));
                }
                Kind::Alias { of } => set.extend(types(of)),
                Kind::Enum { .. } => {}
            }
        }
        for (name, command) in &value.commands {
            let home = crate::generate::homes::Home::of(domain);
            let path =
                format!("{}::{}", home.name(), home.path(&crate::generate::commands::module(domain), name));
            let set = edges.entry(path).or_default();
            set.extend(command.operations.iter().filter_map(|id| requests.get(id.as_str()).cloned()));
            set.extend(types(&command.output));
            command.inputs.iter().for_each(|input| set.extend(types(&input.ty)));
        }
    }
    edges
}
