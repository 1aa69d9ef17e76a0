//! The commands of add-on providers that an owner publishes.

use cc_client::commands::addon_provider::model::AddonFeatureKind;
use cc_client::commands::addon_provider::model::{AddonProviderApi, AddonProviderPlanFeature};
use cc_client::commands::addon_provider::{
    CreateAddonProvider, CreateAddonProviderFeature, CreateAddonProviderPlan, DeleteAddonProvider,
    DeleteAddonProviderFeature, DeleteAddonProviderPlan, GetAddonProvider, ListAddonProviderFeature,
    ListAddonProviderPlan, UpdateAddonProvider, UpdateAddonProviderPlan,
};
use cc_runtime::{Decimal, Patch};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully};

const PROVIDERS: &str = "/v2/organisations/orga_1/addonproviders";
const ONE: &str = "/v2/organisations/orga_1/addonproviders/provider_1";

fn plan(slug: &str, name: &str, price: f64) -> Value {
    json!({
        "id": format!("plan_{slug}"), "name": name, "slug": slug, "price": price, "price_id": "Provider.S",
        "zones": ["par"], "features": [{"name": "Memory", "type": "BYTES", "value": "1 GB"}]
    })
}

fn provider() -> Value {
    json!({
        "id": "provider_1", "name": "Engines", "website": "https://example.org", "supportEmail": "help@example.org",
        "googlePlusName": null, "twitterName": null, "analyticsId": null, "shortDesc": "Engines", "longDesc": null,
        "logoUrl": null, "status": "ALPHA", "openInNewTab": false, "canUpgrade": true, "regions": ["par"],
        "plans": [plan("l", "Large", 10.0), plan("s", "Small", 1.0)],
        "features": [{"name": "Memory", "type": "BYTES", "name_code": "mem"}, {"name": "Disk", "type": "BYTES"}]
    })
}

fn api() -> AddonProviderApi {
    let urls = |host: &str| json!({"baseUrl": format!("https://{host}/clever"), "ssoUrl": format!("https://{host}/sso")});
    let api = json!({
        "configVars": ["ENGINE_URL"], "zones": ["par"], "password": "s3cret", "ssoSalt": "salt",
        "production": urls("example.org"), "test": urls("test.example.org")
    });
    serde_json::from_value(api).unwrap()
}

fn features() -> Vec<AddonProviderPlanFeature> {
    serde_json::from_value(json!([{"name": "Memory", "type": "BYTES", "value": "1 GB"}])).unwrap()
}

#[tokio::test]
async fn a_provider_is_published() {
    let route = format!("POST {PROVIDERS}");
    let routes = Routes::new().json(&route, provider());
    let command = CreateAddonProvider::new("orga_1", "provider_1", "Engines", api());
    assert!(!format!("{command:?}").contains("s3cret"));
    check_fully(&routes, &route, [("required inputs", command)]).await;
}

#[tokio::test]
async fn a_provider_is_read() {
    let route = format!("GET {ONE}");
    let routes = Routes::new().json(&route, provider());
    let required = GetAddonProvider::new("provider_1");
    let commands = [
        ("required inputs", required.clone()),
        ("a provider that nobody knows", GetAddonProvider::new("provider_9")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_provider_is_changed() {
    let route = format!("PUT {ONE}");
    let routes = Routes::new().json(&route, provider());
    let required = UpdateAddonProvider::new("provider_1");
    let all = required
        .clone()
        .owner_id("orga_1")
        .name("Engines")
        .website(Patch::Value("https://example.org".to_owned()))
        .support_email(Patch::Null)
        .short_desc(Patch::Value("Engines".to_owned()));
    check_fully(&routes, &route, [("required inputs", required), ("other inputs", all)]).await;
}

#[tokio::test]
async fn a_provider_is_deleted() {
    let route = format!("DELETE {ONE}");
    let routes = Routes::new().json(&route, json!({}));
    let required = DeleteAddonProvider::new("provider_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn features_are_listed_by_name() {
    let route = format!("GET {ONE}/features");
    let routes = Routes::new().json(&route, provider()["features"].clone());
    let required = ListAddonProviderFeature::new("provider_1");
    let commands = [
        ("required inputs", required.clone()),
        ("a provider that nobody knows", ListAddonProviderFeature::new("provider_9")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_feature_is_added() {
    let route = format!("POST {ONE}/features");
    let routes = Routes::new().json(&route, json!({"name": "Memory", "type": "BYTES"}));
    let required = CreateAddonProviderFeature::new("provider_1", "Memory", AddonFeatureKind::Bytes);
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_feature_is_deleted_by_its_name_in_base64() {
    // `>>>?é` makes every character of Base64 that a path has to escape.
    let route = format!("DELETE {ONE}/features/Pj4%2BP8Op");
    let routes = Routes::new().json(&route, json!({}));
    let required = DeleteAddonProviderFeature::new("provider_1", ">>>?é");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn plans_are_listed_the_cheapest_first() {
    let route = format!("GET {ONE}/plans");
    let list = json!([plan("l", "Large", 10.0), plan("b", "B", 1.0), plan("a", "A", 1.0)]);
    let routes = Routes::new().json(&route, list);
    let required = ListAddonProviderPlan::new("provider_1");
    let commands = [
        ("required inputs", required.clone()),
        ("a provider that nobody knows", ListAddonProviderPlan::new("provider_9")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_plan_is_added() {
    let route = format!("POST {ONE}/plans");
    let routes = Routes::new().json(&route, plan("s", "Small", 1.5));
    let required =
        CreateAddonProviderPlan::new("provider_1", "Small", "s", "1.5".parse::<Decimal>().unwrap());
    let all = required.clone().features(features()).owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_plan_is_replaced() {
    let route = format!("PUT {ONE}/plans/plan_s");
    let routes = Routes::new().json(&route, plan("s", "Small", 1.5));
    let required =
        UpdateAddonProviderPlan::new("provider_1", "plan_s", "Small", "s", "1.5".parse::<Decimal>().unwrap());
    let all = required.clone().features(features()).owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_plan_is_deleted() {
    let route = format!("DELETE {ONE}/plans/plan_s");
    let routes = Routes::new().json(&route, json!({}));
    let required = DeleteAddonProviderPlan::new("provider_1", "plan_s");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}
