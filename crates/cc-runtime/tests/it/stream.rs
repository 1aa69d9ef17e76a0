//! Streams.

use std::time::Duration;

use bytes::Bytes;
use cc_runtime::transport::HttpResponse;
use cc_runtime::{Body, CachePolicy, CallOptions, Error, ErrorKind};
use futures_util::StreamExt;

use crate::support::*;

/// A platform whose answers come in a chunk a minute, and never end.
fn dripping() -> Platform {
    Platform::new(|count, _| {
        let chunks = futures_util::stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Some((Ok::<_, Error>(Bytes::from(count.to_string())), ()))
        });
        Ok(HttpResponse::new(Body::from_stream(chunks)))
    })
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_there_at_its_head_and_has_all_the_time_after() {
    let transport = dripping().builder().timeout(SECOND).attempt_timeout(SECOND).build().unwrap();
    let mut body = transport.open_request(request(&GET), &CallOptions::new()).await.unwrap().into_body();
    for _ in 0..3 {
        assert_eq!(body.next().await.unwrap().unwrap(), "0");
    }
}

#[tokio::test(start_paused = true)]
async fn streams_share_nothing() {
    let transport = dripping().builder().cache(CachePolicy::ttl(SECOND)).build().unwrap();
    let options = CallOptions::new();
    let (one, other) = tokio::join!(
        transport.open_request(request(&GET), &options),
        transport.open_request(request(&GET), &options),
    );
    let mut bodies = [one.unwrap().into_body(), other.unwrap().into_body()];
    assert_eq!(bodies[0].next().await.unwrap().unwrap(), "0");
    assert_eq!(bodies[1].next().await.unwrap().unwrap(), "1");
}

#[tokio::test(start_paused = true)]
async fn open_streams_take_no_turn() {
    let platform = dripping();
    let transport = platform.builder().concurrency(1).build().unwrap();
    let options = CallOptions::new().timeout(SECOND);
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(transport.open_request(request(&GET), &options).await.unwrap());
    }
    assert_eq!(platform.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_refused_tells_the_code() {
    let platform = Platform::new(|_, _| answer(403, r#"{"code":"clever.no","error":"not you"}"#));
    let error = platform.transport().open_request(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.code(), error.kind(), error.attempts()), ("clever.no", ErrorKind::Refused, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_tried_once() {
    let platform = Platform::new(|_, _| unreachable());
    let error = platform.transport().open_request(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), platform.count()), (ErrorKind::Unreachable, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_head_does_not_come_times_out() {
    let platform = Platform::slow(|_, _| after(SECOND * 60, answer(200, "")));
    for options in [CallOptions::new(), CallOptions::new().timeout(SECOND)] {
        let error = platform.transport().open_request(request(&GET), &options).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.url()),
            (ErrorKind::TimedOut, Some("https://api.test/base/v2/things/1"))
        );
    }
}
