//! Changes of types: structs, enums, unions, aliases.

use super::{Collector, Site, bare, krate, reordered, unaliased};
use crate::diff::rules::Rust;
use crate::surface::{Domain, Field, Kind, Surface, Type, Variant};

/// The name of the domain of shared types.
const SHARED: &str = crate::spec::model::SHARED;

impl Collector<'_> {
    pub(super) fn types(&mut self, before: &Domain, after: &Domain) {
        for (name, item) in &after.types {
            let site = site(&after.name, name, item);
            if let Some(was) = before.types.get(name) {
                self.item(&site, (&before.name, was), (&after.name, item));
            } else if let Some((domain, was)) = elsewhere(self.before, self.after, &after.name, name) {
                self.explain(domain, "type", name);
                let rule = match (domain, after.name.as_str()) {
                    (_, SHARED) => "type-became-shared",
                    (SHARED, _) => "type-stopped-being-shared",
                    _ => "type-moved",
                };
                self.add(rule, &site, self::site(domain, name, was).rust, site.rust.clone());
                self.item(&site, (domain, was), (&after.name, item));
            } else {
                self.add("type-added", &site, "", item.kind.word());
            }
        }
        for (name, was) in before.types.iter().filter(|(name, _)| !after.types.contains_key(*name)) {
            if elsewhere(self.after, self.before, &before.name, name).is_none() {
                self.add("type-removed", &site(&before.name, name, was), was.kind.word(), "");
            }
        }
    }

    fn item(&mut self, site: &Site, (old, before): (&str, &Type), (new, after): (&str, &Type)) {
        let site = &site.used_in(before.requests || after.requests, before.answers || after.answers);
        if (before.requests, before.answers) != (after.requests, after.answers) {
            let uses = |item: &Type| match (item.requests, item.answers) {
                (true, true) => "requests and answers",
                (true, false) => "requests",
                (false, true) => "answers",
                (false, false) => "nothing",
            };
            self.add("type-use-changed", site, uses(before), uses(after));
        }
        match (&before.kind, &after.kind) {
            (
                Kind::Struct { constructor: was_built, default: had_default, fields: was },
                Kind::Struct { constructor, default, fields },
            ) => {
                for (was, is, rule) in
                    [(*was_built, *constructor, "constructor"), (*had_default, *default, "default")]
                {
                    if was != is {
                        self.add(&format!("{rule}-{}", if is { "added" } else { "removed" }), site, "", "");
                    }
                }
                self.fields(site, (old, was), (new, fields));
            }
            (Kind::Enum { values: was }, Kind::Enum { values }) => {
                self.variants("enum", "enum-values-reordered", site, (old, was), (new, values));
            }
            (Kind::Union { tag: was_tag, variants: was }, Kind::Union { tag, variants }) => {
                if was_tag != tag {
                    self.add("union-tag-changed", site, was_tag, tag);
                }
                self.variants("union", "union-variants-reordered", site, (old, was), (new, variants));
            }
            (Kind::Alias { of: was }, Kind::Alias { of }) => {
                if was != of {
                    let is_same = unaliased(self.before, old, was) == unaliased(self.after, new, of);
                    let rust = if is_same { Rust::Nothing } else { Rust::Breaking };
                    self.add_as(rust, "alias-changed", site, was, of);
                }
            }
            (was, is) => self.add("type-kind-changed", site, was.word(), is.word()),
        }
        self.facts("type", site, &before.others, &after.others);
        self.texts("type", site, &before.docs, &after.docs);
    }

    fn fields(&mut self, site: &Site, (old, before): (&str, &[Field]), (new, after): (&str, &[Field])) {
        let mut gone: Vec<&Field> = before.iter().collect();
        let mut kept: Vec<(&str, &str)> = Vec::new();
        // Calls of `new` compile if its arguments have the same types, and pass one value in the place of another.
        let arguments = |fields: &[Field]| -> Vec<String> {
            fields.iter().filter(|field| field.argument).map(|field| field.ty.clone()).collect()
        };
        let added = if arguments(before) == arguments(after) { Rust::Silent } else { Rust::Breaking };
        for field in after {
            let part = part(site, field);
            let found = gone.iter().position(|other| other.name == field.name);
            // Another name in JSON, and the same in Rust.
            let in_rust = |other: &&Field| {
                other.ident == field.ident && !after.iter().any(|known| known.name == other.name)
            };
            let found = found.or_else(|| gone.iter().position(in_rust));
            if let Some(was) = found.map(|at| gone.remove(at)) {
                kept.push((&was.name, &field.name));
                self.field(&part, (old, was), (new, field));
            } else if field.required && site.requests {
                let rust = if field.argument { added } else { Rust::Addition };
                self.add_as(rust, "property-added-required", &part, "", &field.ty);
            } else if field.required {
                self.add("property-added-required-in-answers", &part, "", &field.ty);
            } else {
                self.add("property-added-optional", &part, "", &field.ty);
            }
        }
        for was in gone {
            self.add("property-removed", &part(site, was), &was.ty, "");
        }
        let now = |name: &str| kept.iter().find(|(was, _)| *was == name).map(|(_, now)| *now);
        let order = |arguments: bool| {
            let was = before.iter().filter(|field| field.argument || !arguments);
            let was: Vec<&str> = was.filter_map(|field| now(&field.name)).collect();
            let is = after.iter().filter(|field| field.argument || !arguments);
            let is: Vec<&str> = is.map(|field| field.name.as_str()).collect();
            reordered(&was, &is)
        };
        if let Some((was, is)) = order(true) {
            self.add("property-order-changed", site, was, is);
        } else if order(false).is_some() {
            self.add("property-field-order-changed", site, "", "");
        }
    }

    fn field(&mut self, site: &Site, (old, before): (&str, &Field), (new, after): (&str, &Field)) {
        let (was, is) = (unaliased(self.before, old, &before.ty), unaliased(self.after, new, &after.ty));
        // A change of the spec need not change the field: an absent list reads as an empty one.
        let rust =
            if was != is || before.argument != after.argument { Rust::Breaking } else { Rust::Nothing };
        let mut is_explained = false;
        if before.name != after.name {
            self.add("property-renamed-on-the-wire", site, &before.name, &after.name);
        }
        if before.required != after.required {
            let what = if after.required { "required" } else { "optional" };
            self.add_as(rust, &format!("property-became-{what}"), site, &before.ty, &after.ty);
            is_explained = true;
        }
        let (mut old_facts, mut new_facts) = (before.others.clone(), after.others.clone());
        let (was_null, is_null) = (old_facts.remove("nullable"), new_facts.remove("nullable"));
        if was_null != is_null {
            let what = if is_null.is_some() { "nullable" } else { "not-nullable" };
            self.add_as(rust, &format!("property-became-{what}"), site, &before.ty, &after.ty);
            is_explained = true;
        }
        // The mark has an effect only on what reads as empty without it: neither on the `id` of a thing nor in a body.
        let (was_essential, is_essential) =
            (old_facts.remove("x-essential"), new_facts.remove("x-essential"));
        if was_essential != is_essential {
            let what = if is_essential.is_some() { "added" } else { "removed" };
            let is_same = was == is && before.lenient == after.lenient;
            let rust = if is_same { Rust::Nothing } else { Rust::Behaviour };
            let mut site = site.clone();
            site.key("x-essential");
            self.add_as(rust, &format!("property-x-essential-{what}"), &site, "", "");
        }
        if before.ty != after.ty && (bare(&before.ty) != bare(&after.ty) || !is_explained) {
            let rust = if was == is { Rust::Nothing } else { Rust::Breaking };
            self.add_as(rust, "property-type-changed", site, &before.ty, &after.ty);
        }
        self.facts("property", site, &old_facts, &new_facts);
        self.texts("property", site, &before.docs, &after.docs);
    }

    fn variants(
        &mut self,
        kind: &str,
        order: &str,
        site: &Site,
        (old, before): (&str, &[Variant]),
        (new, after): (&str, &[Variant]),
    ) {
        let mut gone: Vec<&Variant> = before.iter().collect();
        let is_enum = kind == "enum";
        let mut kept: Vec<(&str, &str)> = Vec::new();
        let rule = |what: &str| format!("{kind}-{}-{what}", if is_enum { "value" } else { "variant" });
        for variant in after {
            let part = variant_site(site, variant);
            let found = gone.iter().position(|other| other.value == variant.value);
            let in_rust = |other: &&Variant| {
                other.name == variant.name && !after.iter().any(|known| known.value == other.value)
            };
            let Some(at) = found.or_else(|| gone.iter().position(in_rust)) else {
                self.add(&rule("added"), &part, "", &variant.value);
                continue;
            };
            let was = gone.remove(at);
            kept.push((&was.value, &variant.value));
            if was.value != variant.value {
                self.add(&format!("{kind}-value-changed"), &part, &was.value, &variant.value);
            }
            if was.name != variant.name {
                let was = variant_site(site, was).rust;
                self.add(&format!("{kind}-variant-renamed"), &part, was, part.rust.clone());
            }
            self.held(site, &part, (old, was), (new, variant));
            self.texts("variant", &part, &was.docs, &variant.docs);
        }
        for was in gone {
            self.add(&rule("removed"), &variant_site(site, was), &was.value, "");
        }
        let now = |value: &str| kept.iter().find(|(was, _)| *was == value).map(|(_, now)| *now);
        let was: Vec<&str> = before.iter().filter_map(|variant| now(&variant.value)).collect();
        let is: Vec<&str> = after.iter().map(|variant| variant.value.as_str()).collect();
        if let Some((was, is)) = reordered(&was, &is) {
            self.add(order, site, was, is);
        }
    }

    /// The type that a variant of a union holds, and its `From`.
    fn held(&mut self, site: &Site, part: &Site, (old, was): (&str, &Variant), (new, is): (&str, &Variant)) {
        let text = |variant: &Variant| variant.of.clone().unwrap_or_default();
        let (before, after) = (text(was), text(is));
        if before != after {
            let is_same = unaliased(self.before, old, &before) == unaliased(self.after, new, &after);
            let rust = if is_same { Rust::Nothing } else { Rust::Breaking };
            self.add_as(rust, "union-variant-type-changed", part, &before, &after);
        }
        if was.from != is.from {
            let rule = if is.from { "union-from-added" } else { "union-from-removed" };
            let site = Site { member: part.member.clone(), ..site.clone() };
            self.add(rule, &site, &before, &after);
        }
    }
}

pub(super) fn site(domain: &str, name: &str, item: &Type) -> Site {
    Site {
        kind: "type",
        domain: domain.to_owned(),
        name: name.to_owned(),
        member: None,
        rust: format!("{}::types::{name}", krate(domain)),
        pointer: format!("#/components/schemas/{name}"),
        line: item.line,
        requests: item.requests,
        answers: item.answers,
    }
}

fn part(site: &Site, field: &Field) -> Site {
    site.part(&field.name, &field.ident, &format!("/properties/{}", field.name), field.line)
}

fn variant_site(site: &Site, variant: &Variant) -> Site {
    let key = if variant.of.is_some() { "discriminator/mapping" } else { "enum" };
    site.part(&variant.value, &variant.name, &format!("/{key}/{}", variant.value), 0)
}

/// A type that only `here` has, in another domain than this one.
fn elsewhere<'s>(here: &'s Surface, there: &Surface, own: &str, name: &str) -> Option<(&'s str, &'s Type)> {
    let stays = |domain: &str| there.domains.get(domain).is_some_and(|it| it.types.contains_key(name));
    let others = here.domains.iter().filter(|(domain, _)| *domain != own && !stays(domain));
    others.filter_map(|(domain, value)| Some((domain.as_str(), value.types.get(name)?))).next()
}
