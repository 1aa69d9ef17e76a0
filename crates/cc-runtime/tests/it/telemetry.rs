//! Spans, observers, and the context of a trace in requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_runtime::transport::observe::{
    AttemptEnd, AttemptStart, AttributeValue, CacheLookup, CallEnd, CallStart, DurationMetric, Observer, Wait,
};
use cc_runtime::{CachePolicy, CallOptions, CommandCall, Credentials, Error, ErrorKind, Transport};
use tracing::{Instrument, info_span};

use crate::spans::{Seen, Spans};
use crate::support::*;

/// Fails the first requests with 503.
fn failing(times: usize) -> Platform {
    Platform::new(move |count, _| answer(if count < times { 503 } else { 200 }, "1"))
}

fn secret_request() -> cc_runtime::Request {
    let mut request = with_body(&PUT, r#"{"password":"hunter2"}"#);
    request.append_query("token", &"hunter2");
    request.append_query("limit", &3);
    request.headers.insert("x-clever-password", "hunter2".parse().unwrap());
    request
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_a_client_span_below_the_span_of_the_caller() {
    let platform = failing(1);
    let transport = platform.builder().credentials(Credentials::api_token("hunter2")).build().unwrap();
    let (spans, _guard) = Spans::listen();
    let caller = info_span!("caller", otel.name = "caller");
    transport.execute(secret_request(), &CallOptions::new()).instrument(caller).await.unwrap();
    let all = spans.all();
    let names: Vec<_> = all.iter().map(|span| (span.name(), span.parent.as_deref())).collect();
    assert_eq!(
        names,
        [("caller", None), ("PUT /v2/things/{id}", Some("caller")), ("PUT /v2/things/{id}", Some("caller"))]
    );
    assert!(all.iter().all(|span| span.closed));
    let [first, second] = [&all[1], &all[2]];
    for (field, value) in [
        ("otel.kind", "client"),
        ("otel.status_code", "ERROR"),
        ("http.request.method", "PUT"),
        ("url.full", "https://api.test/base/v2/things/1?token=REDACTED&limit=REDACTED"),
        ("url.template", "/v2/things/{id}"),
        ("server.address", "api.test"),
        ("server.port", "443"),
        ("http.response.status_code", "503"),
        ("error.type", "503"),
        ("network.protocol.version", "1.1"),
        ("cc.operation", "put_thing"),
    ] {
        assert_eq!(first.get(field), Some(value), "{field}");
    }
    assert_eq!(first.get("http.request.resend_count"), None);
    assert_eq!(second.get("http.request.resend_count"), Some("1"));
    assert_eq!(second.get("http.response.status_code"), Some("200"));
    assert_eq!((second.get("error.type"), second.get("otel.status_code")), (None, None));
    assert!(!format!("{all:?}").contains("hunter2"), "{all:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_span_records_why_an_attempt_failed() {
    let (spans, _guard) = Spans::listen();
    for (platform, expected) in [
        (Platform::new(|_, _| unreachable()), (None, "NETWORK_ERROR")),
        (Platform::new(|_, _| answer(404, "{}")), (Some("404"), "404")),
        (Platform::slow(|_, _| after(SECOND * 60, answer(200, "1"))), (None, "TIMEOUT_EXCEEDED")),
    ] {
        platform.transport().execute(request(&PUT), &once()).await.unwrap_err();
        let span = spans.clients().pop().unwrap();
        assert_eq!((span.get("http.response.status_code"), span.get("error.type").unwrap()), expected);
        assert_eq!(span.get("otel.status_code"), Some("ERROR"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_ends_with_its_call_says_why() {
    let (spans, _guard) = Spans::listen();
    let platform = Platform::slow(|_, _| after(SECOND * 60, answer(200, "1")));
    let notes = Notes::default();
    let transport = platform.builder().observer(notes.clone()).build().unwrap();
    transport.execute(request(&GET), &once().timeout(SECOND)).await.unwrap_err();
    let options = once();
    let dropped = transport.execute(request(&GET), &options);
    tokio::time::timeout(SECOND, dropped).await.unwrap_err();
    let types: Vec<_> =
        spans.clients().iter().map(|span| span.get("error.type").unwrap().to_owned()).collect();
    assert_eq!(types, ["TIMEOUT_EXCEEDED", "CANCELLED"]);
    let notes = notes.take();
    assert!(notes.contains(&"attempt 0 ended after 1s: None Some(\"CANCELLED\")".to_owned()), "{notes:#?}");
    assert!(notes.contains(&"call ended after 1s: None Some(\"CANCELLED\") 0".to_owned()), "{notes:#?}");
}

#[tokio::test(start_paused = true)]
async fn each_redirect_is_a_client_span_of_its_own() {
    let platform = Platform::new(|count, _| match count {
        0 => answer_with(302, &[("location", "https://store.test:444/hunter2?sig=hunter2")], ""),
        _ => answer(200, "there"),
    });
    let transport = platform.builder().propagate(|_, headers| {
        headers.insert("traceparent", "00-1-2-01".parse().unwrap());
    });
    let (spans, _guard) = Spans::listen();
    transport.build().unwrap().execute(request(&GET), &CallOptions::new()).await.unwrap();
    let [first, second] = &spans.clients()[..] else { panic!("{:#?}", spans.all()) };
    assert_eq!((first.name(), first.get("http.response.status_code")), ("GET /v2/things/{id}", Some("302")));
    assert_eq!((first.get("error.type"), first.parent.as_deref()), (None, None));
    assert_eq!((second.name(), second.parent.as_deref()), ("GET", None));
    assert_eq!(second.get("url.full"), Some("https://store.test:444/REDACTED"));
    assert_eq!((second.get("server.address"), second.get("server.port")), (Some("store.test"), Some("444")));
    assert_eq!(second.get("http.request.resend_count"), Some("1"));
    assert_eq!((second.get("url.template"), second.get("http.response.status_code")), (None, Some("200")));
    let sent: Vec<_> = platform.seen().iter().map(|seen| seen.header("traceparent").is_some()).collect();
    assert_eq!(sent, [true, false], "a trace is not sent to another origin");
}

fn command(transport: &Transport, requests: usize) -> CommandCall<()> {
    let sender = transport.clone();
    CommandCall::new(transport.clone(), "DoThings", move |options: CallOptions| async move {
        for _ in 0..requests {
            sender.execute(request(&GET), &options).await?;
        }
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn a_command_is_one_internal_span_around_its_attempts() {
    let platform = failing(1);
    let (spans, _guard) = Spans::listen();
    command(&platform.transport(), 2).await.unwrap();
    let all = spans.all();
    assert_eq!((all[0].name(), all[0].get("otel.kind")), ("DoThings", Some("internal")));
    assert_eq!((all[0].get("cc.command"), all[0].get("error.type")), (Some("DoThings"), None));
    assert_eq!(all.len(), 4);
    assert!(all[1..].iter().all(|span| span.is_client() && span.parent.as_deref() == Some("DoThings")));
    // Resends are counted for each call of the command.
    let resends: Vec<_> = all[1..].iter().map(|span| span.get("http.request.resend_count")).collect();
    assert_eq!(resends, [None, Some("1"), None]);
    command(&Platform::new(|_, _| answer(403, "{}")).transport(), 1).await.unwrap_err();
    let failed = &spans.all()[4];
    assert_eq!((failed.get("error.type"), failed.get("otel.status_code")), (Some("403"), Some("ERROR")));
}

/// Records each call of the observer as a line of text.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn rounded(duration: Duration) -> Duration {
    Duration::from_secs(duration.as_secs_f64().round() as u64)
}

impl Observer for Notes {
    fn on_call_start(&self, call: &CallStart) {
        self.note(format!("call {} started", call.info.id));
    }

    fn on_call_end(&self, call: &CallEnd<'_>) {
        let status = call.status.map(|status| status.as_u16());
        self.note(format!(
            "call ended after {:?}: {status:?} {:?} {}",
            rounded(call.duration),
            call.error_type,
            call.attempts
        ));
    }

    fn on_attempt_start(&self, attempt: &AttemptStart<'_>) {
        let (address, port) = (attempt.server_address, attempt.server_port);
        self.note(format!("attempt {} {} {address}:{port}", attempt.resend_count, attempt.method));
    }

    fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
        let status = attempt.status.map(|status| status.as_u16());
        let duration = rounded(attempt.duration);
        self.note(format!(
            "attempt {} ended after {duration:?}: {status:?} {:?}",
            attempt.resend_count, attempt.error_type
        ));
    }

    fn on_cache(&self, lookup: &CacheLookup) {
        self.note(format!("cache {}", if lookup.hit { "hit" } else { "miss" }));
    }

    fn on_wait(&self, wait: &Wait) {
        self.note(format!("waited {:?} for {:?}", rounded(wait.duration), wait.reason));
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_of_calls_attempts_waits_and_the_cache() {
    let platform = Platform::slow(|count, _| match count {
        0 => after(SECOND, answer_with(503, &[("retry-after", "7")], "")),
        _ => after(SECOND, answer(200, "1")),
    });
    let notes = Notes::default();
    let transport = platform.builder().observer(notes.clone()).concurrency(1).build().unwrap();
    let kept = CallOptions::new().cache(CachePolicy::ttl(SECOND * 60));
    transport.execute(request(&GET), &kept).await.unwrap();
    transport.execute(request(&GET), &kept).await.unwrap();
    assert_eq!(
        notes.take(),
        [
            "call get_thing started",
            "cache miss",
            "attempt 0 GET api.test:443",
            "attempt 0 ended after 1s: Some(503) Some(\"503\")",
            "waited 7s for RetryAfter",
            "attempt 1 GET api.test:443",
            "attempt 1 ended after 1s: Some(200) None",
            "call ended after 9s: Some(200) None 2",
            "call get_thing started",
            "cache hit",
            "call ended after 0ns: Some(200) None 0",
        ]
    );
    let (one, two) = (about(&PUT, "1"), about(&PUT, "2"));
    let options = once();
    let (one, two) = tokio::join!(transport.execute(one, &options), transport.execute(two, &options));
    assert!(one.is_ok() && two.is_ok());
    assert!(notes.take().contains(&"waited 1s for Limit".to_owned()));
}

/// Panics at everything.
#[derive(Debug)]
struct Panicking;

impl Observer for Panicking {
    fn on_call_start(&self, _: &CallStart) {
        panic!("start");
    }

    fn on_attempt_end(&self, _: &AttemptEnd<'_>) {
        panic!("end");
    }

    fn on_call_end(&self, _: &CallEnd<'_>) {
        panic!("end");
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_does_not_affect_the_call() {
    let platform = failing(1);
    let transport = platform.builder().observer(Panicking).build().unwrap();
    assert_eq!(text(&transport, request(&GET), &CallOptions::new()).await, "1");
}

#[tokio::test(start_paused = true)]
async fn the_context_of_the_trace_is_in_each_attempt_before_it_is_signed() {
    let platform = failing(1);
    let credentials = Credentials::api_token("mine");
    let builder = platform.builder().credentials(credentials).propagate(|span, headers| {
        let id = span.id().map_or(0, |id| id.into_u64());
        let name = span.metadata().map_or("none", |metadata| metadata.name());
        headers.insert("traceparent", format!("{name}-{id}").parse().unwrap());
        headers.insert("authorization", "Bearer trace".parse().unwrap());
    });
    let transport = builder.build().unwrap();
    let (_spans, guard) = Spans::listen();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    let seen = platform.seen();
    let parents: BTreeSet<_> = seen.iter().map(|seen| seen.header("traceparent").unwrap()).collect();
    assert_eq!(parents.len(), 2, "{parents:?}");
    assert!(parents.iter().all(|parent| parent.starts_with("http_request-")), "{parents:?}");
    assert!(seen.iter().all(|seen| seen.header("authorization") == Some("Bearer mine")));
    drop(guard);
}

#[tokio::test(start_paused = true)]
async fn streams_carry_the_context_of_the_trace_too() {
    let platform = failing(0);
    let builder = platform.builder().propagate(|_, headers| {
        headers.insert("traceparent", "00-1-2-01".parse().unwrap());
    });
    let (spans, _guard) = Spans::listen();
    builder.build().unwrap().open_request(request(&GET), &CallOptions::new()).await.unwrap();
    assert_eq!(platform.seen()[0].header("traceparent"), Some("00-1-2-01"));
    assert_eq!(spans.clients().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_secret_header_of_the_trace_is_not_sent_over_plain_http() {
    let platform = failing(0);
    let builder = platform.builder().endpoint("http://api.test").propagate(|_, headers| {
        headers.insert("x-trace-token", "hunter2".parse().unwrap());
    });
    let error = builder.build().unwrap().execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), platform.count()), (ErrorKind::Credentials, 0));
}

/// The names of the conventions with their levels, of one signal.
fn conventions(signal: &str) -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("../fixtures/http-conventions.txt").lines();
    let entries = lines.filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect::<Vec<_>>());
    entries.filter(|entry| entry[0] == signal).map(|entry| (entry[1], entry[2])).collect()
}

fn required(names: &BTreeMap<&'static str, &'static str>) -> BTreeSet<&'static str> {
    names.iter().filter(|(_, level)| **level == "required").map(|(name, _)| *name).collect()
}

/// Everything that can be in a span and a metric: success, retry, redirect, failure, an unusual method.
async fn all_telemetry() -> (Vec<Seen>, Vec<BTreeMap<&'static str, String>>) {
    #[derive(Debug, Clone, Default)]
    struct Metrics(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

    impl Observer for Metrics {
        fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
            let metric = attempt.duration_metric().with_url_template();
            let shown = |value| match value {
                AttributeValue::Text(text) => text.to_owned(),
                AttributeValue::Number(number) => number.to_string(),
                other => format!("{other:?}"),
            };
            let attributes = metric.attributes().map(|(name, value)| (name, shown(value))).collect();
            self.0.lock().unwrap().push(attributes);
        }
    }

    let metrics = Metrics::default();
    let (spans, _guard) = Spans::listen();
    static PURGE: std::sync::LazyLock<cc_runtime::OperationInfo> = std::sync::LazyLock::new(|| {
        cc_runtime::OperationInfo::new("purge", "test", "PURGE".parse().unwrap(), "/v2/things", "")
    });
    for platform in [
        failing(1),
        Platform::new(|_, _| unreachable()),
        Platform::new(|count, _| match count {
            0 => answer_with(302, &[("location", "/there")], ""),
            _ => answer(200, "1"),
        }),
    ] {
        let transport = platform.builder().observer(metrics.clone()).build().unwrap();
        let _: Result<(), Error> = command(&transport, 1).await;
        let _ = transport.execute(request(&PURGE), &once()).await;
    }
    let metrics = std::mem::take(&mut *metrics.0.lock().unwrap());
    (spans.all(), metrics)
}

#[tokio::test(start_paused = true)]
async fn every_name_in_a_span_is_of_the_conventions_or_begins_with_cc() {
    let (names, (spans, _)) = (conventions("span"), all_telemetry().await);
    // These three tell `tracing-opentelemetry` the name, the kind and the status of a span.
    let special = ["otel.name", "otel.kind", "otel.status_code"];
    for span in &spans {
        for name in span.fields.keys() {
            let known = names.contains_key(name) || special.contains(name) || name.starts_with("cc.");
            assert!(known, "{name} is not in the conventions: {span:#?}");
        }
        if span.is_client() {
            let missing: Vec<_> =
                required(&names).into_iter().filter(|name| span.get(name).is_none()).collect();
            assert!(missing.is_empty(), "{missing:?} missing in {span:#?}");
        } else {
            assert_eq!(span.get("otel.kind"), Some("internal"));
            assert!(span.fields.keys().all(|name| !name.starts_with("http.")), "{span:#?}");
        }
    }
    let other = spans.iter().find(|span| span.get("cc.operation") == Some("purge")).unwrap();
    assert_eq!(other.get("http.request.method"), Some("_OTHER"));
    assert_eq!(other.get("http.request.method_original"), Some("PURGE"));
    assert_eq!(other.name(), "HTTP /v2/things");
}

#[tokio::test(start_paused = true)]
async fn every_attribute_of_the_duration_is_of_the_conventions() {
    let (names, (spans, metrics)) = (conventions("attribute"), all_telemetry().await);
    assert_eq!(metrics.len(), spans.iter().filter(|span| span.is_client()).count());
    for attributes in &metrics {
        let found: BTreeSet<_> = attributes.keys().copied().collect();
        let unknown: Vec<_> = found.iter().filter(|name| !names.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "{unknown:?} are not in the conventions");
        assert!(found.is_superset(&required(&names)), "{attributes:?}");
    }
    assert_eq!(metrics[0]["error.type"], "503");
}

#[tokio::test(start_paused = true)]
async fn the_duration_has_the_name_the_unit_and_the_buckets_of_the_conventions() {
    #[derive(Debug)]
    struct Checking;

    impl Observer for Checking {
        fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
            let metric = attempt.duration_metric();
            assert_eq!(conventions("metric").get(DurationMetric::NAME), Some(&DurationMetric::UNIT));
            assert_eq!(
                (metric.value, DurationMetric::BUCKETS[0], DurationMetric::BUCKETS[13]),
                (2.0, 0.005, 10.0)
            );
            assert!(metric.attributes().all(|(name, _)| name != "url.template"));
            assert_eq!((attempt.request_bytes, attempt.response_bytes), (22, Some(1)));
            CHECKED.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    static CHECKED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let platform = Platform::slow(|_, _| after(SECOND * 2, answer(200, "1")));
    let transport = platform.builder().observer(Checking).build().unwrap();
    transport.execute(secret_request(), &once()).await.unwrap();
    assert!(CHECKED.load(std::sync::atomic::Ordering::Relaxed));
}
