//! Other resources of an owner: OAuth consumers and notifications.

use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn a_consumer_is_registered_changed_and_deleted() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let all = format!("/v2/organisations/{}/consumers", ids.organisation);
    assert_eq!(client.get(&all).await.json()[0]["key"], ids.consumer);
    let mut body = json!({
        "name": "cli", "description": "", "url": "https://a.test", "picture": "", "baseUrl": "https://a.test",
        "rights": {"manage_ssh_keys": true},
    });
    let consumer = client.send("POST", &all, body.clone()).await.json();
    assert_eq!(
        (&consumer["rights"]["manage_ssh_keys"], &consumer["rights"]["almighty"]),
        (&json!(true), &json!(false))
    );
    let one = format!("{all}/{}", consumer["key"].as_str().unwrap());
    let secret = client.get(&format!("{one}/secret")).await.json();
    assert_eq!(client.get(&format!("{one}/secret")).await.json(), secret, "it stays the same");
    body["name"] = "tool".into();
    assert_eq!(client.send("PUT", &one, body.clone()).await.json()["key"], consumer["key"]);
    assert_eq!(client.get(&one).await.json()["name"], "tool");
    body["rights"]["almighty"] = true.into();
    assert_eq!(client.send("PUT", &one, body).await.status, 403);
    let summary = client.get("/v2/summary").await.json();
    assert_eq!(summary["organisations"][0]["consumers"].as_array().unwrap().len(), 2);
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.get(&format!("{one}/secret")).await.status, 404);
    assert_eq!(client.get("/v2/self/consumers").await.json(), json!([]));
}

#[tokio::test]
async fn notifications_are_kept_apart_by_kind_and_by_owner() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let emails = format!("/v2/notifications/emailhooks/{}", ids.organisation);
    let hooks = format!("/v2/notifications/webhooks/{}", ids.organisation);
    let body =
        json!({"name": "a", "notified": [{"type": "email", "target": "a@b.test"}], "events": ["GIT_PUSH"]});
    let email = client.send("POST", &emails, body).await.json();
    assert_eq!((&email["scope"], &email["events"]), (&json!([]), &json!(["GIT_PUSH"])));
    let body = json!({"name": "b", "urls": [{"format": "raw", "url": "https://hooks.test"}]});
    let hook = client.send("POST", &hooks, body).await.json();
    assert_eq!(hook["state"], "ENABLED");
    assert_eq!(client.get(&emails).await.json(), json!([email]));
    assert_eq!(client.get(&hooks).await.json(), json!([hook]));
    let one = format!("{hooks}/{}", hook["id"].as_str().unwrap());
    assert_eq!(client.send("PUT", &one, json!({"name": "c"})).await.json()["name"], "c");
    let elsewhere = format!("/v2/notifications/webhooks/{}/{}", ids.user, hook["id"].as_str().unwrap());
    assert_eq!(client.send("DELETE", &elsewhere, Value::Null).await.status, 404);
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.get(&hooks).await.json(), json!([]));
    assert_eq!(
        client.get("/v2/notifications/info/events").await.json()["meta_events"]["META_CREDITS"],
        json!(["CREDITS_ADDED"])
    );
    assert_eq!(client.get("/v2/notifications/info/webhookformats").await.json()[0], "raw");
}
