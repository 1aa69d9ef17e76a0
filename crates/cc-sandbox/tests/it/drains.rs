//! Drains that deliver: to local servers of every kind, with retries, and never to other machines unless asked to.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_client::commands::drain::{EnableLogDrain, ListLogDrain};
use cc_sandbox::{Pace, Sandbox};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;

/// Longest time for something that happens at once: a test that waits longer is stuck.
const STUCK: Duration = Duration::from_secs(30);

/// An HTTP server that answers with a status, 0 for no answer.
struct Server {
    url: String,
    status: Arc<AtomicU16>,
    requests: mpsc::UnboundedReceiver<(http::request::Parts, String)>,
}

impl Server {
    async fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (status, (sender, requests)) = (Arc::new(AtomicU16::new(status)), mpsc::unbounded_channel());
        let answers = Arc::clone(&status);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (sender, status) = (sender.clone(), Arc::clone(&answers));
                let service = service_fn(move |request: http::Request<Incoming>| {
                    let (sender, status) = (sender.clone(), Arc::clone(&status));
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let status = status.load(Ordering::SeqCst);
                        let _ = sender.send((parts, String::from_utf8_lossy(&body).into_owned()));
                        if status == 0 {
                            std::future::pending::<()>().await;
                        }
                        let mut answer = http::Response::new(Full::new(Bytes::from("{}")));
                        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
                        Ok::<_, Infallible>(answer)
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { url, status, requests }
    }

    async fn next(&mut self) -> (http::request::Parts, String) {
        tokio::time::timeout(STUCK, self.requests.recv()).await.unwrap().unwrap()
    }
}

fn sandbox() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).in_memory()
}

/// Adds a drain to the application, and lets it become enabled and have lines.
fn add(sandbox: &Sandbox, recipient: Value) -> String {
    let ids = sandbox.ids();
    let id = sandbox.add_drain(&ids.organisation, &ids.application, recipient);
    sandbox.advance(Duration::from_secs(8));
    id
}

/// The drain as a client reads it, once it is as it should be.
async fn until(sandbox: &Sandbox, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    let client = sandbox.client();
    let wait = async {
        loop {
            let drains = client.send(ListLogDrain::of_application(sandbox.ids().application)).await.unwrap();
            let drain = drains.into_iter().find(|drain| drain.id.as_str() == id).unwrap();
            let drain = serde_json::to_value(drain).unwrap();
            if is(&drain) {
                return drain;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(STUCK, wait).await.expect("the drain never was as it should be")
}

#[tokio::test]
async fn a_raw_drain_sends_each_line_in_a_request() {
    let (sandbox, mut server) = (sandbox(), Server::start(200).await);
    let url = format!("{}/in?key=1", server.url.replace("//", "//me:sandbox-pw@"));
    let id = add(&sandbox, json!({ "type": "RAW_HTTP", "url": url }));
    sandbox.advance(Duration::from_secs(60));
    let (parts, line) = server.next().await;
    assert_eq!((parts.method.as_str(), parts.uri.to_string().as_str()), ("POST", "/in?key=1"));
    assert_eq!(parts.headers["authorization"], "Basic bWU6c2FuZGJveC1wdw==");
    let application = sandbox.ids().application;
    assert!(
        line.starts_with('<') && line.contains(">1 2026-01-01T00:") && line.contains(&application),
        "{line}"
    );
    let drain = until(&sandbox, &id, |drain| drain["backlog"]["msgBacklog"] == 0).await;
    assert_eq!(drain["execution"]["status"], "RUNNING");
}

#[tokio::test]
async fn a_drain_tries_again_and_loses_no_line() {
    let sandbox = sandbox();
    let (mut sound, mut failing) = (Server::start(200).await, Server::start(503).await);
    let recipient = |server: &Server| json!({ "type": "RAW_HTTP", "url": server.url });
    let ids = sandbox.ids();
    let first = sandbox.add_drain(&ids.organisation, &ids.application, recipient(&sound));
    let second = add(&sandbox, recipient(&failing));
    sandbox.advance(Duration::from_secs(20));
    let drain = until(&sandbox, &second, |drain| drain["execution"]["attempt"] == 1).await;
    let execution = &drain["execution"];
    assert_eq!((&execution["status"], &execution["maxAttempt"]), (&json!("RETRYING"), &json!(10)));
    assert!(
        execution["lastError"].as_str().unwrap().ends_with("answered 503 Service Unavailable"),
        "{execution}"
    );
    assert!(
        execution["retryingSince"] == execution["lastAttemptAt"] && execution["nextAttemptAt"].is_string()
    );
    // The wait doubles: after 1 s comes the second attempt, after 2 s more the third.
    for (wait, attempt) in [(1, 2), (2, 3)] {
        sandbox.advance(Duration::from_secs(wait));
        until(&sandbox, &second, |drain| drain["execution"]["attempt"] == attempt).await;
    }
    assert!(until(&sandbox, &second, |_| true).await["backlog"]["msgBacklog"].as_u64() > Some(0));
    failing.status.store(200, Ordering::SeqCst);
    for _ in 0..3 {
        failing.next().await;
    }
    sandbox.advance(Duration::from_secs(4));
    for id in [&first, &second] {
        let drain = until(&sandbox, id, |drain| drain["backlog"]["msgBacklog"] == 0).await;
        assert_eq!(drain["execution"]["status"], "RUNNING");
        assert!(drain["execution"]["attempt"].is_null() && drain["execution"]["lastError"].is_null());
    }
    let mut lines = 0;
    while let Ok((_, line)) = sound.requests.try_recv() {
        assert_eq!(failing.next().await.1, line);
        lines += 1;
    }
    assert!(lines > 0 && failing.requests.try_recv().is_err());
}

#[tokio::test]
async fn a_drain_gives_up_and_starts_again_when_it_is_enabled() {
    let (sandbox, mut server) = (sandbox(), Server::start(500).await);
    let id = add(&sandbox, json!({ "type": "RAW_HTTP", "url": server.url }));
    sandbox.advance(Duration::from_secs(20));
    for attempt in 1..=10 {
        until(&sandbox, &id, |drain| drain["execution"]["attempt"] == attempt).await;
        server.next().await;
        sandbox.advance(Duration::from_secs(60));
    }
    let drain = until(&sandbox, &id, |_| true).await;
    assert_eq!(
        (&drain["execution"]["status"], &drain["execution"]["nextAttemptAt"]),
        (&json!("NOT_RUNNING"), &Value::Null)
    );
    assert!(server.requests.try_recv().is_err());
    server.status.store(204, Ordering::SeqCst);
    let enable = EnableLogDrain::of_application(sandbox.ids().application, id.as_str());
    sandbox.client().send(enable).await.unwrap();
    sandbox.advance(Duration::from_secs(1));
    server.next().await;
    until(&sandbox, &id, |drain| drain["execution"]["status"] == "RUNNING").await;
}

#[tokio::test]
async fn a_recipient_that_does_not_answer_gets_no_more() {
    let (sandbox, mut server) = (sandbox(), Server::start(0).await);
    let id = add(&sandbox, json!({ "type": "RAW_HTTP", "url": server.url }));
    sandbox.advance(Duration::from_secs(600));
    server.next().await;
    let backlog = |drain: &Value| drain["backlog"]["msgBacklog"].as_u64().unwrap();
    let before = backlog(&until(&sandbox, &id, |_| true).await);
    sandbox.advance(Duration::from_secs(600));
    let after = until(&sandbox, &id, |_| true).await;
    assert!(before > 0 && backlog(&after) > before, "{before} {after}");
    assert!(server.requests.try_recv().is_err());
}

#[tokio::test]
async fn elasticsearch_gets_its_bulk_requests() {
    let (sandbox, mut server) = (sandbox(), Server::start(200).await);
    let recipient = json!({ "type": "ELASTICSEARCH", "url": server.url, "index": "logs", "username": "me", "password": "pw" });
    add(&sandbox, recipient);
    sandbox.advance(Duration::from_secs(60));
    let (parts, body) = server.next().await;
    assert_eq!(
        (parts.uri.path(), &parts.headers["content-type"]),
        ("/_bulk", &"application/x-ndjson".parse().unwrap())
    );
    assert_eq!(parts.headers["authorization"], "Basic bWU6cHc=");
    let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 2 && lines.len().is_multiple_of(2));
    assert_eq!(lines[0], json!({ "index": { "_index": "logs-2026-01-01" } }));
    assert!(
        lines[1]["message"].is_string()
            && lines[1]["@timestamp"].as_str().unwrap().starts_with("2026-01-01T00:00:")
    );
}

#[tokio::test]
async fn the_url_of_elasticsearch_may_end_with_the_path_of_its_bulk_api() {
    for (path, used) in [
        ("/_bulk", "/_bulk"),
        ("/logs/_bulk/?pretty=true", "/logs/_bulk/?pretty=true"),
        ("/logs", "/logs/_bulk"),
    ] {
        let (sandbox, mut server) = (sandbox(), Server::start(200).await);
        let url = format!("{}{path}", server.url);
        add(&sandbox, json!({ "type": "ELASTICSEARCH", "url": url, "index": "logs" }));
        sandbox.advance(Duration::from_secs(60));
        assert_eq!(server.next().await.0.uri.to_string(), used);
    }
}

/// The first request that a drain to an HTTP server sends, after 60 s of sandbox time.
async fn first_request(mut recipient: Value) -> (http::request::Parts, Value, String) {
    // Their intakes answer 202.
    let (sandbox, mut server) = (sandbox(), Server::start(202).await);
    recipient["url"] = format!("{}/intake?key=1", server.url).into();
    let id = add(&sandbox, recipient);
    sandbox.advance(Duration::from_secs(60));
    let (parts, body) = server.next().await;
    assert_eq!(parts.uri.to_string(), "/intake?key=1");
    assert_eq!(parts.headers["content-type"], "application/json");
    until(&sandbox, &id, |drain| drain["backlog"]["msgBacklog"] == 0).await;
    (parts, serde_json::from_str(&body).unwrap(), sandbox.ids().application)
}

#[tokio::test]
async fn datadog_gets_an_array_of_lines_at_the_url_that_holds_its_key() {
    let (parts, body, application) = first_request(json!({ "type": "DATADOG" })).await;
    assert!(!parts.headers.contains_key("authorization"));
    let line = &body.as_array().unwrap()[0];
    assert!(line["message"].is_string() && line["resourceId"] == application.as_str(), "{line}");
    // Datadog takes the date of a line from this attribute.
    assert!(line["@timestamp"].as_str().unwrap().starts_with("2026-01-01T00:00:"), "{line}");
}

#[tokio::test]
async fn new_relic_gets_batches_with_its_key_in_a_header() {
    let recipient = json!({ "type": "NEWRELIC", "apiKey": "sandbox-key" });
    let (parts, body, application) = first_request(recipient).await;
    assert_eq!(parts.headers["api-key"], "sandbox-key");
    let logs = body[0]["logs"].as_array().unwrap();
    assert!(body.as_array().unwrap().len() == 1 && !logs.is_empty());
    // Epoch milliseconds, in January 2026.
    assert!((1_767_225_600_000..1_767_225_700_000).contains(&logs[0]["timestamp"].as_i64().unwrap()));
    assert!(logs[0]["message"].is_string() && logs[0]["attributes"]["message"].is_null());
    assert_eq!(logs[0]["attributes"]["resourceId"], application.as_str());
}

#[tokio::test]
async fn better_stack_gets_an_array_of_lines_with_its_token() {
    let recipient = json!({ "type": "BETTERSTACK", "sourceToken": "sandbox-token" });
    let (parts, body, application) = first_request(recipient).await;
    assert_eq!(parts.headers["authorization"], "Bearer sandbox-token");
    let line = &body.as_array().unwrap()[0];
    assert!(line["dt"].as_str().unwrap().starts_with("2026-01-01T00:00:"), "{line}");
    assert!(line["message"].is_string() && line["resourceId"] == application.as_str(), "{line}");
}

#[tokio::test]
async fn ovh_gets_syslog_lines_with_its_token_as_structured_data() {
    let token = |more: Value| {
        let mut recipient = json!({ "type": "OVH_TCP" });
        recipient.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        recipient
    };
    for (more, data) in [
        (json!({ "token": "sandbox-token" }), r#"[sandbox@0 X-OVH-TOKEN="sandbox-token"]"#),
        (
            json!({ "rfc5424StructuredDataParameters": r#"X-OVH-TOKEN="sandbox-token""# }),
            r#"[sandbox@0 X-OVH-TOKEN="sandbox-token"]"#,
        ),
        (
            json!({ "token": "sandbox-token", "rfc5424StructuredDataParameters": r#"env="test""# }),
            r#"[sandbox@0 env="test" X-OVH-TOKEN="sandbox-token"]"#,
        ),
        (json!({}), "-"),
    ] {
        let (sandbox, server) = (sandbox(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let mut recipient = token(more);
        recipient["url"] = format!("tcp://{}", server.local_addr().unwrap()).into();
        let id = add(&sandbox, recipient);
        sandbox.advance(Duration::from_secs(60));
        let (mut stream, _) = tokio::time::timeout(STUCK, server.accept()).await.unwrap().unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let line = text.lines().next().unwrap();
        assert!(line.contains(&format!(" - {data} ")) && line.contains(&sandbox.ids().application), "{line}");
        assert!(text.ends_with('\n'));
        until(&sandbox, &id, |drain| drain["backlog"]["msgBacklog"] == 0).await;
    }
}

#[tokio::test]
async fn syslog_servers_get_lines_over_tcp_and_udp() {
    let sandbox = sandbox();
    let (tcp, udp) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let parameters = "token@1 key=\"sandbox\"";
    let ids = sandbox.ids();
    for (kind, scheme, address) in
        [("SYSLOG_TCP", "tcp", tcp.local_addr().unwrap()), ("SYSLOG_UDP", "udp", udp.local_addr().unwrap())]
    {
        let url = format!("{scheme}://{address}");
        let recipient = json!({ "type": kind, "url": url, "rfc5424StructuredDataParameters": parameters });
        sandbox.add_drain(&ids.organisation, &ids.application, recipient);
    }
    sandbox.advance(Duration::from_secs(8));
    sandbox.advance(Duration::from_secs(60));
    let (mut stream, _) = tokio::time::timeout(STUCK, tcp.accept()).await.unwrap().unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let mut datagram = [0; 4_096];
    let length = tokio::time::timeout(STUCK, udp.recv(&mut datagram)).await.unwrap().unwrap();
    let datagram = std::str::from_utf8(&datagram[..length]).unwrap();
    assert_eq!(text.lines().next(), Some(datagram));
    assert!(datagram.contains(" - [token@1 key=\"sandbox\"] "), "{datagram}");
}
