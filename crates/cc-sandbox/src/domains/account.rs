//! The calling user: accessible resources, profile and e-mail addresses.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::engine::rights;
use crate::refusals;
use crate::world::{Account, Addon, Application, Owner, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get_self_id", get_id),
    ("get_summary", summary),
    ("get_profile", get),
    ("update_profile", update),
    ("get_user", get_user),
    ("change_password", change_password),
    ("list_profile_email_addresses", list_emails),
    ("add_profile_email_address", add_email),
    ("delete_profile_email_address", delete_email),
    ("update_profile_avatar", update_avatar),
    ("create_user", create_user),
    ("delete_account", delete_account),
];

/// An address that somebody else has.
const TAKEN: &str = "taken@sandbox.example";

fn get_id(_: &mut World, request: &Request<'_>) -> Outcome {
    json_of(json!({ "id": request.caller }))
}

fn summary(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut user = content(world, &request.caller);
    let profile = &world.account(&request.caller).profile;
    let partner = ["partnerId", "partnerName", "partnerConsoleUrl"];
    for name in ["id", "name", "email", "lang", "admin", "avatar"].into_iter().chain(partner) {
        user[name] = profile[name].clone();
    }
    let organisations =
        world.owners.iter().filter(|(id, owner)| **id != request.caller && owner.has_member(&request.caller));
    let organisations = organisations.map(|(id, owner)| {
        let mut organisation = content(world, id);
        organisation["id"] = id.as_str().into();
        for name in ["name", "avatar", "vatState", "canPay", "canSEPA", "cleverEnterprise", "isTrusted"] {
            organisation[name] = owner.wire[name].clone();
        }
        organisation["role"] = rights::shown(owner.role_of(&request.caller)).into();
        organisation
    });
    let organisations: Value = organisations.collect();
    json_of(json!({ "user": user, "organisations": organisations }))
}

/// Everything of an owner, in short.
fn content(world: &World, owner: &str) -> Value {
    let applications = world.applications.values().filter(|application| application.owner == owner);
    let addons = world.addons.values().filter(|addon| addon.owner == owner);
    let consumers = world.consumers.values().filter(|consumer| consumer.owner == owner);
    let providers = world.providers.values().filter(|provider| provider.owner == owner);
    let consumer_summary =
        |wire: &Value| json!({ "key": wire["key"], "name": wire["name"], "picture": wire["picture"] });
    let provider_summary = |wire: &Value| json!({ "id": wire["id"], "name": wire["name"] });
    json!({
        "applications": applications.map(application).collect::<Value>(),
        "addons": addons.map(addon).collect::<Value>(),
        "consumers": consumers.map(|consumer| consumer_summary(&consumer.wire)).collect::<Value>(),
        "providers": providers.map(|provider| provider_summary(&provider.wire)).collect::<Value>(),
        "role": "ADMIN",
        "vatState": "NOT_NEEDED",
        "canPay": true,
        "canSEPA": false,
        "cleverEnterprise": false,
        "isTrusted": false,
    })
}

fn application(application: &Application) -> Value {
    let wire = application.wire();
    let variant = &wire["instance"]["variant"];
    json!({
        "id": application.id,
        "name": wire["name"],
        "instanceType": wire["instance"]["type"],
        "instanceVariant": variant["id"],
        "variantSlug": variant["slug"],
        "variantLogoUrl": variant["logo"],
        "archived": wire["archived"],
        "homogeneous": wire["homogeneous"],
        "state": wire["state"],
        "commit": wire["commitId"],
        "systemTags": [],
        "customerTags": application.tags,
    })
}

fn addon(addon: &Addon) -> Value {
    json!({
        "id": addon.id,
        "name": addon.wire["name"],
        "realId": addon.real_id,
        "providerId": addon.provider,
        "logoUrl": addon.wire["provider"]["logoUrl"],
        "systemTags": [],
        "customerTags": addon.tags,
    })
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(world.account(&request.caller).profile.clone())
}

fn get_user(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("userId");
    if id != request.caller {
        return Err(Refusal::not_found("User", id));
    }
    get(world, request)
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    for name in ["name", "phone", "address", "city", "zipcode", "country", "lang"] {
        if !request.body[name].is_null() {
            world.account_mut(&request.caller).profile[name] = request.body[name].clone();
        }
    }
    get(world, request)
}

/// Makes a user with a personal space. The e-mail address counts as confirmed: the sandbox sends none.
fn create_user(world: &mut World, request: &Request<'_>) -> Outcome {
    let email = request.text("email");
    if !email.contains('@') {
        return Err(Refusal::invalid(format!("{email} is not an e-mail address")));
    }
    let is_taken = world
        .accounts
        .values()
        .any(|account| account.profile["email"] == email || account.emails.iter().any(|own| own == email));
    if is_taken || email == TAKEN {
        return Err(refusals::USER_EXISTS.with([email]));
    }
    let id = world.id("user");
    let name = email.split('@').next().unwrap_or_default();
    let account =
        Account { password: request.text("pass").to_owned(), ..Account::of(&id, email, name, world.now) };
    let profile = account.profile.clone();
    world.accounts.insert(id.clone(), account);
    world.owners.insert(id.clone(), Owner::new(&id, name, &id));
    json_of(profile)
}

/// Deletes the account of the caller, whose credentials are then unknown. The main user's stay.
fn delete_account(world: &mut World, request: &Request<'_>) -> Outcome {
    let user = &request.caller;
    let owns = world.applications.values().any(|own| own.owner == *user)
        || world.addons.values().any(|own| own.owner == *user)
        || world.identities.iter().any(|own| own.user_id == *user);
    if owns {
        return Err(refusals::ACCOUNT_IN_USE.with([]));
    }
    world.accounts.remove(user);
    world.owners.shift_remove(user);
    world.tokens.retain(|_, token| token.user != *user);
    message("The account has been deleted")
}

fn update_avatar(world: &mut World, request: &Request<'_>) -> Outcome {
    let media = request.headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let url = super::file::keep_avatar(world, media, request.bytes);
    let url = url.ok_or_else(|| Refusal::invalid("the sandbox has no room for more contents"))?;
    world.account_mut(&request.caller).profile["avatar"] = url.as_str().into();
    json_of(json!({ "url": url }))
}

fn change_password(world: &mut World, request: &Request<'_>) -> Outcome {
    if request.text("oldPassword") != world.account(&request.caller).password {
        return Err(refusals::WRONG_PASSWORD.with([]));
    }
    world.account_mut(&request.caller).password = request.text("newPassword").to_owned();
    if request.body["dropTokens"] == true {
        world.revoke(&request.caller, None);
    }
    message("The password has been changed")
}

fn list_emails(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(json!(world.account(&request.caller).emails))
}

fn add_email(world: &mut World, request: &Request<'_>) -> Outcome {
    let address = request.param("emailAddress");
    if !address.contains('@') {
        return Err(refusals::EMAIL_FORMAT.with([address]));
    }
    if address == TAKEN {
        return Err(refusals::EMAIL_TAKEN.with([address]));
    }
    let account = world.account_mut(&request.caller);
    let known = account.emails.iter().position(|own| own == address);
    if request.body["make_primary"] == true {
        let index = known.ok_or_else(|| refusals::EMAIL_NOT_YOURS.with([address]))?;
        let before = account.profile["email"].as_str().unwrap_or_default().to_owned();
        account.emails[index] = before;
        account.profile["email"] = address.into();
        return message("The primary e-mail address has been changed");
    }
    if known.is_some() || account.profile["email"] == address {
        return Err(refusals::EMAIL_ALREADY.with([address]));
    }
    account.emails.push(address.to_owned());
    message("An e-mail to confirm the address has been sent")
}

fn delete_email(world: &mut World, request: &Request<'_>) -> Outcome {
    let address = request.param("emailAddress");
    let index = world.account(&request.caller).emails.iter().position(|own| own == address);
    world
        .account_mut(&request.caller)
        .emails
        .remove(index.ok_or_else(|| Refusal::not_found("E-mail address", address))?);
    message("The e-mail address has been removed")
}
