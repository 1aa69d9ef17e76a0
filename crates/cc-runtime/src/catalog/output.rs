//! Outputs as JSON objects.

use schemars::{Schema, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::hide;

/// The property of the object around an output that is no object itself.
const RESULT: &str = "result";

/// Selects how secrets are written into an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// `***` stands in their place.
    #[default]
    Redacted,
    /// They are written as they are.
    Exposed,
}

/// An output as JSON.
///
/// # Errors
/// [`ErrorKind::Unexpected`] when it has none.
pub fn write_output<T: Serialize>(output: T, secrets: Secrets) -> Result<Value> {
    let written = match secrets {
        Secrets::Redacted => hide::hiding(|| serde_json::to_value(output)),
        Secrets::Exposed => hide::expose_secrets(|| serde_json::to_value(output)),
    };
    written.map_err(|cause| {
        Error::new(ErrorKind::Unexpected)
            .with_message("could not encode the output as JSON")
            .with_source(cause)
    })
}

/// How an output is put into an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// It is one.
    Object,
    /// The command has no output, which is written as an empty object.
    Empty,
    /// It is the property `result`.
    Property,
}

impl Layout {
    pub(super) fn of(schema: &Schema) -> Self {
        if schema.get("type") == Some(&json!("null")) {
            Self::Empty
        } else if is_object(schema.as_value(), schema.as_value(), 8) {
            Self::Object
        } else {
            Self::Property
        }
    }

    pub(super) fn object(self, output: Value) -> Value {
        match self {
            Self::Object => output,
            Self::Empty => json!({}),
            Self::Property => json!({ RESULT: output }),
        }
    }

    /// Takes out what [`object`](Self::object) put in.
    pub(super) fn bare(self, mut object: Value) -> Value {
        match self {
            Self::Object => object,
            Self::Empty => Value::Null,
            Self::Property => object.get_mut(RESULT).map_or(Value::Null, Value::take),
        }
    }

    pub(super) fn schema(self, mut schema: Schema) -> Schema {
        let root = schema.ensure_object();
        match self {
            Self::Object => {
                // Alternatives of which each is an object say it once more at their top, where readers look.
                root.entry("type").or_insert_with(|| json!("object"));
                schema
            }
            Self::Empty => {
                json_schema!({ "type": "object", "properties": {}, "additionalProperties": false })
            }
            Self::Property => {
                let (dialect, definitions) = (root.remove("$schema"), root.remove("$defs"));
                let mut object = json_schema!({
                    "type": "object",
                    "properties": { RESULT: schema },
                    "required": [RESULT],
                    "additionalProperties": false,
                });
                let root = object.ensure_object();
                root.extend(dialect.map(|dialect| ("$schema".to_owned(), dialect)));
                root.extend(definitions.map(|definitions| ("$defs".to_owned(), definitions)));
                object
            }
        }
    }
}

/// Returns `true` if a schema admits objects only.
fn is_object(schema: &Value, root: &Value, depth: usize) -> bool {
    if let Some(ty) = schema.get("type") {
        return ty == "object";
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.is_some_and(|target| is_object(target, root, depth));
    }
    match schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        Some(alternatives) => {
            !alternatives.is_empty() && alternatives.iter().all(|one| is_object(one, root, depth))
        }
        None => schema.get("properties").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use schemars::schema_for;

    use super::*;
    use crate::secret::{Secret, SecretJson, ServiceUrl};

    fn laid_out(schema: Schema, output: Value) -> (Value, Value) {
        let layout = Layout::of(&schema);
        (layout.schema(schema).to_value(), layout.object(output))
    }

    #[test]
    fn every_output_is_an_object_that_its_schema_admits() {
        let (schema, output) = laid_out(schema_for!(Vec<Secret>), json!(["***"]));
        assert_eq!(output, json!({ "result": ["***"] }));
        assert_eq!(schema["properties"]["result"]["items"]["$ref"], "#/$defs/Secret");
        assert_eq!(schema["$defs"]["Secret"]["type"], "string");
        let (schema, output) = laid_out(schema_for!(()), Value::Null);
        assert_eq!((&schema["type"], output), (&json!("object"), json!({})));
        let (_, output) = laid_out(schema_for!(Option<u8>), Value::Null);
        assert_eq!(output, json!({ "result": null }));
        let (schema, output) =
            laid_out(schema_for!(std::collections::BTreeMap<String, u8>), json!({ "a": 1 }));
        assert_eq!((&schema["type"], output), (&json!("object"), json!({ "a": 1 })));
    }

    #[test]
    fn an_output_comes_out_of_its_object_as_it_went_in() {
        for (schema, output) in [
            (schema_for!(Vec<u8>), json!([1, 2])),
            (schema_for!(()), Value::Null),
            (schema_for!(Option<u8>), Value::Null),
            (schema_for!(std::collections::BTreeMap<String, u8>), json!({ "result": 1 })),
        ] {
            let layout = Layout::of(&schema);
            assert_eq!(layout.bare(layout.object(output.clone())), output);
        }
    }

    #[test]
    fn secrets_are_written_only_when_they_are_exposed() {
        let secrets = || {
            let url = ServiceUrl::from("https://me:hunter2@host/logs?key=hunter2");
            (Secret::from("hunter2"), SecretJson::new(json!({ "a": "hunter2" })), url)
        };
        let redacted = write_output(secrets(), Secrets::Redacted).unwrap();
        assert_eq!(redacted, json!(["***", "***", "https://***@host/logs?***"]));
        let exposed = write_output(secrets(), Secrets::Exposed).unwrap();
        assert_eq!(exposed.to_string().matches("hunter2").count(), 4);
        let within = hide::expose_secrets(|| write_output(secrets(), Secrets::Redacted).unwrap());
        assert_eq!(within, redacted);
    }
}
