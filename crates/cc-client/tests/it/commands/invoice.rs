//! The commands of invoices.

use cc_client::commands::billing::{
    GetInvoice, GetInvoiceHtml, GetInvoicePdf, GetInvoiceUrl, InvoiceFormat, ListInvoice, ListUnpaidInvoice,
};
use cc_client::{Client, Credentials, ErrorKind};
use serde_json::{Value, json};

use super::harness::{Routes, check, check_one};

const INVOICES: &str = "GET /v4/billing/organisations/orga_1/invoices";

fn money(amount: f64) -> Value {
    json!({"currency": "EUR", "amount": amount, "amount_formatted": amount.to_string(), "default_display": "€"})
}

fn address() -> Value {
    json!({
        "address_id": "address_1", "owner_id": "orga_1", "name": "Ada", "company": "Engines", "address": "1 rue",
        "city": "Nantes", "zipcode": "44000", "country_alpha2": "FR", "vat_number": "FR87524172699",
        "vat_percent": 20.0, "customer_cost_center": "R&D", "customer_purchase_order": "PO-1"
    })
}

fn summary(number: &str, date: &str) -> Value {
    json!({
        "invoice_number": number, "kind": "INVOICE", "owner_id": "orga_1", "category": "INVOICE", "status": "PAID",
        "address": address(), "emission_date": date, "pay_date": "2024-03-02T00:00:00Z", "currency": "EUR",
        "price_factor": 1.0, "discount": 0.0, "vat_percent": 20.0, "total_tax_excluded": money(10.0),
        "total_tax": money(2.0), "payment_provider": "STRIPE", "transaction_id": "pi_1", "customer_order_id": "CO-1",
        "kpi_compute_months": 1, "invoice_day_plan": 5
    })
}

/// An invoice with every line there is.
pub fn invoice() -> Value {
    let period = ["2024-02-01T00:00:00Z", "2024-03-01T00:00:00.000Z[UTC]"];
    json!({
        "invoice_number": "F1", "kind": "INVOICE", "origin": "automatic", "owner_id": "orga_1", "category": "INVOICE",
        "status": "PENDING", "address": address(), "emission_date": "2024-03-01T00:00:00Z", "pay_date": null,
        "consumption_begin_date": period[0], "consumption_end_date": period[1], "currency": "EUR",
        "kpi_compute_months": 1.0, "price_factor": 1.0, "discount": 0.0, "vat_percent": 20.0,
        "uptimes": [{
            "item_id": "item_1", "price": money(7.0), "app_id": "app_1", "owner_id": "orga_1", "category": "runtime",
            "sub_category": "node", "details": [{
                "instance_id": "instance_1", "flavor_name": "XS", "zone_id": "par", "runtime_policy_id": "policy_1",
                "price": money(7.0), "consumption_start": period[0], "consumption_end": period[1]
            }]
        }],
        "countables": [{
            "item_id": "item_2", "price": money(1.0), "app_id": "app_1", "owner_id": "orga_1",
            "service": "cellar.storage", "unit_name": "bytes", "zone_id": "par", "policy_id": "policy_2",
            "quantity": 1024.0, "plan_id": "plan_1", "duration": "P1M", "details_price": money(1.0),
            "category": "storage", "sub_category": "cellar", "details": [{
                "consumption_start": period[0], "consumption_end": period[1], "plan_id": "plan_1",
                "quantity": 1024.0, "price": money(1.0)
            }]
        }],
        "vendor_consumption": [{
            "item_id": "item_3", "price": money(1.0), "vendor_id": "vendor_1", "owner_id": "orga_1", "app_id": "app_1"
        }],
        "classic": [{
            "item_id": "item_4", "unit_price": money(1.0), "quantity": 1.0, "price_factor": 1.0, "discount": 0.0,
            "description": "Support", "sub_description": "Premium", "classic_billing_item_id": "classic_1",
            "owner_id": "orga_1", "category": "support", "sub_category": "premium"
        }],
        "unusable": [{
            "item_id": "item_5", "zone_id": "par", "flavor_name": "XS", "host": "hv-1", "image_type": "node",
            "start_date": "2024-02-03T04:05:06.789Z[UTC]", "end_date": "2024-02-03T05:05:06Z"
        }],
        "credit_balance_at_emission": money(0.0),
        "free_credits_available_this_period": [{"name": "Welcome", "remaining": money(3.0)}],
        "free_credits_available_next_period": [],
        "total_pending_upfront_before_emission": money(0.0), "upfront_credit_amount": money(0.0),
        "customer_order_id": "CO-1", "payment_provider": "STRIPE", "payment_method_id": "pm_1",
        "provider_transaction_id": null, "transaction_id": "pi_1", "provider_last_response": "ok",
        "vat_declaration_id": "vat_1", "wannabe_invoice_id": "draft_1", "total_tax_excluded": money(10.0),
        "total_tax": money(2.0)
    })
}

#[tokio::test]
async fn invoices_are_listed_by_the_date_of_their_emission() {
    let routes = Routes::new().json(
        INVOICES,
        json!([
            summary("F2", "2024-03-01T00:00:00Z"),
            summary("F1", "2024-02-01T00:00:00Z"),
            {"invoice_number": "F0"}
        ]),
    );
    let required = ListInvoice::new("orga_1");
    let date: cc_client::Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let all = required.clone().since(date).until(date).limit(3);
    check(&routes, required, all).await;
}

#[tokio::test]
async fn unpaid_invoices_are_listed_by_the_date_of_their_emission() {
    let list = json!([summary("F2", "2024-03-01T00:00:00Z"), summary("F1", "2024-02-01T00:00:00Z")]);
    let routes = Routes::new().json(&format!("{INVOICES}/unpaid"), list);
    check_one(&routes, ListUnpaidInvoice::new("orga_1")).await;
}

#[tokio::test]
async fn an_invoice_is_read_with_its_lines() {
    let routes = Routes::new().json(&format!("{INVOICES}/F1"), invoice());
    check_one(&routes, GetInvoice::new("orga_1", "F1")).await;
}

#[tokio::test]
async fn an_invoice_may_lack_all_but_its_number() {
    let routes = Routes::new().json(&format!("{INVOICES}/F1"), json!({"invoice_number": "F1"}));
    let told = routes.tell([
        ("an invoice with nothing in it", GetInvoice::new("orga_1", "F1")),
        ("no invoice", GetInvoice::new("orga_1", "F9")),
    ]);
    super::harness::compare("GetInvoice.bare", &told.await);
}

#[tokio::test]
async fn an_invoice_is_read_as_a_web_page_and_as_a_document() {
    let routes = Routes::new().text(&format!("{INVOICES}/F1.html"), "text/html", "<h1>F1</h1>").text(
        &format!("{INVOICES}/F1.pdf"),
        "application/pdf",
        "%PDF-1.7",
    );
    check_one(&routes, GetInvoiceHtml::new("orga_1", "F1")).await;
    check_one(&routes, GetInvoicePdf::new("orga_1", "F1")).await;
}

#[tokio::test]
async fn the_address_of_an_invoice_carries_the_credentials_and_costs_no_request() {
    let client = Client::builder().credentials(Credentials::api_token("t0k")).build().unwrap();
    for (format, end) in [(InvoiceFormat::Html, "html"), (InvoiceFormat::Pdf, "pdf")] {
        let url = client.url(GetInvoiceUrl::new("orga_1", "F 1", format)).await.unwrap();
        let path = format!("v4/billing/organisations/orga_1/invoices/F%201.{end}");
        let expected =
            format!("https://api-bridge.clever-cloud.com/{path}?authorization=QmVhcmVyIHQwaw%3D%3D");
        assert_eq!(url.expose(), expected);
    }
    let anonymous = Client::builder().build().unwrap();
    let url = anonymous.url(GetInvoiceUrl::new("orga_1", "F1", InvoiceFormat::Pdf)).await.unwrap();
    assert_eq!(url.expose(), "https://api.clever-cloud.com/v4/billing/organisations/orga_1/invoices/F1.pdf");
    let error = client.url(GetInvoiceUrl::new("..", "F1", InvoiceFormat::Pdf)).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::InvalidInput, Some("GetInvoiceUrl")));
}

#[cfg(feature = "catalog")]
#[tokio::test]
async fn the_catalogue_gives_the_address_of_an_invoice_as_text() {
    let client = Client::builder().build().unwrap();
    let input = json!({"ownerId": "orga_1", "invoiceNumber": "F1", "format": "html"});
    let output = cc_client::catalog::dispatch(&client, "GetInvoiceUrl", input).await.unwrap();
    let url = "https://api.clever-cloud.com/v4/billing/organisations/orga_1/invoices/F1.html";
    assert_eq!(output, serde_json::json!({ "result": url }));
    let input = json!({"ownerId": "orga_1", "invoiceNumber": "F1", "format": "doc"});
    let error = cc_client::catalog::dispatch(&client, "GetInvoiceUrl", input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
