//! The load balancers in front of applications and add-ons: where DNS records should point.

use serde_json::json;

use super::Handler;
use crate::engine::reply::{Outcome, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("list_application_load_balancers", list), ("list_addon_load_balancers", list)];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let zone = match request.path.get("applicationId") {
        Some(id) => world.application(id)?.text("zone").to_owned(),
        None => world.addon(request.param("addonId"))?.wire["region"].as_str().unwrap_or("par").to_owned(),
    };
    json_of(json!([{
        "id": world.fixed_uuid(&["load-balancer", &zone]),
        "name": zone,
        "zoneId": world.fixed_uuid(&["zone", &zone]),
        "dns": { "cname": format!("domain.{zone}.sandbox.example."), "a": ["192.0.2.10", "192.0.2.11"] },
    }]))
}
