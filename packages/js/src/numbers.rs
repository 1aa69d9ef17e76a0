//! Integers that a number of JavaScript cannot hold.

use serde_json::{Value, json};

/// `Number.MAX_SAFE_INTEGER`: above it, not every integer is a number of JavaScript.
const LARGEST: u64 = (1 << 53) - 1;

/// The places of integers beyond ±(2^53 − 1) in a value, each with the digits: `[["a", 0], "9007199254740993"]`. `JSON.parse` would
/// round them.
#[must_use]
pub fn large_integers(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    collect(value, &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, path: &mut Vec<Value>, found: &mut Vec<Value>) {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if size.is_some_and(|size| size > LARGEST) {
                found.push(json!([path, number.to_string()]));
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                path.push(index.into());
                collect(value, path, found);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name.as_str().into());
                collect(value, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_that_a_double_may_round_are_found() {
        let value = json!({
            "small": 9_007_199_254_740_991_i64,
            "negative": -9_007_199_254_740_991_i64,
            "float": 1e300,
            "list": [1, [9_007_199_254_740_992_i64], i64::MIN, u64::MAX],
        });
        assert_eq!(
            large_integers(&value),
            [
                json!([["list", 1, 0], "9007199254740992"]),
                json!([["list", 2], "-9223372036854775808"]),
                json!([["list", 3], "18446744073709551615"]),
            ]
        );
    }
}
