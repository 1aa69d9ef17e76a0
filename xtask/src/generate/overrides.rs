//! Decisions that differ from progenitor's: their table, and the code that applies them to schemas, foreign types and names.
//!
//! Progenitor gets the schemas as they stand in the spec, and its output says names, optionality, variants, formats and boxes
//! (`front.rs`).

pub mod table;

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::rust::{self, Ty};

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
    decided(here, progenitor, is_word || progenitor == "new" || progenitor.starts_with('_'), || {
        format!("the field `{name}`")
    })
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
        "progenitor calls {} `{progenitor}` and `xtask check` expects `{here}`: add a row to xtask/src/generate/overrides/table.rs",
        what()
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::table::OVERRIDES;
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
        for row in OVERRIDES {
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
                "required": ["at", "day", "uuid", "ip", "share", "price", "count", "IPs", "new", "tags"],
                "properties": {
                    "at": { "type": "string", "format": "date-time" },
                    "day": { "type": "string", "format": "date" },
                    "uuid": { "type": "string", "format": "uuid" },
                    "ip": { "type": "string", "format": "ipv4" },
                    "share": { "type": "number", "format": "float" },
                    "price": { "type": "number", "format": "decimal" },
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
            "pub price: f64",
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
    fn a_word_of_rust_is_a_field_by_the_name_that_progenitor_gives_it() {
        let words = "abstract as async auto await become box break const continue crate default do dyn else enum extern \
            false final fn for gen if impl in let loop macro macro_rules match mod move mut override priv pub raw ref \
            return safe self static struct super trait true try type typeof union unsafe unsized use virtual where while \
            yield";
        let properties: Map<String, Value> =
            words.split_whitespace().map(|word| (word.to_owned(), json!({ "type": "string" }))).collect();
        let text = undisturbed(json!({ "Words": { "type": "object", "properties": properties } }));
        let words = text.split("pub struct Words {").nth(1).unwrap().split("\n    }").next().unwrap();
        let mut count = 0;
        for line in words.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
            let ident = line.split(':').next().unwrap();
            assert_eq!(field(ident.trim_end_matches('_'), ident).as_deref(), Ok(ident));
            count += 1;
        }
        assert_eq!(count, properties.len());
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
