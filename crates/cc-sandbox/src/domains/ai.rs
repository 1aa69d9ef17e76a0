//! AI add-ons beyond their endpoints: providers of models, and the budgets of endpoints.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("get_ai_providers", providers), ("list_ai_budgets", budgets), ("get_ai_budget", budget)];

const ENDPOINTS: &str = "ai/ai/endpoints";

/// The providers that the endpoints of an add-on lead to. No source documents the schema.
fn providers(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now;
    let rows = world.collections.rows(ENDPOINTS, &request.path, now);
    let mut targets: Vec<&Value> = rows.iter().filter_map(|row| row.value.get("otoroshiTarget")).collect();
    targets.dedup();
    json_of(targets.into_iter().map(|target| json!({ "id": target })).collect::<Value>())
}

/// The budgets in the free part of an endpoint.
fn of_endpoint(world: &mut World, request: &Request<'_>) -> Result<Vec<Value>, Refusal> {
    let id = request.param("endpointId");
    let now = world.now;
    let row = world.collections.row(ENDPOINTS, &request.path, now);
    let row = row.ok_or_else(|| Refusal::not_found("Endpoint", id))?;
    let budgets = row.value.get("endpoint").map(|endpoint| &endpoint["budgets"]);
    Ok(budgets.and_then(Value::as_array).cloned().unwrap_or_default())
}

fn budgets(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(Value::Array(of_endpoint(world, request)?))
}

fn budget(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("budgetId");
    let found = of_endpoint(world, request)?.into_iter().find(|budget| budget["id"] == id);
    json_of(found.ok_or_else(|| Refusal::not_found("Budget", id))?)
}
