//! Formats an exchange without secrets and without knowing them: types are shown, values are not.

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::Value;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::line::one_line;
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;

/// Headers whose values are shown.
const HARMLESS: &[&str] = &[
    "accept",
    "accept-encoding",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "retry-after",
    "server",
    "sozu-id",
    "transfer-encoding",
];

/// Maximum depth, and number of members of an object, that are shown.
const DEPTH: usize = 8;
const MEMBERS: usize = 64;

/// Maximum length of a displayed member name, in characters.
const NAME: usize = 100;

pub(super) fn request(exchange: &Exchange, endpoint: &Endpoint) -> String {
    let request = &exchange.request;
    let path = exchange.info.shown_path(endpoint.below(exchange.path()));
    let mut text = format!("{} {path}", request.method());
    let names = request.uri().query().into_iter().flat_map(|query| query.split('&'));
    for (at, pair) in names.enumerate() {
        let name = pair.split('=').next().unwrap_or_default();
        text.push_str(if at == 0 { "?" } else { "&" });
        text.push_str(name);
        text.push_str("=***");
    }
    let _ = write!(text, "\nhost: {}", endpoint.authority());
    // The header is added to each attempt, below the layer that is logged.
    if exchange.identity.as_ref() != Credentials::None.identity() {
        text.push_str("\nauthorization: ***");
    }
    headers(&mut text, request.headers());
    body(&mut text, request.headers(), Some(request.body()));
    text
}

pub(super) fn answer(outcome: &Result<HttpResponse>) -> String {
    match outcome {
        Ok(answer) => {
            let mut text = answer.status().to_string();
            headers(&mut text, answer.headers());
            body(&mut text, answer.headers(), answer.body().whole());
            text
        }
        // Without the message and the cause: both may repeat text of the platform or a layer.
        Err(error) => format!("no answer: {}", error.kind().code()),
    }
}

fn headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = HARMLESS.contains(&name.as_str()) && !value.is_sensitive();
        let value = value.to_str().ok().filter(|_| shown).unwrap_or("***");
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{name}: {value}");
    }
}

fn body(text: &mut String, headers: &HeaderMap, body: Option<&Bytes>) {
    let Some(body) = body else {
        text.push_str("\n\n<stream>");
        return;
    };
    if body.is_empty() {
        return;
    }
    text.push_str("\n\n");
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("json"));
    match serde_json::from_slice(body) {
        Ok(value) if json => shape(text, &value, 0),
        _ => {
            let _ = write!(text, "<{} bytes>", body.len());
        }
    }
}

/// Names and types of a value. An array is described by its first element.
fn shape(text: &mut String, value: &Value, depth: usize) {
    let _ = match value {
        Value::Null => write!(text, "null"),
        Value::Bool(_) => write!(text, "boolean"),
        Value::Number(_) => write!(text, "number"),
        Value::String(string) => write!(text, "string({})", string.chars().count()),
        Value::Array(values) if depth >= DEPTH => write!(text, "array({})", values.len()),
        Value::Object(members) if depth >= DEPTH => write!(text, "object({})", members.len()),
        Value::Array(values) => {
            let _ = write!(text, "array({})", values.len());
            if let Some(first) = values.first() {
                text.push('[');
                shape(text, first, depth + 1);
                text.push(']');
            }
            Ok(())
        }
        Value::Object(members) => {
            text.push('{');
            for (at, (name, value)) in members.iter().take(MEMBERS).enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                let _ = write!(text, "{}: ", one_line(name, NAME));
                shape(text, value, depth + 1);
            }
            text.push_str(if members.len() > MEMBERS { ", …}" } else { "}" });
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: Value) -> String {
        let mut text = String::new();
        shape(&mut text, &value, 0);
        text
    }

    #[test]
    fn a_body_shows_names_types_and_lengths_only() {
        let value = serde_json::json!({
            "name": "hunter2", "port": 4242, "on": true, "none": null,
            "list": [{"password": "hunter2"}, {"password": "hunter3"}],
        });
        assert_eq!(
            shown(value),
            "{name: string(7), port: number, on: boolean, none: null, list: array(2)[{password: string(7)}]}"
        );
    }

    #[test]
    fn a_deep_or_wide_body_is_cut() {
        let deep = (0..100).fold(Value::from("hunter2"), |inner, _| serde_json::json!([inner]));
        assert!(shown(deep).len() < 200);
        let wide: Value =
            (0..1_000).map(|at| (at.to_string(), Value::from(at))).collect::<serde_json::Map<_, _>>().into();
        assert!(shown(wide).ends_with(", …}"));
    }

    #[test]
    fn headers_that_are_not_known_to_be_harmless_or_are_sensitive_show_no_value() {
        let mut map = HeaderMap::new();
        map.insert("x-clever-password", "hunter2".parse().unwrap());
        map.insert("accept", "application/json".parse().unwrap());
        let mut sensitive: http::HeaderValue = "hunter3".parse().unwrap();
        sensitive.set_sensitive(true);
        map.insert("content-type", sensitive);
        let mut text = String::new();
        headers(&mut text, &map);
        assert_eq!(text, "\nx-clever-password: ***\naccept: application/json\ncontent-type: ***");
    }
}
