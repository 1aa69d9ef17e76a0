//! The progress of one call never depends on the polling of another.

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use cc_runtime::{CallOptions, ErrorKind, OperationInfo, Transport};
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::runtime::Runtime;

use crate::support::*;

/// Longer than any answer takes; no time passes while it is waited for, but when nothing else happens any more.
const STUCK: Duration = Duration::from_secs(24 * 3600);

/// The default number of permits.
const PERMITS: usize = 32;

async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(STUCK, future).await.expect("a call that stands still")
}

async fn call(transport: &Transport, info: &'static OperationInfo, id: usize) -> usize {
    // Without a limit of its time, which would end a call that stands still.
    let options = once().attempt_timeout(None);
    transport.execute(about(info, &id.to_string()), &options).await.unwrap();
    id
}

/// Reads a stream of calls, and makes one more call for each answer, while the stream is not polled.
async fn calls_between_calls(transport: &Transport, info: &'static OperationInfo, width: usize) {
    let calls = (0..width * 2).map(|id| call(transport, info, id));
    let mut answers = futures_util::stream::iter(calls).buffer_unordered(width);
    let mut count = 0;
    while let Some(id) = answers.next().await {
        call(transport, info, 10_000 + id).await;
        count += 1;
    }
    assert_eq!(count, width * 2);
}

#[tokio::test(start_paused = true)]
async fn a_loop_over_many_calls_may_make_one_more_whatever_the_width() {
    for width in [16, PERMITS, PERMITS + 1, 100, 500] {
        for info in [&GET, &POST] {
            in_time(calls_between_calls(&Platform::counting().transport(), info, width)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_by_themselves_on_many_threads_too() {
    let platform = Platform::slow(|_, _| {
        Box::pin(async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            answer(200, "1")
        })
    });
    let transport = platform.transport();
    let loops = (0..4).map(|_| {
        let transport = transport.clone();
        tokio::spawn(async move {
            for info in [&GET, &POST] {
                calls_between_calls(&transport, info, 100).await;
            }
        })
    });
    for done in in_time(join_all(loops)).await {
        done.unwrap();
    }
    assert_eq!(platform.count().min(4 * 2 * 400), platform.count());
}

#[tokio::test(start_paused = true)]
async fn typed_calls_go_on_by_themselves() {
    let platform = Platform::counting();
    let transport = platform.builder().concurrency(1).build().unwrap();
    let mut first = transport.call(GetNumber).attempt_timeout(None);
    assert!((&mut first).now_or_never().is_none());
    in_time(call(&transport, &GET, 2)).await;
    assert_eq!(in_time(first).await.unwrap().into_inner(), 0);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_no_longer_polled_do_not_block_others() {
    let platform = Platform::counting();
    let transport = platform.transport();
    // More calls than permits: the last ones wait for a permit, which is released while they are not polled.
    let mut left: FuturesUnordered<_> = (0..PERMITS * 3).map(|id| call(&transport, &POST, id)).collect();
    assert!(left.next().now_or_never().is_none());
    in_time(join_all((0..PERMITS * 2).map(|id| call(&transport, &GET, 1_000 + id)))).await;
    assert_eq!(platform.count(), PERMITS * 5, "those that were left alone were sent");
    assert_eq!(in_time(left.count()).await, PERMITS * 3);
}

#[tokio::test(start_paused = true)]
async fn a_select_may_leave_a_call_while_it_waits_for_another() {
    let transport = Platform::counting().builder().concurrency(1).build().unwrap();
    let mut slow = Box::pin(call(&transport, &POST, 1));
    for id in 2..5 {
        tokio::select! {
            biased;
            _ = &mut slow => return,
            () = tokio::task::yield_now() => { in_time(call(&transport, &GET, id)).await; }
        }
    }
    in_time(slow).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_for_an_identical_one_that_nobody_polls() {
    let platform = Platform::slow(|count, _| {
        after(SECOND, if count == 0 { answer(503, "") } else { answer(200, &count.to_string()) })
    });
    let transport = platform.transport();
    let options = CallOptions::new().attempt_timeout(None);
    let mut leader = Box::pin(transport.execute(request(&GET), &options));
    assert!((&mut leader).now_or_never().is_none());
    let followers = (0..3).map(|_| transport.execute(request(&GET), &options));
    for answer in in_time(join_all(followers)).await {
        assert_eq!(**answer.unwrap(), b"1"[..], "of the second attempt");
    }
    assert_eq!((**in_time(leader).await.unwrap()).to_vec(), b"1");
    assert_eq!(platform.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_head_of_a_stream_comes_although_nobody_polls_for_it() {
    let platform = Platform::counting();
    let transport = platform.builder().concurrency(1).build().unwrap();
    let options = CallOptions::new().attempt_timeout(None);
    let mut opening = Box::pin(transport.open_request(request(&GET), &options));
    assert!((&mut opening).now_or_never().is_none());
    in_time(call(&transport, &POST, 2)).await;
    assert!(opening.now_or_never().unwrap().is_ok(), "it is there");
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_ends_it_at_once_and_frees_its_permit() {
    /// Counts its drops.
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let ends = dropped.clone();
    let platform = Platform::slow(move |_, _| {
        let end = Dropped(ends.clone());
        Box::pin(async move {
            let _end = end;
            std::future::pending().await
        })
    });
    let transport = platform.builder().concurrency(1).build().unwrap();
    let options = CallOptions::new().attempt_timeout(None);
    let start = |id: &str| {
        let mut call = Box::pin({
            let (transport, options, request) = (transport.clone(), options.clone(), about(&GET, id));
            async move { transport.execute(request, &options).await }
        });
        assert!((&mut call).now_or_never().is_none());
        call
    };
    let (alone, queued, last) = (start("1"), start("2"), start("3"));
    // The first has a task now, for others wait for its permit.
    tokio::task::yield_now().await;
    drop(queued);
    drop(alone);
    assert_eq!((dropped.load(Ordering::Relaxed), platform.count()), (1, 1));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(platform.count(), 2, "the third is sent, the second is not");
    drop(last);
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
    tokio::task::yield_now().await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_depends_on_makes_no_task() {
    let transport = Platform::counting().transport();
    let calls = (0..PERMITS).map(|id| call(&transport, &GET, id));
    let count = poll_fn(|_| Poll::Ready(tokio::runtime::Handle::current().metrics().num_alive_tasks()));
    let (_, tasks) = tokio::join!(join_all(calls), count);
    assert_eq!(tasks, 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_reaches_the_call_it_belongs_to_and_no_other() {
    let platform = Platform::slow(|count, _| {
        Box::pin(async move {
            tokio::time::sleep(SECOND).await;
            assert!(count > 0, "out of order");
            answer(200, &count.to_string())
        })
    });
    let transport = platform.transport();
    let options = CallOptions::new();
    let get = || AssertUnwindSafe(transport.execute(request(&GET), &options)).catch_unwind();
    let (first, second) = in_time(async { tokio::join!(get(), get()) }).await;
    let panics = [&first, &second].into_iter().filter(|outcome| outcome.is_err()).count();
    assert_eq!((panics, platform.count()), (1, 2));
    let answer = first.or(second).ok().unwrap().unwrap();
    assert_eq!(&**answer, b"1");
}

/// A runtime that the test ends when it likes.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn a_follower_takes_over_when_the_runtime_of_the_leader_ends() {
    let platform = Platform::slow(|count, _| {
        after(if count == 0 { STUCK } else { SECOND }, answer(200, &count.to_string()))
    });
    let transport = platform.transport();
    let get = || {
        let transport = transport.clone();
        async move { transport.execute(request(&GET), &CallOptions::new().attempt_timeout(None)).await }
    };
    let (first, second) = (runtime(), runtime());
    let leader = first.spawn(get());
    first.block_on(tokio::task::yield_now());
    second.block_on(async {
        let followers = [tokio::spawn(get()), tokio::spawn(get())];
        tokio::task::yield_now().await;
        assert_eq!((platform.count(), leader.is_finished()), (1, false));
        std::thread::spawn(move || drop(first)).join().unwrap();
        for answer in in_time(join_all(followers)).await {
            assert_eq!(&**answer.unwrap().unwrap(), b"1");
        }
    });
    assert_eq!(platform.count(), 2, "one of the two asked again");
}

#[test]
fn a_call_that_is_polled_on_another_runtime_goes_on_or_says_why_not() {
    let platform = Platform::slow(|_, _| after(SECOND, answer(200, "1")));
    let transport = platform.transport();
    for (info, sent) in [(&GET, 2), (&POST, 1)] {
        let before = platform.count();
        let (first, second) = (runtime(), runtime());
        let call = {
            let transport = transport.clone();
            async move { transport.execute(request(info), &CallOptions::new()).await }
        };
        let mut call = Box::pin(call);
        assert!(first.block_on(async { (&mut call).now_or_never() }).is_none());
        drop(first);
        let outcome = second.block_on(async { in_time(call).await });
        match outcome {
            Ok(_) => assert_eq!(info.id, "get_thing"),
            Err(error) => {
                assert_eq!((error.kind(), error.may_be_done()), (ErrorKind::Indeterminate, true), "{error}");
                assert_eq!(info.id, "post_thing");
            }
        }
        assert_eq!(platform.count() - before, sent);
    }
}

#[test]
fn a_call_on_a_runtime_that_has_ended_keeps_no_permit_from_others() {
    let transport = Platform::counting().builder().concurrency(1).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let left = {
        let transport = transport.clone();
        let mut left = Box::pin(async move { call(&transport, &POST, 1).await });
        assert!(first.block_on(async { (&mut left).now_or_never() }).is_none());
        left
    };
    drop(first);
    second.block_on(async { in_time(call(&transport, &GET, 2)).await });
    drop(left);
}
