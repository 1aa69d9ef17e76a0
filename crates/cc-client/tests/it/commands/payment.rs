//! The commands of payments.

use cc_client::commands::billing::{AuthorizePaypal, AuthorizeStripe, InitPaypal, InitStripe};
use cc_client::commands::payment::GetStripeIntent;
use serde_json::json;

use super::harness::{Routes, check, check_one};

const PAYMENTS: &str = "/v4/billing/organisations/orga_1/invoices/F1/payments";

#[tokio::test]
async fn a_payment_with_paypal_is_started_and_goes_through() {
    let invoice = json!({"invoice_number": "F1", "status": "PROCESSING"});
    let routes = Routes::new()
        .json(&format!("POST {PAYMENTS}/paypal"), json!({"url": "https://paypal.test/pay"}))
        .json(&format!("PUT {PAYMENTS}/paypal/tx_1"), invoice);
    check_one(&routes, InitPaypal::new("orga_1", "F1")).await;
    check_one(&routes, AuthorizePaypal::new("orga_1", "F1", "tx_1")).await;
}

#[tokio::test]
async fn a_payment_with_stripe_is_started_and_goes_through() {
    let invoice = json!({"invoice_number": "F1", "status": "PROCESSING", "payment_provider": "STRIPE"});
    let routes = Routes::new()
        .json(&format!("POST {PAYMENTS}/stripe"), invoice.clone())
        .json(&format!("PUT {PAYMENTS}/stripe/pi_1"), invoice);
    check_one(&routes, InitStripe::new("orga_1", "F1")).await;
    check_one(&routes, AuthorizeStripe::new("orga_1", "F1", "pi_1")).await;
}

#[tokio::test]
async fn a_stripe_intent_is_made() {
    let intent = json!({"id": "seti_1", "clientSecret": "seti_1_secret", "customer": "cus_1", "other": 1});
    let routes = Routes::new().json("GET /v4/billing/organisations/orga_1/payments/stripe/intent", intent);
    let required = GetStripeIntent::new("orga_1");
    let all = required.clone().type_("card");
    check(&routes, required, all).await;
}
