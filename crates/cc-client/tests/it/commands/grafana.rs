//! The commands of Grafana.

use cc_client::commands::metrics::{DisableGrafana, EnableGrafana, GetGrafana, ResetGrafana};
use serde_json::json;

use super::harness::{Routes, check_one, compare};
use crate::support::{Platform, SECOND};

const GRAFANA: &str = "/v4/saas/grafana/orga_1";

#[tokio::test]
async fn grafana_is_created_and_then_read() {
    let routes = Routes::new()
        .json(&format!("POST {GRAFANA}"), json!({}))
        .json(&format!("GET {GRAFANA}"), json!({"id": 7}));
    let mut told = routes.tell([("required inputs", EnableGrafana::new("orga_1"))]).await;
    let late = Routes::new().json(&format!("POST {GRAFANA}"), json!({}));
    told += &late.tell([("not there yet", EnableGrafana::new("orga_1"))]).await;
    let twice = Routes::new().refuse(&format!("POST {GRAFANA}"), 409);
    told += &twice.tell([("there already", EnableGrafana::new("orga_1"))]).await;
    compare("EnableGrafana", &told);
}

#[tokio::test]
async fn grafana_is_read_anew_after_it_is_created() {
    let platform = Platform::new(|count, _| match count {
        0 => (404, "{}".to_owned()),
        _ => (200, r#"{"id": 7}"#.to_owned()),
    });
    let client = platform.client();
    let cache = || cc_client::CachePolicy::ttl(60 * SECOND);
    assert_eq!(client.send(GetGrafana::new("orga_1")).cache(cache()).optional().await.unwrap(), None);
    let grafana = client.send(EnableGrafana::new("orga_1")).cache(cache()).await.unwrap();
    assert_eq!(grafana.map(|grafana| grafana.id), Some(7));
}

#[tokio::test]
async fn grafana_is_read_reset_and_deleted() {
    let routes = Routes::new()
        .json(&format!("GET {GRAFANA}"), json!({"id": 7}))
        .json(&format!("POST {GRAFANA}/reset"), json!({}))
        .json(&format!("DELETE {GRAFANA}"), json!({}));
    check_one(&routes, GetGrafana::new("orga_1")).await;
    check_one(&routes, ResetGrafana::new("orga_1")).await;
    check_one(&routes, DisableGrafana::new("orga_1")).await;
}
