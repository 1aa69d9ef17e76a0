//! Pages of other origins: what a browser asks before it sends their requests, and what it lets them read.

use cc_sandbox::{Fault, Sandbox};
use http::{HeaderMap, StatusCode};

const ORIGIN: &str = "http://127.0.0.1:9";

/// Sends a request of a page that is authorised unless it is a preflight.
async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &'static [u8]) -> (StatusCode, HeaderMap) {
    let request = http::Request::builder().method(method).uri(path).header("origin", ORIGIN);
    let request = match method {
        "OPTIONS" => request
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "authorization,content-type,last-event-id"),
        _ => request.header("authorization", format!("Bearer {}", sandbox.api_token())),
    };
    let answer = sandbox.handle(request.body(body.into()).unwrap()).await.unwrap();
    (answer.status(), answer.headers().clone())
}

#[tokio::test]
async fn a_page_of_another_origin_reads_every_answer() {
    let sandbox = Sandbox::builder().strict(false).in_memory();
    let application = sandbox.ids().application;
    let logs =
        format!("/v4/logs/organisations/{}/applications/{application}/logs", sandbox.ids().organisation);
    let cases: [(&str, &str, &'static [u8], u16); 11] = [
        ("GET", "/v4/products/zones", b"", 200),
        ("GET", "/v4/products/zones/nowhere", b"", 404),
        ("GET", "/v4/no/such/route", b"", 404),
        ("POST", "/v4/products/zones", b"not json", 404),
        ("GET", &logs, b"", 200),
        ("GET", "/_sandbox", b"", 200),
        ("GET", "/_sandbox/events", b"", 200),
        ("POST", "/_sandbox/faults", b"{}", 400),
        ("PUT", "/_sandbox/snapshot", b"{}", 400),
        ("DELETE", "/_sandbox/journal", b"", 204),
        ("GET", "/_sandbox/no-such-thing", b"", 404),
    ];
    for (method, path, body, status) in cases {
        let (answered, headers) = ask(&sandbox, method, path, body).await;
        assert_eq!(answered, status, "{method} {path}");
        assert_eq!(headers["access-control-allow-origin"], "*", "{method} {path}");
        let exposed = headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.contains("Sozu-Id") && exposed.contains("Retry-After"), "{method} {path}: {exposed}");
    }
    sandbox.faults().add(Fault::unavailable().on("get_zone").times(1));
    let (answered, headers) = ask(&sandbox, "GET", "/v4/products/zones/par", b"").await;
    assert_eq!(answered, 503);
    assert_eq!(headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn a_browser_that_asks_first_may_send_what_the_client_sends() {
    let sandbox = Sandbox::builder().in_memory();
    for path in ["/v4/products/zones", "/_sandbox/faults", "/_sandbox/snapshot", "/v4/no/such/route"] {
        let (status, headers) = ask(&sandbox, "OPTIONS", path, b"").await;
        assert_eq!(status, 204, "{path}");
        assert_eq!(headers["access-control-allow-origin"], "*", "{path}");
        let methods = headers["access-control-allow-methods"].to_str().unwrap();
        assert!(
            ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().all(|method| methods.contains(method)),
            "{path}"
        );
        let allowed = headers["access-control-allow-headers"].to_str().unwrap().to_ascii_lowercase();
        for header in ["authorization", "content-type", "accept", "last-event-id", "x-clever-password"] {
            assert!(allowed.split(", ").any(|one| one == header), "{path}: {header} is not in {allowed}");
        }
    }
    assert_eq!(sandbox.journal(), "", "the question of a browser is no request to the platform");
}

#[tokio::test]
async fn an_answer_to_a_program_has_no_word_for_browsers() {
    let sandbox = Sandbox::builder().in_memory();
    let request = http::Request::get("/v4/products/zones").body(bytes::Bytes::new()).unwrap();
    let answer = sandbox.handle(request).await.unwrap();
    assert!(!answer.headers().keys().any(|name| name.as_str().starts_with("access-control-")));
}
