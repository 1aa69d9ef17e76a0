//! The rules of a union: a discriminator with a mapping, and variants that pin its tag.

use super::super::node::Node;
use super::schema::{self, Place};
use super::{Report, join};

pub fn check(report: &mut Report<'_>, union: &Node, pointer: &str, place: Place) {
    let line = union.line;
    if let Some(name) = union.str_at("x-rust-type") {
        hand_written(report, union, name, pointer);
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

/// The type and the format of one form.
type Form = (&'static str, Option<&'static str>);

/// The forms of the shared types that are written by hand and read several types of JSON. The form that requests send is the first.
const FORMS: [(&str, [Form; 2]); 2] = [
    ("cc_runtime::Timestamp", [("string", None), ("integer", Some("int64"))]),
    ("cc_runtime::TimestampMillis", [("integer", Some("int64")), ("string", None)]),
];

/// The code of these types is fixed, and so is their schema.
fn hand_written(report: &mut Report<'_>, union: &Node, name: &str, pointer: &str) {
    for key in ["discriminator", "x-names"] {
        if let Some(node) = union.get(key) {
            let message = format!("`{key}` has no effect beside `x-rust-type`");
            report.add(node.line, "no-effect", &join(pointer, key), message);
        }
    }
    let Some(found) = union.get("oneOf") else { return };
    let pointer = join(pointer, "oneOf");
    let Some((_, forms)) = FORMS.iter().find(|(known, _)| *known == name) else {
        report.add(found.line, "union", &pointer, format!("`{name}` has one form: write it without `oneOf`"));
        return;
    };
    let is = |node: &Node, (ty, format): &Form| {
        node.entries().len() == 1 + usize::from(format.is_some())
            && node.str_at("type") == Some(ty)
            && node.get("format").map(Node::as_str) == format.map(Some)
    };
    let items = found.items();
    let wrong = items.iter().zip(forms).find(|(node, form)| !is(node, form)).map(|(node, _)| node.line);
    let wrong = wrong.or((items.len() != forms.len()).then_some(found.line));
    if let Some(line) = wrong {
        let forms = forms.map(|(ty, format)| match format {
            Some(format) => format!("{{type: {ty}, format: {format}}}"),
            None => format!("{{type: {ty}}}"),
        });
        let message =
            format!("the code of `{name}` is written for `oneOf: [{}]`: write these", forms.join(", "));
        report.add(line, "union", &pointer, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::check::check_alone;
    use crate::spec::node::parse;

    #[test]
    fn the_forms_of_a_timestamp_are_those_of_its_code() {
        let told = |name: &str, forms: &str, more: &str| {
            let text = format!(
                "openapi: 3.0.3\npaths: {{}}\ncomponents:\n  schemas:\n    {name}:\n      description: An instant.\n      \
                 x-rust-type: cc_runtime::{name}\n      oneOf: {forms}\n{more}"
            );
            let problems = check_alone("shared.yaml".to_owned(), &parse(&text).unwrap(), None);
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(told("Timestamp", "[{type: string}, {type: integer, format: int64}]", ""), "");
        assert_eq!(told("TimestampMillis", "[{type: integer, format: int64}, {type: string}]", ""), "");
        let millis = "shared.yaml:8: union: the code of `cc_runtime::TimestampMillis` is written for `oneOf: [{type: integer, \
                      format: int64}, {type: string}]`: write these (#/components/schemas/TimestampMillis/oneOf)";
        for forms in [
            "[{type: integerX, format: int64}, {type: string}]",
            "[{type: integer, format: int64}, {type: 18446744073709551615}]",
            "[{type: integer, type2: integer, format: int64}, {type: string}]",
            "[{type: integer, format: int64, format2: int64}, {type: string}]",
            "[{type: integer, format: 1}, {type: string}]",
            "[{type: integer}, {type: string}]",
            "[{type: string}, {type: integer, format: int64}]",
            "[{type: integer, format: int64}]",
            "[{type: integer, format: int64}, {type: string}, {type: boolean}]",
            "[]",
        ] {
            assert_eq!(told("TimestampMillis", forms, ""), millis, "{forms}");
        }
        let both = told("Secret", "[{type: string}]", "      discriminator: {}\n");
        assert!(
            both.contains(
                "shared.yaml:8: union: `cc_runtime::Secret` has one form: write it without `oneOf`"
            ),
            "{both}"
        );
        assert!(
            both.contains("shared.yaml:9: no-effect: `discriminator` has no effect beside `x-rust-type`"),
            "{both}"
        );
    }
}
