//! The commands of domains.

use cc_client::commands::application::{
    CreateDomain, DeleteDomain, GetPrimaryDomain, ListDomain, SetPrimaryDomain, UnsetPrimaryDomain,
};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const DOMAINS: &str = "/v2/organisations/orga_1/applications/app_1/vhosts";
const PRIMARY: &str = "/v2/organisations/orga_1/applications/app_1/vhosts/favourite";

fn message() -> Value {
    json!({"id": 1, "message": "Done", "type": "success"})
}

#[tokio::test]
async fn domains_are_listed_and_the_primary_one_is_marked() {
    let route = format!("GET {DOMAINS}");
    let list =
        json!([{"fqdn": "www.example.org/"}, {"fqdn": "example.org/"}, {"fqdn": "*.example.org/path"}]);
    let routes = Routes::new()
        .json(&route, list.clone())
        .json(&format!("GET {PRIMARY}"), json!({"fqdn": "example.org/"}));
    let required = ListDomain::new("app_1");
    let all = required.clone().owner_id("orga_1");
    let commands = [
        ("required inputs", required),
        ("an application that nobody knows", ListDomain::new("app_9")),
        ("all inputs", all.clone()),
    ];
    check_fully(&routes, &route, commands).await;
    let routes = Routes::new().json(&route, list);
    let mut told = routes.tell([("no primary one", all.clone())]).await;
    let routes = routes.refuse(&format!("GET {PRIMARY}"), 500);
    told += &routes.tell([("a primary one that cannot be read", all)]).await;
    compare("ListDomain.primary", &told);
}

#[tokio::test]
async fn a_domain_is_added_with_its_path() {
    let route = format!("PUT {DOMAINS}/*.example.org%2Fpath");
    let routes = Routes::new().json(&route, message());
    let required = CreateDomain::new("app_1", "*.example.org/path");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_domain_is_deleted() {
    let route = format!("DELETE {DOMAINS}/example.org%2F");
    let routes = Routes::new().json(&route, message());
    let required = DeleteDomain::new("app_1", "example.org/");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn the_primary_domain_is_read_set_and_unset() {
    let route = format!("GET {PRIMARY}");
    let routes = Routes::new().json(&route, json!({"fqdn": "example.org/"}));
    let required = GetPrimaryDomain::new("app_1");
    let commands = [
        ("required inputs", required.clone()),
        ("an application that nobody knows", GetPrimaryDomain::new("app_9")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;

    let route = format!("PUT {PRIMARY}");
    let routes = Routes::new().json(&route, json!({"fqdn": "example.org/"}));
    let required = SetPrimaryDomain::new("app_1", "example.org/");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;

    let route = format!("DELETE {PRIMARY}");
    let routes = Routes::new().text(&route, "text/plain", "");
    let required = UnsetPrimaryDomain::new("app_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}
