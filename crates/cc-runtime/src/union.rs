//! Code shared by the open tagged unions.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::de;

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

    /// Value of the property that distinguishes the variants; empty if there is none.
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

/// A union that `open_union!` declares.
#[doc(hidden)]
pub trait OpenUnion: Sized {
    /// Marker by which the union requests its tag from the reader.
    const NAME: &'static str;

    /// Reads the variant of this tag; the object of one that is not known is kept as it is.
    ///
    /// # Errors
    /// Those of the variant.
    fn read<'de, D: Deserializer<'de>>(tag: &str, deserializer: D) -> Result<Self, D::Error>;
}

/// Reads a union.
///
/// # Errors
/// If the value is not an object, or its tag is absent, not text or empty; and the errors of the variant.
#[doc(hidden)]
pub fn read_union<'de, U, D>(deserializer: D) -> Result<U, D::Error>
where
    U: OpenUnion + DeserializeOwned,
    D: Deserializer<'de>,
{
    struct Union<U>(PhantomData<U>);

    impl<'de, U: OpenUnion + DeserializeOwned> Visitor<'de> for Union<U> {
        type Value = U;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        /// Any deserializer: the tag may come after the fields of the variant, so the whole value is read
        /// first.
        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<U, D::Error> {
            let value = Value::deserialize(deserializer)?;
            de::plainly(&value).map_err(D::Error::custom)
        }

        /// The reader of a tree: it gives the tag first.
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<U, A::Error> {
            let tag: Option<String> = seq.next_element()?;
            let variant = Variant { tag: tag.unwrap_or_default(), union: PhantomData };
            seq.next_element_seed(variant)?.ok_or_else(|| A::Error::custom("a union without its object"))
        }
    }

    struct Variant<U> {
        tag: String,
        union: PhantomData<U>,
    }

    impl<'de, U: OpenUnion> DeserializeSeed<'de> for Variant<U> {
        type Value = U;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<U, D::Error> {
            U::read(&self.tag, deserializer)
        }
    }

    deserializer.deserialize_newtype_struct(U::NAME, Union(PhantomData))
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

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Owned {
        owner: crate::OwnerId,
    }

    crate::open_union! {
        /// A thing.
        #[tag = "type"]
        pub enum Thing {
            /// Owned.
            Owned(Owned) = "OWNED",
        }
    }

    #[test]
    fn an_absent_id_in_a_union_is_read_back_and_refused_in_an_input() {
        let thing = Thing::Owned(Owned { owner: crate::OwnerId::default() });
        assert_eq!(thing.tag(), "OWNED");
        let json = serde_json::to_value(&thing).unwrap();
        assert_eq!(serde_json::from_value::<Thing>(json.clone()).unwrap(), thing);
        let error = de::strictly::<Thing>(&json).unwrap_err().to_string();
        assert!(error.starts_with("`owner`: must not be empty"), "{error}");
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Branch {
        left: Node,
        right: Option<Node>,
    }

    crate::open_union! {
        /// A part of a tree.
        #[tag = "kind"]
        pub enum Node {
            /// A branch.
            Branch(Box<Branch>) = "branch",
            /// A leaf.
            Leaf(Basic) = "leaf",
        }
    }

    #[test]
    fn a_union_that_contains_itself_is_read_and_written_at_every_depth() {
        let leaf = serde_json::json!({ "kind": "leaf", "url": "http://x" });
        let inner = serde_json::json!({ "kind": "branch", "left": leaf, "right": { "kind": "new", "x": 1 } });
        let json = serde_json::json!({ "kind": "branch", "left": inner, "right": null });
        let node: Node = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(node.tag(), "branch");
        assert_eq!(serde_json::to_value(&node).unwrap(), json);
    }

    #[test]
    fn a_known_variant_that_lacks_a_field_is_refused() {
        let error = serde_json::from_str::<Recipient>(r#"{"type":"BASIC"}"#).unwrap_err();
        assert!(error.to_string().contains("missing field `url`"), "{error}");
        let error = serde_json::from_str::<Recipient>(r#"{"type":"BASIC","url":5}"#).unwrap_err();
        assert!(error.to_string().contains("`url`: invalid type"), "{error}");
    }

    #[test]
    fn only_an_unknown_text_is_a_variant_of_tomorrow() {
        for (json, what) in [
            ("{}", "missing field `type`"),
            (r#"{"url":"http://x"}"#, "missing field `type`"),
            (r#"{"type":5}"#, "`type`: invalid type: integer, expected a text"),
            (r#"{"type":null}"#, "`type`: invalid type: null, expected a text"),
            (r#"{"type":""}"#, "`type`: expected a variant, found an empty string"),
            ("[]", "invalid type: array, expected an object"),
            (r#""BASIC""#, "invalid type: string, expected an object"),
            ("null", "invalid type: null, expected an object"),
        ] {
            let error = serde_json::from_str::<Recipient>(json).unwrap_err().to_string();
            assert!(error.starts_with(what), "{json}: {error}");
        }
    }

    #[test]
    fn a_union_without_a_usable_tag_costs_its_field_however_the_tag_is_broken() {
        #[derive(Debug, Deserialize)]
        struct Drain {
            id: String,
            #[serde(default)]
            recipient: Option<Recipient>,
        }
        for recipient in
            [r#"{}"#, r#"{"url":"http://x"}"#, r#"{"type":5}"#, r#"{"type":null}"#, r#"{"type":""}"#, "[]"]
        {
            let json: Value =
                serde_json::from_str(&format!(r#"{{"id":"d","recipient":{recipient}}}"#)).unwrap();
            let (drain, drift) =
                de::leniently::<Drain>(&json, json.to_string().as_bytes(), Default::default()).unwrap();
            assert_eq!((drain.id.as_str(), drain.recipient), ("d", None), "{recipient}");
            assert_eq!(drift.len(), 1, "{recipient}: {drift:?}");
        }
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
