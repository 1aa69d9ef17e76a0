//! A token's whole life in the sandbox.

use std::time::Duration;

use cc_bridge::commands::{CreateApiToken, DeleteApiToken, ListApiToken, UpdateApiToken};
use cc_bridge::model::ApiTokenState;
use cc_bridge::{BridgeClient, Credentials, Expiration, Timestamp};
use cc_runtime::credentials::Infer;

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

#[test]
fn no_token_goes_to_the_bridge_of_the_platform_because_an_endpoint_had_another_name() {
    let token = ("CC_API_TOKEN", "plainly-fake");
    let user = [("CLEVER_TOKEN", "plainly-fake"), ("CLEVER_SECRET", "plainly-fake")];
    for name in ["API_HOST", "CC_API_ENDPOINT", "AUTH_BRIDGE_HOST", "CC_BRIDGE_ENDPOINT", "CC_ENDPOINT"] {
        for credentials in [&[token][..], &user] {
            let variables = credentials.iter().copied().chain([(name, "https://test.example")]);
            let builder = BridgeClient::builder().inferred(&Infer::new().environment(variables)).unwrap();
            assert_eq!(
                builder.build().unwrap().transport().endpoint().to_string(),
                "https://test.example",
                "{name}"
            );
        }
    }
    // A profile of another platform.
    let folder = std::env::temp_dir().join(format!("cc-bridge-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("clever-tools.json");
    let profile = r#"{ "version": 1, "profiles": [{
        "alias": "test", "token": "plainly-fake", "secret": "plainly-fake", "overrides": { "API_HOST": "https://test.example" }
    }] }"#;
    std::fs::write(&file, profile).unwrap();
    let infer = Infer::new().environment([("CONFIGURATION_FILE", file.display().to_string())]);
    let built = BridgeClient::builder().inferred(&infer).and_then(|builder| builder.build());
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(built.unwrap().transport().endpoint().to_string(), "https://test.example");
}
