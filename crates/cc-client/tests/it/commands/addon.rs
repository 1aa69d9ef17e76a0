//! The commands of add-ons, and of those that are made of one request: configuration providers, Materia.

use cc_client::api::addon::types::PaymentMethodKind;
use cc_client::commands::addon::{CreateAddon, DeleteAddon, GetAddon, GetAddonSso, ListAddon, UpdateAddon};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};
use crate::support::{Platform, SECOND};

const ADDONS: &str = "/v2/organisations/orga_1/addons";
const ONE: &str = "/v2/organisations/orga_1/addons/addon_1";

pub fn addon(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "realId": format!("real_{id}"), "region": "par", "zoneId": "zone_1",
        "provider": {
            "id": "postgresql-addon", "name": "PostgreSQL", "website": null, "supportEmail": null, "status": "RELEASE",
            "openInNewTab": false, "canUpgrade": true, "regions": ["par"]
        },
        "plan": {
            "id": "plan_s", "name": "S", "slug": "s", "price": 12.0, "price_id": "PostgreSQL.S", "zones": ["par"],
            "features": [
                {"name": "Memory", "type": "BYTES", "value": "1 GB", "computable_value": "1073741824", "name_code": "mem"},
                {"name": "Backups", "type": "STRING", "value": "Daily"}
            ]
        },
        "creationDate": 1_700_000_000_000_i64, "configKeys": ["B", "A"]
    })
}

#[tokio::test]
async fn add_ons_are_listed() {
    let route = format!("GET {ADDONS}");
    let routes =
        Routes::new().json(&route, json!([addon("addon_2", "b"), addon("addon_1", "a"), {"id": "addon_0"}]));
    check_fully(&routes, &route, [("required inputs", ListAddon::new("orga_1"))]).await;
}

#[tokio::test]
async fn an_add_on_is_read() {
    let route = format!("GET {ONE}");
    let routes = Routes::new().json(&route, addon("addon_1", "db"));
    let commands = [
        ("by the id of the platform", GetAddon::new("addon_1")),
        ("by the id of its provider", GetAddon::new("postgresql_1")),
        ("an add-on that nobody knows", GetAddon::new("postgresql_9")),
        ("all inputs", GetAddon::new("addon_1").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn an_add_on_without_plan_and_keys_is_read() {
    let route = format!("GET {ONE}");
    let routes = Routes::new().json(&route, json!({"id": "addon_1", "plan": null, "configKeys": null}));
    compare("GetAddon.bare", &routes.tell([("nothing in it", GetAddon::new("addon_1"))]).await);
}

#[tokio::test]
async fn an_add_on_is_created() {
    let route = format!("POST {ADDONS}");
    let routes = Routes::new().json(&route, addon("addon_1", "db"));
    let required = CreateAddon::new("orga_1", "postgresql-addon", "plan_s", "par", "db");
    let options: std::collections::BTreeMap<String, String> =
        [("encryption".to_owned(), "false".to_owned())].into();
    let all = required
        .clone()
        .options(options)
        .version("15")
        .linked_app("app_1")
        .payment_method_type(PaymentMethodKind::Creditcard)
        .sepa_source_id("sepa_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn an_add_on_gets_another_name() {
    let route = format!("PUT {ONE}");
    let routes = Routes::new().json(&route, addon("addon_1", "new"));
    let required = UpdateAddon::new("postgresql_1", "new");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn an_add_on_is_deleted() {
    let route = format!("DELETE {ONE}");
    let routes = Routes::new().json(&route, json!({"id": 1, "message": "Done", "type": "success"}));
    let required = DeleteAddon::new("postgresql_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

fn sso() -> Value {
    json!({
        "url": "https://example.org/sso", "id": "postgresql_1", "timestamp": 1_700_000_000, "token": "t0k",
        "signature": "s1g", "email": "ada@example.org", "name": "Ada", "user_id": "user_1",
        "userinfo_signature": "u1s", "nav-data": "nav"
    })
}

#[tokio::test]
async fn what_signs_a_user_in_at_an_add_on_is_read() {
    let route = format!("GET {ONE}/sso");
    let routes = Routes::new().json(&route, sso());
    let required = GetAddonSso::new("postgresql_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn sign_in_data_are_never_cached() {
    let platform = Platform::new(|_, _| (200, sso().to_string()));
    let client = platform.client();
    for _ in 0..2 {
        let cache = cc_client::CachePolicy::ttl(60 * SECOND);
        client.send(GetAddonSso::new("addon_1").owner_id("orga_1")).cache(cache).await.unwrap();
    }
    assert_eq!(platform.journal().len(), 2);
}
