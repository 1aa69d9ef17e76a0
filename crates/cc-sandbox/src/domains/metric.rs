//! Metrics of applications and add-ons: plausible series of the names that the platform has.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::random::mix;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("list_metrics", list)];

/// Name, unit, and the usual span of values. The names are those that the JavaScript client knows.
const METRICS: [(&str, &str, f64, f64); 3] =
    [("cpu", "%", 4.0, 38.0), ("mem", "%", 22.0, 61.0), ("load1", "", 0.05, 0.9)];

/// Most points of a series.
const POINTS: i64 = 10_000;

fn duration(request: &Request<'_>, name: &str, usual: &str) -> Result<SignedDuration, Refusal> {
    let text = request.query(name).unwrap_or(usual);
    let duration = text.parse().ok().filter(|duration: &SignedDuration| duration.is_positive());
    duration.ok_or_else(|| {
        Refusal::invalid(format!("{name}: {text} is not an ISO 8601 duration such as {usual}"))
    })
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("resourceId");
    let (interval, span) = (duration(request, "interval", "PT30M")?, duration(request, "span", "PT2M")?);
    let end = request.query("end").map_or(Ok(world.now), read_date)?;
    let step = span.as_secs().max(1);
    let points = interval.as_secs() / step;
    if points > POINTS {
        return Err(Refusal::invalid(format!("a series has at most {POINTS} points")));
    }
    let only: Vec<&str> = request.query_all("only").collect();
    let wanted = METRICS.iter().filter(|(name, ..)| only.is_empty() || only.contains(name));
    let series = wanted.map(|(name, unit, least, most)| {
        let last = end.as_second().div_euclid(step) * step;
        let data = (0..points).rev().filter_map(|index| {
            let at = Timestamp::from_second(last - index * step).ok()?;
            let value = value(world.seed, id, name, at, *least, *most);
            Some(json!({ "timestamp": at.as_microsecond(), "value": format!("{value:.3}") }))
        });
        json!({ "name": name, "resource": id, "unit": unit, "data": data.collect::<Value>() })
    });
    json_of(series.collect::<Value>())
}

/// A wave over the day with some noise, the same whenever it is asked for.
fn value(seed: u64, id: &str, name: &str, at: Timestamp, least: f64, most: f64) -> f64 {
    let phase = mix(seed, &[id, name]) % 86_400;
    let day = (at.as_second() as f64 + phase as f64) / 86_400.0 * std::f64::consts::TAU;
    let noise = (mix(seed, &[id, name, &at.as_second().to_string()]) % 1_000) as f64 / 1_000.0;
    least + (most - least) * ((day.sin() + 1.0) * 0.35 + noise * 0.3)
}
