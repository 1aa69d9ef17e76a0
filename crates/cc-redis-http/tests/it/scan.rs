//! Scans that page by themselves.

use cc_redis_http::commands::{ScanHashKey, ScanKey, ScanListKey, ScanSetKey};
use cc_redis_http::model::{HashKeyElement, ScannedKey};
use cc_redis_http::{CallOptions, ErrorKind, RedisHttpClient, Result, RetryPolicy};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use crate::support::{Asked, Proxy, answer};

fn names(keys: Vec<ScannedKey>) -> Vec<String> {
    keys.into_iter().map(|key| key.name).collect()
}

/// Ten keys a part, the second part without any, and the third the last.
fn three_parts() -> Proxy {
    Proxy::prompt(|_, asked| {
        let (next, from) = match asked.body["cursor"].as_i64() {
            None => (7, Some(0)),
            Some(7) => (3, None),
            Some(3) => (0, Some(10)),
            other => panic!("{other:?}"),
        };
        let keys = from.into_iter().flat_map(|from| from..from + 10);
        let keys: Vec<_> = keys.map(|n| json!({ "name": n.to_string(), "type": "string" })).collect();
        answer(200, &json!({ "cursor": next, "total": 20, "keys": keys }).to_string())
    })
}

#[tokio::test]
async fn a_scan_asks_for_part_after_part_until_the_cursor_is_0() {
    let proxy = three_parts();
    let scan = proxy.client().scan(ScanKey::new().match_("*").count(10));
    let keys: Vec<ScannedKey> = scan.try_collect().await.unwrap();
    assert_eq!(names(keys), (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(proxy.count(), 3);
    assert!(proxy.asked().iter().all(|Asked { body, .. }| body["match"] == "*" && body["count"] == 10));
}

#[tokio::test]
async fn a_part_is_asked_for_when_the_one_before_is_used_up_and_not_after_a_drop() {
    let proxy = three_parts();
    let mut scan = proxy.client().scan(ScanKey::new());
    assert_eq!((proxy.count(), scan.cursor()), (0, Some(0)));
    for _ in 0..10 {
        scan.next().await.unwrap().unwrap();
    }
    assert_eq!((proxy.count(), scan.cursor()), (1, Some(7)));
    drop(scan);
    tokio::task::yield_now().await;
    assert_eq!(proxy.count(), 1);
}

#[tokio::test]
async fn a_scan_ends_after_a_failure_and_another_goes_on_where_it_was() {
    let proxy = Proxy::prompt(|count, asked| match count {
        0 => answer(200, r#"{"cursor":5,"total":2,"keys":[{"name":"a","type":"string"}]}"#),
        1 => answer(401, r#"{"message":"NOAUTH Authentication required."}"#),
        _ => {
            assert_eq!(asked.body["cursor"], 5);
            answer(200, r#"{"cursor":0,"total":2,"keys":[{"name":"b","type":"string"}]}"#)
        }
    });
    let client = proxy.client();
    let mut scan = client.scan(ScanKey::new());
    assert_eq!(scan.next().await.unwrap().unwrap().name, "a");
    let error = scan.next().await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.command()), ("NOAUTH", Some("ScanKey")));
    assert!(scan.next().await.is_none() && scan.next().await.is_none());
    let rest: Vec<ScannedKey> =
        client.scan(ScanKey::new().cursor(scan.cursor().unwrap())).try_collect().await.unwrap();
    assert_eq!(names(rest), ["b"]);
}

#[tokio::test]
async fn a_cursor_that_does_not_move_ends_the_scan() {
    let proxy = Proxy::always(200, r#"{"cursor":5,"total":0,"keys":[]}"#);
    let all: Vec<Result<ScannedKey>> = proxy.client().scan(ScanKey::new()).collect().await;
    let errors: Vec<_> = all.into_iter().map(|item| item.unwrap_err().kind()).collect();
    assert_eq!((errors, proxy.count()), (vec![ErrorKind::Undecodable], 2));
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_lost_is_asked_for_again() {
    let lossy = || {
        Proxy::prompt(|count, _| match count {
            0 => crate::support::lost(),
            _ => answer(200, r#"{"key":"k","cursor":0,"elements":["a"]}"#),
        })
    };
    let members: Vec<String> = lossy().client().scan(ScanSetKey::new("k")).try_collect().await.unwrap();
    assert_eq!(members, ["a"]);
    let options = CallOptions::new().retry(RetryPolicy::none());
    let once = lossy().client().scan(ScanSetKey::new("k")).options(options);
    assert_eq!(once.try_collect::<Vec<_>>().await.unwrap_err().kind(), ErrorKind::Unreachable);
}

fn always(body: serde_json::Value) -> RedisHttpClient {
    Proxy::always(200, body).client()
}

#[tokio::test]
async fn each_kind_of_scan_gives_what_it_is_about() {
    let client = always(json!({ "key": "k", "cursor": 0, "elements": [{ "field": "f", "value": "v" }] }));
    let fields: Vec<HashKeyElement> = client.scan(ScanHashKey::new("k")).try_collect().await.unwrap();
    assert_eq!((fields[0].field.as_str(), fields[0].value.as_str()), ("f", "v"));
    let client =
        always(json!({ "key": "k", "cursor": 0, "total": 9, "elements": [{ "index": 4, "value": "v" }] }));
    let elements: Vec<_> = client.scan(ScanListKey::new("k")).try_collect().await.unwrap();
    assert_eq!((elements[0].index, elements[0].value.as_str()), (4, "v"));
}
