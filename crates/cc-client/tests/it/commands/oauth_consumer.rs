//! The commands of OAuth consumers.

use cc_client::commands::oauth::model::OauthConsumerRightsInput;
use cc_client::commands::oauth::{
    CreateOauthConsumer, DeleteOauthConsumer, GetOauthConsumer, GetOauthConsumerSecret, ListOauthConsumer,
    UpdateOauthConsumer,
};
use serde_json::{Value, json};

use super::harness::{Routes, check, check_one, compare};

const ALL: &str = "/v2/organisations/orga_1/consumers";
const ONE: &str = "/v2/organisations/orga_1/consumers/consumer_1";

fn consumer(key: &str, name: &str) -> Value {
    json!({
        "key": key, "name": name, "description": "Acts", "url": "https://a.test", "picture": "https://a.test/logo",
        "baseUrl": "https://a.test/back", "rights": {"almighty": false, "access_organisations": true}
    })
}

fn routes() -> Routes {
    Routes::new()
        .json(&format!("GET {ALL}"), json!([consumer("consumer_2", "z"), consumer("consumer_1", "a")]))
        .json(&format!("GET {ONE}"), consumer("consumer_1", "a"))
        .json(&format!("GET {ONE}/secret"), json!({"secret": "s3cret"}))
}

#[tokio::test]
async fn consumers_are_read_with_their_secrets_when_asked_for() {
    let get = GetOauthConsumer::new("consumer_1");
    check(&routes(), get.clone(), get.with_secret(true).owner_id("orga_1")).await;
    let list = ListOauthConsumer::new("orga_1");
    check(&routes(), list.clone(), list.with_secret(true)).await;
    let secret = GetOauthConsumerSecret::new("consumer_1");
    check(&routes(), secret.clone(), secret.owner_id("orga_1")).await;
}

#[tokio::test]
async fn a_secret_that_is_gone_hides_no_consumer_and_one_that_is_refused_is_an_error() {
    let one = format!("GET {ONE}");
    let gone = Routes::new().json(&one, consumer("consumer_1", "a"));
    let command = || GetOauthConsumer::new("consumer_1").with_secret(true);
    let mut told = gone.tell([("the secret is gone", command())]).await;
    let refused = gone.refuse(&format!("{one}/secret"), 403);
    told += &refused.tell([("the secret is refused", command())]).await;
    told += &Routes::new().tell([("no consumer", command())]).await;
    compare("GetOauthConsumer.secret", &told);
}

#[tokio::test]
async fn a_consumer_is_registered_changed_and_deleted() {
    let routes = Routes::new()
        .json(&format!("POST {ALL}"), consumer("consumer_1", "a"))
        .json(&format!("PUT {ONE}"), consumer("consumer_1", "a"))
        .json(&format!("DELETE {ONE}"), json!({}));
    let rights = OauthConsumerRightsInput { manage_ssh_keys: true, ..Default::default() };
    let create = CreateOauthConsumer::new(
        "orga_1",
        "a",
        "Acts",
        "https://a.test",
        "https://a.test/logo",
        "https://a.test/back",
        rights,
    );
    check_one(&routes, create).await;
    let update = UpdateOauthConsumer::new(
        "consumer_1",
        "a",
        "Acts",
        "https://a.test",
        "https://a.test/logo",
        "https://a.test/back",
        rights,
    );
    check(&routes, update.clone(), update.owner_id("orga_1")).await;
    let delete = DeleteOauthConsumer::new("consumer_1");
    check(&routes, delete.clone(), delete.owner_id("orga_1")).await;
}
