//! The same seed gives the same answers to a whole suite of requests, also across a snapshot.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;

use super::request;
use crate::engine::clock::Pace;
use crate::engine::faults::Fault;
use crate::sandbox::{Builder, Sandbox};
use crate::snapshot::Snapshot;

/// A request to every operation, those that delete last, with the clock moved in between. `from` and `to` are the part of
/// the suite that is run, and the result is what was answered: status, headers and body of each.
async fn transcript(sandbox: &Sandbox, from: usize, to: usize) -> Vec<String> {
    let mut suite: Vec<_> = sandbox.table().operations.iter().collect();
    suite.sort_by_key(|operation| operation.method == "DELETE");
    let mut transcript = Vec::new();
    for (index, operation) in suite.iter().enumerate().take(to).skip(from) {
        for whole in [false, true] {
            let answer = sandbox.handle(request(sandbox, operation, whole)).await.unwrap();
            let (head, body) = answer.into_parts();
            let endless =
                operation.streams() && sandbox.engine.keeps_state(operation) && head.status.is_success();
            let body = if endless { Bytes::new() } else { body.collect().await.unwrap().to_bytes() };
            let body = String::from_utf8_lossy(&body);
            transcript.push(format!("{} {} {:?}\n{body}", operation.id, head.status, head.headers));
        }
        if index % 4 == 0 {
            sandbox.advance(Duration::from_secs(3));
        }
    }
    transcript
}

fn builder(seed: u64) -> Builder {
    Sandbox::builder().seed(seed).pace(Pace::Manual).strict(false)
}

fn with_faults(seed: u64) -> Sandbox {
    let sandbox = builder(seed).organisation("Acme", [("alice", "ADMIN"), ("bob", "DEVELOPER")]).in_memory();
    sandbox.faults().add(Fault::unavailable().times(3));
    sandbox.faults().add(Fault::html(502).probability(0.05));
    sandbox
}

#[tokio::test]
async fn the_same_seed_gives_the_same_transcript_of_every_operation_also_across_a_restore() {
    let sandbox = with_faults(7);
    let (all, half) = (sandbox.table().operations.len(), sandbox.table().operations.len() / 2);
    let whole = transcript(&sandbox, 0, all).await;
    assert!(whole.iter().any(|answer| answer.contains(" 502 ")), "the faults hit some");

    let again = with_faults(7);
    let mut parts = transcript(&again, 0, half).await;
    // It goes on in a sandbox with another seed and another time.
    let other = builder(8).start_time("2031-05-05T05:05:05Z".parse().unwrap()).in_memory();
    transcript(&other, 0, 20).await;
    other.restore(&Snapshot::from_json(again.snapshot().to_json()).unwrap());
    parts.extend(transcript(&other, half, all).await);

    for (answer, same) in whole.iter().zip(&parts) {
        assert_eq!(answer, same);
    }
    assert_eq!(whole.len(), parts.len());
    assert_eq!(sandbox.snapshot().to_json(), other.snapshot().to_json(), "the worlds are the same, too");
    assert_ne!(whole, transcript(&with_faults(8), 0, all).await, "another seed gives another one");
}
