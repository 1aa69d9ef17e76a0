//! Scalars that stand where another type was expected, as far as their meaning is beyond doubt.

use serde_json::{Number, Value};

/// A whole number: written as one, with an empty fraction (`2.0` is an integer in JSON Schema), or, where `texts` are read, in a
/// text.
pub(super) fn integer(value: &Value, texts: bool) -> Option<i64> {
    match value {
        Value::Number(number) => whole(number),
        Value::String(text) if texts => text.parse().ok().or_else(|| whole(&number(text)?)),
        _ => None,
    }
}

fn whole(number: &Number) -> Option<i64> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0)?;
        // Both ends are checked before the cast.
        #[allow(clippy::cast_possible_truncation)]
        (-END..END).contains(&float).then_some(float as i64)
    })
}

/// A number in a text, written as JSON writes numbers.
pub(crate) fn number(text: &str) -> Option<Number> {
    if text.len() > 40 {
        return None;
    }
    // Bytes here and everywhere: for texts, a program would have the parser a second time.
    match serde_json::from_slice(text.as_bytes()) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// A truth value in a text.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value.as_str()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A number or a truth value as a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}
