//! Zones: a fixed list.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("list_zones", list), ("get_zone", get), ("list_legacy_zones", list_legacy)];

/// Name, city, country and its code, latitude, longitude, tags beside `for:applications`.
type Row = (&'static str, &'static str, &'static str, &'static str, f64, f64, &'static [&'static str]);

/// The tag of zones for health data.
const HDS: &str = "certification:hds";

const ZONES: &[Row] = &[
    ("mtl", "Montreal", "Canada", "CA", 45.50, -73.61, &["infra:ovh"]),
    ("par", "Paris", "France", "FR", 48.87, 2.33, &["infra:clever-cloud", "region:eu"]),
    ("parhds", "Paris", "France", "FR", 48.87, 2.33, &["infra:clever-cloud", "region:eu", HDS]),
    ("rbx", "Roubaix", "France", "FR", 50.69, 3.17, &["infra:ovh", "region:eu"]),
    ("wsw", "Warsaw", "Poland", "PL", 52.23, 21.01, &["infra:ovh", "region:eu"]),
];

/// Returns `true` if a zone has this name.
pub(super) fn exists(name: &str) -> bool {
    ZONES.iter().any(|row| row.0 == name)
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let zones = ZONES.iter().filter(|row| is_asked_for(world, request, row));
    json_of(zones.map(|row| zone(world, row)).collect::<Value>())
}

/// The zones as v2 lists them.
fn list_legacy(_: &mut World, _: &Request<'_>) -> Outcome {
    let zone = |row: &Row| json!({ "name": row.0, "internal": false, "correspondingRegion": row.0 });
    json_of(ZONES.iter().map(zone).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("zoneName");
    let row = ZONES.iter().find(|row| row.0 == name && is_asked_for(world, request, row));
    json_of(zone(world, row.ok_or_else(|| Refusal::not_found("Zone", name))?))
}

/// Returns `true` if a zone has the requested tag and the requested owner may use it: health data (HDS)
/// require a contract, which only organisations have here, and an unknown owner may use none.
fn is_asked_for(world: &World, request: &Request<'_>, row: &Row) -> bool {
    let has_tag = request.query("tag").is_none_or(|tag| tags(row).any(|own| own == tag));
    has_tag
        && request.query("ownerId").is_none_or(|owner| {
            world.owners.contains_key(owner)
                && (owner.starts_with("orga_") || !tags(row).any(|tag| tag == HDS))
        })
}

fn tags(row: &Row) -> impl Iterator<Item = &'static str> {
    ["for:applications"].into_iter().chain(row.6.iter().copied())
}

fn zone(world: &World, row: &Row) -> Value {
    let &(name, city, country, code, lat, lon, _) = row;
    json!({
        "id": world.fixed_uuid(&["zone", name]),
        "name": name,
        "city": city,
        "country": country,
        "countryCode": code,
        "displayName": format!("{city} ({name})"),
        "lat": lat,
        "lon": lon,
        "outboundIPs": ["192.0.2.1", "192.0.2.2"],
        "tags": tags(row).collect::<Vec<_>>(),
    })
}
