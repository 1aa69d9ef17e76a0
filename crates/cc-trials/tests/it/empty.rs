//! Changes whose success has no body, or an unexpected one.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cc_client::catalog::{self, CommandInfo, CommandKind};
use cc_client::runtime::transport::{Body, HttpRequest, HttpResponse};
use cc_client::{Error, ErrorKind, Result};
use cc_sandbox::{Pace, Sandbox};
use cc_trials::memory::{self, Memory};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::commands::inputs;

/// Commands whose output only the answer of the change holds: a secret of this one call, or what no GET tells apart.
const NEEDS_THE_ANSWER: [&str; 8] = [
    // No route lists the coupons of an owner.
    "ActivateCoupon",
    "CreateAuthMfa",
    // Another deployment may have begun at the same time.
    "DeployAndWait",
    "DeployApplication",
    "GetWarpToken",
    "InitPaypal",
    // No route reads the password of a user.
    "RotatePostgresqlUserPassword",
    // A migration names neither its plan nor its zone.
    "StartMigration",
];

/// Commands that find a created or changed resource in a list. A stateless sandbox returns the same list for
/// every creation.
const FOUND_IN_A_LIST: [&str; 13] = [
    "CreateAddon",
    "CreateAddonProviderFeature",
    "CreateAddonProviderPlan",
    "CreateApplication",
    "CreateEmailNotification",
    "CreateLogDrain",
    "CreateOauthConsumer",
    "CreateOrganisation",
    "CreatePaymentMethod",
    "CreateTcpRedirection",
    "CreateWebhookNotification",
    "SetPrimaryPaymentMethod",
    "UpdateAddonProviderPlan",
];

/// The body that successful changes are answered with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Answer {
    Nothing(StatusCode),
    Page,
    /// The normal answer; later reads are refused.
    AsItIsAndThenNoReads,
}

/// A sandbox whose successful changes are answered otherwise.
#[derive(Debug, Clone)]
struct Otherwise {
    memory: Memory,
    answer: Answer,
    changes: Arc<Mutex<usize>>,
}

impl tower::Service<HttpRequest> for Otherwise {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let is_change = !request.method().is_safe();
        let (answered, answer, changes) = (self.memory.call(request), self.answer, self.changes.clone());
        Box::pin(async move {
            let mut answered = answered.await?;
            if !is_change && answer == Answer::AsItIsAndThenNoReads && *changes.lock().unwrap() > 0 {
                *answered.status_mut() = StatusCode::FORBIDDEN;
            }
            if !is_change || !answered.status().is_success() {
                return Ok(answered);
            }
            *changes.lock().unwrap() += 1;
            if answer == Answer::AsItIsAndThenNoReads {
                return Ok(answered);
            }
            let (mut parts, _) = answered.into_parts();
            parts.headers.remove("content-type");
            parts.headers.remove("content-length");
            Ok(match answer {
                Answer::Nothing(status) => {
                    parts.status = status;
                    HttpResponse::from_parts(parts, Body::from(String::new()))
                }
                Answer::Page => {
                    parts.headers.insert("content-type", HeaderValue::from_static("text/html"));
                    HttpResponse::from_parts(parts, Body::from("<html>done</html>".to_owned()))
                }
                Answer::AsItIsAndThenNoReads => unreachable!("answered above"),
            })
        })
    }
}

/// The outcome of a command, and the number of changes that were made.
async fn run(command: &'static CommandInfo, input: &Value, answer: Answer) -> (Result<Value>, usize) {
    let sandbox = Arc::new(Sandbox::builder().pace(Pace::Manual).stateless(true).in_memory());
    run_on(&sandbox, command, input, answer).await
}

async fn run_on(
    sandbox: &Arc<Sandbox>,
    command: &'static CommandInfo,
    input: &Value,
    answer: Answer,
) -> (Result<Value>, usize) {
    let changes = Arc::new(Mutex::new(0));
    let service = Otherwise { memory: Memory(Arc::clone(sandbox)), answer, changes: Arc::clone(&changes) };
    let client =
        memory::builder(sandbox).configure(|transport| transport.http_service(service)).build().unwrap();
    let outcome = command.dispatch(&client, input.clone()).await;
    let changes = *changes.lock().unwrap();
    (outcome, changes)
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_answered_with_an_empty_body_succeeds_or_says_that_it_was_made() {
    let mut failed = BTreeMap::new();
    let (mut tried, mut status) = (0, StatusCode::OK);
    for command in catalog::commands().iter().filter(|command| command.kind() == CommandKind::Once) {
        for input in inputs(command) {
            // Any success does: a status each in turn.
            status = if status == StatusCode::OK { StatusCode::NO_CONTENT } else { StatusCode::OK };
            let (outcome, changes) = run(command, &input, Answer::Nothing(status)).await;
            if changes == 0 {
                continue;
            }
            tried += 1;
            if let Err(error) = outcome {
                // It went on to wait for the change, which this sandbox never shows.
                if error.kind() == ErrorKind::DeadlineExceeded {
                    continue;
                }
                assert!(error.may_be_done(), "{} {input}: {error}", command.name());
                assert!(error.to_string().contains("the change was made"), "{}: {error}", command.name());
                failed.insert(command.name(), error.to_string());
            }
        }
    }
    assert!(tried > 100, "{tried}");
    let failed_here = failed.keys().copied().filter(|name| !FOUND_IN_A_LIST.contains(name));
    assert_eq!(failed_here.collect::<Vec<_>>(), NEEDS_THE_ANSWER, "{failed:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_change_created_is_found_in_a_list_when_only_one_thing_there_can_be_it() {
    let mut faults = Vec::new();
    for (name, input) in [
        (
            "CreateAddon",
            json!({ "ownerId": "OWNER", "providerId": "PROVIDER", "planId": "PLAN", "zone": "par", "name": "fresh" }),
        ),
        (
            "CreateApplication",
            json!({ "ownerId": "OWNER", "name": "fresh", "instance": { "slug": "node" }, "minFlavor": "XS" }),
        ),
        (
            "CreateEmailNotification",
            json!({ "ownerId": "OWNER", "name": "fresh", "targets": [{ "type": "organisation" }] }),
        ),
        (
            "CreateLogDrain",
            json!({ "applicationId": "APP", "kind": "LOG", "target": { "type": "RAW_HTTP", "url": "https://fresh.example.org" } }),
        ),
        (
            "CreateOrganisation",
            json!({ "name": "fresh", "description": "d", "address": "a", "city": "c", "zipcode": "z", "customerFullName": "n", "country": "FR" }),
        ),
        ("CreateTcpRedirection", json!({ "applicationId": "APP" })),
        ("CreateWebhookNotification", json!({ "ownerId": "OWNER", "name": "fresh", "urls": [] })),
    ] {
        let sandbox = Arc::new(Sandbox::builder().pace(Pace::Speed(100.0)).in_memory());
        let ids = sandbox.ids();
        let addon = json!({ "addonId": ids.addon });
        let addon = catalog::dispatch(&memory::client(&sandbox), "GetAddon", addon).await.unwrap();
        let of = |part: &str| addon[part]["id"].as_str().unwrap_or_default();
        let text = input.to_string().replace("OWNER", &ids.organisation).replace("APP", &ids.application);
        let text = text.replace("PROVIDER", of("provider")).replace("PLAN", of("plan"));
        let input: Value = serde_json::from_str(&text).unwrap();
        let command = catalog::get(name).unwrap();
        let (outcome, changes) =
            run_on(&sandbox, command, &input, Answer::Nothing(StatusCode::NO_CONTENT)).await;
        sandbox.violations();
        match outcome {
            Ok(output)
                if changes == 1 && output != json!({}) && output.get("result") != Some(&Value::Null) => {}
            outcome => faults.push(format!("{name}: {changes}: {outcome:?}")),
        }
        // A second one of the same name cannot be told from the first.
        let (outcome, _) = run_on(&sandbox, command, &input, Answer::Nothing(StatusCode::OK)).await;
        sandbox.violations();
        let told = outcome.map_err(|error| (error.may_be_done(), error.to_string()));
        match told {
            Err((true, text)) if text.contains("holds several that match") => {}
            Err((false, text)) if text.contains("answered 409") => {} // The name is in use.
            told => faults.push(format!("{name} twice: {told:?}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_a_command_does_not_use_is_never_read() {
    let mut tried = 0;
    for command in catalog::commands().iter().filter(|command| command.kind() == CommandKind::Once) {
        let gives_nothing = command.output_schema().get("properties") == Some(&json!({}));
        for input in inputs(command).into_iter().filter(|_| gives_nothing) {
            let (outcome, changes) = run(command, &input, Answer::Page).await;
            if changes > 0 {
                tried += 1;
                match outcome {
                    Err(error) if error.kind() == ErrorKind::DeadlineExceeded => {}
                    outcome => assert_eq!(outcome.unwrap(), json!({}), "{}", command.name()),
                }
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

/// Commands that make a change, and then read or wait for the result.
const READS_AFTERWARDS: [&str; 11] = [
    "CreateLogDrain",
    "CreateNetworkGroup",
    "CreateNetworkGroupExternalPeer",
    "CreatePersonalSshKey",
    "DeleteNetworkGroup",
    "DeleteNetworkGroupExternalPeer",
    "DeleteNetworkGroupMember",
    "DeployAndWait",
    "DisableLogDrain",
    "EnableGrafana",
    "EnableLogDrain",
];

#[tokio::test(start_paused = true)]
async fn a_read_that_is_refused_after_a_change_says_that_the_change_was_made() {
    let mut told = BTreeMap::new();
    for command in catalog::commands().iter().filter(|command| command.kind() == CommandKind::Once) {
        for input in inputs(command) {
            let (outcome, changes) = run(command, &input, Answer::AsItIsAndThenNoReads).await;
            let Err(error) = outcome else { continue };
            if changes > 0 && error.method().is_none_or(|method| method.is_safe()) {
                assert!(error.may_be_done(), "{} {input}: {error}", command.name());
                told.insert(command.name(), error.to_string());
            }
        }
    }
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), READS_AFTERWARDS);
    for text in told.values() {
        let says = ["the change was made", "the change was requested", "was created", "may be running"];
        assert!(says.iter().any(|words| text.contains(words)), "{text}");
    }
}
