//! Rotation: after every failure, a working token is left.

use std::time::Duration;

use cc_bridge::commands::{ListApiToken, RotateApiToken, RotatedApiToken};
use cc_bridge::model::CreatedApiToken;
use cc_bridge::{Credentials, ErrorKind, Result};
use cc_runtime::CallOptions;
use cc_runtime::{OperationInfo, RequestBuilder};
use cc_sandbox::Fault;
use http::Method;
use serde_json::json;

use crate::sandbox::{creation, in_a_month};
use crate::support::{Bridge, InMemory, answer, oauth1};

static GET_SELF: OperationInfo =
    OperationInfo::new("get_self", "test", Method::GET, "/v2/self", "application/json");

/// Returns `true` if the platform accepts a token.
async fn works(sandbox: &InMemory, token: &CreatedApiToken) -> bool {
    let client = sandbox.client_with(Credentials::ApiToken(token.api_token.clone()));
    let request = RequestBuilder::new(&GET_SELF).build().unwrap();
    client.transport().execute(request, &CallOptions::new()).await.is_ok()
}

/// A sandbox with one token, and the ways of its rotation.
struct Rotation {
    sandbox: InMemory,
    old: CreatedApiToken,
}

impl Rotation {
    async fn new() -> Self {
        let sandbox = InMemory::new();
        let creation = creation(&sandbox, "laptop").description("mine");
        let old = sandbox.client().send(creation).await.unwrap();
        sandbox.journal();
        Self { sandbox, old }
    }

    async fn run(&self) -> Result<RotatedApiToken> {
        let command = RotateApiToken::new(&self.old.api_token_id, "user@sandbox.example", "sandbox-password");
        // The sandbox has a time of its own: a lifetime that counts from now would end in its past or far ahead.
        let command = command.expiration_date(in_a_month(&self.sandbox));
        self.sandbox.client().rotate(command).await
    }

    async fn ids(&self) -> Vec<String> {
        let tokens = self.sandbox.client().send(ListApiToken::new()).await.unwrap();
        tokens.into_iter().map(|token| token.api_token_id).collect()
    }

    fn fault(&self, fault: Fault) -> &Self {
        self.sandbox.0.faults().add(fault);
        self
    }
}

#[tokio::test]
async fn the_new_token_is_made_and_tried_before_the_old_one_is_revoked() {
    let rotation = Rotation::new().await;
    let rotated = rotation.run().await.unwrap();
    let id = &rotation.old.api_token_id;
    assert_eq!(
        rotation.sandbox.journal(),
        ["GET /api-tokens", "POST /api-tokens", "GET /v2/self", &format!("DELETE /api-tokens/{id}")]
    );
    assert!(rotated.revoked && rotated.problem.is_none());
    assert_eq!((rotated.token.name.as_str(), rotated.token.description.as_deref()), ("laptop", Some("mine")));
    assert!(works(&rotation.sandbox, &rotated.token).await && !works(&rotation.sandbox, &rotation.old).await);
}

#[tokio::test]
async fn a_token_that_is_not_there_is_not_replaced() {
    let rotation = Rotation::new().await;
    let command = RotateApiToken::new("api_token_none", "user@sandbox.example", "sandbox-password");
    let error = rotation.sandbox.client().rotate(command).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::CannotResolveResource, Some("RotateApiToken")));
    assert_eq!(rotation.sandbox.journal(), ["GET /api-tokens"]);
}

#[tokio::test(start_paused = true)]
async fn the_old_token_stays_when_the_new_one_cannot_be_made() {
    let rotation = Rotation::new().await;
    for (fault, kind) in [
        (Fault::unavailable(), ErrorKind::Indeterminate),
        (Fault::reset_before(), ErrorKind::Indeterminate),
        (Fault::answer(400, json!({ "code": "invalid-mfa-code" })), ErrorKind::Refused),
    ] {
        let error = rotation.fault(fault.on("create_api_token").times(1)).run().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(rotation.ids().await, [rotation.old.api_token_id.as_str()]);
        assert!(works(&rotation.sandbox, &rotation.old).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_token_that_does_not_work_is_revoked_and_the_old_one_stays() {
    let rotation = Rotation::new().await;
    let error =
        rotation.fault(Fault::answer(403, json!({ "error": "No" })).on("GET /v2/self").times(1)).run().await;
    let error = error.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(error.message(), Some("No; the old API token still works, and the new one was revoked"));
    assert_eq!(rotation.ids().await, [rotation.old.api_token_id.as_str()]);
    assert!(works(&rotation.sandbox, &rotation.old).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_token_that_is_not_known_everywhere_yet_is_tried_again() {
    let rotation = Rotation::new().await;
    rotation.fault(Fault::answer(401, json!({})).on("GET /v2/self").times(2));
    rotation.fault(Fault::reset_before().on("GET /v2/self").times(1));
    let rotated = rotation.run().await.unwrap();
    assert!(rotated.revoked && works(&rotation.sandbox, &rotated.token).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_token_that_can_be_neither_used_nor_revoked_is_named() {
    let rotation = Rotation::new().await;
    rotation.fault(Fault::unavailable().on("GET /v2/self"));
    let error = rotation.fault(Fault::unavailable().on("delete_api_token")).run().await.unwrap_err();
    rotation.sandbox.0.faults().clear();
    let ids = rotation.ids().await;
    assert_eq!(ids.len(), 2);
    assert!(error.message().unwrap().contains(&format!("`{}`, could not be revoked", ids[1])), "{error}");
    assert!(works(&rotation.sandbox, &rotation.old).await);
}

#[tokio::test(start_paused = true)]
async fn the_new_token_is_given_back_when_the_old_one_cannot_be_revoked() {
    let rotation = Rotation::new().await;
    let rotated = rotation.fault(Fault::unavailable().on("delete_api_token")).run().await.unwrap();
    assert!(!rotated.revoked);
    assert_eq!(rotated.problem.as_ref().unwrap().status().unwrap().as_u16(), 503);
    for token in [&rotated.token, &rotation.old] {
        assert!(works(&rotation.sandbox, token).await);
    }
    let json = serde_json::to_value(&rotated).unwrap();
    assert!(json["problem"].as_str().unwrap().contains("503"));
}

#[tokio::test(start_paused = true)]
async fn an_old_token_that_is_gone_when_it_is_to_be_revoked_is_revoked() {
    let rotation = Rotation::new().await;
    // The first attempt does it, and its answer is lost.
    let rotated = rotation.fault(Fault::reset_after().on("delete_api_token").times(1)).run().await.unwrap();
    assert!(rotated.revoked);
    assert_eq!(rotation.ids().await, [rotated.token.api_token_id]);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_times_out_keeps_the_old_token() {
    let rotation = Rotation::new().await;
    rotation.fault(Fault::latency(Duration::from_secs(60)).on("GET /v2/self"));
    let command = RotateApiToken::new(&rotation.old.api_token_id, "user@sandbox.example", "sandbox-password")
        .expiration_date(in_a_month(&rotation.sandbox));
    let error = rotation.sandbox.client().rotate(command).timeout(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(rotation.ids().await, [rotation.old.api_token_id.as_str()]);
}

#[tokio::test]
async fn a_token_made_for_another_user_does_not_replace_the_old_one() {
    let old = json!([{ "apiTokenId": "old", "userId": "user_1", "name": "laptop", "creationDate": 0, "expirationDate": 60_000 }]);
    let bridge = Bridge::new(move |count, _| match count {
        0 => answer(200, &old.to_string()),
        1 => answer(200, r#"{"apiToken":"t0ken","apiTokenId":"new","name":"laptop"}"#),
        2 => answer(200, r#"{"id":"user_2"}"#),
        other => panic!("request {other}"),
    });
    let error = bridge
        .client(oauth1())
        .rotate(RotateApiToken::new("old", "eve@example.com", "hunter2"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(
        error
            .message()
            .unwrap()
            .ends_with("the old API token still works, and the other user has the new API token `new`")
    );
    assert!(bridge.asked()[2].contains("Bearer") && bridge.asked()[0].contains("OAuth"));
}

#[tokio::test]
async fn the_new_token_lives_as_long_as_the_old_one_was_made_for() {
    let old = json!([{ "apiTokenId": "old", "userId": "user_1", "name": "laptop", "creationDate": 0, "expirationDate": 60_000 }]);
    let bridge = Bridge::new(move |count, _| match count {
        0 => answer(200, &old.to_string()),
        _ => answer(400, "{}"),
    });
    let before = cc_bridge::Timestamp::now().saturating_add(Duration::from_secs(60));
    bridge
        .client(oauth1())
        .rotate(RotateApiToken::new("old", "ada@example.com", "hunter2"))
        .await
        .unwrap_err();
    let after = cc_bridge::Timestamp::now().saturating_add(Duration::from_secs(60));
    let body: serde_json::Value =
        serde_json::from_str(bridge.asked()[1].lines().last().unwrap().trim()).unwrap();
    let expires = body["expirationDate"].as_str().unwrap().parse().unwrap();
    assert!(before <= expires && expires <= after);
}
