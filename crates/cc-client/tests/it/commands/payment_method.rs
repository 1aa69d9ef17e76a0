//! The commands of means of payment.

use cc_client::commands::payment::{
    CreatePaymentMethod, DeletePaymentMethod, ListPaymentMethod, SetPrimaryPaymentMethod,
};
use serde_json::{Value, json};

use super::harness::{Routes, check_one};

const METHODS: &str = "/v4/billing/organisations/orga_1/payments/methods";

fn card(token: &str, default: bool) -> Value {
    json!({"ownerId": "orga_1", "type": "CREDITCARD", "token": token, "isDefault": default, "number": "**** 4242"})
}

#[tokio::test]
async fn means_of_payment_are_listed_in_the_order_of_the_platform() {
    let routes =
        Routes::new().json(&format!("GET {METHODS}"), json!([card("pm_2", false), card("pm_1", true)]));
    check_one(&routes, ListPaymentMethod::new("orga_1")).await;
}

#[tokio::test]
async fn a_means_of_payment_is_added() {
    let routes = Routes::new().json(&format!("POST {METHODS}"), card("pm_1", false));
    check_one(&routes, CreatePaymentMethod::new("orga_1", "pm_1")).await;
}

#[tokio::test]
async fn a_means_of_payment_becomes_the_primary_one() {
    let routes = Routes::new().json(&format!("PUT {METHODS}/default"), card("pm_1", true));
    check_one(&routes, SetPrimaryPaymentMethod::new("orga_1", "pm_1")).await;
}

#[tokio::test]
async fn a_means_of_payment_is_deleted() {
    let routes = Routes::new().json(&format!("DELETE {METHODS}/pm_1"), json!({}));
    check_one(&routes, DeletePaymentMethod::new("orga_1", "pm_1")).await;
}
