//! Changes of facts that are a key and a value: limits, flags, extensions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Collector, Site, one_line};
use crate::diff::rules::{self, kebab};
use crate::surface::Others;

/// Limits of which less is stricter, and those of which more is stricter.
const UPPER: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];
const LOWER: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];

/// Limits without an order.
const EXACT: [&str; 5] = ["exclusiveMaximum", "exclusiveMinimum", "multipleOf", "pattern", "uniqueItems"];

const COMPOSED: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "discriminator", "if", "then", "else"];

impl Collector<'_> {
    /// Compares the facts of a site. `what` is the word of its rules.
    pub(super) fn facts(&mut self, what: &str, site: &Site, before: &Others, after: &Others) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let (one, other) = (before.get(key), after.get(key));
            if one == other {
                continue;
            }
            let mut site = site.clone();
            site.key(key);
            let Some(rule) = rule(what, key, one, other) else {
                self.explain(&site.domain, site.kind, &site.name);
                self.unexplained.push(format!("`{key}` of {} at {}", site.rust, site.pointer));
                continue;
            };
            let is_extension = rule.ends_with("extension-changed");
            let text = |value: Option<&Value>| {
                let text = match value {
                    Some(Value::String(text)) => one_line(text),
                    Some(value) => one_line(&value.to_string()),
                    None if is_extension => "none".to_owned(),
                    None => String::new(),
                };
                if is_extension { format!("`{key}` {text}") } else { text }
            };
            self.add(&rule, &site, text(one), text(other));
        }
    }
}

/// The id of the rule for a key.
fn rule(what: &str, key: &str, before: Option<&Value>, after: Option<&Value>) -> Option<String> {
    let presence = match (before, after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let base = key.rsplit('/').next().unwrap_or(key);
    let is_nested = key.starts_with("items/") || key.starts_with("values/");
    let known = |id: String| rules::find(&id).map(|rule| rule.id.clone());
    // A second media type of a body, such as `body/text/plain`.
    if let Some(media) = key.strip_prefix("body/").filter(|media| media.contains('/')) {
        let way = if presence == "changed" { "added" } else { presence };
        return known(format!("body-media-type-{way}")).filter(|_| !media.is_empty());
    }
    let what = if key.starts_with("body/") { "body" } else { what };
    let of_type = what == "type" && matches!(base, "minProperties" | "maxProperties");
    if let Some(id) = limit(base, before, after, presence).filter(|_| !of_type) {
        return known(id);
    }
    match base {
        "format" => return known(format!("format-{presence}")),
        "default" => return known(format!("default-value-{presence}")),
        "nullable" if is_nested => return known(format!("element-nullable-{presence}")),
        "additionalProperties" if what != "type" => return known("additional-properties-changed".to_owned()),
        "security" => return known(format!("security-{presence}")),
        "servers" => return known("servers-changed".to_owned()),
        "securitySchemes" => return known("security-schemes-changed".to_owned()),
        "x-sunset" => return known(format!("{what}-sunset-changed")),
        _ if COMPOSED.contains(&base) => return known(format!("{}-{presence}", kebab(base))),
        _ => {}
    }
    let named = kebab(base);
    let exact = known(format!("{what}-{named}-{presence}"));
    let changed = || known(format!("{what}-{named}-changed"));
    // A key that OpenAPI or a later version of the spec gives a meaning has no rule, and needs one.
    let of_any = || known(format!("{named}-changed"));
    // `$comment`, `$id` and the like have no effect on values.
    let is_extension = base.starts_with("x-") || base.starts_with('$');
    let extension = || known(format!("{what}-extension-changed")).filter(|_| is_extension);
    exact.or_else(changed).or_else(of_any).or_else(extension)
}

fn limit(base: &str, before: Option<&Value>, after: Option<&Value>, presence: &str) -> Option<String> {
    let named = kebab(base);
    let way = if presence != "changed" {
        presence
    } else if EXACT.contains(&base) {
        // In OpenAPI 3.0 the exclusive limits are marks, whose `false` is the default.
        let is_on = |value: Option<&Value>| value.is_some_and(|value| *value != Value::Bool(false));
        match (is_on(before), is_on(after)) {
            (false, true) => "added",
            (true, false) => "removed",
            _ if base.starts_with("exclusive") => ordered(base == "exclusiveMaximum", before, after)?,
            _ => "changed",
        }
    } else {
        ordered(UPPER.contains(&base), before, after)?
    };
    let is_limit = UPPER.contains(&base) || LOWER.contains(&base) || EXACT.contains(&base);
    is_limit.then(|| format!("{named}-{way}"))
}

/// Direction in which a number changed.
fn ordered(is_upper: bool, before: Option<&Value>, after: Option<&Value>) -> Option<&'static str> {
    let (before, after) = (before?.as_f64()?, after?.as_f64()?);
    Some(if (after < before) == is_upper { "tightened" } else { "loosened" })
}
