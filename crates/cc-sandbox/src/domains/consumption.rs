//! Consumption of resources: the hours that each existed within a period.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::{Addon, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_cellar_consumptions", of_addons),
    ("list_pulsar_consumptions", of_addons),
    ("list_kubernetes_consumptions", of_rows),
    ("list_load_balancer_consumptions", of_rows),
    ("get_keycloak_consumption", of_operator),
    ("get_metabase_consumption", of_operator),
    ("get_otoroshi_consumption", of_operator),
    ("list_consumptions", of_applications),
];

const HOUR: f64 = 3_600_000.0;
const DAY: i64 = 86_400_000;

/// Longest period, so that the number of its days is bounded.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A period, in milliseconds.
#[derive(Clone, Copy)]
struct Period {
    since: i64,
    until: i64,
}

impl Period {
    /// The period of a request. It is the last thirty days unless the request says another one.
    fn asked(
        world: &World,
        said: impl Fn(&str) -> Option<String>,
        [since, until]: [&str; 2],
    ) -> Result<Self, Refusal> {
        let date = |name: &str| said(name).map(|text| read_date(&text)).transpose();
        let before = |time: Timestamp, by| time.checked_sub(by).unwrap_or(Timestamp::MIN);
        let until = date(until)?.unwrap_or(world.now).min(world.now);
        let since = date(since)?.unwrap_or_else(|| before(until, SignedDuration::from_hours(24 * 30)));
        let since = since.max(before(until, LONGEST));
        Ok(Self { since: since.as_millisecond().min(until.as_millisecond()), until: until.as_millisecond() })
    }

    /// Hours of a time span that are in the period.
    fn hours(self, from: i64, to: i64) -> f64 {
        let (from, to) = (from.max(self.since), to.min(self.until));
        (((to - from).max(0) as f64 / HOUR) * 1_000.0).round() / 1_000.0
    }

    fn days(self) -> impl Iterator<Item = Self> {
        let starts = (self.since..self.until).step_by(DAY as usize);
        starts.map(move |since| Self { since, until: (since + DAY).min(self.until) })
    }
}

/// Consumption of something that exists from a time on.
fn wire(
    world: &World,
    period: Period,
    [id, owner, product, region]: [&str; 4],
    created: i64,
    flavor: &str,
) -> Value {
    let date = |millis| Timestamp::from_millisecond(millis).unwrap_or(world.now).to_string();
    let days: Vec<f64> = period.days().map(|day| day.hours(created, i64::MAX)).collect();
    json!({
        "resourceId": id,
        "ownerId": owner,
        "productId": product,
        "regionId": region,
        "since": date(period.since),
        "until": date(period.until),
        "version": 1,
        "consumptions": [{
            "reference": flavor,
            "quantity": period.hours(created, i64::MAX),
            "unit": "hour",
            "resourceId": id,
            "details": { "interval": "P1D", "quantities": days },
        }],
    })
}

fn of_addon(world: &World, period: Period, addon: &Addon) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (region, plan) = (text(&addon.wire["region"]), text(&addon.wire["plan"]["slug"]));
    let created = addon.wire["creationDate"].as_i64().unwrap_or_default();
    wire(world, period, [&addon.real_id, &addon.owner, &addon.provider, &region], created, &plan)
}

fn in_query(request: &Request<'_>) -> impl Fn(&str) -> Option<String> {
    move |name| request.query(name).map(str::to_owned)
}

/// Returns `true` if the query asks for a resource, or for none in particular.
fn is_asked(request: &Request<'_>, id: &str) -> bool {
    let mut wanted = request.query_all("resourceId").peekable();
    wanted.peek().is_none() || wanted.any(|wanted| wanted == id)
}

fn of_addons(world: &mut World, request: &Request<'_>) -> Outcome {
    let period = Period::asked(world, in_query(request), ["since", "until"])?;
    let prefix = if request.operation.id.contains("cellar") { "cellar_" } else { "pulsar_" };
    let meant = |addon: &&Addon| {
        addon.owner == request.owner()
            && addon.real_id.starts_with(prefix)
            && is_asked(request, &addon.real_id)
    };
    let addons = world.addons.values().filter(meant);
    json_of(addons.map(|addon| of_addon(world, period, addon)).collect::<Value>())
}

fn of_rows(world: &mut World, request: &Request<'_>) -> Outcome {
    let period = Period::asked(world, in_query(request), ["since", "until"])?;
    let (collection, product) = match request.operation.id.contains("kubernetes") {
        true => ("kubernetes/clusters", "kubernetes"),
        false => ("loadbalancers/loadbalancers", "loadbalancer"),
    };
    let now = world.now;
    let rows: Vec<Row> =
        world.collections.rows(collection, &request.path, now).into_iter().map(|row| row.clone()).collect();
    let shown = rows.iter().filter_map(|row| {
        let text = |name: &str| row.value.get(name).and_then(Value::as_str).unwrap_or_default();
        let created = row.value.get("createdAt").and_then(Value::as_str).and_then(|date| date.parse().ok());
        let created = created.map_or(0, |created: Timestamp| created.as_millisecond());
        let region = if product == "kubernetes" { text("locationId") } else { text("regionId") };
        let names = [text("id"), request.owner(), product, if region.is_empty() { "par" } else { region }];
        let flavor = if text("flavor").is_empty() { "control-plane" } else { text("flavor") };
        is_asked(request, text("id")).then(|| wire(world, period, names, created, flavor))
    });
    json_of(shown.collect::<Value>())
}

fn of_operator(world: &mut World, request: &Request<'_>) -> Outcome {
    let in_body = |name: &str| match &request.body[name] {
        Value::String(date) => Some(date.clone()),
        Value::Number(millis) => Some(millis.to_string()),
        _ => None,
    };
    let period = Period::asked(world, in_body, ["since", "until"])?;
    json_of(of_addon(world, period, world.addon(request.param("addonId"))?))
}

/// Minutes of the instances of applications. No source documents the schema.
fn of_applications(world: &mut World, request: &Request<'_>) -> Outcome {
    // The spec has no refusal for an invalid date.
    let said = |name: &str| request.query(name).filter(|date| read_date(date).is_ok()).map(str::to_owned);
    let period = Period::asked(world, said, ["from", "to"])?;
    let meant = world.applications.values().filter(|own| {
        own.owner == request.owner() && request.query("appId").is_none_or(|wanted| wanted == own.id)
    });
    let shown = meant.map(|application| {
        let hours = application.instances.values().map(|instance| {
            let end = instance.deleted.map_or(i64::MAX, Timestamp::as_millisecond);
            period.hours(instance.created.as_millisecond(), end)
        });
        json!({
            "appId": application.id,
            "name": application.text("name"),
            "minutes": (hours.sum::<f64>() * 60.0).round(),
        })
    });
    json_of(shown.collect::<Value>())
}
