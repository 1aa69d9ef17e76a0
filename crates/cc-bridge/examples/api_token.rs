//! An API token from its creation to its replacement.
//!
//! It runs against a sandbox in this very process: nothing leaves the machine, and no account is needed.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::error::Error;

use cc_bridge::commands::{CreateApiToken, ListApiToken, RotateApiToken};
use cc_bridge::{BridgeClient, Credentials, Expiration};
use cc_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await;
    let known = sandbox.credentials();
    let (key, secret) = (known.consumer_key.as_str(), known.consumer_secret.as_str());
    let credentials = Credentials::oauth1(key, secret, known.token.as_str(), known.token_secret.as_str());

    // Against the platform: `BridgeClient::new(credentials)`.
    let client = BridgeClient::builder().credentials(credentials).endpoint(sandbox.url()).build()?;

    // The sandbox has a time of its own. Elsewhere, `Duration::from_secs(…)` does.
    let expires: Expiration = "2026-02-01T00:00:00Z".parse()?;
    let (email, password) = ("user@sandbox.example", "sandbox-password");
    let token = client.send(CreateApiToken::new(email, password, "laptop", expires)).await?;
    println!("created   {} {:?}", token.api_token_id, token.api_token);

    let rotation = RotateApiToken::new(&token.api_token_id, email, password).expiration_date(expires);
    let rotated = client.rotate(rotation).await?;
    println!("replaced  by {}, the old one revoked: {}", rotated.token.api_token_id, rotated.revoked);

    for token in client.send(ListApiToken::new()).await? {
        println!("listed    {} {} {}", token.api_token_id, token.name, token.state);
    }
    Ok(())
}
