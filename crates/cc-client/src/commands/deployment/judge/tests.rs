//! Tests of the verdicts that rows of a deployment lead to.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn row(id: &str, started: i64, state: &str, action: &str) -> Deployment {
    let date =
        |seconds: i64| Timestamp::from_millis(1_000_000_000_000 + 1_000 * seconds).unwrap().to_string();
    let wire = serde_json::json!({
        "id": id, "startDate": date(started), "state": state, "origin": {"action": action},
    });
    serde_json::from_value(wire).unwrap()
}

fn ours(state: &str) -> Deployment {
    row("ours", 100, state, "DEPLOY")
}

fn here(row: Deployment) -> Sight {
    Sight { read: Some(Some(row)), ..Sight::default() }
}

fn gone(listed: Vec<Deployment>) -> Sight {
    Sight { read: Some(None), listed: Some(listed), date: None }
}

/// A judge who was shown these, so many milliseconds after the first.
fn rulings(sights: impl IntoIterator<Item = (u64, Sight)>) -> Vec<Ruling> {
    let start = Instant::now();
    let mut judge = Judge::new(Some("ours".into()), 2 * SECOND);
    judge.expect(start, None, true);
    let at = |ms| start + Duration::from_millis(ms);
    sights.into_iter().map(|(ms, sight)| judge.saw(at(ms), &sight)).collect()
}

fn last(sights: impl IntoIterator<Item = (u64, Sight)>) -> Ruling {
    rulings(sights).pop().unwrap()
}

#[test]
fn a_row_that_says_how_it_ended_decides_at_once() {
    for (word, outcome) in [
        ("SUCCEEDED", DeploymentOutcome::Succeeded),
        ("OK", DeploymentOutcome::Succeeded),
        ("failed", DeploymentOutcome::Failed),
    ] {
        assert_eq!(last([(0, here(ours(word)))]), Ruling::Over(outcome), "{word}");
    }
    for word in ["QUEUED", "wip", "Work in progress", "TASK_RUNNING", ""] {
        assert_eq!(last([(0, here(ours(word)))]), Ruling::GoesOn, "{word}");
    }
}

#[test]
fn a_later_row_explains_repeated_absence_and_one_absence_is_not_an_end() {
    for (action, outcome) in [
        ("DEPLOY", DeploymentOutcome::Superseded),
        ("CANCEL", DeploymentOutcome::Cancelled),
        ("undeploy", DeploymentOutcome::Cancelled),
    ] {
        let absent = || gone(vec![row("later", 101, "WORK_IN_PROGRESS", action)]);
        let seen = (80_000, here(ours("WIP")));
        let rulings = rulings([seen, (90_000, absent()), (91_500, absent()), (92_900, absent())]);
        assert!(
            matches!(rulings[1], Ruling::Unsure(_)) && matches!(rulings[2], Ruling::Unsure(_)),
            "{rulings:?}"
        );
        assert_eq!(rulings[3], Ruling::Over(outcome), "{action}");
    }
}

#[test]
fn an_absence_that_ends_counts_for_nothing() {
    let absent = || gone(vec![row("later", 101, "WORK_IN_PROGRESS", "DEPLOY")]);
    let back = || here(ours("WIP"));
    let sights = [(0, back()), (5_000, absent()), (7_400, absent()), (7_500, back()), (10_000, absent())];
    assert!(matches!(last(sights), Ruling::Unsure(_)));
}

#[test]
fn a_stop_that_began_after_it_was_last_seen_explains_an_absence_sooner() {
    let absent = || gone(vec![row("stop", 110, "SUCCEEDED", "CANCEL")]);
    let rulings = rulings([(9_000, here(ours("WIP"))), (11_000, absent()), (11_450, absent())]);
    assert_eq!(rulings[2], Ruling::Over(DeploymentOutcome::Cancelled));
}

#[test]
fn scaling_does_not_supersede_a_deployment() {
    for action in ["UPSCALE", "DOWNSCALE", "REPLACE"] {
        let later = || vec![row("later", 101, "SUCCEEDED", action)];
        let absent = || gone(later());
        let sights = [(0, here(ours("WIP"))), (5_000, absent()), (9_000, absent()), (99_000, absent())];
        assert_eq!(last(sights), Ruling::GoesOn, "{action}");
        let cancelled = || Sight { listed: Some(later()), ..here(ours("CANCELLED")) };
        let over = Ruling::Over(DeploymentOutcome::Cancelled);
        assert_eq!(last([(0, cancelled()), (2_000, cancelled())]), over, "{action}");
    }
}

#[test]
fn a_deployment_that_never_appeared_and_was_replaced_ends_after_a_while() {
    let start = Instant::now();
    let mut judge = Judge::new(Some("ours".into()), 2 * SECOND);
    judge.expect(start, Some(Timestamp::from_millis(1_000_000_100_000).unwrap()), true);
    let absent =
        gone(vec![row("stop", 101, "SUCCEEDED", "CANCEL"), row("earlier", 50, "SUCCEEDED", "CANCEL")]);
    let mut ruling = Ruling::GoesOn;
    let mut waited = Duration::ZERO;
    while !matches!(ruling, Ruling::Over(_)) {
        assert!(waited <= 10 * SECOND, "{ruling:?}");
        ruling = judge.saw(start + waited, &absent);
        waited += SECOND;
    }
    assert_eq!(ruling, Ruling::Over(DeploymentOutcome::Cancelled));
    assert!(waited > NEVER_SEEN, "{waited:?}");
}

/// Outcome that the deadline gives to a row which was last seen at 110 s and is absent from the last look, minutes later.
fn at_deadline(listed: Vec<Deployment>, is_whole: bool) -> DeploymentOutcome {
    let start = Instant::now();
    let mut judge = Judge::new(Some("ours".into()), 2 * SECOND);
    judge.expect(start, None, true);
    judge.saw(start, &Sight { date: Timestamp::from_millis(1_000_000_110_000), ..here(ours("WIP")) });
    let mut last = gone(listed);
    last.read = last.read.filter(|_| is_whole);
    judge.saw(start + 300 * SECOND, &last);
    judge.at_deadline()
}

#[test]
fn a_deployment_started_since_the_last_sighting_is_sufficient_at_the_deadline() {
    let later = |started, state, action| vec![row("later", started, state, action)];
    for (rows, outcome) in [
        (later(120, "SUCCEEDED", "CANCEL"), DeploymentOutcome::Cancelled),
        (later(100, "SUCCEEDED", "CANCEL"), DeploymentOutcome::Cancelled),
        (later(120, "WORK_IN_PROGRESS", "UNDEPLOY"), DeploymentOutcome::Cancelled),
        (later(120, "WORK_IN_PROGRESS", "DEPLOY"), DeploymentOutcome::Superseded),
        (later(120, "QUEUED", "DEPLOY"), DeploymentOutcome::DeadlineExceeded),
        (later(105, "WORK_IN_PROGRESS", "DEPLOY"), DeploymentOutcome::DeadlineExceeded),
        (later(120, "SUCCEEDED", "UPSCALE"), DeploymentOutcome::DeadlineExceeded),
        (Vec::new(), DeploymentOutcome::DeadlineExceeded),
    ] {
        assert_eq!(at_deadline(rows.clone(), true), outcome, "{rows:?}");
    }
    let stopped = later(120, "SUCCEEDED", "CANCEL");
    assert_eq!(
        at_deadline(stopped, false),
        DeploymentOutcome::DeadlineExceeded,
        "the row itself was not asked for"
    );
}

#[test]
fn rows_that_were_not_there_at_first_are_later_than_one_that_was_never_shown() {
    for asked_at in [None, Timestamp::from_millis(1_000_000_100_000)] {
        let start = Instant::now();
        let mut judge = Judge::new(Some("ours".into()), 2 * SECOND);
        judge.expect(start, asked_at, true);
        assert_eq!(judge.plan(), Plan::Row, "the first look reads the other rows");
        let old = || row("old", 80, "SUCCEEDED", "CANCEL");
        judge.saw(start, &gone(vec![old()]));
        let mut ruling = |second: u32, rows| judge.saw(start + second * SECOND, &gone(rows));
        assert!((1..30).all(|second| ruling(second, vec![old()]) == Ruling::GoesOn));
        // Its clock is behind.
        let stop = || vec![row("stop", 90, "SUCCEEDED", "CANCEL"), old()];
        ruling(30, stop());
        assert_eq!(ruling(39, stop()), Ruling::Over(DeploymentOutcome::Cancelled));
    }
}

#[test]
fn an_earlier_row_explains_nothing() {
    let absent =
        || gone(vec![row("earlier", 99, "SUCCEEDED", "DEPLOY"), row("stop", 98, "SUCCEEDED", "CANCEL")]);
    let sights = [(0, here(ours("WIP"))), (5_000, absent()), (9_000, absent()), (99_000, absent())];
    assert_eq!(last(sights), Ruling::GoesOn);
}

#[test]
fn a_row_with_another_id_is_another_deployment() {
    let other = || Sight { listed: Some(Vec::new()), ..here(row("stop", 101, "SUCCEEDED", "CANCEL")) };
    let sights = [(0, here(ours("WIP"))), (60_000, other()), (61_500, other()), (63_000, other())];
    assert_eq!(last(sights), Ruling::Over(DeploymentOutcome::Cancelled));
}

#[test]
fn a_state_of_tomorrow_is_an_end_only_by_other_facts() {
    let unknown = |listed| Sight { listed: Some(listed), ..here(ours("EVAPORATED")) };
    assert_eq!(last([(0, unknown(vec![])), (99_000, unknown(vec![]))]), Ruling::GoesOn);
    let later = || vec![row("later", 101, "WORK_IN_PROGRESS", "DEPLOY")];
    let over = Ruling::Over(DeploymentOutcome::UnknownState);
    assert_eq!(last([(0, unknown(later())), (3_100, unknown(later()))]), over);
    let queued = || vec![row("later", 101, "QUEUED", "DEPLOY")];
    assert_eq!(last([(0, unknown(queued())), (99_000, unknown(queued()))]), Ruling::GoesOn);
}
