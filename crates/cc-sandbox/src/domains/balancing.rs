//! Load balancers as a product: the audit of their changes, their networks, and the versions of their configuration.

use serde_json::{Map, Value, json};

use super::Handler;
use super::rules::Rule;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::world::{Keys, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("attach_load_balancer_network", attach),
    ("detach_load_balancer_network", detach),
    ("list_load_balancer_networks", networks),
    ("list_load_balancer_audits", audits),
    ("list_resource_load_balancer_audits", audits),
    ("rollback_load_balancer_configuration", roll_back),
    ("list_available_tls_ciphers", ciphers),
];

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_load_balancer", Rule { before: |_, _| Ok(()), after: created }),
    ("scale_load_balancer", CHANGED),
    ("set_load_balancer_co_owners", CHANGED),
    ("set_load_balancer_sticky_name", CHANGED),
    ("set_load_balancer_timeouts", CHANGED),
    ("set_load_balancer_tls_ciphers", CHANGED),
    ("create_load_balancer_acl", CHANGED),
    ("delete_load_balancer_acl", CHANGED),
    ("add_load_balancer_listeners", CHANGED),
    ("remove_load_balancer_listener", CHANGED),
    ("add_load_balancer_clusters", CHANGED),
    ("remove_load_balancer_cluster", CHANGED),
    ("set_load_balancer_configuration", Rule { before: replace_parts, after: changed }),
    ("get_load_balancer_configuration", Rule { before: show_version, after: |_, _, _| Ok(()) }),
    ("get_load_balancer", Rule { before: applied, after: |_, _, _| Ok(()) }),
    ("delete_load_balancer", Rule { before: |_, _| Ok(()), after: deleted }),
];

const CHANGED: Rule = Rule { before: remember, after: changed };

const BALANCERS: &str = "loadbalancers/loadbalancers";
const LISTENERS: &str = "loadbalancers/loadbalancers/listeners";
const CLUSTERS: &str = "loadbalancers/loadbalancers/clusters";
const CONFIGURATION: &str = "loadbalancers/loadbalancers/configuration";
/// Rows of changes. They outlive the load balancers.
const AUDITS: &str = "loadbalancers/audits";
const NETWORKS: &str = "loadbalancers/networks";
/// Rows of the versions of configurations.
const VERSIONS: &str = "loadbalancers/versions";

/// Names that upstream shows for ciphers.
const CIPHERS: [&str; 3] = [
    "TlsEcdheRsaWithAes256GcmSha384",
    "TlsEcdheRsaWithAes128GcmSha256",
    "TlsEcdheRsaWithChacha20Poly1305Sha256",
];

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The path parameters that lead to a load balancer.
fn place(world: &mut World, request: &Request<'_>) -> Result<Keys, Refusal> {
    let id = request.param("loadBalancerId");
    let now = world.now;
    let row = world.collections.row(BALANCERS, &request.path, now);
    Ok(row.ok_or_else(|| Refusal::not_found("Loadbalancer", id))?.keys.clone())
}

fn audit(world: &mut World, keys: &Keys, request: &Request<'_>, kind: &str) {
    let id = keys.get("loadBalancerId").cloned().unwrap_or_default();
    let value = object(json!({
        "ownerId": keys.get("ownerId"),
        "resourceId": id,
        "kind": kind,
        "context": { "operation": request.operation.id, "userId": request.caller },
        "createdAt": world.now.to_string(),
    }));
    let mut keys = keys.clone();
    keys.retain(|name, _| name == "ownerId");
    keys.insert("resourceId".to_owned(), id);
    world.collections.add(AUDITS, Row { keys, value, changes: Vec::new() });
}

fn created(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    audit(world, &row.keys.clone(), request, "CREATE");
    let configuration = &request.body["configuration"];
    for (collection, field) in [(LISTENERS, "listeners"), (CLUSTERS, "clusters")] {
        put_parts(world, &row.keys, collection, configuration[field].as_array());
        row.value.remove(field);
    }
    remember_version(world, &row.keys);
    row.value.insert("appliedConfigVersion".to_owned(), 1.into());
    Ok(())
}

fn changed(world: &mut World, request: &Request<'_>, _: &mut Row) -> Result<(), Refusal> {
    let keys = place(world, request)?;
    audit(world, &keys, request, "UPDATE");
    Ok(())
}

fn deleted(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    audit(world, &row.keys.clone(), request, "DELETE");
    for collection in [NETWORKS, VERSIONS] {
        world.collections.remove(collection, &row.keys);
    }
    Ok(())
}

fn audits(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now;
    let rows = world.collections.rows(AUDITS, &request.path, now);
    json_of(rows.iter().map(|row| Value::Object(row.value.clone())).collect::<Value>())
}

/// Replaces the listeners or the clusters of a load balancer.
fn put_parts(world: &mut World, keys: &Keys, collection: &str, parts: Option<&Vec<Value>>) {
    let Some(parts) = parts else { return };
    let key = if collection == LISTENERS { "listenerId" } else { "clusterId" };
    world.collections.remove(collection, keys);
    for part in parts {
        let mut keys = keys.clone();
        keys.insert(key.to_owned(), part["id"].as_str().unwrap_or_default().to_owned());
        world.collections.add(collection, Row { keys, value: object(part.clone()), changes: Vec::new() });
    }
}

fn parts(world: &mut World, keys: &Keys, collection: &str) -> Value {
    let now = world.now;
    let rows = world.collections.rows(collection, keys, now);
    rows.iter().map(|row| Value::Object(row.value.clone())).collect()
}

/// The latest version of a configuration: a new one if the listeners or the clusters are others than in the last.
fn remember_version(world: &mut World, keys: &Keys) -> Map<String, Value> {
    let (listeners, clusters) = (parts(world, keys, LISTENERS), parts(world, keys, CLUSTERS));
    let now = world.now;
    let versions = world.collections.rows(VERSIONS, keys, now);
    let latest = versions.last().map(|row| row.value.clone());
    if let Some(latest) = &latest
        && latest.get("listeners") == Some(&listeners)
        && latest.get("clusters") == Some(&clusters)
    {
        return latest.clone();
    }
    let before = latest.and_then(|latest| latest.get("version")?.as_i64()).unwrap_or(0);
    let value = object(json!({
        "loadbalancerId": keys.get("loadBalancerId"),
        "version": before + 1,
        "listeners": listeners,
        "clusters": clusters,
        "createdAt": now.to_string(),
    }));
    let mut keys = keys.clone();
    keys.insert("versionNumber".to_owned(), (before + 1).to_string());
    world.collections.add(VERSIONS, Row { keys, value: value.clone(), changes: Vec::new() });
    value
}

/// Before a change, the configuration as it is becomes a version.
fn remember(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let keys = place(world, request)?;
    remember_version(world, &keys);
    Ok(())
}

fn replace_parts(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let keys = place(world, request)?;
    remember_version(world, &keys);
    put_parts(world, &keys, LISTENERS, request.body["listeners"].as_array());
    put_parts(world, &keys, CLUSTERS, request.body["clusters"].as_array());
    show(world, &keys);
    Ok(())
}

/// Keeps the latest version as the configuration that is read.
fn show(world: &mut World, keys: &Keys) -> Value {
    let value = remember_version(world, keys);
    world.collections.remove(CONFIGURATION, keys);
    let row = Row { keys: keys.clone(), value: value.clone(), changes: Vec::new() };
    world.collections.add(CONFIGURATION, row);
    Value::Object(value)
}

fn show_version(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let keys = place(world, request)?;
    show(world, &keys);
    Ok(())
}

fn applied(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    // An unknown load balancer is refused later.
    let Ok(keys) = place(world, request) else { return Ok(()) };
    let version = remember_version(world, &keys).get("version").cloned().unwrap_or_default();
    let now = world.now;
    if let Some(row) = world.collections.row(BALANCERS, &keys, now) {
        row.value.insert("appliedConfigVersion".to_owned(), version);
    }
    Ok(())
}

/// An older configuration becomes the latest version.
fn roll_back(world: &mut World, request: &Request<'_>) -> Outcome {
    let keys = place(world, request)?;
    let number = request.param("versionNumber");
    let mut wanted = keys.clone();
    wanted.insert("versionNumber".to_owned(), number.to_owned());
    let now = world.now;
    let old = world.collections.row(VERSIONS, &wanted, now).map(|row| row.value.clone());
    let old = old.ok_or_else(|| Refusal::not_found("Version", number))?;
    remember_version(world, &keys);
    put_parts(world, &keys, LISTENERS, old.get("listeners").and_then(Value::as_array));
    put_parts(world, &keys, CLUSTERS, old.get("clusters").and_then(Value::as_array));
    audit(world, &keys, request, "UPDATE");
    json_of(show(world, &keys))
}

fn attach(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut keys = place(world, request)?;
    let network = request.param("networkId");
    let group = world.network_groups.get_mut(network).filter(|group| group.owner == request.owner());
    let group = group.ok_or_else(|| Refusal::not_found("Network group", network))?;
    let (cidr, ip) = (format!("10.{}.0.0/16", group.number), group.allocate());
    let date = world.now.to_string();
    let value = object(json!({
        "loadbalancerId": keys.get("loadBalancerId"),
        "networkId": network,
        "networkDetails": {
            "id": network, "ownerId": request.owner(), "network": { "cidr": cidr, "assignedIp": ip }, "peers": [],
        },
        "cidrv4": cidr,
        "createdAt": date,
        "updatedAt": date,
    }));
    audit(world, &keys, request, "REGISTER");
    keys.insert("networkId".to_owned(), network.to_owned());
    world.collections.remove(NETWORKS, &keys);
    world.collections.add(NETWORKS, Row { keys, value, changes: Vec::new() });
    done()
}

fn detach(world: &mut World, request: &Request<'_>) -> Outcome {
    let keys = place(world, request)?;
    let network = request.param("networkId");
    let mut own = keys.clone();
    own.insert("networkId".to_owned(), network.to_owned());
    if world.collections.remove(NETWORKS, &own).is_empty() {
        return Err(Refusal::not_found("Network", network));
    }
    audit(world, &keys, request, "UNREGISTER");
    done()
}

fn networks(world: &mut World, request: &Request<'_>) -> Outcome {
    let keys = place(world, request)?;
    json_of(parts(world, &keys, NETWORKS))
}

fn ciphers(world: &mut World, request: &Request<'_>) -> Outcome {
    place(world, request)?;
    json_of(json!(CIPHERS))
}
