//! Checking a VAT number.

use cc_core::Result;
use serde::{Deserialize, Serialize};

use super::model::VatCheck;
use crate::command::Command;
use crate::context::Context;

/// Checks a VAT number, with or without its country prefix.
///
/// Operation: `check_vat_number`, which takes the number without the prefix.
///
/// # Example
/// ```
/// # cc_examples::try_out("CheckVatNumber", async |client, input| {
/// # let country: String = input.get("country");
/// # let vat_number: String = input.get("vatNumber");
/// use cc_client::commands::vat_number::CheckVatNumber;
///
/// let vat_number = client.send(CheckVatNumber::new(country, vat_number)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CheckVatNumber {
    /// Country as ISO 3166-1 alpha-2, such as `FR`.
    pub country: String,
    /// The number, with or without the prefix of this country.
    pub vat_number: String,
}

impl CheckVatNumber {
    /// With what is required.
    pub fn new(country: impl Into<String>, vat_number: impl Into<String>) -> Self {
        Self { country: country.into(), vat_number: vat_number.into() }
    }
}

impl Command for CheckVatNumber {
    const NAME: &'static str = "CheckVatNumber";
    type Output = VatCheck;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let number = without_prefix(&self.country, self.vat_number.trim()).to_owned();
        let request = cc_api_billing::CheckVatNumber::new().country(self.country).vat(number);
        Ok(cx.call(request).await?.into_inner().into())
    }
}

/// The number without the prefix of its country. That of Greece is not its country code.
fn without_prefix<'a>(country: &str, number: &'a str) -> &'a str {
    let greek = country.eq_ignore_ascii_case("GR");
    match number.split_at_checked(2) {
        Some((prefix, rest))
            if prefix.eq_ignore_ascii_case(country) || (greek && prefix.eq_ignore_ascii_case("EL")) =>
        {
            rest
        }
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_prefix_of_the_country_is_taken_off() {
        for (country, number, rest) in [
            ("FR", "FR87524172699", "87524172699"),
            ("fr", "FR87524172699", "87524172699"),
            ("FR", "87524172699", "87524172699"),
            ("GR", "EL094259216", "094259216"),
            ("GR", "GR094259216", "094259216"),
            ("FR", "EL094259216", "EL094259216"),
            ("FR", "FR", ""),
            ("FR", "é", "é"),
            ("FR", "1é2", "1é2"),
            ("", "", ""),
        ] {
            assert_eq!(without_prefix(country, number), rest, "{country} {number}");
        }
    }
}
