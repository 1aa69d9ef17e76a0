//! TCP and UDP redirections: ports of the platform that lead to applications.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Redirection, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_tcp_redirections", list),
    ("create_tcp_redirection", create),
    ("delete_tcp_redirection", delete),
    ("list_udp_redirections", list),
    ("create_udp_redirection", create),
    ("delete_udp_redirection", delete),
    ("list_namespaces", list_namespaces),
];

/// Namespaces that every owner can take ports from.
const NAMESPACES: [&str; 2] = ["default", "cleverapps"];

/// The lowest and the highest port that is given away, unless the request says otherwise.
const PORTS: (i64, i64) = (4_000, 11_999);

/// Returns `true` for the operations on UDP redirections.
fn is_udp(request: &Request<'_>) -> bool {
    request.operation.id.contains("udp")
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.redirections.iter().filter(|redirection| {
        redirection.udp == is_udp(request) && redirection.application == request.param("applicationId")
    });
    json_of(own.map(wire).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let namespace = request.text("namespace");
    if !NAMESPACES.contains(&namespace) {
        return Err(refusals::UNKNOWN_NAMESPACE.with([namespace]).about("namespace"));
    }
    let udp = is_udp(request);
    let (lowest, highest) = (
        request.body["minPort"].as_i64().unwrap_or(PORTS.0),
        request.body["maxPort"].as_i64().unwrap_or(PORTS.1),
    );
    let is_taken = |port: i64| world.redirections.iter().any(|other| other.is(udp, namespace, port));
    let port = (lowest..=highest.min(65_535))
        .find(|port| !is_taken(*port))
        .ok_or_else(|| refusals::NO_PORT.with([&lowest.to_string(), &highest.to_string()]))?;
    let redirection = Redirection {
        application: request.param("applicationId").to_owned(),
        namespace: namespace.to_owned(),
        port,
        udp,
    };
    let wire = wire(&redirection);
    world.redirections.push(redirection);
    json_of(wire)
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let port = request.param("sourcePort").parse().unwrap_or_default();
    let namespace = request.query("namespace").unwrap_or(NAMESPACES[0]);
    let meant = |own: &Redirection| {
        own.is(is_udp(request), namespace, port) && own.application == request.param("applicationId")
    };
    let index = world
        .redirections
        .iter()
        .position(meant)
        .ok_or_else(|| Refusal::not_found("Redirection", request.param("sourcePort")))?;
    world.redirections.remove(index);
    done()
}

fn list_namespaces(_: &mut World, _: &Request<'_>) -> Outcome {
    json_of(NAMESPACES.iter().map(|namespace| json!({ "namespace": namespace })).collect::<Value>())
}

fn wire(redirection: &Redirection) -> Value {
    json!({ "namespace": redirection.namespace, "port": redirection.port })
}
