//! The commands of products.

use cc_client::commands::addon_provider::GetProductAddonVersions;
use cc_client::commands::database::GetProductElasticsearchInfo;
use cc_client::commands::product::{
    GetProductAddon, GetProductRuntime, ListProductAddon, ListProductRuntime,
};
use serde_json::{Value, json};

use super::harness::{Routes, check, check_one};

const ADDONS: &str = "GET /v2/products/addonproviders";
const RUNTIMES: &str = "GET /v2/products/instances";

fn provider(id: &str, name: &str) -> Value {
    let plan = |slug: &str, price: f64| {
        json!({
            "id": format!("plan_{slug}"), "name": slug, "slug": slug, "price": price, "price_id": "PostgreSQL.Dev",
            "zones": ["par"], "features": [
                {"name": "Memory", "type": "BYTES", "value": "1 GB", "computable_value": "1073741824", "name_code": "memory"},
                {"name": "Backups", "type": "STRING", "value": "Daily"}
            ]
        })
    };
    json!({
        "id": id, "name": name, "website": "https://example.org", "supportEmail": "help@example.org",
        "googlePlusName": null, "twitterName": "db", "analyticsId": null, "shortDesc": "A database",
        "longDesc": "A database for you", "logoUrl": "https://example.org/logo.png", "status": "RELEASE",
        "openInNewTab": true, "canUpgrade": true, "regions": ["par", "rbx"],
        "plans": [plan("s", 12.0), plan("dev", 0.0)],
        "features": [{"name": "Memory", "type": "BYTES", "name_code": "memory"}, {"name": "Backups", "type": "STRING"}]
    })
}

fn versions() -> Value {
    let features = json!([{"name": "wal", "enabled": true}, {"name": "encryption", "enabled": false}]);
    json!({
        "providerId": "postgresql-addon",
        "clusters": [
            {"id": "cluster_2", "label": "par-b", "zone": "par", "version": "15", "features": features},
            {"id": "cluster_1", "label": "par-a", "zone": "par", "version": "14", "features": []}
        ],
        "dedicated": {"15": {"features": features}, "14": {"features": null}},
        "defaultDedicatedVersion": "15"
    })
}

fn runtime(kind: &str, name: &str) -> Value {
    let flavor = |name: &str, price: f64| {
        json!({
            "name": name, "mem": 1024, "cpus": 1, "gpus": 0, "disk": null, "price": price, "available": true,
            "microservice": false, "machine_learning": false, "nice": 0, "price_id": "Apps.XS",
            "memory": {"unit": "B", "value": 1_073_741_824, "formatted": "1024 MiB"}
        })
    };
    json!({
        "type": kind, "version": "20240101", "name": name,
        "variant": {"id": "variant_1", "slug": kind, "name": name, "deployType": kind, "logo": "https://example.org/l.svg"},
        "description": "Runs it", "enabled": true, "comingSoon": false, "maxInstances": 40, "tags": ["b", "a"],
        "deployments": ["git", "ftp"], "flavors": [flavor("S", 1.0), flavor("XS", 0.5)],
        "defaultFlavor": flavor("XS", 0.5), "buildFlavor": flavor("S", 1.0)
    })
}

#[tokio::test]
async fn an_add_on_of_the_catalogue_is_read_with_its_versions_on_demand() {
    let routes = Routes::new()
        .json(&format!("{ADDONS}/postgresql-addon"), provider("postgresql-addon", "PostgreSQL"))
        .json("GET /v4/addon-providers/postgresql-addon", versions());
    let required = GetProductAddon::new("postgresql-addon");
    let all = required.clone().with_versions(true).owner_id("orga_1");
    check(&routes, required, all).await;
}

#[tokio::test]
async fn the_add_ons_of_the_catalogue_keep_their_versions_when_those_of_another_cannot_be_read() {
    let routes = Routes::new()
        .json(
            ADDONS,
            json!([
                {"id": "redis-addon", "name": "Redis"},
                {"id": "kv-addon", "name": "KV"},
                {"id": "postgresql-addon", "name": "PostgreSQL"}
            ]),
        )
        .refuse("GET /v4/addon-providers/redis-addon", 500)
        .json("GET /v4/addon-providers/postgresql-addon", versions());
    let required = ListProductAddon::new();
    let all = ListProductAddon::new().with_versions(true).owner_id("orga_1");
    check(&routes, required, all).await;
}

#[tokio::test]
async fn the_versions_of_an_add_on_are_read() {
    let routes = Routes::new().json("GET /v4/addon-providers/postgresql-addon", versions());
    check_one(&routes, GetProductAddonVersions::new("postgresql-addon")).await;
}

#[tokio::test]
async fn the_sizes_of_the_services_of_elasticsearch_are_read() {
    let size = json!({
        "name": "S", "mem": 2048, "cpus": 2, "gpus": 0, "price": 1.5, "price_id": "APPS.S", "available": true,
        "microservice": false, "nice": 0
    });
    let routes = Routes::new().json(
        "GET /v2/providers/es-addon/tmp/services-flavors",
        json!({"services": {"apm": size, "kibana": null}}),
    );
    check_one(&routes, GetProductElasticsearchInfo::new()).await;
}

#[tokio::test]
async fn runtimes_are_listed_by_name() {
    let list = json!([runtime("php", "PHP"), runtime("node", "Node"), {"type": "docker", "name": "Docker"}]);
    let routes = Routes::new().json(RUNTIMES, list);
    check(&routes, ListProductRuntime::new(), ListProductRuntime::new().owner_id("orga_1")).await;
}

#[tokio::test]
async fn a_runtime_is_read() {
    let routes = Routes::new().json(&format!("{RUNTIMES}/node-20240101"), runtime("node", "Node"));
    let required = GetProductRuntime::new("node", "20240101");
    let all = required.clone().owner_id("orga_1").application_id("app_1");
    check(&routes, required, all).await;
}
