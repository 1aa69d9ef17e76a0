//! Deploying, following the log, and the verdict.

use std::time::Duration;

use cc_client::commands::application::UpdateApplication;
use cc_client::commands::deployment::UndeployApplication;
use cc_client::commands::deployment::model::DeploymentOutcome;
use cc_client::commands::deployment::{
    CancelDeployment, DeployAndWait, DeployEvent, DeploymentProgress, ListDeployment,
};
use cc_client::{Client, ErrorKind, Result};
use cc_sandbox::{DeploymentFault, Fault, Sandbox, StreamFault};
use cc_trials::memory;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::{SECOND, sandbox};

/// Events of a deployment.
#[derive(Debug, Default)]
struct Told {
    lines: Vec<String>,
    gaps: usize,
    log_errors: usize,
    outcome: Option<DeploymentOutcome>,
    progress: Option<DeploymentProgress>,
}

async fn follow(client: &Client, command: DeployAndWait, stop_after: usize) -> Result<Told> {
    let mut deploying = client.deploy_and_wait(command);
    let mut told = Told::default();
    while let Some(event) = timeout(3_600 * SECOND, deploying.next()).await.expect("it does not hang") {
        match event? {
            DeployEvent::Line(line) => told.lines.push(line.message),
            DeployEvent::Gap(_) => told.gaps += 1,
            DeployEvent::LogError(_) => told.log_errors += 1,
            DeployEvent::Verdict(verdict) => told.outcome = Some(verdict.outcome),
            _ => {}
        }
        told.progress = deploying.progress();
        if told.lines.len() >= stop_after {
            break;
        }
    }
    Ok(told)
}

fn command(sandbox: &Sandbox) -> DeployAndWait {
    DeployAndWait::new(sandbox.ids().application, 120 * SECOND)
}

#[tokio::test(start_paused = true)]
async fn a_deployment_tells_its_log_and_then_its_verdict() {
    let (sandbox, client) = sandbox(0);
    let start = Instant::now();
    let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
    assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded));
    assert!(told.lines[0].ends_with("begins"), "{:?}", told.lines);
    assert_eq!(told.lines.last().unwrap(), "Deployment successful");
    assert_eq!((told.lines.len(), told.gaps, told.log_errors), (13, 0, 0), "{:?}", told.lines);
    assert!(start.elapsed() < 42 * SECOND, "{:?}", start.elapsed());
    let asked = sandbox.journal().matches("POST /v2/organisations").count();
    assert_eq!(asked, 1, "it is deployed once");
}

#[tokio::test(start_paused = true)]
async fn the_log_has_the_platform_asked_at_once() {
    let (sandbox, client) = sandbox(0);
    let start = Instant::now();
    let slow = command(&sandbox).every(60 * SECOND);
    let told = follow(&client, slow, usize::MAX).await.unwrap();
    assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded));
    assert!(
        start.elapsed() < 70 * SECOND,
        "the second look is at 60 s, or when the log says so: {:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_fails_or_is_cancelled_is_a_verdict() {
    let (sandbox, client) = sandbox(0);
    sandbox.fail_next_deployment(&sandbox.ids().application);
    let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
    assert_eq!(told.outcome, Some(DeploymentOutcome::Failed));
    assert!(told.lines.last().unwrap().starts_with("Deployment failed"));

    let mut deploying = client.deploy_and_wait(command(&sandbox));
    let mut outcome = None;
    while let Some(event) = deploying.next().await {
        match event.unwrap() {
            DeployEvent::Line(_) if outcome.is_none() => {
                let id = deploying.progress().unwrap().deployment_id;
                let cancel = CancelDeployment::new(sandbox.ids().application, id);
                outcome = client.send(cancel).await.ok().map(|_| DeploymentOutcome::Succeeded);
            }
            DeployEvent::Verdict(verdict) => outcome = Some(verdict.outcome),
            _ => {}
        }
    }
    assert_eq!(outcome, Some(DeploymentOutcome::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_and_leaves_the_deployment_alone() {
    let (sandbox, client) = sandbox(0);
    let start = Instant::now();
    let mut short = command(&sandbox);
    short.deadline = 20 * SECOND;
    let told = follow(&client, short, usize::MAX).await.unwrap();
    assert_eq!((told.outcome, start.elapsed().as_secs()), (Some(DeploymentOutcome::DeadlineExceeded), 20));
    let rest = DeployAndWait::resume(told.progress.unwrap(), 60 * SECOND);
    let more = follow(&client, rest, usize::MAX).await.unwrap();
    assert_eq!(more.outcome, Some(DeploymentOutcome::Succeeded));
    assert_eq!((told.lines.len() + more.lines.len(), more.gaps), (13, 0), "each line once");
    assert_eq!(sandbox.journal().matches("POST /v2/organisations").count(), 1, "it is deployed once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_may_be_a_deployment() {
    let (sandbox, client) = sandbox(0);
    sandbox.faults().add(Fault::latency(300 * SECOND).on("deploy_application"));
    let mut short = command(&sandbox);
    short.deadline = 10 * SECOND;
    let error = follow(&client, short, usize::MAX).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::Indeterminate, Some("DeployAndWait")));
    assert!(error.may_be_done() && error.to_string().contains("may be running"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_can_be_resumed_in_another_process_after_any_line() {
    let (whole, client) = sandbox(0);
    let whole = follow(&client, command(&whole), usize::MAX).await.unwrap().lines;
    let without_id = |line: &String| !line.contains("deployment_");
    for stop in 1..whole.len() {
        let (sandbox, client) = sandbox(0);
        let first = follow(&client, command(&sandbox), stop).await.unwrap();
        let progress = serde_json::to_string(&first.progress.unwrap()).unwrap();
        tokio::time::sleep(Duration::from_secs(stop as u64)).await;
        let resume = DeployAndWait::resume(serde_json::from_str(&progress).unwrap(), 120 * SECOND);
        let second = follow(&memory::client(&sandbox), resume, usize::MAX).await.unwrap();
        assert_eq!(second.outcome, Some(DeploymentOutcome::Succeeded));
        let lines: Vec<_> = first.lines.iter().chain(&second.lines).filter(|line| without_id(line)).collect();
        let expected: Vec<_> = whole.iter().filter(|line| without_id(line)).collect();
        assert_eq!(lines[..expected.len()], expected, "stopped after {stop}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_to_the_log_there_is_one_verdict() {
    let mut plans: Vec<Vec<StreamFault>> =
        StreamFault::all().into_iter().map(|fault| vec![fault; 3]).collect();
    plans.extend((0..16).map(|seed| (0..8).map(|number| StreamFault::seeded(seed, number)).collect()));
    for plan in plans {
        let (sandbox, client) = sandbox(0);
        for fault in &plan {
            sandbox.faults().add(Fault::stream(*fault).times(1));
        }
        let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
        assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded), "{plan:?}");
        let mut once = told.lines.clone();
        once.dedup();
        assert_eq!(once, told.lines, "{plan:?}: no line comes twice");
        // A refused log is opened again while the deployment continues.
        let is_final = plan[0].is_final();
        assert!(!is_final || told.log_errors > 0 && told.lines.len() == 13, "{plan:?}: {told:?}");
        assert!(told.lines.len() == 13 || told.log_errors + told.gaps > 0, "{plan:?}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn as_a_command_it_gives_the_verdict_alone() {
    let (sandbox, client) = sandbox(0);
    let verdict = client.send(command(&sandbox)).await.unwrap();
    assert_eq!(verdict.outcome, DeploymentOutcome::Succeeded);
    assert!(!sandbox.journal().contains("/logs"));
}

/// A line that only looks like the end does not cut the log: its rest is waited for.
#[tokio::test(start_paused = true)]
async fn a_line_after_an_assumed_end_continues_the_log() {
    // What follows is another line, or a look at the platform while the log is away.
    for (after, away) in [(12, 3), (2, 33)] {
        let (sandbox, client) = sandbox(0);
        let application = sandbox.ids().application;
        let trap = UpdateApplication::new(&application).name("tell me when a deployment failed");
        client.send(trap).await.unwrap();
        sandbox.faults().add(Fault::stream(StreamFault::HalfOpenSilence { after }).times(1));
        let refused = StreamFault::Refused { status: 503, retry_after: Some(away) };
        sandbox.faults().add(Fault::stream(refused).times(1));
        let told = follow(&client, command(&sandbox).every(SECOND), usize::MAX).await.unwrap();
        assert!(told.lines[1].ends_with("deployment failed"), "{told:?}");
        assert_eq!(told.lines.last().unwrap(), "Deployment successful", "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_is_there_at_once_however_seldom_the_platform_is_asked() {
    for every in [300 * SECOND, Duration::MAX] {
        let (sandbox, client) = sandbox(0);
        let start = Instant::now();
        let told = follow(&client, command(&sandbox).every(every), usize::MAX).await.unwrap();
        assert_eq!((told.outcome, told.lines.len()), (Some(DeploymentOutcome::Succeeded), 13), "{told:?}");
        assert!(start.elapsed() < 45 * SECOND, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_is_followed_while_the_platform_cannot_tell_how_far_it_is() {
    for (times, outcome) in [(8, DeploymentOutcome::Succeeded), (10_000, DeploymentOutcome::DeadlineExceeded)]
    {
        let (sandbox, client) = sandbox(0);
        sandbox.faults().add(Fault::unavailable().on("get_deployment").times(times));
        let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
        assert_eq!((told.outcome, told.gaps, told.log_errors), (Some(outcome), 0, 0), "{told:?}");
        assert!(told.lines[0].ends_with("begins") && told.lines[12] == "Deployment successful", "{told:?}");
    }
}

/// The log is behind when the deployment is over: that its end was not told is said.
#[tokio::test(start_paused = true)]
async fn a_log_without_the_end_is_reported_as_incomplete() {
    let (sandbox, client) = sandbox(0);
    for fault in
        [StreamFault::ResetBetweenEvents { after: 3 }, StreamFault::HeartbeatOnly { lasts: 60 * SECOND }]
    {
        sandbox.faults().add(Fault::stream(fault).times(1));
    }
    let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
    assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded));
    let is_whole = told.lines.last().unwrap() == "Deployment successful";
    assert_eq!((is_whole, told.log_errors), (false, 1), "{told:?}");
}

/// A late reader gets the log of the deployment, without later lines of the program.
#[tokio::test(start_paused = true)]
async fn what_the_program_writes_after_the_end_is_not_of_the_deployment() {
    for stop in [1, 12, 13] {
        let (sandbox, client) = sandbox(0);
        let first = follow(&client, command(&sandbox), stop).await.unwrap();
        tokio::time::sleep(100 * SECOND).await;
        let resume = DeployAndWait::resume(first.progress.unwrap(), 120 * SECOND);
        let second = follow(&client, resume, usize::MAX).await.unwrap();
        assert_eq!(second.outcome, Some(DeploymentOutcome::Succeeded));
        assert_eq!(first.lines.len() + second.lines.len(), 13, "{second:?}");
        assert_eq!((second.gaps, second.log_errors), (0, 0), "{second:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_counts_from_the_first_poll_and_without_any_nothing_is_asked_for() {
    let (sandbox, client) = sandbox(0);
    let mut short = command(&sandbox);
    short.deadline = 60 * SECOND;
    let mut deploying = client.deploy_and_wait(short.clone());
    tokio::time::sleep(100 * SECOND).await;
    assert!(matches!(deploying.next().await, Some(Ok(DeployEvent::Started(_)))));
    let before = sandbox.journal();
    short.deadline = Duration::ZERO;
    let error = follow(&client, short, usize::MAX).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    assert!(error.to_string().contains("nothing is deployed") && !error.may_be_done(), "{error}");
    assert_eq!(sandbox.journal(), before);
}

/// The deployment ends while the log waits for its next attempt: that lines may be missing is said before the verdict.
#[tokio::test(start_paused = true)]
async fn a_log_lost_at_the_end_of_the_deployment_is_reported() {
    let (sandbox, client) = sandbox(0);
    sandbox.faults().add(Fault::stream(StreamFault::ResetBetweenEvents { after: 2 }).times(1));
    let refused = StreamFault::Refused { status: 503, retry_after: Some(200) };
    sandbox.faults().add(Fault::stream(refused).times(1));
    let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
    assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded));
    assert_eq!((told.lines.len(), told.log_errors), (2, 1), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn rows_that_are_missed_or_late_change_no_verdict() {
    for (fault, times) in [(DeploymentFault::Missed, 3), (DeploymentFault::Late { by: 9 * SECOND }, 100)] {
        let (sandbox, client) = sandbox(0);
        sandbox.faults().add(Fault::deployments(fault).times(times));
        let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
        assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded), "{fault:?}");
        assert_eq!((told.lines.len(), told.gaps, told.log_errors), (13, 0, 0), "{fault:?}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_or_a_stop_that_replaces_the_row_is_a_cancel() {
    for stops in [false, true] {
        let (sandbox, client) = sandbox(0);
        sandbox.faults().add(Fault::deployments(DeploymentFault::Replaced));
        let mut deploying = client.deploy_and_wait(command(&sandbox));
        let (mut outcome, mut lines) = (None, 0);
        while let Some(event) = deploying.next().await {
            match event.unwrap() {
                DeployEvent::Line(_) => {
                    lines += 1;
                    let id = deploying.progress().unwrap().deployment_id;
                    let application = sandbox.ids().application;
                    if lines == 3 && stops {
                        client.send(UndeployApplication::new(application)).await.unwrap();
                    } else if lines == 3 {
                        client.send(CancelDeployment::new(application, id)).await.unwrap();
                    }
                }
                DeployEvent::Verdict(verdict) => outcome = Some(verdict.outcome),
                _ => {}
            }
        }
        assert_eq!(outcome, Some(DeploymentOutcome::Cancelled), "{stops}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_ends_early_or_says_that_there_is_nothing_is_opened_again() {
    for fault in StreamFault::odd_logs() {
        let (sandbox, client) = sandbox(0);
        sandbox.faults().add(Fault::stream(fault).times(3));
        let told = follow(&client, command(&sandbox), usize::MAX).await.unwrap();
        assert_eq!(told.outcome, Some(DeploymentOutcome::Succeeded), "{fault:?}");
        let mut once = told.lines.clone();
        once.sort();
        once.dedup();
        assert_eq!((once.len(), told.lines.len()), (13, 13), "{fault:?}: {told:?}");
        assert_eq!((told.gaps, told.log_errors), (0, 0), "{fault:?}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_whose_answer_is_lost_is_found_in_a_sandbox() {
    for (fault, cancels) in
        [(Fault::reset_after(), false), (Fault::truncated(), false), (Fault::reset_after(), true)]
    {
        let sandbox = Sandbox::builder().in_memory();
        let (client, application) = (sandbox.client(), sandbox.ids().application);
        sandbox.faults().add(fault.on("deploy_application").times(1));
        sandbox.faults().add(Fault::latency(Duration::from_millis(50)));
        let mut deploying =
            client.deploy_and_wait(DeployAndWait::new(&application, Duration::from_secs(600)));
        let verdict = if cancels {
            // The owner is looked up, and the request is under way.
            assert!(timeout(Duration::from_millis(75), deploying.next()).await.is_err());
            deploying.cancel().await.unwrap()
        } else {
            loop {
                if let DeployEvent::Verdict(verdict) = deploying.next().await.unwrap().unwrap() {
                    break *verdict;
                }
            }
        };
        let latest = client.send(ListDeployment::of_application(&application).limit(1)).await.unwrap();
        assert_eq!(verdict.deployment_id.as_ref(), Some(&latest[0].id));
        assert!(deploying.progress().unwrap().is_adopted);
    }
}
