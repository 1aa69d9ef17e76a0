//! Deployments that are followed to their end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cc_client::commands::deployment::model::DeploymentOutcome;
use cc_client::commands::deployment::{DeployAndWait, DeployApplication, DeployEvent, WaitForDeployment};

use crate::failure::{Failure, Outcome, check, equal};
use crate::world::World;

const MINUTE: Duration = Duration::from_secs(60);

pub(super) async fn a_deployment_gives_its_log_and_then_its_verdict(world: World) -> Outcome {
    let client = world.client()?;
    let mut deploying = client.deploy_and_wait(DeployAndWait::new(world.id("application"), MINUTE));
    let (mut lines, mut verdict) = (Vec::new(), None);
    while let Some(event) = world.next(&mut deploying).await {
        match event? {
            DeployEvent::Line(line) => lines.push(line.message),
            DeployEvent::Verdict(given) => verdict = Some(given.outcome),
            _ => {}
        }
    }
    equal!(verdict, Some(DeploymentOutcome::Succeeded));
    equal!(lines.last().map(String::as_str), Some("Deployment successful"));
    equal!(world.requests("deploy_application").await?.len(), 1);
    Ok(())
}

pub(super) async fn a_callback_is_given_each_line_of_a_deployment(world: World) -> Outcome {
    let client = world.client()?;
    let deploying = client.deploy_and_wait(DeployAndWait::new(world.id("application"), MINUTE));
    let lines = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&lines);
    let count = move |_| *counted.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    let verdict = world.go(async move { deploying.lines(count).await }).await?;
    check!(verdict.is_success(), "{verdict:?}");
    let lines = *lines.lock().unwrap_or_else(PoisonError::into_inner);
    check!(lines > 5, "{lines} lines came");
    Ok(())
}

pub(super) async fn the_time_limit_of_a_deployment_is_a_verdict(world: World) -> Outcome {
    let client = world.client()?;
    let command = DeployAndWait::new(world.id("application"), Duration::from_millis(500));
    let deploying = client.deploy_and_wait(command);
    let verdict = world.go(async move { deploying.lines(|_| {}).await }).await?;
    equal!(verdict.outcome, DeploymentOutcome::DeadlineExceeded);
    Ok(())
}

pub(super) async fn a_deployment_that_was_started_can_be_waited_for(world: World) -> Outcome {
    let client = world.client()?;
    let started = world.go(client.send(DeployApplication::new(world.id("application")))).await?;
    let wait = WaitForDeployment::new(world.id("application"), MINUTE).every(Duration::from_millis(300));
    let ended = world.go(client.send(wait.deployment_id(started.deployment_id))).await?;
    match ended.outcome {
        DeploymentOutcome::Succeeded => Ok(()),
        other => Err(Failure::new(format!("the outcome is {other}"))),
    }
}
