//! Zones: a fixed list.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("list_zones", list), ("get_zone", get)];

/// Name, city, country and its code, latitude, longitude, tags beside `for:applications`.
type Row = (&'static str, &'static str, &'static str, &'static str, f64, f64, &'static [&'static str]);

const ZONES: &[Row] = &[
    ("mtl", "Montreal", "Canada", "CA", 45.50, -73.61, &["infra:ovh"]),
    ("par", "Paris", "France", "FR", 48.87, 2.33, &["infra:clever-cloud", "region:eu"]),
    (
        "parhds",
        "Paris",
        "France",
        "FR",
        48.87,
        2.33,
        &["infra:clever-cloud", "region:eu", "certification:hds"],
    ),
    ("rbx", "Roubaix", "France", "FR", 50.69, 3.17, &["infra:ovh", "region:eu"]),
    ("wsw", "Warsaw", "Poland", "PL", 52.23, 21.01, &["infra:ovh", "region:eu"]),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let tag = request.query("tag");
    let wanted = |zone: &Value| {
        tag.is_none_or(|tag| zone["tags"].as_array().is_some_and(|tags| tags.iter().any(|own| own == tag)))
    };
    json_of(ZONES.iter().map(|row| zone(world, row)).filter(wanted).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("zoneName");
    let row = ZONES.iter().find(|row| row.0 == name).ok_or_else(|| Refusal::not_found("Zone", name))?;
    json_of(zone(world, row))
}

fn zone(world: &World, &(name, city, country, code, lat, lon, extra): &Row) -> Value {
    let tags: Vec<&str> = ["for:applications"].iter().chain(extra).copied().collect();
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
        "tags": tags,
    })
}
