//! Refusals: each row of the table is provoked, by each of its operations, and leaves nothing behind.

mod account;
mod bridge;
mod resources;
mod stage;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cc_sandbox::{KnownRefusal, refusals, rights};
use futures_util::FutureExt;
use serde_json::Value;

use stage::{Answer, Call, Stage};

/// The request that an operation refuses, after everything that it needs has been done. `None` if no test provokes the refusal.
async fn provoke(refusal: &str, operation: &str, stage: &Stage) -> Option<Call> {
    if let Some(call) = account::provoke(refusal, operation, stage).await {
        return Some(call);
    }
    match resources::provoke(refusal, operation, stage).await {
        Some(call) => Some(call),
        None => bridge::provoke(refusal, operation, stage).await,
    }
}

/// Returns `true` if a text is a message of the row, with any values.
fn is_message(row: &KnownRefusal, text: &str) -> bool {
    let mut parts = row.message.split("{}");
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    !text.contains("{}") && (row.message.ends_with("{}") || rest.is_empty())
}

/// The problems of an answer that is to be this refusal.
fn problems(row: &KnownRefusal, answer: &Answer) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |what: &str, found: String, wanted: String| {
        if found != wanted {
            problems.push(format!("{what} is {found}, not {wanted}"));
        }
    };
    expect("the status", answer.status.to_string(), row.status.to_string());
    expect("the row", answer.refusal.clone(), row.id.to_owned());
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let message = if answer.path.starts_with("/v2/") {
        expect("the id", body["id"].to_string(), row.number.to_string());
        expect("the type", body["type"].to_string(), r#""error""#.to_owned());
        &body["message"]
    } else {
        expect("the code", body["code"].as_str().unwrap_or_default().to_owned(), row.code.to_owned());
        if body["error"].is_string() { &body["error"] } else { &body["message"] }
    };
    if !message.as_str().is_some_and(|message| is_message(row, message)) {
        problems.push(format!("the message is {message}, not `{}`", row.message));
    }
    problems
}

/// Rows that need a socket or a mistake of the sandbox, and the tests that provoke them.
const PROVOKED_ELSEWHERE: [(&str, &str); 4] = [
    ("not-recorded", "a_request_that_is_not_recorded_is_refused_with_what_is"),
    ("malformed-body", "malformed_chunks_are_refused_with_400"),
    ("slow-body", "a_head_and_a_body_that_do_not_come_are_given_up_with_408"),
    ("internal-error", "a_panic_is_an_answer_with_500_and_a_violation_and_the_next_request_is_answered"),
];

#[tokio::test(start_paused = true)]
async fn every_refusal_is_as_its_row_says_for_each_of_its_operations_and_changes_nothing() {
    let mut failures = String::new();
    for row in refusals() {
        if PROVOKED_ELSEWHERE.iter().any(|(id, _)| *id == row.id) {
            continue;
        }
        let operations = if row.operations.is_empty() { &[""][..] } else { row.operations };
        for operation in operations {
            let stage = Stage::new();
            let call = match AssertUnwindSafe(provoke(row.id, operation, &stage)).catch_unwind().await {
                Ok(Some(call)) => call,
                provoked => {
                    let problem = provoked.map_or("its preparation fails", |_| "no test provokes it");
                    writeln!(failures, "{} {operation}: {problem}", row.id).unwrap();
                    continue;
                }
            };
            let before = stage.state();
            let answer = stage.send(&call).await;
            let mut found = problems(row, &answer);
            if stage.state() != before {
                found.push("it left something behind".to_owned());
            }
            let asked = stage.sandbox.exchanges().pop().and_then(|exchange| exchange.operation);
            if !operation.is_empty() && asked.as_deref() != Some(*operation) {
                found.push(format!("the request was for {asked:?}"));
            }
            let violations = stage.sandbox.violations();
            if violations.is_empty() == (row.id == "invalid-request") {
                found.push(format!("violations: {violations:?}"));
            }
            if !found.is_empty() {
                writeln!(failures, "{} {operation}: {} ({})", row.id, found.join(", "), answer.text).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[tokio::test(start_paused = true)]
async fn each_role_may_do_what_the_table_says() {
    let roles = ["ADMIN", "MANAGER", "DEVELOPER", "ACCOUNTING", "NONE"];
    let mut seen = BTreeSet::new();
    for (what, allowed) in rights() {
        for role in roles {
            let stage = Stage::new();
            let call = match what {
                "read the organisation and its members" => stage.call("list_organisation_members"),
                "change the organisation" => {
                    stage.call("update_organisation").json(stage.organisation("Other"))
                }
                "delete the organisation" => {
                    stage.empty_organisation().await;
                    stage.call("delete_organisation")
                }
                "add, change and remove members" => stage
                    .call("add_organisation_member")
                    .json(serde_json::json!({ "email": "new@sandbox.example", "role": "DEVELOPER" })),
                "see and pay bills" => stage.call("list_invoices"),
                "create applications" => stage.call("create_application").json(stage.application("web")),
                "delete applications" => stage.call("delete_application"),
                "create and delete add-ons" => stage.call("create_addon").json(stage.addon("dev")),
                "read applications, add-ons and other resources" => stage.call("list_applications"),
                "change applications, add-ons and other resources" => stage.call("deploy_application"),
                other => panic!("no request for the right to {other}"),
            };
            let answer = stage.send(&call.by(&stage.member(role))).await;
            let may = allowed.contains(&role);
            assert_eq!(answer.status < 300, may, "{role} {what}: {}", answer.text);
            assert_eq!(answer.refusal == "role", !may, "{role} {what}: {}", answer.text);
            seen.insert(what);
        }
    }
    assert_eq!(seen.len(), rights().count());
}

#[tokio::test(start_paused = true)]
async fn what_a_refusal_asked_for_is_taken_later() {
    let stage = Stage::new();
    let organisation = stage.sandbox.ids().organisation;
    stage.sandbox.require_payment_method(&organisation, true);
    let create = stage.call("create_application").json(stage.application("web"));
    assert_eq!(stage.send(&create).await.refusal, "payment-required");
    stage.ok(&stage.call("create_addon").json(stage.addon("dev"))).await;
    stage.ok(&stage.call("create_payment_method").json(serde_json::json!({ "id": "pm_1" }))).await;
    stage.ok(&create).await;

    stage.sandbox.moderate(&organisation, true);
    assert_eq!(stage.send(&create).await.refusal, "moderated-owner");
    stage.ok(&stage.call("list_applications")).await;
    stage.ok(&stage.call("authorize_stripe_payment").path("intentId", "pi_1")).await;
    stage.sandbox.moderate(&organisation, false);
    stage.ok(&create).await;
    assert!(stage.sandbox.violations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_push_is_refused_as_a_deployment_is() {
    let stage = Stage::new();
    let ids = stage.sandbox.ids();
    // A role that the platform does not have is shown as none.
    let viewer = stage.member("VIEWER");
    let members = stage.ok(&stage.call("list_organisation_members").by(&viewer)).await.text;
    assert!(members.contains(r#""role":"NONE""#) && !members.contains(r#""role":"VIEWER""#), "{members}");
    stage.ok(&stage.call("get_summary").by(&viewer)).await;
    assert!(stage.sandbox.violations().is_empty());
    let ask = async |name: &str, service: &str| {
        let fake = stage.sandbox.identity(name).credentials;
        let basic = STANDARD.encode(format!("{}:{}", fake.token, fake.token_secret));
        let call = Call::of("GET", &format!("/{}.git/info/refs", ids.application)).query("service", service);
        stage.send(&call.header("authorization", &format!("Basic {basic}"))).await
    };
    stage.member("ACCOUNTING");
    let refused = ask("accounting", "git-upload-pack").await;
    assert_eq!((refused.status, refused.text.contains("ACCOUNTING")), (403, true), "{refused:?}");
    assert_ne!(ask("viewer", "git-upload-pack").await.status, 403, "it may read");
    assert_eq!(ask("viewer", "git-receive-pack").await.status, 403);
    stage.sandbox.require_payment_method(&ids.organisation, true);
    assert_eq!(ask("sandbox", "git-receive-pack").await.status, 402);
    stage.sandbox.require_payment_method(&ids.organisation, false);
    stage.sandbox.moderate(&ids.application, true);
    assert_eq!(ask("sandbox", "git-receive-pack").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_program_in_another_language_sets_the_terms_over_http() {
    let stage = Stage::new();
    let organisation = stage.sandbox.ids().organisation;
    let control = async |path: &str, body: Value| {
        let call = Call::of("POST", path).json(body);
        stage.send(&call).await
    };
    let terms =
        serde_json::json!({ "of": organisation, "quota": { "addons": 0 }, "needsPaymentMethod": true });
    assert_eq!(control("/_sandbox/terms", terms).await.status, 204);
    let create = stage.call("create_addon").json(stage.addon("dev"));
    assert_eq!(stage.send(&create).await.refusal, "quota-reached");
    let wrong = serde_json::json!({ "of": organisation, "quotas": {} });
    assert_eq!(control("/_sandbox/terms", wrong).await.status, 400);
    assert_eq!(control("/_sandbox/terms", serde_json::json!({ "of": "orga_x" })).await.status, 404);

    let member = serde_json::json!({ "owner": organisation, "name": "zoe", "role": "ACCOUNTING" });
    let zoe: Value = serde_json::from_str(&control("/_sandbox/members", member).await.text).unwrap();
    let token = zoe["credentials"]["apiToken"].as_str().unwrap();
    assert_eq!(stage.send(&stage.call("list_applications").by(token)).await.refusal, "role");
    stage.ok(&stage.call("list_invoices").by(token)).await;
    let listed = stage.send(&Call::of("GET", "/_sandbox/refusals")).await.text;
    assert!(listed.contains("unknown-zone: 400, id 500, code clever.core.bad-request\n"), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn credentials_are_refused_from_their_revocation_on() {
    let stage = Stage::new();
    let alice = stage.sandbox.identity("eve");
    let fake = alice.credentials.clone();
    // Of the program and of the browser: the OAuth token of a user.
    let header = format!(
        r#"OAuth oauth_consumer_key="{}", oauth_token="{}", oauth_signature="{}%26{}""#,
        fake.consumer_key, fake.token, fake.consumer_secret, fake.token_secret
    );
    let me = stage.call("get_self_id").header("authorization", &header);
    stage.ok(&me).await;
    let revoke = stage.call("revoke_oauth_token").path("token", &fake.token);
    assert_eq!(stage.send(&revoke).await.status, 404, "it belongs to somebody else");
    stage.ok(&me).await;
    stage.ok(&revoke.clone().by(&fake.api_token)).await;
    assert_eq!(stage.send(&me).await.refusal, "unknown-oauth-token");
    assert_eq!(stage.send(&revoke.by(&fake.api_token)).await.status, 404, "it is revoked already");
    stage.sandbox.restore(&stage.sandbox.snapshot());
    assert_eq!(stage.send(&me).await.status, 401);

    // All tokens at once, with the password.
    let own = stage.sandbox.credentials().clone();
    let header = format!(
        r#"OAuth oauth_consumer_key="{}", oauth_token="{}", oauth_signature="{}%26{}""#,
        own.consumer_key, own.token, own.consumer_secret, own.token_secret
    );
    let me = stage.call("get_self_id").header("authorization", &header);
    let password =
        serde_json::json!({ "oldPassword": "sandbox-password", "newPassword": "new", "dropTokens": true });
    stage.ok(&me).await;
    stage.ok(&stage.call("change_password").json(password)).await;
    assert_eq!(stage.send(&me).await.status, 401);

    // An API token, by its deletion or by time.
    let expires = (stage.sandbox.now() + std::time::Duration::from_secs(3_600)).to_string();
    let create = stage.call("create_api_token").json(serde_json::json!({
        "email": alice.email, "password": alice.password, "name": "ci", "expirationDate": expires,
    }));
    let (first, second) = (stage.ok(&create).await.json(), stage.ok(&create).await.json());
    let by = |token: &Value| stage.call("get_self_id").by(token["apiToken"].as_str().unwrap());
    stage.ok(&by(&first)).await;
    let id = first["apiTokenId"].as_str().unwrap();
    stage.ok(&stage.call("delete_api_token").path("apiTokenId", id).by(&fake.api_token)).await;
    assert_eq!(stage.send(&by(&first)).await.refusal, "unknown-api-token");
    stage.ok(&by(&second)).await;
    stage.sandbox.advance(std::time::Duration::from_secs(3_601));
    assert_eq!(stage.send(&by(&second)).await.refusal, "unknown-api-token");
    assert!(stage.sandbox.violations().is_empty());
}

/// The page of the book, from the table.
fn page() -> String {
    let mut page = String::new();
    let mut subject = "";
    for row in refusals() {
        if row.subject != subject {
            subject = row.subject;
            write!(page, "\n### {subject}\n| refusal | condition | status | `id`, `code` | message | operations | source |\n|---|---|---|---|---|---|---|\n").unwrap();
        }
        let operations = row.operations.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" ");
        let (id, when, status, number, code) = (row.id, row.when, row.status, row.number, row.code);
        let (message, source) = (row.message, row.source.unwrap_or_default());
        writeln!(
            page,
            "| `{id}` | {when} | {status} | {number} `{code}` | {message} | {operations} | {source} |"
        )
        .unwrap();
    }
    page
}

fn page_of_rights() -> String {
    let mut page =
        "| a member may | ADMIN | MANAGER | DEVELOPER | ACCOUNTING | NONE |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (what, allowed) in rights() {
        let may = |role: &str| if allowed.contains(&role) { "yes" } else { "no" };
        let cells: Vec<&str> = ["ADMIN", "MANAGER", "DEVELOPER", "ACCOUNTING", "NONE"].map(may).to_vec();
        writeln!(page, "| {what} | {} |", cells.join(" | ")).unwrap();
    }
    page
}

#[test]
fn the_page_of_refusals_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/refusals.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut whole = text.clone();
    for (name, content) in [("rights", page_of_rights()), ("refusals", page())] {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) = whole.split_once(&start).expect("the page marks its generated parts");
        let (_, after) = rest.split_once(&end).expect("the page marks the end of its generated parts");
        whole = format!("{before}{start}{content}{end}{after}");
    }
    if whole != text && std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &whole).unwrap();
    } else {
        assert!(whole == text, "docs/refusals.md is not the table: run this test with UPDATE_DOCS=1");
    }
}
