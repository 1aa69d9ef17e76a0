//! Outputs of the commands of VAT numbers.

use crate::declare::model;

model! {
    /// Validity and holder of a VAT number.
    pub struct VatCheck: |wire: cc_api_billing::types::VatCheck| {
        /// `true` if the number is valid.
        valid: bool = wire.valid,
        /// Name of its holder, when it is valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String> = wire.name.filter(|_| wire.valid),
        /// Address of its holder, when it is valid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String> = wire.address.filter(|_| wire.valid),
    }
}
