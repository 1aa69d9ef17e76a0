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
    assert_eq!(error.to_string(), "no answer (3 attempts); try again");
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
    assert_eq!(error.code(), "NETWORK_ERROR");
}

#[test]
fn a_message_that_starts_with_the_words_of_the_kind_is_not_preceded_by_them() {
    let error = Error::new(ErrorKind::TimedOut).with_message("timed out waiting for a turn");
    assert_eq!(error.to_string(), "timed out waiting for a turn; try again, or allow more time");
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
        "no answer (may have been done, 2 attempts); check whether it was done before you send it again"
    );
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
    let taken_back = error.not_applied();
    assert_eq!(taken_back.kind(), ErrorKind::Unreachable);
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
    assert_eq!(
        error.to_string(),
        "the platform answered 429: slow down (code clever.rate, Sozu-Id 01H); try again in 3 s"
    );
    assert!(error.is_retryable() && error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}

static CREATE: OperationInfo = OperationInfo::new("create_thing", "test", Method::POST, "/v2/things", "");
static PUT: OperationInfo = OperationInfo::new("put_thing", "test", Method::PUT, "/v2/things/{id}", "");
static COUNT: OperationInfo =
    OperationInfo::new("get_count", "test", Method::POST, "/v2/count", "").idempotent();

fn of(info: &'static OperationInfo, error: Error) -> Error {
    error
        .with_operation(info)
        .with_request(&info.method, "https://api.test/v2/things")
        .with_attempts(1)
        .settled_if(info)
}

impl Error {
    fn settled_if(self, info: &OperationInfo) -> Self {
        if info.is_change() { self.settled() } else { self }
    }
}

#[test]
fn a_change_whose_answer_does_not_tell_has_one_kind_and_keeps_status_and_message() {
    let refused = |status| Error::from_answer(status, &HeaderMap::new(), br#"{"message":"why"}"#);
    for error in [
        Error::new(ErrorKind::Unreachable),
        Error::new(ErrorKind::TimedOut),
        refused(StatusCode::SERVICE_UNAVAILABLE),
        refused(StatusCode::REQUEST_TIMEOUT),
    ] {
        let (status, timeout) = (error.status(), error.is_timeout());
        let change = of(&CREATE, error.clone());
        assert_eq!((change.kind(), change.status()), (ErrorKind::Indeterminate, status));
        assert!(!change.is_retryable() && change.to_string().contains("may have been done"), "{change}");
        assert_eq!(change.is_timeout(), timeout);
        // Sent again, it has no further effect.
        assert!(of(&PUT, error.clone()).is_retryable(), "{error}");
        assert_eq!(of(&COUNT, error.clone()).kind(), error.kind());
    }
    let refusal = of(&CREATE, refused(StatusCode::CONFLICT));
    assert_eq!(refusal.kind(), ErrorKind::Refused);
    assert!(refusal.to_string().contains("certainly not done"), "{refusal}");
    let unsent = of(&CREATE, Error::new(ErrorKind::Unreachable).not_sent());
    assert!(unsent.to_string().contains("certainly not done"), "{unsent}");
}

#[test]
fn a_refusal_after_a_lost_attempt_does_not_say_that_nothing_was_done() {
    let refusal = Error::from_answer(StatusCode::CONFLICT, &HeaderMap::new(), b"").after_lost_attempt();
    let error = of(&PUT, refusal);
    assert!(error.is_conflict() && error.may_be_done(), "{error:?}");
    assert!(error.to_string().contains("may have been done"), "{error}");
}

#[test]
fn the_time_to_wait_is_said_in_seconds_and_never_too_short() {
    for (header, advice) in [("90", "try again in 90 s"), ("0", "try again"), ("1", "try again in 1 s")] {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", header.parse().unwrap());
        for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
            let error = Error::from_answer(status, &headers, b"");
            assert_eq!(error.next_step().as_deref(), Some(advice));
        }
    }
}

#[test]
fn the_line_of_a_request_has_400_characters_whatever_is_long() {
    let long = "é".repeat(3_000);
    for message in ["", "short", &long] {
        for url in [
            "https://h/v2".to_owned(),
            format!("https://h/{}", "a".repeat(3_000)),
            format!("https://{long}/"),
        ] {
            let error = Error::new(ErrorKind::Refused)
                .with_status(StatusCode::BAD_GATEWAY)
                .with_code(long.clone())
                .with_message(message)
                .with_command("CreateNetworkGroupExternalPeerWithALongName")
                .with_request(&Method::POST, url)
                .with_attempts(3);
            let line = error.to_string();
            assert!(line.chars().count() <= 400, "{}: {line}", line.chars().count());
            assert!(line.contains("3 attempts") && line.ends_with("try again later"), "{line}");
            assert!(line.contains(&message[..message.len().min(40)]), "{line}");
        }
    }
}

#[test]
fn an_error_is_an_object_of_json_with_documented_fields() {
    let mut headers = HeaderMap::new();
    headers.insert("sozu-id", "01H".parse().unwrap());
    headers.insert("retry-after", "90".parse().unwrap());
    let body = br#"{"code":"clever.rate","error":"slow down","context":{"field":"zone","value":"mars"}}"#;
    let error = Error::from_answer(StatusCode::TOO_MANY_REQUESTS, &headers, body).with_source("cause");
    let error = of(&CREATE, error).with_command("CreateThing");
    let text = error.to_string();
    assert_eq!(
        serde_json::to_value(&error).unwrap(),
        serde_json::json!({
            "kind": "Refused",
            "code": "clever.rate",
            "text": text,
            "message": "slow down",
            "command": "CreateThing",
            "operation": "create_thing",
            "method": "POST",
            "url": "https://api.test/v2/things",
            "sozuId": "01H",
            "nextStep": "try again in 90 s",
            "status": 429,
            "attempts": 1,
            "mayBeDone": false,
            "retryable": true,
            "retryAfterMs": 90_000,
            "fields": [{ "field": "zone", "reason": null }],
            "causes": ["cause"],
            "docs": "https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/errors.md#refused",
        })
    );
}

#[test]
fn each_kind_has_a_name_a_text_and_a_section_of_the_guide_that_its_documentation_links_to() {
    let guide = include_str!("../../../../docs/errors.md");
    let source = include_str!("kind.rs");
    for kind in ErrorKind::ALL {
        let name = kind.name();
        assert_eq!(format!("{kind:?}"), name);
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
        assert!(!kind.to_string().is_empty());
        let (_, section) = guide.split_once(&format!("\n## {name}\n")).unwrap_or_else(|| panic!("{name}"));
        let section = section.split("\n## ").next().unwrap();
        for part in ["**What happened.**", "**On the server.**", "**What to do.**"] {
            assert!(section.contains(part), "{name} lacks {part}");
        }
        let (docs, _) = source.split_once(&format!("\n    {name},\n")).unwrap();
        let last = docs.lines().last().unwrap();
        assert!(last.contains(&format!("docs/errors.md#{}", name.to_ascii_lowercase())), "{last}");
        assert!(kind.docs().ends_with(&format!("#{}", name.to_ascii_lowercase())));
    }
    let sections = guide.matches("**On the server.**").count();
    assert_eq!(sections, ErrorKind::ALL.len(), "the guide has a section of a kind that does not exist");
}
