//! Metrics of applications and add-ons: series that follow from what runs, and from the requests that were made.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Handler, read_date};
use crate::engine::random::mix;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Application, State, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("list_metrics", list)];

/// Name, unit, and the usual span of values. The names are those that the JavaScript client knows.
const METRICS: [(&str, &str, f64, f64); 3] =
    [("cpu", "%", 4.0, 38.0), ("mem", "%", 22.0, 61.0), ("load1", "", 0.05, 0.9)];

/// Most points of a series.
const POINTS: i64 = 10_000;

/// Time until the memory of a new instance is in use, in seconds.
const WARM: f64 = 600.0;

/// Reads a duration such as `PT30M` or `P1D`, of which a day has 24 hours.
fn duration(request: &Request<'_>, name: &str, usual: &str) -> Result<SignedDuration, Refusal> {
    let text = request.query(name).unwrap_or(usual);
    let read = text.parse::<jiff::Span>().ok();
    let start = jiff::civil::date(2_024, 1, 1);
    let duration = read.and_then(|span| span.to_duration(start).ok()).filter(SignedDuration::is_positive);
    duration.ok_or_else(|| refusals::NOT_A_DURATION.with([name, text, usual]))
}

/// An instance of an application, or an add-on: when it began to start, when it was up, and when it ended, in seconds.
struct Run {
    created: f64,
    up: f64,
    down: f64,
}

fn seconds(time: Timestamp) -> f64 {
    time.as_microsecond() as f64 / 1e6
}

fn runs(application: &Application) -> Vec<Run> {
    let instances = application.instances.values().filter(|instance| !instance.is_build);
    let run = instances.map(|instance| {
        let deployment = application.deployments.get(&instance.deployment);
        let up = deployment.and_then(|own| own.steps.iter().find(|(state, _)| *state == State::Succeeded));
        Run {
            created: seconds(instance.created),
            up: up.map_or(f64::INFINITY, |(_, time)| seconds(*time)),
            down: instance.deleted.map_or(f64::INFINITY, seconds),
        }
    });
    run.collect()
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("resourceId");
    let (interval, span) = (duration(request, "interval", "PT30M")?, duration(request, "span", "PT2M")?);
    let end = request.query("end").map_or(Ok(world.now), read_date)?;
    let step = span.as_secs().max(1);
    let points = interval.as_secs() / step;
    if points > POINTS {
        return Err(refusals::TOO_MANY_POINTS.with([&POINTS.to_string()]));
    }
    let fills = request.query("fill") != Some("false");
    let application = world.application(id).ok();
    let runs = match (application, world.addon(id)) {
        (Some(application), _) => runs(application),
        (None, Ok(addon)) => {
            let created = addon.wire["creationDate"].as_f64().unwrap_or(0.0) / 1e3;
            vec![Run { created, up: created, down: f64::INFINITY }]
        }
        (None, Err(_)) => Vec::new(),
    };
    let now = seconds(world.now);
    let only: Vec<&str> = request.query_all("only").collect();
    let wanted = METRICS.iter().filter(|(name, ..)| only.is_empty() || only.contains(name));
    let series = wanted.map(|(name, unit, least, most)| {
        let last = end.as_second().div_euclid(step) * step;
        let data = (0..points).rev().filter_map(|index| {
            let at = Timestamp::from_second(last - index * step).ok()?;
            let time = seconds(at);
            let alive = runs.iter().filter(|run| run.created <= time && time < run.down && time <= now);
            let usual = usual(world.seed, id, name, at, *least, *most);
            let from = at.as_microsecond().saturating_sub(step.saturating_mul(1_000_000));
            let visits = application.map_or(0, |own| own.visits_in(from, at.as_microsecond()).count());
            let (mut sum, mut count) = (0.0, 0.0);
            for run in alive {
                sum += of_run(name, run, time, usual, *most);
                count += 1.0;
            }
            if count == 0.0 {
                let filled = json!({ "timestamp": at.as_microsecond(), "value": "0" });
                return fills.then_some(filled);
            }
            let more = load(name, visits as f64 / step as f64 / count);
            let ceiling = if *unit == "%" { 99.0 } else { f64::INFINITY };
            let value = (sum / count + more).min(ceiling);
            Some(json!({ "timestamp": at.as_microsecond(), "value": format!("{value:.3}") }))
        });
        json!({ "name": name, "resource": id, "unit": unit, "data": data.collect::<Value>() })
    });
    json_of(series.collect::<Value>())
}

/// A wave over the day with some noise, the same whenever it is asked for.
fn usual(seed: u64, id: &str, name: &str, at: Timestamp, least: f64, most: f64) -> f64 {
    let phase = mix(seed, &[id, name]) % 86_400;
    let day = (at.as_second() as f64 + phase as f64) / 86_400.0 * std::f64::consts::TAU;
    let noise = (mix(seed, &[id, name, &at.as_second().to_string()]) % 1_000) as f64 / 1_000.0;
    least + (most - least) * ((day.sin() + 1.0) * 0.35 + noise * 0.3)
}

/// The value of one instance: while it starts, its processor is busy and its memory fills.
fn of_run(name: &str, run: &Run, time: f64, usual: f64, most: f64) -> f64 {
    let starts = time < run.up;
    match name {
        "mem" => usual * ((time - run.created) / WARM).clamp(0.2, 1.0),
        _ if starts => most * 2.2,
        _ => usual,
    }
}

/// What requests add, from their number in a second for each instance.
fn load(name: &str, rate: f64) -> f64 {
    match name {
        "cpu" => rate * 2.0,
        "load1" => rate * 0.05,
        _ => rate * 0.1,
    }
}
