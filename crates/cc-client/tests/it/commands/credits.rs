//! The commands of credits.

use cc_client::commands::billing::{ActivateCoupon, GetCreditsSummary};
use serde_json::json;

use super::harness::{Routes, check_one};
use crate::support::Platform;

#[tokio::test]
async fn the_credits_of_an_owner_are_read() {
    let summary = json!({"prepaidCredit": 12.5, "freeCredit": 3, "currency": "EUR"});
    let routes = Routes::new().json("GET /v4/billing/organisations/orga_1/credits/summary", summary);
    check_one(&routes, GetCreditsSummary::new("orga_1")).await;
}

#[tokio::test]
async fn a_coupon_is_applied() {
    let applied = json!({
        "coupon_name": "WELCOME",
        "usageDate": "2024-05-02T08:00:00Z",
        "freeCreditsStartDate": "2024-05-02T08:00:00Z",
        "freeCreditsEndDate": "2024-06-02T08:00:00Z",
        "appliedByUserId": "user_1"
    });
    let routes = Routes::new().json("POST /v4/billing/organisations/orga_1/applied-coupons", applied);
    check_one(&routes, ActivateCoupon::new("orga_1", "WELCOME")).await;
}

#[tokio::test]
async fn a_coupon_that_is_refused_says_why() {
    for (code, name) in [
        ("10001", "clever.credits.coupon.not-found"),
        ("10011", "clever.credits.coupon.already-activated"),
        ("10099", "10099"),
    ] {
        let platform = Platform::new(move |_, _| (400, json!({"code": code, "error": "no"}).to_string()));
        let error = platform.client().send(ActivateCoupon::new("orga_1", "WELCOME")).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (name, Some("no")));
    }
}
