//! Invoices of an owner.

pub use crate::generated::commands::invoice::*;

pub mod model;
mod url;

pub use url::InvoiceFormat;
