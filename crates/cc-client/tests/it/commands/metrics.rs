//! The commands of metrics.

use cc_client::Timestamp;
use cc_client::commands::metrics::model::{MetricName, TimestampUnit};
use cc_client::commands::metrics::{GetHeatMap, GetMetrics, GetStatusCodeDistribution};
use serde_json::{Value, json};

use super::harness::{Routes, compare};

const OWNER: &str = "GET /v4/stats/organisations/orga_1";

fn date() -> Timestamp {
    "2024-05-02T08:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn the_metrics_of_an_application_or_an_add_on_are_read_by_name() {
    let metrics = json!([
        {"name": "mem", "resource": "app_1", "unit": "percent", "data": [
            {"timestamp": 1_714_636_800_123_456_i64, "value": "42.5"},
            {"timestamp": 1_714_636_920_123_500_i64, "value": "NaN"}
        ]},
        {"name": "cpu", "resource": "app_1", "unit": "percent", "data": null}
    ]);
    let routes = Routes::new()
        .json(&format!("{OWNER}/resources/app_1/metrics"), metrics.clone())
        .json(&format!("{OWNER}/resources/postgresql_1/metrics"), metrics);
    let application = GetMetrics::of_application("app_1");
    let addon = GetMetrics::of_addon("addon_1");
    let all = |command: GetMetrics| {
        command
            .owner_id("orga_1")
            .metrics([MetricName::Cpu, MetricName::Mem, MetricName::Cpu])
            .interval("PT1H")
            .span("PT5M")
            .end(date())
            .fill(false)
            .timestamp_unit(TimestampUnit::Us)
    };
    let told = routes.tell([
        ("of an application, required inputs", application.clone()),
        ("of an application, all inputs", all(application)),
        ("of an add-on, required inputs", addon.clone()),
        ("of an add-on, all inputs", all(addon)),
        ("of nothing", GetMetrics::default()),
    ]);
    compare("GetMetrics", &told.await);
}

#[tokio::test]
async fn requests_are_counted_by_place() {
    let places =
        json!([{"lat": 47.2, "long": -1.5, "accessCount": 3}, {"lat": 0.0, "long": 0.0, "accessCount": 1}]);
    let routes = Routes::new().json(&format!("{OWNER}/requests"), places);
    let application = GetHeatMap::of_application("app_1");
    let owner = GetHeatMap::of_owner("orga_1");
    let all = application.clone().owner_id("orga_1").from(date()).to(date());
    let told = routes.tell([
        ("of an application, required inputs", application),
        ("of an application, all inputs", all),
        ("of an owner, required inputs", owner.clone()),
        ("of an owner, all inputs", owner.clone().from(date()).to(date())),
        ("of nobody", GetHeatMap::default()),
    ]);
    let mut told = told.await;
    let none = Routes::new().json(&format!("{OWNER}/requests"), Value::Null);
    told += &none.tell([("without requests", owner)]).await;
    compare("GetHeatMap", &told);
}

#[tokio::test]
async fn answers_are_counted_by_status() {
    let slices = json!([
        {"date": "2024-05-02T08:00:00Z", "statuses": [
            {"code": 200, "count": 5}, {"code": 200, "count": 1}, {"code": 404, "count": 2}, {"code": 42, "count": 9}
        ]},
        {"date": "2024-05-02T09:00:00Z", "statuses": null},
        {"date": "2024-05-02T10:00:00Z", "statuses": [{"code": 200, "count": 9_223_372_036_854_775_807_i64}]}
    ]);
    let routes = Routes::new().json(&format!("{OWNER}/http-status-codes"), slices);
    let application = GetStatusCodeDistribution::of_application("app_1");
    let owner = GetStatusCodeDistribution::of_owner("orga_1");
    let all = |command: GetStatusCodeDistribution| {
        command.owner_id("orga_1").from(date()).to(date()).exclude_non_standard_status_codes(true)
    };
    let told = routes.tell([
        ("of an application, required inputs", application.clone()),
        ("of an application, all inputs", all(application)),
        ("of an owner, required inputs", owner.clone()),
        ("of an owner, all inputs", all(owner)),
        ("of nobody", GetStatusCodeDistribution::default()),
    ]);
    compare("GetStatusCodeDistribution", &told.await);
}
