//! Choice of the database, hidden secrets and refused commands.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_redis_http::commands::{CmdCliSend, CmdSend, DeleteKey, ScanKey};
use cc_redis_http::{Error, ErrorKind, RedisHttpClient};
use cc_runtime::transport::{HookFuture, Hooks};
use serde_json::json;

use crate::support::{OTHER_URL, Proxy, URL, after, answer};

#[tokio::test]
async fn the_database_of_a_command_wins_over_that_of_the_client() {
    let proxy = Proxy::always(200, json!({ "key": "k", "deleted": true }));
    let client = proxy.client();
    client.send(DeleteKey::new("k")).await.unwrap();
    client.send(DeleteKey::new("k").backend_url(OTHER_URL)).await.unwrap();
    let urls: Vec<_> = proxy.asked().iter().map(|asked| asked.body["backendUrl"].clone()).collect();
    assert_eq!(urls, [URL, OTHER_URL]);
}

#[tokio::test]
async fn the_proxy_is_the_platforms_unless_another_is_named() {
    let proxy = Proxy::always(200, "{}");
    proxy.client().send(CmdSend::new("PING")).await.unwrap();
    let client = proxy.builder().endpoint("http://localhost:8080/base/").build().unwrap();
    client.send(CmdSend::new("PING")).await.unwrap();
    let lines: Vec<_> = proxy.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "POST https://kv-proxy.services.clever-cloud.com/command",
            "POST http://localhost:8080/base/command"
        ]
    );
}

#[tokio::test]
async fn a_command_without_a_database_is_not_sent() {
    let proxy = Proxy::always(200, "{}");
    let service = proxy.clone();
    let client =
        RedisHttpClient::builder().configure(|transport| transport.http_service(service)).build().unwrap();
    for error in [
        client.send(ScanKey::new()).await.unwrap_err(),
        client.send(CmdSend::new("PING").backend_url("")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.message().unwrap().contains("`backendUrl`") && error.is_not_sent());
    }
    assert_eq!(proxy.count(), 0);
}

#[tokio::test]
async fn what_needs_a_connection_of_its_own_is_not_sent() {
    let proxy = Proxy::always(200, "{}");
    let client = proxy.client();
    for error in [
        client.send(CmdSend::new("multi")).await.unwrap_err(),
        client.send(CmdSend::new("SUBSCRIBE").arg("news")).await.unwrap_err(),
        client.send(CmdSend::new("BLPOP").args(["list", "0"])).await.unwrap_err(),
        client.send(CmdCliSend::new(" \"BLPOP\" list 0")).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidInput, "UNSUPPORTED_COMMAND"));
    }
    assert_eq!(proxy.count(), 0);
}

#[tokio::test]
async fn no_debug_and_no_error_shows_a_password() {
    let told =
        format!(r#"{{"message":"no route to {URL}","context":{{"field":"backendUrl","value":"{URL}"}}}}"#);
    let proxy = Proxy::always(500, told);
    let client = proxy.client();
    let builder = proxy.builder();
    let command = CmdSend::new("CONFIG").args(["SET", "requirepass", "hunter3"]).backend_url(OTHER_URL);
    let line = CmdCliSend::new("ACL SETUSER me >hunter3");
    let scan = client.scan(ScanKey::new().backend_url(OTHER_URL));
    let call = client.send(DeleteKey::new("k").backend_url(OTHER_URL));
    let read = client.send(CmdSend::new("PING")).await.unwrap_err();
    let write = client.send(CmdSend::new("INCR").arg("k")).await.unwrap_err();
    let shown = format!(
        "{client:?} {builder:?} {command:?} {line:?} {scan:?} {call:?} {read:?} {read} {write:?} {write}"
    );
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(shown.contains("no route to ***"), "{shown}");
}

#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Hooks for Told {
    fn on_error<'a>(&'a self, error: &'a Error) -> HookFuture<'a, ()> {
        self.0.lock().unwrap().push(format!("{} {:?}", error.command().unwrap(), error.kind()));
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_failure_is_told_to_the_hooks_once_and_as_the_caller_sees_it() {
    let told = Told::default();
    let hooks = told.clone();
    let client =
        Proxy::always(502, "").builder().configure(|transport| transport.hooks(hooks)).build().unwrap();
    client.send(CmdSend::new("INCR").arg("k")).await.unwrap_err();
    client.send(CmdSend::new("MULTI")).await.unwrap_err();
    assert_eq!(*told.0.lock().unwrap(), ["CmdSend Indeterminate", "CmdSend InvalidInput"]);
}

#[tokio::test(start_paused = true)]
async fn options_of_a_call_hold_for_its_request() {
    let proxy = Proxy::new(|_, _| after(Duration::from_secs(10), answer(200, "{}")));
    let call = proxy.client().send(CmdSend::new("PING")).timeout(Duration::from_secs(1));
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_password_does_not_travel_over_plain_http() {
    let client = |allow: bool| {
        let builder =
            RedisHttpClient::builder().endpoint("http://proxy.invalid").backend_url("redis://:hunter2@h");
        let builder = builder.configure(|transport| transport.allow_credentials_over_plain_http(allow));
        builder.configure(|transport| transport.retry(cc_redis_http::RetryPolicy::none())).build().unwrap()
    };
    let error = client(false).send(CmdSend::new("PING")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.is_not_sent() && !format!("{error:?}").contains("hunter2"), "{error:?}");
    let error = client(true).send(CmdSend::new("PING")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}
