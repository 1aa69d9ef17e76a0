//! Numbers of a body that a tree of JSON does not hold digit by digit.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::fault::node;
use crate::decimal::{digits, digits_of};

/// The texts of these numbers. They are looked for when a decimal is read for the first time.
#[derive(Debug)]
pub(super) struct Numbers<'t> {
    tree: &'t Value,
    text: &'t [u8],
    found: OnceCell<HashMap<usize, String>>,
}

impl<'t> Numbers<'t> {
    pub(super) fn new(tree: &'t Value, text: &'t [u8]) -> Self {
        Self { tree, text, found: OnceCell::new() }
    }

    /// The text of a number of the tree, if the tree holds another number.
    pub(super) fn of(&self, value: &Value) -> Option<&str> {
        let found = self.found.get_or_init(|| {
            let mut found = HashMap::new();
            // If an object repeats a key, the two ways may part: the numbers after that place are those of the tree.
            let walk = Walk { value: self.tree, found: &mut found };
            let _ = walk.deserialize(&mut serde_json::Deserializer::from_slice(self.text));
            found
        });
        found.get(&node(value)).map(String::as_str)
    }
}

/// Walks over a text and the tree that was read from it.
struct Walk<'t, 'f> {
    value: &'t Value,
    found: &'f mut HashMap<usize, String>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.value {
            Value::Number(number) => {
                let text = digits_of(deserializer)?;
                if digits(&text) != digits(&number.to_string()) {
                    self.found.insert(node(self.value), text);
                } else {
                    // An object that repeats a key has the last number.
                    self.found.remove(&node(self.value));
                }
                Ok(())
            }
            Value::Array(_) => deserializer.deserialize_seq(self),
            Value::Object(_) => deserializer.deserialize_map(self),
            Value::Null | Value::Bool(_) | Value::String(_) => {
                deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ())
            }
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the same JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for value in self.value.as_array().into_iter().flatten() {
            let walk = Walk { value, found: &mut *self.found };
            if seq.next_element_seed(walk)?.is_none() {
                return Err(A::Error::custom("the text has fewer elements"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.value.get(&key) {
                Some(value) => map.next_value_seed(Walk { value, found: &mut *self.found })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
