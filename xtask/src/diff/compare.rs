//! Comparison of two surfaces: every change, each by a rule.

mod answers;
mod commands;
mod facts;
mod operations;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Rust, Wire};
use super::{Change, Report, Subject, levels};
use crate::generate::rust::RUNTIME_TYPES;
use crate::surface::{Docs, Domain, Surface};

/// Compares two surfaces.
pub fn compare(before: &Surface, after: &Surface) -> Report {
    let mut all = Collector::new(before, after);
    let names: BTreeSet<&String> = before.domains.keys().chain(after.domains.keys()).collect();
    for name in names {
        all.domain(name);
    }
    all.unexplained();
    let Collector { mut changes, mut unexplained, .. } = all;
    for change in &mut changes {
        change.levels = levels::of(change, before, after);
    }
    // The strongest first, then by place.
    changes.sort_by(|one, other| {
        let key =
            |change: &Change| (std::cmp::Reverse(change.rust.level()), std::cmp::Reverse(change.wire()));
        let place = |change: &Change| (change.subject.domain.clone(), change.subject.rust.clone());
        key(one).cmp(&key(other)).then_with(|| place(one).cmp(&place(other)))
    });
    unexplained.sort();
    Report { changes, unexplained }
}

/// The place of a change.
#[derive(Debug, Clone)]
struct Site {
    /// `domain`, `operation`, `type` or `command`.
    kind: &'static str,
    domain: String,
    /// Id of the operation, or name of the type or command.
    name: String,
    /// Parameter, property, variant, status or input.
    member: Option<String>,
    /// Path in Rust.
    rust: String,
    pointer: String,
    line: usize,
    requests: bool,
    answers: bool,
}

impl Site {
    /// A part of this site: its name in Rust after `::`, and its pointer.
    fn part(&self, member: &str, ident: &str, pointer: &str, line: usize) -> Self {
        Self {
            member: Some(member.to_owned()),
            rust: format!("{}::{ident}", self.rust),
            pointer: format!("{}{pointer}", self.pointer),
            line: if line == 0 { self.line } else { line },
            ..self.clone()
        }
    }

    /// This site with a member that only tells changes apart.
    fn named(&self, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..self.clone() }
    }

    /// Makes this the site of one key.
    fn key(&mut self, key: &str) {
        self.pointer = format!("{}/{key}", self.pointer);
        self.member =
            Some(self.member.as_ref().map_or_else(|| key.to_owned(), |member| format!("{member} {key}")));
    }

    fn used_in(&self, requests: bool, answers: bool) -> Self {
        Self { requests, answers, ..self.clone() }
    }
}

struct Collector<'a> {
    before: &'a Surface,
    after: &'a Surface,
    changes: Vec<Change>,
    /// Entries of both texts that a change explains: domain, kind and name.
    explained: BTreeSet<(String, &'static str, String)>,
    unexplained: Vec<String>,
}

impl<'a> Collector<'a> {
    fn new(before: &'a Surface, after: &'a Surface) -> Self {
        let (changes, unexplained) = (Vec::new(), Vec::new());
        Self { before, after, changes, explained: BTreeSet::new(), unexplained }
    }

    fn explain(&mut self, domain: &str, kind: &'static str, name: &str) {
        self.explained.insert((domain.to_owned(), kind, name.to_owned()));
    }

    /// Adds a change with the effect of its rule.
    fn add(&mut self, rule: &str, site: &Site, before: impl Into<String>, after: impl Into<String>) {
        let rust = rules::find(rule).map_or(Rust::Nothing, |rule| rule.rust);
        self.add_as(rust, rule, site, before, after);
    }

    /// Adds a change whose effect on Rust is known better than by its rule.
    fn add_as(
        &mut self,
        rust: Rust,
        rule: &str,
        site: &Site,
        before: impl Into<String>,
        after: impl Into<String>,
    ) {
        let Some(rule) = rules::find(rule) else {
            self.unexplained.push(format!("{}: no rule `{rule}`", site.rust));
            return;
        };
        self.explain(&site.domain, site.kind, &site.name);
        let (before, after) = (before.into(), after.into());
        let line = rule.line.replace("{name}", &site.rust);
        let changelog = line.replace("{before}", or_none(&before)).replace("{after}", or_none(&after));
        let subject = Subject {
            kind: site.kind,
            domain: site.domain.clone(),
            name: site.name.clone(),
            member: site.member.clone(),
            rust: site.rust.clone(),
            pointer: site.pointer.clone(),
            file: format!("spec/{}.yaml", site.domain),
            line: site.line,
        };
        // A text may have another type, and is the same text.
        let is_same = rule.id.ends_with("-type-changed") && in_json(&before) == in_json(&after);
        let side = |wire: Wire, used: bool| if used && !is_same { wire } else { Wire::Same };
        self.changes.push(Change {
            rule: &rule.id,
            family: rule.family,
            title: &rule.title,
            fingerprint: super::fingerprint(&rule.id, &subject),
            request: side(rule.request, site.requests),
            response: side(rule.response, site.answers),
            rust,
            callers: if rust >= Rust::Silent { rule.callers.clone() } else { Vec::new() },
            why: &rule.why,
            before: Some(before).filter(|text| !text.is_empty()),
            after: Some(after).filter(|text| !text.is_empty()),
            levels: BTreeMap::new(),
            changelog,
            work: Vec::new(),
            uses: Vec::new(),
            subject,
        });
    }

    fn domain(&mut self, name: &str) {
        let none = Domain { name: name.to_owned(), ..Domain::default() };
        let (before, after) = (self.before.domains.get(name), self.after.domains.get(name));
        let site = Site {
            kind: "domain",
            domain: name.to_owned(),
            name: name.to_owned(),
            member: None,
            rust: format!("cc-api-{name}"),
            pointer: "#".to_owned(),
            line: 1,
            requests: true,
            answers: true,
        };
        match (before, after) {
            (None, Some(_)) => self.add("domain-added", &site, "", ""),
            (Some(_), None) => self.add("domain-removed", &site, "", ""),
            _ => {}
        }
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        if before.krate == after.krate {
            self.facts("domain", &site, &before.others, &after.others);
            self.texts("domain", &site, &before.docs, &after.docs);
        }
        let feature = Site { rust: name.to_owned(), ..site.clone() };
        for other in after.enables.difference(&before.enables) {
            self.add("feature-enables-added", &feature.named(other), "", other);
        }
        for other in before.enables.difference(&after.enables) {
            self.add("feature-enables-removed", &feature.named(other), other, "");
        }
        for shared in after.shared.difference(&before.shared) {
            if !before.types.contains_key(shared) {
                self.add("shared-type-added", &re_export(&site, shared), "", "");
            }
            self.explain(name, "domain", name);
        }
        for shared in before.shared.difference(&after.shared) {
            if !after.types.contains_key(shared) {
                self.add("shared-type-removed", &re_export(&site, shared), "", "");
            }
            self.explain(name, "domain", name);
        }
        self.operations(before, after);
        self.types(before, after);
        self.commands(before, after);
    }

    fn texts(&mut self, what: &str, site: &Site, before: &Docs, after: &Docs) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let text = |docs: &Docs| docs.get(key).cloned().unwrap_or_default();
            let (before, after) = (text(before), text(after));
            if before == after {
                continue;
            }
            let rule = match key.as_str() {
                "x-source" => "operation-source-changed".to_owned(),
                "x-used-by" => "operation-used-by-changed".to_owned(),
                _ => format!("{what}-text-changed"),
            };
            let mut site = site.clone();
            site.key(key);
            let (before, after) = excerpts(&before, &after);
            self.add(&rule, &site, before, after);
        }
    }

    /// Finds the entries of the texts that differ although no change of them was found.
    fn unexplained(&mut self) {
        let entries = |surface: &Surface| -> BTreeMap<(String, &'static str, String), String> {
            let entries = surface.domains.iter().flat_map(|(domain, value)| {
                let all = std::iter::once(value.head()).chain(value.entries());
                all.map(|entry| ((domain.clone(), entry.kind, entry.name.to_owned()), entry.text))
                    .collect::<Vec<_>>()
            });
            entries.collect()
        };
        let (before, after) = (entries(self.before), entries(self.after));
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let none = String::new();
            let (one, other) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
            if one != other && !self.explained.contains(key) {
                let (domain, kind, name) = key;
                self.unexplained.push(format!("{kind} `{name}` of spec/{domain}.yaml"));
            }
        }
    }
}

fn re_export(site: &Site, name: &str) -> Site {
    let rust = format!("{}::types::{name}", krate(&site.domain));
    let pointer = format!("#/components/schemas/{name}");
    Site { member: Some(name.to_owned()), rust, pointer, ..site.clone() }
}

/// The crate of a domain in Rust.
fn krate(domain: &str) -> String {
    format!("cc_api_{}", domain.replace('-', "_"))
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// Length of a text in a report, in characters.
const READABLE: usize = 80;

/// A text as one line, cut to a readable length.
fn one_line(text: &str) -> String {
    cut(&joined(text), 0)
}

/// Two texts as one line each, cut to a readable length around their first difference.
fn excerpts(before: &str, after: &str) -> (String, String) {
    let (before, after) = (joined(before), joined(after));
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let from = if same < READABLE / 2 { 0 } else { same - READABLE / 4 };
    (cut(&before, from), cut(&after, from))
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A part of a line. A line of a readable length is whole.
fn cut(line: &str, from: usize) -> String {
    let from = if line.chars().count() > READABLE { from } else { 0 };
    let rest: Vec<char> = line.chars().skip(from).collect();
    let lead = if from > 0 { "…" } else { "" };
    let (shown, end) = if rest.len() > READABLE { (READABLE - 1, "…") } else { (rest.len(), "") };
    format!("{lead}{}{end}", rest.iter().take(shown).collect::<String>())
}

/// Replaces the names of aliases in the text of a type, because an alias is the type that it stands for.
fn unaliased(surface: &Surface, domain: &str, ty: &str) -> String {
    let alias = |name: &str| {
        let own = surface.domains.get(domain).and_then(|domain| domain.types.get(name));
        let shared = surface.domains.get("shared").and_then(|domain| domain.types.get(name));
        match own.or(shared).map(|item| &item.kind) {
            Some(crate::surface::Kind::Alias { of }) => Some(of.clone()),
            _ => None,
        }
    };
    let mut text = ty.to_owned();
    // An alias may name another one, but none names itself.
    for _ in 0..4 {
        let words = text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
        let next: String = words
            .map(|word| {
                let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
                alias(name).map_or_else(|| word.to_owned(), |of| format!("{of}{}", &word[name.len()..]))
            })
            .collect();
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// The text of a type with `string` for each type that is a text in JSON.
fn in_json(ty: &str) -> String {
    let is_text = |name: &str| {
        RUNTIME_TYPES.contains(&name)
            && !["Decimal", "Money", "SecretJson", "Timestamp", "TimestampMillis"].contains(&name)
    };
    let words = ty.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    let replaced = words.map(|word| {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        if is_text(name) { format!("string{}", &word[name.len()..]) } else { word.to_owned() }
    });
    replaced.collect()
}

/// A type without the mark of an `Option`.
fn bare(ty: &str) -> &str {
    ty.strip_suffix('?').unwrap_or(ty)
}

/// Two lists without what only one of them has. `None` if their order is the same.
fn reordered(before: &[&str], after: &[&str]) -> Option<(String, String)> {
    let kept: Vec<&str> = before.iter().copied().filter(|name| after.contains(name)).collect();
    let now: Vec<&str> = after.iter().copied().filter(|name| before.contains(name)).collect();
    (kept != now).then(|| (kept.join(", "), now.join(", ")))
}
