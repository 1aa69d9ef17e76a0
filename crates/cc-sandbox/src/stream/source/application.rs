//! The log of an application: what its deployments say, and what its instances say while they are up.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Line, Place, Sought, Span, deployment, now_and_then};
use crate::world::{Action, Application, Deployment, Instance, State, Visit, World};

pub(super) const FIELDS: [&str; 15] = [
    "id",
    "date",
    "applicationId",
    "commitId",
    "deploymentId",
    "instanceId",
    "zone",
    "region",
    "service",
    "pid",
    "facility",
    "severity",
    "priority",
    "version",
    "message",
];

/// An instance says up to two things in so many microseconds.
const SLOT: i64 = 4_000_000;
const MOST: u64 = 2;

pub(super) fn lines(world: &World, application: &Application, span: Span, sought: Sought<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let sought_deployments = application.deployments.values().filter(|own| sought.is_of(&own.id));
    for deployment in sought_deployments.filter(|own| own.action == Action::Deploy) {
        lines.extend(deployment::lines(application, deployment, span, sought));
    }
    let instances = application.instances.values().filter(|instance| !instance.is_build);
    for instance in instances.filter(|instance| sought.is_of(&instance.deployment)) {
        let Some(deployment) = application.deployments.get(&instance.deployment) else { continue };
        let Some(up) = reached(deployment, State::Succeeded) else { continue };
        let down = instance.deleted.map_or(i64::MAX, Timestamp::as_microsecond);
        let span = Span { from: span.from.max(up.as_microsecond()), to: span.to.min(down) };
        if span.from >= span.to {
            continue;
        }
        for moment in now_and_then(world.seed, &instance.id, SLOT, MOST, span) {
            let said = said(moment.drawn());
            if sought.has_message(&said.message) {
                lines.push(line(application, deployment, Some(instance), moment.place(), &said));
            }
        }
        let visits = application.visits_in(span.from, span.to);
        for visit in visits.filter(|visit| visit.instance.as_deref() == Some(instance.id.as_str())) {
            let said = answered(visit);
            if sought.has_message(&said.message) {
                let place = Place::new(visit.at.as_microsecond(), &["log", &visit.id]);
                lines.push(line(application, deployment, Some(instance), place, &said));
            }
        }
    }
    lines
}

/// The line about a request.
fn answered(visit: &Visit) -> Said {
    let severity = if visit.status < 500 { "info" } else { "err" };
    let message = format!("{} {} {} {} ms", visit.method, visit.path, visit.status, visit.millis);
    Said { service: "bas", severity, message }
}

/// Returns `true` if an instance runs: it writes lines and is accessed.
pub(super) fn serves(application: &Application) -> bool {
    let runs = |instance: &&Instance| !instance.is_build && instance.deleted.is_none();
    let mut running = application.instances.values().filter(runs);
    running.any(|instance| {
        let deployment = application.deployments.get(&instance.deployment);
        deployment.is_some_and(|own| reached(own, State::Succeeded).is_some())
    })
}

/// Returns `true` if a deployment is in progress: it writes lines.
pub(super) fn deploys(application: &Application) -> bool {
    application.deployments.values().any(|deployment| deployment.state == State::WorkInProgress)
}

/// Time at which a deployment reached a state.
pub(super) fn reached(deployment: &Deployment, state: State) -> Option<Timestamp> {
    deployment.steps.iter().find(|(step, _)| *step == state).map(|(_, time)| *time)
}

/// A line of a service.
pub(super) struct Said {
    pub(super) service: &'static str,
    pub(super) severity: &'static str,
    pub(super) message: String,
}

/// Something that a program says while it runs.
fn said(drawn: u64) -> Said {
    let (service, severity) = ("bas", "info");
    let (item, time) = (drawn / 16 % 500, drawn / 8_000 % 90 + 2);
    let message = match drawn % 16 {
        0 => format!("POST /api/orders 201 {time} ms"),
        1 => format!("GET /api/items/{item} 404 {time} ms"),
        2 => format!("job {item} done in {time} ms"),
        3 => "GET /health 200 1 ms".to_owned(),
        4 => return Said { service, severity: "warning", message: format!("slow query: {} ms", time * 20) },
        5 => return Said { service, severity: "err", message: format!("order {item}: no stock left") },
        6 => return Said { service: "systemd", severity, message: "Started session of user bas".to_owned() },
        _ => format!("GET /api/items/{item} 200 {time} ms"),
    };
    Said { service, severity, message }
}

pub(super) fn line(
    application: &Application,
    deployment: &Deployment,
    instance: Option<&Instance>,
    place: Place,
    said: &Said,
) -> Line {
    let (severity, service) = (said.severity, said.service);
    let level = match severity {
        "err" => 3,
        "warning" => 4,
        _ => 6,
    };
    let id = instance.map(|instance| instance.id.clone());
    let value: Value = json!({
        "applicationId": application.id,
        "commitId": deployment.commit,
        "deploymentId": deployment.id,
        "instanceId": id,
        "zone": application.text("zone"),
        "service": service,
        "pid": if service == "systemd" { 1 } else { 1_024 + i32::try_from(deployment.number).unwrap_or(0) },
        "facility": 1,
        "severity": severity,
        "priority": 8 + level,
        "version": "1",
        "message": said.message,
    });
    Line { place, service, deployment: Some(deployment.id.clone()), instance: id, value }
}
