//! Unexpected answers.

use std::time::Duration;

use cc_redis_http::commands::{
    CmdCliSend, CmdSend, ExpireKey, GetStringKey, GetStringKeyAndExpire, ScanKey, SetStringKey,
};
use cc_redis_http::model::SetStringKeyReply;
use cc_redis_http::{Command, Context, ErrorKind, RedisCode, Reply, Timestamp};
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

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn an_older_server_that_lacks_an_option_is_told_by_its_error_and_what_to_do() {
    let instant: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let syntax = r#"{"message":"ERR syntax error"}"#;
    let set = || SetStringKey::new("k", "v");
    for (error, told) in [
        (
            refused(400, syntax, set().keep_ttl()).await,
            "check the version of the server: `keepTtl` needs Redis 6.0",
        ),
        (
            refused(400, syntax, set().expires_at(instant).get()).await,
            "`expiresAt` needs Redis 6.2, `get` needs Redis 6.2",
        ),
        (
            refused(400, syntax, set().only_if_absent().get()).await,
            "`get` with `onlyIfAbsent` needs Redis 7.0",
        ),
        (
            refused(
                400,
                r#"{"message":"ERR wrong number of arguments for 'expire' command"}"#,
                ExpireKey::after("k", MINUTE).only_if_later(),
            )
            .await,
            "conditions need Redis 7.0",
        ),
        (
            refused(
                400,
                r#"{"code":"clever.redis-http.unknown-command","message":"ERR unknown command 'GETEX'"}"#,
                GetStringKeyAndExpire::persist("k"),
            )
            .await,
            "`GETEX` needs Redis 6.2",
        ),
    ] {
        assert_eq!((error.kind(), RedisCode::of(&error)), (ErrorKind::Refused, Some(RedisCode::Error)));
        let text = error.to_string();
        assert!(
            text.contains("ERR ") && text.ends_with(told) && text.contains("certainly not done"),
            "{text}"
        );
    }
    // What every server takes, and other errors, are no matter of the version.
    let error = refused(400, syntax, set().ttl(MINUTE).only_if_absent()).await;
    assert!(!error.to_string().contains("version"), "{error}");
    let error = refused(400, r#"{"message":"WRONGTYPE Operation against a key"}"#, set().get()).await;
    assert!(!error.to_string().contains("version"), "{error}");
    assert_eq!(error.code(), "WRONGTYPE");
}

async fn set(result: serde_json::Value, command: SetStringKey) -> cc_redis_http::Result<SetStringKeyReply> {
    Proxy::always(200, json!({ "result": result })).client().send(command).await
}

#[tokio::test]
async fn the_reply_of_a_set_tells_whether_it_was_done_and_the_previous_value() {
    let plain = || SetStringKey::new("k", "v");
    for (result, command, expected) in [
        (json!("OK"), plain(), (true, None)),
        (json!("OK"), plain().only_if_absent(), (true, None)),
        (json!(null), plain().only_if_absent(), (false, None)),
        (json!(null), plain().only_if_present(), (false, None)),
        (json!(null), plain().get(), (true, None)),
        (json!("OK"), plain().get(), (true, Some("OK"))),
        (json!(""), plain().get(), (true, Some(""))),
        (json!(42), plain().get(), (true, Some("42"))),
        (json!("old"), plain().get().only_if_absent(), (false, Some("old"))),
        (json!(null), plain().get().only_if_absent(), (true, None)),
        (json!("old"), plain().get().only_if_present(), (true, Some("old"))),
        (json!(null), plain().get().only_if_present(), (false, None)),
    ] {
        let reply = set(result.clone(), command.clone()).await.unwrap();
        assert_eq!((reply.set, reply.previous.as_deref()), expected, "{command:?} {result}");
    }
    for result in [json!(["old"]), json!({}), json!(true)] {
        let error = set(result, plain().get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        assert!(error.may_be_done(), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_to_be_read_is_not_found() {
    let client = Proxy::always(200, json!({ "result": null })).client();
    let read = || GetStringKeyAndExpire::after("session", MINUTE);
    let error = client.send(read()).await.unwrap_err();
    assert_eq!(error.code(), "clever.redis-http.key-not-found");
    assert!(
        error.is_not_found() && error.to_string().contains("the key `session` does not exist"),
        "{error}"
    );
    assert_eq!(client.send(read()).optional().await.unwrap(), None);
}
