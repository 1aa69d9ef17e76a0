//! The command of Heptapod.

use cc_client::commands::product::GetHeptapodPriceEstimation;
use serde_json::json;

use super::harness::{Routes, check_one};

#[tokio::test]
async fn the_price_of_heptapod_is_estimated() {
    let estimation =
        json!({"public_active_users": 3, "private_active_users": 2, "storage": 1.5, "price": 14.0});
    let routes = Routes::new().json("GET /v2/saas/heptapod/orga_1/heptapod.host/price-prevision", estimation);
    check_one(&routes, GetHeptapodPriceEstimation::new("orga_1")).await;
}
