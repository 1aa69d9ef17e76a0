//! The logs of several applications as one stream, over restarts.

use std::sync::Arc;

use cc_client::commands::deployment::DeployApplication;
use cc_client::commands::log::{Tail, TailCursors};
use cc_client::stream::Delivery;
use cc_client::{Client, ErrorKind};
use cc_sandbox::Sandbox;
use cc_trials::memory;
use fastrand::Rng;
use futures_util::StreamExt;

use super::{SECOND, at, sandbox};

/// Two applications that are deploying, and one that is quiet.
async fn applications(sandbox: &Sandbox, client: &Client) -> [String; 3] {
    let ids = sandbox.ids();
    let other = sandbox.add_application(&ids.organisation, "other");
    for application in [&ids.application, &other] {
        client.send(DeployApplication::new(application)).await.unwrap();
    }
    [ids.application, other, ids.personal_application]
}

/// A line of an application.
type Line = (String, Option<String>, String);

/// Up to this number of lines.
async fn lines(tail: &mut Tail, most: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    while lines.len() < most {
        let Some(tailed) = tail.next().await else { break };
        let tailed = tailed.unwrap();
        match tailed.delivery {
            Delivery::Item(line) => lines.push((tailed.application_id.into(), line.id, line.message)),
            other => panic!("{other:?}"),
        }
    }
    lines
}

#[tokio::test(start_paused = true)]
async fn a_tail_that_is_restarted_at_any_line_gives_each_line_once() {
    for seed in 0..20 {
        let (sandbox, client) = sandbox(seed);
        let applications = applications(&sandbox, &client).await;
        let (since, until) = (at(&sandbox, -30), at(&sandbox, 60));
        let tail = |client: &Client, cursors: &TailCursors| {
            client.tail(&applications).since(since).until(until).resume(cursors).open()
        };
        let mut cursors = TailCursors::default();
        let mut random = Rng::with_seed(seed);
        let mut restarted = Vec::new();
        loop {
            // Another process, with what it finds in a file.
            let client = memory::client(&sandbox);
            let json = serde_json::to_string(&cursors).unwrap();
            let most = random.usize(0..15);
            let mut tail = tail(&client, &serde_json::from_str(&json).unwrap());
            let some = lines(&mut tail, most).await;
            cursors = tail.cursors();
            let is_over = some.len() < most;
            restarted.extend(some);
            if is_over {
                break;
            }
        }
        let mut whole = lines(&mut tail(&client, &TailCursors::default()), usize::MAX).await;
        assert!(whole.len() > 20);
        restarted.sort();
        whole.sort();
        assert_eq!(restarted, whole, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_line_has_the_cursor_of_its_application() {
    let (sandbox, client) = sandbox(3);
    let applications = applications(&sandbox, &client).await;
    let (since, until) = (at(&sandbox, -30), at(&sandbox, 60));
    let open = || client.tail(&applications).since(since).until(until);
    let whole = lines(&mut open().open(), usize::MAX).await;
    // Only the cursors of lines are kept, one for each application.
    let (mut tail, mut cursors) = (open().open(), Vec::new());
    for _ in 0..20 {
        let tailed = tail.next().await.unwrap().unwrap();
        cursors.retain(|(application, _)| *application != tailed.application_id);
        cursors.push((tailed.application_id, tailed.cursor));
    }
    let rest = lines(&mut open().resume(cursors).open(), usize::MAX).await;
    let mut rest: Vec<_> = rest.into_iter().map(|(_, id, _)| id).collect();
    let mut expected: Vec<_> = whole.into_iter().skip(20).map(|(_, id, _)| id).collect();
    rest.sort();
    expected.sort();
    assert_eq!(rest, expected);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_application_misses_no_line_over_a_restart() {
    let (sandbox, client) = sandbox(0);
    let quiet = sandbox.add_application(&sandbox.ids().organisation, "quiet");
    let mut tail = client.tail([&quiet]).since(at(&sandbox, 0)).open();
    assert!(tokio::time::timeout(5 * SECOND, tail.next()).await.is_err(), "it is quiet");
    let cursors = tail.cursors();
    drop(tail);
    client.send(DeployApplication::new(&quiet)).await.unwrap();
    tokio::time::sleep(60 * SECOND).await;
    let until = at(&sandbox, 0);
    let resumed = lines(&mut client.tail([&quiet]).resume(&cursors).until(until).open(), usize::MAX).await;
    assert!(resumed.len() > 10, "{resumed:?}");
}

#[tokio::test(start_paused = true)]
async fn an_application_that_cannot_be_followed_is_named_and_the_others_go_on() {
    let (sandbox, client) = sandbox(0);
    let sandbox = Arc::clone(&sandbox);
    let own = sandbox.ids().application;
    let until = at(&sandbox, 30);
    let mut tail = client.tail([own.as_str(), "app_unknown"]).since(at(&sandbox, -60)).until(until).open();
    let (mut errors, mut lines) = (Vec::new(), 0);
    while let Some(tailed) = tail.next().await {
        match tailed {
            Ok(_) => lines += 1,
            Err(error) => errors.push(error),
        }
    }
    assert!(lines > 5, "{lines}");
    let [error] = &*errors else { panic!("{errors:?}") };
    assert!(error.to_string().contains("app_unknown"), "{error}");
    assert_eq!(error.kind(), ErrorKind::CannotResolveResource);
}
