//! The virtual machines of applications and add-ons, beyond those of one deployment.

use serde_json::{Map, Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, Application, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_owner_instances", of_owner),
    ("list_addon_instances", of_addon),
    ("get_addon_instance", one_of_addon),
    ("list_user_applications", of_user),
];

/// Instances of the applications of an owner, by the id of their application. No source documents the schema.
fn of_owner(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.applications.values().filter(|own| own.owner == request.owner());
    let of_application = |application: &Application| {
        let running = application.instances.values().filter(|instance| instance.deleted.is_none());
        let shown = running.map(|instance| {
            json!({
                "id": instance.id,
                "appId": application.id,
                "state": instance.state,
                "deployId": instance.deployment,
                "instanceNumber": instance.index,
                "creationDate": instance.created.as_millisecond(),
            })
        });
        (application.id.clone(), shown.collect::<Value>())
    };
    json_of(own.map(of_application).collect::<Map<String, Value>>())
}

/// An add-on has one instance, for as long as it exists.
fn instance(world: &World, addon: &Addon) -> Value {
    json!({
        "id": world.fixed_uuid(&["addon-instance", &addon.real_id]),
        "appId": addon.real_id,
        "ip": "192.0.2.20",
        "appPort": 4_040,
        "state": "UP",
        "deployNumber": 1,
        "instanceNumber": 0,
        "displayName": addon.wire["name"],
        "creationDate": addon.wire["creationDate"],
    })
}

fn of_addon(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(json!([instance(world, world.addon(request.param("addonId"))?)]))
}

fn one_of_addon(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("instanceId");
    let instance = instance(world, world.addon(request.param("addonId"))?);
    if instance["id"] != id {
        return Err(Refusal::not_found("Instance", id));
    }
    json_of(instance)
}

/// The applications of all owners of which a user is a member.
fn of_user(world: &mut World, request: &Request<'_>) -> Outcome {
    let user = request.param("userId");
    if user != request.caller {
        return Err(refusals::OTHER_USER.with([user]));
    }
    let own = world.applications.values().filter(|application| {
        world.owners.get(&application.owner).is_some_and(|owner| owner.has_member(user))
    });
    let shown = own.map(|application| {
        let mut wire = application.wire();
        wire["ownerId"] = application.owner.as_str().into();
        wire
    });
    json_of(shown.collect::<Value>())
}
