//! Snapshots of the requests and outputs of each command of the proxy.

use std::fmt::Write;
use std::time::Duration;

use cc_redis_http::commands::{
    AddListKeyElement, CreateListKey, GetListKeyElement, ScanListKey, UpdateListKeyElement,
};
use cc_redis_http::commands::{
    AddSetKeyElement, CmdCliSend, CmdSend, CreateHashKey, CreateSetKey, CreateStringKey,
    DeleteHashKeyElement, DeleteKey, DeleteSetKeyElement, ExpireKey, GetStringKey, GetStringKeyAndExpire,
    ScanHashKey, ScanKey, ScanSetKey, SetHashKeyElement, SetStringKey, UpdateStringKey,
};
use cc_redis_http::model::{KeyType, ListPosition};
use cc_redis_http::{Command, Context, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{OTHER_URL, Proxy};

/// Compares what a command asks and gives with its snapshot, once with its required inputs alone, and once with all of them.
/// Each goes through its JSON first.
async fn check<C>(answer: Value, required: C, all: C)
where
    C: Command<Context = Context, Output: Serialize> + Serialize + DeserializeOwned,
{
    let mut told = String::new();
    for (title, command) in [("required inputs", required), ("all inputs", all)] {
        let input = cc_runtime::expose_secrets(|| serde_json::to_string(&command)).unwrap();
        let proxy = Proxy::always(200, &answer);
        let output = proxy.client().send(serde_json::from_str::<C>(&input).unwrap()).await.unwrap();
        let asked = proxy.asked();
        assert!(asked.iter().all(|asked| !asked.authorization));
        let asked: Vec<String> = asked.iter().map(|asked| asked.shown()).collect();
        let input = input.replace(OTHER_URL, "(of the command)");
        let output = serde_json::to_string_pretty(&output).unwrap();
        let _ = write!(told, "# {title}\n{} {input}\n\n{}\n\n{output}\n\n", C::NAME, asked.join("\n"));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(C::NAME, told.trim_end());
    });
}

#[tokio::test]
async fn any_command() {
    check(
        json!({ "result": [["a", null, 3], [[]], "é"] }),
        CmdSend::new("PING"),
        CmdSend::new("MGET").arg("a").args(["b", "c"]).backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "success": true, "result": ["\"PONG\""] }),
        CmdCliSend::new("PING"),
        CmdCliSend::new(r#"SET k "a b""#).backend_url(OTHER_URL),
    )
    .await;
}

#[tokio::test]
async fn keys() {
    check(
        json!({ "cursor": 42, "total": 1521, "keys": [{ "name": "a", "type": "string" }, { "name": "b", "type": "vector" }] }),
        ScanKey::new(),
        ScanKey::new().cursor(7).count(15).type_(KeyType::Hash).match_("user:*").backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "deleted": true }),
        DeleteKey::new("k"),
        DeleteKey::new("k").backend_url(OTHER_URL),
    )
    .await;
}

#[tokio::test]
async fn string_keys() {
    let answer = || json!({ "key": "k", "value": "v" });
    check(answer(), GetStringKey::new("k"), GetStringKey::new("k").backend_url(OTHER_URL)).await;
    check(answer(), CreateStringKey::new("k", "v"), CreateStringKey::new("k", "v").backend_url(OTHER_URL))
        .await;
    check(answer(), UpdateStringKey::new("k", "v"), UpdateStringKey::new("k", "v").backend_url(OTHER_URL))
        .await;
}

#[tokio::test]
async fn keys_that_expire() {
    let instant: Timestamp = "2100-01-01T00:00:00.025Z".parse().unwrap();
    check(
        json!({ "result": "OK" }),
        SetStringKey::new("k", "v"),
        SetStringKey::new("k", "v")
            .ttl(Duration::from_millis(1_500))
            .only_if_present()
            .get()
            .backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "result": 1 }),
        ExpireKey::after("k", Duration::from_secs(60)),
        ExpireKey::at("k", instant).only_if_expiring().only_if_earlier().backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "result": "v" }),
        GetStringKeyAndExpire::persist("k"),
        GetStringKeyAndExpire::at("k", instant).backend_url(OTHER_URL),
    )
    .await;
}

#[tokio::test]
async fn hash_keys() {
    let elements = json!([{ "field": "f", "value": "v" }]);
    check(
        json!({ "key": "k", "elements": elements }),
        CreateHashKey::new("k", [("f", "v")]),
        CreateHashKey::new("k", [("f", "v"), ("g", "")]).backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "cursor": 0, "elements": elements }),
        ScanHashKey::new("k"),
        ScanHashKey::new("k").cursor(7).count(15).match_("f*").backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "field": "f", "value": "v", "added": true }),
        SetHashKeyElement::new("k", "f", "v"),
        SetHashKeyElement::new("k", "f", "v").backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "field": "f", "deleted": false }),
        DeleteHashKeyElement::new("k", "f"),
        DeleteHashKeyElement::new("k", "f").backend_url(OTHER_URL),
    )
    .await;
}

#[tokio::test]
async fn list_keys() {
    check(
        json!({ "key": "k", "elements": ["a", "b"] }),
        CreateListKey::new("k", ["a", "b"]),
        CreateListKey::new("k", ["a", "b"]).backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "cursor": 9, "total": 12, "elements": [{ "index": 0, "value": "a" }] }),
        ScanListKey::new("k"),
        ScanListKey::new("k").cursor(7).count(15).match_("a*").backend_url(OTHER_URL),
    )
    .await;
    let answer = || json!({ "key": "k", "index": 1, "value": "v" });
    check(answer(), GetListKeyElement::new("k", 1), GetListKeyElement::new("k", 1).backend_url(OTHER_URL))
        .await;
    check(
        answer(),
        UpdateListKeyElement::new("k", 1, "v"),
        UpdateListKeyElement::new("k", 1, "v").backend_url(OTHER_URL),
    )
    .await;
    check(
        answer(),
        AddListKeyElement::new("k", "v"),
        AddListKeyElement::new("k", "v").position(ListPosition::Head).backend_url(OTHER_URL),
    )
    .await;
}

#[tokio::test]
async fn set_keys() {
    check(
        json!({ "key": "k", "elements": ["a", "b"] }),
        CreateSetKey::new("k", ["a", "b"]),
        CreateSetKey::new("k", ["a", "b"]).backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "cursor": 3, "elements": ["a"] }),
        ScanSetKey::new("k"),
        ScanSetKey::new("k").cursor(7).count(15).match_("a*").backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "element": "a", "added": false }),
        AddSetKeyElement::new("k", "a"),
        AddSetKeyElement::new("k", "a").backend_url(OTHER_URL),
    )
    .await;
    check(
        json!({ "key": "k", "element": "a", "deleted": true }),
        DeleteSetKeyElement::new("k", "a"),
        DeleteSetKeyElement::new("k", "a").backend_url(OTHER_URL),
    )
    .await;
}
