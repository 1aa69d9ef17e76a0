//! Requests without the values that the spec marks as secrets.

use serde_json::{Map, Value};

use super::Exchange;
use crate::engine::table::{Operation, Place, Table};

const HIDDEN: &str = "***";

/// Path and body of a request without secrets.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shown {
    pub(super) path: String,
    /// JSON, a form as an object, a text, or the size of anything else. Null if there is none.
    pub(super) body: Value,
}

pub(super) fn shown(exchange: &Exchange, table: &Table) -> Shown {
    let operation = exchange.operation.as_deref();
    let operation = operation.and_then(|id| table.operations.iter().find(|operation| operation.id == id));
    Shown {
        path: operation
            .map_or_else(|| exchange.path_and_query.clone(), |operation| path(exchange, operation, table)),
        body: body(exchange, operation, table),
    }
}

/// The path and the query, without the values of secret parameters.
fn path(exchange: &Exchange, operation: &Operation, table: &Table) -> String {
    let secret = |place, name: &str| {
        let found = operation.parameters.iter().find(|known| known.place == place && known.name == name);
        found.is_some_and(|known| is_secret(table, &known.schema))
    };
    let (path, query) = match exchange.path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (exchange.path_and_query.as_str(), None),
    };
    let values =
        table.router().find(&exchange.method, path).map(|found| found.parameters).unwrap_or_default();
    let hidden: Vec<&String> =
        values.iter().filter(|(name, _)| secret(Place::Path, name)).map(|(_, value)| value).collect();
    let segments = path.split('/').map(|segment| {
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        if hidden.iter().any(|value| **value == decoded) { HIDDEN } else { segment }
    });
    let mut shown = segments.collect::<Vec<_>>().join("/");
    if let Some(query) = query {
        let pairs = query.split('&').map(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            if secret(Place::Query, name) { format!("{name}={HIDDEN}") } else { pair.to_owned() }
        });
        shown = format!("{shown}?{}", pairs.collect::<Vec<_>>().join("&"));
    }
    shown
}

fn body(exchange: &Exchange, operation: Option<&Operation>, table: &Table) -> Value {
    if exchange.body.is_empty() {
        return Value::Null;
    }
    let request = operation.and_then(|operation| operation.request.as_ref());
    let is_form = request.is_some_and(|request| request.content_type == "application/x-www-form-urlencoded");
    let mut body = match exchange.json() {
        _ if is_form => {
            let fields = form_urlencoded::parse(&exchange.body).into_owned();
            Value::Object(fields.map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>())
        }
        Some(json) => json,
        None => match std::str::from_utf8(&exchange.body) {
            Ok(text) => text.into(),
            Err(_) => format!("{} bytes", exchange.body.len()).into(),
        },
    };
    if let Some(request) = request {
        hide(table, &request.schema, &mut body);
    }
    body
}

/// Returns `true` for the schema of a secret text or of secret JSON.
fn is_secret(table: &Table, schema: &Value) -> bool {
    matches!(table.resolve(schema).0, Some("shared.Secret" | "shared.SecretJson"))
}

/// Hides the secrets of a value by its schema. What stands in a choice of schemas is hidden if one of them hides it.
fn hide(table: &Table, schema: &Value, value: &mut Value) {
    if value.is_null() {
        return;
    }
    if is_secret(table, schema) {
        *value = HIDDEN.into();
        return;
    }
    let (name, schema) = table.resolve(schema);
    if name == Some("shared.ServiceUrl")
        && let Value::String(url) = value
    {
        *url = shown_url(url);
    }
    for choice in ["allOf", "anyOf", "oneOf"] {
        let schemas = schema.get(choice).and_then(Value::as_array);
        schemas.into_iter().flatten().for_each(|schema| hide(table, schema, value));
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let known = schema.get("properties").and_then(|known| known.get(name));
                if let Some(schema) = known.or_else(|| schema.get("additionalProperties")) {
                    hide(table, schema, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|value| hide(table, schema, value));
            }
        }
        _ => {}
    }
}

/// A URL without user information and without the values of its query.
fn shown_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (rest, query) = rest.split_at(end);
    let rest = rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("{HIDDEN}@{host}"));
    let scheme = if url.contains("://") { format!("{scheme}://") } else { String::new() };
    format!("{scheme}{rest}{}", if query.is_empty() { "" } else { "?***" })
}
