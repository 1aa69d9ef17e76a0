//! Billing: invoices, credits, prices and VAT numbers.

pub use crate::generated::commands::billing::*;

mod credits;
mod invoice;
pub mod model;
mod vat_number;

pub use invoice::InvoiceFormat;
