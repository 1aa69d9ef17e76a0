//! JSON of unknown shape that holds a secret.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// JSON of which only so much is known that it holds a secret: `Debug` shows none of it, and there is no `Display`.
///
/// [`expose`](Self::expose) is the one way to read it. `Serialize` writes `***` in its place, except in the body
/// of a request and in [`expose_secrets`](crate::expose_secrets).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretJson(Value);

impl SecretJson {
    /// Creates a secret from a JSON value.
    pub fn new(value: impl Into<Value>) -> Self {
        Self(value.into())
    }

    /// Returns the value. The caller is responsible for its use.
    #[must_use]
    pub fn expose(&self) -> &Value {
        &self.0
    }

    /// Returns the value without a copy.
    #[must_use]
    pub fn into_exposed(self) -> Value {
        self.0
    }
}

impl From<Value> for SecretJson {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Debug for SecretJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretJson(***)")
    }
}

impl Serialize for SecretJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if super::collect::is_collecting() {
            super::collect::refuse_mask(holds_mask(&self.0))?;
            note(&self.0);
        } else if super::hide::is_hiding() {
            return serializer.serialize_str(super::hide::HIDDEN);
        }
        self.0.serialize(serializer)
    }
}

/// Returns `true` if a text in it is the mask of a secret.
fn holds_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text == super::hide::HIDDEN,
        Value::Array(values) => values.iter().any(holds_mask),
        Value::Object(members) => members.values().any(holds_mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Every text in it is a secret: nothing says which.
fn note(value: &Value) {
    match value {
        Value::String(text) => super::collect::note(&text.as_str().into()),
        Value::Array(values) => values.iter().for_each(note),
        Value::Object(members) => members.values().for_each(note),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl<'de> Deserialize<'de> for SecretJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for SecretJson {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretJson".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_and_the_value_is_kept() {
        let secret: SecretJson = serde_json::from_str(r#"{"token":"hunter2"}"#).unwrap();
        assert_eq!(format!("{:?}", Some(&secret)), "Some(SecretJson(***))");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""***""#);
        let exposed = crate::expose_secrets(|| serde_json::to_string(&secret));
        assert_eq!(exposed.unwrap(), r#"{"token":"hunter2"}"#);
        assert_eq!(secret.expose()["token"], "hunter2");
    }
}
