//! Every command by its name, with JSON.

use cc_redis_http::catalog;
use cc_redis_http::{ErrorKind, RedisHttpClient};
use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::Proxy;

#[test]
fn every_command_is_there_with_its_schemas() {
    let commands = catalog::commands();
    assert_eq!(commands.len(), 23);
    let mut operations: Vec<_> = commands.iter().flat_map(|command| command.operations()).collect();
    operations.sort();
    operations.dedup();
    assert_eq!(operations.len(), 20);
    for command in commands {
        let input = command.input_schema();
        assert_eq!(input.as_value()["additionalProperties"], json!(false), "{}", command.name());
        assert_eq!(input.as_value()["properties"]["backendUrl"]["anyOf"][0]["$ref"], "#/$defs/Secret");
        assert!(command.output_schema().as_value()["properties"].is_object(), "{}", command.name());
        assert!(command.summary().ends_with('.'));
    }
    assert_eq!(
        catalog::find("hash scan").map(catalog::CommandInfo::name).collect::<Vec<_>>(),
        ["ScanHashKey"]
    );
}

/// Runs one command after the other by name, and gives what the last one answers.
async fn run(client: &RedisHttpClient, commands: &[(&str, Value)]) -> Value {
    let mut last = Value::Null;
    for (name, input) in commands {
        last = catalog::dispatch(client, name, input.clone()).await.unwrap_or_else(|error| panic!("{error}"));
    }
    last
}

#[tokio::test]
async fn commands_are_sent_by_name_with_json_and_give_json() {
    let sandbox = Sandbox::start().await;
    let builder = RedisHttpClient::builder().endpoint(sandbox.url()).backend_url(sandbox.kv_url());
    let client = builder.build().unwrap();
    let reply = run(
        &client,
        &[
            ("CreateStringKey", json!({ "key": "s", "value": "v" })),
            ("CreateHashKey", json!({ "key": "h", "elements": [{ "field": "f", "value": "v" }] })),
            ("CreateListKey", json!({ "key": "l", "elements": ["a", "b"] })),
            ("AddListKeyElement", json!({ "key": "l", "value": "z", "position": "head" })),
            ("CmdSend", json!({ "command": "LRANGE", "args": ["l", "0", "-1"] })),
        ],
    )
    .await;
    assert_eq!(reply, json!({ "result": ["z", "a", "b"] }));
    let reply = run(&client, &[("ScanKey", json!({ "match": "[hl]", "type": "hash" }))]).await;
    assert_eq!(reply["keys"], json!([{ "name": "h", "type": "hash" }]));
    let input = json!({ "key": "s", "value": "w", "ttl": 1.5, "onlyIfPresent": true, "get": true });
    let reply = run(&client, &[("SetStringKey", input)]).await;
    assert_eq!(reply, json!({ "key": "s", "set": true, "previous": "v" }));
    let input = json!({ "key": "s", "expiresAt": "2100-01-01T00:00:00Z", "onlyIfLater": true });
    let reply = run(&client, &[("ExpireKey", input)]).await;
    assert_eq!(reply, json!({ "key": "s", "set": true }));
    let reply = run(&client, &[("GetStringKeyAndExpire", json!({ "key": "s", "persist": true }))]).await;
    assert_eq!(reply, json!({ "key": "s", "value": "w" }));
}

#[tokio::test]
async fn input_that_does_not_fit_is_refused_with_the_name_of_the_field() {
    let proxy = Proxy::always(200, "{}");
    let client = proxy.client();
    for (name, input, told) in [
        ("GetStringKey", json!({}), "missing field `key`"),
        ("GetStringKey", json!({ "key": "k", "value": 1 }), "unknown field `value`"),
        ("GetListKeyElement", json!({ "key": "k", "index": "0" }), "`index`: invalid type"),
        ("CreateHashKey", json!({ "key": "k", "elements": [{ "name": "f" }] }), "unknown field `name`"),
        ("SetStringKey", json!({ "key": "k", "value": "v", "ttl": 0 }), "`ttl` must be longer than zero"),
        ("SetStringKey", json!({ "key": "k", "value": "v", "ttl": -1 }), "`ttl`: invalid number of seconds"),
        ("SetStringKey", json!({ "key": "k", "value": "v", "ttl": 1e300 }), "`ttl`"),
        ("SetStringKey", json!({ "key": "k", "value": "v", "ttl": 1e17 }), "`ttl` must be at most"),
        (
            "SetStringKey",
            json!({ "key": "k", "value": "v", "ttl": 1, "keepTtl": true }),
            "`ttl` and `keepTtl` contradict each other",
        ),
        (
            "SetStringKey",
            json!({ "key": "k", "value": "v", "onlyIfAbsent": true, "onlyIfPresent": true }),
            "`onlyIfAbsent` and `onlyIfPresent` contradict each other",
        ),
        ("ExpireKey", json!({ "key": "k" }), "`ttl` or `expiresAt` is missing"),
        (
            "ExpireKey",
            json!({ "key": "k", "ttl": 1, "onlyIfPersistent": true, "onlyIfLater": true }),
            "`onlyIfPersistent` and `onlyIfLater` contradict each other",
        ),
        (
            "ExpireKey",
            json!({ "key": "k", "ttl": 1, "onlyIfLater": true, "onlyIfEarlier": true }),
            "`onlyIfLater` and `onlyIfEarlier` contradict each other",
        ),
        ("GetStringKeyAndExpire", json!({ "key": "k" }), "`ttl`, `expiresAt` or `persist` is missing"),
        (
            "GetStringKeyAndExpire",
            json!({ "key": "k", "persist": true, "expiresAt": "2100-01-01" }),
            "`expiresAt` and `persist` contradict each other",
        ),
        ("GetStringKeys", json!({}), "did you mean `GetStringKey` or `SetStringKey`?"),
    ] {
        let error = catalog::dispatch(&client, name, input).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.message().unwrap().contains(told), "{error}");
    }
    assert_eq!(proxy.asked().len(), 0);
}
