//! Faults as a client meets them.

use std::time::Duration;

use cc_sandbox::{Fault, Sandbox};
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;

use crate::client::{Client, read};

const ZONES: &str = "/v4/products/zones";

#[tokio::test]
async fn an_unavailable_operation_is_back_after_its_times() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    sandbox.faults().add(Fault::unavailable().on("list_zones").times(1));
    sandbox.faults().add(Fault::too_many_requests(Duration::from_secs(7)).on("GET /v4/products/*").times(1));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let answer = client.request(Method::GET, ZONES).send().await.unwrap();
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        statuses.push((answer.status().as_u16(), retry_after));
    }
    assert_eq!(statuses, [(503, None), (429, Some("7".into())), (200, None)]);
}

#[tokio::test]
async fn a_reset_is_an_error_of_the_connection_and_the_next_request_goes_well() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    for fault in [Fault::reset_before(), Fault::reset_after()] {
        sandbox.faults().add(fault.times(1));
        let error = read(client.request(Method::GET, ZONES)).await.unwrap_err();
        assert!(error.is_request(), "{error:?}");
        assert_eq!(client.get(ZONES).await.status, 200);
    }
}

#[tokio::test]
async fn a_body_can_break_off_or_be_wrong() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    sandbox.faults().add(Fault::truncated().times(1));
    let answer = client.request(Method::GET, ZONES).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.is_err());
    sandbox.faults().add(Fault::malformed().times(1));
    assert!(serde_json::from_str::<serde_json::Value>(&client.get(ZONES).await.text).is_err());
    sandbox.faults().add(Fault::html(502).times(1));
    let answer = client.request(Method::GET, ZONES).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn latency_and_slow_bodies_take_the_time_of_the_runtime() {
    use http_body_util::BodyExt;
    let sandbox = Sandbox::builder().in_memory();
    let ask = || http::Request::get(ZONES).body(bytes::Bytes::new()).unwrap();
    let whole = sandbox.handle(ask()).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    sandbox.faults().add(Fault::latency(Duration::from_secs(5)));
    sandbox.faults().add(Fault::slow_body(Duration::from_secs(1)));
    let start = Instant::now();
    let answer = sandbox.handle(ask()).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), whole);
    assert_eq!(start.elapsed().as_secs(), 13);
}

#[tokio::test]
async fn faults_come_from_outside_too() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let fault =
        json!({"effect": "answer", "on": "get_zone", "status": 418, "body": {"tea": true}, "times": 1});
    assert_eq!(client.send("POST", "/_sandbox/faults", fault.clone()).await.status, 204);
    let mut told = fault;
    told["probability"] = json!(1.0);
    assert_eq!(client.get("/_sandbox/faults").await.json(), json!([told]));
    let answer = client.get("/v4/products/zones/par").await;
    assert_eq!((answer.status, answer.json()), (418, json!({"tea": true})));
    assert_eq!(client.get("/_sandbox/faults").await.json(), json!([]));
    assert_eq!(client.get("/_sandbox/journal").await.text, "GET /v4/products/zones/par");
    for (wrong, problem) in [
        (
            json!({"effect": "unavailable", "probability": "often"}),
            "`probability` is a number between 0 and 1",
        ),
        (json!({"effect": "unavailable", "on": 5}), "`on` is the id of an operation, a path or `*`"),
        (json!({"effect": "unavailable", "time": 2}), "unknown field `time` of the fault `unavailable`"),
        (json!({"effect": "html", "status": 503, "ms": 9}), "unknown field `ms` of the fault `html`"),
    ] {
        let answer = client.send("POST", "/_sandbox/faults", wrong).await;
        assert!(answer.status == 400 && answer.text.starts_with(problem), "{answer:?}");
    }
    let visit = json!({"url": "https://none.cleverapps.io/", "status": 42});
    let visit = client.send("POST", "/_sandbox/request", visit).await;
    assert!(visit.status == 400 && visit.text.starts_with("42 is not the status of an answer"), "{visit:?}");
    let wrong = client.send("POST", "/_sandbox/faults", json!({"effect": "meteor"})).await;
    assert!(wrong.status == 400 && wrong.text.starts_with("unknown effect of a fault: `meteor`"));
    assert_eq!(client.send("POST", "/_sandbox/advance", json!({"seconds": 60})).await.status, 200);
    let now = client.get("/_sandbox").await.json()["now"].as_str().unwrap().to_owned();
    assert!(now.starts_with("2026-01-01T00:01"), "{now}");
}

#[tokio::test]
async fn a_redirect_leads_where_it_is_told_and_the_exchanges_show_both_requests() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let fault = json!({"effect": "redirect", "status": 307, "to": "/v4/products/zones/par", "on": "list_zones", "times": 1});
    assert_eq!(client.send("POST", "/_sandbox/faults", fault).await.status, 204);
    // The client of this test follows it.
    assert_eq!(client.get(ZONES).await.status, 200);
    let exchanges = client.get("/_sandbox/exchanges").await.json();
    let shown = |at: usize| (exchanges[at]["operation"].clone(), exchanges[at]["status"].clone());
    assert_eq!((shown(0), shown(1)), ((json!("list_zones"), json!(307)), (json!("get_zone"), json!(200))));
    assert_eq!(exchanges[0]["headers"]["authorization"], "***");
    let wrong = json!({"effect": "redirect", "status": 200, "to": "/"});
    assert!(
        client.send("POST", "/_sandbox/faults", wrong).await.text.contains("not the status of a redirect")
    );
}
