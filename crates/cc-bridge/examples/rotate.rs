//! Replaces secrets: `cargo run --example rotate -- --sandbox`.
//!
//! The new secrets go to the standard output, as lines `NAME=value` for a secret store. Everything else goes to the standard error: what
//! happened to the old secret, and what is left to do.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::process::ExitCode;

use cc_bridge::commands::{CreateApiToken, RotateApiToken};
use cc_bridge::{BridgeClient, Expiration};
use cc_client::commands::application::ListLink;
use cc_client::commands::application::model::Link;
use cc_client::commands::cellar::RotateCellarCredentials;
use cc_client::commands::database::RotatePostgresqlUserPassword;
use cc_client::commands::oauth::{CreateOauthConsumer, DeleteOauthConsumer, GetOauthConsumer};
use cc_client::prelude::*;
use cc_client::resolve::Subject;
use cc_sandbox::Sandbox;

const HELP: &str = "\
rotate token ID EMAIL          replaces an API token. The old one works until the new one does
rotate postgresql ADDON USER   replaces the password of a user of a PostgreSQL, named by the id of the user
rotate cellar ADDON            replaces the secret key of a Cellar
rotate consumer KEY            creates a second OAuth consumer like this one. The old one goes on to work
rotate retire KEY              deletes an OAuth consumer, once no program uses it
rotate --sandbox               replaces an API token on a platform in this process

`token` reads the password of the user from ROTATE_PASSWORD, and the second factor, if there is one, from ROTATE_MFA_CODE.

Exit codes: 0 replaced, 1 nothing was replaced, 2 wrong arguments, 3 the secret may have been replaced. Credentials are those of the
environment or of `clever login`; `token` needs those of OAuth 1.
";

/// New secrets, and what is left to do.
#[derive(Debug, Default)]
pub struct Rotated {
    pub secrets: Vec<(&'static str, Secret)>,
    pub to_do: Vec<String>,
}

/// Replaces an API token without a moment at which no token works.
pub async fn token(bridge: &BridgeClient, rotation: RotateApiToken) -> Result<Rotated> {
    let old = rotation.api_token_id.clone();
    let rotated = bridge.rotate(rotation).await?;
    let problem =
        rotated.problem.map(|problem| format!("revoke the old token {old}, which still works: {problem}"));
    Ok(Rotated {
        secrets: vec![("API_TOKEN", rotated.token.api_token)],
        to_do: problem.into_iter().collect(),
    })
}

/// Replaces the password of a user of a PostgreSQL. The old one ends at once.
pub async fn postgresql(client: &Client, addon: AnyAddonId, user: &str) -> Result<Rotated> {
    let user = client.send(RotatePostgresqlUserPassword::new(&addon, user)).await?;
    Ok(Rotated {
        secrets: vec![("POSTGRESQL_PASSWORD", user.password)],
        to_do: deployments(client, addon).await,
    })
}

/// Replaces the secret key of a Cellar. The old one ends at once.
pub async fn cellar(client: &Client, addon: AnyAddonId) -> Result<Rotated> {
    let keys = client.send(RotateCellarCredentials::new(&addon)).await?;
    let secrets = vec![("CELLAR_KEY_ID", keys.key_id.into()), ("CELLAR_KEY_SECRET", keys.key_secret)];
    Ok(Rotated { secrets, to_do: deployments(client, addon).await })
}

/// The applications that are linked to this add-on: their instances keep the old secret until the next deployment.
async fn deployments(client: &Client, addon: AnyAddonId) -> Vec<String> {
    match client.send(ListLink::of_addon(addon)).await {
        Ok(links) => links
            .into_iter()
            .filter_map(|link| match link {
                Link::Application { application } => Some(format!(
                    "deploy {} ({}): it runs with the old secret",
                    application.name, application.id
                )),
                _ => None,
            })
            .collect(),
        // The new secret must not be lost because of this.
        Err(error) => vec![format!("deploy the applications that use the add-on; they are unknown: {error}")],
    }
}

/// The platform cannot replace the secret of a consumer, so that a second one takes its place.
pub async fn consumer(client: &Client, key: ConsumerKey) -> Result<Rotated> {
    let owner = client.resolver().owner_of(Subject::Consumer(key.as_str())).await?;
    let old = client.send(GetOauthConsumer::new(&key)).await?;
    let new = CreateOauthConsumer::new(
        owner,
        old.name,
        old.description,
        old.url,
        old.picture,
        old.base_url,
        old.rights,
    );
    let new = client.send(new).await?;
    let new = client.send(GetOauthConsumer::new(&new.key).with_secret(true)).await?;
    let mut secrets = vec![("CONSUMER_KEY", new.key.to_string().into())];
    secrets.extend(new.secret.map(|secret| ("CONSUMER_SECRET", secret)));
    let to_do = vec![
        "give the new key and secret to the program. Its users sign in again".to_owned(),
        format!("then delete the old consumer: rotate retire {key}"),
    ];
    Ok(Rotated { secrets, to_do })
}

/// Replaces an API token of a sandbox.
async fn sandbox_token() -> Result<Rotated> {
    let sandbox = Sandbox::start().await;
    let known = sandbox.credentials();
    let (key, secret) = (known.consumer_key.as_str(), known.consumer_secret.as_str());
    let credentials = Credentials::oauth1(key, secret, known.token.as_str(), known.token_secret.as_str());
    let bridge = BridgeClient::builder().credentials(credentials).endpoint(sandbox.url()).build()?;
    // The sandbox has a time of its own. Elsewhere, `Duration::from_secs(…)` does.
    let expires: Expiration = "2026-02-01T00:00:00Z".parse()?;
    let (email, password) = ("user@sandbox.example", "sandbox-password");
    let old = bridge.send(CreateApiToken::new(email, password, "ci", expires)).await?;
    eprintln!("created {}", old.api_token_id);
    token(&bridge, RotateApiToken::new(old.api_token_id, email, password).expiration_date(expires)).await
}

async fn run(arguments: &[&str]) -> Option<Result<Rotated>> {
    Some(match *arguments {
        ["--sandbox"] => sandbox_token().await,
        ["token", id, email] => {
            let password = std::env::var("ROTATE_PASSWORD").ok()?;
            let mut rotation = RotateApiToken::new(id, email, password);
            rotation.mfa_code = std::env::var("ROTATE_MFA_CODE").ok().map(Into::into);
            match BridgeClient::infer() {
                Ok(bridge) => token(&bridge, rotation).await,
                Err(error) => Err(error),
            }
        }
        ["postgresql" | "cellar" | "consumer" | "retire", ..] => match Client::infer() {
            Ok(client) => with_client(&client, arguments).await?,
            Err(error) => Err(error),
        },
        _ => return None,
    })
}

async fn with_client(client: &Client, arguments: &[&str]) -> Option<Result<Rotated>> {
    Some(match *arguments {
        ["postgresql", addon, user] => postgresql(client, addon.into(), user).await,
        ["cellar", addon] => cellar(client, addon.into()).await,
        ["consumer", key] => consumer(client, key.into()).await,
        ["retire", key] => client.send(DeleteOauthConsumer::new(key)).await.map(|()| Rotated::default()),
        _ => return None,
    })
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments).await {
        Some(Ok(rotated)) => {
            for (name, secret) in &rotated.secrets {
                println!("{name}={}", secret.expose());
            }
            for step in &rotated.to_do {
                eprintln!("to do: {step}");
            }
            ExitCode::SUCCESS
        }
        Some(Err(error)) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.may_be_done() { 3 } else { 1 })
        }
        None => {
            eprintln!("{HELP}");
            ExitCode::from(2)
        }
    }
}
