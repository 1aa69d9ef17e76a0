//! The keys that OpenAPI 3.0 and this project know. One that is misspelt would be passed over in silence.

use strsim::damerau_levenshtein;

use super::super::node::Node;
use super::{Report, join};

/// What one kind of map may hold: keys of OpenAPI, and extensions of this project.
pub struct Keys {
    standard: &'static [&'static str],
    extensions: &'static [&'static str],
}

pub const DOCUMENT: Keys = Keys {
    standard: &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"],
    extensions: &["x-composites", "x-note"],
};

pub const INFO: Keys = Keys {
    standard: &["title", "version", "description", "termsOfService", "contact", "license"],
    extensions: &["x-keywords", "x-note"],
};

pub const OPERATION: Keys = Keys {
    standard: &[
        "tags",
        "summary",
        "description",
        "externalDocs",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
        "callbacks",
        "deprecated",
        "security",
        "servers",
    ],
    extensions: &[
        "x-source",
        "x-aliases",
        "x-one-shot",
        "x-idempotent",
        "x-successor",
        "x-used-by",
        "x-heartbeat-ms",
        "x-wildcard",
        "x-command",
        "x-client-command",
        "x-note",
    ],
};

pub const PARAMETER: Keys = Keys {
    standard: &[
        "name",
        "in",
        "description",
        "required",
        "deprecated",
        "allowEmptyValue",
        "style",
        "explode",
        "allowReserved",
        "schema",
        "example",
        "examples",
        "content",
    ],
    extensions: &["x-note"],
};

pub const BODY: Keys = Keys { standard: &["description", "content", "required"], extensions: &["x-note"] };

pub const COMMAND: Keys = Keys {
    standard: &[
        "name",
        "domain",
        "summary",
        "fields",
        "constants",
        "owner",
        "addon",
        "empty",
        "output",
        "sort",
    ],
    extensions: &[],
};

pub const COMPOSITE: Keys =
    Keys { standard: &["name", "domain", "summary", "kind", "operations"], extensions: &["x-note"] };

pub const SCHEMA: Keys = Keys {
    standard: &[
        "title",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxProperties",
        "minProperties",
        "required",
        "enum",
        "type",
        "not",
        "allOf",
        "oneOf",
        "anyOf",
        "items",
        "properties",
        "additionalProperties",
        "description",
        "format",
        "default",
        "nullable",
        "discriminator",
        "readOnly",
        "writeOnly",
        "example",
        "externalDocs",
        "deprecated",
        "xml",
        "$ref",
    ],
    extensions: &[
        "x-essential",
        "x-free-json",
        "x-rust-type",
        "x-tri-state",
        "x-values",
        "x-source",
        "x-note",
    ],
};

/// Reports the keys of a map that nobody knows.
pub fn check(report: &mut Report<'_>, node: &Node, keys: &Keys, pointer: &str, what: &str) {
    for entry in node.entries() {
        let key = entry.key.as_str();
        let (known, rule) =
            if key.starts_with("x-") { (keys.extensions, "extension") } else { (keys.standard, "key") };
        if known.contains(&key) {
            continue;
        }
        let nearest = known.iter().map(|known| (damerau_levenshtein(key, known), known)).min();
        let hint = match nearest {
            Some((away, known)) if away <= 2 => format!(": is `{known}` meant?"),
            _ => String::new(),
        };
        let message = if rule == "extension" {
            format!("`{key}` is no known extension of {what}{hint}")
        } else {
            format!("`{key}` is no key of {what}{hint}")
        };
        report.add(entry.line, rule, &join(pointer, key), message);
    }
}
