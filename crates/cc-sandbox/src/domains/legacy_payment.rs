//! Payments of v2: the same payment methods and invoices as in v4, in other words, and orders of credits.

use serde_json::{Value, json};

use super::{Handler, billing};
use crate::engine::reply::{Content, Outcome, Refusal, Reply, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Invoice, Keys, Owned, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_legacy_payment_methods", methods),
    ("create_legacy_payment_method", create_method),
    ("delete_legacy_payment_method", delete_method),
    ("get_legacy_default_payment_method", default_method),
    ("set_legacy_default_payment_method", set_default_method),
    ("list_legacy_invoices", invoices),
    ("list_legacy_unpaid_invoices", invoices),
    ("get_legacy_invoice", invoice),
    ("get_legacy_invoice_pdf", pdf),
    ("buy_legacy_credits", order),
    ("delete_legacy_order", delete_order),
    ("choose_legacy_payment_provider", choose_provider),
    ("end_legacy_stripe_payment", pay),
    ("update_legacy_stripe_payment", pay),
    ("authorize_legacy_paypal_transaction", pay),
    ("cancel_legacy_paypal_transaction", cancel),
    ("update_external_invoice", pay_external),
    ("get_legacy_full_price", full_price),
    ("get_legacy_monthly_invoice", monthly),
    ("set_legacy_max_credits", set_max_credits),
    ("get_legacy_recurring_payment", recurring),
    ("delete_legacy_recurring_payment", delete_recurring),
    ("get_legacy_credits", credits),
    ("get_payment_info", payment_info),
    ("init_paypal_payment", init_paypal),
    ("init_stripe_payment", init_stripe),
];

/// Price of an order of credits, without tax, if the body names no quantity.
const PRICE: f64 = 10.0;

fn methods(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.payment_methods.values().filter(|method| method.owner == request.owner());
    json_of(own.map(|method| method.wire.clone()).collect::<Value>())
}

fn create_method(world: &mut World, request: &Request<'_>) -> Outcome {
    let owner = request.owner().to_owned();
    let token = match request.text("token") {
        "" => format!("pm_{}", world.uuid("payment-method")),
        token => token.to_owned(),
    };
    // The body says whether the card is new, the answer what kind of method it is.
    let kind = match request.body["type"].as_str() {
        None | Some("NEW_CARD" | "EXISTING_CARD") => "CREDITCARD",
        Some(kind) => kind,
    };
    let first = !world.payment_methods.values().any(|method| method.owner == owner);
    let wire = json!({
        "ownerId": owner, "type": kind, "token": token, "isDefault": first, "number": "4242", "isExpired": false,
    });
    world.payment_methods.insert(token, Owned { owner, wire: wire.clone() });
    json_of(wire)
}

fn delete_method(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("paymentMethodId");
    let is_own = world.payment_methods.get(id).is_some_and(|method| method.owner == request.owner());
    if !is_own {
        return Err(Refusal::not_found("Payment method", id));
    }
    world.payment_methods.shift_remove(id);
    done()
}

fn default_method(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut own = world.payment_methods.values().filter(|method| method.owner == request.owner());
    let found = own.find(|method| method.wire["isDefault"] == true);
    json_of(
        found.ok_or_else(|| Refusal::not_found("Default payment method of", request.owner()))?.wire.clone(),
    )
}

fn set_default_method(world: &mut World, request: &Request<'_>) -> Outcome {
    let token = request.text("token");
    let own = |method: &&mut Owned| method.owner == request.owner();
    if world.payment_methods.get(token).is_none_or(|method| method.owner != request.owner()) {
        return Err(Refusal::not_found("Payment method", token));
    }
    for method in world.payment_methods.values_mut().filter(own) {
        method.wire["isDefault"] = (method.wire["token"] == token).into();
    }
    json_of(world.payment_methods[token].wire.clone())
}

/// An invoice in the words of v2.
fn wire(invoice: &Invoice) -> Value {
    let own = &invoice.wire;
    let address = &own["address"];
    json!({
        "id": own["invoice_number"],
        "number": own["invoice_number"],
        "type": "INVOICE",
        "status": own["status"],
        "emissionDate": own["emission_date"],
        "paymentDate": own["pay_date"],
        "name": address["name"],
        "company": address["company"],
        "target": "organisation",
        "targetId": invoice.owner,
        "address": address["address"],
        "zipCode": address["zipcode"],
        "city": address["city"],
        "countryCode": address["country_alpha2"],
        "vatNumber": address["vat_number"],
        "vatRate": 20.0,
        "lines": [],
        "originalTotal": own["total_tax_excluded"]["amount"],
        "totalTTC": own["total_tax"]["amount"],
        "currency": "EUR",
    })
}

fn invoices(world: &mut World, request: &Request<'_>) -> Outcome {
    let unpaid = request.operation.id.contains("unpaid");
    let own = world.invoices.values().filter(|invoice| invoice.owner == request.owner());
    let wanted = own.filter(|invoice| !unpaid || invoice.wire["status"] == "PENDING");
    json_of(wanted.map(wire).collect::<Value>())
}

/// The invoice of the path; of the owner of the path, if it names one.
fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Invoice, Refusal> {
    let number = request.param("invoiceNumber");
    let owner = request.path.get("ownerId");
    let found =
        world.invoices.get_mut(number).filter(|invoice| owner.is_none_or(|owner| invoice.owner == *owner));
    found.ok_or_else(|| Refusal::not_found("Invoice", number))
}

fn invoice(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(wire(find(world, request)?))
}

fn pdf(world: &mut World, request: &Request<'_>) -> Outcome {
    Ok(Reply::from(Content::Bytes(billing::document(&find(world, request)?.wire))))
}

fn order(world: &mut World, request: &Request<'_>) -> Outcome {
    let quantity = request.body["dropQuantity"].as_f64().unwrap_or(1.0).max(0.0);
    let now = world.now;
    let number = billing::make(world, request.owner(), now, PRICE * quantity, false);
    json_of(world.invoices.get(&number).map(wire).unwrap_or_default())
}

fn delete_order(world: &mut World, request: &Request<'_>) -> Outcome {
    let invoice = find(world, request)?;
    if invoice.wire["status"] != "PENDING" {
        return Err(refusals::ORDER_DONE.with([]));
    }
    world.invoices.shift_remove(request.param("invoiceNumber"));
    done()
}

fn choose_provider(world: &mut World, request: &Request<'_>) -> Outcome {
    let invoice = find(world, request)?;
    invoice.wire["payment_provider"] = request.text("provider").to_lowercase().into();
    json_of(json!({ "url": format!("https://payment.sandbox.example/{}", request.param("invoiceNumber")) }))
}

fn pay(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now.to_string();
    let invoice = find(world, request)?;
    if invoice.wire["status"] != "PENDING" {
        return Err(refusals::NOT_PAYABLE.with([]));
    }
    invoice.wire["status"] = "PAID".into();
    invoice.wire["pay_date"] = now.into();
    json_of(wire(invoice))
}

fn pay_external(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now.to_string();
    let invoice = find(world, request)?;
    if matches!(request.text("status"), "confirmed" | "complete" | "CONFIRMED" | "COMPLETE" | "paid" | "PAID")
    {
        invoice.wire["status"] = "PAID".into();
        invoice.wire["pay_date"] = now.into();
    }
    json_of(json!({}))
}

fn cancel(world: &mut World, request: &Request<'_>) -> Outcome {
    let invoice = find(world, request)?;
    if invoice.wire["status"] != "PENDING" {
        return Err(Refusal::not_found("Transaction", request.param("invoiceNumber")));
    }
    invoice.wire["transaction_id"] = Value::Null;
    json_of(json!({}))
}

fn full_price(_: &mut World, request: &Request<'_>) -> Outcome {
    let price = request.param("price");
    let free: i64 = price.parse::<f64>().map_err(|_| refusals::NOT_A_PRICE.with([price]))?.round() as i64;
    json_of(
        json!({ "price": free + free / 5, "taxFreePrice": free, "vatRatio": 20, "invoicedOwner": request.owner() }),
    )
}

/// Documents of an owner that only v2 knows, as rows of these names.
const LIMIT: &str = "payments/max-credits";
const STOPPED: &str = "payments/stopped";

fn of_owner(request: &Request<'_>) -> Keys {
    Keys::from([("ownerId".to_owned(), request.owner().to_owned())])
}

fn monthly(world: &mut World, request: &Request<'_>) -> Outcome {
    let limit =
        world.collections.find(LIMIT, &of_owner(request)).and_then(|row| row.value.get("max").cloned());
    json_of(json!({ "ownerId": request.owner(), "maxCredit": limit, "currency": "EUR" }))
}

fn set_max_credits(world: &mut World, request: &Request<'_>) -> Outcome {
    let keys = of_owner(request);
    world.collections.remove(LIMIT, &keys);
    let value = request.body.as_object().cloned().unwrap_or_default();
    world.collections.add(LIMIT, Row { keys, value, changes: Vec::new() });
    json_of(json!({}))
}

fn recurring(world: &mut World, request: &Request<'_>) -> Outcome {
    if world.collections.find(STOPPED, &of_owner(request)).is_some() {
        return Err(Refusal::not_found("Recurring payment of", request.owner()));
    }
    json_of(json!({ "thresholdAmount": 100.0, "monthlyAmount": 50.0, "currency": "EUR" }))
}

fn delete_recurring(world: &mut World, request: &Request<'_>) -> Outcome {
    recurring(world, request)?;
    world.collections.add(STOPPED, Row { keys: of_owner(request), ..Row::default() });
    json_of(json!({}))
}

fn credits(world: &mut World, request: &Request<'_>) -> Outcome {
    let free = if world.coupons.contains(request.owner()) { 20.0 } else { 0.0 };
    json_of(json!({ "ownerId": request.owner(), "count": 100.0 + free }))
}

fn payment_info(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = world.owners.get(request.owner()).map(|owner| owner.wire["name"].clone());
    json_of(json!({
        "fromOrga": request.owner().starts_with("orga_"),
        "name": name,
        "company": "Sandbox",
        "address": "1 rue du Bac à sable",
        "zipCode": "44000",
        "city": "Nantes",
        "country": "FR",
        "vatNumber": "FR00000000000",
        "errors": {},
    }))
}

fn init_paypal(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    json_of(json!({ "url": format!("https://paypal.sandbox.example/{}", request.param("invoiceNumber")) }))
}

fn init_stripe(world: &mut World, request: &Request<'_>) -> Outcome {
    let invoice = find(world, request)?;
    invoice.wire["payment_provider"] = "stripe".into();
    json_of(invoice.wire.clone())
}
