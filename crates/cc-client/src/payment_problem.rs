//! Check whether an organisation can be billed.

use serde::{Deserialize, Serialize};

/// Reason why an organisation cannot be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PaymentProblem {
    /// The organisation has no payment method.
    NoPaymentMethod,
    /// No payment method of the organisation is the default one.
    NoDefaultPaymentMethod,
    /// The default payment method is expired.
    DefaultPaymentMethodExpired,
}

crate::declare::worded!(PaymentProblem);

impl PaymentProblem {
    /// Returns the number of the problem in the official JavaScript client.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::NoPaymentMethod => 1,
            Self::NoDefaultPaymentMethod => 2,
            Self::DefaultPaymentMethodExpired => 3,
        }
    }
}

/// A payment method, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentMethod {
    /// `true` if the method is the default one.
    pub is_default: bool,
    /// `true` if the method is expired.
    pub is_expired: bool,
}

/// Returns the reason why an organisation cannot be billed. `trusted` organisations, and those with the
/// enterprise offer, need no payment method: pass `exempt`.
#[must_use]
pub fn payment_problem(
    exempt: bool,
    methods: impl IntoIterator<Item = PaymentMethod>,
) -> Option<PaymentProblem> {
    if exempt {
        return None;
    }
    let mut problem = PaymentProblem::NoPaymentMethod;
    for method in methods {
        if method.is_default {
            return method.is_expired.then_some(PaymentProblem::DefaultPaymentMethodExpired);
        }
        problem = PaymentProblem::NoDefaultPaymentMethod;
    }
    Some(problem)
}

/// Of many organisations, those with a problem. The personal space counts only when there is nothing else: who works for
/// an organisation needs no payment method of their own. Items are the organisation, whether it is the personal space, and
/// its problem.
#[must_use]
pub fn organisations_with_problems<T>(
    organisations: Vec<(T, bool, Option<PaymentProblem>)>,
) -> Vec<(T, PaymentProblem)> {
    let alone = organisations.iter().all(|(_, personal, _)| *personal);
    organisations
        .into_iter()
        .filter(|(_, personal, _)| alone || !personal)
        .filter_map(|(organisation, _, problem)| Some((organisation, problem?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: PaymentMethod = PaymentMethod { is_default: true, is_expired: false };
    const EXPIRED: PaymentMethod = PaymentMethod { is_default: true, is_expired: true };
    const SPARE: PaymentMethod = PaymentMethod { is_default: false, is_expired: false };

    #[test]
    fn a_default_method_that_is_not_expired_is_needed() {
        let code = |exempt, methods: &[PaymentMethod]| {
            payment_problem(exempt, methods.iter().copied()).map(PaymentProblem::code)
        };
        assert_eq!(code(true, &[]), None);
        assert_eq!(code(false, &[]), Some(1));
        assert_eq!(code(false, &[SPARE]), Some(2));
        assert_eq!(code(false, &[SPARE, EXPIRED, GOOD]), Some(3));
        assert_eq!(code(false, &[SPARE, GOOD]), None);
    }

    #[test]
    fn the_personal_space_counts_only_when_it_is_alone() {
        let problem = Some(PaymentProblem::NoPaymentMethod);
        let names =
            |list| organisations_with_problems(list).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(vec![("me", true, problem)]), ["me"]);
        assert_eq!(names(vec![("me", true, problem), ("a", false, None), ("b", false, problem)]), ["b"]);
    }
}
