//! Payment methods of an owner. The first one is the default.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::world::{Owned, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_payment_methods", list),
    ("create_payment_method", create),
    ("set_default_payment_method", set_default),
    ("delete_payment_method", delete),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.payment_methods.values().filter(|method| method.owner == request.owner());
    json_of(own.map(|method| method.wire.clone()).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let (id, owner) = (request.text("id"), request.owner());
    let first = !world.payment_methods.values().any(|method| method.owner == owner);
    let wire =
        json!({ "ownerId": owner, "type": "CREDITCARD", "token": id, "isDefault": first, "number": "4242" });
    world.payment_methods.insert(id.to_owned(), Owned { owner: owner.to_owned(), wire: wire.clone() });
    json_of(wire)
}

fn set_default(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.text("id");
    check(world, request, id)?;
    let own = world.payment_methods.iter_mut().filter(|(_, method)| method.owner == request.owner());
    own.for_each(|(own, method)| method.wire["isDefault"] = (own == id).into());
    json_of(world.payment_methods[id].wire.clone())
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("paymentMethodId");
    check(world, request, id)?;
    world.payment_methods.shift_remove(id);
    done()
}

fn check(world: &World, request: &Request<'_>, id: &str) -> Result<(), Refusal> {
    match world.payment_methods.get(id) {
        Some(method) if method.owner == request.owner() => Ok(()),
        _ => Err(Refusal::not_found("Payment method", id)),
    }
}
