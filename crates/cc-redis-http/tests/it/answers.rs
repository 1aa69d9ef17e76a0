//! Unexpected answers.

use cc_redis_http::commands::{CmdCliSend, CmdSend, GetStringKey, ScanKey};
use cc_redis_http::{Command, Context, ErrorKind, RedisCode, Reply};
use serde_json::json;

use crate::support::Proxy;

#[tokio::test]
async fn an_answer_without_a_body_has_nothing_in_it() {
    let client = Proxy::always(200, "").client();
    // Only the cursor is essential: without it, a scan would seem finished.
    assert_eq!(client.send(ScanKey::new()).await.unwrap_err().kind(), ErrorKind::Undecodable);
    assert_eq!(client.send(GetStringKey::new("k")).await.unwrap_err().kind(), ErrorKind::Undecodable);
    let client = Proxy::always(200, "{}").client();
    assert_eq!(client.send(CmdSend::new("GET").arg("k")).await.unwrap().result, Reply::Nil);
}

#[tokio::test]
async fn an_answer_that_is_broken_keeps_its_status() {
    for body in ["{", "1", r#"{"result":"#, "<html>"] {
        let error = Proxy::always(200, body).client().send(CmdSend::new("PING")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable, "{body}");
        assert_eq!(error.status().unwrap().as_u16(), 200);
        assert_eq!(error.command(), Some("CmdSend"));
    }
}

async fn refused<C: Command<Context = Context>>(status: u16, body: &str, command: C) -> cc_redis_http::Error
where
    C::Output: std::fmt::Debug,
{
    Proxy::always(status, body).client().send(command).await.unwrap_err()
}

#[tokio::test]
async fn errors_of_redis_keep_their_message() {
    let body = r#"{"code":"clever.redis-http.command-error","message":"WRONGTYPE Operation against a key holding the wrong kind of value"}"#;
    let error = refused(400, body, GetStringKey::new("k")).await;
    assert_eq!(
        error.to_string(),
        "GetStringKey: kv-proxy.services.clever-cloud.com answered 400: WRONGTYPE Operation against a key holding the wrong kind of value \
         (code WRONGTYPE, POST https://kv-proxy.services.clever-cloud.com/key/string/_get, 1 attempt); correct the \
         request"
    );
    assert_eq!(RedisCode::of(&error), Some(RedisCode::WrongType));
    let error =
        refused(401, r#"{"message":"NOAUTH Authentication required."}"#, CmdSend::new("INCR").arg("k")).await;
    assert_eq!((error.code(), RedisCode::of(&error)), ("NOAUTH", Some(RedisCode::NoAuth)));
}

#[tokio::test]
async fn what_the_proxy_refuses_with_keeps_its_code() {
    let error = refused(
        404,
        r#"{"code":"clever.redis-http.key-not-found","message":"No such key"}"#,
        GetStringKey::new("k"),
    )
    .await;
    assert_eq!((error.code(), RedisCode::of(&error)), ("clever.redis-http.key-not-found", None));
    assert!(error.is_not_found());
    let error = refused(404, "Not Found", GetStringKey::new("k")).await;
    assert_eq!((error.code(), error.message()), ("unknown_error", Some("Not Found")));
}

#[tokio::test]
async fn a_command_line_that_redis_refuses_is_an_answer() {
    let told = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
    let proxy = Proxy::always(200, json!({ "success": false, "result": [told] }));
    let reply = proxy.client().send(CmdCliSend::new("INCR list")).await.unwrap();
    assert!(!reply.success);
    assert_eq!(reply.redis_code(), Some(RedisCode::WrongType));
    let proxy = Proxy::always(200, json!({ "success": true, "result": ["\"ERR in a text\""] }));
    assert_eq!(proxy.client().send(CmdCliSend::new("GET k")).await.unwrap().redis_code(), None);
}
