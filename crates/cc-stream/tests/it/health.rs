//! Days of virtual time: alarms that must come, and alarms that must not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{BoxError, ErrorKind, EventStream, Format, Response, StreamError, StreamEvent, connect_fn};
use futures::StreamExt;
use tokio::time::Instant;

use crate::support::chance::Chance;
use crate::support::memory::{Memory, request, settings, stays};
use crate::support::server::{signs, watched};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A body that shows life every 2 s, give or take 0.45 s, by an event, a comment or half a line; one beat in ten
/// brings an item.
fn beats(seed: u64) -> impl futures::Stream<Item = Result<Bytes, BoxError>> + Send + 'static {
    async_stream::stream! {
        let mut chance = Chance::new(seed);
        let lives: [&[u8]; 4] = [b"event: HEARTBEAT\ndata:\n\n", b": alive\n", b": alive", b"\n\n"];
        let mut items = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(chance.range(1_550..2_450))).await;
            if chance.one_in(10) {
                items += 1;
                yield Ok(format!("\n\nid: {items}\ndata: {items}\n\n").into());
            } else {
                yield Ok(Bytes::from_static(chance.pick(&lives)));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_of_jittered_heartbeats_and_a_slow_consumer_raises_no_alarm() {
    for (seed, slowest) in [(1, 1), (2, 60_000)] {
        let transport = connect_fn(move |_| async move { Ok(Response::event_stream(beats(seed))) });
        let format = signs(Format::text());
        let mut stream = EventStream::open(transport, request, format, watched());
        let mut chance = Chance::new(seed);
        let start = Instant::now();
        let (mut opens, mut items) = (0, 0);
        while start.elapsed() < DAY {
            match stream.next().await {
                Some(Ok(StreamEvent::Open(_))) => opens += 1,
                Some(Ok(StreamEvent::Item(_))) => items += 1,
                told => panic!("after {:?}: {told:?}", start.elapsed()),
            }
            tokio::time::sleep(Duration::from_millis(chance.range(0..slowest))).await;
        }
        assert_eq!(opens, 1);
        assert!(items > 1_000, "{items} items");
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_does_other_things_between_polls_raises_no_alarm() {
    let transport = connect_fn(|_| async { Ok(Response::event_stream(beats(3))) });
    let mut stream = EventStream::open(transport, request, signs(Format::text()), watched());
    let start = Instant::now();
    let mut chance = Chance::new(4);
    while start.elapsed() < DAY {
        let patience = Duration::from_millis(chance.range(1..8_000));
        if let Ok(told) = tokio::time::timeout(patience, stream.next()).await {
            assert!(matches!(told, Some(Ok(StreamEvent::Open(_) | StreamEvent::Item(_)))), "{told:?}");
        }
        tokio::time::sleep(Duration::from_millis(chance.range(0..8_000))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_found_after_one_period_whatever_came_before() {
    for body in ["", ":", "data: a", "data: a\n\n", ": comment\n", "event: HEARTBEAT\ndata:\n\n"] {
        let memory = Memory::new([stays(body)]);
        let mut settings = settings();
        settings.heartbeat = Some(Duration::from_millis(2_500));
        let mut stream = memory.stream(settings);
        let start = Instant::now();
        loop {
            match stream.next().await {
                Some(Ok(StreamEvent::Retry(retrying))) => {
                    let after = Duration::from_millis(2_500);
                    assert_eq!(retrying.error.kind(), &ErrorKind::Silent { after });
                    break;
                }
                Some(Ok(_)) => {}
                told => panic!("{told:?}"),
            }
        }
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(2_500) && took <= Duration::from_millis(2_553), "{took:?}");
        assert_eq!(memory.alive(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_hour_of_outage_the_stream_is_back_within_30_seconds_and_150_attempts() {
    let hour = Duration::from_secs(3600);
    for seed in 0..300 {
        let attempts = Arc::new(AtomicU64::new(0));
        let (start, count) = (Instant::now(), Arc::clone(&attempts));
        // The server refuses, hangs or answers 503, and all of it in turn.
        let transport = connect_fn(move |_| {
            let attempt = count.fetch_add(1, Ordering::Relaxed);
            async move {
                if start.elapsed() >= hour {
                    return Ok(Response::event_stream(beats(seed)));
                }
                match (seed + if seed % 4 == 3 { attempt } else { 0 }) % 4 {
                    0 => Err(StreamError::unreachable("refused")),
                    1 => std::future::pending().await,
                    _ => Ok(Response::new(
                        http::StatusCode::SERVICE_UNAVAILABLE,
                        futures::stream::empty::<Result<Bytes, BoxError>>(),
                    )),
                }
            }
        });
        let mut settings = watched();
        settings.seed = Some(seed);
        let mut stream = EventStream::open(transport, request, signs(Format::text()), settings);
        while !matches!(stream.next().await, Some(Ok(StreamEvent::Open(_)))) {}
        let back = start.elapsed() - hour;
        assert!(
            back <= Duration::from_secs(30) + Duration::from_millis(5),
            "seed {seed}: back after {back:?}"
        );
        let attempts = attempts.load(Ordering::Relaxed);
        assert!(attempts <= 150, "seed {seed}: {attempts} attempts");
    }
}
