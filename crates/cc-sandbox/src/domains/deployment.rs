//! Deployments: what happens to an application after it was asked to go live, and when.

use std::time::Duration;

use crate::engine::clock::after;
use crate::engine::random::uuid;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::{
    Action, Application, Change, Deployment, Instance, InstanceState, Origin, PHASES, State, World,
};

use super::deployment_view::{instance_v2, instance_v4, v2, v4};
use super::{Handler, limited, message};
use serde_json::{Map, Value, json};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("deploy_application", deploy),
    ("undeploy_application", undeploy),
    ("cancel_deployment", cancel),
    ("list_deployments", list),
    ("get_deployment", get),
    ("list_instances", list_instances),
    ("get_instance", get_instance),
    ("list_legacy_deployments", list_v2),
    ("get_legacy_deployment", get_v2),
    ("list_legacy_instances", list_instances_v2),
    ("get_legacy_instance", get_instance_v2),
    ("list_owner_deployments", list_of_owner),
];

/// Time for which a new deployment is missing in the v4 API.
const HIDDEN: Duration = Duration::from_secs(2);
/// Time in the queue before the work starts.
const QUEUED: Duration = Duration::from_secs(3);
/// Time that instances take to stop.
const STOPPING: Duration = Duration::from_secs(5);

fn deploy(world: &mut World, request: &Request<'_>) -> Outcome {
    world.check_payment(request.owner())?;
    let (application, commit) = (request.param("applicationId"), request.query("commit"));
    let id = start(world, application, commit, &request.caller, Origin::Api)?;
    json_of(
        json!({ "id": 0, "message": "The application has successfully been queued for redeploy", "type": "success", "deploymentId": id }),
    )
}

fn undeploy(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("applicationId");
    let application = world.application_mut(id)?;
    let open: Vec<String> = open(application);
    open.iter().for_each(|deployment| end(world, id, deployment, State::Cancelled));
    let deployment = record(world, id, Action::Undeploy, "", &request.caller)?;
    step(world, id, &deployment, State::WorkInProgress);
    let application = world.application_mut(id)?;
    (application.is_up, application.wants_up) = (false, false);
    stop(world, id, None);
    world.later(STOPPING, Change::EndUndeployment { application: id.to_owned(), deployment });
    message("The application has successfully been undeployed")
}

/// Ends the row of a stop.
pub(super) fn end_undeployment(world: &mut World, id: &str, deployment: &str) {
    if is_in(world, id, deployment, State::WorkInProgress) {
        end(world, id, deployment, State::Succeeded);
    }
}

fn cancel(world: &mut World, request: &Request<'_>) -> Outcome {
    let (id, deployment) = (request.param("applicationId"), request.param("deploymentId"));
    let application = world.application(id)?;
    let found = find(application, deployment)?;
    if !found.state.is_open() {
        return Err(Refusal::not_found("Deployment under way", deployment));
    }
    let deployment = found.id.clone();
    end(world, id, &deployment, State::Cancelled);
    message("The deployment has been cancelled")
}

/// Asks for a deployment and gives its id. Of those that wait only the newest is kept.
pub(crate) fn start(
    world: &mut World,
    id: &str,
    commit: Option<&str>,
    author: &str,
    origin: Origin,
) -> Result<String, Refusal> {
    let application = world.application_mut(id)?;
    let cancels = application.settings["cancelOnPush"] == true;
    let superseded: Vec<String> = application
        .deployments
        .values()
        .filter(|other| other.state == State::Queued || (cancels && other.state == State::WorkInProgress))
        .map(|other| other.id.clone())
        .collect();
    application.wants_up = true;
    let commit = match commit {
        Some(commit) => commit.to_owned(),
        None => latest_commit(world, id),
    };
    let deployment = record(world, id, Action::Deploy, &commit, author)?;
    if let Some(own) = world.application_mut(id)?.deployments.get_mut(&deployment) {
        own.origin = origin;
    }
    for other in superseded {
        end(world, id, &other, State::Cancelled);
    }
    begin_next(world, id);
    Ok(deployment)
}

/// Enters a row into the table of deployments, and gives its id.
pub(super) fn record(
    world: &mut World,
    id: &str,
    action: Action,
    commit: &str,
    author: &str,
) -> Result<String, Refusal> {
    let (deployment, now) = (world.id("deployment"), world.now);
    let application = world.application_mut(id)?;
    let entry = Deployment {
        id: deployment.clone(),
        number: application.deployments.len() + 1,
        state: State::Queued,
        action,
        is_replaced: false,
        commit: commit.to_owned(),
        origin: Origin::Api,
        author: author.to_owned(),
        started: now,
        steps: vec![(State::Queued, now)],
    };
    application.deployments.insert(deployment.clone(), entry);
    Ok(deployment)
}

/// Starts the oldest waiting deployment, unless another one is in progress.
fn begin_next(world: &mut World, id: &str) {
    let Ok(application) = world.application(id) else { return };
    let busy = application.deployments.values().any(|deployment| deployment.state == State::WorkInProgress);
    let next = application.deployments.values().find(|deployment| deployment.state == State::Queued);
    if let (false, Some(next)) = (busy, next) {
        let (application, deployment) = (id.to_owned(), next.id.clone());
        world.later(QUEUED, Change::BeginDeployment { application, deployment });
    }
}

/// Begins the work on a deployment.
pub(super) fn begin(world: &mut World, id: &str, deployment: &str) {
    if !is_in(world, id, deployment, State::Queued) {
        return;
    }
    step(world, id, deployment, State::WorkInProgress);
    let (count, separate) = world.application(id).map_or((1, false), |application| {
        let count = application.settings["instance"]["minInstances"].as_u64().unwrap_or(1);
        (count as usize, application.settings["separateBuild"] == true)
    });
    if separate {
        boot(world, id, deployment, 0, true);
    }
    (0..count).for_each(|index| boot(world, id, deployment, index, false));
    if let Ok(application) = world.application(id)
        && application.settings["homogeneous"] == true
    {
        stop(world, id, Some(deployment));
    }
    let mut passed = Duration::ZERO;
    for (index, (_, lasts)) in PHASES.iter().enumerate() {
        passed += *lasts;
        let to = PHASES.get(index + 1).map(|(state, _)| *state);
        let (application, deployment) = (id.to_owned(), deployment.to_owned());
        world.later(passed, Change::MoveDeployment { application, deployment, to });
    }
}

/// Brings the instances of a deployment to a phase, or ends the deployment if no phase is left.
pub(super) fn advance(world: &mut World, id: &str, deployment: &str, to: Option<InstanceState>) {
    if is_in(world, id, deployment, State::WorkInProgress) {
        match to {
            Some(state) => set_instances(world, id, deployment, state),
            None => finish(world, id, deployment),
        }
    }
}

fn boot(world: &mut World, id: &str, deployment: &str, index: usize, is_build: bool) {
    let (instance, now) = (world.uuid("instance"), world.now);
    let Ok(application) = world.application_mut(id) else { return };
    let entry = Instance {
        id: instance.clone(),
        deployment: deployment.to_owned(),
        index,
        state: PHASES[0].0,
        created: now,
        deleted: None,
        is_build,
    };
    application.instances.insert(instance, entry);
}

fn set_instances(world: &mut World, id: &str, deployment: &str, state: InstanceState) {
    let Ok(application) = world.application_mut(id) else { return };
    for instance in application.instances.values_mut().filter(|instance| instance.deployment == deployment) {
        let builds = instance.is_build && state == InstanceState::Deploying;
        instance.state = if builds { InstanceState::Building } else { state };
    }
}

fn finish(world: &mut World, id: &str, deployment: &str) {
    let Ok(application) = world.application_mut(id) else { return };
    let fails = std::mem::take(&mut application.fails_next);
    end(world, id, deployment, if fails { State::Failed } else { State::Succeeded });
}

/// Ends a deployment that is open, with all that goes with it.
fn end(world: &mut World, id: &str, deployment: &str, state: State) {
    step(world, id, deployment, state);
    let deploys = world.application(id).is_ok_and(|application| {
        application.deployments.get(deployment).is_some_and(|own| own.action == Action::Deploy)
    });
    if state == State::Succeeded && deploys {
        set_instances(world, id, deployment, InstanceState::Up);
        if let Ok(application) = world.application_mut(id) {
            application.is_up = true;
            // What built the application is not needed any more.
            let builders = application.instances.values_mut().filter(|instance| instance.is_build);
            builders
                .filter(|instance| instance.state == InstanceState::Up)
                .for_each(|instance| instance.state = InstanceState::Stopping);
        }
        stop(world, id, Some(deployment));
    } else if state != State::Succeeded {
        let failed: Vec<String> = world.application(id).map_or(Vec::new(), |application| {
            let own = application.instances.values().filter(|instance| instance.deployment == deployment);
            own.map(|instance| instance.id.clone()).collect()
        });
        stop_these(world, id, failed);
        if let Ok(application) = world.application_mut(id) {
            let retries = application.deployments.values().any(|deployment| deployment.state.is_open());
            application.is_up &=
                application.instances.values().any(|instance| instance.state == InstanceState::Up);
            application.wants_up = application.is_up || retries;
        }
    }
    begin_next(world, id);
}

/// Stops every instance but those of one deployment.
fn stop(world: &mut World, id: &str, keep: Option<&str>) {
    let Ok(application) = world.application(id) else { return };
    let others = application.instances.values().filter(|instance| {
        instance.state == InstanceState::Stopping || keep.is_none_or(|keep| instance.deployment != keep)
    });
    let ids = others.map(|instance| instance.id.clone()).collect();
    stop_these(world, id, ids);
}

fn stop_these(world: &mut World, id: &str, ids: Vec<String>) {
    let Ok(application) = world.application_mut(id) else { return };
    let mut stopped = Vec::new();
    for instance in ids {
        if let Some(instance) = application.instances.get_mut(&instance).filter(|own| own.deleted.is_none()) {
            instance.state = InstanceState::Stopping;
            stopped.push(instance.id.clone());
        }
    }
    world.later(STOPPING, Change::DeleteInstances { application: id.to_owned(), instances: stopped });
}

/// Marks instances as deleted.
pub(super) fn delete_instances(world: &mut World, id: &str, instances: &[String]) {
    let now = world.now;
    let Ok(application) = world.application_mut(id) else { return };
    for instance in instances {
        if let Some(instance) = application.instances.get_mut(instance).filter(|own| own.deleted.is_none()) {
            (instance.state, instance.deleted) = (InstanceState::Deleted, Some(now));
        }
    }
}

pub(super) fn step(world: &mut World, id: &str, deployment: &str, state: State) {
    let now = world.now;
    if let Ok(application) = world.application_mut(id)
        && let Some(deployment) = application.deployments.get_mut(deployment)
    {
        deployment.state = state;
        deployment.steps.push((state, now));
    }
}

fn is_in(world: &World, id: &str, deployment: &str, state: State) -> bool {
    world.application(id).is_ok_and(|application| {
        application.deployments.get(deployment).is_some_and(|own| own.state == state)
    })
}

fn open(application: &Application) -> Vec<String> {
    let open = application.deployments.values().filter(|deployment| deployment.state.is_open());
    open.map(|deployment| deployment.id.clone()).collect()
}

/// The commit at the head of an application's branch.
fn latest_commit(world: &World, id: &str) -> String {
    if let Some(pushed) = world.application(id).ok().and_then(|application| application.pushed.clone()) {
        return pushed;
    }
    uuid(world.seed, &["commit", id]).replace('-', "") + "00c0ffee"
}

fn find<'a>(application: &'a Application, deployment: &str) -> Result<&'a Deployment, Refusal> {
    let by_number = || application.deployments.values().find(|own| own.number.to_string() == deployment);
    application
        .deployments
        .get(deployment)
        .or_else(by_number)
        .filter(|own| !own.is_replaced)
        .ok_or_else(|| Refusal::not_found("Deployment", deployment))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let actions: Vec<&str> = request.query_all("action").collect();
    let mut found: Vec<Value> = application
        .deployments
        .values()
        .filter(|deployment| !deployment.is_replaced && after(deployment.started, HIDDEN) <= world.now)
        .filter(|deployment| actions.is_empty() || actions.contains(&deployment.action.name()))
        .map(|deployment| v4(application, deployment))
        .collect();
    if request.query("order") != Some("ASC") {
        found.reverse();
    }
    limited(found, request)
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let id = request.param("deploymentId");
    let is_shown = |own: &&Deployment| !own.is_replaced && after(own.started, HIDDEN) <= world.now;
    let visible = application.deployments.get(id).filter(is_shown);
    json_of(v4(application, visible.ok_or_else(|| Refusal::not_found("Deployment", id))?))
}

fn list_v2(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let offset = request.query("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
    let action = request.query("action");
    let found = application.deployments.values().rev().filter(|own| !own.is_replaced);
    let found = found.filter(|own| action.is_none_or(|action| own.action.name() == action)).skip(offset);
    limited(found.map(|deployment| v2(application, deployment)).collect(), request)
}

fn get_v2(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    json_of(v2(application, find(application, request.param("deploymentId"))?))
}

fn list_of_owner(world: &mut World, request: &Request<'_>) -> Outcome {
    let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let own = world.applications.values().filter(|application| application.owner == request.owner());
    let deployments = own.map(|application| {
        let shown = application.deployments.values().rev().filter(|own| !own.is_replaced);
        let latest = shown.take(limit);
        (application.id.clone(), latest.map(|deployment| v2(application, deployment)).collect())
    });
    json_of(deployments.collect::<Map<String, Value>>())
}

fn list_instances(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let date = |name: &str| request.query(name).map(super::read_date).transpose();
    let (since, until) = (date("since")?, date("until")?);
    let included: Vec<&str> = request.query_all("includeState").collect();
    let excluded: Vec<&str> = request.query_all("excludeState").collect();
    let mut found: Vec<Value> = application
        .instances
        .values()
        .filter(|own| request.query("deploymentId").is_none_or(|id| own.deployment == id))
        .filter(|own| request.query("excludeDeleted") != Some("true") || own.deleted.is_none())
        .filter(|own| since.is_none_or(|since| own.deleted.is_none_or(|deleted| deleted >= since)))
        .filter(|own| until.is_none_or(|until| own.created <= until))
        .filter(|own| included.is_empty() || included.contains(&own.state.name()))
        .filter(|own| !excluded.contains(&own.state.name()))
        .map(|instance| instance_v4(application, instance))
        .collect();
    if request.query("order") == Some("DESC") {
        found.reverse();
    }
    limited(found, request)
}

fn get_instance(world: &mut World, request: &Request<'_>) -> Outcome {
    let (application, instance) = instance(world, request)?;
    json_of(instance_v4(application, instance))
}

fn list_instances_v2(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let found = application
        .instances
        .values()
        .filter(|own| request.query("deploymentId").is_none_or(|id| own.deployment == id))
        .filter(|own| request.query("withDeleted") == Some("true") || own.deleted.is_none());
    json_of(found.map(|instance| instance_v2(application, instance)).collect::<Value>())
}

fn get_instance_v2(world: &mut World, request: &Request<'_>) -> Outcome {
    let (application, instance) = instance(world, request)?;
    json_of(instance_v2(application, instance))
}

fn instance<'a>(world: &'a World, request: &Request<'_>) -> Result<(&'a Application, &'a Instance), Refusal> {
    let application = world.application(request.param("applicationId"))?;
    let id = request.param("instanceId");
    let instance = application.instances.get(id).ok_or_else(|| Refusal::not_found("Instance", id))?;
    Ok((application, instance))
}
