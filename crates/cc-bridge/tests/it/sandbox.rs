//! A token's whole life in the sandbox.

use std::time::Duration;

use cc_bridge::commands::{CreateApiToken, DeleteApiToken, ListApiToken, UpdateApiToken};
use cc_bridge::model::ApiTokenState;
use cc_bridge::{Credentials, Expiration, Timestamp};

use crate::support::InMemory;

/// In the sandbox's own time, which does not begin now.
pub fn in_a_month(sandbox: &InMemory) -> Expiration {
    let now: Timestamp = sandbox.0.now().to_string().parse().unwrap();
    now.saturating_add(Duration::from_secs(30 * 86_400)).into()
}

pub fn creation(sandbox: &InMemory, name: &str) -> CreateApiToken {
    CreateApiToken::new("user@sandbox.example", "sandbox-password", name, in_a_month(sandbox))
}

#[tokio::test]
async fn a_token_is_made_without_credentials_works_is_renamed_and_revoked() {
    let sandbox = InMemory::new();
    let token = sandbox.client_with(Credentials::None).send(creation(&sandbox, "laptop")).await.unwrap();
    assert_eq!(token.state, ApiTokenState::Active);
    let client = sandbox.client();
    client.send(UpdateApiToken::new(&token.api_token_id, "desktop").description("new")).await.unwrap();
    let listed = client.send(ListApiToken::new()).await.unwrap();
    assert_eq!((listed[0].name.as_str(), listed[0].description.as_deref()), ("desktop", Some("new")));
    client.send(DeleteApiToken::new(&token.api_token_id)).await.unwrap();
    assert!(client.send(ListApiToken::new()).await.unwrap().is_empty());
    assert!(client.send(DeleteApiToken::new(&token.api_token_id)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_token_expires() {
    let sandbox = InMemory::new();
    let client = sandbox.client();
    client.send(creation(&sandbox, "laptop")).await.unwrap();
    sandbox.0.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(client.send(ListApiToken::new()).await.unwrap()[0].state, ApiTokenState::Expired);
}

#[tokio::test]
async fn a_wrong_password_has_a_code_of_its_own() {
    let sandbox = InMemory::new();
    let command = CreateApiToken::new("user@sandbox.example", "wrong", "laptop", in_a_month(&sandbox));
    let error = sandbox.client_with(Credentials::None).send(command).await.unwrap_err();
    assert_eq!(error.code(), "invalid-credential");
}

/// The sandbox has a time of its own, and callers count from the machine's.
#[tokio::test]
async fn a_token_may_be_asked_for_by_the_clock_of_the_machine() {
    let sandbox = InMemory::new();
    let create = |lasts: Duration| {
        let command =
            CreateApiToken::new("user@sandbox.example", "sandbox-password", "ci", Expiration::from(lasts));
        sandbox.client_with(Credentials::None).send(command)
    };
    let day = Duration::from_secs(86_400);
    assert_eq!(create(365 * day).await.unwrap().state, ApiTokenState::Active);
    assert_eq!(create(800 * day).await.unwrap_err().code(), "invalid-expiration-date");
}
