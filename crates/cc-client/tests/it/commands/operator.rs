//! The commands of Keycloak, Matomo, Metabase and Otoroshi.

use cc_client::commands::operator::{
    CheckKeycloakVersion, CreateKeycloakNetworkGroup, DeleteKeycloakNetworkGroup, GetKeycloakInfo,
    RebootKeycloak, RebuildKeycloak, UpdateKeycloakVersion,
};
use cc_client::commands::operator::{
    CheckMetabaseVersion, GetMetabaseInfo, RebootMetabase, RebuildMetabase, UpdateMetabaseVersion,
};
use cc_client::commands::operator::{
    CheckOtoroshiVersion, CreateOtoroshiNetworkGroup, DeleteOtoroshiNetworkGroup, GetOtoroshiConfig,
    GetOtoroshiInfo, RebootOtoroshi, RebuildOtoroshi, UpdateOtoroshiVersion,
};
use cc_client::commands::operator::{GetMatomoInfo, RebootMatomo, RebuildMatomo};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const KEYCLOAK: &str = "/v4/addon-providers/addon-keycloak/addons/postgresql_1";
const MATOMO: &str = "/v4/addon-providers/addon-matomo/addons/postgresql_1";
const METABASE: &str = "/v4/addon-providers/addon-metabase/addons/postgresql_1";
const OTOROSHI: &str = "/v4/addon-providers/addon-otoroshi/addons/postgresql_1";

/// Fields of all operators, and those of one.
fn operator(own: Value) -> Value {
    let mut operator = json!({
        "resourceId": "postgresql_1", "addonId": "addon_1", "name": "mine", "ownerId": "orga_1", "plan": "BASE",
        "version": "2.4", "accessUrl": "https://example.org", "availableVersions": ["2.5", "2.4"],
        "envVars": {"B": "2", "A": "1"}
    });
    operator.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    operator
}

fn keycloak() -> Value {
    operator(json!({
        "javaVersion": "21", "initialCredentials": {"user": "admin", "password": "s3cret"},
        "resources": {"entrypoint": "app_1", "pgsqlId": "postgresql_2", "fsbucketId": "bucket_1"},
        "features": {"networkGroup": {"id": "ng_1"}}
    }))
}

fn metabase() -> Value {
    operator(json!({"javaVersion": "21", "resources": {"entrypoint": "app_1", "pgsqlId": "postgresql_2"}}))
}

fn otoroshi() -> Value {
    operator(json!({
        "javaVersion": "21", "initialCredentials": {"user": "admin", "password": "s3cret"}, "features": null,
        "resources": {
            "entrypoint": "app_1", "redisId": "redis_1", "pulsarId": null, "elasticId": "es_1", "cellarId": null
        },
        "api": {
            "url": "https://api.example.org", "user": "api", "secret": "s3cret", "openapi": "https://example.org/o.json",
            "swaggerUrl": "https://example.org/swagger"
        }
    }))
}

fn versions() -> Value {
    json!({"installed": "2.4", "latest": "2.5", "available": ["2.5", "2.4"], "needUpdate": true})
}

/// A command about one operator, by both ids of its add-on.
macro_rules! both_ids {
    ($routes:expr, $route:expr, $command:ident $(, $input:expr)*) => {
        check_fully($routes, $route, [
            ("by the id of the platform", $command::new("addon_1" $(, $input)*)),
            ("an add-on that nobody knows", $command::new("addon_9" $(, $input)*)),
            ("by the id of its provider", $command::new("postgresql_1" $(, $input)*)),
        ])
        .await
    };
}

#[tokio::test]
async fn operators_are_read() {
    let route = format!("GET {KEYCLOAK}");
    both_ids!(&Routes::new().json(&route, keycloak()), &route, GetKeycloakInfo);
    let route = format!("GET {METABASE}");
    both_ids!(&Routes::new().json(&route, metabase()), &route, GetMetabaseInfo);
    let route = format!("GET {OTOROSHI}");
    both_ids!(&Routes::new().json(&route, otoroshi()), &route, GetOtoroshiInfo);
    let route = format!("GET {MATOMO}");
    let resources = json!({"entrypoint": "app_1", "mysqlId": "mysql_1", "redisId": "redis_1", "kvId": null});
    let matomo = operator(json!({"phpVersion": "8.3", "resources": resources}));
    both_ids!(&Routes::new().json(&route, matomo), &route, GetMatomoInfo);
}

#[tokio::test]
async fn an_operator_may_lack_all_but_its_ids_and_what_it_is_made_of() {
    let bare = json!({"resourceId": "postgresql_1", "addonId": "addon_1", "ownerId": "orga_1", "plan": "A_PLAN_OF_TOMORROW", "resources": {}});
    let mut told = String::new();
    let routes = Routes::new().json(&format!("GET {MATOMO}"), bare.clone());
    told += &routes.tell([("Matomo", GetMatomoInfo::new("postgresql_1"))]).await;
    let routes = Routes::new().json(&format!("GET {METABASE}"), bare);
    told += &routes.tell([("Metabase", GetMetabaseInfo::new("postgresql_1"))]).await;
    compare("GetOperatorInfo.bare", &told);
}

#[tokio::test]
async fn operators_are_rebooted_and_rebuilt() {
    for (path, verb) in [(KEYCLOAK, "reboot"), (KEYCLOAK, "rebuild")] {
        let route = format!("POST {path}/{verb}");
        let routes = Routes::new().text(&route, "text/plain", "");
        match verb {
            "reboot" => both_ids!(&routes, &route, RebootKeycloak),
            _ => both_ids!(&routes, &route, RebuildKeycloak),
        }
    }
    let route = format!("POST {MATOMO}/reboot");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebootMatomo);
    let route = format!("POST {MATOMO}/rebuild");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebuildMatomo);
    let route = format!("POST {METABASE}/reboot");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebootMetabase);
    let route = format!("POST {METABASE}/rebuild");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebuildMetabase);
    let route = format!("POST {OTOROSHI}/reboot");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebootOtoroshi);
    let route = format!("POST {OTOROSHI}/rebuild");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, RebuildOtoroshi);
}

#[tokio::test]
async fn the_versions_of_operators_are_checked() {
    let route = format!("GET {KEYCLOAK}/version/check");
    both_ids!(&Routes::new().json(&route, versions()), &route, CheckKeycloakVersion);
    let route = format!("GET {METABASE}/version/check");
    both_ids!(&Routes::new().json(&route, versions()), &route, CheckMetabaseVersion);
    let route = format!("GET {OTOROSHI}/version/check");
    both_ids!(&Routes::new().json(&route, versions()), &route, CheckOtoroshiVersion);
}

#[tokio::test]
async fn operators_are_updated_to_a_version() {
    let route = format!("POST {KEYCLOAK}/version/update");
    both_ids!(&Routes::new().json(&route, keycloak()), &route, UpdateKeycloakVersion, "2.5");
    let route = format!("POST {METABASE}/version/update");
    both_ids!(&Routes::new().json(&route, metabase()), &route, UpdateMetabaseVersion, "2.5");
    let route = format!("POST {OTOROSHI}/version/update");
    both_ids!(&Routes::new().json(&route, otoroshi()), &route, UpdateOtoroshiVersion, "2.5");
}

#[tokio::test]
async fn operators_get_a_network_group_and_lose_it() {
    let route = format!("POST {KEYCLOAK}/networkgroup");
    both_ids!(&Routes::new().json(&route, keycloak()), &route, CreateKeycloakNetworkGroup);
    let route = format!("DELETE {KEYCLOAK}/networkgroup");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, DeleteKeycloakNetworkGroup);
    let route = format!("POST {OTOROSHI}/networkgroup");
    both_ids!(&Routes::new().json(&route, otoroshi()), &route, CreateOtoroshiNetworkGroup);
    let route = format!("DELETE {OTOROSHI}/networkgroup");
    both_ids!(&Routes::new().text(&route, "text/plain", ""), &route, DeleteOtoroshiNetworkGroup);
}

#[tokio::test]
async fn the_configuration_of_an_otoroshi_is_read_as_text() {
    let route = format!("GET {OTOROSHI}/config.yaml");
    both_ids!(&Routes::new().text(&route, "application/yaml", "a: 1\n"), &route, GetOtoroshiConfig);
}
