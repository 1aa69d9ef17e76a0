//! Add-ons, whoever provides them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::file::{USUAL, Use, link};
use super::provider::{self, Provider};
use super::{Handler, message, network_group, operator, pulsar};
use crate::engine::clock::after;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::kv::account;
use crate::refusals;
use crate::world::{Addon, Application, Shelf, World, variables};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_addons", list),
    ("create_addon", create),
    ("get_addon", get),
    ("update_addon", update),
    ("delete_addon", delete),
    ("change_addon_plan", change_plan),
    ("list_addon_environment", environment),
    ("get_addon_sso", sso),
    ("list_backups", backups),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.addons.values().filter(|addon| addon.owner == request.owner());
    json_of(own.map(|addon| addon.wire.clone()).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(world.addon(request.param("addonId"))?.wire.clone())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.text("providerId");
    let provider = provider::find(id).ok_or_else(|| refusals::UNKNOWN_PROVIDER.with([id]))?;
    let plan = check_plan(world, provider, request.text("plan"), &request.body)?;
    if provider::is_shared(&plan) {
        let options = request.body["options"].as_object().into_iter().flatten();
        let mut asked = options.filter(|(_, value)| *value != "false").map(|(name, _)| name);
        if let Some(option) = asked.find(|name| DEDICATED_ONLY.contains(&name.as_str())) {
            return Err(refusals::DEDICATED_ONLY.with([option]));
        }
    }
    let application = request.body["linkedApp"].as_str();
    if let Some(id) = application
        && world.application(id)?.owner != request.owner()
    {
        return Err(Refusal::not_found("Application", id));
    }
    if plan["price"].as_f64().is_some_and(|price| price > 0.0) {
        world.check_payment(request.owner())?;
    }
    world.check_addon_quota(request.owner())?;
    let slug = plan["slug"].as_str().unwrap_or_default();
    let id = make(world, request.owner(), provider, slug, request.text("name"), request.text("region"));
    if let Some(application) = application {
        world.application_mut(application)?.addons.push(id.clone());
    }
    json_of(world.addon(&id)?.wire.clone())
}

/// Options that a shared plan does not have.
const DEDICATED_ONLY: [&str; 5] = ["encryption", "do-backup", "locale", "direct-host-only", "skip-log-bin"];

/// The plan that a body asks for, with a region and a version that it has.
pub(super) fn check_plan(
    world: &World,
    provider: &Provider,
    plan: &str,
    body: &Value,
) -> Result<Value, Refusal> {
    let Some(plan) = provider.find_plan(world, plan) else {
        return Err(refusals::UNKNOWN_PLAN.with([plan, provider.id]));
    };
    if let Some(region) = body["region"].as_str()
        && !plan["zones"].as_array().is_some_and(|zones| zones.iter().any(|zone| zone == region))
    {
        return Err(refusals::UNKNOWN_REGION.with([region]));
    }
    // A creation has the version among its options.
    for version in [&body["version"], &body["options"]["version"]] {
        if let Some(version) = version.as_str()
            && !provider::has_version(provider, version)
        {
            return Err(refusals::UNKNOWN_VERSION.with([version, provider.id]));
        }
    }
    Ok(plan)
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon_mut(request.param("addonId"))?;
    addon.wire["name"] = request.body["name"].clone();
    json_of(addon.wire.clone())
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    remove(world, request.param("addonId"));
    message("The add-on has been removed")
}

/// Removes an add-on, and everything that is in it or leads to it.
pub(super) fn remove(world: &mut World, id: &str) {
    if let Some(addon) = world.addons.shift_remove(id) {
        world.drains.remove_matching(|drain| drain.resource == addon.real_id);
        network_group::forget(world, &addon.real_id);
        network_group::forget(world, id);
        world.collections.forget(&addon.real_id);
    }
    let is_linked = |application: &Application| application.addons.iter().any(|own| own == id);
    for application in world.applications.matching_mut(is_linked) {
        application.addons.retain(|own| own != id);
    }
}

fn change_plan(world: &mut World, request: &Request<'_>) -> Outcome {
    let (id, plan) = (request.param("addonId"), request.text("planId"));
    let known = &world.addon(id)?.provider;
    let provider = provider::find(known).ok_or_else(|| Refusal::not_found("Add-on provider", known))?;
    let plan = check_plan(world, provider, plan, &request.body)?;
    let addon = world.addon_mut(id)?;
    addon.wire["plan"] = plan;
    json_of(addon.wire.clone())
}

fn environment(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(variables(&world.addon(request.param("addonId"))?.environment))
}

fn sso(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon(request.param("addonId"))?;
    let profile = &world.account(&request.caller).profile;
    json_of(json!({
        "url": format!("https://{}.sandbox.example/sso/login", addon.provider),
        "id": addon.real_id,
        "timestamp": world.now.as_second(),
        "token": "sandbox-sso-token",
        "signature": "sandbox-sso-signature",
        "email": profile["email"],
        "name": profile["name"],
        "user_id": request.caller,
        "userinfo_signature": "sandbox-userinfo-signature",
        "nav-data": "{}",
    }))
}

/// Two backups, of the two days before.
fn backups(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("addonId");
    let addon = world.addon(id)?;
    let start = addon.wire["creationDate"].as_i64().unwrap_or_default();
    let backup = |day: i64| {
        let id = world.fixed_uuid(&["backup", &addon.real_id, &day.to_string()]);
        json!({
            "backup_id": id,
            "entity_id": addon.real_id,
            "status": "DONE",
            "creation_date": jiff::Timestamp::from_millisecond(start - day * 86_400_000).unwrap_or_default().to_string(),
            "delete_at": after(world.now, Duration::from_secs(7 * 86_400)).to_string(),
            "download_url": link(world, Use::Download, &["backups", &addon.real_id, &id], USUAL).0,
        })
    };
    json_of((1..=2).map(backup).collect::<Value>())
}

/// Creates an add-on and returns its id: `addon_…`.
pub(crate) fn make(
    world: &mut World,
    owner: &str,
    provider: &Provider,
    plan: &str,
    name: &str,
    region: &str,
) -> String {
    let (id, real_id) = (world.id("addon"), world.id(provider.prefix));
    let environment: BTreeMap<String, String> = provider
        .variables
        .iter()
        .map(|variable| {
            let of_kv = account::variable(world, &real_id, variable);
            ((*variable).to_owned(), of_kv.unwrap_or_else(|| value_of(variable, provider, &real_id)))
        })
        .collect();
    let wire = json!({
        "id": id,
        "name": name,
        "realId": real_id,
        "region": region,
        "zoneId": world.fixed_uuid(&["zone", region]),
        "provider": provider.summary(),
        "plan": provider.find_plan(world, plan),
        "creationDate": world.now.as_millisecond(),
        "configKeys": provider.variables,
    });
    let details = match provider.prefix {
        "keycloak" | "matomo" | "metabase" | "otoroshi" => operator::details(world, provider.prefix),
        "pulsar" => pulsar::details(world, &real_id),
        _ => Value::Null,
    };
    let addon = Addon {
        id: id.clone(),
        real_id,
        owner: owner.to_owned(),
        provider: provider.id.to_owned(),
        wire,
        environment,
        tags: Vec::new(),
        details,
        migrations: Shelf::new(),
    };
    world.addons.insert(id.clone(), addon);
    id
}

/// A plainly fake value for an environment variable of an add-on.
fn value_of(variable: &str, provider: &Provider, real_id: &str) -> String {
    let host = format!("{}.{}.sandbox.example", real_id.replace('_', "-"), provider.prefix);
    match variable.rsplit('_').next() {
        Some("HOST") => host,
        Some("URI") => format!("{}://sandbox-user:sandbox-password@{host}/sandbox", provider.prefix),
        Some("URL") => format!("https://{host}"),
        Some(last) => format!("sandbox-{}", last.to_lowercase()),
        None => String::new(),
    }
}
