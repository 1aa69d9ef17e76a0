//! Names of types in messages: those of JSON, whichever type of Rust reads the value. The same messages are read by users of the command
//! line, of JavaScript and of an AI.

use std::borrow::Cow;

use serde::de::Unexpected;
use serde_json::Value;

/// The type of a value.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The type of a value that `serde` describes, without the value.
pub(super) fn of_unexpected(unexpected: Unexpected<'_>) -> Cow<'static, str> {
    Cow::Borrowed(match unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        other => return Cow::Owned(super::shown(&other.to_string())),
    })
}

/// A type that `serde` names as a value of another type was found, such as `floating point`.
pub(crate) fn found(name: &str) -> &str {
    match name {
        "floating point" => "number",
        "sequence" => "array",
        "map" => "object",
        "unit value" | "Option value" => "null",
        other => other,
    }
}

/// What a type of Rust expects, such as `u32` or `a sequence`.
pub(crate) fn expected(by_rust: &str) -> Cow<'_, str> {
    Cow::Borrowed(match by_rust {
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "u128" => "an integer of at least 0",
        "usize" if usize::BITS == 32 => "an integer from 0 to 4294967295",
        "usize" => "an integer of at least 0",
        "i8" => "an integer from -128 to 127",
        "i16" => "an integer from -32768 to 32767",
        "i32" => "an integer from -2147483648 to 2147483647",
        "i64" | "i128" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        "unit" => "null",
        "enum" => "one of the known values",
        other if other.starts_with("enum ") => "one of the known values",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("a tuple ") => "an array",
        other if other.starts_with("a nonzero u") => "an integer of at least 1",
        other if other.starts_with("a nonzero i") => "an integer other than 0",
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::num::{NonZeroI8, NonZeroU32};

    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use crate::de::strictly;
    use crate::decode_error::DecodeError;

    /// The two readers name a value of another type in the same words.
    fn fault<T: DeserializeOwned + std::fmt::Debug>(value: &Value) -> String {
        let fault = strictly::<T>(value).unwrap_err().to_string();
        let plain = serde_json::from_slice::<T>(value.to_string().as_bytes()).unwrap_err();
        assert_eq!(DecodeError::new(&plain).what(), fault);
        fault
    }

    #[test]
    fn messages_name_the_types_of_json() {
        let [object, array, text] = [json!({}), json!([]), json!("hunter2")];
        #[derive(Debug, serde::Deserialize)]
        enum Direction {
            Up,
            Down,
        }
        let direction = |value: Value| strictly::<Direction>(&value).unwrap_err().to_string();
        assert_eq!(direction(json!(1)), "invalid type: integer, expected one of `Up`, `Down`");
        assert_eq!(direction(json!("Left")), "unknown value `Left`, expected `Up` or `Down`");
        assert_eq!(direction(json!({})), "invalid type: object, expected one of the known values");
        for (fault, told) in [
            (fault::<u8>(&json!(256)), "invalid value: integer, expected an integer from 0 to 255"),
            (fault::<u16>(&json!(-1)), "invalid value: integer, expected an integer from 0 to 65535"),
            (fault::<u32>(&json!(1.5)), "invalid type: number, expected an integer from 0 to 4294967295"),
            (fault::<u64>(&json!(-1)), "invalid value: integer, expected an integer of at least 0"),
            (fault::<usize>(&text), "invalid type: string, expected an integer of at least 0"),
            (fault::<i8>(&json!(128)), "invalid value: integer, expected an integer from -128 to 127"),
            (fault::<i32>(&array), "invalid type: array, expected an integer from -2147483648 to 2147483647"),
            (fault::<i64>(&object), "invalid type: object, expected an integer"),
            (fault::<f64>(&json!(true)), "invalid type: boolean, expected a number"),
            (fault::<bool>(&json!(null)), "invalid type: null, expected a boolean"),
            (fault::<Vec<u8>>(&object), "invalid type: object, expected an array"),
            (fault::<(u8, u8)>(&text), "invalid type: string, expected an array"),
            (fault::<BTreeMap<String, u8>>(&array), "invalid type: array, expected an object"),
            (fault::<()>(&text), "invalid type: string, expected null"),
            (fault::<NonZeroU32>(&json!(0)), "invalid value: integer, expected an integer of at least 1"),
            (fault::<NonZeroI8>(&json!(0)), "invalid value: integer, expected an integer other than 0"),
        ] {
            assert_eq!(fault, told);
        }
    }
}
