//! Outputs of the commands of Heptapod.

use cc_api_product::types as wire;
use cc_runtime::Decimal;

use crate::declare::model;

model! {
    /// Estimated price of Heptapod for an organisation.
    pub struct HeptapodPriceEstimation: |wire: wire::HeptapodPriceEstimation| {
        /// Number of active users of public projects.
        public_active_users: i64 = wire.public_active_users,
        /// Number of active users of private projects.
        private_active_users: i64 = wire.private_active_users,
        /// Storage in use. No source states its unit.
        storage: f64 = wire.storage,
        /// Price. No source states its currency nor its period.
        price: Decimal = wire.price,
    }
}
