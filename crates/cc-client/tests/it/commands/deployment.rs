//! The commands of deployments. How long a wait takes is in `wait_for_deployment.rs`.

use std::time::Duration;

use cc_client::Client;
use cc_client::commands::deployment::model::DeploymentAction;
use cc_client::commands::deployment::{
    CancelDeployment, GetDeployment, GetDeploymentLegacy, ListDeployment, WaitForDeployment,
};
use serde_json::{Value, json};

use super::harness::{Routes, check, compare};
use crate::support::{Platform, SECOND};

const V4: &str = "/v4/orchestration/organisations/orga_1/applications/app_1/deployments";
const V2: &str = "/v2/organisations/orga_1/applications/app_1/deployments";

fn deployment() -> Value {
    json!({
        "id": "deployment_1",
        "ownerId": "orga_1",
        "applicationId": "app_1",
        "startDate": "2024-05-02T08:00:00.123Z",
        "state": "SUCCEEDED",
        "steps": [
            {"state": "QUEUED", "date": "2024-05-02T08:00:00.123Z"},
            {"state": "SUCCEEDED", "date": "2024-05-02T08:01:30Z"}
        ],
        "version": {"commitId": "4b825dc"},
        "origin": {
            "action": "DEPLOY",
            "cause": "Git push",
            "source": "git",
            "authorId": "user_1",
            "constraints": ["zone=par"],
            "priority": "DEFAULT"
        },
        "hasDedicatedBuild": false
    })
}

fn legacy(number: u32, state: &str) -> Value {
    json!({
        "uuid": format!("deployment_{number}"),
        "id": number,
        "date": 1_714_636_800_123_i64,
        "state": state,
        "action": "DEPLOY",
        "commit": "4b825dc",
        "cause": "Git push",
        "instances": 2,
        "author": {"id": "user_1", "name": "Ada"}
    })
}

#[tokio::test]
async fn a_deployment_is_read() {
    let routes = Routes::new().json(&format!("GET {V4}/deployment_1"), deployment());
    let required = GetDeployment::new("app_1", "deployment_1");
    let all = required.clone().owner_id("orga_1").include_application_configuration(true);
    check(&routes, required, all).await;
}

#[tokio::test]
async fn a_deployment_is_read_from_v2_in_the_words_of_v4() {
    let routes = Routes::new().json(&format!("GET {V2}/deployment_1"), legacy(1, "WIP"));
    let required = GetDeploymentLegacy::new("app_1", "deployment_1");
    let all = required.clone().owner_id("orga_1");
    check(&routes, required, all).await;
}

#[tokio::test]
async fn deployments_are_listed_with_the_states_of_v4_and_those_that_neither_knows() {
    let states = ["TASK_RUNNING", "WIP", "FAIL", "CANCELLED", "OK", "PAUSED"];
    let listed: Vec<Value> = (1..).zip(states).map(|(number, state)| legacy(number, state)).collect();
    let owner = json!({"app_2": [{"uuid": "deployment_9", "id": 9}], "app_1": [legacy(8, "OK")]});
    let routes = Routes::new()
        .json(&format!("GET {V2}"), listed.into())
        .json("GET /v2/organisations/orga_1/deployments", owner);
    let one = ListDeployment::of_application("app_1");
    let all = one.clone().owner_id("orga_1").limit(5).offset(1).action(DeploymentAction::Deploy);
    let owner = ListDeployment::of_owner("orga_1");
    let told = routes.tell([
        ("of an application, required inputs", one),
        ("of an application, all inputs", all),
        ("of an owner, required inputs", owner.clone()),
        ("of an owner, all inputs", owner.limit(5)),
        ("of nobody", ListDeployment::default()),
        ("of an owner, with an action", ListDeployment::of_owner("orga_1").action(DeploymentAction::Deploy)),
        ("of an application that is not there", ListDeployment::of_application("app_9")),
    ]);
    compare("ListDeployment", &told.await);
}

#[tokio::test]
async fn a_deployment_is_cancelled() {
    let answer = json!({"id": 1, "message": "Cancelled", "type": "success"});
    let routes = Routes::new().json(&format!("DELETE {V2}/deployment_1/instances"), answer);
    let required = CancelDeployment::new("app_1", "deployment_1");
    let all = required.clone().owner_id("orga_1");
    check(&routes, required, all).await;
}

#[tokio::test]
async fn a_deployment_is_waited_for() {
    let routes = Routes::new()
        .json(&format!("GET {V4}"), json!([deployment()]))
        .json(&format!("GET {V4}/deployment_1"), deployment());
    let required = WaitForDeployment::new("app_1", 90 * SECOND);
    let all = required.clone().deployment_id("deployment_1").owner_id("orga_1").every(SECOND / 2);
    check(&routes, required, all).await;
}

#[tokio::test]
async fn times_are_numbers_of_seconds_in_json() {
    let read = |json: Value| serde_json::from_value::<WaitForDeployment>(json);
    let wait = read(json!({"applicationId": "app_1", "deadline": 90, "every": 0.5})).unwrap();
    assert_eq!(wait, WaitForDeployment::new("app_1", 90 * SECOND).every(SECOND / 2));
    assert_eq!(read(json!({"applicationId": "app_1", "deadline": 1, "every": null})).unwrap().every, None);
    for deadline in [json!(-1), json!(1e300), json!("1"), json!(null)] {
        let error = read(json!({"applicationId": "app_1", "deadline": deadline})).unwrap_err().to_string();
        assert!(!error.is_empty(), "{deadline}");
    }
    let longest = WaitForDeployment::new("app_1", Duration::MAX);
    assert_eq!(read(serde_json::to_value(&longest).unwrap()).unwrap(), longest);
    let error = read(json!({"applicationId": "app_1"})).unwrap_err().to_string();
    assert!(error.contains("missing field `deadline`"), "{error}");
}

#[tokio::test]
async fn the_failure_of_a_command_that_reads_is_no_empty_list() {
    let platform = Platform::new(|_, _| (403, "{}".to_owned()));
    let client: Client = platform.client();
    let error = client.send(ListDeployment::of_owner("orga_1")).await.unwrap_err();
    assert!(error.is_forbidden());
}
