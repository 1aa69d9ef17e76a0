//! A desktop program that signs a user in, and who it finds signed in already: `cargo run -p cc-trials --example sign_in`.
//!
//! It runs against a sandbox in this very process, and plays the user's browser too. Against the platform, leave out the
//! transport, and open `authorize_url` in a real one.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::time::Duration;

use cc_api_oauth::types::AuthorizationForm;
use cc_api_oauth::{AuthorizeToken, GetAuthorizationPage};
use cc_client::runtime::credentials::{Infer, SignatureMethod};
use cc_client::sign_in::{Listener, Right, SignIn};
use cc_client::{Client, Transport};
use cc_sandbox::Sandbox;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let sandbox = Sandbox::start().await;
    three_legs(&sandbox).await?;
    infer(&sandbox).await
}

/// The program asks, the user agrees in a browser, the program gets a token of the user.
async fn three_legs(sandbox: &Sandbox) -> Outcome {
    let consumer = sandbox.credentials();
    let transport = Transport::builder().endpoint(sandbox.url()).build()?;

    // A port of this machine, to which the user's browser comes back.
    let listener = Listener::bind(0).await?;
    let sign_in =
        SignIn::new(&consumer.consumer_key, consumer.consumer_secret.as_str()).transport(&transport);
    let pending = sign_in.start(listener.url()).await?;
    println!("the user signs in at {}", pending.authorize_url());

    let browser = tokio::spawn(browse(transport, pending.token().to_owned()));
    let visit = listener.wait(&pending, Duration::from_secs(60)).await?;
    println!("the browser says: {}", browser.await??.trim());

    let signed_in = pending.finish(visit).await?;
    println!("the token is good until {}", signed_in.expires_at().ok_or("no date")?);

    // Every request is signed afresh.
    let client = Client::builder().credentials(signed_in.credentials()).endpoint(sandbox.url()).build()?;
    println!("application {} belongs to {}", sandbox.ids().application, owner(&client, sandbox).await?);
    Ok(())
}

/// Actions of the user in a browser: opens the page, grants two rights, and is redirected to the program.
async fn browse(transport: Transport, token: String) -> cc_client::Result<String> {
    transport.call(GetAuthorizationPage::new().oauth_token(token)).await?;
    let [read, manage] = [Right::AccessOrganisations, Right::ManageOrganisationsApplications];
    println!("the user agrees to {read} and {manage}");
    let form = AuthorizationForm::new().access_organisations("on").manage_organisations_applications("on");
    let page = transport.call(AuthorizeToken::new(form)).await?.into_inner();
    Ok(page.expose().lines().last().unwrap_or_default().to_owned())
}

/// Credentials from the environment of a machine; `Client::infer()` reads those of this process.
async fn infer(sandbox: &Sandbox) -> Outcome {
    let known = sandbox.credentials();
    let found = Infer::new()
        .environment([
            ("CLEVER_TOKEN", known.token.clone()),
            ("CLEVER_SECRET", known.token_secret.clone()),
            ("OAUTH_CONSUMER_KEY", known.consumer_key.clone()),
            ("OAUTH_CONSUMER_SECRET", known.consumer_secret.clone()),
            ("API_HOST", sandbox.url()),
        ])
        .find()?;
    print!("\n{}", found.explain());
    let signed = found.credentials().signed_with(SignatureMethod::HmacSha512);
    let client = Client::builder().inferred(&found).credentials(signed).build()?;
    println!("application {} belongs to {}", sandbox.ids().application, owner(&client, sandbox).await?);
    Ok(())
}

async fn owner(client: &Client, sandbox: &Sandbox) -> cc_client::Result<String> {
    let application = cc_client::runtime::ApplicationId::from(sandbox.ids().application);
    Ok(client.resolver().owner_of(&application).await?.to_string())
}
