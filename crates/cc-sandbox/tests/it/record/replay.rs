//! A sandbox that answers from a recording.

use std::time::Duration;

use bytes::Bytes;
use cc_sandbox::{Fault, Pace, Recording, Sandbox};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::session::recorded;

fn replaying(recording: Recording) -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).replay(recording).in_memory()
}

async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let answer = sandbox.handle(request.body(body).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn recording(lines: &[Value]) -> Recording {
    let mut text = json!({ "recording": 1, "spec": "", "upstream": "platform" }).to_string();
    for line in lines {
        text += &format!("\n{line}");
    }
    Recording::from_json_lines(text).unwrap()
}

fn line(method: &str, path: &str, body: Value, answer: Value) -> Value {
    let mut request = json!({ "method": method, "path": path });
    if !body.is_null() {
        request["body"] = json!({ "json": body });
    }
    let headers = json!({ "content-type": "application/json" });
    let answer = json!({ "after": 1, "status": 200, "headers": headers, "body": { "json": answer } });
    json!({ "at": 0, "request": request, "answer": answer })
}

#[tokio::test]
async fn every_request_of_a_session_has_its_answer() {
    let (recording, memory, _) = recorded().await;
    let sandbox = replaying(recording);
    for line in memory.lines() {
        let (request, answer) = (&line["request"], &line["answer"]);
        let [method, path] = [&request["method"], &request["path"]].map(|text| text.as_str().unwrap());
        let (status, text) = ask(&sandbox, method, path, request["body"]["json"].clone()).await;
        assert_eq!(status, answer["status"].as_u64().unwrap() as u16, "{method} {path}: {text}");
        if let Some(value) = answer["body"].get("json") {
            assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), value, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn answers_come_in_recorded_order_and_then_the_last_one_again() {
    let sandbox = replaying(recording(&[
        line("GET", "/v2/self?b=2&a=%C3%A9", Value::Null, json!(1)),
        line("GET", "/v2/self?b=2&a=%C3%A9", Value::Null, json!(2)),
        line("POST", "/v2/x", json!({ "name": "qwerty" }), json!("one")),
        line("POST", "/v2/x", json!({ "name": "azerty" }), json!("other")),
    ]));
    for expected in ["1", "2", "2"] {
        let answer =
            ask(&sandbox, "GET", "/v2/self?a=é&b=2".replace('é', "%c3%A9").as_str(), Value::Null).await;
        assert_eq!(answer, (200, expected.to_owned()));
    }
    for (name, expected) in
        [("azerty", "\"other\""), ("qwerty", "\"one\""), ("mine", "\"one\""), ("mine", "\"other\"")]
    {
        assert_eq!(ask(&sandbox, "POST", "/v2/x", json!({ "name": name })).await, (200, expected.to_owned()));
    }
    sandbox.faults().add(Fault::unavailable().times(1));
    assert_eq!(ask(&sandbox, "POST", "/v2/x", json!({ "name": "mine" })).await.0, 503);
    assert_eq!(sandbox.exchanges().len(), 8);
}

#[tokio::test]
async fn a_request_that_is_not_recorded_is_refused_with_what_is() {
    let sandbox = replaying(recording(&[
        line("GET", "/v2/self", Value::Null, json!(1)),
        line("GET", "/v2/organisations/a?x=1", Value::Null, json!(1)),
        line("POST", "/v4/x", json!({ "name": "qwerty" }), json!(1)),
    ]));
    let expected = [
        (
            "GET",
            "/v2/organisations/a",
            Value::Null,
            "GET /v2/organisations/a is not recorded: this path is recorded as GET /v2/organisations/a?x=1",
        ),
        (
            "PUT",
            "/v4/y",
            Value::Null,
            "PUT /v4/y is not recorded: the recording holds POST /v4/x, GET /v2/organisations/a?x=1, GET /v2/self",
        ),
        ("POST", "/v4/x", json!({ "size": 7 }), "POST /v4/x is recorded 1 times, each with another body"),
    ];
    for (method, path, body, message) in expected {
        let (status, text) = ask(&sandbox, method, path, body).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        let shown = answer.get("message").or(answer.get("error")).unwrap();
        assert_eq!((status, shown.as_str().unwrap()), (501, message));
    }
    let (_, text) = ask(&replaying(recording(&[])), "GET", "/v2/self", Value::Null).await;
    assert!(text.contains("the recording holds nothing"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_replayed_at_its_times_by_the_clock_of_the_sandbox() {
    let events = json!([
        { "after": 1_000, "event": "LOG", "id": "a", "data": { "n": 1 } },
        { "after": 31_000, "event": "LOG", "id": "b", "text": "two\nlines" },
    ]);
    let headers = json!({ "content-type": "text/event-stream" });
    let body = json!({ "events": { "list": events, "ended": true } });
    let answer = json!({ "after": 1, "status": 200, "headers": headers, "body": body });
    let request = json!({ "method": "GET", "path": "/v4/logs" });
    let sandbox = replaying(recording(&[json!({ "at": 0, "request": request, "answer": answer })]));
    let open = async |resumed: Option<&str>| {
        let mut request = Request::get("/v4/logs");
        if let Some(id) = resumed {
            request = request.header("last-event-id", id);
        }
        sandbox.handle(request.body(Bytes::new()).unwrap()).await.unwrap().into_body()
    };
    let mut body = open(None).await;
    use futures_util::FutureExt;
    assert!(body.frame().now_or_never().is_none());
    sandbox.advance(Duration::from_secs(1));
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "id: a\nevent: LOG\ndata: {\"n\":1}\n\n");
    sandbox.advance(Duration::from_secs(29));
    assert!(body.frame().now_or_never().is_none());
    sandbox.advance(Duration::from_secs(1));
    let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(second, "id: b\nevent: LOG\ndata: two\ndata: lines\n\n");
    assert!(body.frame().await.is_none());
    let mut body = open(Some("a")).await;
    sandbox.advance(Duration::from_secs(30));
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), second);
}

#[tokio::test(start_paused = true)]
async fn heartbeats_of_a_replayed_stream_go_on_in_real_time() {
    let events = json!([
        { "after": 0, "event": "HEARTBEAT", "data": {} },
        { "after": 60_000, "event": "LOG", "id": "a", "data": 1 },
    ]);
    let headers = json!({ "content-type": "text/event-stream" });
    let body = json!({ "events": { "list": events, "ended": false } });
    let answer = json!({ "after": 1, "status": 200, "headers": headers, "body": body });
    let request = json!({ "method": "GET", "path": "/v4/logs" });
    let sandbox = replaying(recording(&[json!({ "at": 0, "request": request, "answer": answer })]));
    let request = Request::get("/v4/logs").body(Bytes::new()).unwrap();
    let mut body = sandbox.handle(request).await.unwrap().into_body();
    let mut next = async || body.frame().await.unwrap().unwrap().into_data().unwrap();
    let start = tokio::time::Instant::now();
    for seconds in [0, 2, 4] {
        assert_eq!(next().await, "event: HEARTBEAT\ndata: {}\n\n");
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(next().await, "id: a\nevent: LOG\ndata: 1\n\n");
    assert_eq!(next().await, "event: HEARTBEAT\ndata: {}\n\n");
}
