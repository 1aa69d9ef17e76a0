//! Operators: Keycloak, Matomo, Metabase and Otoroshi, by the real id of their add-on.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Content, Outcome, Refusal, Reply, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get_keycloak", get),
    ("get_owner_keycloak", get),
    ("reboot_keycloak", restart),
    ("rebuild_keycloak", restart),
    ("check_keycloak_version", check_version),
    ("update_keycloak_version", update_version),
    ("create_keycloak_network_group", create_network_group),
    ("delete_keycloak_network_group", delete_network_group),
    ("get_matomo", get),
    ("reboot_matomo", restart),
    ("rebuild_matomo", restart),
    ("get_metabase", get),
    ("reboot_metabase", restart),
    ("rebuild_metabase", restart),
    ("check_metabase_version", check_version),
    ("update_metabase_version", update_version),
    ("get_otoroshi", get),
    ("get_otoroshi_config", config),
    ("reboot_otoroshi", restart),
    ("rebuild_otoroshi", restart),
    ("check_otoroshi_version", check_version),
    ("update_otoroshi_version", update_version),
    ("create_otoroshi_network_group", create_network_group),
    ("delete_otoroshi_network_group", delete_network_group),
];

/// Versions of every operator, the oldest first. New ones are installed with the last but one.
const VERSIONS: [&str; 3] = ["1.0.0", "1.1.0", "1.2.0"];

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Addon, Refusal> {
    let id = request.param("addonId");
    let kind = request
        .operation
        .id
        .split('_')
        .find(|word| ["keycloak", "matomo", "metabase", "otoroshi"].contains(word));
    world
        .addon_mut(id)
        .ok()
        .filter(|addon| kind.is_some_and(|kind| addon.real_id.starts_with(kind)))
        .ok_or_else(|| Refusal::not_found("Operator", id))
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(wire(find(world, request)?))
}

fn restart(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    done()
}

fn check_version(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = find(world, request)?;
    let latest = VERSIONS[VERSIONS.len() - 1];
    json_of(json!({
        "installed": addon.details["version"],
        "latest": latest,
        "available": VERSIONS,
        "needUpdate": addon.details["version"] != latest,
    }))
}

fn update_version(world: &mut World, request: &Request<'_>) -> Outcome {
    let target = request.text("targetVersion");
    if !VERSIONS.contains(&target) {
        return Err(refusals::TARGET_VERSION.with([target]).about("targetVersion"));
    }
    let addon = find(world, request)?;
    addon.details["version"] = target.into();
    json_of(wire(addon))
}

fn create_network_group(world: &mut World, request: &Request<'_>) -> Outcome {
    let group = world.id("ng");
    let addon = find(world, request)?;
    if addon.details["features"]["networkGroup"].is_null() {
        addon.details["features"]["networkGroup"] = json!({ "id": group });
    }
    json_of(wire(addon))
}

fn delete_network_group(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = find(world, request)?;
    if addon.details["features"]["networkGroup"].take().is_null() {
        return Err(Refusal::not_found("Network group of", &addon.real_id));
    }
    done()
}

fn config(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = find(world, request)?;
    let config = format!(
        "apiVersion: proxy.otoroshi.io/v1\nkind: GlobalConfig\nmetadata:\n  name: {}\n",
        addon.real_id
    );
    Ok(Reply::from(Content::Text(config)))
}

/// Fields that an operator has beyond those of every add-on.
pub(super) fn details(world: &mut World, kind: &str) -> Value {
    let mut details = json!({
        "version": VERSIONS[VERSIONS.len() - 2],
        "availableVersions": VERSIONS,
        "envVars": {},
    });
    let mut resources = vec![("entrypoint", "app")];
    match kind {
        "keycloak" => resources.extend([("pgsqlId", "postgresql"), ("fsbucketId", "bucket")]),
        "matomo" => resources.extend([("mysqlId", "mysql"), ("redisId", "redis")]),
        "metabase" => resources.push(("pgsqlId", "postgresql")),
        _ => resources.push(("redisId", "redis")),
    }
    for (name, prefix) in resources {
        // Separate ids: the parts of an operator are not applications or add-ons of its owner.
        details["resources"][name] = format!("{prefix}_{}", world.uuid("operator-part")).into();
    }
    if kind == "matomo" {
        details["phpVersion"] = "8".into();
    } else {
        details["javaVersion"] = "21".into();
    }
    if matches!(kind, "keycloak" | "otoroshi") {
        details["initialCredentials"] = json!({ "user": "admin", "password": "sandbox-password" });
        details["features"] = json!({ "networkGroup": null });
    }
    details
}

fn wire(addon: &Addon) -> Value {
    let host = format!("{}.services.sandbox.example", addon.real_id.replace('_', "-"));
    let mut wire = addon.details.clone();
    wire["resourceId"] = addon.real_id.as_str().into();
    wire["addonId"] = addon.id.as_str().into();
    wire["name"] = addon.wire["name"].clone();
    wire["ownerId"] = addon.owner.as_str().into();
    wire["plan"] = addon.wire["plan"]["slug"].as_str().unwrap_or_default().to_uppercase().into();
    wire["accessUrl"] = format!("https://{host}").into();
    if addon.real_id.starts_with("otoroshi_") {
        let url = format!("https://api-{host}");
        wire["api"] = json!({
            "url": url,
            "user": "sandbox-api-user",
            "secret": "sandbox-api-secret",
            "openapi": format!("{url}/api/openapi.json"),
            "swaggerUrl": format!("{url}/api/openapi/ui"),
        });
    }
    wire
}
