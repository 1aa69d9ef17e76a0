//! The command that lists the lines of a stored log.

use cc_client::api::log::types::LogOrder;
use cc_client::commands::log::ListLog;
use serde_json::json;

use super::harness::{Routes, check};

#[tokio::test]
async fn the_lines_of_an_add_on_are_listed_in_the_order_of_the_platform() {
    let lines = json!([
        {"_id": "line_2", "_source": {
            "@timestamp": "2024-05-02T08:00:00.123Z", "message": "ready", "type": "syslog", "syslog_severity": "info",
            "syslog_program": "postgres", "deploymentId": "deployment_1", "host": "host-1", "@source": "192.0.2.1",
            "zone": "par"
        }},
        {"_id": "line_1"}
    ]);
    let routes = Routes::new().json("GET /v2/logs/addon_1", lines);
    let required = ListLog::new("postgresql_1");
    let date: cc_client::Timestamp = "2024-05-02T08:00:00Z".parse().unwrap();
    let all = ListLog::new("addon_1")
        .limit(2)
        .order(LogOrder::Desc)
        .since(date)
        .until(date)
        .filter("ready")
        .deployment_id("deployment_1");
    check(&routes, required, all).await;
}
