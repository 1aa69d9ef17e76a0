//! The commands of TCP redirections.

use cc_client::commands::redirection::{
    CreateTcpRedirection, DeleteTcpRedirection, ListTcpRedirection, ListTcpRedirectionNamespace,
};
use serde_json::json;

use super::harness::{Routes, check, check_one};

const ALL: &str = "/v2/organisations/orga_1/applications/app_1/tcpRedirs";

#[tokio::test]
async fn redirections_are_listed_created_and_deleted() {
    let redirection = json!({"namespace": "default", "port": 4040});
    let routes = Routes::new()
        .json(&format!("GET {ALL}"), json!([redirection]))
        .json(&format!("POST {ALL}"), redirection)
        .json(&format!("DELETE {ALL}/4040"), json!({"message": "done"}));
    let list = ListTcpRedirection::new("app_1");
    check(&routes, list.clone(), list.owner_id("orga_1")).await;
    let create = CreateTcpRedirection::new("app_1");
    check(&routes, create.clone(), create.namespace("cleverapps").owner_id("orga_1")).await;
    let delete = DeleteTcpRedirection::new("app_1", 4040, "default");
    check(&routes, delete.clone(), delete.owner_id("orga_1")).await;
}

#[tokio::test]
async fn namespaces_are_listed() {
    let names = json!([{"namespace": "default"}, {"namespace": "cleverapps"}]);
    let routes = Routes::new().json("GET /v2/organisations/orga_1/namespaces", names);
    check_one(&routes, ListTcpRedirectionNamespace::new("orga_1")).await;
}
