//! Invoices, credits and coupons.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Handler, limited, read_date};
use crate::engine::reply::{Content, Outcome, Refusal, Reply, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Invoice, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_invoices", list),
    ("list_unpaid_invoices", list_unpaid),
    ("get_invoice", get),
    ("get_invoice_html", html),
    ("get_invoice_pdf", pdf),
    ("authorize_paypal_payment", pay),
    ("authorize_stripe_payment", pay),
    ("get_credits_summary", credits),
    ("activate_coupon", activate_coupon),
];

/// Length of the period that an invoice bills.
const BILLED: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// The one coupon that is good, once an owner.
const COUPON: &str = "SANDBOX";

fn of_owner<'a>(world: &'a World, request: &Request<'_>) -> impl Iterator<Item = &'a Invoice> {
    world.invoices.values().filter(move |invoice| invoice.owner == request.owner())
}

fn find<'a>(world: &'a World, request: &Request<'_>) -> Result<&'a Invoice, Refusal> {
    let number = request.param("invoiceNumber");
    let invoice = world.invoices.get(number).filter(|invoice| invoice.owner == request.owner());
    invoice.ok_or_else(|| Refusal::not_found("Invoice", number))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let date = |name: &str| request.query(name).map(read_date).transpose();
    let (since, until) = (date("since")?, date("until")?);
    let found = of_owner(world, request)
        .filter(|invoice| since.is_none_or(|since| invoice.emitted >= since))
        .filter(|invoice| until.is_none_or(|until| invoice.emitted <= until));
    limited(found.map(|invoice| invoice.wire.clone()).collect(), request)
}

fn list_unpaid(world: &mut World, request: &Request<'_>) -> Outcome {
    let found = of_owner(world, request).filter(|invoice| invoice.wire["status"] == "PENDING");
    json_of(found.map(|invoice| invoice.wire.clone()).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.wire.clone())
}

fn html(world: &mut World, request: &Request<'_>) -> Outcome {
    let wire = &find(world, request)?.wire;
    let number = wire["invoice_number"].as_str().unwrap_or_default();
    let page = format!(
        "<!doctype html>\n<title>Invoice {number}</title>\n<h1>Invoice {number}</h1>\n<p>Total: {} EUR</p>\n",
        wire["total_tax"]["amount"]
    );
    Ok(Reply::from(Content::Text(page)))
}

fn pdf(world: &mut World, request: &Request<'_>) -> Outcome {
    Ok(Reply::from(Content::Bytes(document(&find(world, request)?.wire))))
}

/// An invoice as a PDF.
pub(super) fn document(wire: &Value) -> Bytes {
    let text = |name: &str| wire[name].as_str().unwrap_or_default();
    super::pdf::page(&[
        format!("Invoice {}", text("invoice_number")),
        format!("Status: {}", text("status")),
        format!("Total: {} EUR", wire["total_tax"]["amount"]),
    ])
}

fn pay(world: &mut World, request: &Request<'_>) -> Outcome {
    let number = find(world, request)?.wire["invoice_number"].clone();
    let now = world.now.to_string();
    let invoice = number.as_str().and_then(|number| world.invoices.get_mut(number));
    let Some(invoice) = invoice else {
        return Err(Refusal::not_found("Invoice", request.param("invoiceNumber")));
    };
    if invoice.wire["status"] != "PENDING" {
        return Err(refusals::NOT_PAYABLE.with([]));
    }
    invoice.wire["status"] = "PAID".into();
    invoice.wire["pay_date"] = now.into();
    json_of(invoice.wire.clone())
}

fn credits(world: &mut World, request: &Request<'_>) -> Outcome {
    let free = if world.coupons.contains(request.owner()) { 20.0 } else { 0.0 };
    json_of(json!({ "prepaidCredit": 100.0, "freeCredit": free, "currency": "EUR" }))
}

fn activate_coupon(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.text("name");
    if name != COUPON {
        return Err(refusals::UNKNOWN_COUPON.with([name]));
    }
    if !world.coupons.insert(request.owner().to_owned()) {
        return Err(refusals::COUPON_USED.with([name]));
    }
    Ok(Reply::default())
}

/// Creates an invoice of this amount, without tax, and returns its number.
pub(crate) fn make(
    world: &mut World,
    owner: &str,
    emitted: jiff::Timestamp,
    amount: f64,
    paid: bool,
) -> String {
    let number = format!("F{}-{:05}", emitted.strftime("%Y%m"), world.invoices.len() + 1);
    let money = |amount: f64| {
        let formatted = format!("{amount:.2}");
        json!({
            "currency": "EUR",
            "amount": amount,
            "amount_formatted": formatted,
            "default_display": format!("{formatted} €"),
        })
    };
    let wire = json!({
        "invoice_number": number,
        "kind": "INVOICE",
        "origin": "automatic",
        "owner_id": owner,
        "category": "invoice",
        "status": if paid { "PAID" } else { "PENDING" },
        "address": {
            "address_id": format!("address_{}", world.fixed_uuid(&["address", owner])),
            "owner_id": owner,
            "name": "Sandbox User",
            "company": "Sandbox",
            "address": "1 rue du Bac à sable",
            "city": "Nantes",
            "zipcode": "44000",
            "country_alpha2": "FR",
            "vat_number": "FR00000000000",
            "vat_percent": 20.0,
            "customer_cost_center": "Sandbox cost centre",
            "customer_purchase_order": "PO-00001",
        },
        "emission_date": emitted.to_string(),
        "pay_date": paid.then(|| emitted.to_string()),
        "consumption_begin_date": emitted.checked_sub(BILLED).unwrap_or(emitted).to_string(),
        "consumption_end_date": emitted.to_string(),
        "currency": "EUR",
        "kpi_compute_months": 1,
        "price_factor": 1.0,
        "discount": 0.0,
        "vat_percent": 20.0,
        "total_tax_excluded": money(amount),
        "total_tax": money(amount * 1.2),
        "credit_balance_at_emission": money(0.0),
        "total_pending_upfront_before_emission": money(0.0),
        "upfront_credit_amount": money(0.0),
        "payment_provider": paid.then_some("stripe"),
        "transaction_id": null,
        "customer_order_id": null,
    });
    world.invoices.insert(number.clone(), Invoice { owner: owner.to_owned(), emitted, wire });
    number
}
