//! Reports of differences between answers and the spec.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cc_runtime::drift::DriftFile;
use cc_runtime::transport::{HookFuture, Hooks};
use cc_runtime::{
    Answer, DriftKind, DriftReport, Operation, OperationInfo, Request, RequestBuilder, Result, Timestamp,
    Transport,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::*;

cc_runtime::open_enum! {
    /// State.
    pub enum State {
        /// On.
        On = "ON",
        /// Off.
        Off = "OFF",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Basic {
    #[serde(default = "cc_runtime::de::absent::<String, 0>", deserialize_with = "cc_runtime::de::expected")]
    url: String,
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

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Part {
    #[serde(default = "cc_runtime::de::absent::<i64, 0>", deserialize_with = "cc_runtime::de::expected")]
    min: i64,
    #[serde(default)]
    max: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Thing {
    id: String,
    #[serde(default = "cc_runtime::de::absent::<State, 1>", deserialize_with = "cc_runtime::de::expected")]
    state: State,
    #[serde(default)]
    target: Option<Target>,
    #[serde(
        default = "cc_runtime::de::absent::<Vec<Part>, 3>",
        deserialize_with = "cc_runtime::de::expected_list"
    )]
    parts: Vec<Part>,
    #[serde(default)]
    by_name: Option<BTreeMap<String, Part>>,
    #[serde(default)]
    since: Option<Timestamp>,
    #[serde(default)]
    free: Option<Value>,
}

static THINGS: OperationInfo =
    OperationInfo::new("list_things", "thing", http::Method::GET, "/v4/things", "application/json");

struct ListThings;

impl Operation for ListThings {
    const INFO: &'static OperationInfo = &THINGS;
    type Output = Vec<Thing>;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(&THINGS).build()
    }

    fn decode(answer: Answer<bytes::Bytes>) -> Result<Answer<Vec<Thing>>> {
        answer.list()
    }
}

#[derive(Debug, Clone, Default)]
struct Reports(Arc<Mutex<Vec<DriftReport>>>);

impl Hooks for Reports {
    fn on_drift<'a>(&'a self, report: &'a DriftReport) -> HookFuture<'a, ()> {
        self.0.lock().unwrap().push(report.clone());
        Box::pin(std::future::ready(()))
    }
}

impl Reports {
    /// The reports so far: `kind pointer found`.
    fn take(&self) -> Vec<String> {
        let reports = std::mem::take(&mut *self.0.lock().unwrap());
        let mut lines: Vec<String> = reports
            .iter()
            .map(|report| format!("{} {} {}", report.kind, report.pointer, report.found.unwrap_or("-")))
            .collect();
        lines.sort();
        lines
    }
}

/// A transport whose platform always answers this.
fn answering(body: &Value, reports: &Reports) -> Transport {
    let body = body.to_string();
    let platform = Platform::new(move |_, _| answer(200, &body));
    platform.builder().hooks(reports.clone()).build().unwrap()
}

/// A thing as the spec has it.
fn thing() -> Value {
    json!({
        "id": "1", "state": "ON", "target": { "type": "BASIC", "url": "u", "state": "OFF" },
        "parts": [{ "min": 1, "max": 2 }, { "min": 1 }], "by_name": { "alice": { "min": 1 } },
        "since": "2026-01-01T00:00:00Z", "free": { "any": ["thing"], "state": "NEW" },
    })
}

/// A thing that differs in everything that a decode ignores.
fn drifted() -> Value {
    json!({
        "id": "hunter2", "state": "hunter2", "target": { "type": "BASIC", "state": "hunter2", "extra": ["hunter2"] },
        "parts": [{ "min": 1, "more": { "deep": "hunter2" } }, { "max": 2 }, { "min": null, "more": 7 }],
        "by_name": { "hunter2": { "min": 1, "more": 1.5 } },
        "since": "2026-01-01T00:00:00Z", "new": "hunter2", "a/b~c": true,
    })
}

const DIFFERENCES: [&str; 9] = [
    "missing-field /*/parts/*/min -",
    "missing-field /*/target/url -",
    "other-type /*/parts/*/min null",
    "unknown-enum-value /*/state string",
    "unknown-enum-value /*/target/state string",
    "unknown-field /*/by_name/*/more number",
    "unknown-field /*/new string",
    "unknown-field /*/parts/*/more object",
    "unknown-field /*/target/extra array",
];

#[tokio::test(start_paused = true)]
async fn an_answer_as_the_spec_has_it_gives_no_report() {
    let reports = Reports::default();
    let transport = answering(&json!([thing(), thing()]), &reports);
    assert_eq!(transport.call(ListThings).await.unwrap().len(), 2);
    // Optional fields may be absent and null.
    let transport = answering(&json!([{ "id": "1", "state": "ON", "parts": [], "since": null }]), &reports);
    transport.call(ListThings).await.unwrap();
    assert_eq!((reports.take(), transport.drift()), (Vec::<String>::new(), Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn each_difference_is_reported_once_with_its_place_and_counted_for_each_answer() {
    let reports = Reports::default();
    let transport = answering(&json!([thing(), drifted(), drifted()]), &reports);
    let things = transport.call(ListThings).await.unwrap();
    assert_eq!((things.len(), things.drift().len()), (3, 0));
    let mut lines = reports.take();
    // A name that no field has is not repeated.
    lines.retain(|line| line != "unknown-field /*/* boolean");
    assert_eq!(lines, DIFFERENCES);
    for _ in 0..9 {
        transport.call(ListThings).await.unwrap();
    }
    assert!(reports.take().is_empty());
    let places = transport.clone().drift();
    assert_eq!(places.len(), DIFFERENCES.len() + 1);
    for place in &places {
        assert_eq!((place.count, place.info.id), (10, "list_things"), "{place}");
        assert!(place.first_seen <= place.last_seen);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_plain_decoding_rejects_is_compared_as_well() {
    let reports = Reports::default();
    let mut bad = drifted();
    bad["since"] = json!({ "seconds": 1 });
    bad["parts"][0]["max"] = json!("2");
    let transport = answering(&json!([{ "name": "no id" }, bad, thing()]), &reports);
    let things = transport.call(ListThings).await.unwrap();
    assert_eq!((things.len(), things.drift().len()), (2, 3));
    let lines = reports.take();
    for line in DIFFERENCES {
        assert!(lines.iter().any(|known| known == line), "{line}: {lines:#?}");
    }
    for line in ["missing-field /*/id -", "other-type /*/since object", "other-type /*/parts/*/max string"] {
        assert!(lines.iter().any(|known| known == line), "{line}: {lines:#?}");
    }
    assert!(transport.drift().iter().all(|report| report.count == 1), "{:#?}", transport.drift());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_reported_with_its_place() {
    let reports = Reports::default();
    let transport = answering(&json!([{ "id": {} }]), &reports);
    transport.call(ListThings).await.unwrap_err();
    assert_eq!(reports.take(), ["other-type /*/id object"]);
    let transport = answering(&json!({ "things": [] }), &reports);
    transport.call(ListThings).await.unwrap_err();
    assert_eq!(reports.take(), ["other-type  object"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_variant_is_reported_at_its_tag() {
    let reports = Reports::default();
    let transport =
        answering(&json!([{ "id": "1", "state": "ON", "parts": [], "target": { "type": "NEW" } }]), &reports);
    transport.call(ListThings).await.unwrap();
    assert_eq!(reports.take(), ["unknown-variant /*/target/type string"]);
}

#[tokio::test(start_paused = true)]
async fn a_report_contains_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drift.jsonl");
    let (reports, log) = (Reports::default(), Log::default());
    let mut body = drifted();
    body["since"] = "hunter2".into();
    body["hunter2 with spaces"] = 1.into();
    let body = json!([body]).to_string();
    let platform = Platform::new(move |_, _| answer(200, &body));
    let builder = platform.builder().hooks(reports.clone()).drift_file(DriftFile::append(&path).unwrap());
    let transport = builder.build().unwrap();
    {
        let _guard = tracing::subscriber::set_default(log.subscriber());
        transport.call(ListThings).await.unwrap();
    }
    let told = format!("{:?}", reports.0.lock().unwrap());
    drop(transport);
    drop(platform);
    for text in [told, std::fs::read_to_string(&path).unwrap(), log.text()] {
        assert!(text.contains("unknown-field") || text.contains("UnknownField"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let lines = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || lines.clone())
            .finish()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_data_are_not_named_and_places_are_bounded() {
    let reports = Reports::default();
    let mut body = thing();
    for number in 0..5_000 {
        body[format!("customer_{number}")] = 1.into();
    }
    let transport = answering(&json!([body]), &reports);
    transport.call(ListThings).await.unwrap();
    let places = transport.drift();
    assert_eq!(places.len(), 33, "{places:#?}");
    assert!(places.iter().any(|place| place.pointer == "/*/*"));
}

#[tokio::test(start_paused = true)]
async fn the_counts_of_the_lines_of_a_file_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drift.jsonl");
    let body = json!([drifted()]).to_string();
    let platform = Platform::new(move |_, _| answer(200, &body));
    // Two transports, as of two processes.
    for _ in 0..2 {
        let transport = platform.builder().drift_file(DriftFile::append(&path).unwrap()).build().unwrap();
        for _ in 0..100 {
            transport.call(ListThings).await.unwrap();
        }
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["operation"], &line["route"]), (&"list_things".into(), &"/v4/things".into()));
        let place = format!("{} {}", line["kind"].as_str().unwrap(), line["pointer"].as_str().unwrap());
        *counts.entry(place).or_default() += line["count"].as_u64().unwrap();
    }
    assert_eq!(counts.len(), DIFFERENCES.len() + 1);
    assert!(counts.values().all(|count| *count == 200), "{counts:#?}");
    // About one line for each doubling, not one for each answer.
    assert!(text.lines().count() <= counts.len() * 2 * 9, "{}", text.lines().count());
}

#[test]
fn many_threads_report_each_place_once_and_count_all() {
    let transport = Transport::builder().endpoint("http://localhost").build().unwrap();
    let body = bytes::Bytes::from(json!([drifted()]).to_string());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..250 {
                    transport.event(&THINGS, body.clone()).list::<Thing>().unwrap();
                }
            });
        }
    });
    let places = transport.drift();
    assert_eq!(places.len(), DIFFERENCES.len() + 1);
    assert!(places.iter().all(|place| place.count == 2_000), "{places:#?}");
    let kinds: Vec<DriftKind> = places.iter().map(|place| place.kind).collect();
    assert!(kinds.contains(&DriftKind::MissingField));
}

/// The types of drains as they are generated from the spec.
#[path = "../../../generated/cc-api-drain/src/types.rs"]
#[rustfmt::skip]
#[allow(dead_code)]
mod before;

/// The same types after `cargo xtask drift --apply` with `drift/reports.jsonl`.
#[path = "drift/after.rs"]
#[rustfmt::skip]
#[allow(dead_code)]
mod after;

/// Drains that differ from the spec in every way that a proposal can mend.
fn drifted_drains() -> Value {
    let drain = json!({
        "id": "drain_1", "tenantId": "orga_1", "resourceId": "app_1", "kind": "METRICS",
        "recipient": { "type": "RAW_HTTP", "url": "https://example.com" },
        "status": { "id": "change_1", "date": "2026-01-02T03:04:05Z", "status": "ENABLED" },
        "execution": { "status": "RUNNING", "attempt": "3" },
        "backlog": { "msgBacklog": null, "msgRateOut": 1.5, "msgThroughputOut": 2.5 },
        "priority": 3, "labels": ["a"], "scope": { "zone": "par" },
    });
    json!([drain.clone(), drain])
}

/// `xtask` takes these reports to a proposal, applies it to a copy of the spec, and generates `drift/after.rs` from it.
#[test]
fn the_changes_that_reports_call_for_end_the_reports() {
    static LIST_DRAINS: OperationInfo = OperationInfo::new(
        "list_drains",
        "drain",
        http::Method::GET,
        "/v4/drains/organisations/{ownerId}/resources/{resourceId}/drains",
        "application/json",
    );
    let body = bytes::Bytes::from(drifted_drains().to_string());
    let transport = || Transport::builder().endpoint("http://localhost").build().unwrap();

    let old = transport();
    for _ in 0..2 {
        let drains = old.event(&LIST_DRAINS, body.clone()).list::<before::Drain>().unwrap();
        // What the reader handled is reported by the call, as `Transport::call` does.
        futures_util::FutureExt::now_or_never(old.report_drift(&LIST_DRAINS, drains.drift())).unwrap();
    }
    let line = |report: &Value| {
        let mut report = report.clone();
        for time in ["first_seen", "last_seen"] {
            report.as_object_mut().unwrap().remove(time).unwrap();
        }
        report.to_string()
    };
    let mut lines: Vec<String> =
        old.drift().iter().map(|report| line(&serde_json::to_value(report).unwrap())).collect();
    let mut known: Vec<String> = include_str!("drift/reports.jsonl")
        .lines()
        .map(|report| line(&serde_json::from_str(report).unwrap()))
        .collect();
    lines.sort();
    known.sort();
    assert_eq!(lines, known, "crates/cc-runtime/tests/it/drift/reports.jsonl has other reports");

    let new = transport();
    let drains = new.event(&LIST_DRAINS, body).list::<after::Drain>().unwrap();
    assert_eq!((drains.len(), drains.drift(), new.drift()), (2, &[][..], Vec::new()));
    assert_eq!(drains[0].kind, after::DrainKind::Metrics);
}

mod any_answer {
    //! Watching changes no result.

    use proptest::prelude::*;

    use super::*;

    fn leaf() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            prop::sample::select(vec!["ON", "OFF", "NEW", "BASIC", "2026-01-01T00:00:00Z", "a\u{e9}\""])
                .prop_map(Value::from),
        ]
    }

    fn json() -> impl Strategy<Value = Value> {
        leaf().prop_recursive(4, 48, 6, |inner| {
            let key = prop::sample::select(vec![
                "id", "state", "target", "parts", "by_name", "since", "free", "min", "max", "type", "url",
                "x", "a\"b",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(key.prop_map(str::to_owned), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// A value near to what the spec has.
    fn near() -> impl Strategy<Value = Value> {
        let keys = vec!["id", "state", "target", "parts", "by_name", "since", "free", "x"];
        (prop::sample::select(keys), json(), prop::option::of(json())).prop_map(|(key, value, more)| {
            let mut thing = thing();
            thing[key] = value;
            Value::from_iter([Some(thing), more].into_iter().flatten())
        })
    }

    proptest! {
        #[test]
        fn a_watched_decode_gives_what_a_plain_one_gives(value in prop_oneof![json(), near()]) {
            let transport = Transport::builder().endpoint("http://localhost").build().unwrap();
            let body = bytes::Bytes::from(value.to_string());
            let plain = |body: bytes::Bytes| Answer::new(body, http::StatusCode::OK, http::HeaderMap::new(), 1);
            let watched = transport.event(&THINGS, body.clone()).list::<Thing>();
            let read = plain(body.clone()).list::<Thing>();
            match (watched, read) {
                (Ok(watched), Ok(read)) => {
                    prop_assert_eq!(watched.drift(), read.drift());
                    prop_assert_eq!(watched.into_inner(), read.into_inner());
                }
                (Err(watched), Err(read)) => prop_assert_eq!(watched.to_string(), read.to_string()),
                (watched, read) => prop_assert!(false, "{:?} {:?}", watched, read),
            }
            let watched = transport.event(&THINGS, body.clone()).json::<Thing>();
            prop_assert_eq!(watched.is_ok(), plain(body).json::<Thing>().is_ok());
        }
    }
}
