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
use cc_client::runtime::ApplicationId;
use cc_client::{Client, Credentials, Error};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Aborted, abortable};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Time limit of a deployment.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Most lines of a log that the page keeps.
const MOST_LINES: u32 = 2_000;

thread_local! {
    /// The client of the user who is signed in.
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
    /// The applications of the list, with their rows.
    static ROWS: RefCell<Vec<(ApplicationId, dom::Row)>> = const { RefCell::new(Vec::new()) };
    /// Ends the sign-in that is under way.
    static SIGNING: RefCell<Option<AbortHandle>> = const { RefCell::new(None) };
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

/// Creates the client of a user, and lists what the user can see. An earlier sign-in that is under way ends.
fn sign_in(sandbox: Option<String>) {
    let builder = match sandbox {
        Some(url) => Client::builder().endpoint(url).credentials(Credentials::api_token("sandbox-token")),
        None => Client::builder().credentials(Credentials::api_token(dom::take_value("token"))),
    };
    if let Some(earlier) = SIGNING.take() {
        earlier.abort();
    }
    begin("Signing in …");
    let client = match builder.build() {
        Ok(client) => client,
        Err(error) => return failed("Not signed in.", &error),
    };
    let (work, handle) = abortable(async move { (list(&client).await, client) });
    SIGNING.set(Some(handle));
    spawn_local(async move {
        match work.await {
            Ok((Ok(applications), client)) => {
                CLIENT.set(Some(client));
                signed_in(&applications);
            }
            Ok((Err(error), _)) => failed("Not signed in.", &error),
            Err(Aborted) => {}
        }
    });
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
    let mut rows = Vec::with_capacity(applications.len());
    for application in applications {
        let row = dom::row("applications", "application");
        row.set_text("name", &application.name);
        row.set_text("state", application.state.as_str());
        row.set_text("id", application.id.as_str());
        let (id, name) = (application.id.clone(), application.name.clone());
        row.on("deploy", &format!("Deploy {name}"), move || deploy(id.clone(), &name));
        rows.push((application.id.clone(), row));
    }
    ROWS.set(rows);
    let status = match applications.len() {
        0 => "No applications.".to_owned(),
        1 => "1 application.".to_owned(),
        count => format!("{count} applications."),
    };
    dom::set_text("status", &status);
    dom::show("none", applications.is_empty());
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
    ROWS.take();
    for (part, is_shown) in [("signing", true), ("list", false), ("following", false), ("sign-out", false)] {
        dom::show(part, is_shown);
    }
    dom::focus("token");
}

/// Deploys an application and follows its log up to the verdict.
fn deploy(id: ApplicationId, name: &str) {
    let Some(client) = CLIENT.with_borrow(Clone::clone) else { return };
    stop();
    begin(&format!("Deploying {name} …"));
    dom::clear("log");
    dom::set_text("following-title", &format!("Log of {name}"));
    dom::show("following", true);
    dom::show("stop", true);
    dom::focus("following-title");
    dom::reveal("following-title");
    let (work, handle) = abortable(follow(client.clone(), id));
    FOLLOWED.set(Some(handle));
    spawn_local(async move {
        // Whoever stops it says so.
        let ended = match work.await {
            Ok(ended) => ended,
            Err(Aborted) => return,
        };
        dom::hide("stop", "log");
        match ended {
            Ok(verdict) => {
                // Where the user looks at, and where a screen reader speaks from.
                note(&verdict);
                dom::set_text("status", &verdict);
                show_states(&client).await;
            }
            Err(error) => failed("The deployment is not followed any more.", &error),
        }
    });
}

/// Shows the states that the applications of the list have now. If they cannot be read, the old ones stay.
async fn show_states(client: &Client) {
    let Ok(applications) = list(client).await else { return };
    ROWS.with_borrow(|rows| {
        for (id, row) in rows {
            if let Some(application) = applications.iter().find(|application| application.id == *id) {
                row.set_text("state", application.state.as_str());
            }
        }
    });
}

async fn follow(client: Client, id: ApplicationId) -> Result<String, Error> {
    let mut deploying = client.deploy_and_wait(DeployAndWait::new(id, PATIENCE));
    while let Some(event) = deploying.next().await {
        match event? {
            DeployEvent::Started(id) => dom::set_text("status", &format!("Deployment {id} runs.")),
            DeployEvent::Line(line) => {
                let time = line.date.map(|date| date.to_string()).unwrap_or_default();
                dom::append("log", "line", MOST_LINES, |row| {
                    row.set_text("time", &time);
                    row.set_text("message", &line.message);
                });
            }
            DeployEvent::Gap(_) => note("(lines may be missing here)"),
            DeployEvent::LogError(error) => note(&error.to_string()),
            DeployEvent::Verdict(verdict) => {
                return Ok(format!("The deployment {}.", verdict.outcome));
            }
            _ => {}
        }
    }
    Ok("The deployment is not followed any more.".to_owned())
}

/// Adds a line of the page's own to the log.
fn note(text: &str) {
    dom::append("log", "line", MOST_LINES, |row| row.set_text("message", text));
}

/// Stops following a deployment. The deployment goes on.
fn stop() {
    if let Some(handle) = FOLLOWED.take() {
        handle.abort();
        if dom::is_shown("stop") {
            dom::hide("stop", "log");
            dom::set_text("status", "Stopped following. The deployment goes on.");
        }
    }
}

/// Says what begins, and forgets the last error.
fn begin(status: &str) {
    dom::show("error", false);
    dom::set_text("status", status);
}

/// Shows an error as it is: it ends with what to do about it.
fn failed(status: &str, error: &Error) {
    dom::set_text("status", status);
    dom::set_text("error-message", &error.to_string());
    dom::show("error", true);
    // It stands above the list, which may be long.
    dom::reveal("error");
}
