//! Network groups: changes take effect after a delay.

use std::time::Duration;

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Content, Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Change, NetworkChange, NetworkGroup, Shelf, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_network_groups", list),
    ("create_network_group", create),
    ("search_network_groups", search),
    ("get_network_group", get),
    ("delete_network_group", delete),
    ("create_external_peer", create_external_peer),
    ("create_network_group_peer", create_peer),
    ("delete_external_peer", delete_peer),
    ("list_network_group_members", list_members),
    ("create_network_group_member", create_member),
    ("get_network_group_member", get_member),
    ("delete_network_group_member", delete_member),
    ("list_network_group_peers", list_peers),
    ("get_network_group_peer", get_peer),
    ("delete_network_group_peer", delete_peer),
    ("get_wireguard_configuration", get_configuration),
    ("get_wireguard_configuration_url", get_configuration_url),
];

/// Time from a request to its effect.
const TAKES: Duration = Duration::from_secs(4);

/// The port that WireGuard listens on.
const PORT: u16 = 51_820;

fn find<'a>(world: &'a World, request: &Request<'_>) -> Result<&'a NetworkGroup, Refusal> {
    let id = request.param("networkGroupId");
    let found = world.network_groups.get(id).filter(|group| group.owner == request.owner());
    found.ok_or_else(|| Refusal::not_found("Network group", id))
}

/// Changes a network group after a while, if it is still there.
fn later(world: &mut World, request: &Request<'_>, change: NetworkChange) {
    let group = request.param("networkGroupId").to_owned();
    world.later(TAKES, Change::UpdateNetworkGroup { group, change });
}

/// Changes a network group now.
pub(super) fn change(world: &mut World, id: &str, change: NetworkChange) {
    match change {
        NetworkChange::Delete => _ = world.network_groups.shift_remove(id),
        NetworkChange::Join { member } => join(world, id, member),
        NetworkChange::Leave { member } => {
            if let Some(group) = world.network_groups.get_mut(id) {
                leave(group, &member);
            }
        }
        NetworkChange::AddPeer { peer, body } => add_peer(world, id, peer, &body),
        NetworkChange::RemovePeer { peer } => {
            if let Some(group) = world.network_groups.get_mut(id) {
                group.peers.shift_remove(&peer);
            }
        }
    }
    if let Some(group) = world.network_groups.get_mut(id) {
        group.version += 1;
    }
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.network_groups.values().filter(|group| group.owner == request.owner());
    json_of(own.map(wire).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(wire(find(world, request)?))
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = match request.body["id"].as_str() {
        Some(id) if world.network_groups.contains_key(id) => {
            return Err(refusals::NETWORK_GROUP_TAKEN.with([id]).about("id"));
        }
        Some(id) if !id.starts_with("ng_") => {
            return Err(refusals::NETWORK_GROUP_ID.with([id]).about("id"));
        }
        Some(id) => Some(id.to_owned()),
        None => None,
    };
    let members = request.body["members"].as_array().cloned().unwrap_or_default();
    for member in &members {
        check_member(world, request.owner(), member)?;
    }
    let id = id.unwrap_or_else(|| world.id("ng"));
    let group = NetworkGroup {
        id,
        owner: request.owner().to_owned(),
        label: request.text("label").to_owned(),
        description: request.body["description"].clone(),
        tags: if request.body["tags"].is_null() { json!([]) } else { request.body["tags"].clone() },
        number: 0,
        allocated: 0,
        members: Shelf::new(),
        peers: Shelf::new(),
        version: 1,
    };
    world.later(TAKES, Change::CreateNetworkGroup { group: Box::new(group), members });
    done()
}

/// Adds a network group with its members.
pub(super) fn appear(world: &mut World, group: NetworkGroup, members: Vec<Value>) {
    let number =
        world.network_groups.values().map(|group| group.number).max().unwrap_or(100).saturating_add(1);
    let id = group.id.clone();
    world.network_groups.insert(id.clone(), NetworkGroup { number, ..group });
    for member in members {
        join(world, &id, member);
    }
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    later(world, request, NetworkChange::Delete);
    done()
}

fn search(world: &mut World, request: &Request<'_>) -> Outcome {
    let wanted = request.query("query").unwrap_or_default().to_lowercase();
    let matches = |thing: &Value| {
        ["id", "label"]
            .iter()
            .any(|name| thing[*name].as_str().is_some_and(|text| text.to_lowercase().contains(&wanted)))
    };
    let mut found = Vec::new();
    for group in world.network_groups.values().filter(|group| group.owner == request.owner()) {
        found.push(wire(group));
        found.extend(group.members.values().cloned());
        found.extend(group.peers.values().cloned());
    }
    found.retain(matches);
    json_of(found)
}

fn list_members(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.members.values().cloned().collect::<Value>())
}

fn get_member(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("memberId");
    let member = find(world, request)?.members.get(id);
    json_of(member.cloned().ok_or_else(|| Refusal::not_found("Member", id))?)
}

fn create_member(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    check_member(world, request.owner(), &request.body)?;
    let member = request.body.clone();
    later(world, request, NetworkChange::Join { member });
    done()
}

fn delete_member(world: &mut World, request: &Request<'_>) -> Outcome {
    get_member(world, request)?;
    let member = request.param("memberId").to_owned();
    later(world, request, NetworkChange::Leave { member });
    done()
}

fn list_peers(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.peers.values().cloned().collect::<Value>())
}

fn peer<'a>(world: &'a World, request: &Request<'_>) -> Result<&'a Value, Refusal> {
    let id = request.param("peerId");
    find(world, request)?.peers.get(id).ok_or_else(|| Refusal::not_found("Peer", id))
}

fn get_peer(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(peer(world, request)?.clone())
}

fn create_external_peer(world: &mut World, request: &Request<'_>) -> Outcome {
    let parent = request.text("parentMember");
    let kind = find(world, request)?.members.get(parent).map(|member| member["kind"].clone());
    if kind.is_none_or(|kind| kind != "EXTERNAL") {
        return Err(refusals::EXTERNAL_PARENT.with([parent]).about("parentMember"));
    }
    let id = world.id("external");
    later(world, request, NetworkChange::AddPeer { peer: id.clone(), body: request.body.clone() });
    json_of(json!({ "peerId": id }))
}

/// A peer of a member, under the id that the request gives it.
fn create_peer(world: &mut World, request: &Request<'_>) -> Outcome {
    let (id, parent) = (request.text("id").to_owned(), request.text("parentMember"));
    let group = find(world, request)?;
    if !group.members.contains_key(parent) {
        return Err(refusals::PEER_PARENT.with([parent]).about("parentMember"));
    }
    if group.peers.contains_key(&id) {
        return Err(Refusal::invalid(format!("the peer {id} exists already")).about("id"));
    }
    later(world, request, NetworkChange::AddPeer { peer: id.clone(), body: request.body.clone() });
    json_of(json!({ "peerId": id }))
}

fn add_peer(world: &mut World, group: &str, peer: String, body: &Value) {
    let Some(group) = world.network_groups.get_mut(group) else { return };
    let ip = group.allocate();
    let endpoint = if body["peerRole"] == "SERVER" {
        json!({
            "type": "ServerEndpoint",
            "ngTerm": { "host": ip, "port": PORT },
            "publicTerm": { "host": body["ip"], "port": body["port"] },
        })
    } else {
        json!({ "type": "ClientEndpoint", "ngIp": ip })
    };
    let is_own = body["peerKind"] == "CLEVER";
    let mut wire = json!({
        "type": if is_own { "CleverPeer" } else { "ExternalPeer" },
        "id": peer,
        "label": body["label"],
        "publicKey": body["publicKey"].as_str().unwrap_or_default(),
        "hostname": body["hostname"].as_str().unwrap_or_default(),
        "endpoint": endpoint,
        "parentMember": body["parentMember"],
        "parentEvent": body["parentEvent"],
    });
    if is_own {
        wire["hv"] = body["hv"].as_str().unwrap_or_default().into();
    }
    group.peers.insert(peer, wire);
}

fn delete_peer(world: &mut World, request: &Request<'_>) -> Outcome {
    peer(world, request)?;
    let peer = request.param("peerId").to_owned();
    later(world, request, NetworkChange::RemovePeer { peer });
    done()
}

fn get_configuration(world: &mut World, request: &Request<'_>) -> Outcome {
    peer(world, request)?;
    let text = configuration(world, request.param("networkGroupId"), request.param("peerId"))?;
    Ok(Content::Text(text).into())
}

/// The configuration of WireGuard for a peer.
pub(super) fn configuration(world: &World, group: &str, peer: &str) -> Result<String, Refusal> {
    let found = world.network_groups.get(group);
    let peers = &found.ok_or_else(|| Refusal::not_found("Network group", group))?.peers;
    let own = address(peers.get(peer).ok_or_else(|| Refusal::not_found("Peer", peer))?);
    let mut text = format!("[Interface]\nPrivateKey = <%PrivateKey%>\nAddress = {own}/16\n");
    for other in peers.values().filter(|other| other["id"] != peer) {
        let key = other["publicKey"].as_str().unwrap_or_default();
        text += &format!("\n[Peer]\nPublicKey = {key}\nAllowedIPs = {}/32\n", address(other));
        let term = &other["endpoint"]["publicTerm"];
        if let (Some(host), Some(port)) = (term["host"].as_str(), term["port"].as_i64()) {
            text += &format!("Endpoint = {host}:{port}\n");
        }
        text += "PersistentKeepalive = 25\n";
    }
    Ok(text)
}

fn get_configuration_url(world: &mut World, request: &Request<'_>) -> Outcome {
    peer(world, request)?;
    let segments = ["wireguard", request.param("networkGroupId"), request.param("peerId")];
    json_of(super::file::presigned(world, &segments))
}

/// The address of a peer within the network.
fn address(peer: &Value) -> &str {
    let endpoint = &peer["endpoint"];
    endpoint["ngIp"].as_str().or_else(|| endpoint["ngTerm"]["host"].as_str()).unwrap_or_default()
}

/// Refuses a member that is not there, or is not of the kind that it is said to be.
fn check_member(world: &World, owner: &str, member: &Value) -> Result<(), Refusal> {
    let id = member["id"].as_str().unwrap_or_default();
    let (is_there, kind) = if id.starts_with("app_") {
        (world.application(id).is_ok_and(|application| application.owner == owner), "APPLICATION")
    } else if id.starts_with("external_") {
        (true, "EXTERNAL")
    } else {
        // Versions of the official clients differ in which of its two ids an add-on has as a member.
        (world.addon(id).is_ok_and(|addon| addon.owner == owner), "ADDON")
    };
    if !is_there {
        return Err(refusals::UNKNOWN_MEMBER.with([id]).about("id"));
    }
    if member["kind"] != kind {
        let given = member["kind"].as_str().unwrap_or_default();
        return Err(refusals::MEMBER_KIND.with([id, given]).about("kind"));
    }
    Ok(())
}

/// Adds a member. A member of the platform has a peer.
fn join(world: &mut World, group: &str, member: Value) {
    let peer = world.uuid("peer");
    let Some(group) = world.network_groups.get_mut(group) else { return };
    let id = member["id"].as_str().unwrap_or_default().to_owned();
    if member["kind"] != "EXTERNAL" {
        let ip = group.allocate();
        let wire = json!({
            "type": "CleverPeer",
            "id": peer,
            "label": member["label"],
            "publicKey": format!("sandbox-key-{peer}="),
            "hostname": peer,
            "endpoint": {
                "type": "ServerEndpoint",
                "ngTerm": { "host": ip, "port": PORT },
                "publicTerm": { "host": "192.0.2.1", "port": PORT },
            },
            "parentMember": id,
            "hv": "hv-sandbox-1",
        });
        group.peers.insert(peer, wire);
    }
    let mut wire = member;
    wire["type"] = "Member".into();
    if wire["label"].is_null() {
        wire["label"] = id.as_str().into();
    }
    group.members.insert(id, wire);
}

/// Removes a member and its peers.
fn leave(group: &mut NetworkGroup, member: &str) {
    group.members.shift_remove(member);
    group.peers.retain(|_, peer| peer["parentMember"] != member);
}

/// Removes a deleted application or add-on from every network group.
pub(super) fn forget(world: &mut World, member: &str) {
    for group in world.network_groups.values_mut().filter(|group| group.members.contains_key(member)) {
        leave(group, member);
        group.version += 1;
    }
}

fn wire(group: &NetworkGroup) -> Value {
    json!({
        "type": "NetworkGroup",
        "id": group.id,
        "ownerId": group.owner,
        "label": group.label,
        "description": group.description,
        "networkIp": format!("10.{}.0.0/16", group.number),
        "lastAllocatedIp": group.last_ip(),
        "ownership": "CUSTOMER",
        "tags": group.tags,
        "members": group.members.values().collect::<Vec<_>>(),
        "peers": group.peers.values().collect::<Vec<_>>(),
        "version": group.version,
    })
}
