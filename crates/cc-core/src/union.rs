//! What the open tagged unions share.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::decode_error::DecodeError;
use crate::json_path;

/// A variant of a union that this version does not know, kept as it came and sent back as it came.
///
/// `Debug` names its properties and shows no value: nothing is known of which of them is secret.
#[derive(Clone, PartialEq)]
pub struct UnknownVariant(Value);

impl Default for UnknownVariant {
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

impl UnknownVariant {
    /// Keeps this JSON.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// The JSON as it came.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The value of the property that tells variants apart; empty when there is none.
    #[must_use]
    pub fn tag(&self, property: &str) -> &str {
        self.0.get(property).and_then(Value::as_str).unwrap_or_default()
    }
}

impl fmt::Debug for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownVariant")?;
        f.debug_set().entries(self.0.as_object().into_iter().flat_map(Map::keys)).finish()
    }
}

/// The value of `tag` and the whole object.
#[doc(hidden)]
pub fn untagged_object<'de, D: Deserializer<'de>>(
    tag: &str,
    deserializer: D,
) -> Result<(Option<String>, Value), D::Error> {
    let value = Value::deserialize(deserializer)?;
    let found = value.get(tag).and_then(Value::as_str).map(str::to_owned);
    Ok((found, value))
}

/// Decodes a known variant. It may take no field that it does not know: then it is read without its tag.
#[doc(hidden)]
pub fn tagged_from_value<T: DeserializeOwned, E: serde::de::Error>(
    tag: &str,
    mut value: Value,
) -> Result<T, E> {
    if let Ok(known) = T::deserialize(&value) {
        return Ok(known);
    }
    if let Value::Object(object) = &mut value {
        object.remove(tag);
    }
    // Only a text has the places by which an error names a field.
    let text = value.to_string();
    serde_json::from_str(&text).map_err(|cause| {
        let place = json_path::at(text.as_bytes(), cause.line(), cause.column());
        let cause = DecodeError::new(&cause);
        let what = cause.what();
        if place.is_empty() { E::custom(what) } else { E::custom(format_args!("`{place}`: {what}")) }
    })
}

/// Encodes a known variant with its tag.
#[doc(hidden)]
pub fn tagged_into_value<T: Serialize>(tag: &str, wire: &str, value: &T) -> Result<Value, serde_json::Error> {
    match serde_json::to_value(value)? {
        Value::Object(mut object) => {
            object.insert(tag.to_owned(), Value::from(wire));
            Ok(Value::Object(object))
        }
        other => Err(serde_json::Error::custom(format_args!("a tagged variant is an object, not {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Basic {
        url: String,
    }

    crate::open_union! {
        /// A recipient.
        #[tag = "type"]
        pub enum Recipient {
            /// Basic.
            Basic(Basic) = "BASIC",
        }
    }

    #[test]
    fn a_known_variant_carries_its_tag() {
        let recipient = Recipient::Basic(Basic { url: "http://x".to_owned() });
        let json = serde_json::to_string(&recipient).unwrap();
        assert_eq!(json, r#"{"url":"http://x","type":"BASIC"}"#);
        assert_eq!(recipient.tag(), "BASIC");
        assert_eq!(serde_json::from_str::<Recipient>(&json).unwrap(), recipient);
    }

    #[test]
    fn a_known_variant_that_lacks_a_field_is_refused() {
        let error = serde_json::from_str::<Recipient>(r#"{"type":"BASIC"}"#).unwrap_err();
        assert!(error.to_string().contains("missing field `url`"), "{error}");
        let error = serde_json::from_str::<Recipient>(r#"{"type":"BASIC","url":5}"#).unwrap_err();
        assert!(error.to_string().contains("`url`: invalid type"), "{error}");
    }

    #[test]
    fn an_unknown_variant_keeps_its_json_and_shows_no_value() {
        let json = r#"{"password":"hunter2","type":"NEW"}"#;
        let recipient: Recipient = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&recipient).unwrap(), json);
        assert_eq!(recipient.tag(), "NEW");
        assert_eq!(format!("{recipient:?}"), r#"Unknown(UnknownVariant{"password", "type"})"#);
    }
}
