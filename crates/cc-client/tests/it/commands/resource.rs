//! The commands of configuration providers, Materia and zones.

use cc_client::commands::config_provider::{GetConfigProvider, UpdateConfigProvider};
use cc_client::commands::materia::GetMateriaInfo;
use cc_client::commands::zone::{GetZone, ListZone};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully};

const ENVIRONMENT: &str = "/v4/addon-providers/config-provider/addons/postgresql_1/env";

fn variables() -> Value {
    json!([{"name": "B", "value": "2"}, {"name": "A", "value": "1"}])
}

#[tokio::test]
async fn the_variables_of_a_configuration_provider_are_read() {
    let route = format!("GET {ENVIRONMENT}");
    let routes = Routes::new().json(&route, variables());
    let commands = [
        ("by the id of the platform", GetConfigProvider::new("addon_1")),
        ("an add-on that nobody knows", GetConfigProvider::new("addon_9")),
        ("by the id of its provider", GetConfigProvider::new("postgresql_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn the_variables_of_a_configuration_provider_are_replaced() {
    let route = format!("PUT {ENVIRONMENT}");
    let routes = Routes::new().json(&route, variables());
    let input = json!({"addonId": "addon_1", "environment": [{"name": "not a name", "value": "2"}]});
    let command: UpdateConfigProvider = serde_json::from_value(input).unwrap();
    check_fully(&routes, &route, [("required inputs", command)]).await;
}

#[tokio::test]
async fn a_materia_is_read() {
    let route = "GET /v4/materia/organisations/orga_1/materia/databases/postgresql_1";
    let materia = json!({
        "id": "kv_1", "ownerId": "orga_1", "clusterId": "cluster_1", "kind": "KV", "plan": "ALPHA", "host": "kv.example.org",
        "port": 6379, "token": "s3cret", "tokenId": "token_1", "status": "PROVISIONED"
    });
    let routes = Routes::new().json(route, materia);
    let commands = [
        ("required inputs", GetMateriaInfo::new("addon_1")),
        ("an add-on that nobody knows", GetMateriaInfo::new("addon_9")),
        ("all inputs", GetMateriaInfo::new("postgresql_1").owner_id("orga_1")),
    ];
    check_fully(&routes, route, commands).await;
}

fn zone(name: &str) -> Value {
    json!({
        "id": format!("zone_{name}"), "name": name, "country": "France", "countryCode": "FR", "city": "Paris",
        "displayName": null, "lat": 48.9, "lon": 2.3, "outboundIPs": ["192.0.2.2", "192.0.2.1"],
        "tags": ["infra:clever-cloud", "for:applications"]
    })
}

#[tokio::test]
async fn zones_are_listed() {
    let route = "GET /v4/products/zones";
    let routes = Routes::new().json(route, json!([zone("rbx"), zone("par")]));
    let all = ListZone::new().owner_id("orga_1").tag("for:applications");
    check_fully(&routes, route, [("required inputs", ListZone::new()), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_zone_is_read_by_an_escaped_name() {
    let route = "GET /v4/products/zones/a%2Fb";
    let routes = Routes::new().json(route, zone("a/b"));
    let required = GetZone::new("a/b");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, route, [("required inputs", required), ("all inputs", all)]).await;
}
