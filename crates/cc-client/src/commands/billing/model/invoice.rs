//! Outputs of the commands of invoices. The lines of an invoice are in [`lines`].

pub mod lines;

use cc_api_billing::types as wire;
use cc_runtime::{Decimal, InvoiceNumber, OwnerId, Timestamp};

use crate::declare::model;
use crate::lists::each;
use lines::{
    InvoiceClassicItem, InvoiceCountable, InvoiceUnusableTime, InvoiceUptime, InvoiceVendorConsumption,
};

pub use cc_runtime::Money;
pub use wire::{InvoiceOrigin, InvoiceStatus};

model! {
    /// An invoice without its lines.
    pub struct InvoiceSummary: |wire: wire::InvoiceSummary| {
        /// Number of the invoice.
        invoice_number: InvoiceNumber = wire.invoice_number,
        /// Kind of invoice.
        kind: String = wire.kind,
        /// Category of invoice.
        category: Option<String> = wire.category,
        /// The owner that it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Billing address.
        address: Option<InvoiceAddress> = wire.address.map(Into::into),
        /// Date of issue.
        emission_date: Option<Timestamp> = wire.emission_date,
        /// Date of the payment.
        pay_date: Option<Timestamp> = wire.pay_date,
        /// State of the invoice.
        status: InvoiceStatus = wire.status,
        /// Currency as ISO 4217, such as `EUR`.
        currency: String = wire.currency,
        /// Number of months it counts for in statistics.
        kpi_compute_months: Option<i32> = wire.kpi_compute_months,
        /// Factor by which prices are multiplied.
        price_factor: Option<Decimal> = wire.price_factor,
        /// Discount.
        discount: Option<Decimal> = wire.discount,
        /// VAT rate, in percent.
        vat_percent: Option<Decimal> = wire.vat_percent,
        /// Total without VAT.
        total_tax_excluded: Option<Money> = wire.total_tax_excluded,
        /// VAT of the total.
        total_tax: Option<Money> = wire.total_tax,
        /// Provider of the payment.
        payment_provider: Option<String> = wire.payment_provider,
        /// Id of the payment at its provider.
        transaction_id: Option<String> = wire.transaction_id,
        /// The customer's own reference.
        customer_order_id: Option<String> = wire.customer_order_id,
        /// Day of the month it is planned for.
        invoice_day_plan: Option<i32> = wire.invoice_day_plan,
    }
}

crate::declare::ids_of! { InvoiceSummary { invoice_number => InvoiceNumber } }

model! {
    /// An invoice.
    pub struct Invoice: |wire: wire::Invoice| {
        /// Number of the invoice.
        invoice_number: InvoiceNumber = wire.invoice_number,
        /// Kind of invoice.
        kind: String = wire.kind,
        /// Origin of the invoice.
        origin: Option<InvoiceOrigin> = wire.origin,
        /// Category of invoice.
        category: Option<String> = wire.category,
        /// The owner that it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Billing address.
        address: Option<InvoiceAddress> = wire.address.map(Into::into),
        /// Date of issue.
        emission_date: Option<Timestamp> = wire.emission_date,
        /// Date of the payment.
        pay_date: Option<Timestamp> = wire.pay_date,
        /// State of the invoice.
        status: InvoiceStatus = wire.status,
        /// Start of the period it is for.
        consumption_start_date: Option<Timestamp> = wire.consumption_begin_date,
        /// End of the period it is for.
        consumption_end_date: Option<Timestamp> = wire.consumption_end_date,
        /// Currency as ISO 4217, such as `EUR`.
        currency: String = wire.currency,
        /// Number of months it counts for in statistics.
        kpi_compute_months: Option<f64> = wire.kpi_compute_months,
        /// Factor by which prices are multiplied.
        price_factor: Option<Decimal> = wire.price_factor,
        /// Discount.
        discount: Option<Decimal> = wire.discount,
        /// VAT rate, in percent.
        vat_percent: Option<Decimal> = wire.vat_percent,
        /// Lines for time that instances ran.
        uptimes: Vec<InvoiceUptime> = each(wire.uptimes),
        /// Lines for metered quantities, such as storage.
        countables: Vec<InvoiceCountable> = each(wire.countables),
        /// Lines for add-ons of other vendors.
        vendor_consumption: Vec<InvoiceVendorConsumption> = each(wire.vendor_consumption),
        /// Other lines.
        classic: Vec<InvoiceClassicItem> = each(wire.classic),
        /// Times when an instance could not be used.
        unusable: Vec<InvoiceUnusableTime> = each(wire.unusable),
        /// Credits left when it was issued.
        credit_balance_at_emission: Option<Money> = wire.credit_balance_at_emission,
        /// Free credits for its period.
        free_credits_available_this_period: Vec<InvoiceFreeCredit> = each(wire.free_credits_available_this_period),
        /// Free credits for the period after.
        free_credits_available_next_period: Vec<InvoiceFreeCredit> = each(wire.free_credits_available_next_period),
        /// Advance payments that were pending before it was issued.
        total_pending_upfront_before_emission: Option<Money> =
            wire.total_pending_upfront_before_emission,
        /// Credits bought in advance.
        upfront_credit_amount: Option<Money> = wire.upfront_credit_amount,
        /// The customer's own reference.
        customer_order_id: Option<String> = wire.customer_order_id,
        /// Provider of the payment.
        payment_provider: Option<String> = wire.payment_provider,
        /// Method the payment is taken with.
        payment_method_id: Option<String> = wire.payment_method_id,
        /// Id of the payment at its provider.
        provider_transaction_id: Option<String> = wire.provider_transaction_id.or(wire.transaction_id),
        /// Latest answer of the provider.
        provider_last_response: Option<String> = wire.provider_last_response,
        /// VAT declaration it is in.
        vat_declaration_id: Option<String> = wire.vat_declaration_id,
        /// Draft it was made from.
        wannabe_invoice_id: Option<String> = wire.wannabe_invoice_id,
        /// Total without VAT.
        total_tax_excluded: Option<Money> = wire.total_tax_excluded,
        /// VAT of the total.
        total_tax: Option<Money> = wire.total_tax,
    }
}

crate::declare::ids_of! { Invoice { invoice_number => InvoiceNumber } }

model! {
    /// Billing address of an invoice.
    pub struct InvoiceAddress: |wire: wire::InvoiceAddress| {
        /// Id of the address.
        id: Option<String> = wire.address_id,
        /// The owner that the address belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Name of a person.
        name: Option<String> = wire.name,
        /// Name of a company.
        company: Option<String> = wire.company,
        /// Street and number.
        address: Option<String> = wire.address,
        /// City.
        city: Option<String> = wire.city,
        /// Postal code.
        zipcode: Option<String> = wire.zipcode,
        /// Country as ISO 3166-1 alpha-2, such as `FR`.
        country: Option<String> = wire.country_alpha2,
        /// VAT number.
        vat_number: Option<String> = wire.vat_number,
        /// VAT rate, in percent.
        vat_percent: Option<Decimal> = wire.vat_percent,
        /// The customer's own cost centre.
        customer_cost_center: Option<String> = wire.customer_cost_center,
        /// The customer's own purchase order.
        customer_purchase_order: Option<String> = wire.customer_purchase_order,
    }
}

model! {
    /// Free credits, such as those of a coupon.
    pub struct InvoiceFreeCredit: |wire: wire::InvoiceFreeCredit| {
        /// Origin of the credits.
        name: String = wire.name,
        /// Remaining amount.
        remaining: Option<Money> = wire.remaining,
    }
}
