//! Timeouts, deadlines and turns.

use std::time::Duration;

use cc_runtime::{Body, CallOptions, Defaults, ErrorKind, RetryPolicy, Transport};
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::support::*;

/// A platform that answers after this many seconds.
fn taking(seconds: u64) -> Platform {
    Platform::slow(move |_, _| after(SECOND * seconds as u32, answer(200, "1")))
}

async fn elapsed(transport: &Transport, options: &CallOptions) -> (Option<ErrorKind>, u64) {
    let started = Instant::now();
    let outcome = transport.execute(request(&GET), options).await;
    (outcome.err().map(|error| error.kind()), started.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn an_attempt_may_take_thirty_seconds_and_a_call_any_time() {
    let options = CallOptions::new();
    assert_eq!(elapsed(&taking(29).transport(), &options).await, (None, 29));
    let platform = taking(31);
    let (kind, seconds) = elapsed(&platform.transport(), &options).await;
    assert_eq!((kind, platform.count()), (Some(ErrorKind::TimedOut), 3));
    assert!(seconds >= 90);
}

#[tokio::test(start_paused = true)]
async fn none_means_no_limit() {
    let platform = taking(4_000);
    let transport = platform.builder().timeout(SECOND).build().unwrap();
    let options = CallOptions::new().timeout(None).attempt_timeout(None);
    assert_eq!(elapsed(&transport, &options).await, (None, 4_000));
    let endless = CallOptions::new().timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    assert_eq!(elapsed(&transport, &endless).await, (None, 4_000));
}

#[tokio::test(start_paused = true)]
async fn the_time_covers_the_body() {
    let platform = Platform::new(|_, _| {
        let stalled = futures_util::stream::pending::<Result<bytes::Bytes, cc_runtime::Error>>();
        Ok(cc_runtime::transport::HttpResponse::new(Body::from_stream(stalled)))
    });
    let transport = platform.transport();
    let options = CallOptions::new().timeout(SECOND * 5);
    assert_eq!(elapsed(&transport, &options).await, (Some(ErrorKind::TimedOut), 5));
    let options = once().attempt_timeout(SECOND * 2);
    assert_eq!(elapsed(&transport, &options).await, (Some(ErrorKind::TimedOut), 2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let platform = taking(0);
    let options = CallOptions::new().timeout(SECOND).deadline(Instant::now());
    assert_eq!(elapsed(&platform.transport(), &options).await, (Some(ErrorKind::TimedOut), 0));
    assert_eq!(platform.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_tells_what_was_asked_and_how_often() {
    let platform = taking(9);
    let transport = platform.builder().timeout(SECOND).build().unwrap();
    let mut request = request(&GET);
    request.append_query("secret", &"hunter2");
    let error = transport.execute(request, &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("TIMEOUT_EXCEEDED", ErrorKind::TimedOut));
    assert_eq!(error.method(), Some(&http::Method::GET));
    assert_eq!(error.url(), Some("https://api.test/base/v2/things/1"));
    assert_eq!((error.attempts(), error.operation()), (1, Some("get_thing")));
    assert_eq!(
        error.to_string(),
        "get_thing: timed out waiting for api.test: the limit for the call is 1s (GET https://api.test/base/v2/things/1, 1 attempt); \
         try again, or allow more time"
    );
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_covers_retries_and_their_waits() {
    let platform = Platform::slow(|_, _| after(SECOND, unreachable()));
    let transport = platform.transport();
    let options = CallOptions::new().timeout(Duration::from_millis(1_500));
    let (_, seconds) = elapsed(&transport, &options).await;
    assert_eq!((seconds, platform.count()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_in_flight_than_allowed() {
    let platform = taking(1);
    let transport = platform.builder().concurrency(3).build().unwrap();
    let options = CallOptions::new();
    let started = Instant::now();
    let ids: Vec<String> = (0..7).map(|id| id.to_string()).collect();
    let calls = ids.iter().map(|id| transport.execute(about(&GET, id), &options));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(started.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_counts_for_the_call_and_not_for_the_attempt() {
    let platform = taking(3);
    let transport = platform.builder().concurrency(1).build().unwrap();
    let patient = CallOptions::new().attempt_timeout(SECOND * 4);
    let hasty = CallOptions::new().timeout(SECOND * 4);
    let (first, second, third) = tokio::join!(
        transport.execute(about(&GET, "1"), &patient),
        transport.execute(about(&GET, "2"), &patient),
        transport.execute(about(&GET, "3"), &hasty),
    );
    assert!(first.is_ok() && second.is_ok());
    let error = third.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 0));
    assert_eq!(platform.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_between_two_attempts_keeps_no_one_from_its_turn() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(503, &[("retry-after", "20")], ""),
        _ => answer(200, "1"),
    });
    let transport = platform.builder().concurrency(1).build().unwrap();
    let options = CallOptions::new();
    let second = async {
        tokio::time::sleep(SECOND).await;
        transport.execute(about(&GET, "2"), &options).await.unwrap();
        Instant::now()
    };
    let started = Instant::now();
    let (first, second) = tokio::join!(transport.execute(about(&GET, "1"), &options), second);
    assert_eq!((first.unwrap().attempts(), (second - started).as_secs()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_call_is_its_own_or_the_transports() {
    let platform = taking(0);
    let transport = platform.builder().timeout(SECOND * 7).build().unwrap();
    let now = Instant::now();
    assert_eq!(transport.deadline(&CallOptions::new()), Some(now + SECOND * 7));
    assert_eq!(transport.deadline(&CallOptions::new().timeout(SECOND)), Some(now + SECOND));
    assert_eq!(transport.deadline(&CallOptions::new().timeout(None)), None);
    assert_eq!(transport.deadline(&CallOptions::new().deadline(now)), Some(now));
}

#[tokio::test(start_paused = true)]
async fn a_set_of_defaults_says_what_the_program_does_not_whichever_comes_first() {
    let mut defaults = Defaults::v2026_12();
    defaults.attempt_timeout = Some(SECOND * 3);
    defaults.retry = RetryPolicy::none();
    defaults.body_limit = Some(5);
    defaults.concurrency = 1;
    let hanging = Platform::slow(|_, _| Box::pin(std::future::pending()));
    for builder in
        [hanging.builder().defaults(defaults.clone()), hanging.builder().retry(RetryPolicy::none())]
    {
        let transport = builder.defaults(defaults.clone()).build().unwrap();
        let started = Instant::now();
        let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 1));
        assert_eq!(started.elapsed().as_secs(), 3);
    }
    let platform = Platform::new(|_, _| answer(200, "123456"));
    for builder in [
        platform.builder().defaults(defaults.clone()).body_limit(6),
        platform.builder().body_limit(6).defaults(defaults.clone()),
    ] {
        builder.build().unwrap().execute(request(&GET), &CallOptions::new()).await.unwrap();
    }
    let transport = platform.builder().defaults(defaults).build().unwrap();
    let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(format!("{:?}", platform.builder()).contains("2026-12"));
}
