//! Runtimes and flavors for applications: a fixed list.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("list_runtimes", list), ("get_runtime", get), ("list_flavors", flavors)];

/// Name, memory in MiB, CPUs, price.
const FLAVORS: &[(&str, u64, u64, f64)] = &[
    ("pico", 256, 1, 0.006),
    ("nano", 512, 1, 0.0083),
    ("XS", 1_152, 1, 0.0222),
    ("S", 2_048, 2, 0.0444),
    ("M", 4_096, 4, 0.1),
    ("L", 8_192, 6, 0.2),
    ("XL", 16_384, 8, 0.4),
    ("2XL", 24_576, 12, 0.6),
    ("3XL", 32_768, 16, 0.8),
];

/// Type, version, slug and name of the variant, what builds it, whether it can be chosen.
const RUNTIMES: &[(&str, &str, &str, &str, &str, bool)] = &[
    ("docker", "20260101", "docker", "Docker", "docker", true),
    ("java", "20260101", "jar", "Java or Groovy + Jar", "jar", true),
    ("java", "20260101", "maven", "Java + Maven", "maven", true),
    ("node", "8", "node", "Node.js & Bun", "node", false),
    ("node", "20260101", "node", "Node.js & Bun", "node", true),
    ("php", "8", "php", "PHP", "php", true),
    ("python", "2", "python", "Python", "python", false),
    ("python", "20260101", "python", "Python", "python", true),
    ("rust", "20260101", "rust", "Rust", "rust", true),
    ("static", "20260101", "static", "Static", "static", true),
];

fn list(world: &mut World, _: &Request<'_>) -> Outcome {
    json_of((0..RUNTIMES.len()).map(|index| runtime(world, index)).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let (kind, version) = (request.param("runtimeType"), request.param("runtimeVersion"));
    let index = RUNTIMES
        .iter()
        .position(|row| row.0 == kind && row.1 == version)
        .ok_or_else(|| Refusal::not_found("Runtime", &format!("{kind}-{version}")))?;
    json_of(runtime(world, index))
}

fn flavors(_: &mut World, _: &Request<'_>) -> Outcome {
    json_of(FLAVORS.iter().map(|row| flavor_of(*row)).collect::<Value>())
}

fn runtime(world: &World, index: usize) -> Value {
    let (kind, version, slug, name, build, enabled) = RUNTIMES[index];
    json!({
        "type": kind,
        "version": version,
        "name": name,
        "variant": {
            "id": world.fixed_uuid(&["variant", slug]),
            "slug": slug,
            "name": name,
            "deployType": build,
            "logo": format!("https://assets.sandbox.example/{slug}.svg"),
        },
        "description": format!("{name} in the sandbox"),
        "enabled": enabled,
        "comingSoon": false,
        "maxInstances": MAX_INSTANCES,
        "tags": [],
        "deployments": ["git"],
        "flavors": FLAVORS.iter().map(|row| flavor_of(*row)).collect::<Value>(),
        "defaultFlavor": flavor("XS"),
        "buildFlavor": flavor("M"),
    })
}

/// The variant of a runtime, by its id or its slug; of the last runtime that has it.
pub(crate) fn variant(world: &World, id: &str) -> Option<Value> {
    let index =
        RUNTIMES.iter().rposition(|row| row.2 == id || world.fixed_uuid(&["variant", row.2]) == id)?;
    Some(runtime(world, index)["variant"].take())
}

/// A size by its name, in capitals or not; `XS` for one that is not known.
pub(crate) fn flavor(name: &str) -> Value {
    let known = FLAVORS.iter().find(|row| row.0.eq_ignore_ascii_case(name));
    flavor_of(*known.unwrap_or(&FLAVORS[2]))
}

/// Name and price of every size, by the hour.
pub(super) fn prices() -> impl Iterator<Item = (&'static str, f64)> {
    FLAVORS.iter().map(|row| (row.0, row.3))
}

/// Every size.
pub(crate) fn all_flavors() -> Value {
    FLAVORS.iter().map(|row| flavor_of(*row)).collect()
}

/// Place of a flavor among all of them, the smallest first.
pub(super) fn rank(name: &str) -> Result<usize, Refusal> {
    let rank = FLAVORS.iter().position(|row| row.0.eq_ignore_ascii_case(name));
    rank.ok_or_else(|| refusals::UNKNOWN_FLAVOR.with([name]))
}

/// Most instances of an application.
pub(super) const MAX_INSTANCES: i64 = 40;

/// Refuses a runtime that does not exist, or does not have the variant.
pub(super) fn check_runtime(world: &World, kind: &str, version: &str, variant: &str) -> Result<(), Refusal> {
    let named = format!("{kind} {version}");
    let mut rows = RUNTIMES.iter().filter(|row| row.0 == kind && row.1 == version).peekable();
    if rows.peek().is_none() {
        return Err(refusals::UNKNOWN_RUNTIME.with([&named]));
    }
    let is_meant = |slug: &str| slug == variant || world.fixed_uuid(&["variant", slug]) == variant;
    let found = rows.any(|row| is_meant(row.2));
    found.then_some(()).ok_or_else(|| refusals::UNKNOWN_VARIANT.with([variant, &named]))
}

fn flavor_of((name, mem, cpus, price): (&str, u64, u64, f64)) -> Value {
    json!({
        "name": name,
        "mem": mem,
        "cpus": cpus,
        "gpus": 0,
        "disk": mem * 10,
        "price": price,
        "price_id": format!("apps.{name}"),
        "available": true,
        "microservice": mem < 1_000,
        "machine_learning": false,
        "nice": 0,
        "memory": { "unit": "B", "value": mem * 1_048_576, "formatted": format!("{mem} MiB") },
        "cpuFactor": 1.0,
        "memFactor": 1.0,
    })
}
