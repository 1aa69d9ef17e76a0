//! The commands of drains.

use cc_client::commands::drain::model::LogDrainTarget;
use cc_client::commands::drain::model::{DrainExecutionState, DrainKind, DrainState};
use cc_client::commands::drain::{
    CreateLogDrain, DeleteLogDrain, DisableLogDrain, EnableLogDrain, GetLogDrain, ListLogDrain,
};
use cc_client::{CachePolicy, ErrorKind};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};
use crate::support::{Platform, SECOND};

const DRAINS: &str = "/v4/drains/organisations/orga_1/resources/app_1/drains";
const ADDON: &str = "/v4/drains/organisations/orga_1/resources/postgresql_1/drains";

fn drain(id: &str, date: &str, state: &str) -> Value {
    json!({
        "id": id, "tenantId": "orga_1", "resourceId": "app_1", "kind": "LOG",
        "recipient": {"type": "RAW_HTTP", "url": "https://example.org", "username": "ada", "password": "***"},
        "status": {"id": "status_1", "drainId": id, "date": date, "status": state, "authorId": "user_1"},
        "execution": {"status": "RETRYING", "attempt": 1, "lastError": "no"},
        "backlog": {"msgBacklog": 1, "msgRateOut": 0.5, "msgThroughputOut": 10.0}
    })
}

fn now(state: &str) -> Value {
    drain("drain_1", "2024-03-01T00:00:00Z", state)
}

#[tokio::test]
async fn drains_are_listed_the_latest_changed_first() {
    let route = format!("GET {DRAINS}");
    let mut other = drain("drain_2", "2024-04-01T00:00:00Z", "A_STATE_OF_TOMORROW");
    other["recipient"] = json!({"type": "A_TARGET_OF_TOMORROW", "url": "https://example.org", "more": [1]});
    let routes = Routes::new().json(&route, json!([now("ENABLED"), other]));
    let required = ListLogDrain::of_application("app_1");
    let all = required
        .clone()
        .owner_id("orga_1")
        .status([DrainState::Enabled, DrainState::Disabled])
        .execution_status([DrainExecutionState::Running])
        .execution_status_not_in([DrainExecutionState::NotRunning]);
    let commands = [
        ("required inputs", required),
        ("an application that nobody knows", ListLogDrain::of_application("app_9")),
        ("all inputs", all),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_drain_is_read() {
    let route = format!("GET {DRAINS}/drain_1");
    let routes = Routes::new().json(&route, now("ENABLED"));
    let required = GetLogDrain::of_application("app_1", "drain_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_drain_is_deleted() {
    let route = format!("DELETE {DRAINS}/drain_1");
    let routes = Routes::new().json(&route, now("DELETED"));
    let required = DeleteLogDrain::of_application("app_1", "drain_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_is_created_for_every_target() {
    let (create, read) = (format!("POST {DRAINS}"), format!("GET {DRAINS}/drain_1"));
    let routes =
        Routes::new().json(&create, now("CREATED")).json(&read, now("ENABLING")).json(&read, now("ENABLED"));
    let url = "https://example.org";
    let credentials = json!({"username": "ada", "password": "s3cret"});
    let targets = [
        json!({"type": "RAW_HTTP", "url": url}),
        json!({"type": "RAW_HTTP", "url": url, "credentials": credentials}),
        json!({"type": "SYSLOG_TCP", "url": url}),
        json!({"type": "SYSLOG_TCP", "url": url, "structuredDataParameters": "t0k"}),
        json!({"type": "SYSLOG_UDP", "url": url, "structuredDataParameters": "t0k"}),
        json!({"type": "DATADOG", "url": url}),
        json!({"type": "ELASTICSEARCH", "url": url}),
        json!({
            "type": "ELASTICSEARCH", "url": url, "indexPrefix": "logs", "credentials": credentials,
            "tlsVerification": "TRUSTFUL"
        }),
        json!({"type": "NEWRELIC", "url": url, "apiKey": "k3y"}),
        json!({"type": "OVH_TCP", "url": url}),
        json!({"type": "OVH_TCP", "url": url, "token": "t0k", "structuredDataParameters": "t0k"}),
        json!({"type": "BETTERSTACK", "url": url, "sourceToken": "t0k"}),
    ];
    let mut told = String::new();
    for target in targets {
        let title = target["type"].as_str().unwrap().to_owned();
        let target: LogDrainTarget = serde_json::from_value(target).unwrap();
        let command =
            CreateLogDrain::on_application("app_1", DrainKind::Accesslog, target).owner_id("orga_1");
        told += &routes.tell([(title.as_str(), command)]).await;
    }
    compare("CreateLogDrain", &told);
}

fn http() -> LogDrainTarget {
    serde_json::from_value(json!({"type": "RAW_HTTP", "url": "https://example.org"})).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_drain_of_an_add_on_is_created_by_either_id() {
    let routes = Routes::new()
        .json(&format!("POST {ADDON}"), now("CREATED"))
        .json(&format!("GET {ADDON}/drain_1"), now("ENABLED"));
    let mut told = String::new();
    for id in ["addon_1", "postgresql_1"] {
        told += &routes.tell([(id, CreateLogDrain::on_addon(id, DrainKind::Log, http()))]).await;
    }
    compare("CreateLogDrain.addon", &told);
}

#[tokio::test(start_paused = true)]
async fn a_drain_is_enabled_and_disabled_and_waited_for() {
    let read = format!("GET {DRAINS}/drain_1");
    let route = format!("PUT {DRAINS}/drain_1/enable");
    let routes =
        Routes::new().json(&route, now("ENABLING")).json(&read, now("ENABLING")).json(&read, now("ENABLED"));
    let required = EnableLogDrain::of_application("app_1", "drain_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &read, [("required inputs", required), ("all inputs", all)]).await;

    let route = format!("PUT {DRAINS}/drain_1/disable");
    let routes = Routes::new()
        .json(&route, now("DISABLING"))
        .json(&read, now("DISABLING"))
        .json(&read, now("DISABLED"));
    let required = DisableLogDrain::of_application("app_1", "drain_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &read, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_drain_passes_by_the_cache_and_ends_after_half_a_minute() {
    let platform = Platform::new(|_, path| match path {
        "/v2/summary" => (200, crate::support::SUMMARY.to_owned()),
        _ => (200, now("ENABLING").to_string()),
    });
    let start = tokio::time::Instant::now();
    let command = EnableLogDrain::of_application("app_1", "drain_1");
    let error = platform.client().send(command).cache(CachePolicy::ttl(60 * SECOND)).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::DeadlineExceeded, 30 * SECOND));
    assert!(error.message().unwrap().contains("may still happen"), "{error}");
    assert!(platform.journal().len() > 25, "{}", platform.journal().len());
}
