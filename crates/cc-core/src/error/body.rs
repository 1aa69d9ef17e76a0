//! Reads the body of an error, whichever form it has.

use std::fmt;

use http::{HeaderMap, header};
use serde_json::Value;

/// How many characters of a text that is no error body of the platform are worth showing.
const EXCERPT: usize = 300;

/// Which field of the request the platform complains of.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldContext {
    /// The name of the field.
    pub field: Option<String>,
    /// The value that was not accepted, as the platform repeats it. It may be a secret: `Debug` does not show it.
    pub value: Option<String>,
}

impl fmt::Debug for FieldContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_ref().map(|_| "***");
        f.debug_struct("FieldContext").field("field", &self.field).field("value", &value).finish()
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) context: Option<FieldContext>,
}

/// Reads what can be read; a body that says nothing gives nothing.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> ErrorBody {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        return from_json(&value);
    }
    let text = String::from_utf8_lossy(body);
    let html = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("html"))
        || text.trim_start().starts_with('<');
    let message = if html { html_title(&text) } else { one_line(&text) };
    ErrorBody { message, ..ErrorBody::default() }
}

fn from_json(value: &Value) -> ErrorBody {
    let text = |key: &str| value.get(key).and_then(Value::as_str).and_then(one_line);
    let scalar = |key: &str| match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    ErrorBody {
        code: scalar("code").or_else(|| scalar("id")),
        message: value
            .as_str()
            .and_then(one_line)
            .or_else(|| text("message"))
            .or_else(|| text("error"))
            .or_else(|| text("detail"))
            .or_else(|| text("title")),
        context: value.get("context").and_then(context),
    }
}

/// Both shapes: `{"type":"field","field":…,"value":…}` and `{"OVDErrorFieldContext":{"fieldName":…,"fieldValue":…}}`.
fn context(value: &Value) -> Option<FieldContext> {
    let inner = value.get("OVDErrorFieldContext").unwrap_or(value);
    let first = |keys: &[&str]| {
        keys.iter().find_map(|key| match inner.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Null | Value::Object(_) | Value::Array(_) => None,
            other => Some(other.to_string()),
        })
    };
    let context = FieldContext {
        field: first(&["fieldName", "field", "name"]),
        value: first(&["fieldValue", "value"]),
    };
    (context != FieldContext::default()).then_some(context)
}

/// The title of a page, which is what it says in one line.
fn html_title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    one_line(&page[start..end]).map(|title| format!("an HTML page titled `{title}`"))
}

/// White space folded, cut where it is long; `None` when nothing is left.
fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > EXCERPT {
            line = line.chars().take(EXCERPT).collect();
            line.push('…');
            break;
        }
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(body: &str) -> ErrorBody {
        read(&HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn both_generations_of_the_api_give_code_and_message() {
        let v2 = read_json(r#"{"id":4004,"message":"No such app","type":"error"}"#);
        assert_eq!((v2.code.as_deref(), v2.message.as_deref()), (Some("4004"), Some("No such app")));
        let v4 = read_json(r#"{"code":"clever.core.bad","error":"Bad","apiRequestId":"r"}"#);
        assert_eq!((v4.code.as_deref(), v4.message.as_deref()), (Some("clever.core.bad"), Some("Bad")));
    }

    #[test]
    fn both_shapes_of_context_name_the_field() {
        let go = read_json(r#"{"context":{"type":"field","field":"zone","value":"mars"}}"#).context.unwrap();
        let ovd =
            read_json(r#"{"context":{"OVDErrorFieldContext":{"fieldName":"zone","fieldValue":"mars"}}}"#);
        assert_eq!((go.field.as_deref(), go.value.as_deref()), (Some("zone"), Some("mars")));
        assert_eq!(ovd.context.unwrap(), go);
    }

    #[test]
    fn problem_json_bare_strings_text_and_html_give_one_line() {
        assert_eq!(read_json(r#"{"title":"T","detail":"D"}"#).message.as_deref(), Some("D"));
        assert_eq!(read_json(r#""just a\nstring""#).message.as_deref(), Some("just a string"));
        assert_eq!(read_json("no\n  such thing ").message.as_deref(), Some("no such thing"));
        let html = "<!DOCTYPE html><html><head><TITLE>502\nBad Gateway</TITLE></head>";
        assert_eq!(read_json(html).message.as_deref(), Some("an HTML page titled `502 Bad Gateway`"));
        assert_eq!(read_json(""), ErrorBody::default());
        assert_eq!(read_json(&"é".repeat(1_000)).message.unwrap().chars().count(), EXCERPT + 1);
    }
}
