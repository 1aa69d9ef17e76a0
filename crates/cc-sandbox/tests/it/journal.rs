//! Journal of the sandbox, and access control.

use cc_sandbox::{Pace, Sandbox};
use reqwest::Method;

use crate::client::{Client, read};

#[tokio::test]
async fn the_journal_has_one_request_a_line() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    client.get("/v4/products/zones").await;
    client.get("/v4/products/zones/par?ownerId=me").await;
    insta::assert_snapshot!(sandbox.journal(), @r"
    GET /v4/products/zones
    GET /v4/products/zones/par?ownerId=me
    ");
    sandbox.clear_journal();
    assert_eq!(sandbox.journal(), "");
}

#[tokio::test]
async fn an_exchange_keeps_everything_but_the_credentials() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    client.get("/v4/products/zones/nowhere").await;
    let exchange = sandbox.exchanges().remove(0);
    assert_eq!(exchange.operation.as_deref(), Some("get_zone"));
    assert_eq!(exchange.status, Some(404));
    assert!(exchange.headers.contains(&("authorization".into(), "***".into())));
    assert!(!format!("{exchange:?}").contains(sandbox.api_token()));
}

#[tokio::test]
async fn every_answer_has_a_sozu_id_of_its_own() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let mut ids = Vec::new();
    for path in ["/v4/products/zones", "/v4/products/zones/nowhere"] {
        let answer = client.request(Method::GET, path).send().await.unwrap();
        ids.push(answer.headers()["sozu-id"].to_str().unwrap().to_owned());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn public_operations_need_no_credentials_and_take_no_wrong_ones() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let request = client.bare(Method::GET, "/v4/products/zones");
    assert_eq!(read(request).await.unwrap().status, 200);
    let request = client.bare(Method::GET, "/v4/products/zones").bearer_auth("wrong");
    assert_eq!(read(request).await.unwrap().status, 401);
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_its_api() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let v4 = format!("/v4/drains/organisations/{}/resources/x/drains", sandbox.ids().organisation);
    let error = read(client.bare(Method::GET, &v4)).await.unwrap();
    insta::assert_snapshot!(error.text, @r#"{"code":"clever.core.unauthorized","error":"You must be authenticated to access this resource"}"#);
    assert_eq!(error.status, 401);
    let v2 = format!("/v2/organisations/{}/addons", sandbox.ids().organisation);
    let error = read(client.bare(Method::GET, &v2)).await.unwrap();
    insta::assert_snapshot!(error.text, @r#"{"id":2001,"message":"You must be authenticated to access this resource","type":"error"}"#);
    assert_eq!(error.status, 401);
}

#[tokio::test]
async fn oauth_is_taken_too() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = format!("/v2/organisations/{}/addons", sandbox.ids().organisation);
    let oauth = sandbox.credentials();
    for (token, status) in [(oauth.token.as_str(), 200), ("another", 401)] {
        let header = format!(
            r#"OAuth oauth_consumer_key="{}", oauth_token="{token}", oauth_signature="{}%26{}""#,
            oauth.consumer_key, oauth.consumer_secret, oauth.token_secret
        );
        let request = client.bare(Method::GET, &path).header("authorization", header);
        assert_eq!(read(request).await.unwrap().status, status);
    }
}

#[tokio::test]
async fn what_the_caller_may_not_see_is_refused_for_every_operation() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    for (path, status) in [
        (format!("/v2/organisations/{}/addons", ids.foreign_organisation), 403),
        ("/v2/organisations/orga_nowhere/addons".to_owned(), 404),
        (format!("/v2/organisations/{}/addons/addon_nowhere", ids.organisation), 404),
        (format!("/v2/organisations/{}/addons/{}", ids.user, ids.addon), 404),
    ] {
        assert_eq!(client.get(&path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_transcript() {
    async fn transcript(seed: u64) -> String {
        let sandbox = Sandbox::builder().seed(seed).pace(Pace::Manual).start().await.unwrap();
        let client = Client::new(&sandbox);
        let ids = sandbox.ids();
        let mut transcript = String::new();
        for path in [
            format!("/v2/organisations/{}/addons", ids.organisation),
            format!("/v2/organisations/{}/addons/{}", ids.organisation, ids.addon),
            "/v4/products/zones".to_owned(),
            format!(
                "/v4/logs/organisations/{}/applications/{}/logs?since=2025-12-31T00:00:00Z&limit=5",
                ids.organisation, ids.application
            ),
            format!("/v4/drains/organisations/{}/resources/{}/drains", ids.organisation, ids.application),
        ] {
            let answer = client.request(Method::GET, &path).send().await.unwrap();
            transcript += &format!("{path}\n{} {:?}\n", answer.status(), answer.headers());
            transcript += &answer.text().await.unwrap();
        }
        transcript
    }
    assert_eq!(transcript(1).await, transcript(1).await);
    assert_ne!(transcript(1).await, transcript(2).await);
}
