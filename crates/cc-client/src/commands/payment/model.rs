//! Outputs of the commands of payments.

#[cfg(feature = "billing")]
pub use cc_api_billing::types::PaypalPayment;
#[cfg(feature = "payment")]
pub use cc_api_payment::types::StripeIntent;

/// The invoice that is paid.
#[cfg(feature = "billing")]
pub type Invoice = crate::commands::invoice::model::Invoice;
