//! Cost of a call without async, in processor time of the whole process: compared with the same call that is awaited, on a runtime
//! with several threads as `#[tokio::main]` makes it, and on one of a single thread. The server is another process. The two sides of a
//! comparison alternate within one run, and the median of the rounds counts. Each comparison has its own run: the threads of a third
//! side change on which processor the kernel wakes the server, and with it the cost of a call by more than a half.
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

/// Largest allowed ratio of a call without async to the same call that is awaited, on either runtime.
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

    // The median of each side and of their ratios.
    let compare = |awaiting: &dyn Fn(u32)| {
        let (mut awaited, mut waited, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds + 3 {
            let (of_await, of_wait) = (measure(times, awaiting), measure(times, waits));
            if round >= 3 {
                awaited.push(of_await);
                waited.push(of_wait);
                ratios.push(of_wait / of_await);
            }
        }
        (median(waited), median(awaited), median(ratios))
    };
    let mut is_cheap = true;
    let runtimes = [("several threads", threads), ("a single thread", single)];
    for (name, runtime) in &runtimes {
        let (waited, awaited, ratio) = compare(&|times| runtime.block_on(awaits(times)));
        println!(
            "12 zones over loopback HTTP: without async {waited:.1} µs, awaited on a runtime with {name} {awaited:.1} µs (ratio \
             {ratio:.3}, at most {MAX_RATIO})"
        );
        is_cheap &= ratio <= MAX_RATIO;
    }
    drop(server);
    assert!(quick || is_cheap, "a wait costs too much");
}
