//! Reads the body of an error, whichever form it has.

mod markup;
mod text;

use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::context::{ErrorContext, scalar};
use crate::line::{CODE, folded};
use markup::element;

pub(crate) use markup::{is_html, markup};
pub(super) use text::decoded;

/// Maximum length of the message of a body, in characters.
const WORDS: usize = 1_000;

/// Maximum length, in characters, of the excerpt of a text that is not an error body of the platform.
const EXCERPT: usize = 300;

/// Maximum depth, and number of errors in a list, of the search for messages.
const DEPTH: usize = 8;
const SEVERAL: usize = 5;

#[derive(Debug, Default, PartialEq)]
pub(super) struct ErrorBody {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) context: Option<ErrorContext>,
    pub(super) request_id: Option<String>,
}

/// Extracts the known parts; an uninformative body gives nothing.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> ErrorBody {
    let body = decoded(headers, body);
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
    if let Some(value) = text::json(body) {
        return from_json(&value);
    }
    if let Some(told) = text::not_text(body) {
        return ErrorBody { message: Some(told), ..ErrorBody::default() };
    }
    let text = String::from_utf8_lossy(body);
    let media = media_type(headers);
    if let Some(data) = text::data_of_events(&media, &text) {
        return read(&HeaderMap::new(), data.as_bytes());
    }
    if let Some(form) = text::form(&media, &text) {
        return from_json(&form);
    }
    let is_markup = media.contains("html") || media.contains("xml") || text.trim_start().starts_with('<');
    if is_markup {
        let code = ["code", "errorcode", "faultcode"].iter().find_map(|name| element(&text, name));
        return ErrorBody {
            message: markup(&text),
            code: code.filter(|_| !is_html(&text)),
            ..ErrorBody::default()
        };
    }
    if let Some(value) = text::json_that_breaks_off(&text) {
        let told = from_json(&value);
        if told != ErrorBody::default() {
            let message = told.message.map(|words| format!("{words}… (the body breaks off)"));
            return ErrorBody { message, ..told };
        }
    }
    ErrorBody { message: folded(&text, EXCERPT), ..ErrorBody::default() }
}

/// The content type of an answer, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    found.unwrap_or_default().to_ascii_lowercase()
}

fn from_json(value: &Value) -> ErrorBody {
    if let Value::String(text) = value
        && let Some(inner) = text::json(text.as_bytes())
    {
        return from_json(&inner);
    }
    let empty = Map::new();
    // A list of errors is represented by its first error, with the messages of all.
    let first = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let top = first.as_object().unwrap_or(&empty);
    ErrorBody {
        code: code(first, 0).and_then(|code| folded(&code, CODE)),
        message: words(value),
        context: context(value, top),
        request_id: get(top, "apirequestid").and_then(scalar).and_then(|id| folded(&id, CODE)),
    }
}

fn context(value: &Value, top: &Map<String, Value>) -> Option<ErrorContext> {
    if let Some(context) = top.get("context") {
        return ErrorContext::read(context);
    }
    // JSON:API, GraphQL, problem+json, and the validation errors of web frameworks.
    const LISTS: [&str; 11] = [
        "fields",
        "errors",
        "violations",
        "fielderrors",
        "validationerrors",
        "invalidparams",
        "detail",
        "details",
        "causes",
        "suberrors",
        "message",
    ];
    let inner =
        ["error", "details", "data", "response"].iter().filter_map(|name| get(top, name)?.as_object());
    [top]
        .into_iter()
        .chain(inner)
        .find_map(|object| {
            LISTS.iter().find_map(|name| {
                let list = get(object, name)?;
                // Of an object beside the words, only those of `fields` and `errors` are known to be of fields.
                (list.is_array()
                    || matches!(*name, "fields" | "errors" | "validationerrors")
                    || is_reasons(list))
                .then(|| ErrorContext::of_errors(list))?
            })
        })
        .or_else(|| ErrorContext::of_errors(value).filter(|_| value.is_array() || is_map_of_reasons(top)))
}

fn is_reasons(value: &Value) -> bool {
    value.as_object().is_some_and(is_map_of_reasons)
}

/// `{"name": ["is required"]}`, as Django writes it.
fn is_map_of_reasons(object: &Map<String, Value>) -> bool {
    !object.is_empty()
        && TELLING.iter().all(|name| get(object, name).is_none())
        && object.values().all(|value| {
            value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string))
        })
}

/// A member whose name is this, but for case, `-` and `_`.
fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let is = |found: &str| plain(found).eq(name.bytes());
    object.get(name).or_else(|| object.iter().find(|(found, _)| is(found)).map(|(_, value)| value))
}

/// A name in lower case, without `-` and `_`.
fn plain(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase())
}

/// The code of a failure: the platform's own (`code`, else `id`) first.
fn code(value: &Value, depth: usize) -> Option<String> {
    let object = value.as_object().filter(|_| depth < DEPTH)?;
    let of = |name: &str| get(object, name).filter(|value| !value.is_boolean()).and_then(scalar);
    let inner = |name: &str| match get(object, name)? {
        Value::Array(list) => code(list.first()?, depth + 1),
        value => code(value, depth + 1),
    };
    // OAuth 2 and others name the failure in `error`, and say it in words beside.
    let named = || {
        let words = ["errordescription", "message", "reason", "detail"];
        let has_words = words.iter().any(|name| get(object, name).is_some_and(Value::is_string));
        let is_name = |name: &String| name.bytes().all(|byte| byte.is_ascii_graphic());
        of("error").filter(is_name).filter(|_| has_words)
    };
    // RFC 9457: `type` is the URI that tells problems apart. `about:blank`, and the section of a status, tell nothing more.
    let problem = || {
        let is_problem = get(object, "title").is_some_and(Value::is_string);
        let is_telling =
            |uri: &String| uri.contains(':') && uri != "about:blank" && !uri.contains("#section-");
        of("type").filter(|uri| is_problem && is_telling(uri))
    };
    // `id` is a code of the platform's v2 API; elsewhere it is the id of something.
    of("code")
        .or_else(|| of("id").filter(|_| depth == 0 || get(object, "message").is_some()))
        .or_else(|| of("errorcode"))
        .or_else(named)
        .or_else(|| of("oauthproblem"))
        .or_else(|| of("faultcode"))
        .or_else(|| of("__type").or_else(|| of("type").filter(|_| depth > 0)))
        .or_else(problem)
        .or_else(|| {
            let places = ["error", "errors", "fault", "detail", "extensions", "data", "response", "result"];
            places.iter().find_map(|name| inner(name))
        })
        .or_else(|| of("reason").filter(|_| get(object, "message").is_some()))
}

/// Message in a body, on one line.
pub(super) fn words(value: &Value) -> Option<String> {
    said(value, 0).and_then(|words| folded(&words, WORDS))
}

/// Members that hold the message, most informative first.
const TELLING: [&str; 28] = [
    "message",
    "errordescription",
    "errormessage",
    "faultstring",
    "detail",
    "reason",
    "error",
    "errors",
    "msg",
    "description",
    "title",
    "fault",
    "err",
    "statusmessage",
    "defaultmessage",
    "exception",
    "violations",
    "invalidparams",
    "nonfielderrors",
    "data",
    "result",
    "response",
    "details",
    "oauthproblemadvice",
    "oauthproblem",
    "meta",
    "text",
    "value",
];

/// Returns `true` if a member of this name holds a message about the whole, not about a field.
pub(super) fn is_telling(name: &str) -> bool {
    let is = |found: &str| plain(name).eq(found.bytes());
    TELLING.iter().any(|found| is(found)) || is("code") || is("status")
}

fn said(value: &Value, depth: usize) -> Option<String> {
    if depth >= DEPTH {
        return None;
    }
    match value {
        Value::String(text) => unwrapped(text, depth),
        Value::Array(list) => {
            let mut all: Vec<String> = list.iter().filter_map(|item| said_of_item(item, depth + 1)).collect();
            all.dedup();
            let more = all.len() > SEVERAL;
            all.truncate(SEVERAL);
            (!all.is_empty()).then(|| all.join(", ") + if more { ", …" } else { "" })
        }
        Value::Object(object) => {
            // The rules that a value breaks, by their names: the words say enough.
            if let Some(Value::Object(rules)) = get(object, "constraints") {
                return said(&rules.values().cloned().collect(), depth + 1);
            }
            let told = TELLING.iter().find_map(|name| said(get(object, name)?, depth + 1));
            told.or_else(|| {
                let reasons = object.iter().filter(|(_, value)| value.is_array());
                let all: Vec<String> = reasons
                    .filter_map(|(name, value)| Some(format!("{name}: {}", said(value, depth + 1)?)))
                    .take(SEVERAL)
                    .collect();
                (depth == 0 && is_map_of_reasons(object) || depth > 0)
                    .then_some(all)
                    .filter(|all| !all.is_empty())
                    .map(|all| all.join(", "))
            })
            .or_else(|| {
                let texts: Vec<String> = object
                    .iter()
                    .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_str()?)))
                    .take(SEVERAL)
                    .collect();
                (depth > 0 && !texts.is_empty()).then(|| texts.join(", "))
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// An element of a list of errors, with the field that it is about.
fn said_of_item(item: &Value, depth: usize) -> Option<String> {
    let words = said(item, depth)?;
    let context = ErrorContext::of_errors(&Value::Array(vec![item.clone()]));
    match context.as_ref().and_then(ErrorContext::field) {
        Some(field) if !words.contains(field) => Some(format!("{field}: {words}")),
        _ => Some(words),
    }
}

/// A text, or the message in the JSON or the page that it holds: the platform quotes the answers of add-on
/// providers.
fn unwrapped(text: &str, depth: usize) -> Option<String> {
    let text = text.trim();
    let quoted = text.find(['[', '{']).and_then(|start| {
        let inner: Value = serde_json::from_slice(&text.as_bytes()[start..]).ok()?;
        Some((text[..start].trim_end_matches([' ', ':']), said(&inner, depth + 1)?))
    });
    if let Some((before, words)) = quoted {
        let is_provider = before.to_ascii_lowercase().ends_with("error from provider");
        return Some(if before.is_empty() || is_provider { words } else { format!("{before}: {words}") });
    }
    if let Some(start) = text.find('<')
        && is_html(&text[start..])
        && let Some(page) = markup(&text[start..])
    {
        let before = text[..start].trim_end();
        return Some(if before.is_empty() { page } else { format!("{before} {page}") });
    }
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(body: &str) -> ErrorBody {
        read(&HeaderMap::new(), body.as_bytes())
    }

    fn told(body: &str) -> (Option<String>, Option<String>) {
        let read = read_text(body);
        (read.code, read.message)
    }

    #[test]
    fn both_generations_of_the_api_give_code_and_message() {
        let v2 = read_text(r#"{"id":4004,"message":"No such app","type":"error"}"#);
        assert_eq!((v2.code.as_deref(), v2.message.as_deref()), (Some("4004"), Some("No such app")));
        let v4 = read_text(r#"{"code":"clever.core.bad","error":"Bad","apiRequestId":"r"}"#);
        assert_eq!((v4.code.as_deref(), v4.message.as_deref()), (Some("clever.core.bad"), Some("Bad")));
        assert_eq!(v4.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn both_shapes_of_context_name_the_field() {
        let go = read_text(r#"{"context":{"type":"field","field":"zone","value":"mars"}}"#).context.unwrap();
        let ovd =
            read_text(r#"{"context":{"OVDErrorFieldContext":{"fieldName":"zone","fieldValue":"mars"}}}"#);
        assert_eq!((go.field(), go.value()), (Some("zone"), Some("mars")));
        assert_eq!(ovd.context.unwrap(), go);
    }

    #[test]
    fn problem_json_bare_strings_text_and_html_give_one_line() {
        let message = |body: &str| read_text(body).message;
        assert_eq!(message(r#"{"title":"T","detail":"D"}"#).as_deref(), Some("D"));
        assert_eq!(message(r#""just a\nstring""#).as_deref(), Some("just a string"));
        assert_eq!(message("no\n  such thing ").as_deref(), Some("no such thing"));
        let html = "<!DOCTYPE html><html><head><TITLE>502\nBad Gateway</TITLE></head>";
        assert_eq!(message(html).as_deref(), Some("an HTML page titled `502 Bad Gateway`"));
        assert_eq!(read_text(""), ErrorBody::default());
        assert_eq!(message(&"é".repeat(1_000)).unwrap().chars().count(), EXCERPT + 1);
    }

    #[test]
    fn the_words_of_any_framework_are_found() {
        for (body, code, words) in [
            (r#"{"error":{"code":"not_found","message":"no"}}"#, Some("not_found"), "no"),
            (r#"{"error":{"code":404,"message":"no","status":"NOT_FOUND"}}"#, Some("404"), "no"),
            (r#"{"error":{"type":"card_error","message":"no"}}"#, Some("card_error"), "no"),
            (
                r#"{"errors":[{"code":"x","detail":"no","title":"T"},{"detail":"never"}]}"#,
                Some("x"),
                "no, never",
            ),
            (r#"{"errors":[{"message":"no","extensions":{"code":"GONE"}}]}"#, Some("GONE"), "no"),
            (r#"{"errors":["no","never"]}"#, None, "no, never"),
            (
                r#"{"errors":{"name":["is required"],"zone":["unknown"]}}"#,
                None,
                "name: is required, zone: unknown",
            ),
            (r#"{"name":["is required"]}"#, None, "name: is required"),
            (r#"{"non_field_errors":["no"]}"#, None, "no"),
            (r#"[{"id":"error","message":"no"}]"#, Some("error"), "no"),
            (r#"["no"]"#, None, "no"),
            (r#"{"statusCode":400,"message":["no","never"],"error":"Bad Request"}"#, None, "no, never"),
            (
                r#"{"timestamp":1,"status":404,"error":"Not Found","message":"","path":"/x"}"#,
                None,
                "Not Found",
            ),
            (r#"{"error":"invalid_grant","error_description":"no"}"#, Some("invalid_grant"), "no"),
            (r#"{"detail":[{"loc":["body","zone"],"msg":"no","type":"t"}]}"#, Some("t"), "body.zone: no"),
            (r#"{"fault":{"faultstring":"no","detail":{"errorcode":"x"}}}"#, Some("x"), "no"),
            (r#"{"Code":"X","Message":"no"}"#, Some("X"), "no"),
            (r#"{"__type":"X","message":"no"}"#, Some("X"), "no"),
            (
                r#"{"kind":"Status","status":"Failure","message":"no","reason":"NotFound","code":404}"#,
                Some("404"),
                "no",
            ),
            (
                r#"{"type":"about:blank","title":"T","invalid-params":[{"name":"a","reason":"no"}]}"#,
                None,
                "T",
            ),
            (r#"{"msg":"no"}"#, None, "no"),
            (r#"{"errorCode":7,"errorMessage":"no"}"#, Some("7"), "no"),
            (r#"{"success":false,"error":"no"}"#, None, "no"),
            (r#"{"ok":false,"description":"no","error_code":403}"#, Some("403"), "no"),
            (r#"{"data":{"message":"no"}}"#, None, "no"),
            (r#"{"error":{"errors":[{"message":"no"}]}}"#, None, "no"),
            (r#"{"violations":[{"propertyPath":"zone","message":"no"}]}"#, None, "zone: no"),
            (r#"{"error":"not_found","reason":"no"}"#, Some("not_found"), "no"),
            (r#"{"error":{"code":"x","message":{"lang":"en","value":"no"}}}"#, Some("x"), "no"),
            (r#"{"errors":{"detail":"no"}}"#, None, "no"),
            (r#"{"errors":[{"defaultMessage":"no","field":"zone"}]}"#, None, "zone: no"),
            (
                "<html><title>Error</title><pre>Cannot GET /x</pre>",
                None,
                "an HTML page titled `Error`: Cannot GET /x",
            ),
            ("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>", Some("NoSuchKey"), "no"),
            ("<html><body><h1>It works</h1></body></html>", None, "an HTML page headed `It works`"),
            ("<html><body><p>no</p><script>x()</script></body></html>", None, "a page that says `no`"),
        ] {
            assert_eq!(told(body), (code.map(str::to_owned), Some(words.to_owned())), "{body}");
        }
    }

    #[test]
    fn the_fields_that_frameworks_complain_of_are_a_context() {
        for body in [
            r#"{"errors":[{"detail":"no","source":{"pointer":"zone"}}]}"#,
            r#"{"errors":{"zone":["no"]}}"#,
            r#"{"zone":["no"]}"#,
            r#"{"detail":[{"loc":["zone"],"msg":"no"}]}"#,
            r#"{"title":"T","invalid-params":[{"name":"zone","reason":"no"}]}"#,
            r#"{"violations":[{"propertyPath":"zone","message":"no"}]}"#,
            r#"{"error":{"message":"m","details":[{"@type":"t","fieldViolations":[{"field":"zone","description":"no"}]}]}}"#,
            r#"{"message":"m","errors":[{"resource":"r","field":"zone","code":"no"}]}"#,
            r#"{"message":"m","details":{"causes":[{"field":"zone","message":"no"}]}}"#,
            r#"{"error":{"message":"m","errors":[{"field":"zone","message":"no"}]}}"#,
        ] {
            let context = read_text(body).context.unwrap_or_else(|| panic!("{body}"));
            assert_eq!(
                (context.field(), context.fields()[0].reason.as_deref()),
                (Some("zone"), Some("no")),
                "{body}"
            );
        }
        for body in [
            r#"{"errors":["no"]}"#,
            r#"{"errors":{"detail":"no"}}"#,
            r#"{"code":5,"message":"no","details":[]}"#,
        ] {
            assert_eq!(read_text(body).context, None, "{body}");
        }
        assert_eq!(read_text(r#"{"code":"x","error":"no"}"#).context, None);
    }

    #[test]
    fn what_a_provider_said_is_unwrapped() {
        let body = r#"{"id":-500,"message":"Error from provider: [{\"id\":\"error\",\"message\":\"No resource available in this zone\"}]","type":"error"}"#;
        assert_eq!(
            told(body),
            (Some("-500".to_owned()), Some("No resource available in this zone".to_owned()))
        );
        let body = r#"{"id":-500,"message":"Error from provider: <html><head><title>503 Service Unavailable</title></head><body>…</body></html>"}"#;
        assert_eq!(
            told(body).1.as_deref(),
            Some("Error from provider: an HTML page titled `503 Service Unavailable`")
        );
        let body = r#"{"message":"invalid body: {\"error\":\"no\"}"}"#;
        assert_eq!(told(body).1.as_deref(), Some("invalid body: no"));
        assert_eq!(told(r#"{"message":"a [b] {c}"}"#).1.as_deref(), Some("a [b] {c}"));
    }

    #[test]
    fn a_code_is_bounded() {
        let body = format!(r#"{{"code":"{}","message":"no"}}"#, "x".repeat(60_000));
        assert_eq!(told(&body).0.unwrap().chars().count(), CODE + 1);
    }

    #[test]
    fn a_form_is_read_where_the_content_type_says_so() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        let read = read(&headers, b"error=bad_verification_code&error_description=The+code+is+wrong.");
        assert_eq!(
            (read.code.as_deref(), read.message.as_deref()),
            (Some("bad_verification_code"), Some("The code is wrong."))
        );
    }

    proptest! {
        #[test]
        fn no_body_makes_reading_fail(body in "\\PC{0,200}", tags in "[<>/a-z! İß&;\\[\\]{}\":]{0,80}") {
            for text in [body.clone(), tags.clone(), format!("<{tags}"), format!("{{\"message\":{}}}", Value::from(tags.as_str()))] {
                let _ = read_text(&text);
            }
        }
    }
}
