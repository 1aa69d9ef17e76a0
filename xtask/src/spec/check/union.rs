//! The rules of a union: a discriminator with a mapping, and variants that pin its tag.

use super::super::node::Node;
use super::schema::{self, Place};
use super::{Report, join};

pub fn check(report: &mut Report<'_>, union: &Node, pointer: &str, place: Place) {
    let line = union.line;
    if union.get("x-rust-type").is_some() {
        return;
    }
    if place == Place::Inline {
        report.add(line, "union", pointer, "a union needs a name: put it under `components/schemas`");
    }
    let Some(tag) = union.at(&["discriminator", "propertyName"]).and_then(Node::as_str) else {
        report.add(line, "union", pointer, "`oneOf` needs a `discriminator` that distinguishes the variants");
        return;
    };
    let discriminator = union.get("discriminator").map(Node::entries).unwrap_or_default();
    for entry in
        discriminator.iter().filter(|entry| !["propertyName", "mapping"].contains(&entry.key.as_str()))
    {
        let message = format!("unknown key `{}` of a discriminator", entry.key);
        report.add(entry.line, "key", &join(&join(pointer, "discriminator"), &entry.key), message);
    }
    let mapping = union.at(&["discriminator", "mapping"]).map(Node::entries).unwrap_or_default();
    if mapping.is_empty() {
        report.add(line, "union", pointer, "the discriminator has no `mapping`");
    }
    let variants = union.get("oneOf").map(Node::items).unwrap_or_default();
    for entry in mapping {
        let target = entry.value.as_str().unwrap_or_default();
        let name = target.strip_prefix("#/components/schemas/").unwrap_or_default();
        match report.resolve(target).filter(|_| !name.is_empty()) {
            None => report.add(entry.line, "reference", pointer, format!("`{target}` does not exist")),
            Some(variant) => pinned(report, name, variant, tag),
        }
        if !variants.iter().any(|variant| variant.str_at("$ref") == Some(target)) {
            report.add(entry.line, "union", pointer, format!("`oneOf` does not list `{target}`"));
        }
    }
    for (index, variant) in variants.iter().enumerate() {
        let target = variant.str_at("$ref");
        if target.is_none_or(|target| !mapping.iter().any(|entry| entry.value.as_str() == Some(target))) {
            let message = "no value of the `mapping` selects this variant";
            report.add(variant.line, "union", &format!("{pointer}/oneOf/{index}"), message);
        }
        schema::check(report, variant, &format!("{pointer}/oneOf/{index}"), Place::Inline);
    }
}

/// A variant has the tag as a required property with its own values and no other.
fn pinned(report: &mut Report<'_>, name: &str, variant: &Node, tag: &str) {
    let values = report.pins.get(name).and_then(|tags| tags.get(tag)).cloned().unwrap_or_default();
    let pin = variant.at(&["properties", tag]);
    let pinned = pin.map(|pin| pin.strings_at("enum")).unwrap_or_default();
    let is_pinned = pin.and_then(|pin| pin.str_at("type")) == Some("string")
        && variant.strings_at("required").iter().any(|required| required == tag)
        && pinned.len() == values.len()
        && values.iter().all(|value| pinned.contains(value));
    if !is_pinned {
        let message = format!(
            "the variant `{name}` does not pin its tag: give it the required property `{tag}: {{type: string, enum: [{}]}}`",
            values.join(", ")
        );
        let line = pin.map_or(variant.line, |pin| pin.line);
        report.add(line, "union", &join("/components/schemas", name), message);
    }
}
