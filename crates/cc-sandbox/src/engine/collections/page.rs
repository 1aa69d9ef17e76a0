//! The usual query parameters of a list: filters by a field, and pages.

use serde_json::{Map, Value};

use crate::engine::request::Request;

/// Query parameters that cut a list, and filter nothing.
const CUTS: [&str; 9] = ["limit", "size", "count", "offset", "from", "page", "cursor", "order", "since"];

/// Returns `true` if an item has the values that the query asks for.
///
/// A parameter that is no field of the item filters nothing.
pub(super) fn matches(request: &Request<'_>, item: &Map<String, Value>) -> bool {
    request.query.iter().filter(|(name, _)| !CUTS.contains(&name.as_str())).all(|(name, wanted)| {
        let own = |name: &str| item.get(name);
        match own(name).or_else(|| own(&format!("{name}s"))) {
            Some(Value::Array(values)) => values.iter().any(|value| is(value, wanted)),
            Some(Value::Object(_)) | None => true,
            Some(value) => is(value, wanted),
        }
    })
}

fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(own) => own.eq_ignore_ascii_case(wanted),
        Value::Bool(own) => wanted.parse() == Ok(*own),
        Value::Number(own) => wanted.parse().ok() == own.as_f64(),
        _ => false,
    }
}

/// The page of a list that the query asks for, and the cursor of the next one.
pub(super) fn cut<'a, T>(request: &Request<'_>, items: Vec<&'a T>) -> (Vec<&'a T>, Option<String>) {
    let number = |names: &[&str]| names.iter().find_map(|name| request.query(name)?.parse::<usize>().ok());
    let size = number(&["limit", "size", "count"]).unwrap_or(usize::MAX);
    let first = number(&["offset", "from", "cursor"])
        .or_else(|| Some(number(&["page"])?.saturating_sub(1).saturating_mul(size)))
        .unwrap_or(0);
    let total = items.len();
    let end = first.saturating_add(size);
    let page = items.into_iter().skip(first).take(size).collect();
    (page, (end < total).then(|| end.to_string()))
}
