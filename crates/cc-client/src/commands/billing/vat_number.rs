//! Checking a VAT number.

use cc_runtime::Result;

use super::CheckVatNumber;
use crate::command::Run;
use crate::context::Context;

impl Run for CheckVatNumber {
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
