//! API tokens, on the API bridge. The tokens made here are taken as credentials.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::clock::after;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Account, ApiToken, Mfa, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_api_tokens", list),
    ("create_api_token", create),
    ("update_api_token", update),
    ("delete_api_token", delete),
    ("get_legacy_metrics_token", legacy),
    ("get_legacy_access_logs_token", legacy),
    ("log_in", log_in),
];

const YEAR: Duration = Duration::from_secs(366 * 86_400);

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.tokens.values().filter(|token| token.user == request.caller);
    json_of(own.map(|token| wire(world, token)).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let named = |account: &&Account| account.profile["email"] == request.text("email");
    let right = |account: &&Account| account.password == request.text("password");
    let Some(account) = world.accounts.values().find(named).filter(right) else {
        return Err(refusals::TOKEN_CREDENTIALS.with([]));
    };
    let user = account.profile["id"].as_str().unwrap_or_default().to_owned();
    if account.mfa == Mfa::Confirmed && request.text("mfaCode") != super::security::CODE {
        return Err(refusals::TOKEN_MFA_CODE.with([]));
    }
    let expires = match &request.body["expirationDate"] {
        Value::Number(number) => number.as_i64().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
        date => date.as_str().and_then(|date| read_date(date).ok()),
    };
    let expires = expires
        .and_then(|expires| {
            in_time(world.now, world.now, expires)
                .or_else(|| in_time(world.now, jiff::Timestamp::now(), expires))
        })
        .ok_or_else(|| refusals::TOKEN_EXPIRATION.with([]))?;
    let token = ApiToken {
        id: world.uuid("api-token"),
        secret: format!("sandbox-token-{}", world.uuid("api-token-secret")),
        user,
        name: request.text("name").to_owned(),
        description: request.body["description"].as_str().map(str::to_owned),
        created: world.now,
        expires,
    };
    let mut wire = wire(world, &token);
    wire["apiToken"] = token.secret.as_str().into();
    world.tokens.insert(token.id.clone(), token);
    json_of(wire)
}

/// Converts an expiration date within a year from a clock that shows `now` to the clock of the sandbox. A
/// caller who computes the date from the current time uses the clock of the machine.
fn in_time(
    sandbox: jiff::Timestamp,
    now: jiff::Timestamp,
    expires: jiff::Timestamp,
) -> Option<jiff::Timestamp> {
    let ahead = Duration::try_from(expires.duration_since(now)).ok()?;
    (!ahead.is_zero() && ahead <= YEAR).then(|| after(sandbox, ahead))
}

/// Signs a user in, with a token that is taken as credentials for a day.
fn log_in(world: &mut World, request: &Request<'_>) -> Outcome {
    let account = world.accounts.values().find(|own| own.profile["email"] == request.text("emailAddress"));
    let Some(account) = account.filter(|own| own.password == request.text("password")) else {
        return Err(refusals::SIGN_IN.with([]));
    };
    let user = account.profile["id"].as_str().unwrap_or_default().to_owned();
    let token = ApiToken {
        id: world.uuid("api-token"),
        secret: format!("sandbox-token-{}", world.uuid("api-token-secret")),
        user: user.clone(),
        name: "sign-in".to_owned(),
        description: None,
        created: world.now,
        expires: after(world.now, Duration::from_secs(86_400)),
    };
    let access = json!({
        "token": token.secret, "revocationId": token.id, "expiryDate": token.expires.to_string(),
    });
    world.tokens.insert(token.id.clone(), token);
    json_of(json!({ "identityId": user, "accessToken": access }))
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("apiTokenId");
    let own = world.tokens.get_mut(id).filter(|token| token.user == request.caller);
    let token = own.ok_or_else(|| Refusal::not_found("API token", id))?;
    token.name = request.text("name").to_owned();
    token.description = request.body["description"].as_str().map(str::to_owned);
    done()
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("apiTokenId");
    if world.tokens.get(id).is_none_or(|token| token.user != request.caller) {
        return Err(Refusal::not_found("API token", id));
    }
    world.tokens.shift_remove(id);
    done()
}

fn wire(world: &World, token: &ApiToken) -> Value {
    json!({
        "apiTokenId": token.id,
        "userId": token.user,
        "creationDate": token.created.to_string(),
        "expirationDate": token.expires.to_string(),
        "ip": "192.0.2.1",
        "name": token.name,
        "description": token.description,
        "state": if token.expires > world.now { "ACTIVE" } else { "EXPIRED" },
    })
}

/// A token for Warp 10, as a text: the official JavaScript client shows it as it is.
fn legacy(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(format!("sandbox-{}", world.fixed_uuid(&[&request.operation.id, request.owner()])))
}
