//! Operations with an effect or a one-time secret are sent each time.

use std::time::Duration;

use cc_client::{CachePolicy, Client, Credentials, catalog};
use cc_sandbox::Sandbox;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn operations_with_an_effect_or_a_secret_are_never_cached_or_shared() {
    let sandbox = Sandbox::builder().stateless(true).start().await.unwrap();
    let client = Client::builder()
        .endpoint(sandbox.url())
        .credentials(Credentials::api_token(sandbox.api_token()))
        .configure(|transport| transport.cache(CachePolicy::ttl(Duration::from_secs(3_600))))
        .build()
        .unwrap();
    let addon = json!({ "addonId": sandbox.ids().addon });
    for (command, operation, input) in [
        ("RequestProfileEmailConfirmation", "request_email_confirmation", json!({})),
        ("GetGithubLinkTransactionId", "start_github_link", json!({})),
        ("GetAddonSso", "get_addon_sso", addon),
    ] {
        for _ in 0..2 {
            let twice = (0..2).map(|_| catalog::dispatch(&client, command, input.clone()));
            for outcome in join_all(twice).await {
                outcome.unwrap();
            }
        }
        let sent =
            sandbox.exchanges().iter().filter(|one| one.operation.as_deref() == Some(operation)).count();
        assert_eq!(sent, 4, "{command}");
    }
}
