//! Structs as they are generated are read like those that the derive of `serde` reads.

use std::fmt::Debug;

use bytes::Bytes;
use cc_runtime::{Answer, expose_secrets};
use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

cc_runtime::open_enum! {
    /// State.
    pub enum State {
        /// On.
        On = "ON",
        /// Off.
        Off = "OFF",
    }
}

/// The types as they are generated.
mod generated {
    use std::collections::BTreeMap;

    use cc_runtime::{ApplicationId, Decimal, Money, Patch, Secret, ServiceUrl, Timestamp, TimestampMillis};
    use serde::Serialize;
    use serde_json::Value;

    use super::State;

    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Basic {
        url: ServiceUrl,
        state: Option<State>,
    }

    cc_runtime::__fields_of! {
        Basic {
            0: url = "url", expected;
            1: state = "state", optional;
        }
    }

    cc_runtime::open_union! {
        /// Target.
        #[tag = "type"]
        pub enum Target {
            /// Basic.
            Basic(Basic) = "BASIC",
        }
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    pub struct Part {
        size: i64,
        inner: Option<Box<Part>>,
        parts: Vec<Part>,
    }

    cc_runtime::__fields_of! {
        Part {
            0: size = "size", expected;
            1: inner = "inner", optional;
            2: parts = "parts", list;
        }
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    pub struct Thing {
        id: ApplicationId,
        name: String,
        is_open: bool,
        state: State,
        target: Target,
        small: i32,
        weight: f64,
        price: Option<Decimal>,
        total: Option<Money>,
        at: Option<Timestamp>,
        millis: Option<TimestampMillis>,
        key: Secret,
        change: Patch<String>,
        tags: Vec<String>,
        parts: Vec<Part>,
        by_name: BTreeMap<String, Part>,
        part: Option<Part>,
        any: Value,
        strange: Option<i64>,
    }

    cc_runtime::__fields_of! {
        Thing {
            0: id = "id", required;
            1: name = "name", expected;
            2: is_open = "isOpen", expected;
            3: state = "state", expected;
            4: target = "target", expected;
            5: small = "small", expected;
            6: weight = "weight", expected;
            7: price = "price", optional;
            8: total = "total", optional;
            9: at = "at", optional;
            10: millis = "millis", optional;
            11: key = "key", expected;
            12: change = "change", optional;
            13: tags = "tags", expected_list;
            14: parts = "parts", list;
            15: by_name = "byName", null_as_default;
            16: part = "part", optional;
            17: any = "any", expected;
            18: strange = "é/\"~", optional;
        }
    }
}

/// The same types, which `serde` reads.
mod derived {
    use std::collections::BTreeMap;

    use cc_runtime::{ApplicationId, Decimal, Money, Patch, Secret, ServiceUrl, Timestamp, TimestampMillis};
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    use super::State;

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Basic {
        #[serde(
            default = "cc_runtime::de::absent::<ServiceUrl, 0>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        url: ServiceUrl,
        #[serde(default)]
        state: Option<State>,
    }

    cc_runtime::open_union! {
        /// Target.
        #[tag = "type"]
        pub enum Target {
            /// Basic.
            Basic(Basic) = "BASIC",
        }
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    pub struct Part {
        #[serde(default = "cc_runtime::de::absent::<i64, 0>", deserialize_with = "cc_runtime::de::expected")]
        size: i64,
        #[serde(default)]
        inner: Option<Box<Part>>,
        #[serde(default, deserialize_with = "cc_runtime::de::list")]
        parts: Vec<Part>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    pub struct Thing {
        id: ApplicationId,
        #[serde(
            default = "cc_runtime::de::absent::<String, 1>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        name: String,
        #[serde(
            rename(deserialize = "isOpen"),
            default = "cc_runtime::de::absent::<bool, 2>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        is_open: bool,
        #[serde(
            default = "cc_runtime::de::absent::<State, 3>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        state: State,
        #[serde(
            default = "cc_runtime::de::absent::<Target, 4>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        target: Target,
        #[serde(default = "cc_runtime::de::absent::<i32, 5>", deserialize_with = "cc_runtime::de::expected")]
        small: i32,
        #[serde(default = "cc_runtime::de::absent::<f64, 6>", deserialize_with = "cc_runtime::de::expected")]
        weight: f64,
        #[serde(default)]
        price: Option<Decimal>,
        #[serde(default)]
        total: Option<Money>,
        #[serde(default)]
        at: Option<Timestamp>,
        #[serde(default)]
        millis: Option<TimestampMillis>,
        #[serde(
            default = "cc_runtime::de::absent::<Secret, 11>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        key: Secret,
        #[serde(default)]
        change: Patch<String>,
        #[serde(
            default = "cc_runtime::de::absent::<Vec<String>, 13>",
            deserialize_with = "cc_runtime::de::expected_list"
        )]
        tags: Vec<String>,
        #[serde(default, deserialize_with = "cc_runtime::de::list")]
        parts: Vec<Part>,
        #[serde(
            rename(deserialize = "byName"),
            default,
            deserialize_with = "cc_runtime::de::null_as_default"
        )]
        by_name: BTreeMap<String, Part>,
        #[serde(default)]
        part: Option<Part>,
        #[serde(
            default = "cc_runtime::de::absent::<Value, 17>",
            deserialize_with = "cc_runtime::de::expected"
        )]
        any: Value,
        #[serde(rename(deserialize = "é/\"~"), default)]
        strange: Option<i64>,
    }
}

/// Everything that a value holds, secrets too.
fn shown<T: Serialize + Debug>(value: &T) -> String {
    format!("{value:?} {}", expose_secrets(|| serde_json::to_string(value)).unwrap())
}

fn answer(text: &[u8]) -> Answer<Bytes> {
    Answer::new(Bytes::copy_from_slice(text), StatusCode::OK, HeaderMap::new(), 1)
}

/// The value of an answer and its differences, or its error with all causes.
fn read<T: Serialize + Debug>(answer: cc_runtime::Result<Answer<T>>) -> Result<String, String> {
    let shown = |answer: Answer<T>| format!("{} {:#?}", shown(&*answer), answer.drift());
    answer.map(shown).map_err(|error| format!("{error:?}"))
}

/// The results of all ways in which a struct is read.
fn all_ways<T: DeserializeOwned + Serialize + Debug>(
    text: &[u8],
) -> Vec<(&'static str, Result<String, String>)> {
    let plain =
        |read: serde_json::Result<T>| read.map(|value| shown(&value)).map_err(|error| error.to_string());
    let list = [b"[", text, b", null, {}, ", text, b"]"].concat();
    let mut ways = vec![
        ("bytes", plain(serde_json::from_slice(text))),
        ("a reader", plain(serde_json::from_reader(text))),
        ("an answer", read(answer(text).json::<T>())),
        ("a list", read(answer(&list).list::<T>())),
    ];
    if let Ok(text) = std::str::from_utf8(text) {
        ways.push(("text", plain(serde_json::from_str(text))));
    }
    if let Ok(tree) = serde_json::from_slice::<Value>(text) {
        ways.push(("a tree", plain(serde_json::from_value(tree))));
    }
    #[cfg(feature = "drift")]
    ways.extend(watched::<T>(text, &list));
    ways
}

/// An answer that is read with reports, and the reports.
#[cfg(feature = "drift")]
fn watched<T>(text: &[u8], list: &[u8]) -> [(&'static str, Result<String, String>); 2]
where
    T: DeserializeOwned + Serialize + Debug,
{
    use cc_runtime::{OperationInfo, Transport};

    static ONE: OperationInfo =
        OperationInfo::new("get_thing", "thing", http::Method::GET, "/v4/things/1", "application/json");
    static ALL: OperationInfo =
        OperationInfo::new("list_things", "thing", http::Method::GET, "/v4/things", "application/json");

    let transport = Transport::builder().endpoint("http://localhost").build().unwrap();
    let one = read(transport.event(&ONE, Bytes::copy_from_slice(text)).json::<T>());
    let _ = transport.event(&ALL, Bytes::copy_from_slice(list)).list::<T>();
    let place = |report: cc_runtime::DriftReport| {
        let (id, found) = (report.info.id, report.found);
        format!("{id} {} {} {found:?} {:?} {}", report.pointer, report.kind, report.expected, report.count)
    };
    let mut places: Vec<String> = transport.drift().into_iter().map(place).collect();
    places.sort();
    [("an answer with reports", one), ("reports", Ok(places.join("\n")))]
}

/// A value as it is written: right for its field, or any other.
fn value(right: &'static str) -> BoxedStrategy<String> {
    const OTHERS: [&str; 36] = [
        "null",
        "true",
        "0",
        "-0",
        "-1",
        "1.0",
        "2.5",
        "1e3",
        "1e400",
        "2147483648",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "0.12345678901234567890123456789",
        r#""""#,
        r#""a""#,
        r#""1""#,
        r#""true""#,
        r#""1.5""#,
        r#""ON""#,
        r#""\ud800""#,
        r#""\ud83d\ude00""#,
        r#""\u0000""#,
        r#""2024-03-12T13:38:33""#,
        "[]",
        "[null]",
        r#"["a",1]"#,
        "[{}]",
        "{}",
        r#"{"type":"NEW","x":1}"#,
        r#"{"type":5}"#,
        r#"{"size":"1","new":{}}"#,
        r#"{"a":null,"b":{"size":1}}"#,
        "[1,2",
        "tru",
    ];
    let other = prop::sample::select(&OTHERS[..]);
    prop_oneof![20 => Just(right.to_owned()), 1 => other.prop_map(str::to_owned)].boxed()
}

/// An object with most of the fields, in some order, with names that are escaped, and with others between them.
fn object() -> impl Strategy<Value = String> {
    const RIGHT: [(&str, &str); 20] = [
        ("id", r#""app_1""#),
        ("name", r#""a\nb\u00e9""#),
        ("isOpen", "true"),
        ("state", r#""OFF""#),
        ("target", r#"{"url":"https://a","type":"BASIC","state":"NEW"}"#),
        ("small", "-3"),
        ("weight", "1.5"),
        ("price", "0.1000000000000000055511151231257827"),
        ("total", r#"{"amount":0.10,"currency":"EUR"}"#),
        ("at", r#""2024-03-12T13:38:33.123456789+02:00""#),
        ("millis", "1710250713000"),
        ("key", r#""hunter2""#),
        ("change", "null"),
        ("tags", r#"["x","y"]"#),
        ("parts", r#"[{"size":1,"parts":[{"size":2},{}]}]"#),
        ("byName", r#"{"size":{"size":3},"":{}}"#),
        ("part", r#"{"size":4,"inner":{"inner":{"size":5,"new":[]}}}"#),
        ("any", r#"{"id":[1,null]}"#),
        ("é/\"~", "7"),
        ("new", "[{}]"),
    ];
    let member = |(name, right): (&'static str, &'static str)| {
        let quoted = Value::from(name).to_string();
        let escaped = || name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
        let names = prop_oneof![20 => Just(quoted), 1 => Just(format!("\"{}\"", escaped()))];
        let is_there = prop::bool::weighted(0.9);
        // A list is no object, and `serde` would read it as the fields in their order.
        let value =
            value(right).prop_filter("a list", move |value| name != "part" || !value.starts_with('['));
        (names, value, is_there)
            .prop_map(|(name, value, is_there)| is_there.then(|| format!("{name}:{value}")))
    };
    let members: Vec<_> = RIGHT.into_iter().map(member).collect();
    let in_some_order = |members: Vec<Option<String>>| {
        let members: Vec<String> = members.into_iter().flatten().collect();
        prop_oneof![Just(members.clone()), Just(members).prop_shuffle()]
    };
    let space = prop::sample::select(vec!["", " ", "\r\n\t"]);
    (members.prop_flat_map(in_some_order), space)
        .prop_map(|(members, space)| format!("{{{space}{}{space}}}", members.join(&format!("{space},"))))
}

/// The bytes of such an object, some of them damaged.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let damage = |text: String| {
        let text = text.into_bytes();
        let at = 0..text.len();
        prop_oneof![
            8 => Just(text.clone()),
            1 => at.clone().prop_map({ let text = text.clone(); move |at| text[..at].to_vec() }),
            1 => (at, prop::sample::select(vec![0, b'"', b',', b'\\', 0xc3, 0xff])).prop_map({
                let text = text.clone();
                move |(at, byte)| [&text[..at], &[byte], &text[at..]].concat()
            }),
            1 => Just([&b"\xef\xbb\xbf"[..], &text].concat()),
            1 => Just([&text[..], b" {}"].concat()),
        ]
    };
    object().prop_flat_map(damage)
}

proptest! {
    #[test]
    fn a_generated_struct_is_read_as_its_derived_twin_with_the_same_errors_and_reports(text in text()) {
        let derived = all_ways::<derived::Thing>(&text);
        prop_assert_eq!(all_ways::<generated::Thing>(&text), derived, "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn a_value_that_is_nested_too_deeply_is_the_same_error_and_no_overflow_of_the_stack() {
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let compare = move || {
        for depth in [40, 60, 62, 63, 64, 124, 125, 126, 127, 128, 129, 10_000] {
            for inner in [
                nested(r#"{"inner":"#, "}", depth),
                nested(r#"{"parts":["#, "]}", depth),
                nested(r#"{"new":"#, "}", depth),
                nested(r#"{"any":["#, "]}", depth),
            ] {
                for name in ["part", "any", "new"] {
                    let text = format!(r#"{{"id":"a","{name}":{inner}}}"#);
                    let derived = all_ways::<derived::Thing>(text.as_bytes());
                    assert_eq!(all_ways::<generated::Thing>(text.as_bytes()), derived, "{depth} {name}");
                }
            }
        }
    };
    // A worker of tokio has as much.
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(compare).unwrap().join().unwrap();
}
