//! Tests of when the log of a deployment counts as given whole.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn line(message: &str, service: &str, date: i64) -> ApplicationLog {
    let date = Timestamp::from_millis(1_000_000_000_000 + 1_000 * date).unwrap().to_string();
    serde_json::from_value(serde_json::json!({"message": message, "service": service, "date": date})).unwrap()
}

/// An end that is learnt at `at`, of which the platform gives no date.
fn end(outcome: DeploymentOutcome, at: Instant) -> End {
    End { outcome, at, until: at + 3 * SECOND, date: None, under_way: None }
}

#[test]
fn a_line_that_looks_like_the_end_is_at_most_a_sign() {
    let mut tail = Tail::default();
    let now = Instant::now();
    for (message, sign) in [
        ("Deployment successful", Some(Sign::Line)),
        ("  * Successfully deployed in 43 seconds", Some(Sign::Line)),
        ("docs successfully deployed to cdn", Some(Sign::Hint)),
        ("The deployment has been cancelled by an admin", Some(Sign::Hint)),
        ("npm ci", None),
    ] {
        assert_eq!(tail.line(now, &line(message, "bas-deploy", 0)), sign, "{message}");
    }
    assert_eq!(tail.line(now, &line("Deployment successful", "bas", 0)), None, "the program wrote it");
}

#[test]
fn a_log_is_complete_one_silent_second_after_the_line_about_the_end() {
    let now = Instant::now();
    let mut tail = Tail::default();
    tail.line(now, &line("Deployment successful", "bas-deploy", 0));
    let end = end(DeploymentOutcome::Succeeded, now + SECOND / 10);
    assert_eq!(tail.rest(end.at, &end, LogState::CaughtUp), Rest::Wait(now + QUIET));
    assert_eq!(tail.rest(now + QUIET, &end, LogState::CaughtUp), Rest::Whole);
    tail.line(now + QUIET, &line("cleaning up", "bas-deploy", 1));
    assert_eq!(tail.rest(now + QUIET, &end, LogState::CaughtUp), Rest::Wait(now + 2 * QUIET));
}

#[test]
fn a_line_long_before_the_state_does_not_wait_again() {
    let now = Instant::now();
    let mut tail = Tail::default();
    tail.line(now, &line("Deployment successful", "bas-deploy", 0));
    let end = end(DeploymentOutcome::Succeeded, now + 2 * SECOND);
    assert_eq!(tail.rest(end.at, &end, LogState::CaughtUp), Rest::Whole);
}

#[test]
fn missing_lines_at_the_end_are_reported() {
    let now = Instant::now();
    let mut tail = Tail::default();
    tail.line(now, &line("npm ci", "bas-deploy", 0));
    let end = end(DeploymentOutcome::Succeeded, now);
    for log in [LogState::CaughtUp, LogState::Behind, LogState::Away] {
        assert_eq!(tail.rest(now, &end, log), Rest::Wait(end.until), "{log:?}");
        assert!(matches!(tail.rest(end.until, &end, log), Rest::Lost(_)), "{log:?}");
    }
    assert_eq!(tail.rest(now, &end, LogState::Ended), Rest::Whole);
    assert!(matches!(Tail::default().rest(now, &end, LogState::Ended), Rest::Lost(_)));
    assert!(matches!(tail.rest(now, &end, LogState::EndedEarly), Rest::Lost(_)));
    let cancelled = End { outcome: DeploymentOutcome::Cancelled, ..end };
    assert_eq!(tail.rest(now, &cancelled, LogState::EndedEarly), Rest::Whole);
    let dead = now + UNNOTICED;
    assert_eq!(tail.rest(now + QUIET, &cancelled, LogState::CaughtUp), Rest::Wait(dead));
    assert_eq!(tail.rest(dead, &cancelled, LogState::CaughtUp), Rest::Whole, "it need not tell the end");
}

#[test]
fn an_ambiguous_line_does_not_count_as_the_end_of_the_log() {
    let now = Instant::now();
    let mut tail = Tail::default();
    tail.line(now, &line("The deployment has been cancelled by an admin", "bas-deploy", 0));
    assert!(!tail.told_end());
}

#[test]
fn a_line_behind_the_end_shows_that_the_connection_is_alive() {
    let now = Instant::now();
    let mut tail = Tail::default();
    let end = end(DeploymentOutcome::Cancelled, now);
    tail.line(now + SECOND / 10, &line("stopping", "bas-deploy", 0));
    assert_eq!(tail.rest(now + SECOND / 10 + QUIET, &end, LogState::CaughtUp), Rest::Whole);
}

#[test]
fn a_line_that_the_platform_denies_is_not_the_end() {
    let now = Instant::now();
    let mut tail = Tail::default();
    tail.line(now, &line("docs successfully deployed to cdn", "bas-deploy", 0));
    let at = now + 60 * SECOND;
    let date = Timestamp::from_millis(1_000_000_060_000);
    for end in [
        End { date, ..end(DeploymentOutcome::Succeeded, at) },
        End { under_way: Some(at - SECOND), ..end(DeploymentOutcome::Succeeded, at) },
    ] {
        assert!(matches!(tail.rest(end.until, &end, LogState::CaughtUp), Rest::Lost(_)), "{end:?}");
    }
}

#[test]
fn lines_long_after_the_end_do_not_belong_to_the_deployment() {
    let date = Timestamp::from_millis(1_000_000_000_000);
    let end = End { date, ..end(DeploymentOutcome::Succeeded, Instant::now()) };
    assert!(!Tail::is_beyond(&end, &line("cleaning up", "bas-deploy", 1)));
    assert!(Tail::is_beyond(&end, &line("cleaning up", "bas-deploy", 2)));
    assert!(Tail::is_beyond(&end, &line("GET /", "bas", 1)));
}
