//! The command of the price system.

use cc_client::commands::billing::GetPriceSystem;
use serde_json::json;

use super::harness::{Routes, check_one};

#[tokio::test]
async fn prices_are_read_the_lowest_first() {
    let prices = json!({
        "zone_id": "par",
        "currency": "EUR",
        "runtime": [
            {"runtime_policy_id": "p_2", "source": "node", "flavor": "S", "time_unit": "PT1H", "price": 0.04, "slug_id": "Apps.S"},
            {"runtime_policy_id": "p_1", "source": "node", "flavor": "XS", "time_unit": "PT1H", "price": 0.02, "slug_id": "apps.XS"}
        ],
        "countable": [{
            "countable_policy_id": "c_1",
            "service": "cellar.storage",
            "data_unit": "bytes",
            "data_quantity_for_price": {"secability": "insecable", "quantity": 1_073_741_824_i64},
            "time_interval_for_price": {"secability": "SECABLE", "interval": 3600},
            "price_plans": [
                {"plan_id": "more", "price": 0.03},
                {"plan_id": "free", "max_quantity": 100, "price": 0}
            ]
        }, {
            "countable_policy_id": "c_0", "service": "cellar.traffic", "data_unit": "bytes", "price_plans": []
        }]
    });
    let routes = Routes::new().json("GET /v4/billing/organisations/orga_1/price-system", prices);
    check_one(&routes, GetPriceSystem::new("orga_1", "par")).await;
}
