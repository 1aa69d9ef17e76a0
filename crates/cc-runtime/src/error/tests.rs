//! Tests of errors: what they tell, hide and decide.

use std::error::Error as _;

use serde_json::Value;

use super::*;

fn assert_send_sync<T: Send + Sync + 'static>() {}

#[test]
fn an_error_is_small_and_may_go_anywhere() {
    assert_send_sync::<Error>();
    assert!(size_of::<Error>() <= 16);
    assert!(size_of::<Result<()>>() <= 16);
}

#[test]
fn the_line_says_each_thing_once_and_leaves_the_cause_to_the_chain() {
    let error = Error::new(ErrorKind::Unreachable).with_source("connection reset").with_attempts(3);
    assert_eq!(error.to_string(), "no answer (3 attempts)");
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
    assert_eq!(error.code(), "NETWORK_ERROR");
}

#[test]
fn a_message_that_starts_with_the_words_of_the_kind_is_not_preceded_by_them() {
    let error = Error::new(ErrorKind::TimedOut).with_message("timed out waiting for a turn");
    assert_eq!(error.to_string(), "timed out waiting for a turn");
}

#[test]
fn a_timeout_of_a_call_and_a_passed_deadline_have_codes_of_their_own() {
    let code = |kind| Error::new(kind).code().to_owned();
    assert_eq!(code(ErrorKind::TimedOut), "TIMEOUT_EXCEEDED");
    assert_eq!(code(ErrorKind::DeadlineExceeded), "DEADLINE_EXCEEDED");
}

#[test]
fn an_indeterminate_error_keeps_its_context_and_is_not_retried() {
    let error = Error::new(ErrorKind::Unreachable).with_source("connection reset").with_attempts(2);
    let error = error.indeterminate();
    assert_eq!(
        (error.kind(), error.code(), error.attempts()),
        (ErrorKind::Indeterminate, "INDETERMINATE", 2)
    );
    assert!(!error.is_retryable() && !error.is_not_sent());
    assert_eq!(
        error.to_string(),
        "the request may or may not have been applied: check before sending it again (2 attempts)"
    );
    assert_eq!(error.source().unwrap().to_string(), "no answer (2 attempts)");
}

#[test]
fn what_left_and_was_not_answered_may_be_done() {
    let lost = Error::new(ErrorKind::Unreachable).with_attempts(1);
    assert!(lost.may_be_done() && lost.clone().indeterminate().may_be_done());
    assert!(!lost.not_sent().may_be_done() && !Error::new(ErrorKind::TimedOut).may_be_done());
    let refused = |status| Error::from_answer(status, &HeaderMap::new(), &[]).may_be_done();
    assert!(refused(StatusCode::BAD_GATEWAY) && refused(StatusCode::REQUEST_TIMEOUT));
    assert!(!refused(StatusCode::CONFLICT) && !refused(StatusCode::TOO_MANY_REQUESTS));
}

#[test]
fn a_change_that_was_answered_with_a_success_may_be_done_whatever_the_body_is() {
    for kind in [ErrorKind::Undecodable, ErrorKind::TooLarge] {
        let of =
            |method: Method| Error::new(kind).with_request(&method, "https://api.test/v2").with_attempts(1);
        assert!(of(Method::POST).may_be_done() && !of(Method::GET).may_be_done(), "{kind:?}");
    }
}

#[test]
fn a_secret_that_the_platform_repeats_is_taken_out() {
    let body = br#"{"message":"no route to redis://:hunter2@h","code":"hunter2","apiRequestId":"r-hunter2",
        "context":{"field":"url","value":"hunter2"}}"#;
    let mut headers = HeaderMap::new();
    headers.insert("sozu-id", "01-hunter2".parse().unwrap());
    let mut secrets = crate::redact::Secrets::default();
    secrets.add("hunter2");
    let error = Error::from_answer_without(StatusCode::BAD_GATEWAY, &headers, body, &secrets.redactor());
    assert_eq!((error.message(), error.code()), (Some("no route to redis://:***@h"), "***"));
    assert_eq!((error.sozu_id(), error.api_request_id()), (Some("01-***"), Some("r-***")));
    assert_eq!(error.context().unwrap().value(), Some("***"));
    assert_eq!(error.headers()["sozu-id"], "01-***");
    assert_eq!(error.body_json::<Value>().unwrap()["code"], "***");
    assert!(!format!("{error:?} {:?} {:?}", error.body(), error.headers()).contains("hunter2"));
}

#[test]
fn a_secret_at_the_place_where_a_text_is_cut_leaves_no_part_of_itself() {
    let mut secrets = crate::redact::Secrets::default();
    secrets.add("hunter2hunter2");
    let secrets = secrets.redactor();
    for body in [format!("{}hunter2hunter2", "x ".repeat(146)), "x hunter2hun".to_owned()] {
        let error =
            Error::from_answer_without(StatusCode::BAD_GATEWAY, &HeaderMap::new(), body.as_bytes(), &secrets);
        assert!(!error.to_string().contains("hun"), "{error}");
        assert!(!String::from_utf8_lossy(error.body().unwrap()).contains("hun"), "{error}");
    }
}

#[test]
fn the_line_is_one_whatever_code_message_and_id_hold() {
    let error = Error::new(ErrorKind::Refused)
        .with_code(format!("a\nb{}", "x".repeat(60_000)))
        .with_message(format!("c\u{1b}[2Jd{}", "y".repeat(60_000)));
    let line = error.to_string();
    assert!(line.chars().count() < 3_000 && !line.contains(char::is_control), "{line}");
    assert!(line.contains("a\\nb") && line.contains("c\\u{1b}[2Jd"), "{line}");
}

#[test]
fn a_refusal_tells_status_message_code_and_exchange() {
    let mut headers = HeaderMap::new();
    headers.insert("sozu-id", "01H".parse().unwrap());
    headers.insert("retry-after", "3".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    let error = Error::from_answer(
        StatusCode::TOO_MANY_REQUESTS,
        &headers,
        br#"{"code":"clever.rate","error":"slow down"}"#,
    );
    assert_eq!(error.to_string(), "the platform answered 429: slow down (code clever.rate, Sozu-Id 01H)");
    assert!(error.is_retryable() && error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}
