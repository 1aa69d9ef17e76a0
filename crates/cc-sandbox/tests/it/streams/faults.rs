//! Each fault of streams, as bytes show it.

use std::time::Duration;

use cc_sandbox::{Fault, Sandbox, StreamFault};
use tokio::time::{Instant, timeout};

use super::reader::{self, Reader};
use super::{MINUTE, SECOND, logs, sandbox};

/// A minute of a log that goes wrong once.
async fn spoiled(sandbox: &Sandbox, fault: StreamFault) -> Reader {
    sandbox.faults().add(Fault::stream(fault).times(1));
    Reader::open(sandbox, &path(sandbox)).await
}

fn path(sandbox: &Sandbox) -> String {
    format!("{}?{MINUTE}", logs(sandbox))
}

async fn whole(sandbox: &Sandbox) -> Vec<reader::Event> {
    Reader::open(sandbox, &path(sandbox)).await.rest().await.0
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_cut_between_events_or_within_one() {
    let sandbox = sandbox();
    let whole = whole(&sandbox).await;
    for fault in [StreamFault::ResetBetweenEvents { after: 2 }, StreamFault::ResetMidEvent { after: 2 }] {
        let mut reader = spoiled(&sandbox, fault).await;
        for event in &whole[..2] {
            assert_eq!(&reader.item().await, event);
        }
        assert!(reader.next().await.unwrap().is_err());
        let cut = matches!(fault, StreamFault::ResetMidEvent { .. });
        assert_eq!(!reader.rest_of_text().is_empty(), cut);
        assert!(reader.next().await.is_none());
    }
    assert_eq!(Reader::open(&sandbox, &path(&sandbox)).await.rest().await.0, whole, "the next goes well");
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_stays_open_without_a_byte() {
    let sandbox = sandbox();
    let mut reader = spoiled(&sandbox, StreamFault::HalfOpenSilence { after: 1 }).await;
    reader.item().await;
    assert!(timeout(3_600 * SECOND, reader.next()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn heartbeats_alone_come_for_a_while_and_then_everything() {
    let sandbox = sandbox();
    let start = Instant::now();
    let mut reader = spoiled(&sandbox, StreamFault::HeartbeatOnly { lasts: 31 * SECOND }).await;
    for _ in 0..15 {
        assert_eq!(reader.next().await.unwrap().unwrap().name, "HEARTBEAT");
    }
    let (lines, _) = reader.rest().await;
    assert_eq!(start.elapsed(), 31 * SECOND);
    assert_eq!(lines, whole(&sandbox).await);
}

#[tokio::test(start_paused = true)]
async fn going_on_from_an_id_can_repeat_lose_and_be_refused() {
    let sandbox = sandbox();
    let whole = whole(&sandbox).await;
    let id = whole[5].id.as_deref().unwrap();
    let faults = [
        (StreamFault::DuplicateOnResume { events: 3 }, 3),
        (StreamFault::DuplicateOnResume { events: 1 }, 5),
        (StreamFault::LostOnResume { events: 2 }, 8),
    ];
    for (fault, first) in faults {
        sandbox.faults().add(Fault::stream(fault).times(1));
        assert_eq!(Reader::open(&sandbox, &path(&sandbox)).await.rest().await.0, whole, "no id, no fault");
        let (rest, _) = Reader::resume(&sandbox, &path(&sandbox), id).await.rest().await;
        assert_eq!(rest, whole[first..], "{fault:?}");
    }
    sandbox.faults().add(Fault::stream(StreamFault::RefusedId { status: 410 }).times(1));
    assert_eq!(Reader::try_open(&sandbox, &path(&sandbox), Some(id)).await.err(), Some(410));
    assert_eq!(Reader::resume(&sandbox, &path(&sandbox), id).await.rest().await.0, whole[6..]);
}

#[tokio::test(start_paused = true)]
async fn bytes_can_come_one_by_one() {
    let sandbox = sandbox();
    let (lines, start) = (whole(&sandbox).await, Instant::now());
    let mut reader = spoiled(&sandbox, StreamFault::SlowDrip { pause: Duration::from_millis(2) }).await;
    assert_eq!(reader.item().await, lines[0]);
    assert_eq!(start.elapsed(), Duration::from_millis(2) * u32::try_from(reader.pieces).unwrap());
    assert!(reader.pieces > 100);
}

#[tokio::test(start_paused = true)]
async fn an_event_can_be_giant() {
    let sandbox = sandbox();
    let lines = whole(&sandbox).await;
    let mut reader = spoiled(&sandbox, StreamFault::GiantEvent { after: 1, bytes: 3_000_000 }).await;
    assert_eq!(reader.item().await, lines[0]);
    let giant = reader.item().await;
    assert_eq!(giant.id, lines[1].id);
    assert!(giant.message().len() >= 3_000_000);
    assert_eq!(reader.rest().await.0, lines[2..]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_something_else_than_a_stream() {
    let sandbox = sandbox();
    let mut reader = spoiled(&sandbox, StreamFault::AcceptThenClose).await;
    assert!(reader.next().await.is_none() && reader.pieces == 0);
    for (fault, status, content_type) in [
        (StreamFault::HtmlPage, 200, "text/html; charset=utf-8"),
        (StreamFault::WrongContentType, 200, "application/json"),
        (StreamFault::Refused { status: 401, retry_after: None }, 401, "application/json"),
        (StreamFault::Refused { status: 429, retry_after: Some(7) }, 429, "application/json"),
        (StreamFault::ClockSkew { ahead: 3_600, wait: 5 }, 503, "application/json"),
    ] {
        sandbox.faults().add(Fault::stream(fault).times(1));
        let token = format!("Bearer {}", sandbox.api_token());
        let request = http::Request::get(path(&sandbox)).header("authorization", token);
        let answer = sandbox.handle(request.body(bytes::Bytes::new()).unwrap()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (status, &content_type.parse().unwrap())
        );
        let after = answer.headers().get("retry-after").map(|after| after.to_str().unwrap());
        match fault {
            StreamFault::Refused { retry_after: Some(_), .. } => assert_eq!(after, Some("7")),
            StreamFault::ClockSkew { .. } => assert_eq!(after, Some("Thu, 01 Jan 2026 01:00:05 GMT")),
            _ => assert_eq!(after, None),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_the_same_for_the_same_seed_and_is_over_after_its_connections() {
    let mut plans = Vec::new();
    for seed in [1, 1, 2] {
        let sandbox = sandbox();
        sandbox.faults().plan_streams(seed, 20);
        plans.push(reader::ask(&sandbox, "GET", "/_sandbox/faults").await.1);
    }
    assert!(plans[0] == plans[1] && plans[0] != plans[2]);
    let sandbox = sandbox();
    sandbox.faults().plan_streams(1, 20);
    // Every fault applies to a connection that resumes from an id.
    let (mut connections, id) = (0, "a".repeat(20));
    while reader::ask(&sandbox, "GET", "/_sandbox/faults").await.1 != "[]" {
        drop(Reader::try_open(&sandbox, &path(&sandbox), Some(&id)).await);
        connections += 1;
    }
    assert_eq!(connections, 20);
}
