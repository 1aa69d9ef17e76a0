//! Cost of a call without async, in processor time of the whole process: compared with the same call that is awaited, on a runtime
//! with several threads as `#[tokio::main]` makes it, and on one of a single thread. The server is another process. All sides
//! alternate within one run, and the median of the rounds counts.
//!
//! `cargo bench -p cc-runtime --features blocking --bench blocking`; with `--test` it runs a few rounds and judges nothing.
#![allow(clippy::print_stdout)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::blocking::Wait;
use cc_runtime::{Answer, Operation, OperationInfo, Request, RequestBuilder, Result, Transport};
use http::Method;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Builder;

/// Largest allowed ratio of a call without async to the same call that is awaited on a runtime with several threads.
const MAX_RATIO: f64 = 1.2;

/// Argument that makes this program the server.
const SERVER: &str = "--server";

struct ListZones;

impl Operation for ListZones {
    const INFO: &'static OperationInfo =
        &OperationInfo::new("list_zones", "zone", Method::GET, "/v4/products/zones", "application/json");
    type Output = Vec<serde_json::Value>;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {
        answer.json()
    }
}

/// Answers each request with twelve zones, and ends with its parent.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("{}", listener.local_addr().expect("its address"));
    let zones: Vec<String> = (0..12)
        .map(|number| {
            format!(
                r#"{{"id":"b5a1b1b4-0000-4000-8000-00000000000{number:x}","name":"zone{number}","country":"France","countryCode":"FR","city":"Paris","displayName":"Zone number {number}","lat":48.87,"lon":2.33,"tags":["for:applications","infra:clever-cloud"]}}"#
            )
        })
        .collect();
    let body = format!("[{}]", zones.join(","));
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for socket in listener.incoming() {
        let answer = answer.clone();
        std::thread::spawn(move || answer_all(socket.expect("a connection"), answer.as_bytes()));
    }
}

fn answer_all(mut socket: TcpStream, answer: &[u8]) {
    socket.set_nodelay(true).expect("an option of the socket");
    let (mut request, mut length) = ([0; 4096], 0);
    while let Ok(more @ 1..) = socket.read(&mut request[length..]) {
        length += more;
        if request[..length].ends_with(b"\r\n\r\n") {
            length = 0;
            if socket.write_all(answer).is_err() {
                return;
            }
        }
    }
}

/// The server, which ends with this program.
struct Server(Child, String);

impl Server {
    fn start() -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut child =
            Command::new(this).arg(SERVER).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut address)
            .expect("its address");
        Self(child, address.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processor time of all threads of this process.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

/// Microseconds of one of so many calls.
fn measure(times: u32, work: impl FnOnce(u32)) -> f64 {
    let before = processor_time();
    work(times);
    (processor_time() - before).as_secs_f64() * 1e6 / f64::from(times)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    if std::env::args().any(|argument| argument == SERVER) {
        return serve();
    }
    let quick = std::env::args().any(|argument| argument == "--test");
    // Short rounds, so that work of other programs meets all sides alike.
    let (rounds, times) = if quick { (3, 10) } else { (400, 50) };
    let server = Server::start();
    let transport =
        Transport::builder().endpoint(format!("http://{}", server.1)).build().expect("a transport");
    let threads = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let single = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let awaits = async |times: u32| {
        for _ in 0..times {
            assert_eq!(transport.call(ListZones).await.expect("an answer").len(), 12);
        }
    };
    let waits = |times: u32| {
        for _ in 0..times {
            assert_eq!(transport.call(ListZones).wait().expect("an answer").len(), 12);
        }
    };

    let (mut on_threads, mut on_single, mut blocking) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds + 3 {
        let costs = [
            measure(times, |times| threads.block_on(awaits(times))),
            measure(times, |times| single.block_on(awaits(times))),
            measure(times, waits),
        ];
        if round >= 3 {
            on_threads.push(costs[0]);
            on_single.push(costs[1]);
            blocking.push(costs[2]);
        }
    }
    let ratio = |of: &[f64]| median(blocking.iter().zip(of).map(|(blocking, of)| blocking / of).collect());
    let (to_threads, to_single) = (ratio(&on_threads), ratio(&on_single));
    println!(
        "12 zones over loopback HTTP: without async {:.1} µs, awaited on a runtime with several threads {:.1} µs (ratio {to_threads:.3}, \
         at most {MAX_RATIO}), on one of a single thread {:.1} µs (ratio {to_single:.3})",
        median(blocking),
        median(on_threads),
        median(on_single),
    );
    drop(server);
    assert!(quick || to_threads <= MAX_RATIO, "a wait costs too much");
}
