//! Cost of one call among many concurrent calls: it must not grow with their number. Each call is a task of
//! its own, because polling one set of 100,000 futures is slow in itself.
//!
//! `cargo bench -p cc-runtime --bench many`; with `--test` it runs few calls and judges nothing.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use cc_runtime::transport::{HttpRequest, HttpResponse};
use cc_runtime::{Body, CachePolicy, CallOptions, Error, OperationInfo, RequestBuilder, Transport};
use http::Method;
use rustix::time::{ClockId, clock_gettime};

static GET: OperationInfo =
    OperationInfo::new("get", "bench", Method::GET, "/v2/applications/{id}", "application/json");
static PUT: OperationInfo =
    OperationInfo::new("put", "bench", Method::PUT, "/v2/applications/{id}", "application/json");

/// Largest allowed growth of the cost of a call when there are a hundred times as many calls.
const MAX_GROWTH: f64 = 3.0;

/// The processor time of this thread. The runtime has no other.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

/// Processor time in microseconds per call of this number of concurrent calls, a quarter of which are writes.
async fn each(calls: usize) -> f64 {
    let service = tower::service_fn(|_: HttpRequest| async {
        tokio::task::yield_now().await;
        Ok::<_, Error>(HttpResponse::new(Body::from("1")))
    });
    let transport = Transport::builder().endpoint("https://bench.test").http_service(service).build();
    let transport = transport.expect("a transport");
    let before = processor_time();
    let tasks: Vec<_> = (0..calls)
        .map(|at| {
            let transport = transport.clone();
            tokio::spawn(async move {
                let info = if at % 4 == 0 { &PUT } else { &GET };
                let request = RequestBuilder::new(info).path("id", &format!("app_{at}")).build();
                let options = CallOptions::new().cache(CachePolicy::ttl(Duration::from_secs(60)));
                transport.execute(request.expect("a request"), &options).await.expect("an answer");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a call");
    }
    (processor_time() - before).as_secs_f64() * 1e6 / calls as f64
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let (few, many) = if quick { (10, 100) } else { (1_000, 100_000) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (one, hundred) = runtime.block_on(async {
        each(few).await;
        (each(few).await, each(many).await)
    });
    println!(
        "{few} calls at once: {one:.1} µs each; {many}: {hundred:.1} µs each (at most {MAX_GROWTH} times as much)"
    );
    assert!(quick || hundred <= MAX_GROWTH * one, "what a call costs grows with the number of calls");
}
