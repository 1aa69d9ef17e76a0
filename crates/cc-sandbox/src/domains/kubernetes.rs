//! Kubernetes clusters beyond their state: versions, access, quota, and the events of their deployments.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::file::{ORIGIN, Served, presigned};
use super::rules::Rule;
use super::{Handler, cycle};
use crate::engine::clock::after;
use crate::engine::reply::{Content, Outcome, Refusal, Reply, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Keys, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("check_cluster_version", check_version),
    ("get_kubeconfig", kubeconfig),
    ("get_kubeconfig_url", kubeconfig_url),
    ("get_kubernetes_product", product),
    ("get_kubernetes_quota", quota),
    ("list_cluster_events", events),
    ("list_kubernetes_usage", usage),
];

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_cluster", Rule { before: check_cluster, after: created }),
    ("redeploy_cluster", Rule { before: |_, _| Ok(()), after: redeployed }),
    ("update_cluster_version", Rule { before: check_target, after: upgraded }),
    ("delete_cluster", Rule { before: |_, _| Ok(()), after: deleted }),
    ("create_node_group", Rule { before: |_, _| Ok(()), after: group_created }),
    ("update_node_group", Rule { before: |_, _| Ok(()), after: group_scaled }),
    ("delete_node_group", Rule { before: |_, _| Ok(()), after: group_deleted }),
];

const CLUSTERS: &str = "kubernetes/clusters";
const NODE_GROUPS: &str = "kubernetes/clusters/node-groups";
const EVENTS: &str = "kubernetes/events";

/// Versions of Kubernetes, the newest first. A cluster has the newest, unless it asks for another.
const VERSIONS: [&str; 2] = ["1.34", "1.33"];

/// Topologies with the sizes of their machines and the bounds of their replicas. No source names the bounds of the platform.
const TOPOLOGIES: [(&str, &[&str], i64, i64); 3] = [
    ("ALL_IN_ONE", &["2XS", "XS", "S", "M", "L", "XL"], 1, 3),
    ("DEDICATED_COMPUTE", &["2XS", "XS", "S", "M", "L", "XL"], 1, 5),
    ("DISTRIBUTED", &["2XS", "XS", "S", "M", "L", "XL"], 3, 5),
];

/// Most cores of all nodes of an owner.
const CORES: i64 = 128;

fn cluster<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Row, Refusal> {
    let now = world.now;
    let id = request.param("clusterId");
    world.collections.row(CLUSTERS, &request.path, now).ok_or_else(|| Refusal::not_found("Cluster", id))
}

fn check_version(world: &mut World, request: &Request<'_>) -> Outcome {
    let installed = cluster(world, request)?.value.get("version").cloned().unwrap_or_default();
    json_of(json!({
        "needUpdate": installed != VERSIONS[0],
        "installed": installed,
        "latest": VERSIONS[0],
        "available": VERSIONS,
    }))
}

fn check_target(_: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let target = request.text("targetVersion");
    if VERSIONS.contains(&target) {
        return Ok(());
    }
    Err(refusals::TARGET_VERSION.with([target]).about("targetVersion"))
}

fn kubeconfig(world: &mut World, request: &Request<'_>) -> Outcome {
    cluster(world, request)?;
    let id = request.param("clusterId");
    let file = configuration(world, id).ok_or_else(|| Refusal::not_found("Cluster", id))?;
    Ok(Reply::from(Content::Text(file)))
}

fn kubeconfig_url(world: &mut World, request: &Request<'_>) -> Outcome {
    cluster(world, request)?;
    json_of(presigned(world, &["kubeconfig", request.param("clusterId")]))
}

fn by_id<'a>(world: &'a mut World, id: &str) -> Option<&'a mut Row> {
    let now = world.now;
    world.collections.row(CLUSTERS, &Keys::from([("clusterId".to_owned(), id.to_owned())]), now)
}

fn token(world: &World, cluster: &str) -> String {
    format!("sandbox-{}", world.fixed_uuid(&["kubeconfig", cluster]))
}

/// The configuration of `kubectl` for a cluster.
pub(super) fn configuration(world: &mut World, id: &str) -> Option<String> {
    let row = by_id(world, id)?;
    let name = row.value.get("name").and_then(Value::as_str).unwrap_or("cluster").to_owned();
    let token = token(world, id);
    Some(format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\nclusters:\n- name: {name}\n  cluster:\n    server: {ORIGIN}/kubernetes/{id}\n\
         contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: admin\nusers:\n- name: admin\n  user:\n    token: {token}\n"
    ))
}

/// The API of a cluster, as far as the sandbox has it: its version and its nodes.
pub(super) fn api(world: &mut World, segments: &[&str], headers: &HeaderMap) -> Served {
    let status = |status: StatusCode, message: &str| {
        let body = json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": status.as_u16(),
        });
        Served { status, ..Served::new("application/json", body.to_string()) }
    };
    let [id, path @ ..] = segments else { return status(StatusCode::NOT_FOUND, "no cluster is here") };
    let wanted = format!("Bearer {}", token(world, id));
    let Some(row) = by_id(world, id) else { return status(StatusCode::NOT_FOUND, "no cluster is here") };
    if headers.get(http::header::AUTHORIZATION).is_none_or(|given| *given != *wanted) {
        return status(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    if row.value.get("status").is_none_or(|status| status != "ACTIVE") {
        return status(StatusCode::SERVICE_UNAVAILABLE, "the cluster is not active");
    }
    let version = row.value.get("version").and_then(Value::as_str).unwrap_or(VERSIONS[0]).to_owned();
    let body = match path {
        ["version"] => {
            let (major, minor) = version.split_once('.').unwrap_or((&version, "0"));
            json!({ "major": major, "minor": minor, "gitVersion": format!("v{version}.0") })
        }
        ["api"] => json!({ "kind": "APIVersions", "versions": ["v1"] }),
        ["apis"] => json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": [] }),
        ["api", "v1", "nodes"] => nodes(world, id, &version),
        ["readyz" | "livez" | "healthz"] => return Served::text(StatusCode::OK, "ok"),
        _ => {
            return status(
                StatusCode::NOT_FOUND,
                "the sandbox runs no cluster: it has its version and its nodes",
            );
        }
    };
    Served::new("application/json", body.to_string())
}

/// The nodes of the node groups of a cluster, as its own API lists them.
fn nodes(world: &mut World, cluster: &str, version: &str) -> Value {
    let now = world.now;
    let keys = Keys::from([("clusterId".to_owned(), cluster.to_owned())]);
    let rows = world.collections.rows(NODE_GROUPS, &keys, now);
    let node = |row: &&mut Row| {
        let text = |name: &str| row.value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let count = row.value.get("targetNodeCount").and_then(Value::as_i64).unwrap_or(0);
        let (group, ready) = (text("name"), if text("status") == "DEPLOYED" { "True" } else { "False" });
        let nodes = (0..count).map(move |index| {
            json!({
                "metadata": { "name": format!("{group}-{index}"), "labels": { "nodegroup": group } },
                "status": {
                    "conditions": [{ "type": "Ready", "status": ready }],
                    "nodeInfo": { "kubeletVersion": format!("v{version}.0") },
                },
            })
        });
        nodes.collect::<Vec<_>>()
    };
    let items: Vec<Value> = rows.iter().flat_map(node).collect();
    json!({ "kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": items })
}

/// Cores of a node.
fn cores(flavor: &str) -> i64 {
    match flavor {
        "2XS" => 1,
        "XS" => 2,
        "S" => 4,
        "M" => 8,
        "L" => 16,
        _ => 32,
    }
}

fn product(_: &mut World, _: &Request<'_>) -> Outcome {
    let topologies = TOPOLOGIES.map(|(topology, flavors, min, max)| {
        let replicas = json!({ "min": min, "max": max });
        json!({ "topology": topology, "availableFlavors": flavors, "replicationFactor": replicas })
    });
    json_of(json!({
        "topologies": topologies,
        "versions": { "available": VERSIONS, "default": VERSIONS[0] },
    }))
}

fn quota(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(json!({
        "id": format!("quota_{}", world.fixed_uuid(&["kubernetes-quota", request.owner()])),
        "tenantId": request.owner(),
        "tags": [],
        "quotas": [{ "type": "CoreMaxLimit", "maximum": CORES }],
    }))
}

fn usage(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now;
    let rows = world.collections.rows(NODE_GROUPS, &request.path, now);
    let item = |row: &&mut Row| {
        let text = |field: &str| row.value.get(field).and_then(Value::as_str).unwrap_or_default();
        let nodes = row.value.get("targetNodeCount").and_then(Value::as_i64).unwrap_or(0);
        let cores = cores(text("flavor")) * nodes;
        json!({
            "id": text("id"),
            "clusterId": text("clusterId"),
            "ownerId": request.owner(),
            "itemType": "NODE_GROUP",
            "cpuMillicores": cores * 1_000,
            "ramBytes": cores * (2 << 30),
            "createdAt": row.value.get("createdAt"),
        })
    };
    json_of(rows.iter().map(item).collect::<Value>())
}

fn events(world: &mut World, request: &Request<'_>) -> Outcome {
    cluster(world, request)?;
    let now = world.now.to_string();
    let rows = world.collections.rows(EVENTS, &request.path, world.now);
    let happened = |row: &&&mut Row| {
        row.value.get("createdAt").and_then(Value::as_str).is_some_and(|at| at <= now.as_str())
    };
    let found = rows.iter().filter(happened).map(|row| Value::Object(row.value.clone()));
    super::limited(found.collect(), request)
}

/// Tells that an operation has begun, and when it will be done.
fn tell(world: &mut World, row: &Row, operation: &str) {
    let group = row.keys.get("nodeGroupId").cloned();
    let end = row.changes.last().map_or(world.now.as_millisecond(), |change| change.at);
    let wait = Duration::from_millis(u64::try_from(end - world.now.as_millisecond()).unwrap_or(0));
    let end = after(world.now, wait);
    let mut keys = row.keys.clone();
    keys.remove("nodeGroupId");
    for (status, at) in [("STARTED", world.now), ("COMPLETED", end)] {
        let value = json!({
            "operation": operation, "status": status, "nodeGroupId": group, "createdAt": at.to_string(),
        });
        let value = value.as_object().cloned().unwrap_or_default();
        world.collections.add(EVENTS, Row { keys: keys.clone(), value, changes: Vec::new() });
    }
}

fn created(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let topology =
        json!({ "topology": TOPOLOGIES[0].0, "flavor": "M", "replicationFactor": TOPOLOGIES[0].2 });
    for (name, usual) in [("version", VERSIONS[0].into()), ("topologyConfig", topology)] {
        if request.body[name].is_null() {
            row.value.insert(name.to_owned(), usual);
        }
    }
    row.value.insert("storageUsageBytes".to_owned(), 0.into());
    tell(world, row, "CREATE");
    for wanted in request.body["nodeGroups"].as_array().into_iter().flatten() {
        add_group(world, row, wanted);
    }
    row.value.remove("nodeGroups");
    Ok(())
}

/// Adds what a new node group has where its request says nothing.
fn complete(group: &mut Map<String, Value>, wanted: &Value) {
    let count = &wanted["targetNodeCount"];
    group.insert("currentNodeCount".to_owned(), count.clone());
    let usual = [
        ("autoscalingEnabled", false.into()),
        ("minNodeCount", count.clone()),
        ("maxNodeCount", count.clone()),
        ("labels", json!({})),
    ];
    for (name, usual) in usual {
        let value = if wanted[name].is_null() { usual } else { wanted[name].clone() };
        group.insert(name.to_owned(), value);
    }
}

/// A node group that is made with its cluster.
fn add_group(world: &mut World, row: &Row, wanted: &Value) {
    let id = cycle::id(world, NODE_GROUPS);
    let value = json!({
        "id": id,
        "clusterId": row.value.get("id"),
        "name": wanted["name"],
        "status": "PENDING",
        "flavor": wanted["flavor"],
        "targetNodeCount": wanted["targetNodeCount"],
        "createdAt": world.now.to_string(),
    });
    let mut keys = row.keys.clone();
    keys.insert("nodeGroupId".to_owned(), id);
    let mut value = value.as_object().cloned().unwrap_or_default();
    for name in ["description", "tag", "taints"] {
        if !wanted[name].is_null() {
            value.insert(name.to_owned(), wanted[name].clone());
        }
    }
    complete(&mut value, wanted);
    let mut group = Row { keys, value, changes: Vec::new() };
    cycle::begin(NODE_GROUPS, "create", &mut group, world.now);
    tell(world, &group, "NODEGROUP_CREATE");
    world.collections.add(NODE_GROUPS, group);
}

fn redeployed(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    tell(world, row, "REDEPLOY");
    Ok(())
}

fn upgraded(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    row.value.insert("version".to_owned(), request.body["targetVersion"].clone());
    tell(world, row, "UPGRADE");
    Ok(())
}

fn deleted(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    world.collections.remove(EVENTS, &row.keys);
    Ok(())
}

/// Refuses node groups with impossible numbers of nodes, and with more cores than are left without the group of the path.
fn check_nodes<'a>(
    world: &mut World,
    request: &Request<'_>,
    groups: impl IntoIterator<Item = &'a Map<String, Value>> + Clone,
) -> Result<(), Refusal> {
    for group in groups.clone() {
        check_counts(group)?;
    }
    let now = world.now;
    let of_owner = Keys::from([("ownerId".to_owned(), request.owner().to_owned())]);
    let mut rows = world.collections.rows(NODE_GROUPS, &of_owner, now);
    if let Some(own) = request.path.get("nodeGroupId") {
        rows.retain(|row| row.keys.get("nodeGroupId") != Some(own));
    }
    let used = |row: &&mut Row| {
        let count = row.value.get("targetNodeCount").and_then(Value::as_i64).unwrap_or(0);
        cores(row.value.get("flavor").and_then(Value::as_str).unwrap_or_default()) * count
    };
    let used: i64 = rows.iter().map(used).sum();
    let of_group = |group: &Map<String, Value>| {
        let wanted = number(group, "targetNodeCount").unwrap_or(0);
        cores(group.get("flavor").and_then(Value::as_str).unwrap_or_default()).saturating_mul(wanted)
    };
    let more = groups.into_iter().map(of_group).fold(0, i64::saturating_add);
    if used.saturating_add(more) > CORES {
        return Err(refusals::CORES_QUOTA.with([&CORES.to_string()]).about("targetNodeCount"));
    }
    Ok(())
}

fn number(group: &Map<String, Value>, name: &str) -> Option<i64> {
    group.get(name).and_then(Value::as_i64)
}

fn check_counts(group: &Map<String, Value>) -> Result<(), Refusal> {
    let target = number(group, "targetNodeCount").unwrap_or(0);
    let is_automatic = group.get("autoscalingEnabled") == Some(&Value::Bool(true));
    let bound = |name: &str| number(group, name).filter(|_| is_automatic);
    let (min, max) = (bound("minNodeCount").unwrap_or(0), bound("maxNodeCount").unwrap_or(CORES));
    if target < 0 || min < 0 || (is_automatic && !(min..=max).contains(&target)) {
        let values = [target, min, max].map(|value| value.to_string());
        return Err(refusals::NODE_COUNTS
            .with(values.each_ref().map(String::as_str))
            .about("targetNodeCount"));
    }
    Ok(())
}

fn check_cluster(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    if let Some(version) = request.body["version"].as_str().filter(|version| !VERSIONS.contains(version)) {
        return Err(refusals::CLUSTER_VERSION.with([version]).about("version"));
    }
    let groups = request.body["nodeGroups"].as_array().into_iter().flatten();
    check_nodes(world, request, groups.filter_map(Value::as_object))
}

fn group_created(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    check_nodes(world, request, request.body.as_object())?;
    complete(&mut row.value, &request.body);
    tell(world, row, "NODEGROUP_CREATE");
    Ok(())
}

fn group_scaled(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    check_nodes(world, request, [&row.value])?;
    row.value.insert("currentNodeCount".to_owned(), request.body["targetNodeCount"].clone());
    tell(world, row, "NODEGROUP_SCALE");
    Ok(())
}

fn group_deleted(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    row.changes.clear();
    tell(world, row, "NODEGROUP_DELETE");
    Ok(())
}
