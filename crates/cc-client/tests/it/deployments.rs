//! Deployments that are followed on a simulated platform: the verdict is the truth, in time, and no line is lost unsaid.
//!
//! The platform of these tests has its own table of deployments and its own writer of logs ([`world`], [`platform`]), and knows
//! the truth of each scenario. It is written from what is known of the platform, and shares nothing with `cc-sandbox`. A scenario is
//! an ending combined with something odd that the platform does ([`kinds`]), and a seed. All runs are in virtual time, without a
//! socket.
//!
//! CI runs every kind with 100 seeds. More of them, about 10⁵ scenarios:
//! ```text
//! DEPLOYMENT_SEEDS=600 cargo nextest run --release -p cc-client deployments::
//! ```
//! One kind, or one scenario:
//! ```text
//! DEPLOYMENT_KIND="a storm of lines" DEPLOYMENT_SEED=17 cargo nextest run -p cc-client deployments:: --no-capture
//! ```

mod kinds;
mod platform;
mod stops;
mod world;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use cc_client::commands::deployment::model::DeploymentOutcome;
use cc_client::commands::deployment::{DeployAndWait, DeployEvent, DeploymentProgress};
use cc_client::{Client, Credentials, Error, ErrorKind, Result};
use futures_util::StreamExt;

use kinds::Ending;
use platform::{Asked, Platform};
use world::{Ms, Post, SECOND, Truth, World};

/// Requests in a minute that are allowed by default.
const MOST: usize = 15;

/// Connections of the log in a minute that are allowed.
const MOST_OF_LOG: usize = 20;

/// Events of a run.
#[derive(Debug)]
struct Run {
    outcome: Result<DeploymentOutcome>,
    /// Time of the last event.
    ended: Ms,
    lines: Vec<String>,
    /// Gaps and errors of the log.
    told: Vec<String>,
    asked: Vec<(Ms, Asked)>,
    disturbed: Vec<Ms>,
}

fn client(platform: &Platform, seed: u64) -> Client {
    Client::builder()
        .endpoint("https://api.test")
        .credentials(Credentials::oauth1("key", "secret", "me", "secret"))
        .configure(|transport| transport.http_service(platform.clone()))
        .streams(|settings| settings.seed = Some(seed))
        .build()
        .unwrap()
}

async fn follow(
    client: &Client,
    command: DeployAndWait,
    consumer: Ms,
    run: &mut Run,
) -> Option<DeploymentProgress> {
    let mut deploying = client.deploy_and_wait(command);
    while let Some(event) = deploying.next().await {
        match event {
            Ok(DeployEvent::Line(line)) => {
                run.lines.push(line.message);
                if consumer > 0 {
                    tokio::time::sleep(Duration::from_millis(consumer)).await;
                }
            }
            Ok(DeployEvent::Gap(gap)) => run.told.push(gap.to_string()),
            Ok(DeployEvent::LogError(error)) => run.told.push(error.to_string()),
            Ok(DeployEvent::Verdict(verdict)) => run.outcome = Ok(verdict.outcome),
            Ok(_) => {}
            Err(error) => run.outcome = Err(error),
        }
    }
    deploying.progress()
}

/// Runs a scenario.
async fn run(world: &World) -> Run {
    let platform = Platform::new(world.clone());
    let client = client(&platform, world.seed);
    let command = DeployAndWait::new("app_1", world.deadline);
    let mut run = Run {
        outcome: Err(Error::new(ErrorKind::Unexpected)),
        ended: 0,
        lines: Vec::new(),
        told: Vec::new(),
        asked: Vec::new(),
        disturbed: Vec::new(),
    };
    if world.follows {
        follow(&client, command, world.consumer, &mut run).await;
    } else {
        run.outcome = client.send(command).await.map(|verdict| verdict.outcome);
    }
    run.ended = platform.now();
    (run.asked, run.disturbed) = (platform.asked(), platform.disturbed());
    run
}

/// Problems of a run.
fn faults(world: &World, run: &Run) -> Vec<String> {
    let mut faults = Vec::new();
    let deadline = world.deadline.as_millis() as Ms;
    let mut wrong = |is_wrong: bool, what: String| {
        if is_wrong {
            faults.push(what);
        }
    };
    wrong(
        run.ended > deadline + SECOND,
        format!("returned {} ms after the deadline", run.ended.saturating_sub(deadline)),
    );
    let count = |asked| run.asked.iter().filter(|(_, other)| *other == asked).count();
    wrong(count(Asked::Post) > 1, format!("{} requests of a deployment", count(Asked::Post)));
    // Connections of the log, and the owner look-ups they take, are made at their own pace.
    let counts = |asked: &Asked| matches!(asked, Asked::Post | Asked::Look);
    let requests: Vec<Ms> = run.asked.iter().filter(|(_, asked)| counts(asked)).map(|(at, _)| *at).collect();
    let summaries = run.asked.iter().filter(|(_, asked)| *asked == Asked::Summary).count();
    wrong(summaries > 4, format!("{summaries} look-ups of the owner"));
    let in_a_minute =
        |from: &Ms| requests.iter().filter(|at| (*from..from + 60 * SECOND).contains(at)).count();
    let most = requests.iter().map(in_a_minute).max().unwrap_or(0);
    wrong(most > MOST, format!("{most} requests in a minute"));
    let log: Vec<Ms> =
        run.asked.iter().filter(|(_, asked)| *asked == Asked::Log).map(|(at, _)| *at).collect();
    let in_a_minute = |from: &Ms| log.iter().filter(|at| (*from..from + 60 * SECOND).contains(at)).count();
    let most = log.iter().map(in_a_minute).max().unwrap_or(0);
    wrong(most > MOST_OF_LOG, format!("{most} connections of the log in a minute"));
    let disturbed = run.disturbed.iter().filter(|at| **at < deadline);
    wrong(disturbed.clone().count() > 0, format!("asked before Retry-After was over: {:?}", run.disturbed));

    let mut once = HashSet::new();
    let doubled: Vec<&String> = run.lines.iter().filter(|line| !once.insert(*line)).collect();
    wrong(!doubled.is_empty(), format!("doubled: {doubled:?}"));
    match &run.outcome {
        Err(error) => {
            let expected = expected_error(world);
            let (kind, may_be_done) = (error.kind(), error.may_be_done());
            let text = error.to_string();
            wrong(may_be_done && !text.contains("may be running"), format!("does not say it: {text}"));
            wrong(
                expected != Some((kind, may_be_done)),
                format!("ended with {kind:?}, may be done: {may_be_done}: {error}"),
            );
        }
        Ok(outcome) => {
            wrong(expected_error(world).is_some(), format!("{outcome} without an answer"));
            let truth = if world.end <= deadline { world.truth } else { Truth::GoesOn };
            wrong(!is_true(*outcome, truth), format!("said {outcome}, but it is {truth:?}"));
            let given: HashSet<&str> = run.lines.iter().map(String::as_str).collect();
            let is_over =
                truth != Truth::GoesOn && world.follows && *outcome != DeploymentOutcome::UnknownState;
            let lost: Vec<&str> = world
                .lines
                .iter()
                .filter(|line| line.service != "bas" && line.ready <= run.ended.max(world.end + 900))
                .map(|line| line.text.as_str())
                .filter(|line| !given.contains(line))
                .collect();
            wrong(is_over && !lost.is_empty() && run.told.is_empty(), format!("lost silently: {lost:?}"));
            wrong(
                world.is_clean && is_over && !lost.is_empty(),
                format!("lost: {lost:?}, told {:?}", run.told),
            );
            let refused = world
                .connections
                .iter()
                .any(|connection| matches!(connection, world::Connection::Refused(..)));
            wrong(
                world.is_clean && !refused && !run.told.is_empty() && world.moves.is_none(),
                format!("told of losses although there are none: {:?}", run.told),
            );
        }
    }
    faults
}

/// Error of a request without a proper answer, and whether the deployment may be in progress.
fn expected_error(world: &World) -> Option<(ErrorKind, bool)> {
    if world.summary_takes > world.deadline.as_millis() as Ms {
        return Some((ErrorKind::DeadlineExceeded, false));
    }
    // One that began since the request is adopted, if it is the only one.
    let own = world.rows.iter().find(|row| row.id == world.ours).unwrap();
    let has_other = world.rows.iter().any(|row| row.id == "deployment_other" && row.shown == 0);
    match world.post {
        Post::Accepted => None,
        Post::Refused(401) => Some((ErrorKind::Refused, false)),
        _ if own.shown == world::NEVER || has_other => Some((ErrorKind::Indeterminate, true)),
        _ => None,
    }
}

fn is_true(outcome: DeploymentOutcome, truth: Truth) -> bool {
    let said = match outcome {
        DeploymentOutcome::Succeeded => Truth::Succeeded,
        DeploymentOutcome::Failed => Truth::Failed,
        DeploymentOutcome::Cancelled => Truth::Cancelled,
        DeploymentOutcome::Superseded => Truth::Superseded,
        DeploymentOutcome::DeadlineExceeded => Truth::GoesOn,
        // The outcome does not claim that the deployment continues.
        DeploymentOutcome::UnknownState => return matches!(truth, Truth::Unknown | Truth::GoesOn),
        _ => return false,
    };
    said == truth
}

/// Delay of the verdict after the result was visible.
fn lateness(world: &World, run: &Run) -> Option<Ms> {
    // A log that is lost announces nothing.
    let has_log = world.follows && world.is_clean;
    let is_told = run.outcome.is_ok() && has_log && world.end < world.deadline.as_millis() as Ms;
    is_told.then(|| run.ended.saturating_sub(world.end))
}

/// Results of the runs of some kinds.
#[derive(Debug, Default)]
struct Report {
    runs: usize,
    faults: Vec<String>,
    late: BTreeMap<Truth, Vec<Ms>>,
    by_kind: BTreeMap<String, (usize, Vec<Ms>, usize)>,
}

impl Report {
    fn add(&mut self, other: Report) {
        self.runs += other.runs;
        self.faults.extend(other.faults);
        for (truth, late) in other.late {
            self.late.entry(truth).or_default().extend(late);
        }
        self.by_kind.extend(other.by_kind);
    }
}

fn quantile(late: &mut [Ms], share: f64) -> Ms {
    late.sort_unstable();
    late.get(((late.len() as f64 * share) as usize).min(late.len().saturating_sub(1))).copied().unwrap_or(0)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs these kinds with all seeds, in virtual time of their own.
fn run_kinds(kinds: &[(&'static str, Ending)]) -> Report {
    let seeds = setting("DEPLOYMENT_SEED")
        .map_or(0..setting("DEPLOYMENT_SEEDS").unwrap_or(100), |seed| seed..seed + 1);
    let is_single = seeds.clone().count() == 1;
    let mut report = Report::default();
    for (name, ending) in kinds {
        for seed in seeds.clone() {
            let world = kinds::world(name, *ending, seed);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            let run = runtime.block_on(run(&world));
            report.runs += 1;
            let faults = faults(&world, &run);
            if is_single {
                tracing::info!(?world, ?run, "a scenario");
            }
            let (count, late, failed) = report.by_kind.entry(world.kind.clone()).or_default();
            *count += 1;
            *failed += usize::from(!faults.is_empty());
            if let Some(lateness) = lateness(&world, &run) {
                late.push(lateness);
                report.late.entry(world.truth).or_default().push(lateness);
            }
            report
                .faults
                .extend(faults.into_iter().map(|fault| format!("{} (seed {seed}): {fault}", world.kind)));
        }
    }
    report
}

#[test]
fn the_verdict_is_the_truth_in_time_and_no_line_is_lost_unsaid() {
    let wanted = std::env::var("DEPLOYMENT_KIND").unwrap_or_default();
    let kinds: Vec<_> = kinds::all()
        .into_iter()
        .filter(|(name, ending)| format!("{name}: {ending:?}").contains(&wanted))
        .collect();
    assert!(!wanted.is_empty() || kinds.len() >= 100, "{} kinds", kinds.len());
    let threads = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    let mut report = Report::default();
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let mine: Vec<_> = kinds.iter().skip(part).step_by(threads).copied().collect();
                scope.spawn(move || run_kinds(&mine))
            })
            .collect();
        parts.into_iter().for_each(|part| report.add(part.join().unwrap()));
    });
    let mut table = String::new();
    for (kind, (count, late, failed)) in &mut report.by_kind {
        let (p50, p99) = (quantile(late, 0.5), quantile(late, 0.99));
        if *failed > 0 || p99 > 4_000 || !wanted.is_empty() {
            table += &format!("{failed:4} of {count} wrong, verdict p50 {p50} ms, p99 {p99} ms: {kind}\n");
        }
    }
    let shown: Vec<&String> = report.faults.iter().take(40).collect();
    assert!(
        report.faults.is_empty(),
        "{} of {} runs:\n{table}\n{shown:#?}",
        report.faults.len(),
        report.runs
    );
    let mut all: Vec<Ms> = report.late.values().flatten().copied().collect();
    for (what, late) in [("all", &mut all), ("cancelled", report.late.entry(Truth::Cancelled).or_default())] {
        let (p50, p99) = (quantile(late, 0.5), quantile(late, 0.99));
        // Virtual time: the figures are the same on every machine.
        assert!(
            !wanted.is_empty() || p50 <= SECOND && p99 <= 4 * SECOND,
            "{what}: the verdict comes after {p50} ms (p50), {p99} ms (p99), {} runs\n{table}",
            report.runs
        );
    }
}
