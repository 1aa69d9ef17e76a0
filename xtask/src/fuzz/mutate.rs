//! One seeded mutation of a document: a place of its tree, and what happens to it.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Texts that generators often get wrong.
const ODD: [&str; 24] = [
    "",
    " ",
    "a\nb",
    "a\"b",
    "a\\b",
    "é",
    "self",
    "crate",
    "r#type",
    "Self",
    "*/",
    "{",
    "}",
    "{a}",
    "//",
    "#",
    "null",
    "true",
    "1.0",
    "-1",
    "\u{202e}x",
    "\u{0}",
    "../../x",
    "#/components/schemas/Nope",
];

/// What happened to a list whose order changed: few lists of a spec have one.
pub const REORDERED: &str = "reordered";

/// A mutated document.
pub struct Mutation {
    pub document: Value,
    /// JSON pointer of the place, in the document before.
    pub pointer: String,
    pub what: String,
}

/// Mutates a document. The same generator of numbers gives the same mutation.
pub fn mutate(document: &Value, rng: &mut Rng) -> Mutation {
    let mut places = Vec::new();
    collect(document, &mut String::new(), &mut places);
    let pointer = places[rng.usize(..places.len())].clone();
    let mut mutated = document.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", ""));
    let key = key.replace("~1", "/").replace("~0", "~");
    let what = match rng.u8(..8) {
        0 => remove(&mut mutated, parent, &key),
        1 => duplicate(&mut mutated, parent, &key),
        2 => rename(&mut mutated, parent, &key, rng),
        3 => swap(&mut mutated, &pointer, &places[rng.usize(..places.len())]),
        4 => replace(&mut mutated, &pointer, wrong_type(rng)),
        5 => replace(&mut mutated, &pointer, Value::String(ODD[rng.usize(..ODD.len())].to_owned())),
        _ => change(&mut mutated, &pointer, rng),
    };
    Mutation { document: mutated, pointer, what }
}

/// Pointers of all values below the root.
fn collect(value: &Value, at: &mut String, places: &mut Vec<String>) {
    let length = at.len();
    let mut visit = |key: &str, child: &Value, places: &mut Vec<String>| {
        at.push('/');
        at.push_str(&key.replace('~', "~0").replace('/', "~1"));
        places.push(at.clone());
        collect(child, at, places);
        at.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| visit(key, child, places)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, child)| visit(&index.to_string(), child, places));
        }
        _ => {}
    }
}

fn remove(document: &mut Value, parent: &str, key: &str) -> String {
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.shift_remove(key)),
        Some(Value::Array(list)) => drop(key.parse::<usize>().map(|index| list.remove(index))),
        _ => {}
    }
    "removed".to_owned()
}

fn duplicate(document: &mut Value, parent: &str, key: &str) -> String {
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            if let Some(value) = map.get(key).cloned() {
                map.insert(format!("{key}2"), value);
            }
            format!("duplicated as `{key}2`")
        }
        Some(Value::Array(list)) => {
            if let Some(value) = key.parse::<usize>().ok().and_then(|index| list.get(index)).cloned() {
                list.push(value);
            }
            "duplicated".to_owned()
        }
        _ => String::new(),
    }
}

fn rename(document: &mut Value, parent: &str, key: &str, rng: &mut Rng) -> String {
    let Some(Value::Object(map)) = document.pointer_mut(parent) else {
        return remove(document, parent, key);
    };
    let new = match rng.u8(..5) {
        0 => format!("{key}x"),
        1 => key.to_uppercase(),
        2 => key.chars().skip(1).collect(),
        3 => format!("x-{key}"),
        _ => ODD[rng.usize(..ODD.len())].to_owned(),
    };
    let renamed: Map<String, Value> = std::mem::take(map)
        .into_iter()
        .map(|(name, value)| (if name == key { new.clone() } else { name }, value))
        .collect();
    *map = renamed;
    format!("renamed to `{new}`")
}

fn swap(document: &mut Value, one: &str, other: &str) -> String {
    if one.starts_with(other) || other.starts_with(one) {
        return "swapped with itself".to_owned();
    }
    let taken = document.pointer_mut(one).map(Value::take).unwrap_or_default();
    let old = document.pointer_mut(other).map(|place| std::mem::replace(place, taken)).unwrap_or_default();
    if let Some(place) = document.pointer_mut(one) {
        *place = old;
    }
    format!("swapped with {other}")
}

fn replace(document: &mut Value, pointer: &str, new: Value) -> String {
    let what = format!("replaced by {new}");
    if let Some(place) = document.pointer_mut(pointer) {
        *place = new;
    }
    what
}

fn wrong_type(rng: &mut Rng) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(u64::MAX),
        json!("text"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"a": 1}),
    ];
    all[rng.usize(..all.len())].clone()
}

/// A value of the same type that is another one.
fn change(document: &mut Value, pointer: &str, rng: &mut Rng) -> String {
    let Some(place) = document.pointer_mut(pointer) else { return String::new() };
    let new = match &*place {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_i64().unwrap_or_default().wrapping_add(rng.i64(-2..3))),
        Value::String(text) => match rng.u8(..4) {
            0 => json!(format!("{text}X")),
            1 => json!(text.chars().rev().collect::<String>()),
            2 => json!(text.repeat(40)),
            _ => json!(text.to_uppercase()),
        },
        Value::Array(list) => json!(list.iter().rev().collect::<Vec<_>>()),
        Value::Object(map) => json!({"allOf": [map]}),
        Value::Null => json!("null"),
    };
    let what = match place {
        Value::Array(_) => REORDERED.to_owned(),
        _ => format!("changed to {}", new.to_string().chars().take(80).collect::<String>()),
    };
    *place = new;
    what
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_mutation_each_time() {
        let document = json!({"a": [1, "two", {"b/c": true}], "d": {"e": null}});
        let all = |seed| {
            let mut rng = Rng::with_seed(seed);
            (0..50).map(|_| mutate(&document, &mut rng).document).collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        assert!(all(1).iter().filter(|mutated| **mutated != document).count() > 40);
    }
}
