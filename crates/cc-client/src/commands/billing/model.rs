//! Outputs of the commands of billing. The lines of an invoice are in [`lines`].

mod credits;
mod invoice;
mod price_system;
mod vat_number;

pub use cc_api_billing::types::PaypalPayment;
pub use credits::*;
pub use invoice::*;
pub use price_system::*;
pub use vat_number::*;
