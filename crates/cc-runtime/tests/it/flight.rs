//! Identical concurrent requests.

use std::time::Duration;

use cc_runtime::{CallOptions, ErrorKind, RetryPolicy};
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn identical_gets_at_one_time_are_sent_once() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = CallOptions::new();
    let answers = join_all((0..5).map(|_| text(&transport, request(&GET), &options))).await;
    assert_eq!((answers.concat(), platform.count()), ("00000".to_owned(), 1));
    assert_eq!(text(&transport, request(&GET), &options).await, "1", "later ones are not shared");
}

#[tokio::test(start_paused = true)]
async fn each_caller_of_a_shared_request_decodes_a_value_of_its_own() {
    let platform = Platform::slow(|_, _| after(SECOND, answer(200, "[3,1,2]")));
    let transport = platform.transport();
    let options = CallOptions::new();
    let read = async |sorted: bool| {
        let answer = transport.execute(request(&GET), &options).await.unwrap();
        let mut list = answer.json::<Vec<u32>>().unwrap().into_inner();
        if sorted {
            list.sort_unstable();
        }
        list
    };
    let lists = tokio::join!(read(true), read(false));
    assert_eq!((lists, platform.count()), ((vec![1, 2, 3], vec![3, 1, 2]), 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_too() {
    let platform = Platform::slow(|_, _| after(SECOND, answer(404, r#"{"id":4004,"message":"no"}"#)));
    let transport = platform.transport();
    let options = CallOptions::new();
    let errors = join_all((0..2).map(|_| transport.execute(request(&GET), &options))).await;
    for error in errors.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.code(), error.attempts()), ("4004", 1));
    }
    assert_eq!(platform.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn different_requests_and_writes_are_not_shared() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = CallOptions::new();
    join_all([&GET, &GET_PART, &PUT, &PUT].map(|info| transport.execute(request(info), &options))).await;
    assert_eq!(platform.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_get_after_the_begin_of_a_write_joins_none_from_before() {
    let platform = Platform::slow(|count, _| after(SECOND * 2, answer(200, &count.to_string())));
    let transport = platform.transport();
    let options = CallOptions::new();
    let later = async |seconds: f64, info| {
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        text(&transport, request(info), &options).await
    };
    let (before, write, during) = tokio::join!(later(0.0, &LIST), later(0.5, &PUT), later(1.0, &LIST));
    assert_eq!((&*before, &*write, &*during), ("0", "1", "2"));

    // A GET from within the write does not answer one from after it.
    let (write, during, after) = tokio::join!(later(0.0, &PUT), later(1.0, &LIST), later(2.5, &LIST));
    assert_eq!((&*write, &*during, &*after), ("3", "4", "5"));
    let unrelated = tokio::join!(later(0.0, &GET_PART), later(0.5, &LIST), later(1.0, &GET_PART));
    assert_eq!(unrelated.0, unrelated.2);
}

#[tokio::test(start_paused = true)]
async fn reload_does_not_join_a_plain_get() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let (plain, reload) = (CallOptions::new(), CallOptions::new().reload());
    let answers = tokio::join!(
        text(&transport, request(&GET), &plain),
        text(&transport, request(&GET), &reload),
        text(&transport, request(&GET), &reload),
    );
    assert_eq!((&*answers.0, &*answers.1, &*answers.2), ("0", "1", "1"));
}

#[tokio::test(start_paused = true)]
async fn the_first_to_give_up_does_not_rule_the_others() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let (hasty, patient) = (CallOptions::new().timeout(SECOND / 2), CallOptions::new());
    let (first, second) =
        tokio::join!(transport.execute(request(&GET), &hasty), transport.execute(request(&GET), &patient),);
    assert_eq!(first.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(*second.unwrap(), "0");

    let (mut dropped, kept) =
        (Box::pin(transport.execute(request(&GET), &patient)), transport.execute(request(&GET), &patient));
    assert!((&mut dropped).now_or_never().is_none());
    let mut kept = Box::pin(kept);
    assert!((&mut kept).now_or_never().is_none());
    drop(dropped);
    assert_eq!((&**kept.await.unwrap(), platform.count()), (&b"1"[..], 2));
}

#[tokio::test(start_paused = true)]
async fn each_caller_has_its_own_timeout() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let (patient, hasty) = (CallOptions::new().timeout(SECOND * 9), CallOptions::new().timeout(SECOND / 2));
    let (first, second) =
        tokio::join!(transport.execute(request(&GET), &patient), transport.execute(request(&GET), &hasty),);
    assert!(first.is_ok());
    let error = second.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 1));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_everybody_left_is_given_up() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = CallOptions::new().timeout(SECOND / 2);
    for _ in 0..2 {
        let calls = (0..3).map(|_| transport.execute(request(&GET), &options));
        assert!(join_all(calls).await.iter().all(Result::is_err));
    }
    assert_eq!(platform.count(), 2, "the second three did not find the first");
}

#[tokio::test(start_paused = true)]
async fn calls_that_try_differently_hard_do_not_join() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = [
        CallOptions::new(),
        CallOptions::new().retry(RetryPolicy::none()),
        CallOptions::new().attempt_timeout(SECOND * 9),
        CallOptions::new().timeout(SECOND * 9),
    ];
    join_all(options.iter().map(|options| transport.execute(request(&GET), options))).await;
    assert_eq!(platform.count(), 3, "only the timeout of the whole call is each caller's own");
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_side_effect_is_not_shared() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = CallOptions::new();
    join_all((0..3).map(|_| transport.execute(request(&GET_ONCE), &options))).await;
    assert_eq!(platform.count(), 3);
}

/// The wait that one caller has no time for is waited for as long as another has.
#[tokio::test(start_paused = true)]
async fn retries_go_on_for_the_caller_with_the_most_time() {
    let platform = Platform::slow(|count, _| {
        after(
            SECOND,
            if count == 0 { answer_with(503, &[("retry-after", "5")], "") } else { answer(200, "1") },
        )
    });
    let transport = platform.transport();
    let (hasty, patient) = (CallOptions::new().timeout(SECOND * 2), CallOptions::new());
    let (first, second) =
        tokio::join!(transport.execute(request(&GET), &hasty), transport.execute(request(&GET), &patient),);
    let error = first.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 1));
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("503"));
    assert_eq!(second.unwrap().attempts(), 2);
}
