//! Log of a deployment, from start to end.

use std::time::Duration;

use jiff::Timestamp;

use super::application::{Said, line, reached};
use super::{Line, Place, Sought, Span};
use crate::world::{Application, Deployment, Instance, InstanceState, Origin, State, phase_begins};

/// Services that deploy an application and that run it.
const DEPLOY: &str = "bas-deploy";
const RUN: &str = "bas";

/// Lines after the start of the work: delay, service and text.
type Script = Vec<(Duration, &'static str, String)>;

pub(super) fn lines(
    application: &Application,
    deployment: &Deployment,
    span: Span,
    sought: Sought<'_>,
) -> Vec<Line> {
    let Some(began) = reached(deployment, State::WorkInProgress) else { return Vec::new() };
    let end = deployment.steps.iter().find(|(state, _)| !state.is_open());
    let ends = end.map_or(i64::MAX, |(_, time)| time.as_microsecond());
    // Builds are short: most spans have nothing of them.
    let over = end.is_some_and(|_| ends < span.from);
    if over || began.as_microsecond() >= span.to {
        return Vec::new();
    }
    let own = || application.instances.values().filter(|instance| instance.deployment == deployment.id);
    let builder = own().find(|instance| instance.is_build).or_else(|| own().next());
    let mut lines = Vec::new();
    let mut say = |micros: i64, instance: Option<&Instance>, said: Said| {
        if (span.from..span.to).contains(&micros) && sought.has_message(&said.message) {
            let place = Place::new(micros, &[&deployment.id, &said.message]);
            lines.push(line(application, deployment, instance, place, &said));
        }
    };
    for (after, service, message) in script(application, deployment) {
        let micros = moment(began, after);
        if micros < ends {
            let instance = if service == RUN { own().find(|instance| !instance.is_build) } else { builder };
            say(micros, instance, Said { service, severity: "info", message });
        }
    }
    if let Some((state, _)) = end {
        let (severity, message) = match state {
            State::Succeeded => ("info", "Deployment successful"),
            State::Failed => ("err", "Deployment failed: the application did not answer in time"),
            _ => ("warning", "Deployment cancelled"),
        };
        say(ends, builder, Said { service: DEPLOY, severity, message: message.to_owned() });
    }
    lines
}

fn moment(began: Timestamp, after: Duration) -> i64 {
    began.as_microsecond().saturating_add(i64::try_from(after.as_micros()).unwrap_or(i64::MAX))
}

fn script(application: &Application, deployment: &Deployment) -> Script {
    let kind = application.settings["instance"]["type"].as_str().unwrap_or_default();
    let (build, start) = commands(kind);
    let mut script = vec![
        (Duration::from_millis(200), DEPLOY, format!("Deployment {} begins", deployment.id)),
        (Duration::from_millis(900), DEPLOY, format!("Booting an instance for {}", application.text("name"))),
    ];
    let at = phase_begins(InstanceState::Deploying);
    let commit: String = deployment.commit.chars().take(10).collect();
    if deployment.origin == Origin::Git {
        let pushed = format!("The commit {commit} was pushed with git by {}", deployment.author);
        script.push((Duration::from_millis(500), DEPLOY, pushed));
    }
    let mut steps = vec![format!("Fetching the repository at {commit}"), "No build cache is used".to_owned()];
    steps.extend(build.iter().map(|step| (*step).to_owned()));
    steps.push("Build done".to_owned());
    for (index, step) in (0_u32..).zip(steps) {
        script.push((at + Duration::from_millis(150) + Duration::from_millis(1_300) * index, DEPLOY, step));
    }
    let at = phase_begins(InstanceState::Starting);
    script.push((at + Duration::from_millis(100), DEPLOY, format!("Starting: {start}")));
    script.push((at + Duration::from_millis(2_400), RUN, "Listening on 0.0.0.0:8080".to_owned()));
    let at = phase_begins(InstanceState::Ready);
    script.push((
        at + Duration::from_millis(500),
        DEPLOY,
        "GET / answers 200: the application is up".to_owned(),
    ));
    script
}

/// Build and start commands of this kind of application.
fn commands(kind: &str) -> (&'static [&'static str], &'static str) {
    match kind {
        "node" => (
            &["npm ci", "added 214 packages in 5s", "npm run build", "bundled 38 modules in 2.1s"],
            "npm start",
        ),
        "rust" => (
            &[
                "cargo build --release",
                "Compiling serde v1.0.228",
                "Compiling tokio v1.48.0",
                "Finished `release` profile in 9.4s",
            ],
            "target/release/application",
        ),
        "python" => (&["pip install -r requirements.txt", "Installed 23 packages"], "uwsgi"),
        "static" => (&["Nothing to build"], "static-web-server"),
        _ => (&["Building", "Installed what it depends on"], "the run command"),
    }
}
