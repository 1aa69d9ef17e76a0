//! An application from its creation to its end: created, configured, deployed, its log followed, inspected,
//! deleted.
//!
//! It runs against a sandbox in this very process: nothing leaves the machine, and no account is needed.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::time::Duration;

use cc_client::commands::application::{CreateApplication, DeleteApplication, UpdateEnvironment};
use cc_client::commands::billing::ListInvoice;
use cc_client::commands::deployment::{DeployAndWait, DeployEvent, ListApplicationInstance};
use cc_client::commands::drain::model::{DrainKind, HttpTarget, LogDrainTarget};
use cc_client::commands::drain::{CreateLogDrain, ListLogDrain};
use cc_client::env::EnvironmentMap;
use cc_client::{Client, Credentials};
use cc_sandbox::Sandbox;
use futures_util::StreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await;
    let owner = sandbox.ids().organisation;
    println!("the sandbox answers at {}", sandbox.url());

    // Against the platform: `Client::builder().credentials(Credentials::api_token(token)).build()`.
    let client = Client::builder()
        .credentials(Credentials::api_token(sandbox.api_token()))
        .endpoint(sandbox.url())
        .build()?;

    let application = client.send(CreateApplication::new(&owner, "quickstart", "node", "XS")).await?;
    println!("created   {} ({}) in {}", application.name, application.id, application.zone);

    let environment = EnvironmentMap::from([("GREETING", "hello"), ("DB_PASSWORD", "plainly-fake")]);
    let variables = client.send(UpdateEnvironment::new(&application.id, environment)).await?;
    let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    println!("set       {}", names.join(", "));

    let command =
        DeployAndWait::new(&application.id, Duration::from_secs(60)).every(Duration::from_millis(200));
    let mut deploying = client.deploy_and_wait(command);
    while let Some(event) = deploying.next().await {
        match event? {
            DeployEvent::Started(id) => println!("deploying {id}"),
            DeployEvent::Line(line) => println!("log       {}", line.message),
            DeployEvent::Verdict(verdict) => println!("ended     {}", verdict.outcome),
            _ => {}
        }
    }

    for instance in client.send(ListApplicationInstance::new(&application.id)).await? {
        println!("instance  {} {}", instance.id, instance.state);
    }

    let target = HttpTarget { url: "https://logs.example.org".into(), credentials: None };
    let target = LogDrainTarget::RawHttp(target);
    client.send(CreateLogDrain::on_application(&application, DrainKind::Log, target)).await?;
    for drain in client.send(ListLogDrain::of_application(&application.id)).await? {
        println!("drain     {} {} {}", drain.id, drain.kind, drain.status);
    }

    for invoice in client.send(ListInvoice::new(&owner)).await? {
        println!("invoice   {} {}", invoice.invoice_number, invoice.status);
    }

    client.send(DeleteApplication::new(&application.id)).await?;
    println!("deleted   {}", application.id);
    Ok(())
}
