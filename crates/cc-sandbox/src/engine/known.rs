//! Reduces a body to the properties that the spec knows.

use serde_json::{Map, Value};

use super::table::Table;

/// Most names of properties that are listed.
const LISTED: usize = 20;

/// Takes out of a body every `null` of an optional property that is no value of its schema: the platform reads it like an
/// absent property. With `all`, also takes out the properties that the schema does not know, and returns their places.
pub(crate) fn reduce(table: &Table, schema: &Value, body: &mut Value, all: bool) -> Vec<String> {
    let mut reduction = Reduction { table, all, unknown: Vec::new(), place: String::new() };
    reduction.visit(schema, body);
    reduction.unknown
}

struct Reduction<'a> {
    table: &'a Table,
    all: bool,
    unknown: Vec<String>,
    /// JSON pointer to the value that is visited.
    place: String,
}

impl Reduction<'_> {
    fn visit(&mut self, schema: &Value, value: &mut Value) {
        let schema = chosen(self.table, schema, value);
        match value {
            Value::Object(fields) => self.visit_fields(schema, fields),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.inside(&index.to_string(), |own| own.visit(&schema["items"], item));
                }
            }
            _ => {}
        }
    }

    fn visit_fields(&mut self, schema: &Value, fields: &mut Map<String, Value>) {
        let properties = schema["properties"].as_object();
        let others = schema.get("additionalProperties");
        let is_required = |name: &str| {
            schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|required| required.as_str() == Some(name))
        };
        fields.retain(|name, value| {
            let known = properties.and_then(|properties| properties.get(name));
            if known.is_none() && self.all && others == Some(&Value::Bool(false)) {
                if self.unknown.len() < LISTED {
                    self.unknown.push(format!("{}/{name}", self.place));
                }
                return false;
            }
            let Some(schema) = known.or(others) else { return true };
            let is_optional = known.is_some() && !is_required(name);
            if value.is_null() && is_optional && !takes_null(self.table, schema) {
                return false;
            }
            self.inside(name, |own| own.visit(schema, value));
            true
        });
    }

    fn inside(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        self.place.push_str(name);
        visit(self);
        self.place.truncate(length);
    }
}

/// The schema behind references, and among alternatives the one that a value means: by its type, and by its tag.
fn chosen<'a>(table: &'a Table, schema: &'a Value, value: &Value) -> &'a Value {
    let (_, schema) = table.resolve(schema);
    let Some(alternatives) = alternatives(schema) else { return schema };
    let means = |schema: &&Value| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        has_type(schema, value)
            && properties
                .filter_map(|(name, own)| Some((name, own.get("const")?)))
                .all(|(name, tag)| value[name] == *tag)
    };
    alternatives.iter().map(|own| table.resolve(own).1).find(means).unwrap_or(schema)
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => value.is_number(),
    };
    match &schema["type"] {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        // Without a type, a schema takes any.
        _ => true,
    }
}

fn takes_null(table: &Table, schema: &Value) -> bool {
    let (_, schema) = table.resolve(schema);
    match alternatives(schema) {
        Some(alternatives) => alternatives.iter().any(|own| takes_null(table, own)),
        None => has_type(schema, &Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        let closed = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        let text = json!({ "type": "string" });
        let text_or_null = json!({ "anyOf": [text, { "type": "null" }] });
        let by_tag = json!({ "oneOf": [
            closed(json!({ "kind": { "const": "A" }, "a": text }), json!(["kind"])),
            closed(json!({ "kind": { "const": "B" }, "b": { "$ref": "#/$defs/Name" } }), json!(["kind"])),
        ] });
        let properties = json!({
            "name": { "$ref": "#/$defs/Name" },
            "note": text_or_null,
            "target": by_tag,
            "items": { "type": "array", "items": closed(json!({ "id": text }), json!([])) },
            "free": { "type": "object", "additionalProperties": true },
            "texts": { "type": "object", "additionalProperties": text },
        });
        let mut schema = closed(properties, json!(["name"]));
        schema["$defs"] = json!({ "Name": text });
        schema
    }

    fn reduced(all: bool, mut body: Value) -> (Value, Vec<String>) {
        let schema = schema();
        let unknown = reduce(&Table::of_schema(&schema), &schema, &mut body, all);
        (body, unknown)
    }

    #[test]
    fn what_the_spec_does_not_know_is_taken_out_wherever_it_is() {
        let body = json!({
            "name": "n", "more": 1, "target": { "kind": "B", "b": "x", "a": "y" },
            "items": [{ "id": "1" }, { "id": "2", "size": 3 }], "free": { "any": { "thing": null } }, "texts": { "k": "v" },
        });
        let left = json!({
            "name": "n", "target": { "kind": "B", "b": "x" }, "items": [{ "id": "1" }, { "id": "2" }],
            "free": { "any": { "thing": null } }, "texts": { "k": "v" },
        });
        let (reduced_body, mut unknown) = reduced(true, body.clone());
        unknown.sort();
        assert_eq!(reduced_body, left);
        assert_eq!(unknown, ["/items/1/size", "/more", "/target/a"]);
        assert_eq!(reduced(false, body.clone()), (body, Vec::new()));
    }

    #[test]
    fn a_null_of_an_optional_property_is_an_absent_one_unless_the_spec_takes_it() {
        let body = json!({
            "name": null, "note": null, "items": null, "target": { "kind": "A", "a": null }, "texts": { "k": null },
        });
        let left = json!({ "name": null, "note": null, "target": { "kind": "A" }, "texts": { "k": null } });
        for all in [true, false] {
            assert_eq!(reduced(all, body.clone()), (left.clone(), Vec::new()));
        }
    }

    #[test]
    fn the_list_of_unknown_properties_is_bounded() {
        let body = (0..1_000).map(|number| (format!("p{number}"), json!(number))).collect();
        let (left, unknown) = reduced(true, Value::Object(body));
        assert_eq!((left, unknown.len()), (json!({}), LISTED));
    }
}
