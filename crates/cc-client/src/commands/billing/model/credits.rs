//! Outputs of the commands of credits.

use cc_api_billing::types as wire;
use cc_runtime::{Timestamp, UserId};

use crate::declare::model;

pub use wire::CreditsSummary;

model! {
    /// A coupon, as it is applied.
    pub struct AppliedCoupon: |wire: wire::AppliedCoupon| {
        /// Name of the coupon.
        coupon_name: String = wire.coupon_name,
        /// Date on which the coupon was applied.
        usage_date: Option<Timestamp> = wire.usage_date,
        /// First date on which the credits can be spent.
        free_credits_start_date: Option<Timestamp> = wire.free_credits_start_date,
        /// Until when its credits can be spent.
        free_credits_end_date: Option<Timestamp> = wire.free_credits_end_date,
        /// Id of the user who applied the coupon.
        applied_by_user_id: UserId = wire.applied_by_user_id,
    }
}
