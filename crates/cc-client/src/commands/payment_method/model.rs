//! What the commands of means of payment give back.

use cc_api_payment::types as wire;
use cc_runtime::OwnerId;

use crate::model::model;

pub use wire::PaymentMethodType;

model! {
    /// A means of payment.
    pub struct PaymentMethod: |wire: wire::PaymentMethod| {
        /// The owner.
        owner_id: OwnerId = wire.owner_id,
        /// What kind it is.
        #[serde(rename = "type")]
        kind: PaymentMethodType = wire.type_,
        /// Its id. It takes no payment by itself.
        token: String = wire.token,
        /// Whether it is used unless another is asked for.
        primary: bool = wire.is_default,
        /// Number, as far as it may be shown.
        number: String = wire.number,
    }
}
