//! The command of Pulsar.

use cc_client::commands::pulsar::GetPulsarInfo;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const PULSAR: &str = "GET /v4/addon-providers/addon-pulsar/addons/postgresql_1";
const CLUSTER: &str = "GET /v4/addon-providers/addon-pulsar/clusters/cluster_1";

fn pulsar() -> Value {
    json!({
        "id": "pulsar_1", "owner_id": "orga_1", "cluster_id": "cluster_1", "tenant": "orga_1", "namespace": "pulsar_1",
        "token": "s3cret", "plan": "BETA", "status": "ACTIVE", "creation_date": "2024-03-01T00:00:00.123456Z",
        "cold_storage_id": "cellar_1", "cold_storage_linked": true, "cold_storage_must_be_provided": false
    })
}

fn cluster() -> Value {
    json!({
        "id": "cluster_1", "url": "pulsar.example.org", "pulsar_port": 6650, "pulsar_tls_port": 6651, "web_port": 80,
        "web_tls_port": 443, "version": "3.0", "available": true, "zone": "PAR", "support_cold_storage": true,
        "supported_plans": ["BETA", "A_PLAN_OF_TOMORROW"]
    })
}

#[tokio::test]
async fn a_pulsar_is_read_with_its_cluster() {
    let routes = Routes::new().json(PULSAR, pulsar()).json(CLUSTER, cluster());
    let commands = [
        ("by the id of the platform", GetPulsarInfo::new("addon_1")),
        ("an add-on that nobody knows", GetPulsarInfo::new("addon_9")),
        (
            "by the id of its provider, which needs no other",
            GetPulsarInfo::new("postgresql_1").owner_id("orga_1"),
        ),
    ];
    check_fully(&routes, PULSAR, commands).await;
}

#[tokio::test]
async fn a_pulsar_whose_cluster_is_not_there_is_an_error() {
    let routes = Routes::new().json(PULSAR, pulsar());
    compare(
        "GetPulsarInfo.cluster",
        &routes.tell([("no cluster", GetPulsarInfo::new("postgresql_1"))]).await,
    );
}
