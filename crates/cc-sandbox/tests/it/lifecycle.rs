//! Life cycles, driven by the clock.

use std::time::Duration;

use cc_sandbox::{Pace, Sandbox};
use serde_json::{Value, json};

use crate::client::Client;

async fn manual() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

fn application(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v2/organisations/{}/applications/{}", ids.organisation, ids.application)
}

fn orchestration(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v4/orchestration/organisations/{}/applications/{}", ids.organisation, ids.application)
}

async fn deploy(client: &Client<'_>, application: &str) -> String {
    let answer = client.send("POST", &format!("{application}/instances"), Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["deploymentId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_deployment_goes_from_the_queue_to_success() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let (v2, v4) = (application(&sandbox), orchestration(&sandbox));
    let id = deploy(&client, &v2).await;
    assert_eq!(client.get(&format!("{v4}/deployments/{id}")).await.status, 404, "v4 does not know it yet");
    let mut states = Vec::new();
    for seconds in [2, 2, 10, 10, 10, 10] {
        sandbox.advance(Duration::from_secs(seconds));
        let new = client.get(&format!("{v4}/deployments/{id}")).await.json()["state"].clone();
        let old = client.get(&format!("{v2}/deployments/{id}")).await.json()["state"].clone();
        let instances = client.get(&format!("{v4}/instances?deploymentId={id}")).await.json();
        states.push(format!("{new} {old} {}", instances[0]["state"]));
    }
    assert_eq!(
        states,
        [
            r#""QUEUED" "WIP" null"#,
            r#""WORK_IN_PROGRESS" "WIP" "BOOTING""#,
            r#""WORK_IN_PROGRESS" "WIP" "DEPLOYING""#,
            r#""WORK_IN_PROGRESS" "WIP" "DEPLOYING""#,
            r#""WORK_IN_PROGRESS" "WIP" "READY""#,
            r#""SUCCEEDED" "OK" "UP""#,
        ]
    );
    let steps = client.get(&format!("{v4}/deployments/{id}")).await.json()["steps"].clone();
    let steps: Vec<&str> =
        steps.as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect();
    assert_eq!(steps, ["QUEUED", "WORK_IN_PROGRESS", "SUCCEEDED"]);
    sandbox.advance(Duration::from_secs(10));
    let living = client.get(&format!("{v4}/instances?excludeDeleted=true")).await.json();
    assert_eq!(living.as_array().unwrap().len(), 1, "the instances of the deployment before are gone");
}

#[tokio::test]
async fn a_newer_deployment_takes_the_place_of_one_that_waits() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let (v2, v4) = (application(&sandbox), orchestration(&sandbox));
    let first = deploy(&client, &v2).await;
    sandbox.advance(Duration::from_secs(5));
    let second = deploy(&client, &v2).await;
    let third = deploy(&client, &v2).await;
    sandbox.advance(Duration::from_secs(120));
    for (id, state) in [(first, "SUCCEEDED"), (second, "CANCELLED"), (third, "SUCCEEDED")] {
        assert_eq!(client.get(&format!("{v4}/deployments/{id}")).await.json()["state"], state);
    }
}

#[tokio::test]
async fn a_deployment_can_be_cancelled_once() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let (v2, v4) = (application(&sandbox), orchestration(&sandbox));
    let id = deploy(&client, &v2).await;
    sandbox.advance(Duration::from_secs(20));
    let path = format!("{v2}/deployments/{id}/instances");
    assert_eq!(client.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(client.send("DELETE", &path, Value::Null).await.status, 404);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.get(&format!("{v4}/deployments/{id}")).await.json()["state"], "CANCELLED");
    assert_eq!(client.get(&v2).await.json()["state"], "SHOULD_BE_UP", "the deployment before still runs");
}

#[tokio::test]
async fn a_deployment_fails_when_it_is_told_to() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let (v2, v4) = (application(&sandbox), orchestration(&sandbox));
    sandbox.fail_next_deployment(&sandbox.ids().application);
    let id = deploy(&client, &v2).await;
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.get(&format!("{v4}/deployments/{id}")).await.json()["state"], "FAILED");
}

#[tokio::test]
async fn an_application_stops_when_it_is_undeployed() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let v2 = application(&sandbox);
    assert_eq!(client.get(&v2).await.json()["state"], "SHOULD_BE_UP");
    assert_eq!(client.send("DELETE", &format!("{v2}/instances"), Value::Null).await.status, 200);
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(client.get(&v2).await.json()["state"], "SHOULD_BE_DOWN");
    assert_eq!(client.get(&format!("{v2}/instances")).await.json(), json!([]));
}

#[tokio::test]
async fn a_drain_becomes_enabled_and_never_shows_its_password() {
    let sandbox = manual().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let path = format!("/v4/drains/organisations/{}/resources/{}/drains", ids.organisation, ids.real_addon);
    let recipient =
        json!({"type": "RAW_HTTP", "url": "https://example.com", "username": "me", "password": "hidden"});
    let drain = client.send("POST", &path, json!({"kind": "LOG", "recipient": recipient})).await.json();
    assert_eq!(
        (&drain["status"]["status"], &drain["recipient"]["password"]),
        (&json!("ENABLING"), &json!("********"))
    );
    let one = format!("{path}/{}", drain["id"].as_str().unwrap());
    sandbox.advance(Duration::from_secs(8));
    assert_eq!(client.get(&one).await.json()["status"]["status"], "ENABLED");
    assert_eq!(client.get(&format!("{path}?status=DISABLED")).await.json(), json!([]));
    assert_eq!(
        client.send("PUT", &format!("{one}/disable"), Value::Null).await.json()["status"]["status"],
        "DISABLING"
    );
    sandbox.advance(Duration::from_secs(8));
    assert_eq!(
        client.get(&format!("{path}?status=DISABLED&executionStatusNotIn=RUNNING")).await.json()[0]["id"],
        drain["id"]
    );
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.get(&one).await.status, 404);
}
