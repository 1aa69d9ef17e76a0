//! A page that lists applications, deploys one and follows its log.
//!
//! `cargo xtask wasm serve` builds and serves it beside a sandbox. The HTML is in `static/`; this fills it with what the SDK answers.
#![cfg(target_family = "wasm")]

mod dom;

use std::cell::RefCell;
use std::time::Duration;

use cc_client::commands::application::ListApplication;
use cc_client::commands::application::model::Application;
use cc_client::commands::deployment::{DeployAndWait, DeployEvent};
use cc_client::commands::organisation::ListOrganisation;
use cc_client::{Client, Credentials, Error};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Aborted, abortable};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Time limit of a deployment.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

thread_local! {
    /// The client of the user who is signed in.
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
    /// Ends the deployment that is followed.
    static FOLLOWED: RefCell<Option<AbortHandle>> = const { RefCell::new(None) };
}

/// Connects the controls of the page. The module calls it when it is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    let sandbox = dom::meta("sandbox").filter(|url| url.starts_with("http"));
    dom::on("sign-in", "submit", || sign_in(None));
    dom::on("sign-out", "click", sign_out);
    dom::on("stop", "click", stop);
    if let Some(url) = sandbox {
        dom::on("use-sandbox", "click", move || sign_in(Some(url.clone())));
        dom::show("use-sandbox", true);
    }
    dom::set_text("status", "Ready.");
}

/// Creates the client of a user, and lists what the user can see.
fn sign_in(sandbox: Option<String>) {
    let builder = match sandbox {
        Some(url) => Client::builder().endpoint(url).credentials(Credentials::api_token("sandbox-token")),
        None => Client::builder().credentials(Credentials::api_token(dom::take_value("token"))),
    };
    begin("Signing in …");
    match builder.build() {
        Ok(client) => {
            CLIENT.set(Some(client.clone()));
            spawn_local(async move {
                match list(&client).await {
                    Ok(applications) => signed_in(&applications),
                    Err(error) => {
                        CLIENT.set(None);
                        failed("Not signed in.", &error);
                    }
                }
            });
        }
        Err(error) => failed("Not signed in.", &error),
    }
}

/// The applications of all owners that the user can see.
async fn list(client: &Client) -> Result<Vec<Application>, Error> {
    let owners = client.send(ListOrganisation::new(true)).await?;
    let mut all = Vec::new();
    for owner in owners {
        all.extend(client.send(ListApplication::new(&owner.id)).await?);
    }
    Ok(all)
}

fn signed_in(applications: &[Application]) {
    dom::clear("applications");
    for application in applications {
        let row = dom::row("applications", "application");
        row.set_text("name", &application.name);
        row.set_text("state", application.state.as_str());
        row.set_text("id", application.id.as_str());
        let (id, name) = (application.id.clone(), application.name.clone());
        row.on("deploy", &format!("Deploy {name}"), move || deploy(id.clone(), &name));
    }
    let count = applications.len();
    dom::set_text("status", &format!("{count} application{}.", if count == 1 { "" } else { "s" }));
    dom::show("signing", false);
    dom::show("list", true);
    dom::show("sign-out", true);
    dom::focus("list-title");
}

fn sign_out() {
    stop();
    CLIENT.set(None);
    begin("Signed out.");
    dom::clear("applications");
    for (part, is_shown) in [("signing", true), ("list", false), ("following", false), ("sign-out", false)] {
        dom::show(part, is_shown);
    }
    dom::focus("token");
}

/// Deploys an application and follows its log up to the verdict.
fn deploy(id: cc_client::runtime::ApplicationId, name: &str) {
    let Some(client) = CLIENT.with_borrow(Clone::clone) else { return };
    stop();
    begin(&format!("Deploying {name} …"));
    dom::clear("log");
    dom::set_text("following-title", &format!("Log of {name}"));
    dom::show("following", true);
    dom::show("stop", true);
    dom::focus("following-title");
    let (work, handle) = abortable(follow(client, id));
    FOLLOWED.set(Some(handle));
    spawn_local(async move {
        // Whoever stops it says so.
        let ended = match work.await {
            Ok(ended) => ended,
            Err(Aborted) => return,
        };
        dom::show("stop", false);
        match ended {
            Ok(verdict) => dom::set_text("status", &verdict),
            Err(error) => failed("The deployment is not followed any more.", &error),
        }
    });
}

async fn follow(client: Client, id: cc_client::runtime::ApplicationId) -> Result<String, Error> {
    let mut deploying = client.deploy_and_wait(DeployAndWait::new(id, PATIENCE));
    while let Some(event) = deploying.next().await {
        match event? {
            DeployEvent::Started(id) => dom::set_text("status", &format!("Deployment {id} runs.")),
            DeployEvent::Line(line) => {
                let row = dom::row("log", "line");
                let time = line.date.map(|date| date.to_string()).unwrap_or_default();
                row.set_text("time", &time);
                row.set_text("message", &line.message);
            }
            DeployEvent::Gap(_) => dom::row("log", "line").set_text("message", "(lines may be missing here)"),
            DeployEvent::LogError(error) => dom::row("log", "line").set_text("message", &error.to_string()),
            DeployEvent::Verdict(verdict) => {
                return Ok(format!("The deployment {}.", verdict.outcome));
            }
            _ => {}
        }
    }
    Ok("The deployment is not followed any more.".to_owned())
}

/// Stops following a deployment. The deployment goes on.
fn stop() {
    if let Some(handle) = FOLLOWED.take() {
        handle.abort();
        if dom::is_shown("stop") {
            dom::show("stop", false);
            dom::set_text("status", "Stopped following. The deployment goes on.");
        }
    }
}

/// Says what begins, and forgets the last error.
fn begin(status: &str) {
    dom::show("error", false);
    dom::set_text("status", status);
}

/// Shows an error as it is, and what to do about it.
fn failed(status: &str, error: &Error) {
    dom::set_text("status", status);
    dom::set_text("error-message", &error.to_string());
    dom::set_text("error-advice", &error.next_step().unwrap_or_default());
    dom::show("error", true);
}
