//! Tests of reading, writing and calculating decimals exactly.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;
use crate::de::{leniently, list_leniently, strictly};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The number as a JSON text has it, by plain `serde_json`.
fn read(json: &str) -> Result<Decimal, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn a_number_of_json_is_read_digit_by_digit() {
    for (json, shown) in [
        ("0.1", "0.1"),
        ("12.30", "12.30"),
        (r#""12.30""#, "12.30"),
        (r#""1\u0032.30""#, "12.30"),
        ("1234567890.123456789", "1234567890.123456789"),
        ("9007199254740993", "9007199254740993"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("1e-7", "0.0000001"),
        ("1.50E+2", "150"),
        ("-0.0", "0.0"),
        (" 7 ", "7"),
    ] {
        assert_eq!(read(json).unwrap().to_string(), shown, "{json}");
        assert_eq!(serde_json::from_slice::<Decimal>(json.as_bytes()).unwrap().to_string(), shown, "{json}");
        assert_eq!(
            serde_json::from_reader::<_, Decimal>(json.as_bytes()).unwrap().to_string(),
            shown,
            "{json}"
        );
        let some: Option<Decimal> = serde_json::from_str(json).unwrap();
        assert_eq!(some.unwrap().to_string(), shown, "{json}");
    }
    assert_eq!(serde_json::from_str::<Option<Decimal>>("null").unwrap(), None);
}

#[test]
fn what_is_no_decimal_is_refused_and_never_rounded() {
    for (json, what) in [
        ("true", "invalid type: boolean `true`, expected a decimal number"),
        ("null", "invalid type: null, expected a decimal number"),
        ("[1]", "invalid type: sequence"),
        (r#"{"a":"1"}"#, "invalid type: map"),
        (r#""12,30""#, "`12,30` is not a decimal number such as 12.30"),
        (r#""""#, "`` is not a decimal number"),
        ("1e999999999999", "has more digits than a decimal number holds: at most 28"),
        ("79228162514264337593543950336", "has more digits"),
        ("0.00000000000000000000000000001", "has more digits"),
    ] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains(what), "{json}: {error}");
    }
    for text in
        ["", "+", "-", ".5", "5.", "1e", "1e+", "1_000", "0x1", "١", "inf", "NaN", " 1", "1 ", "--1", "1.2.3"]
    {
        assert!(text.parse::<Decimal>().is_err(), "{text:?}");
    }
}

#[test]
fn the_lenient_reader_keeps_the_digits_too_and_reports_what_it_rounds() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Line {
        id: String,
        #[serde(default)]
        price: Option<Decimal>,
    }
    // The numbers as ids make plain serde_json fail.
    let text = r#"[
        { "id": 1, "price": 1234567890.123456789 },
        { "price": 0.1, "id": 2, "price": 12345678901234567890.5 },
        { "id": 3, "price": "12.30" },
        { "id": 4, "price": "" },
        { "id": 5, "price": 0.33333333333333333333333333333 },
        { "id": 6, "price": "dear" },
        { "id": 7, "price": {} }
    ]"#;
    let tree: Value = serde_json::from_str(text).unwrap();
    let (lines, drift) = list_leniently::<Line>(&tree, text.as_bytes(), Default::default()).unwrap();
    let prices: Vec<Option<String>> =
        lines.iter().map(|line| line.price.map(|price| price.to_string())).collect();
    assert_eq!(
        prices,
        [
            Some("1234567890.123456789".to_owned()),
            Some("12345678901234567890.5".to_owned()),
            Some("12.30".to_owned()),
            None,
            Some("0.3333333333333333333333333333".to_owned()),
            None,
            None,
        ]
    );
    let reported: Vec<String> = drift
        .iter()
        .filter(|drift| drift.path.contains("price"))
        .map(|drift| format!("{}: {}", drift.path, drift.message))
        .collect();
    assert_eq!(
        reported,
        [
            "[4].price: expected a number of at most 28 digits, found number",
            "[5].price: `dear` is not a decimal number such as 12.30",
            "[6].price: invalid type: object, expected a decimal number or a text with one",
        ]
    );
    // Without the text, the numbers are those of the tree.
    let (one, _) = leniently::<Decimal>(&json!(0.1), b"", Default::default()).unwrap();
    assert_eq!(one, decimal("0.1"));
}

#[test]
fn an_input_of_the_catalogue_is_a_number_or_a_text() {
    for (input, number) in
        [(json!(0.1), "0.1"), (json!(5), "5"), (json!("1234567890.123456789"), "1234567890.123456789")]
    {
        assert_eq!(strictly::<Decimal>(&input).unwrap(), decimal(number));
    }
    for input in [json!(""), json!("a"), json!(null), json!([]), json!(1e300)] {
        assert!(strictly::<Decimal>(&input).is_err(), "{input}");
    }
}

#[test]
fn a_decimal_is_written_as_a_number_where_this_keeps_its_digits() {
    for (number, json) in [
        ("0.1", "0.1"),
        ("12.30", "12.3"),
        ("10.0", "10"),
        ("-3", "-3"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1234567890.123456789", r#""1234567890.123456789""#),
        ("18446744073709551615", r#""18446744073709551615""#),
        ("79228162514264337593543950335", r#""79228162514264337593543950335""#),
    ] {
        let written = serde_json::to_string(&decimal(number)).unwrap();
        assert_eq!(written, json, "{number}");
        assert_eq!(read(&written).unwrap(), decimal(number));
    }
}

#[test]
fn other_formats_and_buffered_values_read_decimals() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(Decimal),
        Other(Vec<u8>),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: std::collections::BTreeMap<String, Decimal>,
    }
    let either: Either = serde_json::from_str("0.1").unwrap();
    assert_eq!(either, Either::Number(decimal("0.1")));
    let flat: Flat = serde_json::from_str(r#"{"a":0.1,"b":"2.50"}"#).unwrap();
    assert_eq!((flat.rest["a"], flat.rest["b"]), (decimal("0.1"), decimal("2.5")));
    assert_eq!(serde_json::from_value::<Decimal>(json!(1e-7)).unwrap(), decimal("0.0000001"));
    assert_eq!(serde_json::to_value(decimal("0.1")).unwrap(), json!(0.1));
}

#[test]
fn sums_are_exact_and_rounding_is_that_of_invoices() {
    let tenth = decimal("0.1");
    assert_eq!((0..10).map(|_| tenth).sum::<Decimal>(), Decimal::ONE);
    assert_eq!(
        (tenth + decimal("0.2"), tenth - decimal("0.3"), decimal("1.10") * 3.into()),
        (decimal("0.3"), decimal("-0.2"), decimal("3.3"))
    );
    assert_eq!(Decimal::from(10).checked_div(4.into()), Some(decimal("2.5")));
    assert_eq!(
        (Decimal::ONE.checked_div(Decimal::ZERO), Decimal::MAX.checked_add(Decimal::ONE)),
        (None, None)
    );
    for (number, rounded) in [("2.675", "2.68"), ("-2.675", "-2.68"), ("2.674", "2.67"), ("2", "2")] {
        assert_eq!(decimal(number).round(2), decimal(rounded));
    }
    assert_eq!(
        format!("{:.2}|{:.3}|{:>6}|", decimal("2.675"), decimal("2"), decimal("1.5")),
        "2.68|2.000|   1.5|"
    );
    assert_eq!((-decimal("0")).to_string(), "0");
    assert_eq!(
        (Decimal::try_from(0.1).unwrap(), decimal("0.1").to_f64().to_string()),
        (tenth, "0.1".to_owned())
    );
    assert!(Decimal::try_from(f64::NAN).is_err() && Decimal::try_from(f64::INFINITY).is_err());
    assert!(
        decimal("-1").is_negative() && !Decimal::ZERO.is_negative() && decimal("1.50").fraction_digits() == 1
    );
}

#[test]
#[should_panic(expected = "overflow in the sum of two decimals")]
fn the_operator_panics_on_overflow() {
    let _ = Decimal::MAX + Decimal::ONE;
}

proptest! {
    #[test]
    fn every_decimal_is_read_and_written_exactly(units: i64, high: i32, scale in 0..=28_u32) {
        let number = Decimal::from(rust_decimal::Decimal::from_i128_with_scale(i128::from(units) + (i128::from(high) << 62), scale));
        let text = number.to_string();
        prop_assert_eq!(text.parse::<Decimal>().unwrap(), number);
        // As a number of JSON, as a text, and as it is written.
        prop_assert_eq!(read(&text).unwrap().to_string(), text.clone());
        prop_assert_eq!(read(&format!("\"{text}\"")).unwrap().to_string(), text.clone());
        let written = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(read(&written).unwrap(), number);
        prop_assert_eq!(serde_json::from_value::<Decimal>(serde_json::to_value(number).unwrap()).unwrap(), number);
        // In a list whose other element makes the lenient reader necessary.
        let list = format!("[{text},true]");
        let (read, _) = list_leniently::<Decimal>(&serde_json::from_str(&list).unwrap(), list.as_bytes(), Default::default()).unwrap();
        prop_assert_eq!(read[0].to_string(), text);
    }

    #[test]
    fn any_text_is_a_decimal_or_an_error(text in "[-+]?[0-9]{0,40}(\\.[0-9]{0,40})?([eE][-+]?[0-9]{0,20})?|.{0,12}") {
        match (text.parse::<Decimal>(), text.parse::<f64>()) {
            (Ok(decimal), Ok(float)) => {
                let near = (decimal.to_f64() - float).abs() <= float.abs() * 1e-15;
                prop_assert!(near, "{} {}", decimal, float);
            }
            (Ok(decimal), Err(error)) => prop_assert!(false, "{} {}", decimal, error),
            (Err(error), float) => {
                prop_assert!(error.to_string().contains("decimal number"));
                let is_number = float.is_ok_and(|number| !number.is_nan()) && text.contains(char::is_numeric);
                prop_assert_eq!(error.is_number, is_number, "{}", text);
            }
        }
    }
}

#[test]
fn an_amount_that_cannot_be_read_becomes_an_error_of_input() {
    fn price(text: &str) -> crate::Result<Decimal> {
        Ok(text.parse()?)
    }
    assert_eq!(price("1.50").unwrap().to_string(), "1.50");
    let error = price("cheap").unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`cheap` is not a decimal number"), "{error}");
}
