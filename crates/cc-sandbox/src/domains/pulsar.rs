//! Pulsar add-ons, their cluster and their storage policies, by real id.

use serde_json::{Value, json};

use super::{Handler, addon, provider};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get_pulsar", get),
    ("create_pulsar", create),
    ("delete_pulsar", delete),
    ("renew_pulsar_token", renew),
    ("create_pulsar_tenant_and_namespace", open),
    ("delete_pulsar_tenant_and_namespace", close),
    ("get_pulsar_cluster", get_cluster),
    ("get_pulsar_storage_policies", get_policies),
    ("update_pulsar_storage_policies", update_policies),
];

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Addon, Refusal> {
    let id = request.param("addonId");
    let addon = world.addon_mut(id).ok().filter(|addon| addon.real_id.starts_with("pulsar_"));
    addon.ok_or_else(|| Refusal::not_found("Pulsar", id))
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    shown(find(world, request)?)
}

/// A Pulsar is an add-on too: its id leads to it on every route.
fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let owner = request.text("ownerId");
    if !world.owners.get(owner).is_some_and(|own| own.has_member(&request.caller)) {
        return Err(refusals::NOT_A_MEMBER.with([owner]));
    }
    let provider = provider::find("addon-pulsar");
    let provider = provider.ok_or_else(|| Refusal::not_found("Add-on provider", "addon-pulsar"))?;
    let id = addon::make(world, owner, provider, provider.plans[0], request.text("tenant"), "par");
    let addon = world.addon_mut(&id)?;
    addon.details["tenant"] = request.body["tenant"].clone();
    addon.details["cluster_id"] = request.body["clusterId"].clone();
    shown(addon)
}

fn shown(addon: &Addon) -> Outcome {
    let mut wire = addon.details.clone();
    wire["owner_id"] = addon.owner.as_str().into();
    json_of(wire)
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now.to_string();
    let addon = find(world, request)?;
    addon.details["status"] = "TO_DELETE".into();
    addon.details["ask_for_deletion_date"] = now.into();
    let (id, answer) = (addon.id.clone(), shown(addon));
    addon::remove(world, &id);
    answer
}

fn renew(world: &mut World, request: &Request<'_>) -> Outcome {
    let token = format!("sandbox-secret-{}", world.uuid("pulsar-token"));
    let addon = find(world, request)?;
    addon.details["token"] = token.as_str().into();
    addon.environment.insert("ADDON_PULSAR_TOKEN".to_owned(), token);
    shown(addon)
}

/// The tenant of a Pulsar is its owner, and the namespace has its id.
fn open(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = find(world, request)?;
    addon.details["tenant"] = addon.owner.as_str().into();
    addon.details["namespace"] = addon.real_id.as_str().into();
    addon.details["status"] = "ACTIVE".into();
    shown(addon)
}

fn close(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = find(world, request)?;
    addon.details["namespace"] = "".into();
    addon.details["status"] = "NAMESPACE_DELETED".into();
    done()
}

fn get_cluster(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("clusterId");
    if id != cluster_id(world) {
        return Err(Refusal::not_found("Cluster", id));
    }
    json_of(json!({
        "id": id,
        "url": "materiamq.sandbox.example",
        "pulsar_port": 6650,
        "pulsar_tls_port": 6651,
        "web_port": 80,
        "web_tls_port": 443,
        "version": "4.0.1",
        "available": true,
        "zone": "PAR",
        "support_cold_storage": true,
        "supported_plans": ["BETA"],
    }))
}

fn get_policies(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.details["policies"].clone())
}

/// A threshold that the body leaves out stays as it is; null takes it away.
fn update_policies(world: &mut World, request: &Request<'_>) -> Outcome {
    let policies = &mut find(world, request)?.details["policies"];
    for policy in ["retentionPolicies", "offloadPolicies"] {
        for (threshold, value) in request.body[policy].as_object().into_iter().flatten() {
            policies[policy][threshold] = value.clone();
        }
    }
    json_of(policies.clone())
}

/// Fields that a Pulsar has beyond those of every add-on.
pub(super) fn details(world: &World, real_id: &str) -> Value {
    let nothing = json!({ "sizeInBytes": null, "durationInMinutes": null });
    json!({
        "id": real_id,
        "cluster_id": cluster_id(world),
        "tenant": world.ids.organisation,
        "namespace": real_id,
        "token": "sandbox-pulsar-token",
        "plan": "BETA",
        "status": "ACTIVE",
        "creation_date": world.now.to_string(),
        "cold_storage_linked": false,
        "cold_storage_must_be_provided": false,
        "policies": { "retentionPolicies": nothing, "offloadPolicies": nothing },
    })
}

fn cluster_id(world: &World) -> String {
    format!("cluster_{}", world.fixed_uuid(&["pulsar-cluster"]))
}
