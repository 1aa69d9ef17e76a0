//! Waiting for a deployment: every way in which it can end, in virtual time.

use std::time::Duration;

use cc_client::commands::deployment::model::{DeploymentOutcome, DeploymentVerdict};
use cc_client::commands::deployment::{DeploymentProgress, WaitForDeployment};
use cc_client::{Error, ErrorKind, Result, RetryPolicy};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Platform, SECOND, after};

const HANG: Duration = Duration::from_secs(1_000_000);

/// The state of `deployment_1` at a look, which started at 8 o'clock.
fn state(state: &str) -> Value {
    started("deployment_1", 8, state, "DEPLOY")
}

fn started(id: &str, hour: u32, state: &str, action: &str) -> Value {
    json!({"id": id, "startDate": format!("2024-05-02T{hour:02}:00:00Z"), "state": state, "origin": {"action": action}})
}

/// Answers of the platform to the polls in turn, the last one repeatedly: a status with a body, or a long
/// silence. The list of deployments is always this one.
fn platform(looks: Vec<Option<(u16, Value)>>, list: Vec<Value>) -> Platform {
    let looks = std::sync::Mutex::new(looks.into_iter());
    let last = std::sync::Mutex::new(None);
    Platform::slow(move |_, request| match request.uri().path() {
        "/v2/summary" => after(Duration::ZERO, 200, crate::support::SUMMARY),
        path if path.ends_with("/deployments") => after(Duration::ZERO, 200, &json!(list).to_string()),
        _ => {
            let mut last = last.lock().unwrap();
            if let Some(next) = looks.lock().unwrap().next() {
                *last = next;
            }
            match &*last {
                Some((status, body)) => after(Duration::ZERO, *status, &body.to_string()),
                None => after(HANG, 200, "{}"),
            }
        }
    })
}

fn ok(state: &str) -> Option<(u16, Value)> {
    Some((200, self::state(state)))
}

fn status(status: u16) -> Option<(u16, Value)> {
    Some((status, json!({})))
}

/// Waits for `deployment_1` for half a minute: how it ended, and after how long.
async fn wait(platform: &Platform) -> (Result<DeploymentVerdict>, u64) {
    run(platform, WaitForDeployment::new("app_1", 30 * SECOND).deployment_id("deployment_1")).await
}

async fn run(platform: &Platform, command: WaitForDeployment) -> (Result<DeploymentVerdict>, u64) {
    let start = Instant::now();
    let ended = platform.client().send(command.owner_id("orga_1")).await;
    (ended, start.elapsed().as_secs())
}

fn told(ended: (Result<DeploymentVerdict>, u64)) -> (DeploymentOutcome, Option<String>, u64) {
    let verdict = ended.0.unwrap();
    (verdict.outcome, verdict.deployment.map(|deployment| deployment.state.to_string()), ended.1)
}

fn failure(ended: (Result<DeploymentVerdict>, u64)) -> (Error, u64) {
    (ended.0.unwrap_err(), ended.1)
}

#[tokio::test(start_paused = true)]
async fn the_wait_ends_with_the_deployment_and_polls_every_five_seconds() {
    for (last, outcome, after) in [
        ("SUCCEEDED", DeploymentOutcome::Succeeded, 10),
        ("FAILED", DeploymentOutcome::Failed, 10),
        // What took its place may show up a little later.
        ("CANCELLED", DeploymentOutcome::Cancelled, 12),
    ] {
        let platform = platform(vec![ok("QUEUED"), ok("WORK_IN_PROGRESS"), ok(last)], vec![state(last)]);
        assert_eq!(told(wait(&platform).await), (outcome, Some(last.to_owned()), after));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_state_is_not_an_end() {
    let platform = platform(vec![ok("POSTPONED"), ok("SUCCEEDED")], vec![]);
    let command =
        WaitForDeployment::new("app_1", 30 * SECOND).deployment_id("deployment_1").every(5 * SECOND);
    let ended = told(run(&platform, command).await);
    assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 5));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_one_is_superseded_when_a_later_one_runs_something_in_its_place() {
    let before = started("deployment_0", 7, "SUCCEEDED", "DEPLOY");
    for (other, outcome, after) in [
        (started("deployment_2", 9, "WORK_IN_PROGRESS", "DEPLOY"), DeploymentOutcome::Superseded, 0),
        (started("deployment_2", 9, "QUEUED", "UPSCALE"), DeploymentOutcome::Cancelled, 2),
        (started("deployment_2", 9, "QUEUED", "DOWNSCALE"), DeploymentOutcome::Cancelled, 2),
        (started("deployment_2", 9, "QUEUED", "REPLACE"), DeploymentOutcome::Cancelled, 2),
        (started("deployment_2", 9, "SUCCEEDED", "UNDEPLOY"), DeploymentOutcome::Cancelled, 0),
        (started("deployment_2", 9, "SUCCEEDED", "CANCEL"), DeploymentOutcome::Cancelled, 0),
        (json!({"id": "deployment_2", "state": "QUEUED"}), DeploymentOutcome::Cancelled, 2),
    ] {
        let platform = platform(vec![ok("CANCELLED")], vec![other, state("CANCELLED"), before.clone()]);
        assert_eq!(told(wait(&platform).await), (outcome, Some("CANCELLED".to_owned()), after));
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_row_explains_an_absent_deployment_whose_last_row_is_returned() {
    for (action, outcome) in [
        ("DEPLOY", DeploymentOutcome::Superseded),
        ("CANCEL", DeploymentOutcome::Cancelled),
        ("UNDEPLOY", DeploymentOutcome::Cancelled),
        ("UPSCALE", DeploymentOutcome::DeadlineExceeded),
    ] {
        let later = started("deployment_2", 9, "WORK_IN_PROGRESS", action);
        let platform = platform(vec![ok("QUEUED"), status(404)], vec![later]);
        let after = if outcome == DeploymentOutcome::DeadlineExceeded { 30 } else { 7 };
        let ended = told(wait(&platform).await);
        assert_eq!(ended, (outcome, Some("QUEUED".to_owned()), after), "{action}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_briefly_missing_is_not_gone() {
    let later = started("deployment_2", 9, "WORK_IN_PROGRESS", "DEPLOY");
    let platform = platform(vec![ok("QUEUED"), status(404), ok("QUEUED"), ok("SUCCEEDED")], vec![later]);
    let ended = told(wait(&platform).await);
    assert_eq!((ended.0, ended.1), (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_state_is_read_in_the_words_of_either_version_and_in_any_case() {
    for (word, outcome) in [
        ("OK", DeploymentOutcome::Succeeded),
        ("succeeded", DeploymentOutcome::Succeeded),
        ("FAIL", DeploymentOutcome::Failed),
        ("Failed", DeploymentOutcome::Failed),
        ("CANCELED", DeploymentOutcome::Cancelled),
    ] {
        let platform = platform(vec![ok("WIP"), ok("wip"), ok(word)], vec![state(word)]);
        assert_eq!(told(wait(&platform).await).0, outcome, "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_not_known_is_an_end_when_a_later_deployment_runs() {
    let later = started("deployment_2", 9, "WORK_IN_PROGRESS", "DEPLOY");
    let platform = platform(vec![ok("WIP"), ok("EVAPORATED")], vec![later]);
    let ended = told(wait(&platform).await);
    assert_eq!((ended.0, ended.1), (DeploymentOutcome::UnknownState, Some("EVAPORATED".to_owned())));
    assert!(ended.2 < 15, "{}", ended.2);
}

#[tokio::test(start_paused = true)]
async fn a_row_without_an_id_does_not_keep_the_others_from_being_seen() {
    let odd = json!({"id": null, "startDate": "2024-05-02T10:00:00Z", "state": "QUEUED"});
    let ended = told(wait(&platform(vec![status(404)], vec![odd, state("FAILED")])).await);
    assert_eq!(ended.0, DeploymentOutcome::Failed);
}

#[tokio::test(start_paused = true)]
async fn the_last_look_is_at_the_deadline_whatever_the_platform_asks_for() {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let start = Instant::now();
    let platform = Platform::slow(move |_, _| {
        let mut answer =
            if looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 { 503 } else { 200 };
        if start.elapsed() < 30 * SECOND {
            answer = 503;
        }
        let body = state("SUCCEEDED").to_string();
        Box::pin(async move {
            let mut answer = after(Duration::ZERO, answer, &body).await?;
            answer.headers_mut().insert("retry-after", 3_600.into());
            Ok(answer)
        })
    });
    let ended = told(wait(&platform).await);
    assert_eq!((ended.0, ended.2), (DeploymentOutcome::Succeeded, 30));
    assert_eq!(platform.journal().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn there_are_fifteen_requests_a_minute_at_most() {
    for (looks, list) in [
        (vec![ok("WORK_IN_PROGRESS")], vec![]),
        (vec![status(404)], vec![]),
        (vec![status(503)], vec![]),
        (vec![ok("PONDERING")], vec![]),
    ] {
        let platform = platform(looks, list);
        let command = WaitForDeployment::new("app_1", 60 * SECOND).deployment_id("deployment_1");
        let _ = run(&platform, command).await;
        assert!(platform.journal().len() <= 15, "{:?}", platform.journal());
        assert!(platform.journal().len() >= 10, "{:?}", platform.journal());
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_takes_more_requests_stays_within_fifteen_a_minute() {
    for (before, end) in (8..14).flat_map(|before| [(before, ok("CANCELLED")), (before, status(404))]) {
        let looks = vec![ok("WORK_IN_PROGRESS"); before].into_iter().chain([end]).collect();
        let list = vec![started("deployment_2", 9, "WORK_IN_PROGRESS", "DEPLOY")];
        let platform = platform(looks, list);
        let start = Instant::now();
        let command = WaitForDeployment::new("app_1", 600 * SECOND).deployment_id("deployment_1");
        let ended = platform.client().send(command).await.unwrap();
        assert_eq!(ended.outcome, DeploymentOutcome::Superseded);
        // The owner is looked up, too.
        let requests = platform.journal().len();
        assert!(requests <= 15 || start.elapsed() >= 60 * SECOND, "{before}: {:?}", platform.journal());
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_appears_late_is_awaited() {
    let others = vec![started("deployment_0", 7, "SUCCEEDED", "DEPLOY")];
    let platform = platform(vec![status(404), status(404), ok("SUCCEEDED")], others);
    let ended = told(wait(&platform).await);
    assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 5));
}

#[tokio::test(start_paused = true)]
async fn another_deployment_never_counts_as_the_awaited_one() {
    let others = vec![started("deployment_2", 9, "SUCCEEDED", "DEPLOY")];
    let ended = told(wait(&platform(vec![status(404)], others)).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, None, 30));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_only_in_the_list_is_read_from_it() {
    let ended = told(wait(&platform(vec![status(404)], vec![state("FAILED")])).await);
    assert_eq!(ended, (DeploymentOutcome::Failed, Some("FAILED".to_owned()), 0));
}

#[tokio::test(start_paused = true)]
async fn without_an_id_it_waits_for_the_one_that_is_the_latest_at_the_first_look() {
    let list = vec![started("deployment_0", 7, "FAILED", "DEPLOY"), state("WORK_IN_PROGRESS")];
    let platform = platform(vec![ok("WORK_IN_PROGRESS"), ok("SUCCEEDED")], list);
    let ended = told(run(&platform, WaitForDeployment::new("app_1", 30 * SECOND)).await);
    assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 10));
    let path = "GET /v4/orchestration/organisations/orga_1/applications/app_1/deployments";
    let read = format!("{path}/deployment_1");
    assert_eq!(platform.journal(), [path, read.as_str(), read.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn an_application_without_deployments_is_waited_on_until_the_deadline() {
    let ended = told(run(&platform(vec![], vec![]), WaitForDeployment::new("app_1", 30 * SECOND)).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, None, 30));
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_a_running_deployment_is_returned_in_its_current_state() {
    let ended = told(wait(&platform(vec![ok("WORK_IN_PROGRESS")], vec![])).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, Some("WORK_IN_PROGRESS".to_owned()), 30));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_hangs_does_not_escape_the_deadline() {
    let ended = told(wait(&platform(vec![ok("QUEUED"), None], vec![])).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, Some("QUEUED".to_owned()), 30));
    let command = WaitForDeployment::new("app_1", Duration::ZERO);
    let ended = told(run(&platform(vec![None], vec![]), command).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, None, 0));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_hangs_is_given_up_after_ten_seconds() {
    let platform = platform(vec![None, ok("SUCCEEDED")], vec![]);
    let command = WaitForDeployment::new("app_1", 60 * SECOND).deployment_id("deployment_1");
    let ended = told(run(&platform, command).await);
    assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 11));
}

#[tokio::test(start_paused = true)]
async fn errors_that_may_pass_are_ignored_until_the_deadline() {
    let ended = told(wait(&platform(vec![status(503), status(429), ok("SUCCEEDED")], vec![])).await);
    assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 3));
}

#[tokio::test(start_paused = true)]
async fn a_lasting_error_is_returned_at_the_deadline_if_nothing_was_seen() {
    let (error, seconds) = failure(wait(&platform(vec![status(503)], vec![])).await);
    assert_eq!((error.status().map(|status| status.as_u16()), seconds), (Some(503), 30));
    assert_eq!(error.command(), Some("WaitForDeployment"));
}

#[tokio::test(start_paused = true)]
async fn the_last_seen_state_is_returned_although_later_polls_fail() {
    let ended = told(wait(&platform(vec![ok("QUEUED"), status(503)], vec![])).await);
    assert_eq!(ended, (DeploymentOutcome::DeadlineExceeded, Some("QUEUED".to_owned()), 30));
}

#[tokio::test(start_paused = true)]
async fn a_few_odd_answers_do_not_end_it() {
    for odd in [401, 403, 501, 530] {
        let looks = vec![ok("QUEUED"), status(odd), status(odd), ok("SUCCEEDED")];
        let ended = told(wait(&platform(looks, vec![])).await);
        assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 8), "{odd}");
    }
    for body in [json!("<html>"), json!(null)] {
        let looks = vec![ok("QUEUED"), Some((200, body)), ok("SUCCEEDED")];
        let ended = told(wait(&platform(looks, vec![])).await);
        assert_eq!(ended, (DeploymentOutcome::Succeeded, Some("SUCCEEDED".to_owned()), 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_ends_the_wait_and_carries_the_progress() {
    let (error, seconds) = failure(wait(&platform(vec![ok("QUEUED"), status(403)], vec![])).await);
    assert_eq!((error.is_forbidden(), seconds), (true, 21));
    let progress = DeploymentProgress::of(&error).unwrap();
    assert_eq!(progress.deployment_id.as_str(), "deployment_1");
    let nobody = Platform::new(|_, _| (404, "{}".to_owned()));
    let (error, seconds) = failure(wait(&nobody).await);
    assert_eq!((error.is_not_found(), seconds), (true, 0));
    let (error, seconds) = failure(run(&nobody, WaitForDeployment::new("app_1", 30 * SECOND)).await);
    assert_eq!((error.is_not_found(), seconds), (true, 0), "there is nothing that may go on");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_row_is_decisive_if_the_list_is_unreadable() {
    let cancelled = state("CANCELLED").to_string();
    let platform = Platform::new(move |_, path| match path.ends_with("/deployments") {
        true => (503, "{}".to_owned()),
        false => (200, cancelled.clone()),
    });
    let ended = told(wait(&platform).await);
    assert_eq!(ended, (DeploymentOutcome::Cancelled, Some("CANCELLED".to_owned()), 30));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_call_bounds_it_too() {
    let platform = platform(vec![ok("QUEUED")], vec![]);
    let start = Instant::now();
    let command = WaitForDeployment::new("app_1", 30 * SECOND).deployment_id("deployment_1");
    let error = platform.client().send(command).timeout(5 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::TimedOut, 5 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn polls_bypass_the_cache_and_are_not_retried_individually() {
    let platform = platform(vec![ok("QUEUED"), status(503), ok("SUCCEEDED")], vec![]);
    let command = WaitForDeployment::new("app_1", 30 * SECOND).deployment_id("deployment_1");
    let cache = cc_client::CachePolicy::ttl(60 * SECOND);
    let retry = RetryPolicy::default().backoff(SECOND / 10, SECOND / 10);
    let verdict = platform.client().send(command).cache(cache).retry(retry).await.unwrap();
    assert_eq!(verdict.outcome, DeploymentOutcome::Succeeded);
    assert_eq!(platform.journal().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_successor_of_a_cancelled_deployment_may_appear_later() {
    let later = started("deployment_2", 9, "QUEUED", "DEPLOY");
    let lists = [vec![state("CANCELLED")], vec![later, state("CANCELLED")]];
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let platform = Platform::new(move |_, path| {
        if path.ends_with("/deployments") {
            let look = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            return (200, serde_json::to_string(&lists[look.min(1)]).unwrap());
        }
        (200, state("CANCELLED").to_string())
    });
    let ended = told(wait(&platform).await);
    assert_eq!(ended, (DeploymentOutcome::Superseded, Some("CANCELLED".to_owned()), 2));
}
