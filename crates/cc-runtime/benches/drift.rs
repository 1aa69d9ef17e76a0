//! Cost of the reports of drift: decoding with the feature `drift` compared with plain `serde_json`, in processor time. The types are read
//! as the generated ones are. Both sides alternate within one run, and the median of the ratios counts.
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
use serde::de::DeserializeOwned;

/// Largest allowed ratio of a decode that reports to one that does not, for lists as the spec has them. The time of a run varies by a few
/// hundredths; the instructions of these cases do not, and have ratios of 1.022 and 1.034.
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

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Zone {
    id: cc_runtime::ZoneId,
    name: String,
    country: String,
    country_code: String,
    city: String,
    display_name: String,
    lat: f64,
    lon: f64,
    outbound_ips: Vec<String>,
    tags: Vec<String>,
}

cc_runtime::__fields_of! {
    Zone {
        0: id = "id", required;
        1: name = "name", expected;
        2: country = "country", expected;
        3: country_code = "countryCode", expected;
        4: city = "city", expected;
        5: display_name = "displayName", expected;
        6: lat = "lat", expected;
        7: lon = "lon", expected;
        8: outbound_ips = "outboundIPs", expected_list;
        9: tags = "tags", expected_list;
    }
}

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Flavor {
    name: String,
    mem: i64,
    cpus: i64,
    price: Option<f64>,
}

cc_runtime::__fields_of! {
    Flavor {
        0: name = "name", expected;
        1: mem = "mem", expected;
        2: cpus = "cpus", expected;
        3: price = "price", optional;
    }
}

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Instance {
    kind: String,
    min_instances: i64,
    min_flavor: Option<Flavor>,
    max_flavor: Option<Flavor>,
}

cc_runtime::__fields_of! {
    Instance {
        0: kind = "type", expected;
        1: min_instances = "minInstances", expected;
        2: min_flavor = "minFlavor", optional;
        3: max_flavor = "maxFlavor", optional;
    }
}

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Variable {
    name: String,
    value: String,
}

cc_runtime::__fields_of! {
    Variable {
        0: name = "name", expected;
        1: value = "value", expected;
    }
}

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Application {
    id: cc_runtime::ApplicationId,
    name: String,
    state: State,
    instance: Instance,
    env: Vec<Variable>,
    creation_date: Option<i64>,
    archived: Option<bool>,
    last_deploy: Option<Timestamp>,
}

cc_runtime::__fields_of! {
    Application {
        0: id = "id", required;
        1: name = "name", expected;
        2: state = "state", expected;
        3: instance = "instance", expected;
        4: env = "env", expected_list;
        5: creation_date = "creationDate", optional;
        6: archived = "archived", optional;
        7: last_deploy = "lastDeploy", optional;
    }
}

#[derive(Debug, Default)]
#[allow(dead_code)]
struct Line {
    id: Option<String>,
    date: Option<Timestamp>,
    message: String,
    service: Option<String>,
    pid: Option<i64>,
}

cc_runtime::__fields_of! {
    Line {
        0: id = "id", optional;
        1: date = "date", optional;
        2: message = "message", expected;
        3: service = "service", optional;
        4: pid = "pid", optional;
    }
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
