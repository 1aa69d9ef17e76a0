//! Requests that are sent again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};
use cc_runtime::{CallOptions, Credentials, Error, ErrorKind, RetryPolicy};
use tokio::time::Instant;

use crate::support::*;

/// A platform that fails `times` times with this status.
fn failing(times: usize, status: u16) -> Platform {
    Platform::new(move |count, _| answer(if count < times { status } else { 200 }, "1"))
}

#[tokio::test(start_paused = true)]
async fn statuses_that_pass_are_retried_and_counted() {
    for status in [408, 429, 500, 502, 503, 504] {
        let platform = failing(2, status);
        let answer = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap();
        assert_eq!((answer.attempts(), platform.count()), (3, 3), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn statuses_that_stay_are_not_retried() {
    for status in [400, 401, 403, 404, 409, 422, 501] {
        let platform = failing(9, status);
        let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
        assert_eq!((error.attempts(), platform.count()), (1, 1), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_is_the_error_and_tells_the_attempts() {
    let platform = failing(9, 503);
    let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.attempts(), platform.count(), error.status().unwrap().as_u16()), (3, 3, 503));
    let error = platform.transport().execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_and_a_truncated_body_are_retried() {
    let platform = Platform::new(|count, _| match count {
        0 => unreachable(),
        1 => Ok(cc_runtime::transport::HttpResponse::new(truncated())),
        _ => answer(200, "whole"),
    });
    let answer = platform.transport().execute(request(&PUT), &CallOptions::new()).await.unwrap();
    assert_eq!((&**answer, answer.attempts()), (&b"whole"[..], 3));
}

fn truncated() -> cc_runtime::Body {
    let lost = std::io::Error::other("the connection was closed");
    cc_runtime::Body::from_stream(futures_util::stream::iter([
        Ok(bytes::Bytes::from_static(b"wh")),
        Err(lost),
    ]))
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_been_done_is_not_sent_again() {
    for info in [&POST, &GET_ONCE] {
        for status in [429, 500, 503] {
            let platform = failing(9, status);
            assert!(platform.transport().execute(request(info), &CallOptions::new()).await.is_err());
            assert_eq!(platform.count(), 1, "{status}");
        }
        let platform = Platform::new(|_, _| unreachable());
        assert!(platform.transport().execute(request(info), &CallOptions::new()).await.is_err());
        assert_eq!(platform.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_left_is_sent_again() {
    let platform = Platform::new(|count, _| match count {
        0 => Err(Error::new(ErrorKind::Unreachable).not_sent()),
        _ => answer(200, "1"),
    });
    let answer = platform.transport().execute(request(&POST), &CallOptions::new()).await.unwrap();
    assert_eq!(answer.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_post_that_is_marked_idempotent_is_sent_again() {
    static SEARCH: cc_runtime::OperationInfo =
        cc_runtime::OperationInfo::new("search", "test", http::Method::POST, "/v2/search", "").idempotent();
    let platform = failing(1, 503);
    let answer = platform.transport().execute(request(&SEARCH), &CallOptions::new()).await.unwrap();
    assert_eq!(answer.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn waits_are_random_below_a_bound_that_doubles() {
    let mut waits = [Vec::new(), Vec::new()];
    for seed in 0..50 {
        let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let seen = times.clone();
        let platform = Platform::new(move |_, _| {
            seen.lock().unwrap().push(Instant::now());
            answer(500, "")
        });
        let transport = platform.builder().jitter_seed(seed).build().unwrap();
        assert!(transport.execute(request(&GET), &CallOptions::new()).await.is_err());
        let times = times.lock().unwrap();
        waits[0].push(times[1] - times[0]);
        waits[1].push(times[2] - times[1]);
    }
    for (waits, bound) in waits.iter().zip([50, 100]) {
        // The timer counts whole milliseconds.
        let bound = Duration::from_millis(bound + 1);
        assert!(waits.iter().all(|wait| *wait <= bound));
        assert!(waits.iter().any(|wait| *wait < bound / 4) && waits.iter().any(|wait| *wait > bound * 3 / 4));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_platform_asks_to_wait_is_waited() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(429, &[("retry-after", "7")], ""),
        _ => answer(200, "1"),
    });
    let started = Instant::now();
    platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn throttling_waits_from_a_second_and_other_faults_from_50_ms() {
    for (status, headers, bound) in
        [(429, &[][..], 1_000), (503, &[("retry-after", "0")], 1_000), (503, &[], 50), (502, &[], 50)]
    {
        let mut longest = Duration::ZERO;
        for seed in 0..50 {
            let platform = Platform::new(move |count, _| match count {
                0 => answer_with(status, headers, ""),
                _ => answer(200, "1"),
            });
            let transport = platform.builder().jitter_seed(seed).build().unwrap();
            let started = Instant::now();
            transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
            longest = longest.max(started.elapsed());
        }
        let bound = Duration::from_millis(bound);
        // The timer counts whole milliseconds.
        assert!(longest <= bound + SECOND / 1_000 && longest > bound * 3 / 4, "{status}: {longest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_turned_away_is_sent_again() {
    for asked in ["0", "2.0", "2, 2"] {
        let platform = Platform::new(move |count, _| match count {
            0 => answer_with(429, &[("retry-after", asked)], ""),
            _ => answer(200, "1"),
        });
        let answer = platform.transport().execute(request(&POST), &CallOptions::new()).await.unwrap();
        assert_eq!((answer.attempts(), platform.count()), (2, 2), "{asked}");
    }
    // A server that is not throttling may have done it before it failed.
    let platform = Platform::new(|_, _| answer_with(503, &[("retry-after", "0")], ""));
    assert!(platform.transport().execute(request(&POST), &CallOptions::new()).await.is_err());
    assert_eq!(platform.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_that_is_too_long_is_clamped_and_told_in_the_error() {
    let platform = Platform::new(|_, _| answer_with(429, &[("retry-after", "3600")], ""));
    for (options, attempts, waited) in [
        (CallOptions::new(), 3, 60),
        (CallOptions::new().retry(RetryPolicy::default().max_retry_after(SECOND * 10)), 3, 20),
        // A wait that reaches beyond the deadline ends the call at once.
        (CallOptions::new().timeout(SECOND * 20), 1, 0),
    ] {
        let started = Instant::now();
        let error = platform.transport().execute(request(&GET), &options).await.unwrap_err();
        assert!(error.is_rate_limited());
        assert_eq!((error.retry_after(), error.attempts()), (Some(SECOND * 3_600), attempts));
        assert_eq!(started.elapsed().as_secs(), waited);
    }
}

#[tokio::test(start_paused = true)]
async fn retries_of_all_calls_share_a_budget() {
    let platform = Platform::new(|_, _| answer(503, ""));
    let transport = platform.transport();
    for id in 0..100 {
        assert!(transport.execute(about(&GET, &id.to_string()), &CallOptions::new()).await.is_err());
    }
    assert_eq!(platform.count(), 100 + 35, "a retry after a passing fault costs 14 of 500 tokens");

    let platform = Platform::new(|_, _| answer(429, ""));
    let transport = platform.transport();
    for id in 0..100 {
        assert!(transport.execute(about(&GET, &id.to_string()), &CallOptions::new()).await.is_err());
    }
    assert_eq!(platform.count(), 100 + 100, "a retry after throttling costs 5");
}

/// Counts how often it is asked.
#[derive(Debug, Default)]
struct Counting(Mutex<u32>);

impl CredentialsProvider for Counting {
    fn provide(&self) -> ProvideFuture<'_> {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        let token = format!("token-{count}");
        Box::pin(async { Ok(Credentials::api_token(token)) })
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_signed_afresh() {
    let platform = failing(2, 503);
    let transport =
        platform.builder().credentials(Credentials::provider(Counting::default())).build().unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    let seen = platform.seen();
    let tokens: Vec<_> = seen.iter().map(|seen| seen.header("authorization").unwrap()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
}

/// Fails to give credentials.
#[derive(Debug)]
struct Failing;

impl CredentialsProvider for Failing {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(async { Err(Error::new(ErrorKind::Credentials).with_message("the vault is closed")) })
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_had_end_the_call_before_anything_is_sent() {
    let platform = failing(0, 200);
    let transport = platform.builder().credentials(Credentials::provider(Failing)).build().unwrap();
    let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Credentials, Some("get_thing")));
    assert!(error.is_not_sent() && platform.count() == 0);
}

/// The target of the redirect was not reached, but the request itself was applied.
#[tokio::test(start_paused = true)]
async fn a_write_that_was_done_is_not_sent_again_when_its_redirect_leads_nowhere() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(303, &[("location", "/v2/other")], ""),
        _ => Err(Error::new(ErrorKind::Unreachable).not_sent()),
    });
    let error = platform.transport().execute(request(&POST), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), platform.count()), (ErrorKind::Indeterminate, 2));
    assert!(!error.is_not_sent() && error.may_be_done());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_to_be_said_is_a_wait() {
    for asked in ["18446744073709551615", "99999999999999999999999"] {
        let platform = Platform::new(move |_, _| answer_with(503, &[("retry-after", asked)], ""));
        let patient = RetryPolicy::default().max_retry_after(Duration::MAX);
        for (policy, attempts) in [(RetryPolicy::default(), 2), (patient, 1)] {
            let options = CallOptions::new().retry(policy).timeout(Duration::from_secs(60));
            let error = platform.transport().execute(request(&GET), &options).await.unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::MAX)), "{asked}");
            assert_eq!(error.attempts(), attempts, "{asked}");
        }
    }
}

type Given = fn() -> cc_runtime::Result<cc_runtime::transport::HttpResponse>;

const GONE: Given = || answer(404, r#"{"id":4004,"message":"not found"}"#);

/// Sends a DELETE to a platform that gives one of these answers after the other.
async fn delete<const N: usize>(answers: [Given; N]) -> cc_runtime::Result<cc_runtime::Answer<bytes::Bytes>> {
    let platform = Platform::new(move |count, _| answers[count]());
    platform.transport().execute(request(&DELETE), &CallOptions::new()).await
}

#[tokio::test(start_paused = true)]
async fn a_repeated_delete_that_finds_nothing_has_succeeded() {
    for (outcome, status, attempts) in [
        (delete([unreachable, GONE]).await, 404, 2),
        (delete([unreachable, || answer(410, "gone")]).await, 410, 2),
        (delete([|| answer(503, ""), unreachable, GONE]).await, 404, 3),
    ] {
        let answer = outcome.unwrap();
        assert_eq!((answer.status().as_u16(), answer.attempts()), (status, attempts));
        assert!(answer.is_empty(), "the body of the refusal is not given");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_finds_nothing_is_refused_when_no_attempt_before_can_have_been_applied() {
    let never_left: Given = || Err(Error::new(ErrorKind::Unreachable).not_sent());
    for (outcome, attempts) in [
        (delete([GONE]).await, 1),
        (delete([never_left, GONE]).await, 2),
        (delete([|| answer(429, ""), GONE]).await, 2),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), error.is_not_found(), error.attempts()), ("4004", true, attempts));
    }
    let platform = Platform::new(|count, _| if count == 0 { unreachable() } else { answer(404, "") });
    let error = platform.transport().execute(request(&PUT), &CallOptions::new()).await.unwrap_err();
    assert!(error.is_not_found(), "only what was deleted is rightly gone");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_delete_whose_answer_is_needed_is_refused() {
    #[derive(Debug)]
    struct DeleteNumber;
    impl cc_runtime::Operation for DeleteNumber {
        const INFO: &'static cc_runtime::OperationInfo = &DELETE;
        type Output = u32;
        fn request(&self) -> cc_runtime::Result<cc_runtime::Request> {
            Ok(request(&DELETE))
        }
        fn decode(answer: cc_runtime::Answer<bytes::Bytes>) -> cc_runtime::Result<cc_runtime::Answer<u32>> {
            answer.json()
        }
    }
    let platform = Platform::new(|count, _| if count == 0 { unreachable() } else { answer(404, "") });
    let error = platform.transport().call(DeleteNumber).await.unwrap_err();
    assert_eq!((error.kind(), error.is_not_found(), error.attempts()), (ErrorKind::Refused, true, 2));
}
