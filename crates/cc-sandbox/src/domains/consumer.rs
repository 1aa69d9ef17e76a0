//! OAuth consumers of an owner.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Owned, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_oauth_consumers", list),
    ("create_oauth_consumer", create),
    ("get_oauth_consumer", get),
    ("update_oauth_consumer", update),
    ("delete_oauth_consumer", delete),
    ("get_oauth_consumer_secret", get_secret),
];

/// The rights that a consumer may ask for.
const RIGHTS: [&str; 12] = [
    "almighty",
    "access_organisations",
    "manage_organisations",
    "manage_organisations_services",
    "manage_organisations_applications",
    "manage_organisations_members",
    "access_organisations_bills",
    "access_organisations_credit_count",
    "access_organisations_consumption_statistics",
    "access_personal_information",
    "manage_personal_information",
    "manage_ssh_keys",
];

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Value, Refusal> {
    let key = request.param("consumerKey");
    let found = world.consumers.get_mut(key).filter(|consumer| consumer.owner == request.owner());
    found.map(|consumer| &mut consumer.wire).ok_or_else(|| Refusal::not_found("Consumer", key))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.consumers.values().filter(|consumer| consumer.owner == request.owner());
    json_of(own.map(|consumer| wire(&consumer.wire)).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    allow(&request.body)?;
    let key = format!("sandbox-consumer-{}", world.uuid("consumer"));
    let mut consumer = request.body.clone();
    consumer["key"] = key.as_str().into();
    let answer = wire(&consumer);
    world.consumers.insert(key, Owned { owner: request.owner().to_owned(), wire: consumer });
    json_of(answer)
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(wire(find(world, request)?))
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    allow(&request.body)?;
    let consumer = find(world, request)?;
    let key = consumer["key"].take();
    *consumer = request.body.clone();
    consumer["key"] = key;
    json_of(wire(consumer))
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    world.consumers.shift_remove(request.param("consumerKey"));
    message("The consumer has been removed")
}

fn get_secret(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    let secret = world.fixed_uuid(&["consumer-secret", request.param("consumerKey")]);
    json_of(json!({ "secret": format!("sandbox-secret-{secret}") }))
}

fn allow(body: &Value) -> Result<(), Refusal> {
    if body["rights"]["almighty"] == true {
        return Err(refusals::ALL_RIGHTS.with([]));
    }
    Ok(())
}

/// A consumer with every right said.
fn wire(consumer: &Value) -> Value {
    let mut wire = consumer.clone();
    for right in RIGHTS {
        wire["rights"][right] = (consumer["rights"][right] == true).into();
    }
    wire
}
