//! Cost of the reports of drift: decoding with the feature `drift` compared with plain `serde_json`, in processor time. Both sides
//! alternate within one run, and the median of the ratios counts.
//!
//! `cargo bench -p cc-runtime --features drift --bench drift`; with `--test` it runs a few rounds and judges nothing. With
//! `once plain|watched CASE TIMES` it runs one side of the cases whose names begin so, for a program that counts instructions:
//! `valgrind --tool=callgrind --toggle-collect='*one_decode*' PROGRAM once watched '12 zones, as' 100`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::{Answer, OperationInfo, Timestamp, Transport};
use http::{HeaderMap, Method, StatusCode};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Largest allowed ratio of a decode that reports to one that does not, for lists as the spec has them. The time of a run varies by a few
/// hundredths; the instructions of these cases do not, and have ratios of 1.020 and 1.024.
const MAX_RATIO: f64 = 1.06;

/// The same for one small value, where the work for each answer counts, and for answers with differences that are known.
const MAX_OTHER: f64 = 1.15;

static INFO: OperationInfo = OperationInfo::new("list", "bench", Method::GET, "/bench", "application/json");

cc_runtime::open_enum! {
    /// State of an application.
    pub enum State {
        /// Up.
        ShouldBeUp = "SHOULD_BE_UP",
        /// Down.
        ShouldBeDown = "SHOULD_BE_DOWN",
        /// Starting.
        WantsToBeUp = "WANTS_TO_BE_UP",
    }
}

#[derive(Debug, Default, Deserialize)]
#[allow(dead_code)]
struct Zone {
    id: cc_runtime::ZoneId,
    #[serde(default = "cc_runtime::de::absent::<String, 1>", deserialize_with = "cc_runtime::de::expected")]
    name: String,
    #[serde(default = "cc_runtime::de::absent::<String, 2>", deserialize_with = "cc_runtime::de::expected")]
    country: String,
    #[serde(
        rename = "countryCode",
        default = "cc_runtime::de::absent::<String, 3>",
        deserialize_with = "cc_runtime::de::expected"
    )]
    country_code: String,
    #[serde(default = "cc_runtime::de::absent::<String, 4>", deserialize_with = "cc_runtime::de::expected")]
    city: String,
    #[serde(
        rename = "displayName",
        default = "cc_runtime::de::absent::<String, 5>",
        deserialize_with = "cc_runtime::de::expected"
    )]
    display_name: String,
    #[serde(default = "cc_runtime::de::absent::<f64, 6>", deserialize_with = "cc_runtime::de::expected")]
    lat: f64,
    #[serde(default = "cc_runtime::de::absent::<f64, 7>", deserialize_with = "cc_runtime::de::expected")]
    lon: f64,
    #[serde(
        rename = "outboundIPs",
        default = "cc_runtime::de::absent::<Vec<String>, 8>",
        deserialize_with = "cc_runtime::de::expected_list"
    )]
    outbound_ips: Vec<String>,
    #[serde(
        default = "cc_runtime::de::absent::<Vec<String>, 9>",
        deserialize_with = "cc_runtime::de::expected_list"
    )]
    tags: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[allow(dead_code)]
struct Flavor {
    #[serde(default = "cc_runtime::de::absent::<String, 0>", deserialize_with = "cc_runtime::de::expected")]
    name: String,
    #[serde(default = "cc_runtime::de::absent::<i64, 1>", deserialize_with = "cc_runtime::de::expected")]
    mem: i64,
    #[serde(default = "cc_runtime::de::absent::<i64, 2>", deserialize_with = "cc_runtime::de::expected")]
    cpus: i64,
    #[serde(default)]
    price: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[allow(dead_code)]
struct Instance {
    #[serde(
        rename = "type",
        default = "cc_runtime::de::absent::<String, 0>",
        deserialize_with = "cc_runtime::de::expected"
    )]
    kind: String,
    #[serde(
        rename = "minInstances",
        default = "cc_runtime::de::absent::<i64, 1>",
        deserialize_with = "cc_runtime::de::expected"
    )]
    min_instances: i64,
    #[serde(rename = "minFlavor", default)]
    min_flavor: Option<Flavor>,
    #[serde(rename = "maxFlavor", default)]
    max_flavor: Option<Flavor>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Variable {
    #[serde(default = "cc_runtime::de::absent::<String, 0>", deserialize_with = "cc_runtime::de::expected")]
    name: String,
    #[serde(default = "cc_runtime::de::absent::<String, 1>", deserialize_with = "cc_runtime::de::expected")]
    value: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Application {
    id: cc_runtime::ApplicationId,
    #[serde(default = "cc_runtime::de::absent::<String, 1>", deserialize_with = "cc_runtime::de::expected")]
    name: String,
    #[serde(default = "cc_runtime::de::absent::<State, 2>", deserialize_with = "cc_runtime::de::expected")]
    state: State,
    #[serde(
        default = "cc_runtime::de::absent::<Instance, 3>",
        deserialize_with = "cc_runtime::de::expected"
    )]
    instance: Instance,
    #[serde(
        default = "cc_runtime::de::absent::<Vec<Variable>, 4>",
        deserialize_with = "cc_runtime::de::expected_list"
    )]
    env: Vec<Variable>,
    #[serde(rename = "creationDate", default)]
    creation_date: Option<i64>,
    #[serde(default)]
    archived: Option<bool>,
    #[serde(rename = "lastDeploy", default)]
    last_deploy: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Line {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    date: Option<Timestamp>,
    #[serde(default = "cc_runtime::de::absent::<String, 2>", deserialize_with = "cc_runtime::de::expected")]
    message: String,
    #[serde(default)]
    service: Option<String>,
    #[serde(default)]
    pid: Option<i64>,
}

fn zone(number: usize, more: &str) -> String {
    format!(
        r#"{{"id":"b5a1b1b4-0000-4000-8000-00000000000{number:x}","name":"zone{number}","country":"France","countryCode":"FR","city":"Paris","displayName":"Zone number {number}","lat":48.87{number},"lon":2.33{number},{more}"outboundIPs":["46.252.181.{number}","46.252.182.{number}"],"tags":["for:applications","for:par-only","infra:clever-cloud"]}}"#
    )
}

fn application(number: usize, state: &str, more: &str) -> String {
    let flavor = r#"{"name":"XS","mem":1024,"cpus":1,"price":0.4}"#;
    let variables: Vec<String> = (0..8)
        .map(|name| format!(r#"{{"name":"CC_SETTING_{name}","value":"a value of some length {name}"}}"#))
        .collect();
    format!(
        r#"{{"id":"app_b5a1b1b4-0000-4000-8000-00000000{number:04x}","name":"application {number}","state":"{state}","instance":{{"type":"node","minInstances":1,{more}"minFlavor":{flavor},"maxFlavor":{flavor}}},"env":[{}],"creationDate":1700000000000,"archived":false,"lastDeploy":"2026-01-02T03:04:05.678Z"}}"#,
        variables.join(",")
    )
}

fn list(of: impl Fn(usize) -> String, length: usize) -> Bytes {
    format!("[{}]", (0..length).map(of).collect::<Vec<_>>().join(",")).into()
}

/// The processor time of this thread.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

fn measure(times: u32, mut work: impl FnMut()) -> f64 {
    let before = processor_time();
    for _ in 0..times {
        work();
    }
    (processor_time() - before).as_secs_f64() * 1e6 / f64::from(times)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

// Never inlined, so that callgrind can be told to count it alone.
#[inline(never)]
fn one_decode(decode: &dyn Fn()) {
    decode();
}

/// Ratio of a decode that reports to one that does not.
fn compare<T: DeserializeOwned>(name: &str, body: &Bytes, places: usize, quick: bool) -> f64 {
    let transport = Transport::builder().endpoint("http://localhost").build().expect("a transport");
    let plain = || {
        let answer = Answer::new(body.clone(), StatusCode::OK, HeaderMap::new(), 1);
        black_box(answer.json::<T>().expect("a value"));
    };
    let watched = || {
        black_box(transport.event(&INFO, body.clone()).json::<T>().expect("a value"));
    };
    // What is reported for the first time is reported here.
    watched();
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, side, case, times, ..] = &arguments[..]
        && mode == "once"
    {
        for _ in 0..times.parse().expect("a number") {
            match (name.starts_with(case.as_str()), side.as_str()) {
                (false, _) => {}
                (true, "plain") => one_decode(&plain),
                _ => one_decode(&watched),
            }
        }
        return 0.0;
    }
    let (rounds, once) = if quick { (3, 1.0) } else { (200, 2_000.0) };
    let times = (once / measure(20, plain).max(0.01)).max(1.0) as u32;
    let (mut plains, mut watcheds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        // The side that runs first changes, so that neither has the warmer caches.
        let (one, other) = match round % 2 {
            0 => {
                let plain = measure(times, plain);
                (plain, measure(times, watched))
            }
            _ => {
                let watched = measure(times, watched);
                (measure(times, plain), watched)
            }
        };
        plains.push(one);
        watcheds.push(other);
        ratios.push(other / one);
    }
    assert_eq!(transport.drift().len(), places, "{name}");
    let (plain, watched, ratio) = (median(plains), median(watcheds), median(ratios));
    println!("{name}: without reports {plain:.2} µs, with {watched:.2} µs, ratio {ratio:.3}");
    ratio
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let new = r#""newField":{"a":[1,2]},"#;
    let up = "SHOULD_BE_UP";
    let ratios = [
        compare::<Vec<Zone>>("12 zones, as the spec has them", &list(|number| zone(number, ""), 12), 0, quick),
        compare::<Vec<Application>>(
            "100 applications, as the spec has them",
            &list(|number| application(number, up, ""), 100),
            0,
            quick,
        ),
        compare::<Application>("one application, as the spec has it", &application(1, up, "").into(), 0, quick),
        compare::<Line>(
            "one line of a log, as the spec has it",
            &r#"{"id":"01KB0000000000000000000000","date":"2026-01-02T03:04:05.678Z","message":"GET /index.html 200 in 12 ms","service":"bas","pid":12}"#.into(),
            0,
            quick,
        ),
        compare::<Vec<Zone>>(
            "12 zones, each with a new field that is known",
            &list(|number| zone(number, new), 12),
            1,
            quick,
        ),
        compare::<Vec<Application>>(
            "100 applications, each with a new field and a new value that are known",
            &list(|number| application(number, "NEW_STATE", new), 100),
            2,
            quick,
        ),
        compare::<Application>(
            "one application with a new field and a new value that are known",
            &application(1, "NEW_STATE", new).into(),
            2,
            quick,
        ),
    ];
    println!("at most {MAX_RATIO} for the first two, {MAX_OTHER} for the others");
    let is_within = |(case, ratio): (usize, &f64)| *ratio <= if case < 2 { MAX_RATIO } else { MAX_OTHER };
    assert!(quick || ratios.iter().enumerate().all(is_within), "reports cost too much");
}
