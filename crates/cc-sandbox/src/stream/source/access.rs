//! The accesses to applications: over HTTP, TCP and SSH, and where they come from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::application::reached;
use super::{Line, Place, Span, now_and_then};
use crate::engine::random::uuid;
use crate::world::{Application, State, World};

pub(super) const FIELDS: [&str; 13] = [
    "id",
    "date",
    "applicationId",
    "instanceId",
    "requestId",
    "zone",
    "region",
    "bytesIn",
    "bytesOut",
    "source",
    "destination",
    "tls",
    "http",
];

/// An instance serves up to four accesses in so many microseconds.
const SLOT: i64 = 2_000_000;
const MOST: u64 = 4;

/// Interval of the reports about places of origin, in microseconds.
const PERIOD: i64 = 2_000_000;

/// City, country, latitude and longitude of those who ask.
const CITIES: [(&str, &str, f64, f64); 6] = [
    ("Nantes", "FR", 47.2184, -1.5536),
    ("Paris", "FR", 48.8566, 2.3522),
    ("Berlin", "DE", 52.52, 13.405),
    ("Montreal", "CA", 45.5019, -73.5674),
    ("Singapore", "SG", 1.3521, 103.8198),
    ("Dakar", "SN", 14.7167, -17.4677),
];

pub(super) fn lines(world: &World, application: &Application, span: Span) -> Vec<Line> {
    let accesses = accesses(world, application, span);
    accesses
        .into_iter()
        .map(|(place, drawn, instance)| line(world, application, place, drawn, instance))
        .collect()
}

/// Places of origin of requests, one list per period, dated at the end of the period.
pub(super) fn places(world: &World, owner: &str, application: Option<&str>, span: Span) -> Vec<Line> {
    let first = span.from.div_euclid(PERIOD) + i64::from(span.from.rem_euclid(PERIOD) > 0);
    let meant = |own: &&Application| own.owner == owner && application.is_none_or(|id| own.id == id);
    let applications: Vec<&Application> = world.applications.values().filter(meant).collect();
    let ends = (first..).map(|number| number * PERIOD).take_while(|end| *end < span.to);
    ends.filter_map(|end| {
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for application in &applications {
            for (_, drawn, _) in accesses(world, application, Span { from: end - PERIOD, to: end }) {
                *counts.entry(city(drawn)).or_default() += 1;
            }
        }
        let found = counts.into_iter().map(|(city, count)| {
            let (city, _, lat, long) = CITIES[city];
            json!({ "lat": lat, "long": long, "city": city, "accessCount": count })
        });
        let value: Value = found.collect();
        let some = value.as_array().is_some_and(|found| !found.is_empty());
        let place = Place::new(end, &["requests"]);
        some.then_some(Line { place, service: "", deployment: None, instance: None, value })
    })
    .collect()
}

fn accesses<'a>(world: &World, application: &'a Application, span: Span) -> Vec<(Place, u64, &'a str)> {
    let mut accesses = Vec::new();
    for instance in application.instances.values().filter(|instance| !instance.is_build) {
        let deployment = application.deployments.get(&instance.deployment);
        let Some(up) = deployment.and_then(|own| reached(own, State::Succeeded)) else { continue };
        let down = instance.deleted.map_or(i64::MAX, Timestamp::as_microsecond);
        let span = Span { from: span.from.max(up.as_microsecond()), to: span.to.min(down) };
        if span.from < span.to {
            let name = format!("accesses {}", instance.id);
            let found = now_and_then(world.seed, &name, SLOT, MOST, span);
            accesses.extend(found.map(|moment| (moment.place(), moment.drawn(), instance.id.as_str())));
        }
    }
    accesses
}

fn city(drawn: u64) -> usize {
    (drawn / 64) as usize % CITIES.len()
}

fn line(world: &World, application: &Application, place: Place, drawn: u64, instance: &str) -> Line {
    let (city, country, latitude, longitude) = CITIES[city(drawn)];
    let port = 32_768 + drawn / 512 % 20_000;
    let peer = |ip: &str, port: u64| {
        json!({
            "ip": ip, "port": port, "city": city, "countryCode": country,
            "geoLocation": { "latitude": latitude, "longitude": longitude },
        })
    };
    // Most accesses are over HTTP; the others over TCP, and SSH.
    let (http, to, tls) = match drawn % 16 {
        0 => (Value::Null, 22, Value::Null),
        1 | 2 => (Value::Null, 4_040, Value::Null),
        _ => (http(application, drawn), 443, json!("TLSv1.3")),
    };
    let value = json!({
        "applicationId": application.id,
        "instanceId": instance,
        "requestId": uuid(world.seed, &["request", &place.id()]),
        "zone": application.text("zone"),
        "bytesIn": 120 + drawn / 7 % 900,
        "bytesOut": 300 + drawn / 11 % 60_000,
        "source": peer(&format!("198.51.100.{}", drawn / 3 % 254 + 1), port),
        "destination": peer("203.0.113.10", to),
        "tls": tls,
        "http": http,
    });
    Line { place, service: "", deployment: None, instance: Some(instance.to_owned()), value }
}

fn http(application: &Application, drawn: u64) -> Value {
    let host = application.domains.first().map_or("sandbox.example", |domain| domain.trim_end_matches('/'));
    let (method, path, status) = match drawn / 16 % 8 {
        0 => ("POST", "/api/orders".to_owned(), 201),
        1 => ("GET", "/api/missing".to_owned(), 404),
        2 => ("GET", "/api/slow".to_owned(), 504),
        _ => ("GET", format!("/api/items/{}", drawn / 128 % 500), 200),
    };
    json!({
        "request": { "host": host, "method": method, "path": path, "scheme": "https" },
        "response": { "statusCode": status, "time": drawn / 13 % 400 + 1 },
    })
}
