//! A consumer that is slower than the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{EventStream, Overflow, Response, Settings, connect_fn};
use futures::{StreamExt, stream};

use crate::support::memory::{Memory, breaks, ends, next, request, settings, stays, text, words};

fn newest(capacity: usize) -> Settings {
    let mut settings = settings();
    settings.overflow = Overflow::DropOldest { capacity };
    settings
}

#[tokio::test(start_paused = true)]
async fn a_stream_reads_only_what_its_consumer_polls() {
    let read = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&read);
    let transport = connect_fn(move |_| {
        let count = Arc::clone(&count);
        async move {
            Ok(Response::event_stream(stream::repeat_with(move || {
                count.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(Bytes::from_static(b"data: 1\n\ndata: 2\n\n"))
            })))
        }
    });
    let mut stream = EventStream::open(transport, request, text(), settings());
    assert_eq!(next(&mut stream).await, "open");
    for item in 1..=100_u64 {
        next(&mut stream).await;
        assert_eq!(read.load(Ordering::Relaxed), item.div_ceil(2));
    }
}

#[tokio::test(start_paused = true)]
async fn the_oldest_items_are_dropped_counted_and_told() {
    let body = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\nid: 5\ndata: e\n\n";
    let memory = Memory::new([ends(body)]);
    let mut stream = memory.stream(newest(2));
    let told = words(&mut stream).await;
    assert_eq!(told, ["open", "gap -..4 Overflow { dropped: 3 }", "d", "e", "end Server(Some(\"done\"))"]);
    assert_eq!((stream.handle().dropped(), stream.handle().delivered()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_before_the_first_item_is_not_exact() {
    let memory = Memory::new([stays("")]);
    let mut stream = memory.stream(newest(10));
    assert_eq!(next(&mut stream).await, "open");
    assert!(stream.cursor().adrift);
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_stream_whatever_was_read_ahead() {
    const BODY: &str = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n";
    for (script, retry) in
        [(stays(BODY), true), (ends(BODY), true), (breaks(BODY), true), (breaks(BODY), false)]
    {
        let mut settings = newest(20);
        settings.limit = Some(2);
        settings.retry = settings.retry.filter(|_| retry);
        let told = words(&mut Memory::new([script]).stream(settings)).await;
        assert_eq!(told, ["open", "a", "b", "end Limit"]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_cursor_is_at_the_last_item_given_and_not_at_the_last_one_read() {
    let memory = Memory::new([stays("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n")]);
    let mut stream = memory.stream(newest(10));
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(stream.cursor().last_event_id, None);
    assert_eq!(next(&mut stream).await, "a");
    assert_eq!(stream.cursor().last_event_id.as_deref(), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn a_flood_without_pause_does_not_keep_the_stream_from_giving() {
    let transport = connect_fn(|_| async {
        Ok(Response::event_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(b"data: 1\n\n"))
        })))
    });
    let mut stream = EventStream::open(transport, request, text(), newest(3));
    assert_eq!(next(&mut stream).await, "open");
    assert!(next(&mut stream).await.starts_with("gap"));
    assert_eq!(next(&mut stream).await, "1");
    assert!(stream.handle().dropped() > 100);
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_what_is_given() {
    let memory = Memory::new([stays("data: a\n\ndata: b\n\ndata: c\n\ndata: d\n\n")]);
    let mut settings = newest(3);
    settings.limit = Some(2);
    let told = words(&mut memory.stream(settings)).await;
    assert_eq!(told, ["open", "gap -..- Overflow { dropped: 1 }", "b", "c", "end Limit"]);
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_irrelevant_events_yields_to_other_tasks() {
    let transport = connect_fn(|_| async {
        Ok(Response::event_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(b":\n"))
        })))
    });
    let mut stream = EventStream::open(transport, request, text(), settings());
    assert_eq!(next(&mut stream).await, "open");
    let turns = async {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        told = next(&mut stream) => panic!("{told}"),
        () = turns => {}
    }
}

#[tokio::test(start_paused = true)]
async fn connection_events_do_not_accumulate() {
    let memory = Memory::new((0..10_000).map(|_| breaks("data: a\n\n")));
    let mut settings = settings();
    settings.overflow = Overflow::DropOldest { capacity: 1 };
    let mut stream = memory.stream(settings);
    for _ in 0..500 {
        stream.next().await.unwrap().ok();
        tokio::time::sleep(Duration::from_secs(31)).await;
    }
    stream.handle().pause();
    let mut left = 0;
    while tokio::time::timeout(Duration::from_millis(1), stream.next()).await.is_ok() {
        left += 1;
    }
    assert!(left < 30, "{left}");
}

/// Each poll finds nothing more while the backlog is consumed slowly.
#[tokio::test(start_paused = true)]
async fn silence_is_noticed_while_a_backlog_is_taken() {
    let backlog: &'static str = "data: a\n\n".repeat(20).leak();
    let memory = Memory::new([stays(backlog), stays("")]);
    let mut settings = settings();
    settings.heartbeat = Some(Duration::from_millis(2_500));
    settings.overflow = Overflow::DropOldest { capacity: 1_000 };
    let mut stream = memory.stream(settings);
    for _ in 0..7 {
        stream.next().await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(memory.connections(), 2, "the silent connection was given up");
}
