//! The keys that OpenAPI 3.0 and this project know. One that is misspelt would be passed over in silence.

use strsim::damerau_levenshtein;

use super::super::node::{Kind, Node};
use super::{Report, join};

/// Allowed keys of one kind of map: keys of OpenAPI, and extensions of this project.
pub struct Keys {
    standard: &'static [&'static str],
    extensions: &'static [&'static str],
    /// Keys of OpenAPI that nothing here honours, each with what to do instead.
    refused: &'static [(&'static str, &'static str)],
}

const SIGNED: &str = "the client decides which credentials a request has";

const PLAIN_STYLE: &str = "a list is sent as one parameter for each element, and everything else as it is";

pub const DOCUMENT: Keys = Keys {
    standard: &["openapi", "info", "servers", "paths", "components", "tags", "externalDocs"],
    extensions: &["x-commands", "x-errors", "x-note"],
    refused: &[("security", SIGNED)],
};

pub const SHARED_DOCUMENT: Keys = Keys {
    standard: &["openapi", "info", "paths", "components"],
    extensions: &["x-note"],
    refused: &[
        ("x-errors", "each domain lists its usual errors"),
        ("x-commands", "a command belongs to the file of its domain"),
        ("servers", "`servers` stands in the files of domains"),
    ],
};

pub const COMPONENTS: Keys = Keys {
    standard: &["schemas", "parameters", "responses"],
    extensions: &["x-note"],
    refused: &[
        ("requestBodies", "a body is written at its operation"),
        ("headers", "headers of answers are not read"),
        ("examples", "an example is written where it is used"),
        ("links", "links are not followed"),
        ("callbacks", "callbacks are not generated"),
        ("securitySchemes", SIGNED),
    ],
};

pub const RESPONSE: Keys = Keys {
    standard: &["description", "content"],
    extensions: &["x-secret", "x-note"],
    refused: &[
        ("headers", "headers of answers are not read: name them in the description"),
        ("links", "links are not followed"),
    ],
};

/// A response below `components` of `shared.yaml`, which `x-errors` finds by its status.
pub const SHARED_RESPONSE: Keys = Keys {
    standard: &["description", "content"],
    extensions: &["x-secret", "x-note", "x-status"],
    refused: RESPONSE.refused,
};

pub const MEDIA: Keys = Keys {
    standard: &["schema", "example", "examples"],
    extensions: &["x-note"],
    refused: &[("encoding", "a form is sent with its fields as they are")],
};

pub const INFO: Keys = Keys {
    standard: &["title", "version", "description", "termsOfService", "contact", "license"],
    extensions: &["x-keywords", "x-note"],
    refused: &[],
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
        "deprecated",
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
        "x-collection",
        "x-errors",
        "x-command",
        "x-note",
    ],
    refused: &[
        ("servers", "the host belongs to the whole document: put `servers` at its top"),
        ("security", SIGNED),
        ("callbacks", "callbacks are not generated"),
    ],
};

pub const PARAMETER: Keys = Keys {
    standard: &["name", "in", "description", "required", "schema", "example", "examples"],
    extensions: &["x-secret", "x-note"],
    refused: &[
        ("style", PLAIN_STYLE),
        ("explode", PLAIN_STYLE),
        ("allowReserved", "every reserved character of a value is encoded"),
        ("allowEmptyValue", "a parameter that is absent is not sent"),
        ("content", "give the parameter a `schema`"),
        ("deprecated", "say it in the description, or leave the parameter out"),
    ],
};

pub const BODY: Keys =
    Keys { standard: &["description", "content", "required"], extensions: &["x-note"], refused: &[] };

pub const COMMAND: Keys = Keys {
    standard: &[
        "name",
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
        "cli",
        "effect",
    ],
    extensions: &[],
    refused: &[("domain", "a command belongs to the domain of its file")],
};

pub const DECLARED: Keys = Keys {
    standard: &[
        "name",
        "cli",
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
        "clean-up",
        "effect",
        "example",
        "run",
    ],
    extensions: &["x-note"],
    refused: &[("domain", "a command belongs to the domain of its file")],
};

pub const DECLARED_FIELD: Keys = Keys {
    standard: &["type", "required", "default", "description", "owner"],
    extensions: &["x-note"],
    refused: &[],
};

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
        "nullable",
        "discriminator",
        "example",
        "externalDocs",
        "$ref",
    ],
    extensions: &[
        "x-essential",
        "x-left-out",
        "x-free-json",
        "x-inexact",
        "x-names",
        "x-rust-type",
        "x-secret",
        "x-tri-state",
        "x-values",
        "x-source",
        "x-note",
    ],
    refused: &[
        ("default", "the platform decides what an absent value means: say it in the description"),
        ("deprecated", "say it in the description, or leave the property out"),
        ("readOnly", "give the body and the answer a schema each"),
        ("writeOnly", "give the body and the answer a schema each"),
        ("xml", "nothing is sent or read as XML"),
    ],
};

impl Keys {
    /// Returns `true` if a key is allowed.
    pub fn has(&self, key: &str) -> bool {
        self.standard.contains(&key) || self.extensions.contains(&key)
    }
}

/// Value of a key.
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
    /// Allowed value of a key; unread keys may have any value.
    fn of(key: &str, requires_names: bool) -> Option<Self> {
        Some(match key {
            "required" if requires_names => Self::Texts,
            "required" | "deprecated" | "nullable" | "x-one-shot" | "x-idempotent" | "x-wildcard"
            | "x-always-answered" | "x-essential" | "x-tri-state" | "x-secret" | "teaches" => Self::Yes,
            "operationId" | "summary" | "description" | "name" | "in" | "type" | "format" | "$ref"
            | "title" | "x-not-found" | "x-successor" | "x-note" | "x-free-json" | "x-rust-type"
            | "owner" | "empty" | "output" | "sort" | "reread" | "kind" | "run" | "input" | "x-left-out"
            | "x-inexact" | "effect" | "default" | "x-collection" => Self::Text,
            // Items that are maps have a rule of their own.
            "x-source" => Self::List,
            "x-aliases" | "x-used-by" | "x-keywords" | "operations" | "requires" | "tags" | "sent-empty"
            | "errors" | "cli" => Self::Texts,
            "parameters" | "x-commands" | "x-errors" | "enum" | "oneOf" | "servers" => Self::List,
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
            Self::Text => "a string",
            Self::Texts => "a list of strings",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Millis => "a number of milliseconds",
        }
    }
}

/// Reports unknown keys of a map, and invalid values of known ones.
pub fn check(report: &mut Report<'_>, node: &Node, keys: &Keys, pointer: &str, what: &str) {
    for entry in node.entries() {
        let key = entry.key.as_str();
        if let Some((_, instead)) = keys.refused.iter().find(|(refused, _)| *refused == key) {
            let message = format!("`{key}` of {what} has no effect here: {instead}");
            report.add(entry.line, "no-effect", &join(pointer, key), message);
            continue;
        }
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
            // `parameters` and `responses` are maps below `components`.
            let kind = Value::of(key, names).map(|value| match keys.standard.contains(&"schemas") {
                true if !key.starts_with("x-") => Value::Map,
                _ => value,
            });
            if let Some(value) = kind.filter(|value| !value.fits(&entry.value)) {
                report.add(
                    entry.line,
                    "value",
                    &join(pointer, key),
                    format!("`{key}` must be {}", value.words()),
                );
            }
            continue;
        }
        let nearest = known.iter().map(|known| (damerau_levenshtein(key, known), known)).min();
        let hint = match nearest {
            Some((away, known)) if away <= 2 => format!(": did you mean `{known}`?"),
            _ => String::new(),
        };
        let message = if rule == "extension" {
            format!("unknown extension `{key}` of {what}{hint}")
        } else {
            format!("unknown key `{key}` of {what}{hint}")
        };
        report.add(entry.line, rule, &join(pointer, key), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::check::check_alone;
    use crate::spec::node::parse;

    #[test]
    fn unknown_keys_of_the_shared_info_are_refused() {
        let text = "openapi: 3.0.3\ninfo:\n  title: Shared\n  version: 0.1.0\n  description: Ids.\n  description2: Ids.\npaths: {}\n";
        let problems = check_alone("shared.yaml".to_owned(), &parse(text).unwrap(), None);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|told| told.contains("shared.yaml:6: key: unknown key `description2`")),
            "{told:?}"
        );
    }
}
