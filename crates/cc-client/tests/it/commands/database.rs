//! The commands of Elasticsearch and Jenkins.

use cc_client::commands::database::{GetElasticsearchInfo, GetJenkinsInfo};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const JENKINS: &str = "GET /v4/addon-providers/jenkins/addons/postgresql_1";

fn flags() -> Value {
    json!([{"name": "kibana", "enabled": true}, {"name": "apm", "enabled": false}])
}

#[tokio::test]
async fn an_elasticsearch_is_read() {
    let route = "GET /v2/providers/es-addon/addon_1";
    let elasticsearch = json!({
        "id": "elasticsearch_1", "owner_id": "orga_1", "app_id": "addon_1", "plan": "S", "zone": "par", "version": "8",
        "config": {
            "host": "es.example.org", "user": "ada", "password": "s3cret", "apm_user": "apm", "apm_password": "s3cret",
            "apm_auth_token": "t0k", "kibana_user": "kibana", "kibana_password": "s3cret"
        },
        "backups": {"kibana_snapshots_url": "https://example.org/snapshots"}, "kibana_application": "app_k",
        "apm_application": "app_a", "services": flags(), "features": flags()
    });
    let routes = Routes::new().json(route, elasticsearch);
    let commands = [
        ("by the id of its provider", GetElasticsearchInfo::new("postgresql_1")),
        ("an add-on that nobody knows", GetElasticsearchInfo::new("elasticsearch_9")),
        ("by the id of the platform", GetElasticsearchInfo::new("addon_1")),
    ];
    check_fully(&routes, route, commands).await;
}

fn jenkins() -> Value {
    json!({
        "id": "jenkins_1", "app_id": "addon_1", "plan": "XS", "zone": "par", "status": "ACTIVE",
        "creation_date": "2024-03-01T00:00:00.000Z[UTC]", "deletion_date": null, "host": "j.example.org", "user": "ada",
        "password": "s3cret", "version": "2.4", "artifactory_url": "https://example.org", "features": flags()
    })
}

fn updates() -> Value {
    json!({"manageLink": "https://example.org/manage", "versions": {"current": "2.4", "available": "2.5"}})
}

#[tokio::test]
async fn a_jenkins_is_read_with_its_updates() {
    let routes = Routes::new().json(JENKINS, jenkins()).json(&format!("{JENKINS}/updates"), updates());
    let commands = [
        ("by the id of the platform", GetJenkinsInfo::new("addon_1")),
        ("by the id of its provider", GetJenkinsInfo::new("postgresql_1")),
    ];
    check_fully(&routes, JENKINS, commands).await;
}

#[tokio::test]
async fn a_jenkins_whose_updates_are_not_known_is_read_without() {
    let alone = Routes::new().json(JENKINS, jenkins());
    let mut told = alone.tell([("no updates", GetJenkinsInfo::new("addon_1"))]).await;
    let broken = alone.refuse(&format!("{JENKINS}/updates"), 500);
    told += &broken.tell([("updates that fail", GetJenkinsInfo::new("addon_1"))]).await;
    compare("GetJenkinsInfo.updates", &told);
}
