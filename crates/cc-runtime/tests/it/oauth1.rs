//! Requests that are signed one by one.

use std::collections::HashSet;

use cc_runtime::credentials::SignatureMethod;
use cc_runtime::{CallOptions, Credentials, RetryPolicy};

use crate::support::*;

fn signed(platform: &Platform, method: SignatureMethod) -> cc_runtime::Transport {
    let credentials = Credentials::oauth1("key", "secret", "token", "hunter2").signed_with(method);
    platform.builder().credentials(credentials).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_signature_of_its_own() {
    let platform = Platform::new(|count, _| answer(if count < 2 { 503 } else { 200 }, "1"));
    let transport = signed(&platform, SignatureMethod::HmacSha512);
    let options = CallOptions::new().retry(RetryPolicy::default());
    transport.execute(request(&GET), &options).await.unwrap();
    let headers: HashSet<String> =
        platform.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!((platform.count(), headers.len()), (3, 3));
    for header in headers {
        assert!(header.contains(r#"oauth_signature_method="HMAC-SHA512""#) && !header.contains("hunter2"));
    }
}

#[tokio::test(start_paused = true)]
async fn each_hop_of_a_redirect_is_signed_for_where_it_goes() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(302, &[("location", "/elsewhere")], ""),
        _ => answer(200, "1"),
    });
    let transport = signed(&platform, SignatureMethod::HmacSha1);
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    let seen = platform.seen();
    assert_ne!(seen[0].header("authorization"), seen[1].header("authorization"));
}

#[tokio::test(start_paused = true)]
async fn a_plain_signature_is_the_same_for_every_request() {
    let platform = Platform::counting();
    let transport = signed(&platform, SignatureMethod::Plaintext);
    for info in [&GET, &LIST] {
        transport.execute(request(info), &CallOptions::new()).await.unwrap();
    }
    let seen = platform.seen();
    assert_eq!(seen[0].header("authorization"), seen[1].header("authorization"));
}

#[tokio::test]
async fn a_url_is_signed_too() {
    let transport = signed(&Platform::counting(), SignatureMethod::HmacSha512);
    let url = transport.url(&request(&GET)).await.unwrap();
    assert!(url.expose().starts_with("https://api.test/base/v2/things/1?authorization=T0F1dGgg"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_signature_says_when_the_clock_of_this_machine_is_wrong() {
    const DATE: (&str, &str) = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
    let refusing = |status| {
        Platform::new(move |_, _| answer_with(status, &[DATE], r#"{"id":2001,"message":"Not connected"}"#))
    };
    for (status, method, told) in [
        (401, SignatureMethod::HmacSha512, true),
        (401, SignatureMethod::HmacSha1, true),
        (401, SignatureMethod::Plaintext, false),
        (403, SignatureMethod::HmacSha512, false),
    ] {
        let error =
            signed(&refusing(status), method).execute(request(&GET), &CallOptions::new()).await.unwrap_err();
        let text = error.to_string();
        assert_eq!(text.contains("clock of this machine"), told, "{status} {method:?}: {text}");
        assert!(text.contains("Not connected"), "{text}");
    }
}
