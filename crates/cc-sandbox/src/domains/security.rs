//! Sign-in of the user: SSH keys, second factors, OAuth tokens; and the settings of the console.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Handler, message, oauth};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Mfa, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_ssh_keys", list_keys),
    ("add_ssh_key", add_key),
    ("delete_ssh_key", delete_key),
    ("create_mfa", create_mfa),
    ("confirm_mfa", confirm_mfa),
    ("update_mfa_preference", prefer_mfa),
    ("delete_mfa", delete_mfa),
    ("list_mfa_backup_codes", list_backup_codes),
    ("list_oauth_tokens", list_tokens),
    ("revoke_oauth_tokens", revoke_tokens),
    ("revoke_oauth_token", revoke_token),
    ("list_user_settings", list_settings),
    ("get_user_setting", get_setting),
    ("set_user_setting", set_setting),
    ("delete_user_setting", delete_setting),
];

/// The code that every second factor of the sandbox gives.
pub(super) const CODE: &str = "000000";

fn list_keys(world: &mut World, request: &Request<'_>) -> Outcome {
    let keys = world.account(&request.caller).keys.iter().map(|(name, key)| {
        let fingerprint = format!("SHA256:{}", world.fixed_uuid(&["fingerprint", key]));
        json!({ "name": name, "key": key, "fingerprint": fingerprint })
    });
    json_of(keys.collect::<Value>())
}

fn add_key(world: &mut World, request: &Request<'_>) -> Outcome {
    let key = request.body.as_str().unwrap_or_default();
    if !(key.starts_with("ssh-") || key.starts_with("ecdsa-")) {
        return Err(refusals::NOT_AN_SSH_KEY.with([]));
    }
    world.account_mut(&request.caller).keys.insert(request.param("keyName").to_owned(), key.to_owned());
    message("The SSH key has been added")
}

fn delete_key(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("keyName");
    world
        .account_mut(&request.caller)
        .keys
        .shift_remove(name)
        .ok_or_else(|| Refusal::not_found("SSH key", name))?;
    message("The SSH key has been removed")
}

/// The password in base64, in a header of its own.
fn check_password(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    let given = request.headers.get("x-clever-password").and_then(|value| STANDARD.decode(value).ok());
    if given.as_deref() == Some(world.account(&request.caller).password.as_bytes()) {
        return Ok(());
    }
    Err(refusals::WRONG_PASSWORD.with([]))
}

fn create_mfa(world: &mut World, request: &Request<'_>) -> Outcome {
    check_password(world, request)?;
    if world.account(&request.caller).mfa == Mfa::Confirmed {
        return Err(refusals::MFA_ON.with([]));
    }
    world.account_mut(&request.caller).mfa = Mfa::Pending;
    json_of(json!({ "url": "otpauth://totp/sandbox?secret=SANDBOX" }))
}

fn confirm_mfa(world: &mut World, request: &Request<'_>) -> Outcome {
    check_password(world, request)?;
    if world.account(&request.caller).mfa == Mfa::None {
        return Err(Refusal::not_found("Second factor", request.param("mfaKind")));
    }
    if request.text("code") != CODE {
        return Err(refusals::WRONG_MFA_CODE.with([]));
    }
    world.account_mut(&request.caller).mfa = Mfa::Confirmed;
    if request.body["revokeTokens"] == true {
        world.revoke(&request.caller, None);
    }
    done()
}

fn prefer_mfa(world: &mut World, request: &Request<'_>) -> Outcome {
    confirmed(world, request)?;
    let kind = if request.body["favourite"] == true { request.param("mfaKind") } else { "NONE" };
    world.account_mut(&request.caller).profile["preferredMFA"] = kind.into();
    done()
}

fn delete_mfa(world: &mut World, request: &Request<'_>) -> Outcome {
    confirmed(world, request)?;
    world.account_mut(&request.caller).mfa = Mfa::None;
    world.account_mut(&request.caller).profile["preferredMFA"] = "NONE".into();
    done()
}

fn list_backup_codes(world: &mut World, request: &Request<'_>) -> Outcome {
    confirmed(world, request)?;
    json_of((0..10).map(|index| json!({ "code": format!("sandbox-code-{index}") })).collect::<Value>())
}

fn confirmed(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    check_password(world, request)?;
    if world.account(&request.caller).mfa == Mfa::Confirmed {
        return Ok(());
    }
    Err(Refusal::not_found("Second factor", request.param("mfaKind")))
}

fn list_tokens(world: &mut World, request: &Request<'_>) -> Outcome {
    let consumer = oauth::consumer(world);
    let tokens = world.account(&request.caller).oauth_tokens.values().cloned().map(|mut token| {
        token["consumer"] = consumer.clone();
        token["rights"] = oauth::rights(|right| token["rights"][right] == true);
        token
    });
    json_of(tokens.collect::<Value>())
}

fn revoke_tokens(world: &mut World, request: &Request<'_>) -> Outcome {
    world.revoke(&request.caller, None);
    message("The tokens have been revoked")
}

fn revoke_token(world: &mut World, request: &Request<'_>) -> Outcome {
    let token = request.param("token");
    if !world.revoke(&request.caller, Some(token)) {
        return Err(Refusal::not_found("Token", "of the request"));
    }
    message("The token has been revoked")
}

/// Settings are kept apart for each environment of the console.
fn key(request: &Request<'_>, name: &str) -> (String, String) {
    (request.query("env").unwrap_or_default().to_owned(), name.to_owned())
}

fn list_settings(world: &mut World, request: &Request<'_>) -> Outcome {
    let env = request.query("env").unwrap_or_default();
    let settings = world.account(&request.caller).settings.iter().filter(|((own, _), _)| own == env);
    json_of(settings.map(|((_, name), value)| json!({ "name": name, "value": value })).collect::<Value>())
}

fn get_setting(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("settingName");
    match world.account(&request.caller).settings.get(&key(request, name)) {
        Some(value) => json_of(json!({ "name": name, "value": value })),
        None => Err(Refusal::not_found("Setting", name)),
    }
}

fn set_setting(world: &mut World, request: &Request<'_>) -> Outcome {
    let value = request.body.as_str().unwrap_or_default().to_owned();
    world.account_mut(&request.caller).settings.insert(key(request, request.param("settingName")), value);
    done()
}

fn delete_setting(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("settingName");
    let removed = world.account_mut(&request.caller).settings.remove(&key(request, name));
    removed.ok_or_else(|| Refusal::not_found("Setting", name))?;
    done()
}
