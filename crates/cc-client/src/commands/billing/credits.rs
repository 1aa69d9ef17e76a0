//! Applying a coupon.

use cc_runtime::{Error, Result};

use super::ActivateCoupon;
use crate::command::Run;
use crate::context::Context;

/// Codes for the platform's numbers of refusals. Source: the official client.
const CODES: [(&str, &str); 6] = [
    ("10001", "clever.credits.coupon.not-found"),
    ("10002", "clever.credits.coupon.not-valid-yet"),
    ("10003", "clever.credits.coupon.no-longer-valid"),
    ("10004", "clever.credits.coupon.used-too-many-times"),
    ("10005", "clever.credits.coupon.currency-mismatch"),
    ("10011", "clever.credits.coupon.already-activated"),
];

impl Run for ActivateCoupon {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = cc_api_billing::types::CouponActivation::new(self.coupon_name);
        match cx.call(cc_api_billing::ActivateCoupon::new(self.owner_id, body)).await {
            Ok(applied) => Ok(applied.required("the value of the coupon")?.into_inner().into()),
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
