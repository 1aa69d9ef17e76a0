//! The command of Warp 10 tokens.

use cc_client::commands::metrics::GetWarpToken;
use cc_client::commands::metrics::model::StatsApplication;
use serde_json::json;

use super::harness::{Routes, compare};

#[tokio::test]
async fn a_token_is_made_for_an_application_or_an_owner() {
    let token = json!({
        "token": "t0k3n",
        "expiresAt": "2024-05-07T08:00:00.123456Z",
        "createdAt": "2024-05-02T08:00:00.123456Z",
        "scope": "READ",
        "applications": ["metrics", "more"]
    });
    let routes = Routes::new()
        .json("POST /v4/stats/organisations/orga_1/resources/app_1/tokens/read", token.clone())
        .json("POST /v4/stats/organisations/orga_1/tokens/read", token);
    let application = GetWarpToken::of_application("app_1");
    let owner = GetWarpToken::of_owner("orga_1");
    let which = [StatsApplication::Metrics, StatsApplication::MetricsAccesslogs];
    let all = application.clone().owner_id("orga_1").applications(which.clone()).ttl("P5D");
    let told = routes.tell([
        ("of an application, required inputs", application),
        ("of an application, all inputs", all),
        ("of an owner, required inputs", owner.clone()),
        ("of an owner, all inputs", owner.clone().applications(which).ttl("P5D")),
        ("for nothing in particular", owner.applications(Vec::<StatsApplication>::new())),
        ("of nobody", GetWarpToken::default()),
    ]);
    compare("GetWarpToken", &told.await);
}
