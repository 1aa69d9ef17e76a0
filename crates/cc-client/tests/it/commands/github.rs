//! The commands of GitHub.

use cc_client::commands::github::ListGithubSshKey;
use cc_client::commands::github::{
    GetGithubLinkTransactionId, GetGithubUsername, ListGithubApplication, UnlinkGithubAccount,
};
use serde_json::json;

use super::harness::{Routes, check_one, compare};
use crate::support::Platform;

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

#[tokio::test]
async fn keys_are_listed_by_name() {
    let key = |name: &str| json!({"name": name, "key": "ssh-ed25519 AAAA", "fingerprint": "SHA256:x"});
    check_one(
        &Routes::new().json("GET /v2/github/keys", json!([key("b"), key("a")])),
        ListGithubSshKey::new(),
    )
    .await;
}

#[tokio::test]
async fn an_account_that_is_not_linked_has_no_keys_and_any_other_404_is_an_error() {
    let platform = Platform::new(|count, _| {
        let id = if count == 0 { 7301 } else { 4004 };
        (404, json!({"id": id, "message": "no", "type": "error"}).to_string())
    });
    let client = platform.client();
    assert_eq!(client.send(ListGithubSshKey::new()).await.unwrap(), []);
    assert_eq!(client.send(ListGithubSshKey::new()).await.unwrap_err().code(), "4004");
}
