//! The keys that OpenAPI 3.0 and this project know. One that is misspelt would be passed over in silence.

use strsim::damerau_levenshtein;

use super::super::node::{Kind, Node};
use super::{Report, join};

/// What one kind of map may hold: keys of OpenAPI, and extensions of this project.
pub struct Keys {
    standard: &'static [&'static str],
    extensions: &'static [&'static str],
}

pub const DOCUMENT: Keys = Keys {
    standard: &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"],
    extensions: &["x-commands", "x-note"],
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
        "x-always-answered",
        "x-not-found",
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
    extensions: &["x-secret", "x-note"],
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
        "reread",
        "sent-empty",
        "teaches",
    ],
    extensions: &[],
};

pub const DECLARED: Keys = Keys {
    standard: &[
        "name",
        "domain",
        "summary",
        "description",
        "errors",
        "kind",
        "input",
        "fields",
        "constructors",
        "output",
        "empty",
        "operations",
        "requires",
        "example",
        "run",
    ],
    extensions: &["x-note"],
};

pub const DECLARED_FIELD: Keys =
    Keys { standard: &["type", "required", "default", "description", "owner"], extensions: &["x-note"] };

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
        "x-names",
        "x-rust-type",
        "x-secret",
        "x-tri-state",
        "x-values",
        "x-source",
        "x-note",
    ],
};

/// What stands behind a key.
#[derive(Clone, Copy)]
enum Value {
    Yes,
    Text,
    Texts,
    List,
    Map,
    Millis,
}

impl Value {
    /// Of the keys that are read; what nobody reads may be anything.
    fn of(key: &str, requires_names: bool) -> Option<Self> {
        Some(match key {
            "required" if requires_names => Self::Texts,
            "required" | "deprecated" | "nullable" | "x-one-shot" | "x-idempotent" | "x-wildcard"
            | "x-always-answered" | "x-essential" | "x-tri-state" | "x-secret" | "teaches" => Self::Yes,
            "operationId" | "summary" | "description" | "name" | "in" | "type" | "format" | "$ref"
            | "title" | "x-not-found" | "x-successor" | "x-client-command" | "x-note" | "x-free-json"
            | "x-rust-type" | "domain" | "owner" | "empty" | "output" | "sort" | "reread" | "kind"
            | "run" | "input" | "example" | "default" => Self::Text,
            "x-source" | "x-aliases" | "x-used-by" | "x-keywords" | "operations" | "requires" | "tags"
            | "sent-empty" | "errors" => Self::Texts,
            "parameters" | "x-commands" | "enum" | "oneOf" => Self::List,
            "properties" | "responses" | "content" | "components" | "paths" | "info" | "requestBody"
            | "fields" | "constructors" | "constants" | "addon" | "discriminator" | "x-names"
            | "x-values" => Self::Map,
            "x-heartbeat-ms" => Self::Millis,
            _ => return None,
        })
    }

    fn fits(self, node: &Node) -> bool {
        match (self, &node.kind) {
            (Self::Yes, Kind::Bool(_))
            | (Self::Text, Kind::String(_))
            | (Self::List, Kind::List(_))
            | (Self::Map, Kind::Map(_)) => true,
            (Self::Texts, Kind::List(items)) => items.iter().all(|item| item.as_str().is_some()),
            (Self::Millis, Kind::Number(number)) => number.as_u64().is_some_and(|millis| millis > 0),
            _ => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Yes => "`true` or `false`",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Millis => "a number of milliseconds",
        }
    }
}

/// Reports the keys of a map that nobody knows, and what cannot stand behind those that are known.
pub fn check(report: &mut Report<'_>, node: &Node, keys: &Keys, pointer: &str, what: &str) {
    for entry in node.entries() {
        let key = entry.key.as_str();
        let (known, rule) =
            if key.starts_with("x-") { (keys.extensions, "extension") } else { (keys.standard, "key") };
        if known.contains(&key) {
            let names = keys.standard.contains(&"properties");
            // The types and owners of declared commands have rules of their own.
            let declared = keys.standard.contains(&"run")
                || keys.standard.contains(&"default") && keys.standard.contains(&"owner");
            if declared && matches!(key, "type" | "owner" | "output") {
                continue;
            }
            if let Some(value) = Value::of(key, names).filter(|value| !value.fits(&entry.value)) {
                report.add(entry.line, "value", &join(pointer, key), format!("`{key}` is {}", value.words()));
            }
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
