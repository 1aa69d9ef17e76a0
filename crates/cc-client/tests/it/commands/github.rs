//! The commands of GitHub.

use cc_client::commands::github::{
    GetGithubLinkTransactionId, GetGithubUsername, ListGithubApplication, UnlinkGithubAccount,
};
use serde_json::json;

use super::harness::{Routes, check_one, compare};

#[tokio::test]
async fn the_link_to_github_is_begun_read_and_ended() {
    let transaction = json!({"transactionId": "t1", "redirectUri": "https://github.test/go"});
    let routes = Routes::new()
        .json("GET /v2/github", transaction)
        .json("GET /v2/github/username", json!("octocat"))
        .json("DELETE /v2/github/link", json!({"id": 1, "message": "done", "type": "success"}));
    check_one(&routes, GetGithubLinkTransactionId::new()).await;
    check_one(&routes, UnlinkGithubAccount::new()).await;
    let mut told = routes.tell([("linked", GetGithubUsername::new())]).await;
    told += &Routes::new().tell([("not linked", GetGithubUsername::new())]).await;
    compare("GetGithubUsername", &told);
}

#[tokio::test]
async fn repositories_are_listed_by_name() {
    let repository = |name: &str| {
        json!({
            "id": "1", "owner": "octocat", "name": name, "gitUrl": "git://github.test/x", "defaultBranch": "main",
            "priv": true
        })
    };
    let list = json!([repository("b"), repository("a")]);
    check_one(&Routes::new().json("GET /v2/github/applications", list), ListGithubApplication::new()).await;
}
