//! The examples do what they say, against the sandbox.

use cc_bridge::commands::{ListApiToken, RotateApiToken};
use cc_client::Client;
use cc_client::api::database::CreatePostgresqlUser;
use cc_client::commands::oauth::ListOauthConsumer;

use crate::sandbox::{creation, in_a_month};
use crate::support::InMemory;

#[path = "../../examples/rotate.rs"]
#[allow(dead_code)] // Its `main` is not called here.
mod rotate;

/// Names of the new secrets, all of which have a value.
fn names(rotated: &rotate::Rotated) -> Vec<&str> {
    assert!(rotated.secrets.iter().all(|(_, secret)| !secret.expose().is_empty()));
    rotated.secrets.iter().map(|(name, _)| *name).collect()
}

fn client() -> (InMemory, Client) {
    let sandbox = InMemory::new();
    let client = sandbox.0.client();
    (sandbox, client)
}

#[tokio::test(start_paused = true)]
async fn rotate_replaces_a_token() {
    let (sandbox, _) = client();
    let bridge = sandbox.client();
    let old = bridge.send(creation(&sandbox, "ci")).await.unwrap();
    let rotation = RotateApiToken::new(&old.api_token_id, "user@sandbox.example", "sandbox-password");
    let rotated = rotate::token(&bridge, rotation.expiration_date(in_a_month(&sandbox))).await.unwrap();
    assert_eq!((names(&rotated), rotated.to_do.len()), (vec!["API_TOKEN"], 0));
    let left = bridge.send(ListApiToken::new()).await.unwrap();
    assert!(left.iter().all(|token| token.api_token_id != old.api_token_id));
}

#[tokio::test(start_paused = true)]
async fn rotate_replaces_the_secrets_of_addons_and_names_the_applications_to_deploy() {
    let (sandbox, client) = client();
    let ids = sandbox.0.ids();
    let user = CreatePostgresqlUser::new(&ids.organisation, &ids.real_addon);
    let user = client.api().database().create_postgresql_user(user).await.unwrap().into_inner().unwrap();
    let rotated = rotate::postgresql(&client, ids.addon.as_str().into(), &user.id).await.unwrap();
    assert_ne!(rotated.secrets[0].1, user.password);
    assert_eq!(names(&rotated), ["POSTGRESQL_PASSWORD"]);
    assert!(rotated.to_do.iter().any(|step| step.contains(&ids.application)), "{:?}", rotated.to_do);
    let rotated = rotate::cellar(&client, ids.real_addons["cellar"].as_str().into()).await.unwrap();
    assert_eq!(names(&rotated), ["CELLAR_KEY_ID", "CELLAR_KEY_SECRET"]);
}

#[tokio::test(start_paused = true)]
async fn rotate_creates_a_second_consumer_like_the_first() {
    let (sandbox, client) = client();
    let ids = sandbox.0.ids();
    let rotated = rotate::consumer(&client, ids.consumer.as_str().into()).await.unwrap();
    assert_eq!(names(&rotated), ["CONSUMER_KEY", "CONSUMER_SECRET"]);
    let all = client.send(ListOauthConsumer::new(&ids.organisation)).await.unwrap();
    let of = |key: &str| all.iter().find(|consumer| consumer.key == *key).unwrap();
    let (old, new) = (of(&ids.consumer), of(rotated.secrets[0].1.expose()));
    assert_ne!(old.key, new.key);
    assert_eq!((&old.name, &old.base_url, old.rights), (&new.name, &new.base_url, new.rights));
}
