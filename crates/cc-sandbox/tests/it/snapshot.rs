//! Snapshots: a sandbox goes back to a moment, or another one goes on from there.

use std::time::Duration;

use cc_sandbox::{Fault, Pace, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::streams::reader::Reader;

fn deployments(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v2/organisations/{}/applications/{}/deployments", ids.organisation, ids.application)
}

#[tokio::test]
async fn what_is_to_happen_later_happens_after_a_restore_too() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let path = format!("/v2/organisations/{}/applications/{}/instances", ids.organisation, ids.application);
    assert_eq!(client.request(Method::POST, &path).send().await.unwrap().status(), 200);
    sandbox.advance(Duration::from_secs(10));
    let snapshot = sandbox.snapshot();
    let mut ends = Vec::new();
    for _ in 0..2 {
        assert_eq!(client.get(&deployments(&sandbox)).await.json()[0]["state"], "WIP");
        sandbox.advance(Duration::from_secs(60));
        let rows = client.get(&deployments(&sandbox)).await.json();
        assert_eq!(rows[0]["state"], "OK");
        ends.push((rows, sandbox.now()));
        sandbox.restore(&snapshot);
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn a_snapshot_over_http_holds_world_faults_and_keys_and_makes_another_sandbox_the_same() {
    let first = Sandbox::builder().seed(3).pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&first);
    let organisation = first.add_organisation("Acme");
    first.faults().add(Fault::answer(418, json!({})).on("get_zone").times(2));
    assert_eq!(client.get("/v4/products/zones/par").await.status, 418);
    let key = json!({ "backendUrl": first.kv_url(), "command": "SET", "args": ["colour", "blue"] });
    assert_eq!(client.send("POST", "/command", key).await.status, 200);
    let snapshot = client.get("/_sandbox/snapshot").await;
    assert_eq!(snapshot.status, 200);

    let second = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&second);
    let request = client.bare(Method::PUT, "/_sandbox/snapshot").body(snapshot.text.clone());
    assert_eq!(request.send().await.unwrap().status(), 204);
    assert_eq!((second.ids(), second.now()), (first.ids(), first.now()));
    assert_eq!(client.get(&format!("/v2/organisations/{organisation}")).await.json()["name"], "Acme");
    assert_eq!(client.get("/v4/products/zones/par").await.status, 418);
    assert_eq!(client.get("/v4/products/zones/par").await.status, 200, "the fault was to happen twice");
    let key = json!({ "backendUrl": first.kv_url(), "command": "GET", "args": ["colour"] });
    assert_eq!(client.send("POST", "/command", key).await.json()["result"], "blue");
}

#[tokio::test(start_paused = true)]
async fn streams_end_when_the_sandbox_is_restored_or_dropped() {
    let sandbox = Sandbox::builder().in_memory();
    let ids = sandbox.ids();
    let path = format!("/v4/logs/organisations/{}/applications/{}/logs", ids.user, ids.personal_application);
    let mut reader = Reader::open(&sandbox, &path).await;
    assert_eq!(reader.next().await.unwrap().unwrap().name, "HEARTBEAT");
    sandbox.restore(&sandbox.snapshot());
    assert!(reader.next().await.is_none());
    let mut reader = Reader::open(&sandbox, &path).await;
    assert_eq!(reader.next().await.unwrap().unwrap().name, "HEARTBEAT");
    drop(sandbox);
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn the_main_user_keeps_the_credentials_of_the_sandbox_across_a_restore() {
    let other = Sandbox::builder().organisation("Acme", [("alice", "ADMIN")]).in_memory();
    let mut credentials = other.credentials().clone();
    credentials.api_token = "mine".to_owned();
    credentials.consumer_key = "my-consumer".to_owned();
    let sandbox = Sandbox::builder().credentials(credentials).in_memory();
    sandbox.restore(&other.snapshot());
    assert_eq!(sandbox.identity("sandbox").credentials.api_token, "mine");
    let alice = sandbox.identity("alice").credentials;
    assert_eq!(
        (alice.api_token.as_str(), alice.consumer_key.as_str()),
        ("sandbox-token-alice", "my-consumer")
    );
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_refused_with_its_place_and_changes_nothing() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&sandbox);
    let before = sandbox.snapshot().to_json();
    let whole: Value = serde_json::from_str(&before).unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed.to_string()
    };
    let mut without = whole.clone();
    without["world"].as_object_mut().unwrap().remove("owners");
    for (text, place) in [
        (String::new(), "EOF while parsing"),
        ("[]".to_owned(), "invalid length 0"),
        (before[..before.len() / 2].to_owned(), "EOF while parsing"),
        (format!("{before} {{}}"), "trailing characters"),
        (changed("/format", json!(2)), "format: format 2 is not supported, this version reads format 1"),
        (changed("/now", json!("yesterday")), "now: "),
        (changed("/world/owners/0/1/wire", json!("text")), "world.owners[0][1].wire: expected an object"),
        (
            changed("/world/drains/0/1/status", json!("ASLEEP")),
            "world.drains[0][1].status: unknown variant `ASLEEP`",
        ),
        (changed("/world/applications/0/1/settings/instance", json!(1)), "`instance` is not an object"),
        (changed("/world/ids", json!({ "colour": "red" })), "world.ids.colour: unknown field `colour`"),
        (
            changed(
                "/faults/faults",
                json!([{ "fault": { "effect": "html", "status": 99 }, "number": 1, "seen": 0 }]),
            ),
            "faults.faults[0].fault: invalid fault: 99 is not the status of an answer",
        ),
        (without.to_string(), "world: missing field `owners`"),
        (
            changed("/world/applications/0/1/owner", json!("orga_x")),
            "world.applications[0]: the owner does not exist",
        ),
        (changed("/world/applications/0/0", json!("app_x")), "world.applications[0]: the key is not the id"),
        (
            changed("/world/owners/0/1/members/0/1", json!("text")),
            "world.owners[0][1].members[0][1]: `member` is not an object",
        ),
        (
            changed("/world/addons/0/1/details", json!("text")),
            "world.addons[0][1].details: expected an object or null",
        ),
        (
            changed("/world/identities", json!([])),
            "world.identities: the first is not the main user of `ids.user`",
        ),
        (
            changed("/world/drains/0/1/recipient", json!([])),
            "world.drains[0][1].recipient: expected an object",
        ),
    ] {
        let answer = client.bare(Method::PUT, "/_sandbox/snapshot").body(text).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{place}");
        let error = answer.text().await.unwrap();
        assert!(
            error.starts_with("could not read the snapshot: ") && error.contains(place),
            "{place}: {error}"
        );
        assert_eq!(sandbox.snapshot().to_json(), before);
    }
}
