//! The default small world.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::domains::{addon, application, billing, deployment, drain, own_provider, provider};
use crate::world::{Account, Origin, Owned, Owner, World, add_organisation};

/// Age of the initial world at the start.
const PAST: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Creates the default small world.
pub(crate) fn initial_world(seed: u64, now: Timestamp) -> World {
    let mut world = World::empty(seed, now);
    fill(&mut world);
    world
}

/// Fills an empty world, in its past: by the present everything is done.
fn fill(world: &mut World) {
    let present = world.now;
    world.now = present.checked_sub(PAST).unwrap_or(present);
    let user = world.id("user");
    world.ids.user.clone_from(&user);
    world.accounts.insert(user.clone(), Account::new(&user, world.now));
    world.owners.insert(user.clone(), Owner::new(&user, "Sandbox User", &user));
    world.ids.organisation = add_organisation(world, "Sandbox Organisation", &user);
    world.ids.foreign_organisation = add_organisation(world, "Foreign Organisation", "user_of_someone_else");
    let organisation = world.ids.organisation.clone();
    add_applications(world, &organisation);
    add_addons(world, &organisation);
    world.ids.provider = "sandbox-provider".to_owned();
    own_provider::make(world, &organisation, "sandbox-provider", "Sandbox provider");
    add_consumer(world, &organisation);
    let body = json!({ "kind": "LOG", "recipient": {
        "type": "RAW_HTTP", "url": "https://logs.sandbox.example", "username": "sandbox", "password": "sandbox-password",
    }});
    let application = world.ids.application.clone();
    world.ids.drain = drain::make(world, &organisation, &application, &body);
    for months in (0..12).rev() {
        let emitted = emission(present, months);
        let amount = 100.0 + 5.0 * f64::from(12 - months);
        world.ids.invoice = billing::make(world, &organisation, emitted, amount, months > 0);
    }
    world.settle(present);
}

fn add_consumer(world: &mut World, organisation: &str) {
    let key = format!("sandbox-consumer-{}", world.uuid("consumer"));
    let wire = json!({
        "key": key,
        "name": "Sandbox consumer",
        "description": "A program that acts for users",
        "url": "https://consumer.sandbox.example",
        "picture": "https://assets.sandbox.example/consumer.svg",
        "baseUrl": "https://consumer.sandbox.example/callback",
        "rights": { "access_organisations": true },
    });
    world.ids.consumer.clone_from(&key);
    world.consumers.insert(key, Owned { owner: organisation.to_owned(), wire });
}

fn add_applications(world: &mut World, organisation: &str) {
    let user = world.ids.user.clone();
    let body = json!({
        "name": "api", "instanceType": "node", "instanceVariant": "node", "tags": ["sandbox"],
        "env": { "PORT": "8080", "SECRET_KEY": "sandbox-secret" },
    });
    let api = application::make(world, organisation, &body);
    world.ids.application.clone_from(&api);
    let body = json!({ "name": "worker", "instanceType": "rust", "instanceVariant": "rust" });
    let worker = application::make(world, organisation, &body);
    for id in [&api, &worker] {
        // The application was made just above.
        deployment::start(world, id, None, &user, Origin::Api).ok();
    }
    if let Ok(worker) = world.application_mut(&worker) {
        worker.exposed.insert("WORKER_URL".to_owned(), "https://worker.sandbox.example".to_owned());
    }
    if let Ok(api) = world.application_mut(&api) {
        api.dependencies.push(worker);
    }
    let body = json!({ "name": "site", "instanceType": "static", "instanceVariant": "static" });
    world.ids.personal_application = application::make(world, &user, &body);
}

fn add_addons(world: &mut World, organisation: &str) {
    for (provider, name) in [
        ("postgresql-addon", "database"),
        ("redis-addon", "cache"),
        ("cellar-addon", "files"),
        ("config-provider", "configuration"),
        ("es-addon", "search"),
        ("addon-pulsar", "messages"),
        ("keycloak", "accounts"),
        ("addon-matomo", "visits"),
        ("metabase", "figures"),
        ("otoroshi", "gateway"),
        ("jenkins", "builds"),
        ("kv", "keys"),
    ] {
        let Some(provider) = provider::find(provider) else { continue };
        let id = addon::make(world, organisation, provider, provider.plans[0], name, "par");
        let Ok(addon) = world.addon(&id) else { continue };
        let real_id = addon.real_id.clone();
        world.ids.real_addons.insert(provider.prefix.to_owned(), real_id);
        world.ids.addons.insert(provider.prefix.to_owned(), id);
    }
    world.ids.addon = world.ids.addons.get("postgresql").cloned().unwrap_or_default();
    world.ids.real_addon = world.ids.real_addons.get("postgresql").cloned().unwrap_or_default();
    let (application, addon) = (world.ids.application.clone(), world.ids.addon.clone());
    if let Ok(application) = world.application_mut(&application) {
        application.addons.push(addon);
    }
}

/// A date in each of the months before the present.
fn emission(present: Timestamp, months: u32) -> Timestamp {
    let days = Duration::from_secs(u64::from(30 * months + 1) * 86_400);
    SignedDuration::try_from(days).ok().and_then(|days| present.checked_sub(days).ok()).unwrap_or(present)
}
