//! Add-on providers that belong to an owner, with their plans and features.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Owned, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_addon_providers", list),
    ("create_addon_provider", create),
    ("get_addon_provider", get),
    ("update_addon_provider", update),
    ("delete_addon_provider", delete),
    ("list_addon_provider_features", list_features),
    ("create_addon_provider_feature", create_feature),
    ("delete_addon_provider_feature", delete_feature),
    ("list_addon_provider_plans", list_plans),
    ("create_addon_provider_plan", create_plan),
    ("get_addon_provider_plan", get_plan),
    ("update_addon_provider_plan", update_plan),
    ("delete_addon_provider_plan", delete_plan),
    ("update_addon_provider_plan_feature", update_plan_feature),
    ("delete_addon_provider_plan_feature", delete_plan_feature),
];

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Value, Refusal> {
    let id = request.param("addonProviderId");
    let own = world.providers.get_mut(id).filter(|provider| provider.owner == request.owner());
    own.map(|provider| &mut provider.wire).ok_or_else(|| Refusal::not_found("Add-on provider", id))
}

fn items<'a>(world: &'a mut World, request: &Request<'_>, name: &str) -> Result<&'a mut Vec<Value>, Refusal> {
    find(world, request)?[name].as_array_mut().ok_or_else(|| Refusal::not_found("List", name))
}

fn plan<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Value, Refusal> {
    let id = request.param("planId");
    let plan = items(world, request, "plans")?.iter_mut().find(|plan| plan["id"] == id);
    plan.ok_or_else(|| Refusal::not_found("Plan", id))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.providers.values().filter(|provider| provider.owner == request.owner());
    json_of(own.map(|provider| provider.wire.clone()).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = match request.text("id") {
        "" => world.id("provider"),
        id => id.to_owned(),
    };
    if world.providers.contains_key(&id) || super::provider::find(&id).is_some() {
        return Err(refusals::PROVIDER_EXISTS.with([&id]));
    }
    json_of(make(world, request.owner(), &id, request.text("name")))
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.clone())
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let provider = find(world, request)?;
    change(provider, &request.body);
    json_of(provider.clone())
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    world.providers.shift_remove(request.param("addonProviderId"));
    done()
}

fn list_features(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(items(world, request, "features")?.clone())
}

fn create_feature(world: &mut World, request: &Request<'_>) -> Outcome {
    items(world, request, "features")?.push(request.body.clone());
    json_of(request.body.clone())
}

/// The name of the feature comes in base64.
fn delete_feature(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("featureId");
    let name = STANDARD.decode(id).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let features = items(world, request, "features")?;
    let index = features.iter().position(|feature| feature["name"] == name.as_str());
    features.remove(index.ok_or_else(|| Refusal::not_found("Feature", id))?);
    done()
}

fn list_plans(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(items(world, request, "plans")?.clone())
}

fn create_plan(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut plan = json!({ "id": world.id("plan"), "features": [], "zones": ["par"] });
    change(&mut plan, &request.body);
    items(world, request, "plans")?.push(plan.clone());
    json_of(plan)
}

fn get_plan(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(plan(world, request)?.clone())
}

fn update_plan(world: &mut World, request: &Request<'_>) -> Outcome {
    let plan = plan(world, request)?;
    change(plan, &request.body);
    json_of(plan.clone())
}

fn delete_plan(world: &mut World, request: &Request<'_>) -> Outcome {
    plan(world, request)?;
    items(world, request, "plans")?.retain(|plan| plan["id"] != request.param("planId"));
    done()
}

/// The features of the plan in the path.
fn plan_features<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Vec<Value>, Refusal> {
    let features = plan(world, request)?["features"].as_array_mut();
    features.ok_or_else(|| Refusal::not_found("Plan", request.param("planId")))
}

/// Changes a feature of a plan, or adds it.
fn update_plan_feature(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("featureName");
    let features = plan_features(world, request)?;
    match features.iter_mut().find(|feature| feature["name"] == name) {
        Some(feature) => change(feature, &request.body),
        None => features.push(request.body.clone()),
    }
    json_of(plan(world, request)?.clone())
}

fn delete_plan_feature(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.param("featureName");
    let features = plan_features(world, request)?;
    let index = features.iter().position(|feature| feature["name"] == name);
    features.remove(index.ok_or_else(|| Refusal::not_found("Feature", name))?);
    done()
}

/// Writes over what the body says, but never the id.
fn change(wire: &mut Value, body: &Value) {
    for (name, value) in body.as_object().into_iter().flatten() {
        if name != "id" && !value.is_null() {
            wire[name] = value.clone();
        }
    }
}

/// Creates a provider without plans or features.
pub(crate) fn make(world: &mut World, owner: &str, id: &str, name: &str) -> Value {
    let wire = json!({
        "id": id,
        "name": name,
        "status": "ALPHA",
        "openInNewTab": false,
        "canUpgrade": false,
        "regions": ["par"],
        "plans": [],
        "features": [],
    });
    world.providers.insert(id.to_owned(), Owned { owner: owner.to_owned(), wire: wire.clone() });
    wire
}
