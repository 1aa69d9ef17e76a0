//! An application is created, deployed and deleted without async: `cargo run --example blocking --features blocking`.
//!
//! It runs against a sandbox in this very process: nothing leaves the machine, and no account is needed.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::time::Duration;

use cc_client::blocking::{Next, block_on};
use cc_client::commands::application::{CreateApplication, DeleteApplication, ListApplication};
use cc_client::commands::deployment::DeployAndWait;
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::prelude::*;
use cc_client::stream::Delivery;
use cc_sandbox::Sandbox;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = block_on(Sandbox::start())?;
    let owner = sandbox.ids().organisation;

    // Against the platform: `Client::infer()?`.
    let client = Client::builder()
        .credentials(Credentials::api_token(sandbox.api_token()))
        .endpoint(sandbox.url())
        .build()?;

    let application = client.send(CreateApplication::new(&owner, "blocking", "node", "XS")).wait()?;
    println!("created   {} ({})", application.name, application.id);
    for application in client.send(ListApplication::new(&owner)).timeout(Duration::from_secs(20)).wait()? {
        println!("listed    {} {}", application.name, application.state);
    }

    // The callback runs on this thread: it may borrow, and need not be `Send`.
    let mut lines = 0;
    let command =
        DeployAndWait::new(&application.id, Duration::from_secs(60)).every(Duration::from_millis(200));
    let verdict = client
        .deploy_and_wait(command)
        .lines(|line| {
            lines += 1;
            println!("log       {}", line.message);
        })
        .wait()?;
    println!("ended     {} after {lines} lines", verdict.outcome);

    // A stream is an iterator. A bounded wait lets the program do something else while the log is quiet.
    let stream = client.stream(StreamApplicationRuntimeLog::new(&application.id).limit(2)).open();
    let mut lines = stream.items().blocking()?;
    while let Next::Item(line) = lines.next_within(Duration::from_secs(5)) {
        match line? {
            Delivery::Item(line) => println!("line      {}", line.message),
            Delivery::Gap(gap) => println!("gap       {gap}"),
            Delivery::Fault(error) => println!("fault     {error}"),
        }
    }

    client.send(DeleteApplication::new(&application.id)).wait()?;
    println!("deleted   {}", application.id);
    Ok(())
}
