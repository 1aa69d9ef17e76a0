//! Texts of the outside are shown in one line that no terminal and no log acts on.

use std::fmt::Display;

use cc_runtime::{Answer, CallOptions, Credentials, Drift, Error, ErrorContext, ErrorKind, is_harmless};
use serde_json::json;

use crate::support::*;
use crate::trace::listen;

/// Texts with which a server may move the cursor, forge a line, or display other words.
const TEXTS: [(&str, &str); 10] = [
    ("clears the screen", "a\u{1b}[2Jb"),
    ("colours with one byte", "a\u{9b}31mb"),
    ("links to another place", "a\u{1b}]8;;http://evil.test\u{1b}\\b\u{1b}]8;;\u{1b}\\"),
    ("sets the title", "a\u{1b}]0;b\u{7}"),
    ("forges a line", "a\r\nERROR all is lost"),
    ("ends the line elsewhere", "a\u{85}b\u{2028}c\u{2029}d"),
    ("turns the direction", "a\u{202e}b\u{2066}c\u{2069}"),
    ("is not seen", "a\u{200b}b\u{ad}c\u{feff}d\u{e0041}"),
    ("goes back", "a\u{8}\u{8}b\u{7f}\u{0}"),
    ("is long", LONG),
];

const LONG: &str = {
    const BYTES: [u8; 5_000] = [b'x'; 5_000];
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => unreachable!(),
    }
};

#[track_caller]
fn assert_harmless(what: &str, shown: impl Display) {
    let shown = shown.to_string();
    assert!(is_harmless(&shown), "{what}: {shown:?}");
    // `Debug` of a context shows several texts.
    assert!(shown.chars().count() < 20_000, "{what}: {} characters", shown.chars().count());
}

/// All that an error shows, its causes included.
#[track_caller]
fn assert_error_is_harmless(what: &str, error: &Error) {
    assert_harmless(what, error);
    assert_harmless(what, format!("{error:?}"));
    assert_harmless(what, error.code());
    assert_harmless(what, error.message().unwrap_or_default());
    assert_harmless(what, error.sozu_id().unwrap_or_default());
    assert_harmless(what, error.api_request_id().unwrap_or_default());
    for field in error.context().map(ErrorContext::fields).unwrap_or_default() {
        assert_harmless(what, field.field.as_deref().unwrap_or_default());
        assert_harmless(what, field.reason.as_deref().unwrap_or_default());
    }
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        assert_harmless(what, source);
        assert_harmless(what, format!("{source:?}"));
        cause = source.source();
    }
}

#[tokio::test(start_paused = true)]
async fn no_error_of_the_platform_shows_control_characters_and_its_body_is_as_it_came() {
    for (what, text) in TEXTS {
        let json = json!({
            "code": text, "message": text, "apiRequestId": text,
            "context": { "type": "fields", "fields": { text: { "fieldValue": text, "reason": text } } },
        });
        let bodies = [
            ("application/json", json.to_string()),
            (
                "application/json",
                json!({ "errors": [{ "message": text, "field": text, "code": text }] }).to_string(),
            ),
            (
                "application/json",
                json!({ "context": { "type": "resource", "kind": text, "name": text } }).to_string(),
            ),
            ("application/json", json!({ text: [text] }).to_string()),
            ("text/plain", text.to_owned()),
            ("text/html", format!("<html><title>{text}</title>")),
            ("application/x-www-form-urlencoded", format!("error={text}&error_description={text}")),
        ];
        for (media, body) in bodies {
            let (log, _guard) = listen();
            let sent = body.clone();
            let platform = Platform::new(move |_, _| answer_with(422, &[("content-type", media)], &sent));
            let transport =
                platform.builder().credentials(Credentials::api_token("hunter2")).build().unwrap();
            let error = transport.execute(request(&GET), &once().debug(true)).await.unwrap_err();
            assert_error_is_harmless(what, &error);
            assert_error_is_harmless(what, &error.clone().indeterminate());
            assert_eq!(error.body().unwrap(), body.as_bytes(), "{what}");
            tracing::warn!(%error, code = error.code(), message = error.message(), ?error, "failed");
            let lines = log.lines();
            assert!(lines.iter().all(|line| is_harmless(line)), "{what}: {lines:#?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_difference_from_the_spec_shows_control_characters() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        #[serde(default, rename = "size")]
        _size: Option<u32>,
    }
    for (what, text) in TEXTS {
        let (log, _guard) = listen();
        let body = json!([{ "size": 1 }, { text: 1 }, { "size": text }, text]).to_string();
        let platform = Platform::new(move |_, _| answer(200, &body));
        let read = |answer: Answer<bytes::Bytes>| answer.list::<Thing>();
        let answer = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap();
        let answer = read(answer).unwrap();
        assert!(answer.drift().len() >= 2, "{:?}", answer.drift());
        for Drift { path, message, .. } in answer.drift() {
            assert_harmless(what, path);
            assert_harmless(what, message);
        }
        answer.drift().iter().for_each(|drift| assert_harmless(what, drift));
        assert!(log.lines().iter().all(|line| is_harmless(line)), "{what}");
        // One that cannot be read at all.
        for body in [json!({ text: text }).to_string(), text.to_owned(), format!("<html><title>{text}")] {
            let platform =
                Platform::new(move |_, _| answer_with(200, &[("content-type", "text/html")], &body));
            let answer = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap();
            let error = answer.json::<Thing>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Undecodable);
            assert_error_is_harmless(what, &error);
        }
    }
}

#[test]
fn what_a_program_puts_into_an_error_is_one_line_too() {
    for (what, text) in TEXTS {
        let error = Error::new(ErrorKind::Store)
            .with_code(text)
            .with_message(text)
            .with_request(&http::Method::GET, text.trim_start_matches('x'));
        assert_error_is_harmless(what, &error);
    }
}
