//! The log of an add-on.

use serde_json::{Value, json};

use super::{Line, Sought, Span, now_and_then};
use crate::engine::random::uuid;
use crate::world::{Addon, World};

pub(super) const FIELDS: [&str; 12] = [
    "id",
    "date",
    "resourceId",
    "hostname",
    "instanceId",
    "zone",
    "region",
    "service",
    "pid",
    "facility",
    "severity",
    "message",
];

/// Length of a slot with up to three lines, in microseconds.
const SLOT: i64 = 10_000_000;
const MOST: u64 = 3;

pub(super) fn lines(world: &World, addon: &Addon, span: Span, sought: Sought<'_>) -> Vec<Line> {
    let created = addon.wire["creationDate"].as_i64().unwrap_or(0).saturating_mul(1_000);
    let span = Span { from: span.from.max(created), ..span };
    // What an add-on says belongs to no deployment.
    if span.from >= span.to || sought.deployment.is_some() {
        return Vec::new();
    }
    let instance = uuid(world.seed, &["instance", &addon.real_id]);
    let kind = addon.real_id.split('_').next().unwrap_or_default();
    let said = now_and_then(world.seed, &addon.real_id, SLOT, MOST, span);
    said.filter_map(|moment| {
        let drawn = moment.drawn();
        let message = message(kind, drawn);
        if !sought.has_message(&message) {
            return None;
        }
        let value: Value = json!({
            "resourceId": addon.real_id,
            "hostname": format!("{kind}-c1-n{}", drawn % 3 + 1),
            "instanceId": instance,
            "zone": addon.wire["region"],
            "service": service(kind),
            "pid": 2_000 + drawn % 64,
            "facility": "daemon",
            "severity": if drawn % 16 == 0 { "warning" } else { "info" },
            "message": message,
        });
        let instance = Some(instance.clone());
        Some(Line { place: moment.place(), service: service(kind), deployment: None, instance, value })
    })
    .collect()
}

fn service(kind: &str) -> &'static str {
    match kind {
        "postgresql" => "postgresql",
        "mysql" => "mysqld",
        "redis" => "redis-server",
        "mongodb" => "mongod",
        "elasticsearch" => "elasticsearch",
        _ => "addon",
    }
}

fn message(kind: &str, drawn: u64) -> String {
    let number = drawn / 16 % 1_000;
    match (kind, drawn % 4) {
        ("postgresql" | "mysql", 0) => format!("checkpoint complete: wrote {number} buffers"),
        ("postgresql" | "mysql", 1) => {
            format!("connection authorized: user=sandbox port={}", 40_000 + number)
        }
        ("redis", 0) => format!("{number} changes in 60 seconds. Saving..."),
        ("redis", 1) => "Background saving terminated with success".to_owned(),
        (_, 2) => format!("duration: {number} ms"),
        (_, 3) => format!("connection closed after {number} s"),
        _ => format!("health check answered in {number} ms"),
    }
}
