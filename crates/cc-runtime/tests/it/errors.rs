//! Errors of calls.

use std::time::Duration;

use bytes::Bytes;
use cc_runtime::transport::HttpResponse;
use cc_runtime::{Body, CallOptions, Credentials, Error, ErrorKind, Transport};

use crate::support::*;

async fn error(platform: &Platform) -> Error {
    platform.transport().execute(request(&GET), &once()).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn codes_and_context_are_read_from_any_body() {
    for (kind, body) in [
        (
            "application/json",
            r#"{"code":"clever.bad","error":"no","context":{"field":"zone","value":"mars"}}"#,
        ),
        (
            "application/problem+json",
            r#"{"code":"clever.bad","detail":"no","context":{"field":"zone","value":"mars"}}"#,
        ),
    ] {
        let error =
            error(&Platform::new(move |_, _| answer_with(422, &[("content-type", kind)], body))).await;
        assert_eq!((error.code(), error.message()), ("clever.bad", Some("no")));
        assert_eq!(error.context().unwrap().field(), Some("zone"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_names_operation_method_url_and_exchange() {
    let platform = Platform::new(|_, _| answer_with(404, &[("sozu-id", "01H")], r#"{"message":"no"}"#));
    let mut request = request(&GET);
    request.append_query("token", &"hunter2");
    let error = platform.transport().execute(request, &CallOptions::new()).await.unwrap_err();
    assert_eq!(error.url(), Some("https://api.test/base/v2/things/1"));
    assert_eq!(
        error.to_string(),
        "get_thing: api.test answered 404: no (GET https://api.test/base/v2/things/1, 1 attempt, Sozu-Id 01H); check the ids and \
         the owner"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_credentials_or_a_body() {
    let platform = Platform::new(|_, _| unreachable());
    let transport = platform.builder().credentials(Credentials::api_token("hunter2")).build().unwrap();
    let error = transport.execute(with_body(&PUT, r#"{"password":"hunter2"}"#), &once()).await.unwrap_err();
    let mut shown = format!("{error:?} {error} {transport:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        shown.push_str(&format!("{cause:?} {cause}"));
        source = cause.source();
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn the_body_of_an_error_is_read_up_to_a_bound() {
    let platform = Platform::new(|_, _| {
        let endless = futures_util::stream::repeat_with(|| Ok::<_, Error>(Bytes::from_static(&[b'x'; 1024])));
        let mut answer = HttpResponse::new(Body::from_stream(endless));
        *answer.status_mut() = http::StatusCode::BAD_GATEWAY;
        Ok(answer)
    });
    let error = error(&platform).await;
    assert_eq!(error.status().unwrap().as_u16(), 502);
    assert!(error.message().unwrap().len() < 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_status_outlives_a_body_that_breaks_off() {
    let platform = Platform::new(|_, _| {
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
        let mut answer = HttpResponse::new(Body::from_stream(broken));
        *answer.status_mut() = http::StatusCode::FORBIDDEN;
        Ok(answer)
    });
    assert!(error(&platform).await.is_forbidden());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_decode_keeps_status_attempts_and_url() {
    let platform = Platform::new(|_, _| answer(201, r#"{"id": 1}"#));
    let error = platform.transport().call(GetNumber).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Undecodable, 1));
    assert_eq!((error.status().unwrap().as_u16(), error.operation()), (201, Some("get_thing")));
    assert_eq!(error.url(), Some("https://api.test/base/v2/things/1"));
}

#[tokio::test(start_paused = true)]
async fn a_call_decodes_its_answer() {
    let platform = Platform::new(|_, _| answer(200, "7"));
    let answer = platform.transport().call(GetNumber).timeout(SECOND).await.unwrap();
    assert_eq!((*answer, answer.attempts()), (7, 1));
}

#[tokio::test(start_paused = true)]
async fn answers_without_a_body_are_answers() {
    let platform = Platform::new(|_, _| Ok(HttpResponse::new(Body::empty())));
    assert!(platform.transport().execute(request(&DELETE), &CallOptions::new()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_path_that_makes_no_url_is_refused_before_anything_is_sent() {
    let platform = Platform::new(|_, _| answer(200, ""));
    let transport = platform.transport();
    for path in ["", "v2", "/a b", "@evil.test/"] {
        let mut request = request(&GET);
        request.path = path.to_owned();
        let error = transport.execute(request, &CallOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidUrl, "INVALID_URL"), "{path}");
    }
    assert_eq!(platform.count(), 0);
}

#[tokio::test]
async fn a_url_with_credentials_shows_them_to_those_who_ask_only() {
    let builder = Transport::builder().endpoint("https://api.test/base/");
    let transport = builder.credentials(Credentials::api_token("abc")).build().unwrap();
    let mut request = request(&GET);
    request.append_query("a", &1);
    let url = transport.url(&request).await.unwrap();
    assert_eq!(url.expose(), "https://api.test/base/v2/things/1?a=1&authorization=QmVhcmVyIGFiYw%3D%3D");
    assert_eq!(format!("{url:?}"), "SecretUrl(***)");
    let bare = Transport::builder().endpoint("https://api.test").build().unwrap();
    assert_eq!(bare.url(&request).await.unwrap().expose(), "https://api.test/v2/things/1?a=1");
}

/// The status is known, and the wait for the body is limited.
#[tokio::test(start_paused = true)]
async fn an_error_whose_words_do_not_come_is_told_by_its_status() {
    let platform = Platform::new(|_, _| {
        let first = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"{"))]);
        let never = futures_util::StreamExt::chain(first, futures_util::stream::pending());
        let mut answer = HttpResponse::new(cc_runtime::Body::from_stream(never));
        *answer.status_mut() = http::StatusCode::NOT_FOUND;
        Ok(answer)
    });
    let second = Duration::from_secs(1);
    let none = CallOptions::new().timeout(None).attempt_timeout(None);
    for options in [none.clone(), none.clone().timeout(second), none.attempt_timeout(second)] {
        let error = platform.transport().execute(request(&GET), &options).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status().map(|status| status.as_u16())),
            (ErrorKind::Refused, Some(404))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_keeps_the_status_and_the_sozu_id() {
    let platform = Platform::new(|_, _| {
        let lost = std::io::Error::other("the connection was closed");
        let mut answer = HttpResponse::new(cc_runtime::Body::from_stream(futures_util::stream::iter([
            Ok(bytes::Bytes::from_static(b"[")),
            Err(lost),
        ])));
        answer.headers_mut().insert("sozu-id", "S1".parse().unwrap());
        Ok(answer)
    });
    let error = platform.transport().execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unreachable, 200));
    assert_eq!(error.sozu_id(), Some("S1"));
}

#[tokio::test(start_paused = true)]
async fn what_the_platform_repeats_of_a_request_is_not_shown_by_debug() {
    let body = r#"{"message":"no","context":{"OVDErrorFieldContext":{"fieldName":"password","fieldValue":"hunter2"}}}"#;
    let platform = Platform::new(move |_, _| answer(400, body));
    let error = platform.transport().execute(request(&GET), &once()).await.unwrap_err();
    assert!(!format!("{error:?}{error}").contains("hunter2"));
    assert_eq!(error.context().unwrap().value(), Some("hunter2"));
}

#[test]
fn a_builder_does_not_show_a_password_in_its_base_url() {
    let builder = cc_runtime::Transport::builder().endpoint("https://me:hunter2@h");
    assert!(!format!("{builder:?}").contains("hunter2"));
    let error = builder.build().unwrap_err();
    assert!(!format!("{error:?}{error}").contains("hunter2"));
}

#[tokio::test]
async fn an_answer_that_is_not_http_says_so() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for head in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"220 mail ESMTP\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 1024]).await;
            let _ = socket.write_all(head).await;
        });
        let transport = Transport::builder().endpoint(endpoint).build().unwrap();
        let error = transport.execute(request(&GET), &once()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert!(error.to_string().contains("not HTTP"), "{error:?}");
        server.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_base_url_that_repeats_the_start_of_a_route_is_named_in_the_404() {
    let platform = Platform::new(|_, _| answer(404, r#"{"message":"no"}"#));
    let transport =
        |base: &str| Transport::builder().endpoint(base).http_service(platform.clone()).build().unwrap();
    let error = transport("https://api.test/v2").execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some(
            "no (the base URL `https://api.test/v2` ends with `/v2`, which is part of the route: remove it from the base URL)"
        )
    );
    let error = transport("https://api.test/api").execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!(error.message(), Some("no"));
}

#[tokio::test(start_paused = true)]
async fn a_command_gives_what_its_answers_said() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(404, &[("sozu-id", "S0")], "{}"),
        _ => answer_with(200, &[("sozu-id", "S1"), ("x-a", "b")], "7"),
    });
    let transport = platform.transport();
    let call = |transport: &Transport| {
        let inner = transport.clone();
        cc_runtime::CommandCall::new(transport.clone(), "GetNumber", move |options| async move {
            let _ = inner.call(GetNumber).options(options.clone()).await;
            Ok(inner.call(GetNumber).options(options).await?.into_inner())
        })
    };
    let answer = call(&transport).with_answer().timeout(SECOND).await.unwrap();
    assert_eq!((*answer, answer.status().unwrap().as_u16(), answer.attempts()), (7, 200, 2));
    assert_eq!((answer.sozu_id(), &answer.headers()["x-a"]), (Some("S1"), &"b".parse().unwrap()));
    let ids: Vec<_> = answer.answers().iter().map(|answer| answer.sozu_id()).collect();
    assert_eq!(ids, [Some("S0"), Some("S1")]);
    assert_eq!(answer.into_inner(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_command_gives_where_its_answers_differ_from_the_spec() {
    let platform = Platform::new(|count, _| match count {
        0 => answer(200, "7"),
        _ => answer(200, r#""8""#),
    });
    let transport = platform.transport();
    let call = |times: u32| {
        let inner = transport.clone();
        cc_runtime::CommandCall::new(transport.clone(), "GetNumbers", move |options| async move {
            let mut sum = 0;
            for _ in 0..times {
                sum += inner.call(GetNumber).options(options.clone()).await?.into_inner();
            }
            Ok(sum)
        })
    };
    let answer = call(3).with_answer().await.unwrap();
    let drift: Vec<String> = answer.drift().iter().map(ToString::to_string).collect();
    assert_eq!((*answer, drift.len()), (23, 2), "{drift:?}");
    assert_eq!(answer.answers().iter().map(|answer| answer.drift().len()).collect::<Vec<_>>(), [0, 1, 1]);
    // A command that waits for hours keeps the last hundred.
    let answer = call(250).with_answer().await.unwrap();
    assert_eq!((answer.answers().len(), answer.drift().len()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn an_error_says_which_line_sent_the_command_or_the_operation() {
    let platform = Platform::new(|_, _| answer(404, "{}"));
    let transport = platform.transport();
    let inner = transport.clone();
    let line = line!() + 1;
    let call = cc_runtime::CommandCall::new(transport.clone(), "GetNumber", move |options| async move {
        Ok(inner.call(GetNumber).options(options).await?.into_inner())
    });
    let error = call.timeout(SECOND).await.unwrap_err();
    let sent_at = format!("sent at {}:{line}", file!());
    assert!(format!("{error:#}").contains(&sent_at), "{error:#}");
    assert!(format!("{error:?}").contains(&sent_at), "{error:?}");
    assert!(!error.to_string().contains("sent at"), "{error}");
    let line = line!() + 1;
    let error = transport.call(GetNumber).await.unwrap_err();
    assert_eq!(error.sent_at().map(|location| (location.file(), location.line())), Some((file!(), line)));
}
