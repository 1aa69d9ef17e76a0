//! Applying a coupon.

use cc_core::{Error, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::AppliedCoupon;
use crate::command::Command;
use crate::context::Context;

/// What the platform's numbers of refusals mean. Source: the official client.
const CODES: [(&str, &str); 6] = [
    ("10001", "clever.credits.coupon.not-found"),
    ("10002", "clever.credits.coupon.not-valid-yet"),
    ("10003", "clever.credits.coupon.no-longer-valid"),
    ("10004", "clever.credits.coupon.used-too-many-times"),
    ("10005", "clever.credits.coupon.currency-mismatch"),
    ("10011", "clever.credits.coupon.already-activated"),
];

/// Gives an owner the credits of a coupon.
///
/// Operation: `activate_coupon`.
///
/// # Errors
/// A coupon that is refused says why in [`Error::code`]: `clever.credits.coupon.` and one of `not-found`, `not-valid-yet`,
/// `no-longer-valid`, `used-too-many-times`, `currency-mismatch` and `already-activated`.
///
/// # Example
/// ```
/// # cc_examples::try_out("ActivateCoupon", async |client, input| {
/// # let owner_id: cc_client::core::OwnerId = input.get("ownerId");
/// # let coupon_name: String = input.get("couponName");
/// use cc_client::commands::credits::ActivateCoupon;
///
/// let coupon = client.send(ActivateCoupon::new(owner_id, coupon_name)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ActivateCoupon {
    /// The owner.
    pub owner_id: OwnerId,
    /// Name of the coupon.
    pub coupon_name: String,
}

impl ActivateCoupon {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>, coupon_name: impl Into<String>) -> Self {
        Self { owner_id: owner_id.into(), coupon_name: coupon_name.into() }
    }
}

impl Command for ActivateCoupon {
    const NAME: &'static str = "ActivateCoupon";
    type Output = AppliedCoupon;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = cc_api_billing::types::CouponActivation::new(self.coupon_name);
        match cx.call(cc_api_billing::ActivateCoupon::new(self.owner_id, body)).await {
            Ok(applied) => Ok(applied.required()?.into_inner().into()),
            Err(error) => Err(named(error)),
        }
    }
}

fn named(error: Error) -> Error {
    match CODES.iter().find(|(number, _)| *number == error.code()) {
        Some((_, name)) => error.with_code(*name),
        None => error,
    }
}
