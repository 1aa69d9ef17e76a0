//! The program under load: processor time with idle streams, and latencies of 1,000 requests a second beside them. A plain hyper
//! server that answers the same bytes, and sends the same heartbeats, is the peer in the same run.
//!
//! `cargo bench -p cc-sandbox --bench streams`; with `--test` it opens few streams for a short time and judges nothing. 10,000
//! streams need as many file descriptors: `ulimit -n 20000`. Linux only, because it reads `/proc`.
#![allow(clippy::print_stdout)]

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, sleep_until};

/// Requests per second, and the number of connections that they share.
const RATE: u32 = 1_000;
const CONNECTIONS: usize = 64;
/// Longest time that 99 % of the requests may take beside the streams.
const P99: Duration = Duration::from_millis(20);
const HEARTBEAT: &[u8] = b"event: HEARTBEAT\ndata: {}\n\n";

type Error = Box<dyn std::error::Error + Send + Sync>;
type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, Infallible>;

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    stream: String,
    request: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Server {
    fn start(mut command: Command) -> Result<Self, Error> {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.trim().rsplit('/').next().unwrap_or_default().parse()?;
        Ok(Self { child, address, stream: String::new(), request: String::new() })
    }

    async fn sandbox() -> Result<Self, Error> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cc-sandbox"));
        command.args(["--port", "0", "--start", "2026-01-01"]);
        let mut server = Self::start(command)?;
        let about: serde_json::Value = serde_json::from_slice(&server.get("/_sandbox").await?)?;
        let id = |name: &str| about["ids"][name].as_str().unwrap_or_default().to_owned();
        let (user, idle) = (id("user"), id("personalApplication"));
        server.stream = format!("/v4/logs/organisations/{user}/applications/{idle}/logs");
        server.request =
            format!("/v2/organisations/{}/applications/{}", id("organisation"), id("application"));
        Ok(server)
    }

    /// A server that answers with this body.
    fn peer(body: &[u8]) -> Result<Self, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("peer");
        command.env("PEER_BODY", std::str::from_utf8(body)?);
        let mut server = Self::start(command)?;
        (server.stream, server.request) = ("/stream".to_owned(), "/request".to_owned());
        Ok(server)
    }

    async fn connect(&self) -> Result<SendRequest<Empty<Bytes>>, Error> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn get(&self, path: &str) -> Result<Bytes, Error> {
        let answer = self.connect().await?.send_request(request(path)?).await?;
        Ok(answer.into_body().collect().await?.to_bytes())
    }

    /// Opens streams, which are read to nowhere until the result is dropped.
    async fn open(&self, streams: usize, tasks: &mut tokio::task::JoinSet<()>) -> Result<(), Error> {
        for _ in 0..streams {
            let mut sender = self.connect().await?;
            let answer = sender.send_request(request(&self.stream)?).await?;
            assert_eq!(answer.status(), 200);
            let mut body = answer.into_body();
            tasks.spawn(async move {
                while let Some(Ok(_)) = body.frame().await {}
                drop(sender);
            });
        }
        Ok(())
    }

    /// Processor time of the process so far.
    fn processor_time(&self) -> Result<Duration, Error> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // User and system time, in hundredths of a second.
        let ticks: u64 = [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().unwrap_or(0)).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Processor time per second, in milliseconds.
    async fn cost(&self, time: Duration) -> Result<f64, Error> {
        let before = self.processor_time()?;
        sleep(time).await;
        Ok((self.processor_time()? - before).as_secs_f64() * 1_000.0 / time.as_secs_f64())
    }

    /// Latencies of requests at a steady rate, each counted from the moment at which it was to be sent.
    async fn latencies(&self, time: Duration) -> Result<Vec<Duration>, Error> {
        let latencies = Arc::new(Mutex::new(Vec::new()));
        let start = Instant::now() + Duration::from_millis(10);
        let each = CONNECTIONS as u32;
        let count = RATE * time.as_secs() as u32 / each;
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..each {
            let (mut sender, latencies) = (self.connect().await?, Arc::clone(&latencies));
            let path = self.request.clone();
            workers.spawn(async move {
                for number in 0..count {
                    let at = start + Duration::from_secs(1) * (number * each + worker) / RATE;
                    sleep_until(at).await;
                    sender.ready().await?;
                    let answer = sender.send_request(request(&path)?).await?;
                    assert_eq!(answer.status(), 200);
                    answer.into_body().collect().await?;
                    latencies.lock().expect("no worker panics").push(at.elapsed());
                }
                Ok::<_, Error>(())
            });
        }
        while let Some(worker) = workers.join_next().await {
            worker??;
        }
        let mut latencies = std::mem::take(&mut *latencies.lock().expect("no worker panics"));
        latencies.sort_unstable();
        Ok(latencies)
    }
}

fn request(path: &str) -> Result<http::Request<Empty<Bytes>>, Error> {
    let request = http::Request::get(path).header("host", "localhost");
    Ok(request.header("authorization", "Bearer sandbox-token").body(Empty::new())?)
}

/// The peer: as little as a server with hyper can be.
async fn serve(body: Bytes) -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let body = body.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let body = body.clone();
            async move {
                let (media, body): (_, Body) = if request.uri().path() == "/stream" {
                    let beats = stream::unfold((), |()| async {
                        sleep(Duration::from_secs(2)).await;
                        Some((Ok(Frame::data(Bytes::from_static(HEARTBEAT))), ()))
                    });
                    ("text/event-stream", StreamBody::new(beats).boxed_unsync())
                } else {
                    ("application/json", Full::new(body).boxed_unsync())
                };
                http::Response::builder().header("content-type", media).body(body)
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
        );
    }
}

struct Figures {
    idle: f64,
    busy: f64,
    p50: Duration,
    p99: Duration,
}

async fn measure(server: &Server, steps: &[usize], time: Duration) -> Result<Vec<Figures>, Error> {
    let mut tasks = tokio::task::JoinSet::new();
    let (mut open, mut figures) = (0, Vec::new());
    for &streams in steps {
        server.open(streams - open, &mut tasks).await?;
        open = streams;
        server.latencies(Duration::from_secs(1)).await?;
        let idle = server.cost(time).await?;
        let before = server.processor_time()?;
        let latencies = server.latencies(time).await?;
        let busy = (server.processor_time()? - before).as_secs_f64() * 1_000.0 / time.as_secs_f64();
        let at = |percent: usize| latencies[latencies.len() * percent / 100];
        figures.push(Figures { idle, busy, p50: at(50), p99: at(99) });
    }
    Ok(figures)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::args().nth(1).as_deref() == Some("peer") {
        return serve(std::env::var("PEER_BODY")?.into()).await;
    }
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (steps, time): (&[usize], _) = if is_test { (&[0, 20], 1) } else { (&[0, 1_000, 10_000], 10) };
    let time = Duration::from_secs(time);
    let sandbox = Server::sandbox().await?;
    let body = sandbox.get(&sandbox.request).await?;
    let own = measure(&sandbox, steps, time).await?;
    drop(sandbox);
    let peer = Server::peer(&body)?;
    let others = measure(&peer, steps, time).await?;
    println!(
        "| idle streams | server | CPU per second, idle | CPU per second, {RATE} requests/s | p50 | p99 |"
    );
    println!("|---:|---|---:|---:|---:|---:|");
    for ((streams, own), other) in steps.iter().zip(&own).zip(&others) {
        for (name, figures) in [("cc-sandbox", own), ("plain hyper", other)] {
            let Figures { idle, busy, p50, p99 } = figures;
            println!("| {streams} | {name} | {idle:.0} ms | {busy:.0} ms | {p50:.1?} | {p99:.1?} |");
        }
        println!(
            "| {streams} | ratio | {:.1} | {:.1} | | {:.1} |",
            own.idle / other.idle.max(1.0),
            own.busy / other.busy.max(1.0),
            own.p99.as_secs_f64() / other.p99.as_secs_f64(),
        );
    }
    let worst = own.iter().map(|figures| figures.p99).max().unwrap_or_default();
    if !is_test && worst > P99 {
        return Err(format!("99 % of the requests took up to {worst:.1?}, more than {P99:?}").into());
    }
    Ok(())
}
