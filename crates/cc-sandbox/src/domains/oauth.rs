//! OAuth 1 with its three legs: a program asks, the user agrees on a page, the program gets a token of the user.

use std::time::Duration;

use form_urlencoded::Serializer;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::Handler;
use crate::engine::clock::after;
use crate::engine::reply::{Content, Outcome, Refusal, Reply};
use crate::engine::request::Request;
use crate::engine::signature::{self, Signed};
use crate::refusals;
use crate::world::{RequestToken, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("create_request_token", create_request_token),
    ("create_request_token_by_query", create_request_token),
    ("get_authorization_page", get_page),
    ("authorize_token", agree),
    ("create_access_token", create_access_token),
    ("create_access_token_by_query", create_access_token),
];

/// Lifetime of a request token.
const REQUEST_TOKEN: Duration = Duration::from_secs(3_600);

/// Lifetime of a user's token: the platform's three months.
const ACCESS_TOKEN: Duration = Duration::from_secs(90 * 86_400);

/// Rights that a user may grant. Source: `spec/oauth.yaml`, `AuthorizationForm`.
const RIGHTS: [&str; 11] = [
    "access_organisations",
    "access_organisations_bills",
    "access_organisations_consumption_statistics",
    "access_organisations_credit_count",
    "access_personal_information",
    "manage_organisations",
    "manage_organisations_applications",
    "manage_organisations_members",
    "manage_organisations_services",
    "manage_personal_information",
    "manage_ssh_keys",
];

/// The right that stands for all others.
const ALL_RIGHTS: &str = "almighty";

/// The program that all tokens are for.
pub(super) fn consumer(world: &World) -> Value {
    json!({
        "key": world.oauth.consumer.0,
        "name": "Sandbox program",
        "description": "The program of the sandbox's credentials",
        "url": "https://program.sandbox.example",
        "picture": "https://assets.sandbox.example/program.svg",
        "baseUrl": "https://program.sandbox.example",
        "rights": rights(|right| right != ALL_RIGHTS),
    })
}

/// Every right, and whether it is given.
pub(super) fn rights(is_given: impl Fn(&str) -> bool) -> Value {
    let all = RIGHTS.into_iter().chain([ALL_RIGHTS]);
    all.map(|right| (right.to_owned(), Value::Bool(is_given(right)))).collect()
}

/// A parameter of the protocol, from the form or the query.
fn field<'a>(request: &'a Request<'_>, name: &str) -> &'a str {
    request.query(name).unwrap_or_else(|| request.text(name))
}

/// Checks that the consumer is known, and that the signature matches its secret and that of the token.
fn check(world: &World, request: &Request<'_>, token_secret: &str) -> Result<(), Refusal> {
    let (key, secret) = &world.oauth.consumer;
    if field(request, "oauth_consumer_key") != key {
        return Err(refusals::UNKNOWN_CONSUMER.with([]));
    }
    let query = request.query.iter().cloned();
    let form = request.body.as_object().into_iter().flatten();
    let form = form.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let signed = Signed {
        method: &request.operation.method,
        authority: signature::authority(None, request.headers),
        path: request.raw_path,
        parameters: query.chain(form).collect(),
    };
    let method = field(request, "oauth_signature_method");
    let right = signed
        .proves(method, field(request, "oauth_signature"), [secret.as_str(), token_secret])
        .ok_or_else(|| refusals::UNSUPPORTED_SIGNATURE.with([method]))?;
    if right { Ok(()) } else { Err(refusals::WRONG_SIGNATURE.with([])) }
}

fn form(pairs: &[(&str, &str)]) -> Outcome {
    Ok(Content::Text(Serializer::new(String::new()).extend_pairs(pairs).finish()).into())
}

fn create_request_token(world: &mut World, request: &Request<'_>) -> Outcome {
    check(world, request, "")?;
    let callback = field(request, "oauth_callback");
    let is_url = callback.starts_with("http://") || callback.starts_with("https://");
    if callback != "oob" && !(is_url && HeaderValue::try_from(callback).is_ok()) {
        return Err(refusals::WRONG_CALLBACK.with([]).about("oauth_callback"));
    }
    let token = world.uuid("oauth-request-token");
    let secret = format!("sandbox-secret-{}", world.uuid("oauth-request-secret"));
    let asked = RequestToken {
        secret: secret.clone(),
        callback: callback.to_owned(),
        until: after(world.now, REQUEST_TOKEN),
        agreed: None,
    };
    world.oauth.requests.insert(token.clone(), asked);
    form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("oauth_callback_confirmed", "true")])
}

/// The request token, while it is good.
fn asked<'a>(world: &'a mut World, token: &str) -> Result<&'a mut RequestToken, Refusal> {
    let now = world.now;
    let found = world.oauth.requests.get_mut(token).filter(|asked| asked.until > now);
    found.ok_or_else(|| refusals::UNKNOWN_REQUEST_TOKEN.with([]))
}

fn get_page(world: &mut World, request: &Request<'_>) -> Outcome {
    let token = request.query("oauth_token").unwrap_or_default().to_owned();
    asked(world, &token)?;
    world.oauth.shown = Some(token);
    let rights: String = RIGHTS
        .iter()
        .map(|right| {
            format!("<p><label><input type=checkbox name={right} value=on checked> {right}</label>\n")
        })
        .collect();
    let page = format!(
        "<!doctype html>\n<title>Sandbox</title>\n<h1>A program wants to act for you</h1>\n\
         <form method=post action=authorize>\n{rights}<p><button>Agree</button>\n</form>\n"
    );
    Ok(Content::Text(page).into())
}

fn agree(world: &mut World, request: &Request<'_>) -> Outcome {
    let token = world.oauth.shown.take();
    let token = token.ok_or_else(|| refusals::NO_PAGE_SHOWN.with([]))?;
    let verifier = world.uuid("oauth-verifier");
    let agreed = |right: &&str| !request.text(right).is_empty();
    let rights: Map<String, Value> =
        RIGHTS.into_iter().filter(agreed).map(|right| (right.to_owned(), true.into())).collect();
    let asked = asked(world, &token)?;
    asked.agreed = Some((verifier.clone(), rights.into()));
    if asked.callback == "oob" {
        return Ok(Content::Text(format!("<!doctype html>\n<p>{verifier}\n")).into());
    }
    let mark = if asked.callback.contains('?') { '&' } else { '?' };
    let query = Serializer::new(String::new())
        .append_pair("oauth_token", &token)
        .append_pair("oauth_verifier", &verifier)
        .finish();
    let location = HeaderValue::try_from(format!("{}{mark}{query}", asked.callback))
        .map_err(|_| refusals::INVALID_INPUT.with(["The callback is not a URL"]))?;
    Ok(Reply {
        status: Some(StatusCode::SEE_OTHER),
        headers: vec![(LOCATION, location)],
        content: Content::Text(String::new()),
    })
}

fn create_access_token(world: &mut World, request: &Request<'_>) -> Outcome {
    let requested = field(request, "oauth_token");
    let found = asked(world, requested)?;
    let (secret, agreed) = (found.secret.clone(), found.agreed.clone());
    check(world, request, &secret)?;
    let verifier = field(request, "oauth_verifier");
    let rights = match agreed {
        Some((right, rights)) if right == verifier => rights,
        _ => return Err(refusals::NOT_AGREED.with([])),
    };
    world.oauth.requests.shift_remove(requested);
    let token = world.uuid("oauth-token");
    let secret = format!("sandbox-secret-{}", world.uuid("oauth-secret"));
    let end = after(world.now, ACCESS_TOKEN);
    let listed = json!({
        "token": token,
        "creationDate": world.now.as_millisecond(),
        "expirationDate": end.as_millisecond(),
        "lastUtilisation": world.now.as_millisecond(),
        "rights": rights,
    });
    // The page that asks for the consent is shown to the main user.
    let user = world.ids.user.clone();
    world.account_mut(&user).oauth_tokens.insert(token.clone(), listed);
    world.oauth.secrets.insert(token.clone(), secret.clone());
    form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("expiration_date", &end.to_string())])
}
