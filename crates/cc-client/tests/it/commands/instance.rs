//! The commands of instances.

use cc_client::Timestamp;
use cc_client::commands::deployment::model::DateOrder;
use cc_client::commands::deployment::model::InstanceState;
use cc_client::commands::deployment::{GetApplicationInstance, ListApplicationInstance};
use serde_json::{Value, json};

use super::harness::{Routes, check};

const INSTANCES: &str = "GET /v4/orchestration/organisations/orga_1/applications/app_1/instances";

fn instance(number: i64, created: &str) -> Value {
    json!({
        "id": format!("instance_{number}"),
        "ownerId": "orga_1",
        "applicationId": "app_1",
        "deploymentId": "deployment_1",
        "name": "Quick Otter",
        "flavor": "XS",
        "index": number,
        "state": "UP",
        "hypervisorId": "hv-1",
        "creationDate": created,
        "deletionDate": null,
        "network": {"ip": "10.2.0.7", "port": 4242},
        "isBuildVm": false
    })
}

#[tokio::test]
async fn an_instance_is_read() {
    let routes = Routes::new().json(&format!("{INSTANCES}/instance_1"), instance(1, "2024-05-02T08:00:00Z"));
    let required = GetApplicationInstance::new("app_1", "instance_1");
    let all = required.clone().owner_id("orga_1");
    check(&routes, required, all).await;
}

#[tokio::test]
async fn instances_are_listed_from_the_earliest_on() {
    let routes = Routes::new().json(
        INSTANCES,
        json!([
            instance(3, "2024-05-02T09:00:00Z"),
            instance(2, "2024-05-02T08:00:00Z"),
            instance(1, "2024-05-02T08:00:00Z"),
            {"id": "instance_0", "state": "BOOTING", "network": null}
        ]),
    );
    let required = ListApplicationInstance::new("app_1");
    let date: Timestamp = "2024-05-01T00:00:00Z".parse().unwrap();
    let all = required
        .clone()
        .owner_id("orga_1")
        .since(date)
        .until(date)
        .include_state([InstanceState::Up, InstanceState::Ready])
        .exclude_state([InstanceState::Ghost])
        .exclude_deleted(true)
        .deployment_id("deployment_1")
        .limit(10)
        .order(DateOrder::Desc);
    check(&routes, required, all).await;
}
