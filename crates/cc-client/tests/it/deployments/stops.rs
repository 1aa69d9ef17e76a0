//! Deployments that are cancelled at random moments, at the deadline, and when they are dropped: one that may be running is
//! never left unsaid.

use std::pin::pin;
use std::time::Duration;

use cc_client::commands::deployment::model::{DeploymentOutcome, DeploymentVerdict};
use cc_client::commands::deployment::{
    DeployAndWait, DeployEvent, Deploying, DeploymentProgress, StillRunning,
};
use cc_client::{ErrorKind, Result};
use fastrand::Rng;
use futures_util::StreamExt;

use super::kinds::{self, Ending};
use super::platform::{Asked, Platform};
use super::world::{Ms, Post, SECOND, Truth, World};
use super::{client, is_true, setting};

/// The behaviours of the platform that concern the request and its cancellation.
const KINDS: [(&str, Ending); 14] = [
    ("as it should be", Ending::Succeeds),
    ("as it should be", Ending::Fails),
    ("as it should be", Ending::CancelReplaces),
    ("as it should be", Ending::Superseded),
    ("as it should be", Ending::GoesOn),
    ("a row that shows up late", Ending::Succeeds),
    ("503 for a while", Ending::Succeeds),
    ("a request whose answer is a page", Ending::Succeeds),
    ("a request whose answer is lost", Ending::Succeeds),
    ("a request whose answer comes after the deadline", Ending::Succeeds),
    ("a request that is answered 503, and a row that shows up late", Ending::Succeeds),
    ("a request that is answered 503, and no row", Ending::Succeeds),
    ("a request that is answered 401", Ending::Succeeds),
    ("an owner that is not found in time", Ending::Succeeds),
];

/// How a run is stopped.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Cancel(Ms),
    Deadline(Ms, StillRunning),
    Drop(Ms),
}

/// Follows a deployment to its end, or until this time.
async fn until(deploying: &mut Deploying, at: Ms) -> Option<Result<DeploymentVerdict>> {
    let mut late = pin!(tokio::time::sleep(Duration::from_millis(at)));
    loop {
        tokio::select! {
            biased;
            () = &mut late => return None,
            event = deploying.next() => match event {
                Some(Ok(DeployEvent::Verdict(verdict))) => return Some(Ok(*verdict)),
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(_)) => {}
                None => panic!("the stream ended without a last event"),
            },
        }
    }
}

/// Problems of a run that is stopped like this.
async fn faults(world: &World, stop: Stop) -> Vec<String> {
    let platform = Platform::new(world.clone());
    let client = client(&platform, world.seed);
    let deadline = match stop {
        Stop::Deadline(at, _) => Duration::from_millis(at),
        _ => Duration::from_secs(600),
    };
    let mut deploying = client.deploy_and_wait(DeployAndWait::new("app_1", deadline));
    let ended = match stop {
        Stop::Cancel(at) => match until(&mut deploying, at).await {
            Some(ended) => ended,
            None => deploying.cancel().await,
        },
        Stop::Deadline(_, action) => {
            deploying = deploying.on_deadline(action);
            until(&mut deploying, 1_000 * SECOND).await.unwrap()
        }
        Stop::Drop(at) => {
            deploying = deploying.on_drop(StillRunning::Cancel);
            let _ = until(&mut deploying, at).await;
            drop(deploying);
            tokio::time::sleep(Duration::from_secs(80)).await;
            let goes_on = platform.truth() == Some(Truth::GoesOn) && is_shown(world);
            return if goes_on { vec!["a dropped deployment goes on".to_owned()] } else { Vec::new() };
        }
    };
    let mut faults = Vec::new();
    let mut wrong = |is_wrong: bool, what: String| {
        if is_wrong {
            faults.push(what);
        }
    };
    let asks = platform.asked().iter().filter(|(_, asked)| *asked == Asked::Post).count();
    wrong(asks > 1, format!("{asks} requests of a deployment"));
    let truth = platform.truth();
    let cancels = matches!(stop, Stop::Cancel(_) | Stop::Deadline(_, StillRunning::Cancel));
    let is_lost = matches!(world.post, Post::Refused(_)) && !is_shown(world);
    wrong(cancels && !is_lost && truth == Some(Truth::GoesOn), format!("goes on: {ended:?}"));
    match (&ended, truth) {
        (Ok(verdict), None) => {
            let said = (verdict.outcome, &verdict.deployment_id);
            wrong(said != (DeploymentOutcome::Cancelled, &None), format!("nothing was requested: {said:?}"));
        }
        (Ok(verdict), Some(truth)) => {
            let names = verdict.deployment_id.as_ref().is_some_and(|id| *id == *world.ours);
            wrong(!names, format!("another deployment: {verdict:?}"));
            let says = verdict.outcome.may_be_running() && verdict.to_string().contains("may be running");
            wrong(!says && !is_true(verdict.outcome, truth), format!("said {verdict}, but it is {truth:?}"));
        }
        (Err(error), Some(Truth::GoesOn)) => {
            let says = error.kind() == ErrorKind::Indeterminate && error.may_be_done();
            wrong(!says || !error.to_string().contains("may be running"), format!("goes on, and: {error}"));
            let progress = DeploymentProgress::of(error);
            wrong(cancels && !is_lost && progress.is_none(), format!("names no deployment: {error}"));
        }
        (Err(error), truth) => wrong(truth.is_some() && !is_lost, format!("it is {truth:?}, and: {error}")),
    }
    faults
}

fn is_shown(world: &World) -> bool {
    world.rows.iter().any(|row| row.id == world.ours && row.shown < super::world::NEVER)
}

#[test]
fn a_deployment_that_may_be_running_is_never_left_unsaid() {
    let seeds = setting("DEPLOYMENT_SEED")
        .map_or(0..setting("DEPLOYMENT_SEEDS").unwrap_or(25), |seed| seed..seed + 1);
    let mut found = Vec::new();
    let mut runs = 0;
    for seed in seeds {
        for (kind, ending) in KINDS {
            let mut random = Rng::with_seed(seed ^ 0x5709);
            let mut world = kinds::world(kind, ending, seed);
            world.is_unlucky = seed % 3 == 0;
            let at = match seed % 5 {
                // While the owner is looked up, or the request is under way.
                0 => random.u64(0..400),
                1 => random.u64(0..6 * SECOND),
                _ => random.u64(0..50 * SECOND),
            };
            let stops = [
                Stop::Cancel(at),
                Stop::Deadline(at.max(1), StillRunning::Cancel),
                Stop::Deadline(at.max(1), StillRunning::Leave),
                Stop::Drop(at),
            ];
            for stop in stops {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .start_paused(true)
                    .build()
                    .unwrap();
                let faults = runtime.block_on(faults(&world, stop));
                runs += 1;
                found.extend(
                    faults.into_iter().map(|fault| format!("{kind} (seed {seed}, {stop:?}): {fault}")),
                );
            }
        }
    }
    let shown: Vec<&String> = found.iter().take(30).collect();
    assert!(found.is_empty(), "{} of {runs} runs: {shown:#?}", found.len());
}

/// A deployment of this kind, and its platform.
fn one(kind: &'static str) -> (Platform, Deploying) {
    let world = kinds::world(kind, Ending::GoesOn, 4);
    let platform = Platform::new(world.clone());
    let client = client(&platform, world.seed);
    let deploying = client.deploy_and_wait(DeployAndWait::new("app_1", Duration::from_secs(600)));
    (platform, deploying)
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_was_never_polled_is_cancelled_without_a_request() {
    let (platform, mut deploying) = one("as it should be");
    let verdict = deploying.cancel().await.unwrap();
    assert_eq!((verdict.outcome, verdict.deployment_id), (DeploymentOutcome::Cancelled, None));
    assert_eq!(platform.asked(), []);
    assert_eq!(deploying.cancel().await.unwrap().outcome, DeploymentOutcome::Cancelled, "again");
    assert!(deploying.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_deployment_tells_its_log_up_to_the_verdict() {
    let (platform, mut deploying) = one("as it should be");
    assert!(until(&mut deploying, 3 * SECOND).await.is_none());
    deploying.request_cancel();
    let verdict = until(&mut deploying, 60 * SECOND).await.unwrap().unwrap();
    assert_eq!(verdict.outcome, DeploymentOutcome::Cancelled);
    assert_eq!(platform.truth(), Some(Truth::Cancelled));
    assert_eq!(platform.asked().iter().filter(|(_, asked)| *asked == Asked::Cancel).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_was_given_up_goes_on_with_the_next() {
    let (platform, mut deploying) = one("as it should be");
    assert!(until(&mut deploying, 2 * SECOND).await.is_none());
    let short = Duration::from_millis(1);
    assert!(tokio::time::timeout(short, deploying.cancel()).await.is_err());
    assert_eq!(deploying.progress().unwrap().deployment_id.as_str(), "deployment_ours");
    assert_eq!(deploying.cancel().await.unwrap().outcome, DeploymentOutcome::Cancelled);
    assert_eq!(platform.truth(), Some(Truth::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_can_be_cancelled_after_the_deadline_left_it_alone() {
    let world = kinds::world("as it should be", Ending::GoesOn, 4);
    let platform = Platform::new(world.clone());
    let client = client(&platform, world.seed);
    let mut deploying = client.deploy_and_wait(DeployAndWait::new("app_1", Duration::from_secs(5)));
    let verdict = until(&mut deploying, 60 * SECOND).await.unwrap().unwrap();
    assert_eq!((verdict.outcome, verdict.exit_code()), (DeploymentOutcome::DeadlineExceeded, 5));
    assert_eq!(platform.truth(), Some(Truth::GoesOn));
    assert_eq!(deploying.cancel().await.unwrap().outcome, DeploymentOutcome::Cancelled);
    assert_eq!(platform.truth(), Some(Truth::Cancelled));
}

#[test]
fn a_deployment_dropped_outside_of_a_runtime_is_left_alone_without_a_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap();
    let (platform, deploying) = runtime.block_on(async {
        let (platform, deploying) = one("as it should be");
        let mut deploying = deploying.on_drop(StillRunning::Cancel);
        assert!(until(&mut deploying, 2 * SECOND).await.is_none());
        (platform, deploying)
    });
    drop(deploying);
    assert!(platform.asked().iter().all(|(_, asked)| *asked != Asked::Cancel));
}
