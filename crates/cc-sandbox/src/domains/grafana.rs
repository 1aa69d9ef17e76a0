//! Grafana: on or off for each owner.

use serde_json::json;

use super::Handler;
use crate::engine::random::mix;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("get_grafana", get), ("create_grafana", create), ("delete_grafana", delete), ("reset_grafana", get)];

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let owner = request.owner();
    if !world.grafanas.contains(owner) {
        return Err(Refusal::not_found("Grafana of", owner));
    }
    json_of(json!({ "id": mix(world.seed, &["grafana", owner]) % 100_000 }))
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    if !world.grafanas.insert(request.owner().to_owned()) {
        return Err(refusals::GRAFANA_ON.with([]));
    }
    done()
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    if !world.grafanas.remove(request.owner()) {
        return Err(Refusal::not_found("Grafana of", request.owner()));
    }
    done()
}
