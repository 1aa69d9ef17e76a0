//! Reply of a Redis command.

use cc_runtime::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Reply of a Redis command: nothing, a number, a text, or a list of replies to any depth.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reply {
    /// Nothing: the key, field or element does not exist, or a condition was not met.
    #[default]
    Nil,
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Double(f64),
    /// A text, or a status such as `OK`.
    Text(String),
    /// Several replies.
    List(Vec<Reply>),
    /// A value that the proxy is not known to send, unchanged.
    Other(Value),
}

impl Reply {
    /// Returns `true` for an empty reply.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, also one that comes as a text, as the value of a counter does.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The number, also one that comes as a text, as the score of a member does.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Double(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            // Scores and the like are far below 2^53.
            #[allow(clippy::cast_precision_loss)]
            Self::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// The replies in it, when it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Reply]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Returns the replies as pairs, as in the replies of `HGETALL` and similar commands; `None` if the reply
    /// is not a list of pairs.
    #[must_use]
    pub fn into_pairs(self) -> Option<Vec<(Reply, Reply)>> {
        let Self::List(list) = self else { return None };
        if list.len() % 2 == 1 {
            return None;
        }
        let mut pairs = Vec::with_capacity(list.len() / 2);
        let mut list = list.into_iter();
        while let (Some(first), Some(second)) = (list.next(), list.next()) {
            pairs.push((first, second));
        }
        Some(pairs)
    }

    /// Reads it as any type: `reply.decode::<Vec<Option<String>>>()` for `MGET`.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] when it is of another shape.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T> {
        serde_json::from_value(self.into()).map_err(|cause| {
            Error::new(ErrorKind::Undecodable)
                .with_message(format!("unexpected reply: {cause}"))
                .with_source(cause)
        })
    }
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Nil,
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Self::Integer(number),
                (None, Some(number)) => Self::Double(number),
                (None, None) => Self::Other(number.into()),
            },
            Value::String(text) => Self::Text(text),
            Value::Array(list) => Self::List(list.into_iter().map(Self::from).collect()),
            other @ (Value::Bool(_) | Value::Object(_)) => Self::Other(other),
        }
    }
}

impl From<Reply> for Value {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Nil => Self::Null,
            Reply::Integer(number) => number.into(),
            Reply::Double(number) => number.into(),
            Reply::Text(text) => text.into(),
            Reply::List(list) => list.into_iter().map(Self::from).collect(),
            Reply::Other(value) => value,
        }
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nil => serializer.serialize_unit(),
            Self::Integer(number) => number.serialize(serializer),
            Self::Double(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "catalog")]
impl schemars::JsonSchema for Reply {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Reply".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let reply = generator.subschema_for::<Self>();
        schemars::json_schema!({ "type": ["null", "number", "string", "array"], "items": reply })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Reply {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn nested_lists_nulls_and_numbers_are_kept_to_the_digit() {
        let json = r#"["a",null,[1,[9007199254740993,-0.5]],[]]"#;
        let reply = read(json);
        assert_eq!(
            reply.as_list().unwrap()[2],
            Reply::List(vec![
                Reply::Integer(1),
                Reply::List(vec![Reply::Integer(9_007_199_254_740_993), Reply::Double(-0.5)])
            ])
        );
        assert_eq!(serde_json::to_string(&reply).unwrap(), json);
    }

    #[test]
    fn what_the_proxy_is_not_known_to_send_is_kept() {
        let json = r#"[true,{"a":1}]"#;
        assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
    }

    #[test]
    fn a_reply_is_read_as_what_the_caller_expects() {
        assert_eq!(
            read(r#"["a",null]"#).decode::<Vec<Option<String>>>().unwrap(),
            [Some("a".to_owned()), None]
        );
        assert_eq!(read(r#""42""#).as_i64(), Some(42));
        assert_eq!(read(r#""1.5""#).as_f64(), Some(1.5));
        assert!(read("null").is_nil());
        let pairs = read(r#"["f","v"]"#).into_pairs().unwrap();
        assert_eq!(pairs, [(Reply::Text("f".into()), Reply::Text("v".into()))]);
        assert_eq!(read(r#"["f"]"#).into_pairs(), None);
        assert_eq!(read("1").decode::<String>().unwrap_err().kind(), ErrorKind::Undecodable);
    }
}
