//! Deployments and instances in the words of v2 and of v4.

use serde_json::{Value, json};

use crate::engine::random::mix;
use crate::world::{Action, Application, Deployment, Instance, InstanceState, Origin};

/// Port that instances listen to.
const PORT: u16 = 8080;

pub(super) fn v4(application: &Application, deployment: &Deployment) -> Value {
    let steps =
        deployment.steps.iter().map(|(state, date)| json!({ "state": state.v4(), "date": date.to_string() }));
    json!({
        "id": deployment.id,
        "ownerId": application.owner,
        "applicationId": application.id,
        "startDate": deployment.started.to_string(),
        "state": deployment.state.v4(),
        "steps": steps.collect::<Value>(),
        "version": { "commitId": commit(deployment) },
        "origin": {
            "action": deployment.action,
            "cause": cause(deployment),
            "source": match deployment.origin {
                Origin::Api => "api",
                Origin::Git => "git",
            },
            "authorId": deployment.author,
            "constraints": [],
            "priority": "DEFAULT",
        },
        "hasDedicatedBuild": application.settings["separateBuild"] == true,
    })
}

pub(super) fn v2(application: &Application, deployment: &Deployment) -> Value {
    let instances = application.instances.values().filter(|instance| instance.deployment == deployment.id);
    json!({
        "uuid": deployment.id,
        "id": deployment.number,
        "date": deployment.started.as_millisecond(),
        "state": deployment.state.v2(),
        "action": deployment.action,
        "commit": commit(deployment),
        "cause": cause(deployment),
        "instances": instances.filter(|instance| !instance.is_build).count(),
        "author": { "id": deployment.author, "name": "Sandbox User" },
    })
}

pub(super) fn instance_v4(application: &Application, instance: &Instance) -> Value {
    json!({
        "id": instance.id,
        "ownerId": application.owner,
        "applicationId": application.id,
        "deploymentId": instance.deployment,
        "name": name(instance),
        "flavor": flavor(application, instance)["name"],
        "index": instance.index,
        "state": instance.state,
        "hypervisorId": "hv-sandbox-1",
        "creationDate": instance.created.to_string(),
        "deletionDate": instance.deleted.map(|deleted| deleted.to_string()),
        "network": is_reachable(instance).then(|| json!({ "ip": ip(instance), "port": PORT })),
        "isBuildVm": instance.is_build,
    })
}

pub(super) fn instance_v2(application: &Application, instance: &Instance) -> Value {
    let deployment = application.deployments.get(&instance.deployment);
    let flavor = flavor(application, instance);
    json!({
        "id": instance.id,
        "appId": application.id,
        "ip": ip(instance),
        "appPort": if is_reachable(instance) { PORT } else { 0 },
        "state": instance.state,
        "flavor": { "name": flavor["name"], "mem": flavor["mem"], "cpus": flavor["cpus"], "price": flavor["price"] },
        "commit": deployment.and_then(commit),
        "deployNumber": deployment.map_or(0, |deployment| deployment.number),
        "deployId": instance.deployment,
        "instanceNumber": instance.index,
        "displayName": name(instance),
        "creationDate": instance.created.as_millisecond(),
    })
}

fn commit(deployment: &Deployment) -> Option<&str> {
    Some(deployment.commit.as_str()).filter(|commit| !commit.is_empty())
}

fn cause(deployment: &Deployment) -> &'static str {
    match (deployment.action, deployment.origin) {
        (Action::Undeploy, _) => "API Request: undeploy",
        (Action::Cancel, _) => "API Request: cancel",
        (Action::Deploy, Origin::Api) => "API Request: deploy",
        // No source states the words of the platform.
        (Action::Deploy, Origin::Git) => "Git push",
    }
}

fn flavor<'a>(application: &'a Application, instance: &Instance) -> &'a Value {
    if instance.is_build {
        &application.settings["buildFlavor"]
    } else {
        &application.settings["instance"]["minFlavor"]
    }
}

fn is_reachable(instance: &Instance) -> bool {
    instance.state != InstanceState::Booting
}

fn ip(instance: &Instance) -> String {
    format!("192.0.2.{}", mix(0, &[&instance.id]) % 254 + 1)
}

/// Two words that a person can tell apart from others, as the platform gives them.
fn name(instance: &Instance) -> String {
    const FIRST: [&str; 8] = ["Brave", "Calm", "Clever", "Eager", "Gentle", "Jolly", "Quick", "Wise"];
    const SECOND: [&str; 8] = ["Badger", "Falcon", "Heron", "Lynx", "Otter", "Panda", "Raven", "Wolf"];
    let number = mix(0, &[&instance.id]) as usize;
    format!("{} {}", FIRST[number % 8], SECOND[number / 8 % 8])
}
