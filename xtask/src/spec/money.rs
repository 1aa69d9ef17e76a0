//! Which names say that their number is an amount of money, or a rate or factor of one: it is read exactly.

use heck::ToSnakeCase;

/// Words of a name by which its number is probably an amount of money.
const WORDS: [&str; 30] = [
    "amount",
    "amounts",
    "balance",
    "cost",
    "costs",
    "coupon",
    "credit",
    "credits",
    "discount",
    "discounts",
    "drop",
    "drops",
    "due",
    "fee",
    "fees",
    "ht",
    "money",
    "paid",
    "payment",
    "price",
    "prices",
    "refund",
    "tax",
    "taxes",
    "total",
    "totals",
    "ttc",
    "tva",
    "vat",
    "voucher",
];

/// Returns `true` if a property, a parameter or an input of this name is probably an amount of money.
pub fn sounds_like_money(name: &str) -> bool {
    let name = name.to_snake_case();
    name.split('_').any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_amounts_are_told_from_other_numbers() {
        for name in [
            "price",
            "totalHT",
            "totalVAT",
            "price_unit_ht",
            "VAT",
            "freeCredit",
            "dropsQuantity",
            "originalTotal",
            "vat_percent",
        ] {
            assert!(sounds_like_money(name), "{name}");
        }
        for name in ["lat", "latitude", "cpuFactor", "httpTime", "msgRateOut", "weight", "storage", "dueling"]
        {
            assert!(!sounds_like_money(name), "{name}");
        }
    }
}
