//! JSON Schemas that `serde` does not describe: unions, and numbers with their bounds.

mod prose;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Value, json};

use self::prose::Prose;

/// Mark of the schema of an open enum, which inputs and outputs show differently.
const OPEN: &str = "x-open-enum";

/// Schema of an open enum: any text, with the known values as examples.
#[doc(hidden)]
#[must_use]
pub fn enum_schema(known: &[&str]) -> Schema {
    json_schema!({ "type": "string", "examples": known, OPEN: true })
}

/// Says what an open enum takes in an input, or gives in an output.
#[derive(Debug, Clone)]
struct Enums {
    is_input: bool,
}

impl Transform for Enums {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.remove(OPEN).is_some()
            && self.is_input
            && let Some(known) = schema.remove("examples")
        {
            schema.remove("type");
            let other = json!({
                "type": "object",
                "description": "A value that this version does not know.",
                // An empty text is no value.
                "properties": { "other": { "type": "string", "not": { "const": "" } } },
                "required": ["other"],
                "additionalProperties": false,
            });
            let alternatives = json!([{ "type": "string", "enum": known }, other]);
            schema.insert("anyOf".to_owned(), alternatives);
        }
        transform_subschemas(self, schema);
    }
}

/// Schema of an open union, from those of its variants.
///
/// The tag is put into the object of each variant, which may be closed: a closed object and a tag side by side in an `allOf` could
/// never be satisfied. The last alternative is the variant of a version to come.
#[doc(hidden)]
#[must_use]
pub fn union_schema(tag: &str, variants: Vec<(&'static str, Schema)>) -> Schema {
    let known: Vec<&str> = variants.iter().map(|(wire, _)| *wire).collect();
    let unknown = json!({
        "type": "object",
        "description": "A variant that this version does not know.",
        "properties": { tag: { "type": "string", "minLength": 1, "not": { "enum": known } } },
        "required": [tag],
    });
    let mut alternatives: Vec<Value> =
        variants.into_iter().map(|(wire, schema)| tagged(tag, wire, schema)).collect();
    alternatives.push(unknown);
    json_schema!({ "anyOf": alternatives })
}

/// The schema of a command whose inputs are those of one of several closed variants.
///
/// Many readers of schemas take an object with `properties` and no alternatives at the top: all properties stand there, and
/// `if` and `then` say for each variant which ones it needs and takes.
#[doc(hidden)]
#[must_use]
pub fn input_union_schema(tag: &str, variants: Vec<(&'static str, Schema)>) -> Schema {
    let known: Vec<&str> = variants.iter().map(|(wire, _)| *wire).collect();
    let mut properties = serde_json::Map::new();
    properties.insert(
        tag.to_owned(),
        json!({ "type": "string", "enum": known, "description": "Which of the variants it is." }),
    );
    for (_, schema) in &variants {
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties.extend(own.map(|(name, schema)| (name.clone(), schema.clone())));
    }
    let rules: Vec<Value> = variants
        .iter()
        .map(|(wire, schema)| {
            let own = schema.get("properties").and_then(Value::as_object);
            let is_other = |name: &&String| *name != tag && !own.is_some_and(|own| own.contains_key(*name));
            let others = properties.keys().filter(is_other);
            json!({
                "if": { "properties": { tag: { "const": wire } } },
                "then": {
                    "required": schema.get("required").cloned().unwrap_or_else(|| json!([])),
                    "properties": others.map(|name| (name.clone(), json!(false))).collect::<serde_json::Map<_, _>>(),
                },
            })
        })
        .collect();
    // One rule within the other: an `allOf` at the top is an alternative to some readers.
    let rule = rules.into_iter().rev().reduce(|rest, mut rule| {
        rule["else"] = rest;
        rule
    });
    let mut schema = json_schema!({
        "type": "object",
        "properties": properties,
        "required": [tag],
        "additionalProperties": false,
    });
    if let (Some(object), Some(Value::Object(rule))) = (schema.as_object_mut(), rule) {
        object.extend(rule);
    }
    schema
}

fn tagged(tag: &str, wire: &str, mut schema: Schema) -> Value {
    let object = schema.ensure_object();
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        properties.insert(tag.to_owned(), json!({ "const": wire }));
    }
    let required = object.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut()
        && !required.iter().any(|name| name == tag)
    {
        required.insert(0, Value::from(tag));
    }
    schema.to_value()
}

/// Adds the bounds of numeric formats, which a format alone does not assert.
#[derive(Debug, Clone)]
pub(crate) struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        let bounds = match schema.get("format").and_then(Value::as_str) {
            Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
            Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
            Some("uint32") => Some((json!(0), json!(u32::MAX))),
            Some("uint64" | "uint") => Some((json!(0), json!(u64::MAX))),
            Some("uint16") => Some((json!(0), json!(u16::MAX))),
            Some("uint8") => Some((json!(0), json!(u8::MAX))),
            _ => None,
        };
        if let (Some((least, most)), Some(object)) = (bounds, schema.as_object_mut()) {
            object.entry("minimum").or_insert(least);
            object.entry("maximum").or_insert(most);
        }
        transform_subschemas(self, schema);
    }
}

/// The schema of the inputs of a command: an object that says which properties it has, none included.
pub(crate) fn of_input(mut schema: Schema) -> Schema {
    Bounds.transform(&mut schema);
    Enums { is_input: true }.transform(&mut schema);
    Prose::of_inputs(&schema).transform(&mut schema);
    if schema.get("type") == Some(&json!("object")) {
        schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
    }
    schema
}

/// The schema of an output, as it is written: what is always there is required, though it may be absent where it is read. Alternatives
/// at its top are an `anyOf`, as those of an open union are.
pub(crate) fn of_output<T: JsonSchema>() -> Schema {
    let generator = SchemaSettings::default().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    Bounds.transform(&mut schema);
    Enums { is_input: false }.transform(&mut schema);
    Prose::default().transform(&mut schema);
    if let Some(alternatives) = schema.remove("oneOf") {
        schema.insert("anyOf".to_owned(), alternatives);
    }
    schema
}
