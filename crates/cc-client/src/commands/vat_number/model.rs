//! What the commands of VAT numbers give back.

use crate::model::model;

model! {
    /// Whether a VAT number is valid, and whose it is.
    pub struct VatCheck: |wire: cc_api_billing::types::VatCheck| {
        /// Whether it is valid.
        valid: bool = wire.valid,
        /// Name of its holder, when it is valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String> = wire.name.filter(|_| wire.valid),
        /// Address of its holder, when it is valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String> = wire.address.filter(|_| wire.valid),
    }
}
