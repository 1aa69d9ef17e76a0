//! Migrations of add-ons to other plans, zones or versions: they run for a while, and then the add-on has moved.

use std::time::Duration;

use serde_json::{Value, json};

use super::addon::check_plan;
use super::{Handler, provider};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, Change, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_migrations", list),
    ("start_migration", start),
    ("get_migration", get),
    ("cancel_migration", cancel),
    ("get_migration_preorder", preorder),
];

/// Duration of a migration.
const LASTS: Duration = Duration::from_secs(60);

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let migrations = &world.addon(request.param("addonId"))?.migrations;
    json_of(migrations.values().rev().cloned().collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("migrationId");
    let migration = world.addon(request.param("addonId"))?.migrations.get(id);
    json_of(migration.ok_or_else(|| Refusal::not_found("Migration", id))?.clone())
}

fn start(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon(request.param("addonId"))?;
    if addon.migrations.values().any(|migration| migration["status"] == "RUNNING") {
        return Err(refusals::MIGRATION_RUNS.with([]));
    }
    let known = &addon.provider;
    let provider = provider::find(known).ok_or_else(|| Refusal::not_found("Add-on provider", known))?;
    let plan = check_plan(world, provider, request.text("planId"), &request.body)?;
    let (id, region) = (world.id("migration"), request.text("region").to_owned());
    let now = world.now.to_string();
    let migration = json!({
        "migrationId": id,
        "requestDate": now,
        "status": "RUNNING",
        "steps": [{ "value": "RETRIEVE_ADDON", "status": "RUNNING", "startDate": now }],
    });
    let addon = world.addon_mut(request.param("addonId"))?;
    addon.migrations.insert(id.clone(), migration.clone());
    let addon = addon.id.clone();
    world.later(LASTS, Change::EndMigration { addon, migration: id, plan, region });
    json_of(migration)
}

/// What the add-on would cost on another plan.
fn preorder(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = world.addon(request.param("addonId"))?;
    let id = request.query("planId").unwrap_or_default();
    let plan = provider::find(&addon.provider).and_then(|provider| provider.find_plan(world, id));
    let plan = plan.ok_or_else(|| Refusal::invalid(format!("{id} is not a plan")))?;
    let owner = world.owners.get(&addon.owner).map(|owner| owner.wire.clone()).unwrap_or_default();
    let text = |name: &str| owner[name].as_str().unwrap_or_default();
    let price = &plan["price"];
    json_of(json!({
        "ownerId": addon.owner,
        "target": text("name"),
        "emissionDate": world.now.as_millisecond(),
        "name": text("name"),
        "company": text("company"),
        "VAT": text("VAT"),
        "type": "ADDON_PREORDER",
        "lines": [{
            "type": "Credits",
            "description": format!("{} {}", addon.provider, plan["slug"].as_str().unwrap_or_default()),
            "quantity": 1.0,
            "tva": 20.0,
            "price_unit_ht": price,
            "price_total_ht": price,
            "pack": plan["name"],
            "dropQuantity": price,
            "coupon": 0.0,
            "discount": 0.0,
        }],
    }))
}

fn cancel(world: &mut World, request: &Request<'_>) -> Outcome {
    end(world, request.param("addonId"), request.param("migrationId"), "ABORTED")?;
    done()
}

/// Ends a migration that runs: the add-on has its new plan and zone.
pub(super) fn finish(world: &mut World, addon: &str, id: &str, plan: Value, region: String) {
    if end(world, addon, id, "OK").is_ok()
        && let Ok(addon) = world.addon_mut(addon)
    {
        addon.wire["plan"] = plan;
        addon.wire["region"] = region.into();
    }
}

/// Ends a migration that runs.
fn end(world: &mut World, addon: &str, id: &str, status: &str) -> Result<(), Refusal> {
    let now = world.now.to_string();
    let addon: &mut Addon = world.addon_mut(addon)?;
    let migration = addon.migrations.get_mut(id).filter(|migration| migration["status"] == "RUNNING");
    let migration = migration.ok_or_else(|| Refusal::not_found("Migration under way", id))?;
    migration["status"] = status.into();
    migration["steps"][0]["status"] = status.into();
    migration["steps"][0]["endDate"] = now.into();
    Ok(())
}
