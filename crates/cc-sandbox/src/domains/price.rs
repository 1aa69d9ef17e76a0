//! Prices of a zone: sizes of instances by the hour, and quantities that are counted.

use serde_json::{Value, json};

use super::{Handler, product};
use crate::engine::reply::{Outcome, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("get_price_system", prices), ("get_public_price_system", prices)];

/// Service, unit of its quantity, price of a thousand million of them.
const COUNTED: [(&str, &str, f64); 3] = [
    ("cellar.storage", "bytes", 0.02),
    ("cellar.outbound", "bytes", 0.09),
    ("fsbucket.storage", "bytes", 0.15),
];

fn prices(world: &mut World, request: &Request<'_>) -> Outcome {
    let zone = request.query("zone_id").unwrap_or_default();
    let id = |name: &str| world.fixed_uuid(&["price", zone, name]);
    let runtime = product::prices().map(|(flavor, price)| {
        json!({
            "runtime_policy_id": id(flavor),
            "source": "apps",
            "flavor": flavor,
            "time_unit": "PT1H",
            "price": price,
            "slug_id": format!("apps.{flavor}"),
        })
    });
    let countable = COUNTED.iter().map(|(service, unit, price)| {
        json!({
            "countable_policy_id": id(service),
            "service": service,
            "data_unit": unit,
            "data_quantity_for_price": { "secability": "SECABLE", "quantity": 1_000_000_000.0 },
            "time_interval_for_price": { "secability": "INSECABLE", "interval": 30.0 * 86_400.0 },
            "price_plans": [{ "plan_id": id(&format!("{service}.plan")), "max_quantity": null, "price": price }],
        })
    });
    json_of(json!({
        "zone_id": zone,
        "currency": request.query("currency").unwrap_or("EUR"),
        "runtime": runtime.collect::<Value>(),
        "countable": countable.collect::<Value>(),
    }))
}
