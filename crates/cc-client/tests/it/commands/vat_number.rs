//! The command of VAT numbers.

use cc_client::commands::billing::CheckVatNumber;
use serde_json::json;

use super::harness::{Routes, compare};

#[tokio::test]
async fn a_vat_number_is_checked_with_or_without_the_prefix_of_its_country() {
    let valid = Routes::new()
        .json("GET /v2/vat_check", json!({"valid": true, "name": "ENGINES", "address": "1 RUE", "more": 1}));
    let told = valid.tell([
        ("with the prefix", CheckVatNumber::new("FR", "FR87524172699")),
        ("without the prefix", CheckVatNumber::new("FR", "87524172699")),
    ]);
    let mut told = told.await;
    let invalid =
        Routes::new().json("GET /v2/vat_check", json!({"valid": false, "name": "---", "address": "---"}));
    told += &invalid.tell([("not valid", CheckVatNumber::new("GR", "EL094259216"))]).await;
    compare("CheckVatNumber", &told);
}
