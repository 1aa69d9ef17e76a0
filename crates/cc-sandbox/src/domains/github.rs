//! The GitHub account of a user: the link to it, its repositories, and deployments after a push.

use serde_json::{Value, json};

use super::file::SERVER;
use super::{Handler, deployment, message};
use crate::engine::reply::{Content, Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Keys, Origin, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("start_github_link", start),
    ("finish_github_login", finish),
    ("unlink_github", unlink),
    ("get_github_username", username),
    ("list_github_applications", repositories),
    ("list_github_emails", emails),
    ("list_github_ssh_keys", keys),
    ("rotate_github_webhook_secret", rotate_secret),
    ("redeploy_from_github", pushed),
];

/// Links that were begun, by their transaction.
const TRANSACTIONS: &str = "github/transactions";

/// Account that everyone has at the GitHub of the sandbox.
const ACCOUNT: &str = "sandbox-user";

/// Its repositories: id, name, description, and whether it is private.
const REPOSITORIES: [(&str, &str, &str, bool); 3] = [
    ("101", "api", "An API in Node.js", false),
    ("102", "site", "A static site", false),
    ("103", "worker", "A worker in Rust", true),
];

/// Address of a repository, as applications that come from it show it.
pub(super) fn address(id: &str) -> String {
    let known = REPOSITORIES.iter().find(|(own, ..)| *own == id);
    match known {
        Some((_, name, ..)) => format!("https://github.com/{ACCOUNT}/{name}"),
        None => format!("https://github.com/{id}"),
    }
}

fn is_linked(world: &World, request: &Request<'_>) -> bool {
    let linked = &world.account(&request.caller).profile["oauthApps"];
    linked.as_array().is_some_and(|all| all.iter().any(|own| own == "github"))
}

/// Refuses the request of a user without a link. The number is the one that the JavaScript client looks for.
fn check_link(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    if is_linked(world, request) {
        return Ok(());
    }
    Err(refusals::NOT_LINKED.with([]))
}

/// Begins a link. Whoever opens the address agrees to it, and it is made.
fn start(world: &mut World, request: &Request<'_>) -> Outcome {
    let transaction = world.uuid("github");
    let keys = Keys::from([("transaction".to_owned(), transaction.clone())]);
    let value = json!({ "user": request.caller }).as_object().cloned().unwrap_or_default();
    world.collections.add(TRANSACTIONS, Row { keys, value, changes: Vec::new() });
    let address = format!("{SERVER}/v2/github/callback?code=sandbox&state={transaction}");
    json_of(json!({ "transactionId": transaction, "redirectUri": address }))
}

fn finish(world: &mut World, request: &Request<'_>) -> Outcome {
    let state = request.query("state").unwrap_or_default().to_owned();
    if let Some(error) = request.query("error") {
        return Err(Refusal::invalid(format!("GitHub refused the link: {error}")));
    }
    let keys = Keys::from([("transaction".to_owned(), state)]);
    let Some(row) = world.collections.remove(TRANSACTIONS, &keys).into_iter().next() else {
        return Err(refusals::GITHUB_STATE.with([]));
    };
    let user = row.value.get("user").and_then(Value::as_str).unwrap_or_default();
    world.account_mut(user).profile["oauthApps"] = json!(["github"]);
    Ok(Content::Text("<!doctype html>\n<title>GitHub</title>\n<h1>The account is linked.</h1>\n".to_owned())
        .into())
}

fn unlink(world: &mut World, request: &Request<'_>) -> Outcome {
    check_link(world, request)?;
    world.account_mut(&request.caller).profile["oauthApps"] = json!([]);
    message("The account is no longer linked to GitHub")
}

fn username(world: &mut World, request: &Request<'_>) -> Outcome {
    check_link(world, request)?;
    json_of(ACCOUNT)
}

fn repositories(world: &mut World, request: &Request<'_>) -> Outcome {
    check_link(world, request)?;
    let repository = |(id, name, description, is_private): &(&str, &str, &str, bool)| {
        json!({
            "id": id,
            "owner": ACCOUNT,
            "name": name,
            "description": description,
            "gitUrl": format!("{}.git", address(id)),
            "defaultBranch": "main",
            "priv": is_private,
        })
    };
    json_of(REPOSITORIES.iter().map(repository).collect::<Value>())
}

fn emails(world: &mut World, request: &Request<'_>) -> Outcome {
    check_link(world, request)?;
    json_of(json!([world.account(&request.caller).profile["email"]]))
}

fn keys(world: &mut World, request: &Request<'_>) -> Outcome {
    check_link(world, request)?;
    json_of(json!([{
        "name": "github",
        "key": "ssh-ed25519 AAAAgithub user@github",
        "fingerprint": "SHA256:sandboxgithub",
    }]))
}

fn rotate_secret(world: &mut World, request: &Request<'_>) -> Outcome {
    let secret = format!("sandbox-secret-{}", world.uuid("github-webhook"));
    let application = world.application_mut(request.param("applicationId"))?;
    if application.settings["webhookUrl"].is_null() {
        return Err(Refusal::not_found("GitHub repository of", &application.id));
    }
    application.settings["webhookSecret"] = secret.as_str().into();
    json_of(json!({ "secret": secret }))
}

/// A push to a repository deploys the applications that come from it and follow the branch.
fn pushed(world: &mut World, request: &Request<'_>) -> Outcome {
    let body = &request.body;
    let repository = body["repository"]["id"].as_str().unwrap_or_default();
    let address = address(repository);
    let branch = request.text("ref").trim_start_matches("refs/heads/");
    let commit = body["after"].as_str().or(body["head_commit"]["sha"].as_str());
    let email = &body["pusher"]["email"];
    let user = world.accounts.iter().find(|(_, account)| account.profile["email"] == *email);
    let author = user.map_or_else(|| world.ids.user.clone(), |(id, _)| id.clone());
    let from_it = world.applications.values().filter(|own| own.settings["deployment"]["httpUrl"] == address);
    let mut wanted = from_it.filter(|own| branch.is_empty() || own.text("branch") == branch);
    let ids: Vec<String> = wanted.by_ref().map(|own| own.id.clone()).collect();
    if ids.is_empty() {
        return Err(Refusal::not_found("Application of repository", repository));
    }
    for id in &ids {
        deployment::start(world, id, commit, &author, Origin::Git)?;
    }
    message(&format!("{} deployments have begun", ids.len()))
}
