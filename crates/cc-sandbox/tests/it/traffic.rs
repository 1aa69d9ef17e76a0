//! Requests to the domains of applications, and the logs, statistics and metrics that follow from them.

use std::time::Duration;

use bytes::Bytes;
use cc_sandbox::{Pace, Sandbox};
use http_body_util::BodyExt;
use serde_json::{Value, json};

fn sandbox() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).in_memory()
}

async fn read(sandbox: &Sandbox, request: http::Request<Bytes>) -> (u16, String) {
    let answer = sandbox.handle(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let request = http::Request::get(path).header("authorization", format!("Bearer {}", sandbox.api_token()));
    let (status, text) = read(sandbox, request.body(Bytes::new()).unwrap()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {status} {text}"))
}

/// Sends a request to an application.
async fn visit(sandbox: &Sandbox, host: &str, path: &str, status: Option<u16>) -> (u16, String) {
    let mut request = http::Request::get(path).header("host", host);
    if let Some(status) = status {
        request = request.header("x-sandbox-status", status.to_string());
    }
    read(sandbox, request.body(Bytes::new()).unwrap()).await
}

fn domain(application: &str) -> String {
    format!("{}.cleverapps.io", application.replace('_', "-"))
}

/// Number of answers with this status in the last day.
async fn counted(sandbox: &Sandbox, query: &str, status: u16) -> u64 {
    let path = format!("/v4/stats/organisations/{}/http-status-codes{query}", sandbox.ids().organisation);
    let slices = get(sandbox, &path).await;
    let statuses = slices.as_array().unwrap().iter().flat_map(|slice| slice["statuses"].as_array().unwrap());
    statuses.filter(|own| own["code"] == status).map(|own| own["count"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn a_request_to_an_application_is_in_its_logs_and_statistics() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let host = domain(&ids.application);
    let query = format!("?applicationId={}", ids.application);
    let places = format!("/v4/stats/organisations/{}/requests{query}", ids.organisation);
    let sum = |places: &Value| -> u64 {
        places.as_array().unwrap().iter().map(|place| place["accessCount"].as_u64().unwrap()).sum()
    };
    let before = sum(&get(&sandbox, &places).await);
    assert!(before > 0);
    assert_eq!(counted(&sandbox, &query, 418).await, 0);
    assert_eq!(visit(&sandbox, &host, "/tea?cups=2", Some(418)).await.0, 418);
    let (status, text) = visit(&sandbox, &format!("{host}:8080"), "/", None).await;
    assert!(status == 200 && text.contains(&ids.application), "{status} {text}");
    assert_eq!(counted(&sandbox, &query, 418).await, 1);
    assert_eq!(sum(&get(&sandbox, &places).await), before + 2);
    sandbox.advance(Duration::from_secs(60));
    let logs = get(&sandbox, &format!("/v2/logs/{}?filter=cups", ids.application)).await;
    let message = logs[0]["_source"]["message"].as_str().unwrap();
    assert!(message.starts_with("GET /tea?cups=2 418 "), "{message}");
    let accesses = format!(
        "/v4/accesslogs/organisations/{}/applications/{}/accesslogs?since={}&until={}",
        ids.organisation,
        ids.application,
        sandbox.now().checked_sub(jiff::SignedDuration::from_secs(60)).unwrap(),
        sandbox.now()
    );
    let request =
        http::Request::get(&accesses).header("authorization", format!("Bearer {}", sandbox.api_token()));
    let (status, text) = read(&sandbox, request.body(Bytes::new()).unwrap()).await;
    assert!(
        status == 200 && text.contains("\"/tea?cups=2\"") && text.contains("\"statusCode\":418"),
        "{text}"
    );
    assert!(sandbox.journal().contains("GET /tea?cups=2"));
}

#[tokio::test]
async fn statistics_count_what_the_access_log_shows() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let now = sandbox.now();
    let from = now.checked_sub(jiff::SignedDuration::from_mins(10)).unwrap();
    let path = format!(
        "/v4/accesslogs/organisations/{}/applications/{}/accesslogs?since={from}&until={now}&throttleElements=100000",
        ids.organisation, ids.application
    );
    let request =
        http::Request::get(&path).header("authorization", format!("Bearer {}", sandbox.api_token()));
    let (_, text) = read(&sandbox, request.body(Bytes::new()).unwrap()).await;
    let query = format!("?applicationId={}&from={from}&to={now}", ids.application);
    for status in [200, 201, 404, 504] {
        let shown = text.matches(&format!("\"statusCode\":{status}")).count() as u64;
        assert!(shown > 0);
        assert_eq!(counted(&sandbox, &query, status).await, shown, "{status}");
    }
}

#[tokio::test]
async fn an_application_without_an_instance_and_an_unknown_domain_are_refused() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    assert_eq!(visit(&sandbox, &domain(&ids.personal_application), "/", Some(200)).await.0, 503);
    assert_eq!(visit(&sandbox, "app-unknown.cleverapps.io", "/", None).await.0, 404);
    // Any other host is that of the API.
    assert_eq!(visit(&sandbox, "api.sandbox.example", "/v4/products/zones", None).await.0, 200);
    let path = format!("/v4/stats/organisations/{}/http-status-codes", ids.user);
    let slices = get(&sandbox, &path).await;
    assert_eq!(slices.as_array().unwrap().last().unwrap()["statuses"], json!([{ "code": 503, "count": 1 }]));
}

#[tokio::test]
async fn a_request_can_be_made_through_the_control_routes() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let ask = async |body: Value| {
        let request = http::Request::post("/_sandbox/request");
        read(&sandbox, request.body(body.to_string().into()).unwrap()).await
    };
    let url = format!("https://{}/login", domain(&ids.application));
    let (status, text) = ask(json!({ "url": url, "method": "POST", "status": 500, "times": 20 })).await;
    assert!(status == 200 && text.contains("\"status\":500"), "{text}");
    assert_eq!(counted(&sandbox, "", 500).await, 20);
    assert_eq!(ask(json!({ "url": "https://other.example" })).await.0, 404);
    assert_eq!(ask(json!({ "method": "GET" })).await.0, 400);
}

#[tokio::test]
async fn metrics_follow_from_what_runs_and_from_requests() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let path = |resource: &str, owner: &str, query: &str| {
        format!("/v4/stats/organisations/{owner}/resources/{resource}/metrics{query}")
    };
    let all = get(&sandbox, &path(&ids.application, &ids.organisation, "?interval=P1D&span=PT1H")).await;
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|own| own["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cpu", "mem", "load1"]);
    assert_eq!(all[0]["data"].as_array().unwrap().len(), 24);
    let other = Sandbox::builder().pace(Pace::Manual).in_memory();
    assert_eq!(all, get(&other, &path(&ids.application, &ids.organisation, "?interval=P1D&span=PT1H")).await);
    let value = |series: &Value, back: usize| -> f64 {
        let data = series[0]["data"].as_array().unwrap();
        data[data.len() - back]["value"].as_str().unwrap().parse().unwrap()
    };
    // Never deployed: nothing runs.
    let silent = path(&ids.personal_application, &ids.user, "?only=mem&interval=PT30m&span=PT2m");
    assert_eq!(value(&get(&sandbox, &silent).await, 1), 0.0);
    let sparse = get(&sandbox, &format!("{silent}&fill=false")).await;
    assert_eq!(
        sparse,
        json!([{ "name": "mem", "resource": ids.personal_application, "unit": "%", "data": [] }])
    );
    // Requests are work.
    let cpu = path(&ids.application, &ids.organisation, "?only=cpu&interval=PT10M&span=PT1M");
    sandbox.advance(Duration::from_secs(120));
    let quiet = value(&get(&sandbox, &cpu).await, 1);
    let url = format!("https://{}/", domain(&ids.application));
    let request = http::Request::post("/_sandbox/request");
    let body = json!({ "url": url, "times": 3000 }).to_string();
    sandbox.advance(Duration::from_secs(30));
    read(&sandbox, request.body(body.into()).unwrap()).await;
    sandbox.advance(Duration::from_secs(60));
    let now = value(&get(&sandbox, &cpu).await, 1);
    assert!(now > quiet + 20.0 && now <= 99.0, "{quiet} {now}");
    let refused = get(&sandbox, &path(&ids.application, &ids.organisation, "?interval=ten")).await;
    assert!(refused["error"].as_str().unwrap().contains("ISO 8601"), "{refused}");
}
