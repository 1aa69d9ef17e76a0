//! Cost of building a transport, in wall-clock time: measured for the second transport of a process, without
//! the one-time work of the first.
//!
//! `cargo bench -p cc-runtime --bench setup`; with `--test` it runs a few rounds and judges nothing.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use cc_runtime::{CallOptions, Credentials, OperationInfo, RequestBuilder, RetryPolicy, Transport};
use http::Method;

/// The most that a second transport may take, in microseconds.
const MAX_SECOND: f64 = 50.0;

static GET: OperationInfo = OperationInfo::new("get", "bench", Method::GET, "/v2/self", "application/json");

fn transport(base: &str) -> Transport {
    let builder =
        Transport::builder().endpoint(base).retry(RetryPolicy::none()).timeout(Duration::from_secs(1));
    builder.credentials(Credentials::api_token("token")).build().expect("a transport")
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let rounds = if quick { 3 } else { 2_000 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // Nothing listens on the discard port of this machine.
    let (https, http) = ("https://127.0.0.1:9", "http://127.0.0.1:9");
    let request = || RequestBuilder::new(&GET).build().expect("a request");
    let timed = |work: &dyn Fn()| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let first = timed(&|| drop(transport(https)));
    let build = median((0..rounds).map(|_| timed(&|| drop(transport(https)))).collect());
    let call = |base: &str| {
        let transport = transport(base);
        timed(&|| {
            let refused = runtime.block_on(transport.execute(request(), &CallOptions::new()));
            assert!(refused.is_err(), "nobody listens there");
        })
    };
    let rounds = rounds.min(300);
    let plain = median((0..rounds).map(|_| call(http)).collect());
    let secure = median((0..rounds).map(|_| call(https)).collect());
    println!("the first transport: {:.1} µs", first.as_secs_f64() * 1e6);
    println!("a second transport: {build:.1} µs (at most {MAX_SECOND})");
    println!("its first call, refused: {plain:.1} µs over http, {secure:.1} µs over https");
    assert!(quick || build <= MAX_SECOND, "a transport costs too much to build");
}
