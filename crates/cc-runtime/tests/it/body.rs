//! Limits of reading and buffering answers.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::transport::HttpResponse;
use cc_runtime::{Body, CachePolicy, CallOptions, Credentials, ErrorKind, Secret};
use futures_util::{StreamExt, stream};
use http::HeaderValue;

use crate::support::*;

/// The read buffer of a connection, which counts how many of its kind are held.
struct Buffer(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer whose body and header are parts of a large buffer, as those of a connection are.
fn sliced(status: u16, held: &Arc<AtomicUsize>) -> HttpResponse {
    held.fetch_add(1, Ordering::Relaxed);
    let buffer = Bytes::from_owner(Buffer(b"body header".repeat(10_000), held.clone()));
    let mut answer = answer(status, "").unwrap();
    *answer.body_mut() = Body::from(buffer.slice(..4));
    let header = HeaderValue::from_maybe_shared(buffer.slice(5..11)).unwrap();
    answer.headers_mut().insert("x-header", header);
    answer
}

#[tokio::test(start_paused = true)]
async fn kept_answers_and_errors_hold_no_buffer_of_a_connection() {
    let held = Arc::<AtomicUsize>::default();
    for status in [200, 404] {
        let buffers = held.clone();
        let platform = Platform::new(move |_, _| Ok(sliced(status, &buffers)));
        let transport = platform.builder().cache(CachePolicy::ttl(SECOND * 60)).build().unwrap();
        let mut errors = Vec::new();
        for id in 0..100 {
            let id = id.to_string();
            match transport.execute(about(&GET, &id), &CallOptions::new()).await {
                Ok(answer) => assert_eq!(&**answer, b"body"),
                Err(error) => errors.push(error),
            }
        }
        assert_eq!((held.load(Ordering::Relaxed), errors.len()), (0, if status == 200 { 0 } else { 100 }));
        if status == 200 {
            let kept = transport.execute(about(&GET, "7"), &CallOptions::new()).await.unwrap();
            assert_eq!((&**kept, kept.attempts(), platform.count()), (&b"body"[..], 0, 100));
            assert_eq!(kept.headers()["x-header"], "header");
        }
    }
}

/// A platform whose bodies never end, and the number of kilobytes that were read of them.
fn endless(length: Option<&'static str>) -> (Platform, Arc<AtomicUsize>) {
    let read = Arc::<AtomicUsize>::default();
    let counted = read.clone();
    let platform = Platform::new(move |_, _| {
        let counted = counted.clone();
        let chunks = stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from(vec![b'a'; 1_024]))
        });
        let mut answer = HttpResponse::new(Body::from_stream(chunks));
        if let Some(length) = length {
            answer.headers_mut().insert("content-length", length.parse().unwrap());
        }
        Ok(answer)
    });
    (platform, read)
}

#[tokio::test(start_paused = true)]
async fn a_body_beyond_the_limit_fails_the_call_with_a_word_on_how_to_raise_it() {
    let (platform, read) = endless(None);
    let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::TooLarge, "RESPONSE_TOO_LARGE"));
    assert_eq!((error.attempts(), error.status().unwrap().as_u16()), (1, 200));
    assert_eq!(error.operation(), Some("get_thing"));
    let text = error.to_string();
    for word in ["67108864 bytes", "raise the body limit"] {
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(read.swap(0, Ordering::Relaxed), 64 * 1_024 + 1, "64 MiB and what shows that there is more");

    // A client and a call say otherwise, the call last.
    let client = platform.builder().body_limit(10_240).build().unwrap();
    assert!(
        client.execute(request(&GET), &CallOptions::new()).await.unwrap_err().to_string().contains("10240")
    );
    let few = CallOptions::new().body_limit(2_048);
    assert!(client.execute(request(&GET), &few).await.unwrap_err().to_string().contains("2048"));
    let error = client.call(GetNumber).body_limit(1_024).await.unwrap_err();
    assert_eq!((error.kind(), read.load(Ordering::Relaxed)), (ErrorKind::TooLarge, 11 + 3 + 2));
}

#[tokio::test(start_paused = true)]
async fn a_body_of_a_length_beyond_the_limit_is_not_read_at_all() {
    let (platform, read) = endless(Some("67108865"));
    let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), read.load(Ordering::Relaxed)), (ErrorKind::TooLarge, 0));
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_and_up_to_it_a_body_is_read_whole() {
    let large = "a".repeat(100_000);
    let body = large.clone();
    let platform = Platform::new(move |_, _| answer(200, &body));
    let transport = platform.builder().body_limit(10).build().unwrap();
    for limit in [None, Some(100_000), Some(usize::MAX)] {
        let options = CallOptions::new().body_limit(limit);
        assert_eq!(text(&transport, request(&GET), &options).await, large, "{limit:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_gives_chunk_after_chunk_however_much_comes() {
    let (platform, read) = endless(Some("99999999999"));
    let transport = platform.builder().body_limit(10).cache(CachePolicy::ttl(SECOND)).build().unwrap();
    let mut body = transport.call(GetNumber).download().await.unwrap().into_inner();
    for _ in 0..100 {
        assert_eq!(body.next().await.unwrap().unwrap().len(), 1_024);
    }
    assert_eq!(read.load(Ordering::Relaxed), 100, "nothing is read that nobody asks for");
    // A limit that the call itself sets holds, and ends the body.
    let mut body = transport.call(GetNumber).body_limit(2_500).download().await.unwrap().into_inner();
    assert!(body.next().await.unwrap().is_ok() && body.next().await.unwrap().is_ok());
    assert_eq!(body.next().await.unwrap().unwrap_err().kind(), ErrorKind::TooLarge);
    assert!(body.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_download_is_tried_again_up_to_its_head_and_tells_how_it_broke_off() {
    let platform = Platform::new(|count, _| match count {
        0 => unreachable(),
        1 => answer(503, ""),
        _ => {
            let lost = std::io::Error::other("the connection was closed");
            Ok(HttpResponse::new(Body::from_stream(stream::iter([
                Ok(Bytes::from_static(b"%PDF")),
                Err(lost),
            ]))))
        }
    });
    let answer = platform.transport().call(GetNumber).download().await.unwrap();
    assert_eq!((answer.attempts(), answer.status().as_u16()), (3, 200));
    let mut body = answer.into_inner();
    assert_eq!(body.next().await.unwrap().unwrap(), "%PDF");
    let error = body.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unreachable, Some("get_thing")));
    assert!(error.url().is_some() && body.next().await.is_none());
    let refused = Platform::new(|_, _| answer_with(404, &[], r#"{"code":"clever.x"}"#));
    assert_eq!(refused.transport().call(GetNumber).download().await.unwrap_err().code(), "clever.x");
}

#[tokio::test(start_paused = true)]
async fn a_download_that_stands_still_or_takes_too_long_ends() {
    let slow = |wait: Duration| {
        Platform::new(move |_, _| {
            let chunks = stream::unfold((), move |()| async move {
                tokio::time::sleep(wait).await;
                Some((Ok::<_, Infallible>(Bytes::from_static(b"a")), ()))
            });
            Ok(HttpResponse::new(Body::from_stream(chunks)))
        })
    };
    let last = async |platform: Platform, options: CallOptions| {
        let body = platform.transport().download(request(&GET), &options).await.unwrap().into_inner();
        let chunks: Vec<_> = body.collect().await;
        let error = chunks.last().unwrap().as_ref().unwrap_err().clone();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        (chunks.len() - 1, error.to_string())
    };
    let (chunks, told) = last(slow(SECOND * 31), CallOptions::new()).await;
    assert!(chunks == 0 && told.contains("no part of the body arrived within 30s"), "{told}");
    let (chunks, told) = last(slow(SECOND), CallOptions::new().timeout(SECOND * 90)).await;
    assert!((88..=90).contains(&chunks) && told.contains("1m30s") | told.contains("90s"), "{chunks} {told}");
}

#[tokio::test(start_paused = true)]
async fn an_address_of_the_platform_is_downloaded_without_credentials() {
    let platform = Platform::new(|_, _| answer(200, "backup"));
    let transport = platform.builder().credentials(Credentials::api_token("hunter2")).build().unwrap();
    let url = Secret::from("https://cellar.test:444/b/dump%20a?signature=hunter3");
    let body = transport.download_url(&url, &CallOptions::new()).await.unwrap().into_inner();
    assert_eq!(body.read(None).await.unwrap(), "backup");
    assert_eq!(platform.journal(), ["GET https://cellar.test:444/b/dump%20a?signature=hunter3"]);
    assert_eq!(platform.seen()[0].header("authorization"), None);
    for (url, kind) in [
        ("http://cellar.test/b", ErrorKind::Credentials),
        ("https://me:hunter3@cellar.test/b", ErrorKind::InvalidUrl),
        ("file:///etc/passwd", ErrorKind::InvalidUrl),
        ("hunter3", ErrorKind::InvalidUrl),
    ] {
        let error = transport.download_url(&Secret::from(url), &CallOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), platform.count()), (kind, 1), "{url}");
        assert!(!format!("{error:?} {error}").contains("hunter"), "{error:?}");
    }
}
