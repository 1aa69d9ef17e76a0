//! Limits of what the sandbox takes and keeps, on a raw socket.

use std::time::Duration;

use cc_sandbox::{Fault, Limits, Sandbox, StreamFault};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;

/// A sandbox with other limits.
async fn limited(change: impl FnOnce(&mut Limits)) -> Sandbox {
    let mut limits = Limits::default();
    change(&mut limits);
    Sandbox::builder().limits(limits).strict(false).start().await.unwrap()
}

async fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.url().strip_prefix("http://").unwrap()).await.unwrap()
}

/// Sends bytes, and returns what comes until the connection ends.
async fn say(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = connect(sandbox).await;
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_413() {
    let sandbox = limited(|limits| limits.body = 100).await;
    let head = "POST /v4/products/zones HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let whole = format!("{head}content-length: 101\r\n\r\n{}", "x".repeat(101));
    let chunks = format!(
        "{head}transfer-encoding: chunked\r\n\r\n{}0\r\n\r\n",
        "20\r\n01234567890123456789012345678901\r\n".repeat(5)
    );
    let expecting = format!("{head}content-length: 999999999\r\nexpect: 100-continue\r\n\r\n");
    for request in [whole, chunks, expecting] {
        let answer = say(&sandbox, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
        assert!(answer.contains(r#""code":"clever.core.payload-too-large""#), "{answer}");
    }
    assert_eq!(sandbox.exchanges().iter().filter(|exchange| exchange.status == Some(413)).count(), 3);
    // Without a socket it is the same.
    let request = http::Request::post("/v4/products/zones").body(vec![0_u8; 101].into()).unwrap();
    assert_eq!(sandbox.handle(request).await.unwrap().status(), 413);
    // A snapshot may be larger.
    let request = http::Request::put("/_sandbox/snapshot").body(vec![b' '; 1_600].into()).unwrap();
    assert_eq!(sandbox.handle(request).await.unwrap().status(), 400);
}

#[tokio::test]
async fn malformed_chunks_are_refused_with_400() {
    let sandbox = limited(|_| {}).await;
    let head = "POST /v4/products/zones HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    for chunks in ["zz\r\nabc\r\n0\r\n\r\n", "3\r\nabcdef\r\n0\r\n\r\n", "fffffffffffffffff\r\nabc"] {
        let answer = say(&sandbox, format!("{head}{chunks}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{chunks:?}: {answer}");
        assert!(answer.contains("The body is malformed"), "{answer}");
        assert!(answer.contains("x-sandbox-refusal: malformed-body\r\n"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_and_a_body_that_do_not_come_are_given_up_with_408() {
    let sandbox = limited(|_| {}).await;
    let answer = say(&sandbox, b"GET /v4/products/zones HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    let answer =
        say(&sandbox, b"POST /v4/products/zones HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nslow").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("The body took too long"), "{answer}");
    assert!(answer.contains("x-sandbox-refusal: slow-body\r\n"), "{answer}");
    // A connection that nobody uses is closed without a word.
    assert_eq!(say(&sandbox, b"").await, "");
}

#[tokio::test]
async fn a_connection_beyond_the_limit_gets_503_and_its_place_is_free_again_later() {
    let sandbox = limited(|limits| limits.connections = 2).await;
    let (first, _second) = (connect(&sandbox).await, connect(&sandbox).await);
    let request = b"GET /v4/products/zones HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = say(&sandbox, request).await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    drop(first);
    while !say(&sandbox, request).await.starts_with("HTTP/1.1 200 OK\r\n") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_journal_keeps_the_latest_requests_and_says_how_many_it_dropped() {
    let sandbox = limited(|limits| limits.journal = 3).await;
    let client = Client::new(&sandbox);
    for number in 0..5 {
        client.get(&format!("/v4/products/zones/z{number}")).await;
    }
    let zone = |number: usize| format!("GET /v4/products/zones/z{number}");
    let shown = format!("(2 earlier requests were dropped)\n{}\n{}\n{}", zone(2), zone(3), zone(4));
    assert_eq!(sandbox.journal(), shown);
    assert_eq!(client.get("/_sandbox/journal").await.text, shown);
    assert_eq!((sandbox.exchanges().len(), sandbox.dropped_exchanges()), (3, 2));
    assert!(sandbox.exchanges().iter().all(|exchange| exchange.status == Some(404)));
    sandbox.clear_journal();
    assert_eq!((sandbox.journal(), sandbox.dropped_exchanges()), (String::new(), 0));

    // Bodies count, too.
    let sandbox = limited(|limits| limits.journal_bytes = 100_000).await;
    let client = Client::new(&sandbox);
    for _ in 0..5 {
        client.request(Method::POST, "/v4/products/zones").body("x".repeat(40_000)).send().await.unwrap();
    }
    assert_eq!((sandbox.exchanges().len(), sandbox.dropped_exchanges()), (2, 3));
}

#[tokio::test]
async fn violations_beyond_the_limit_are_counted() {
    let sandbox = limited(|limits| limits.violations = 2).await;
    let client = Client::new(&sandbox);
    for _ in 0..5 {
        client.get(&format!("/v4/nowhere?{}", "x".repeat(5_000))).await;
    }
    let told = client.get("/_sandbox/violations").await.text;
    assert_eq!(told.lines().count(), 3);
    assert!(told.ends_with("(3 more violations were not kept)"), "{told}");
    assert_eq!(sandbox.violations().len(), 2);
}

#[tokio::test]
async fn a_fault_that_cannot_happen_is_refused() {
    let sandbox = limited(|_| {}).await;
    let client = Client::new(&sandbox);
    let stream = |kind: &str| json!({ "effect": "stream", "fault": { "kind": kind, "status": 600 } });
    for (fault, problem) in [
        (json!({ "effect": "html", "status": 99 }), "99 is not the status of an answer, use 200 to 599"),
        (json!({ "effect": "html", "status": 1000 }), "1000 is not the status of an answer, use 200 to 599"),
        (json!({ "effect": "html", "status": 70_000 }), "70000 is not the status of an answer"),
        (json!({ "effect": "html", "status": -200 }), "`html` needs `status`, a whole number"),
        (json!({ "effect": "answer", "status": 0, "body": {} }), "0 is not the status of an answer"),
        (json!({ "effect": "answer", "status": 100, "body": {} }), "100 is not the status of an answer"),
        (stream("refused"), "600 is not the status of an answer"),
        (stream("refused-id"), "600 is not the status of an answer"),
        (
            json!({ "effect": "unavailable", "probability": 1.5 }),
            "the probability 1.5 is not between 0 and 1",
        ),
    ] {
        let answer = client.send("POST", "/_sandbox/faults", fault).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(problem), "{problem}: {}", answer.text);
    }
    assert_eq!(client.get("/_sandbox/faults").await.json(), json!([]));
}

#[tokio::test]
async fn a_fault_beyond_the_limit_is_refused() {
    let sandbox = limited(|limits| limits.faults = 2).await;
    let client = Client::new(&sandbox);
    let fault = json!({ "effect": "unavailable", "on": "get_zone", "times": 1 });
    for expected in [204, 204, 400] {
        assert_eq!(client.send("POST", "/_sandbox/faults", fault.clone()).await.status, expected);
    }
    let refused = client.send("POST", "/_sandbox/faults", fault.clone()).await.text;
    assert_eq!(refused, "could not add the fault: there are 2 already, remove some\n");
    assert_eq!(client.get("/v4/products/zones/par").await.status, 503);
    assert_eq!(client.send("POST", "/_sandbox/faults", fault).await.status, 204, "one was used up");
}

#[tokio::test]
async fn the_keys_of_redis_are_bounded_in_bytes_and_what_is_deleted_makes_room() {
    let sandbox = limited(|limits| limits.key_bytes = 10_000).await;
    let client = Client::new(&sandbox);
    let run = async |words: &[&str]| {
        let body = json!({ "backendUrl": sandbox.kv_url(), "command": words[0], "args": words[1..] });
        client.send("POST", "/command", body).await
    };
    let large = "x".repeat(4_000);
    assert_eq!(run(&["SET", "a", &large]).await.status, 200);
    for _ in 0..20 {
        assert_eq!(run(&["SET", "a", &large]).await.status, 200, "it replaces itself");
    }
    assert_eq!(run(&["HSET", "b", "field", &large]).await.status, 200);
    for words in
        [&["SET", "c", &large][..], &["APPEND", "a", &large], &["RPUSH", "d", &large], &["SADD", "e", &large]]
    {
        let refused = run(words).await;
        assert_eq!(refused.status, 400, "{}", words[0]);
        assert_eq!(refused.json()["message"], "OOM command not allowed when used memory > 'maxmemory'");
    }
    assert_eq!(run(&["GET", "a"]).await.status, 200);
    assert_eq!(run(&["DEL", "b"]).await.status, 200);
    assert_eq!(run(&["SET", "c", &large]).await.status, 200);
    // A snapshot takes its size along.
    sandbox.restore(&sandbox.snapshot());
    assert_eq!(run(&["SET", "d", &large]).await.status, 400);
}

#[tokio::test]
async fn key_spaces_of_redis_are_bounded_and_an_empty_one_takes_no_place() {
    let sandbox = limited(|limits| limits.key_spaces = 2).await;
    let client = Client::new(&sandbox);
    let run = async |number: usize, words: &[&str]| {
        let url = format!("{}/{number}", sandbox.kv_url());
        client
            .send("POST", "/command", json!({ "backendUrl": url, "command": words[0], "args": words[1..] }))
            .await
    };
    for number in 0..10 {
        assert_eq!(run(number, &["GET", "a"]).await.status, 200, "reading takes no place");
    }
    assert_eq!(run(0, &["SET", "a", "b"]).await.status, 200);
    assert_eq!(run(1, &["SET", "a", "b"]).await.status, 200);
    let refused = run(2, &["SET", "a", "b"]).await;
    assert_eq!(
        (refused.status, &refused.json()["message"]),
        (400, &json!("ERR the sandbox has 2 key spaces already"))
    );
    assert_eq!(run(1, &["DEL", "a"]).await.status, 200);
    assert_eq!(run(2, &["SET", "a", "b"]).await.status, 200);
}

#[test]
#[should_panic(expected = "invalid fault: 700 is not the status of an answer, use 200 to 599")]
fn a_test_that_asks_for_a_fault_that_cannot_happen_fails() {
    let sandbox = Sandbox::builder().in_memory();
    sandbox.faults().add(Fault::stream(StreamFault::Refused { status: 700, retry_after: None }));
}

#[tokio::test(start_paused = true)]
async fn a_service_reads_no_more_of_a_body_than_the_limit() {
    use bytes::Bytes;
    use futures_util::stream;
    use http_body_util::{BodyExt, StreamBody};
    use tower::ServiceExt;

    let mut limits = Limits::default();
    limits.body = 1_000;
    let sandbox = Sandbox::builder().limits(limits).in_memory();
    let endless = stream::repeat_with(|| {
        Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from_static(&[0; 100])))
    });
    let request =
        http::Request::post("/v4/products/zones").body(StreamBody::new(endless).boxed_unsync()).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(60), sandbox.service().oneshot(request)).await;
    assert_eq!(answer.unwrap().unwrap().status(), 413);
}
