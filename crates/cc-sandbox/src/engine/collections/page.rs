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
        if name == "prefix" {
            let key = own("key").or_else(|| own("name")).and_then(Value::as_str);
            return key.is_none_or(|key| key.starts_with(wanted.as_str()));
        }
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
///
/// `from` is the number of a page, from 1, beside a `size`, and the number of an item, from 0, beside a `to`.
pub(super) fn cut<'a, T>(request: &Request<'_>, items: Vec<&'a T>) -> (Vec<&'a T>, Option<String>) {
    let number = |names: &[&str]| names.iter().find_map(|name| request.query(name)?.parse::<usize>().ok());
    let counts_pages = request.operation.parameters.iter().any(|parameter| parameter.name == "size");
    let (items_by, pages_by) = if counts_pages {
        (&["offset", "cursor"][..], &["page", "from"][..])
    } else {
        (&["offset", "from", "cursor"][..], &["page"][..])
    };
    let size = number(&["limit", "size", "count"]);
    let first = number(items_by)
        .or_else(|| Some(number(pages_by)?.saturating_sub(1).saturating_mul(size?)))
        .unwrap_or(0);
    let size = size.or_else(|| Some(number(&["to"])?.saturating_sub(first))).unwrap_or(usize::MAX);
    let total = items.len();
    let end = first.saturating_add(size);
    let page = items.into_iter().skip(first).take(size).collect();
    (page, (end < total).then(|| end.to_string()))
}
