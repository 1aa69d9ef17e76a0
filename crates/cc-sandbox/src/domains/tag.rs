//! Tags of applications and add-ons.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_application_tags", list),
    ("replace_application_tags", replace),
    ("add_application_tag", add),
    ("remove_application_tag", remove),
    ("list_addon_tags", list),
    ("replace_addon_tags", replace),
    ("add_addon_tag", add),
    ("remove_addon_tag", remove),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(json!(tags(world, request)?))
}

fn replace(world: &mut World, request: &Request<'_>) -> Outcome {
    let tags = tags(world, request)?;
    *tags =
        request.body.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    json_of(json!(tags))
}

fn add(world: &mut World, request: &Request<'_>) -> Outcome {
    let tags = tags(world, request)?;
    let tag = request.param("tag").to_owned();
    if !tags.contains(&tag) {
        tags.push(tag);
    }
    json_of(json!(tags))
}

fn remove(world: &mut World, request: &Request<'_>) -> Outcome {
    let tags = tags(world, request)?;
    let tag = request.param("tag");
    let index = tags.iter().position(|own| own == tag).ok_or_else(|| Refusal::not_found("Tag", tag))?;
    tags.remove(index);
    json_of(json!(tags))
}

/// The tags of the application or the add-on in the path.
fn tags<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Vec<String>, Refusal> {
    match request.path.get("applicationId") {
        Some(id) => Ok(&mut world.application_mut(id)?.tags),
        None => Ok(&mut world.addon_mut(request.param("addonId"))?.tags),
    }
}
