//! Table of all decisions that differ from progenitor's, and the code that applies them.
//!
//! Progenitor gets the schemas as they stand in the spec, and its output says names, optionality, variants, formats and boxes
//! (`front.rs`). `docs/adr/0001-…` shows this table.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::rust::{self, Ty};

/// A decision of progenitor that is not followed.
pub struct Override {
    pub construct: &'static str,
    pub progenitor: &'static str,
    pub here: &'static str,
    pub reason: &'static str,
    /// Function in `xtask/src` that decides it, as `file::function`.
    pub at: &'static str,
}

const fn row(
    construct: &'static str,
    progenitor: &'static str,
    here: &'static str,
    reason: &'static str,
    at: &'static str,
) -> Override {
    Override { construct, progenitor, here, reason, at }
}

/// Every override: types first, then names, then unused output.
pub const OVERRIDES: [Override; 28] = [
    row(
        "string enum",
        "closed `enum`",
        "`open_enum!` with `Unknown`",
        "a value that the platform adds must not break a program (ADR 4)",
        "generate/types::render_enum",
    ),
    row(
        "union (`oneOf`)",
        "`#[serde(untagged)] enum`",
        "`open_union!`, read by its tag, with `Unknown`",
        "the tag selects the variant, and the platform adds variants (ADR 4)",
        "generate/types::render_union",
    ),
    row(
        "union with one variant",
        "newtype of the variant",
        "open union",
        "a second variant must not change the type",
        "generate/front::read_union",
    ),
    row(
        "pinned tag of a variant",
        "field with an enum of one value",
        "no field",
        "the union writes the tag",
        "spec/pin::without_pins",
    ),
    row(
        "variant with nothing but its tag",
        "struct with the tag",
        "JSON object",
        "without the tag no field is left",
        "generate/front::read_wrapper",
    ),
    row(
        "named list, map, text or free JSON",
        "newtype",
        "`type` alias",
        "a newtype would add `.0` and nothing else",
        "generate/types::render_wrapper",
    ),
    row(
        "`x-rust-type`: ids, times, addresses with a password",
        "newtype or untagged enum",
        "type of `cc_runtime`",
        "ids are types, and a time has several forms on the wire (ADR 5)",
        "generate/front::settings",
    ),
    row(
        "`x-secret`",
        "`String`, `Value`",
        "`Secret`, `SecretJson`",
        "secrets are never shown (ADR 9)",
        "spec/secret::hidden",
    ),
    row(
        "format `date-time`",
        "`chrono::DateTime<Utc>`",
        "`cc_runtime::Timestamp`",
        "one type of time in the API, which reads every form that the platform writes",
        "generate/overrides::foreign",
    ),
    row(
        "formats `date`, `uuid`, `ip`, `ipv4`, `ipv6`",
        "types of `chrono`, `uuid` and `std::net`",
        "`String`",
        "the platform decides what is valid, and no other crate stands in the API",
        "generate/overrides::foreign",
    ),
    row(
        "format `float`",
        "`f32`",
        "`f64`",
        "JSON does not tell them apart, and `f32` loses digits",
        "generate/overrides::foreign",
    ),
    row(
        "limits: `maxLength`, `pattern`, `minimum`, `uniqueItems` …",
        "newtype that validates, unsigned integer, set, array",
        "the type without the limit",
        "the platform decides what is valid, and may move a limit",
        "generate/overrides::given",
    ),
    row(
        "`title` of a schema",
        "name of the type",
        "no effect",
        "a title is a text for people",
        "generate/overrides::given",
    ),
    row(
        "`additionalProperties: false`",
        "an unknown field is an error",
        "it is skipped",
        "the platform adds fields (ADR 13)",
        "generate/types::render_struct",
    ),
    row(
        "`nullable` beside `$ref`",
        "no effect",
        "`Option`",
        "the spec says that the property may be null",
        "generate/types::fields",
    ),
    row(
        "required property of an answer",
        "an answer without it is an error",
        "`Option`, or its empty value",
        "answers give what can be read (ADR 13)",
        "generate/types::fields",
    ),
    row("`x-tri-state`", "`Option`", "`Patch`", "absent and null differ", "generate/types::fields"),
    row(
        "optional list or map of a body",
        "empty if absent",
        "`Option`",
        "absent and empty differ",
        "generate/types::fields",
    ),
    row(
        "map as a parameter",
        "`Option<BTreeMap>`",
        "`BTreeMap`",
        "an empty map sends nothing, too",
        "generate/requests::inputs",
    ),
    row(
        "body or answer that is no JSON",
        "`reqwest::Body`, `ByteStream`, or a panic",
        "`String`, `Secret` or `Bytes`; a form is given as JSON",
        "bodies are data, which retries and tests need",
        "generate/front::operation_document",
    ),
    row(
        "answer of a change",
        "the type of the answer",
        "`Option`",
        "the platform may answer a change without a body",
        "generate/requests::output",
    ),
    row(
        "error answers",
        "one type for each operation",
        "`cc_runtime::Error`; they are not given",
        "one error keeps status, headers and body (ADR 2)",
        "generate/front::operation_document",
    ),
    row(
        "`IPs`, `OAuth` and `GitHub` in the name of a field",
        "`i_ps`, `o_auth`, `git_hub`",
        "`ips`, `oauth`, `github`",
        "they are words",
        "generate/rust::field_name",
    ),
    row("property `new`", "`new`", "`new_`", "`new` is the constructor", "generate/rust::field_name"),
    row(
        "value that starts with a digit or a sign, is empty, or would be called `Unknown`, `Self` or `All`",
        "`X1`, `X`, `Unknown`, `Self_`, `All`",
        "`V1`, `Plus1`, `Minus1`, `Empty`, `UnknownValue`, `SelfValue`, `AllValues`",
        "the names are published or taken",
        "generate/rust::variant_name",
    ),
    row(
        "values that would have one name, and `x-names`",
        "other names for all values, or a panic",
        "the name in `x-names`; such an enum is given as a text",
        "a name depends on its value alone, so that no new value renames it",
        "generate/overrides::given",
    ),
    row(
        "variant of a union",
        "named after its schema",
        "named after the value of its tag",
        "several values may select one schema, and the names are published",
        "generate/types::render_union",
    ),
    row(
        "functions, `Client` and the header `api-version`",
        "an async function for each operation",
        "a request struct for each operation, sent by the transport of `cc_runtime`",
        "crates compile fast, requests are data, and the platform asks for no `api-version`",
        "generate/requests::render_requests",
    ),
];

/// Keys of a schema that are not given to progenitor.
const NOT_GIVEN: [&str; 14] = [
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
];

/// A schema as progenitor gets it.
pub fn given(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    if share_a_name(map.get("enum")) {
        return json!({ "type": "string" });
    }
    let mut out = Map::new();
    for (key, value) in map.iter().filter(|(key, _)| !NOT_GIVEN.contains(&key.as_str())) {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter().map(|(name, schema)| (name.clone(), given(schema)));
                properties.collect::<Map<_, _>>().into()
            }
            ("oneOf", Value::Array(variants)) => variants.iter().map(given).collect(),
            ("items" | "additionalProperties", schema) => given(schema),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    out.into()
}

/// Returns `true` if progenitor would give two of these values the same name.
fn share_a_name(values: Option<&Value>) -> bool {
    let mut names = BTreeSet::new();
    let values = values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    !values.map(|value| plain(value).to_upper_camel_case()).all(|name| names.insert(name))
}

/// A value with the characters of which progenitor makes a name.
fn plain(value: &str) -> String {
    rust::identifiable(&value.replace('\'', ""))
}

/// A type of another crate, or one that is too narrow, by its path in progenitor's output.
pub fn foreign(path: &[String]) -> Option<Ty> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match *path {
        ["chrono", "DateTime"] => Some(Ty::Core("Timestamp".to_owned())),
        ["chrono", "naive", "NaiveDate"]
        | ["uuid", "Uuid"]
        | ["std", "net", "IpAddr" | "Ipv4Addr" | "Ipv6Addr"] => Some(Ty::String),
        ["f32"] => Some(Ty::F64),
        _ => None,
    }
}

/// The name of a field: progenitor's, unless a row of the table says otherwise.
pub fn field(name: &str, progenitor: &str) -> Result<String, String> {
    let here = rust::field_name(name);
    let is_word = ["IPs", "OAuth", "GitHub"].iter().any(|word| name.contains(word));
    decided(here, progenitor, is_word || progenitor == "new", || format!("the field `{name}`"))
}

/// The name of a variant of an enum: progenitor's, unless a row of the table says otherwise.
pub fn variant(schema: &Value, value: &str, progenitor: &str) -> Result<String, String> {
    let here = rust::variant(schema, value);
    let first = plain(value).chars().find(|c| c.is_alphanumeric());
    let is_overridden = schema["x-names"][value].is_string()
        || value.contains('+')
        || first.is_none_or(|first| first.is_ascii_digit())
        || ["UnknownValue", "SelfValue", "AllValues"].contains(&here.as_str());
    decided(here, progenitor, is_overridden, || format!("the value `{value}`"))
}

/// `check` foresees names without progenitor. Where no row of the table says otherwise, the two agree, or nothing is generated.
fn decided(
    here: String,
    progenitor: &str,
    is_overridden: bool,
    what: impl FnOnce() -> String,
) -> Result<String, String> {
    if is_overridden || here == progenitor {
        return Ok(here);
    }
    Err(format!(
        "progenitor calls {} `{progenitor}` and `xtask check` expects `{here}`: add a row to xtask/src/generate/overrides.rs",
        what()
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn the_decision_record_shows_every_override() {
        let folder = std::fs::read_dir(root().join("docs/adr")).unwrap();
        let page = folder
            .map(|entry| entry.unwrap().path())
            .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("0001-"));
        let page = std::fs::read_to_string(page.unwrap()).unwrap();
        let table: String = OVERRIDES
            .iter()
            .map(|row| {
                format!("| {} | {} | {} | {} |\n", row.construct, row.progenitor, row.here, row.reason)
            })
            .collect();
        assert!(page.contains(&table), "docs/adr/0001-… must contain this table:\n{table}");
    }

    #[test]
    fn every_override_names_the_function_that_decides_it() {
        for row in &OVERRIDES {
            let (file, function) = row.at.split_once("::").unwrap();
            let text = std::fs::read_to_string(root().join(format!("xtask/src/{file}.rs"))).unwrap();
            assert!(text.contains(&format!("fn {function}(")), "{}", row.at);
        }
    }

    #[test]
    fn a_limit_is_not_given_and_a_property_of_its_name_is() {
        let schema = json!({
            "type": "object",
            "properties": { "pattern": { "type": "string", "pattern": "^a", "format": "date-time" } },
        });
        let given = given(&schema);
        assert_eq!(given["properties"]["pattern"], json!({ "type": "string", "format": "date-time" }));
    }

    #[test]
    fn values_that_progenitor_cannot_tell_apart_are_given_as_a_text() {
        assert_eq!(given(&json!({ "enum": ["a-b", "a_b"] })), json!({ "type": "string" }));
        assert_eq!(given(&json!({ "enum": ["a", "b"] })), json!({ "enum": ["a", "b"] }));
    }

    /// The types that progenitor makes of schemas which no override has changed.
    fn undisturbed(schemas: Value) -> String {
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "-", "version": "0" },
            "paths": {},
            "components": { "schemas": schemas },
        });
        let mut generator = progenitor::Generator::new(&progenitor::GenerationSettings::new());
        let spec = serde_json::from_value(document).unwrap();
        let file = syn::parse2(generator.generate_tokens(&spec).unwrap()).unwrap();
        prettyplease::unparse(&file)
    }

    #[test]
    fn progenitor_decides_as_the_table_says() {
        let pinned = |value: &str| {
            json!({
                "type": "object",
                "required": ["type"],
                "properties": { "type": { "type": "string", "enum": [value] } },
                "additionalProperties": false,
            })
        };
        let text = undisturbed(json!({
            "State": { "type": "string", "enum": ["1x", "", "UNKNOWN", "Self", "all"] },
            "Raw": pinned("RAW"),
            "Elastic": pinned("ELASTIC"),
            "Recipient": { "oneOf": [{ "$ref": "#/components/schemas/Raw" }, { "$ref": "#/components/schemas/Elastic" }] },
            "Single": { "oneOf": [{ "$ref": "#/components/schemas/Raw" }] },
            "Names": { "type": "array", "items": { "type": "string" } },
            "Id": { "type": "string" },
            "Short": { "type": "string", "maxLength": 3 },
            "Thing": {
                "type": "object",
                "required": ["at", "day", "uuid", "ip", "share", "count", "IPs", "new", "tags"],
                "properties": {
                    "at": { "type": "string", "format": "date-time" },
                    "day": { "type": "string", "format": "date" },
                    "uuid": { "type": "string", "format": "uuid" },
                    "ip": { "type": "string", "format": "ipv4" },
                    "share": { "type": "number", "format": "float" },
                    "count": { "type": "integer", "format": "uint64", "minimum": 1 },
                    "IPs": { "type": "string" },
                    "new": { "type": "string" },
                    "tags": { "type": "array", "items": { "type": "string", "title": "label", "enum": ["a"] } },
                    "list": { "type": "array", "items": { "type": "string" } },
                },
            },
        }));
        for part in [
            "X1x,",
            "X,",
            "Unknown,",
            "Self_,",
            "All,",
            "#[serde(untagged)]",
            "Raw(Raw),",
            "Elastic(Elastic),",
            "pub type_: RawType,",
            "#[serde(deny_unknown_fields)]",
            "pub struct Single(pub Raw);",
            "pub struct Names(pub ::std::vec::Vec<::std::string::String>);",
            "pub struct Id(pub ::std::string::String);",
            "pub struct Short(::std::string::String);",
            "pub at: ::chrono::DateTime<::chrono::offset::Utc>",
            "pub day: ::chrono::naive::NaiveDate",
            "pub uuid: ::uuid::Uuid",
            "pub ip: ::std::net::Ipv4Addr",
            "pub share: f32",
            "pub count: ::std::num::NonZeroU64",
            "pub i_ps:",
            "pub new:",
            "pub tags: ::std::vec::Vec<Label>",
            "pub list: ::std::vec::Vec<::std::string::String>",
        ] {
            assert!(text.contains(part), "progenitor generates no `{part}` any more:\n{text}");
        }
    }

    #[test]
    fn a_name_that_no_override_explains_is_an_error() {
        assert_eq!(field("firstName", "first_name").as_deref(), Ok("first_name"));
        assert_eq!(field("IPs", "i_ps").as_deref(), Ok("ips"));
        assert!(field("firstName", "firstname").unwrap_err().contains("the field `firstName` `firstname`"));
        assert_eq!(variant(&json!({}), "1x", "X1x").as_deref(), Ok("V1x"));
        assert!(variant(&json!({}), "one", "First").is_err());
    }
}
