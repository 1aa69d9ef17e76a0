//! Tests of the lenient reader of answers and of the strict reader of inputs.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::Timestamp;

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "null_as_default")]
    id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    min: i64,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thing {
    id: String,
    #[serde(default)]
    created: Option<Timestamp>,
    #[serde(default)]
    size: Option<f64>,
    #[serde(default, deserialize_with = "null_as_default")]
    archived: bool,
    #[serde(default)]
    part: Option<Part>,
    #[serde(default, deserialize_with = "list")]
    parts: Vec<Part>,
    #[serde(default)]
    by_name: Option<BTreeMap<String, i32>>,
}

fn leniently<T: DeserializeOwned>(value: &Value, watcher: Watcher<'_>) -> Result<(T, Vec<Drift>), Fault> {
    super::leniently(value, value.to_string().as_bytes(), watcher)
}

fn list_leniently<T: DeserializeOwned>(
    value: &Value,
    watcher: Watcher<'_>,
) -> Result<(Vec<T>, Vec<Drift>), Fault> {
    super::list_leniently(value, value.to_string().as_bytes(), watcher)
}

fn read(value: &Value) -> (Vec<Thing>, Vec<String>) {
    let (things, drift) = list_leniently(value, Watcher::default()).unwrap();
    (things, drift.iter().map(ToString::to_string).collect())
}

#[test]
fn scalars_beyond_doubt_are_read_and_listed() {
    let (things, drift) = read(&json!([{
        "id": 5, "created": "0001-01-01T00:00:00", "size": "1.5", "archived": "false",
        "part": { "min": "1" }, "parts": [{ "min": 1.0 }], "byName": { "a": "2.0" },
    }]));
    let thing = &things[0];
    assert_eq!((thing.id.as_str(), thing.size, thing.archived), ("5", Some(1.5), false));
    assert_eq!(thing.created.unwrap().to_string(), "0001-01-01T00:00:00.000Z");
    assert_eq!((thing.part.as_ref().unwrap().min, thing.parts[0].min), (1, 1));
    assert_eq!(thing.by_name.as_ref().unwrap()["a"], 2);
    assert_eq!(
        drift,
        [
            "converted: `[0].id`: expected a string, found integer",
            "converted: `[0].created`: expected a date with a zone or epoch milliseconds, found string",
            "converted: `[0].size`: expected a number, found string",
            "converted: `[0].archived`: expected a boolean, found string",
            "converted: `[0].part.min`: expected a number, found string",
            "converted: `[0].byName.a`: expected a number, found string",
        ]
    );
}

#[test]
fn a_bad_value_costs_its_field_or_its_element() {
    let (things, drift) = read(&json!([
        { "id": "a", "created": "yesterday", "size": [], "archived": 2, "part": "none", "byName": { "x": 1, "y": {} } },
        { "created": 0 },
        { "id": {}, "size": 1 },
        { "id": "b", "parts": [{ "min": 1 }, 7, { "min": "one" }, null] },
        "text",
    ]));
    assert_eq!(things.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(things[0].by_name, Some(BTreeMap::from([("x".to_owned(), 1)])));
    assert_eq!(things[1].parts, [Part { id: String::new(), min: 1 }, Part::default()]);
    assert_eq!(
        drift,
        [
            "field left out: `[0].created`: invalid value: string, expected a date such as 2024-03-12T13:38:33Z",
            "field left out: `[0].size`: invalid type: array, expected a number",
            "field left out: `[0].archived`: invalid type: integer, expected a boolean",
            "field left out: `[0].part`: invalid type: string, expected an object",
            "field left out: `[0].byName.y`: invalid type: object, expected an integer from -2147483648 to 2147483647",
            "element left out: `[1]`: missing field `id`",
            "element left out: `[2]`: `id`: invalid type: object, expected a string",
            "element left out: `[3].parts[1]`: invalid type: integer, expected an object",
            "field left out: `[3].parts[2].min`: invalid type: string, expected an integer",
            "element left out: `[4]`: invalid type: string, expected an object",
        ]
    );
}

#[test]
fn null_is_the_empty_list_and_a_null_element_is_left_out() {
    assert_eq!(read(&json!(null)), (vec![], vec![]));
    let (things, drift) = read(&json!([null, { "id": "a", "parts": null }, null]));
    assert_eq!((things.len(), things[0].parts.len(), drift.len()), (1, 0, 0));
    let (nested, _) = leniently::<BTreeMap<String, Vec<Vec<i64>>>>(
        &json!({ "a": [[1, null, "2"], null], "b": null }),
        Watcher::default(),
    )
    .unwrap();
    assert_eq!(
        nested,
        BTreeMap::from([("a".to_owned(), vec![vec![1, 2], vec![]]), ("b".to_owned(), vec![])])
    );
}

#[test]
fn nulls_stay_where_the_type_has_a_place_for_them() {
    let (read, _) = list_leniently::<Option<i64>>(&json!([1, null, "3"]), Watcher::default()).unwrap();
    assert_eq!(read, [Some(1), None, Some(3)]);
    let free = json!([{ "a": [null, 1.0, "x"], "type": null }, [null]]);
    assert_eq!(list_leniently::<Value>(&free, Watcher::default()).unwrap().0, *free.as_array().unwrap());
}

#[test]
fn an_empty_date_is_absent_and_nothing_to_report() {
    let (things, drift) = read(&json!([{ "id": "a", "created": "" }]));
    assert_eq!((things[0].created, drift.len()), (None, 0));
}

#[test]
fn a_list_of_which_nothing_can_be_read_is_another_answer() {
    let fault = list_leniently::<Thing>(&json!([{ "name": "a" }, {}]), Watcher::default()).unwrap_err();
    assert_eq!((fault.path(), fault.what()), ("[0]", "missing field `id`"));
    assert!(list_leniently::<Thing>(&json!({ "id": "a" }), Watcher::default()).is_err());
    assert!(leniently::<Thing>(&json!({ "name": "a" }), Watcher::default()).is_err());
    assert!(leniently::<Thing>(&json!(null), Watcher::default()).is_err());
}

#[test]
fn the_index_of_a_lost_element_is_told() {
    let (_, drift) =
        list_leniently::<Thing>(&json!([{ "id": "a" }, 1, { "id": "b", "size": {} }]), Watcher::default())
            .unwrap();
    assert_eq!(
        (drift[0].handling, drift[0].index(), drift[0].is_loss()),
        (DriftHandling::ElementLost, Some(1), true)
    );
    assert_eq!((drift[1].handling, drift[1].index()), (DriftHandling::FieldLost, None));
}

#[test]
fn of_a_decimal_that_is_there_twice_the_last_value_counts() {
    #[derive(Deserialize)]
    struct Price {
        price: crate::Decimal,
    }

    let long = "0.1000000000000000000001";
    for (text, price) in [
        (format!(r#"{{"price":{long},"price":5}}"#), "5"),
        (format!(r#"{{"price":5,"price":{long}}}"#), long),
    ] {
        let (read, _) = super::leniently::<Price>(
            &serde_json::from_str(&text).unwrap(),
            text.as_bytes(),
            Watcher::default(),
        )
        .unwrap();
        assert_eq!(read.price.to_string(), price, "{text}");
    }
}

#[test]
fn work_is_bounded_where_nothing_fits() {
    let bad: Value =
        (0..2_000).map(|_| json!({ "id": "a", "size": {}, "part": 1, "archived": [] })).collect();
    let (things, drift) = list_leniently::<Thing>(&bad, Watcher::default()).unwrap();
    assert_eq!((things.len(), drift.len()), (2_000, 6_000));
    let many: serde_json::Map<String, Value> = (0..1_000).map(|n| (n.to_string(), json!([]))).collect();
    assert!(leniently::<BTreeMap<String, String>>(&many.into(), Watcher::default()).is_err());
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    name: String,
    #[serde(default)]
    count: Option<i64>,
    #[serde(default)]
    since: Option<Timestamp>,
    #[serde(default)]
    inner: Vec<Inner>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[serde(default)]
    on: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Nothing;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

#[test]
fn an_input_is_an_object_at_every_level() {
    for input in [json!([]), json!(["a", 1]), json!(null), json!("a"), json!(1)] {
        assert!(strictly::<Input>(&input).unwrap_err().to_string().contains("expected an object"), "{input}");
        assert!(strictly::<Nothing>(&input).is_err() && strictly::<NoFields>(&input).is_err(), "{input}");
    }
    let fault = strictly::<Input>(&json!({ "name": "a", "inner": [{}, [true]] })).unwrap_err();
    assert_eq!(fault.to_string(), "`inner[1]`: invalid type: array, expected an object");
    assert!(strictly::<Nothing>(&json!({})).is_ok() && strictly::<NoFields>(&json!({})).is_ok());
    assert!(strictly::<Nothing>(&json!({ "a": 1 })).is_err());
}

#[test]
fn an_input_takes_no_liberties_and_names_the_field() {
    for (input, told) in [
        (json!({ "name": 5 }), "`name`: invalid type: integer, expected a string"),
        (json!({ "name": "a", "count": "1" }), "`count`: invalid type: string, expected an integer"),
        (json!({ "name": "a", "count": 1.5 }), "`count`: invalid type: number, expected an integer"),
        (json!({ "name": "a", "since": 1.5 }), "`since`: 1.5 is not a whole number of epoch milliseconds"),
        (
            json!({ "name": "a", "since": 1_710_250_713 }),
            "`since`: 1710250713 looks like epoch seconds: use milliseconds or a string",
        ),
        (
            json!({ "name": "a", "inner": [{ "on": "true" }] }),
            "`inner[0].on`: invalid type: string, expected a boolean",
        ),
        (
            json!({ "name": "a", "inner": [{ "off": true }] }),
            "`inner[0]`: unknown field `off`, expected `on`",
        ),
        (json!({ "name": "a", "inner": null }), "`inner`: invalid type: null, expected an array"),
        (json!({}), "missing field `name`"),
    ] {
        assert_eq!(strictly::<Input>(&input).unwrap_err().to_string(), told);
    }
    let read = strictly::<Input>(&json!({ "name": "a", "count": 2.0, "since": "2026-01-02" })).unwrap();
    assert_eq!((read.count, read.since.unwrap().to_string().as_str()), (Some(2), "2026-01-02T00:00:00.000Z"));
}

#[test]
fn messages_repeat_no_long_text() {
    let long = "x".repeat(200_000);
    for input in [
        json!({ "name": "a", long.as_str(): 1 }),
        json!({ "name": "a", "since": long }),
        json!({ "name": [long] }),
    ] {
        assert!(strictly::<Input>(&input).unwrap_err().to_string().len() < 400);
    }
}
