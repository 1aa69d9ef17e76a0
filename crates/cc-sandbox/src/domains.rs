//! What the platform does, one file a domain. An operation without a handler is answered from its schema.

use std::collections::HashMap;

use crate::engine::reply::Outcome;
use crate::engine::request::Request;
use crate::world::World;

mod zone;

/// What an operation does.
pub(crate) type Handler = fn(&mut World, &Request<'_>) -> Outcome;

/// Handlers by the id of their operation.
pub(crate) type Handlers = HashMap<&'static str, Handler>;

/// Every handler there is.
pub(crate) fn handlers() -> Handlers {
    let domains: &[&[(&'static str, Handler)]] = &[zone::HANDLERS];
    domains.iter().flat_map(|handlers| handlers.iter().copied()).collect()
}
