//! Redirects.

use cc_runtime::{CallOptions, Credentials, Error, ErrorKind, Transport};

use crate::support::*;

/// A platform that redirects its first request with this status to this place.
fn redirecting(status: u16, to: &'static str) -> (Platform, Transport) {
    let platform = Platform::new(move |count, _| match count {
        0 => answer_with(status, &[("location", to)], ""),
        _ => answer(200, "there"),
    });
    let transport = platform.builder().credentials(Credentials::api_token("mine")).build().unwrap();
    (platform, transport)
}

async fn refusal(status: u16, to: &'static str, info: &'static cc_runtime::OperationInfo) -> Error {
    let (platform, transport) = redirecting(status, to);
    let error = transport.execute(request(info), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Refused, status));
    assert_eq!(platform.count(), 1);
    error
}

#[tokio::test(start_paused = true)]
async fn a_redirect_within_the_origin_is_followed_with_credentials() {
    for (status, to) in [
        (301, "/elsewhere?a=1"),
        (302, "https://api.test/elsewhere?a=1"),
        (308, "//api.test/elsewhere?a=1#x"),
    ] {
        let (platform, transport) = redirecting(status, to);
        let answer = transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
        assert_eq!((&**answer, answer.attempts()), (&b"there"[..], 1));
        assert_eq!(platform.journal()[1], "GET https://api.test/elsewhere?a=1");
        assert_eq!(platform.seen()[1].header("authorization"), Some("Bearer mine"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_leaves_the_origin() {
    for to in ["https://store.test/file", "https://api.test:444/file", "https://api.test.evil/file"] {
        let (platform, transport) = redirecting(302, to);
        let mut request = request(&GET);
        request.headers.insert("x-clever-password", "hunter2".parse().unwrap());
        request.headers.insert("cookie", "hunter2".parse().unwrap());
        request.headers.insert("proxy-authorization", "hunter2".parse().unwrap());
        request.headers.insert("x-plain", "shown".parse().unwrap());
        let mut marked: http::HeaderValue = "hunter2".parse().unwrap();
        marked.set_sensitive(true);
        request.headers.insert("x-marked", marked);
        transport.execute(request, &CallOptions::new()).await.unwrap();
        let there = &platform.seen()[1];
        assert_eq!(there.uri, to);
        let mut names: Vec<_> = there.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "user-agent", "x-plain"]);
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_were_dropped_do_not_come_back_with_the_origin() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(302, &[("location", "https://other.test/")], ""),
        1 => answer_with(302, &[("location", "https://api.test/v2/self/tokens")], ""),
        _ => answer(200, "there"),
    });
    let transport = platform.builder().credentials(Credentials::api_token("mine")).build().unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    assert_eq!(platform.seen()[2].header("authorization"), None);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_sent_again_within_the_origin_only() {
    for status in [307, 308] {
        let (platform, transport) = redirecting(status, "/elsewhere");
        transport.execute(with_body(&POST, "{}"), &CallOptions::new()).await.unwrap();
        let there = &platform.seen()[1];
        assert_eq!((there.method.as_str(), &*there.body), ("POST", &b"{}"[..]));
        let error = refusal(status, "https://other.test/", &POST).await;
        assert!(error.to_string().contains("would send the body to another origin"), "{error}");
    }
    for status in [301, 302] {
        refusal(status, "/elsewhere", &PUT).await;
    }
}

#[tokio::test(start_paused = true)]
async fn see_other_is_read_without_the_body() {
    let (platform, transport) = redirecting(303, "/elsewhere");
    transport.execute(with_body(&POST, "{}"), &CallOptions::new()).await.unwrap();
    let there = &platform.seen()[1];
    assert_eq!((there.method.as_str(), there.body.len(), there.header("content-type")), ("GET", 0, None));
}

#[tokio::test(start_paused = true)]
async fn a_change_before_a_see_other_may_have_been_done() {
    // Not followed, or followed to a refusal.
    let lost = refusal(303, "http://api.test/", &POST).await;
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(303, &[("location", "/elsewhere")], ""),
        _ => answer(404, ""),
    });
    let call = platform.transport().execute(with_body(&POST, "{}"), &CallOptions::new()).await;
    for error in [lost, call.unwrap_err()] {
        assert!(error.may_be_done() && error.to_string().contains("may have been done"), "{error}");
    }
    for status in [301, 302, 307] {
        let error = refusal(status, "http://api.test/", &POST).await;
        assert!(error.to_string().contains("certainly not done"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_that_is_not_followed_is_an_error() {
    for (status, to, reason) in [
        (302, "http://api.test/", "from https to http"),
        (302, "ftp://api.test/", "neither http nor https"),
        (302, "https://me:you@api.test/", "user name"),
        (302, "https://[", "is not a URL"),
    ] {
        let error = refusal(status, to, &GET).await;
        assert!(error.to_string().contains(reason), "{error}");
    }
    for status in [300, 304, 305] {
        refusal(status, "/elsewhere", &GET).await;
    }
    let platform = Platform::new(|_, _| answer(302, ""));
    let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert!(error.to_string().contains("has no `Location`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn ten_redirects_are_followed_and_no_more() {
    let platform = Platform::new(|count, _| answer_with(302, &[("location", &format!("/{count}"))], ""));
    let error = platform.transport().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), platform.count()), (ErrorKind::Refused, 11));
    assert!(error.to_string().contains("more than ten"), "{error}");
}
