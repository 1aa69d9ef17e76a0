//! Refused inputs, errors, and hidden secrets.

use std::time::Duration;

use cc_bridge::commands::{CreateApiToken, DeleteApiToken, ListApiToken, RotateApiToken, UpdateApiToken};
use cc_bridge::{Credentials, Error, ErrorKind, Timestamp};
use serde_json::{Value, json};

use crate::support::{Bridge, answer, oauth1};

fn creation() -> CreateApiToken {
    CreateApiToken::new("ada@example.com", "hunter2", "laptop", Duration::from_secs(60)).mfa_code("123456")
}

#[tokio::test]
async fn everything_but_creation_needs_oauth_1() {
    for credentials in [Credentials::None, Credentials::api_token("t0ken")] {
        let bridge = Bridge::always(200, "[]");
        let client = bridge.client(credentials);
        for error in [
            client.send(ListApiToken::new()).await.unwrap_err(),
            client.send(UpdateApiToken::new("id", "name")).await.unwrap_err(),
            client.send(DeleteApiToken::new("id")).await.unwrap_err(),
            client.rotate(RotateApiToken::new("id", "ada@example.com", "hunter2")).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(error.is_not_sent() && error.message().unwrap().contains("OAuth 1"));
        }
        assert!(bridge.asked().is_empty());
    }
}

#[tokio::test]
async fn an_id_that_would_reach_another_route_is_not_sent() {
    let bridge = Bridge::always(204, "");
    let client = bridge.client(oauth1());
    for id in ["", ".", ".."] {
        assert_eq!(client.send(DeleteApiToken::new(id)).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert!(bridge.asked().is_empty());
}

#[tokio::test]
async fn the_code_gives_the_reason_why_a_token_is_not_created() {
    for code in ["invalid-credential", "invalid-mfa-code"] {
        let bridge = Bridge::always(400, json!({ "code": code, "error": "No" }));
        let error = bridge.client(Credentials::None).send(creation()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.command()),
            (ErrorKind::Refused, code, Some("CreateApiToken"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_is_not_answered_is_not_repeated_and_may_have_made_a_token() {
    for bridge in [Bridge::new(|_, _| Err(Error::new(ErrorKind::Unreachable))), Bridge::always(502, "")] {
        let error = bridge.client(Credentials::None).send(creation()).await.unwrap_err();
        assert_eq!((error.kind(), bridge.asked().len()), (ErrorKind::Indeterminate, 1));
    }
}

#[tokio::test]
async fn an_answer_that_is_broken_keeps_its_status() {
    for body in ["", "{", "<html>", "{}"] {
        let client = Bridge::always(200, body).client(oauth1());
        let error = client.send(creation()).await.unwrap_err();
        // The token was made: the error says so, and keeps the status.
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Undecodable, 200), "{body}");
        assert!(error.may_be_done() && error.to_string().contains("may have been done"), "{error}");
    }
    assert!(Bridge::always(200, "[]").client(oauth1()).send(ListApiToken::new()).await.unwrap().is_empty());
}

#[tokio::test]
async fn no_debug_and_no_error_shows_a_secret() {
    let echo = json!({ "error": "hunter2 is not the password", "context": { "field": "mfaCode", "value": "123456" } });
    let client = Bridge::always(400, echo).client(oauth1());
    let error = client.send(creation()).await.unwrap_err();
    let made = json!({ "apiToken": "t0ken", "apiTokenId": "id", "name": "laptop" });
    let token = Bridge::always(200, made).client(oauth1()).send(creation()).await.unwrap();
    let rotation = RotateApiToken::new("id", "ada@example.com", "hunter2").mfa_code("123456");
    let call = client.send(creation());
    let shown = format!("{error} {error:?} {client:?} {:?} {token:?} {rotation:?} {call:?}", creation());
    for secret in ["hunter2", "123456", "t0ken", "secret\""] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_duration_counts_from_when_the_command_is_sent() {
    let bridge = Bridge::new(|_, _| answer(400, ""));
    let client = bridge.client(Credentials::None);
    let before = Timestamp::now();
    client.send(creation()).await.unwrap_err();
    let body = bridge.asked()[0].lines().last().unwrap().trim().to_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    let expires: Timestamp = body["expirationDate"].as_str().unwrap().parse().unwrap();
    let minute = Duration::from_secs(60);
    let (earliest, latest) = (before.saturating_add(minute), Timestamp::now().saturating_add(minute));
    assert!(earliest <= expires && expires <= latest);
}
