//! Add-ons as their providers show them: connection data, plan, zone and status, by real id.

use serde_json::{Map, Value, json};

use super::{Handler, provider};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::world::{Addon, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("delete_cellar", delete),
    ("delete_materia_kv", delete),
    ("list_vendor_addons", vendor_list),
    ("update_vendor_addon", configure),
    ("finish_vendor_addon_migration", configure),
    ("bill_vendor_addon", bill),
    ("get_vendor_addon_logs_collector", collector),
    ("provision_vendor_addon", provision),
];

/// Operations that show one add-on, with the prefix of its real id; an empty prefix stands for any.
const VIEWS: [(&str, &str); 18] = [
    ("get_addon_connection", ""),
    ("get_provider_addon", ""),
    ("get_vendor_addon", ""),
    ("get_ai_addon", "ai_"),
    ("get_cellar", "cellar_"),
    ("get_cellar_info", "cellar_"),
    ("get_cellar_credentials", "cellar_"),
    ("get_config_provider", "config_"),
    ("get_cumulocity", "cumulocity_"),
    ("get_elasticsearch", "elasticsearch_"),
    ("get_elasticsearch_info", "elasticsearch_"),
    ("get_jenkins", "jenkins_"),
    ("get_mongodb", "mongodb_"),
    ("get_mysql", "mysql_"),
    ("get_postgresql", "postgresql_"),
    ("get_materia_kv", "kv_"),
    ("get_materia_ts", "ts_"),
    ("get_materia_ts_quota", "ts_"),
];

/// Returns `true` if an operation shows one add-on.
pub(crate) fn serves(operation: &str) -> bool {
    VIEWS.iter().any(|(id, _)| *id == operation)
}

/// The add-on that a request is about, and what is known of it by the names of fields.
pub(crate) fn facts(world: &World, request: &Request<'_>) -> Result<(String, Map<String, Value>), Refusal> {
    let id = request.param("addonId");
    let prefix = VIEWS.iter().find(|(own, _)| *own == request.operation.id).map_or("", |(_, prefix)| prefix);
    let addon = world.addon(id)?;
    if !addon.real_id.starts_with(prefix) {
        return Err(Refusal::not_found("Add-on", id));
    }
    Ok((addon.real_id.clone(), known(world, addon)))
}

fn known(world: &World, addon: &Addon) -> Map<String, Value> {
    let plan = addon.wire["plan"]["slug"].as_str().unwrap_or_default();
    let created = addon.wire["creationDate"].as_i64().unwrap_or_default();
    let created = jiff::Timestamp::from_millisecond(created).unwrap_or(world.now).to_string();
    let name = addon.wire["name"].as_str().unwrap_or_default();
    let owner = world.owners.get(&addon.owner).map(|owner| owner.wire["name"].clone());
    let mut facts = Map::new();
    let mut tell = |names: &[&str], value: Value| {
        for name in names {
            facts.insert((*name).to_owned(), value.clone());
        }
    };
    tell(&["id", "resourceId"], addon.real_id.as_str().into());
    tell(&["addonId", "app_id"], addon.id.as_str().into());
    tell(&["ownerId", "owner_id"], addon.owner.as_str().into());
    tell(&["owner_name"], owner.unwrap_or_default());
    tell(&["name"], name.into());
    tell(&["plan", "planIdentifier"], plan.to_uppercase().into());
    tell(&["zone", "region"], addon.wire["region"].clone());
    tell(&["creation_date", "creationDate"], created.into());
    tell(&["version"], provider::version(&addon.real_id).into());
    tell(&["callback_url"], format!("https://callback.sandbox.example/{}", addon.id).into());
    tell(&["env"], crate::world::variables(&addon.environment));
    tell(&["config"], addon.environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect());
    tell(&["port"], port(&addon.real_id).into());
    for (variable, value) in &addon.environment {
        let last = variable.rsplit('_').next().unwrap_or_default();
        let names: &[&str] = match last {
            "HOST" => &["host"],
            "PORT" => {
                tell(&["port"], value.parse::<u16>().unwrap_or_default().into());
                continue;
            }
            "USER" => &["user"],
            "PASSWORD" => &["password"],
            "DB" => &["database"],
            "TOKEN" => &["token"],
            "ID" => &["keyId"],
            "SECRET" => &["keySecret"],
            _ => &[],
        };
        tell(names, value.as_str().into());
    }
    facts
}

fn port(real_id: &str) -> u16 {
    match real_id.split('_').next() {
        Some("postgresql") => 5432,
        Some("mysql") => 3306,
        Some("mongodb") => 27017,
        _ => 6379,
    }
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = world.addon(request.param("addonId"))?.id.clone();
    super::addon::remove(world, &id);
    done()
}

fn vendor_list(world: &mut World, request: &Request<'_>) -> Outcome {
    let mine = world.addons.values().filter(|addon| {
        world.owners.get(&addon.owner).is_some_and(|owner| owner.has_member(&request.caller))
    });
    let first = request.query("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
    let summary = |addon: &Addon| {
        json!({
            "addon_id": addon.real_id,
            "heroku_id": addon.id,
            "provider_id": addon.provider,
            "callback_url": format!("https://callback.sandbox.example/{}", addon.id),
            "plan": addon.wire["plan"]["slug"],
            "owner_id": addon.owner,
        })
    };
    json_of(mine.skip(first).map(summary).collect::<Value>())
}

/// A provider sets the variables of its add-on.
fn configure(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon_mut(request.param("addonId"))?;
    for (name, value) in request.body["config"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        addon.environment.insert(name.clone(), text);
    }
    addon.wire["configKeys"] = addon.environment.keys().cloned().collect();
    json_of(addon.wire.clone())
}

fn bill(world: &mut World, request: &Request<'_>) -> Outcome {
    world.addon(request.param("addonId"))?;
    json_of(json!({ "cost": request.body["cost"] }))
}

fn collector(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon(request.param("addonId"))?;
    json_of(json!({ "addonId": addon.id, "url": format!("https://logs.sandbox.example/{}", addon.real_id) }))
}

/// A provider tells that it has made an add-on. What it leaves out is as for any other.
fn provision(world: &mut World, request: &Request<'_>) -> Outcome {
    let owner = request.body["organisationId"].as_str().unwrap_or(&request.caller).to_owned();
    let wanted = request.body["providerId"].as_str().unwrap_or("config-provider");
    let provider = provider::find(wanted).or_else(|| provider::find("config-provider"));
    let provider = provider.ok_or_else(|| Refusal::not_found("Add-on provider", wanted))?;
    let name = request.body["name"].as_str().unwrap_or("provisioned").to_owned();
    let region = request.body["region"].as_str().unwrap_or("par").to_owned();
    let id = super::addon::make(world, &owner, provider, provider.plans[0], &name, &region);
    let addon = world.addon(&id)?;
    json_of(json!({ "id": addon.real_id, "addonId": id, "config": {}, "message": "provisioned" }))
}
