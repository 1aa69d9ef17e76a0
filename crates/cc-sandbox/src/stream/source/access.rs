//! The accesses to applications: over HTTP, TCP and SSH, and where they come from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::application::reached;
use super::{Line, Place, Span, one_in};
use crate::engine::random::{mix, uuid};
use crate::world::{Application, State, Visit, World};

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
pub(super) const CITIES: [(&str, &str, f64, f64); 6] = [
    ("Nantes", "FR", 47.2184, -1.5536),
    ("Paris", "FR", 48.8566, 2.3522),
    ("Berlin", "DE", 52.52, 13.405),
    ("Montreal", "CA", 45.5019, -73.5674),
    ("Singapore", "SG", 1.3521, 103.8198),
    ("Dakar", "SN", 14.7167, -17.4677),
];

/// An access to an application: one of the clients that the sandbox invents, or a request that was made.
pub(super) enum Access<'a> {
    Invented { micros: i64, number: u64, instance: &'a str },
    Made(&'a Visit),
}

impl Access<'_> {
    fn place(&self) -> Place {
        match self {
            Self::Invented { micros, number, instance } => {
                Place::new(*micros, &[&name(instance), &number.to_string()])
            }
            Self::Made(visit) => Place::new(visit.at.as_microsecond(), &[&visit.id]),
        }
    }

    /// Number of the city that it comes from, among [`CITIES`].
    pub(super) fn city(&self) -> usize {
        let drawn = match self {
            Self::Invented { number, .. } => number >> 8,
            Self::Made(visit) => mix(0, &[&visit.ip]),
        };
        (drawn / 64) as usize % CITIES.len()
    }

    /// Status of the answer; none for TCP and SSH.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Invented { number, .. } => is_http(number >> 8).then(|| answered(number >> 8).2),
            Self::Made(visit) => Some(visit.status),
        }
    }

    fn line(&self, world: &World, application: &Application) -> Line {
        let (city, country, latitude, longitude) = CITIES[self.city()];
        let place = self.place();
        let peer = |ip: &str, port: u64| {
            json!({
                "ip": ip, "port": port, "city": city, "countryCode": country,
                "geoLocation": { "latitude": latitude, "longitude": longitude },
            })
        };
        let (mut value, instance) = match self {
            Self::Invented { number, instance, .. } => {
                let drawn = number >> 8;
                // Most accesses are over HTTP; the others over TCP, and SSH.
                let (http, to, tls) = match drawn % 16 {
                    0 => (Value::Null, 22, Value::Null),
                    1 | 2 => (Value::Null, 4_040, Value::Null),
                    _ => (http(application, drawn), 443, json!("TLSv1.3")),
                };
                let port = 32_768 + drawn / 512 % 20_000;
                let value = json!({
                    "requestId": uuid(world.seed, &["request", &place.id()]),
                    "bytesIn": 120 + drawn / 7 % 900,
                    "bytesOut": 300 + drawn / 11 % 60_000,
                    "source": peer(&format!("198.51.100.{}", drawn / 3 % 254 + 1), port),
                    "destination": peer("203.0.113.10", to),
                    "tls": tls,
                    "http": http,
                });
                (value, Some(*instance))
            }
            Self::Made(visit) => {
                let value = json!({
                    "requestId": visit.id,
                    "bytesIn": visit.bytes_in,
                    "bytesOut": visit.bytes_out,
                    "source": peer(&visit.ip, 32_768 + mix(0, &[&visit.id]) % 20_000),
                    "destination": peer("203.0.113.10", 443),
                    "tls": "TLSv1.3",
                    "http": {
                        "request": {
                            "host": visit.host, "method": visit.method, "path": visit.path, "scheme": "https",
                        },
                        "response": { "statusCode": visit.status, "time": visit.millis },
                    },
                });
                (value, visit.instance.as_deref())
            }
        };
        value["applicationId"] = application.id.as_str().into();
        value["zone"] = application.text("zone").into();
        if let Some(instance) = instance {
            value["instanceId"] = instance.into();
        }
        Line { place, service: "", deployment: None, instance: instance.map(str::to_owned), value }
    }
}

pub(super) fn lines(world: &World, application: &Application, span: Span) -> Vec<Line> {
    let mut lines = Vec::new();
    each(world, application, span, 1, &mut |access, _| lines.push(access.line(world, application)));
    lines
}

/// Places of origin of requests, one list per period, dated at the end of the period.
pub(super) fn places(world: &World, owner: &str, application: Option<&str>, span: Span) -> Vec<Line> {
    let first = span.from.div_euclid(PERIOD) + i64::from(span.from.rem_euclid(PERIOD) > 0);
    let ends = (first..).map(|number| number * PERIOD).take_while(|end| *end < span.to);
    ends.filter_map(|end| {
        let period = Span { from: end - PERIOD, to: end };
        let found = counted(world, owner, application, period, 1, |access| Some(access.city()));
        let found = found.into_iter().map(|(city, count)| {
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

/// Counts the accesses of a span of time to one application of an owner, or to all, by something that they have. Of those that
/// the sandbox invents, it looks at one slot of `stride`, and counts each of them so many times.
pub(super) fn counted<K: Ord>(
    world: &World,
    owner: &str,
    application: Option<&str>,
    span: Span,
    stride: i64,
    key: impl Fn(&Access<'_>) -> Option<K>,
) -> BTreeMap<K, u64> {
    let meant = |own: &&Application| own.owner == owner && application.is_none_or(|id| own.id == id);
    let mut counts = BTreeMap::new();
    for application in world.applications.values().filter(meant) {
        each(world, application, span, stride, &mut |access, weight| {
            if let Some(key) = key(access) {
                *counts.entry(key).or_default() += weight;
            }
        });
    }
    counts
}

/// Calls a function with each access, and with the number of accesses that it stands for.
fn each(
    world: &World,
    application: &Application,
    span: Span,
    stride: i64,
    found: &mut dyn FnMut(&Access<'_>, u64),
) {
    for instance in application.instances.values().filter(|instance| !instance.is_build) {
        let deployment = application.deployments.get(&instance.deployment);
        let Some(up) = deployment.and_then(|own| reached(own, State::Succeeded)) else { continue };
        let down = instance.deleted.map_or(i64::MAX, Timestamp::as_microsecond);
        let span = Span { from: span.from.max(up.as_microsecond()), to: span.to.min(down) };
        if span.from < span.to {
            for moment in one_in(stride, world.seed, &name(&instance.id), SLOT, MOST, span) {
                let (micros, number) = (moment.micros, moment.number);
                found(&Access::Invented { micros, number, instance: &instance.id }, stride.unsigned_abs());
            }
        }
    }
    for visit in application.visits_in(span.from, span.to) {
        found(&Access::Made(visit), 1);
    }
}

/// Name of the accesses to an instance that the sandbox invents.
fn name(instance: &str) -> String {
    format!("accesses {instance}")
}

fn is_http(drawn: u64) -> bool {
    drawn % 16 > 2
}

/// Method, path and status of an access over HTTP.
fn answered(drawn: u64) -> (&'static str, String, u16) {
    match drawn / 16 % 8 {
        0 => ("POST", "/api/orders".to_owned(), 201),
        1 => ("GET", "/api/missing".to_owned(), 404),
        2 => ("GET", "/api/slow".to_owned(), 504),
        _ => ("GET", format!("/api/items/{}", drawn / 128 % 500), 200),
    }
}

fn http(application: &Application, drawn: u64) -> Value {
    let host = application.domains.first().map_or("sandbox.example", |domain| domain.trim_end_matches('/'));
    let (method, path, status) = answered(drawn);
    json!({
        "request": { "host": host, "method": method, "path": path, "scheme": "https" },
        "response": { "statusCode": status, "time": drawn / 13 % 400 + 1 },
    })
}
