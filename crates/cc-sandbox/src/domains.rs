//! Behaviour of the platform, one file per domain. An operation without a handler is answered from its
//! schema.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::World;

mod account;
pub(crate) mod addon;
pub(crate) mod addon_view;
mod ai;
pub(crate) mod application;
mod balancing;
pub(crate) mod billing;
mod cellar;
mod consumer;
mod consumption;
pub(crate) mod cycle;
pub(crate) mod deployment;
pub(crate) mod deployment_row;
mod deployment_view;
mod dns;
mod domain;
pub(crate) mod drain;
mod due;
mod environment;
pub(crate) mod file;
mod function;
mod github;
mod grafana;
mod instance;
mod kubernetes;
mod legacy_payment;
mod link;
mod load_balancer;
mod log;
mod metric;
mod migration;
mod network_group;
mod notification;
pub(crate) mod oauth;
mod operator;
mod organisation;
pub(crate) mod own_provider;
mod payment;
mod pdf;
mod postgresql;
mod price;
mod product;
pub(crate) mod provider;
mod pulsar;
mod redirection;
mod registry;
pub(crate) mod rules;
mod security;
mod tag;
mod tardis;
mod token;
mod traffic;
pub(crate) mod visit;
mod zone;

/// Handler of an operation.
pub(crate) type Handler = fn(&mut World, &Request<'_>) -> Outcome;

/// Handlers by the id of their operation.
pub(crate) type Handlers = HashMap<&'static str, Handler>;

/// Every handler there is.
pub(crate) fn handlers() -> Handlers {
    let domains: &[&[(&'static str, Handler)]] = &[
        account::HANDLERS,
        addon::HANDLERS,
        addon_view::HANDLERS,
        ai::HANDLERS,
        application::HANDLERS,
        balancing::HANDLERS,
        billing::HANDLERS,
        cellar::HANDLERS,
        consumer::HANDLERS,
        consumption::HANDLERS,
        deployment::HANDLERS,
        dns::HANDLERS,
        domain::HANDLERS,
        drain::HANDLERS,
        environment::HANDLERS,
        github::HANDLERS,
        grafana::HANDLERS,
        instance::HANDLERS,
        kubernetes::HANDLERS,
        legacy_payment::HANDLERS,
        link::HANDLERS,
        load_balancer::HANDLERS,
        log::HANDLERS,
        metric::HANDLERS,
        migration::HANDLERS,
        network_group::HANDLERS,
        notification::HANDLERS,
        oauth::HANDLERS,
        operator::HANDLERS,
        organisation::HANDLERS,
        own_provider::HANDLERS,
        payment::HANDLERS,
        postgresql::HANDLERS,
        price::HANDLERS,
        product::HANDLERS,
        provider::HANDLERS,
        pulsar::HANDLERS,
        redirection::HANDLERS,
        security::HANDLERS,
        tag::HANDLERS,
        token::HANDLERS,
        traffic::HANDLERS,
        zone::HANDLERS,
    ];
    domains.iter().flat_map(|handlers| handlers.iter().copied()).collect()
}

/// Answer of v2 that holds only a message.
fn message(text: &str) -> Outcome {
    json_of(json!({ "id": 0, "message": text, "type": "success" }))
}

/// The first items of a list, as many as the query parameter `limit` says.
fn limited(mut items: Vec<Value>, request: &Request<'_>) -> Outcome {
    if let Some(limit) = request.query("limit").and_then(|limit| limit.parse().ok()) {
        items.truncate(limit);
    }
    json_of(items)
}

/// A date as clients send it: RFC 3339, or epoch milliseconds.
fn read_date(text: &str) -> Result<Timestamp, Refusal> {
    let millis = || text.parse().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    text.parse().ok().or_else(millis).ok_or_else(|| refusals::NOT_A_DATE.with([text]))
}
