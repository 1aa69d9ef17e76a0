//! Outputs of the commands of payments.

use cc_api_payment::types as wire;
use cc_runtime::OwnerId;

use crate::declare::model;

pub use wire::{PaymentMethodType, StripeIntent};

model! {
    /// A means of payment.
    pub struct PaymentMethod: |wire: wire::PaymentMethod| {
        /// The owner.
        owner_id: OwnerId = wire.owner_id,
        /// Kind of the payment method.
        #[serde(rename = "type")]
        kind: PaymentMethodType = wire.type_,
        /// Id of the payment method. It does not authorise a payment by itself.
        token: String = wire.token,
        /// `true` for the default payment method.
        primary: bool = wire.is_default,
        /// Number, as far as it may be shown.
        number: String = wire.number,
    }
}
