//! 120 streams from one host, over HTTP/2 and over HTTP/1.1: connections, time until all are open, and processor time of the
//! client. Both versions alternate within one run, and the median of the rounds counts.
//!
//! `cargo bench -p cc-runtime --features http2 --bench http2`; with `--test` it runs one round.
#![allow(clippy::print_stdout)]

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cc_runtime::{CallOptions, OperationInfo, RequestBuilder, Transport};
use futures_util::{TryStreamExt, future, stream};
use http::{Method, Version};
use http_body_util::StreamBody;
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::time::{ClockId, clock_gettime};
use tokio::net::TcpListener;

static STREAM: OperationInfo =
    OperationInfo::new("stream", "bench", Method::GET, "/v4/stream", "text/event-stream");

const STREAMS: usize = 120;

/// Events of each stream.
const EVENTS: usize = 200;

const EVENT: &[u8] = b"event: APPLICATION_LOG\nid: 1\ndata: {\"message\":\"a line of a log of usual length, of about a hundred bytes\"}\n\n";

/// A server in a thread of its own, which counts its connections.
fn serve(version: Version) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let service = service_fn(|_: hyper::Request<Incoming>| {
                    let events =
                        (0..EVENTS).map(|_| Ok::<_, Infallible>(Frame::data(Bytes::from_static(EVENT))));
                    ready(Ok::<_, Infallible>(hyper::Response::new(StreamBody::new(stream::iter(events)))))
                });
                let io = TokioIo::new(socket);
                if version == Version::HTTP_2 {
                    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    tokio::spawn(server.serve_connection(io, service));
                } else {
                    tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
                }
            }
        });
    });
    (address, connections)
}

/// Result of one round.
struct Round {
    open: Duration,
    cpu: Duration,
    connections: usize,
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn round(version: Version) -> Round {
    let (address, connections) = serve(version);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let transport = Transport::builder()
            .endpoint(format!("http://{address}"))
            .http2_prior_knowledge(version == Version::HTTP_2)
            .build()
            .expect("a transport");
        let request = || RequestBuilder::new(&STREAM).build().expect("a request");
        let options = CallOptions::new();
        // The connection of HTTP/2 is there, as in a program that has made a call.
        transport.execute(request(), &options).await.expect("an answer");
        let (started, used) = (Instant::now(), cpu());
        let opened = (0..STREAMS).map(|_| transport.open_request(request(), &options));
        let opened = future::try_join_all(opened).await.expect("open streams");
        let open = started.elapsed();
        let read = opened
            .into_iter()
            .map(|answer| answer.into_body().try_fold(0, async |sum, chunk| Ok(sum + chunk.len())));
        let lengths = future::try_join_all(read).await.expect("whole streams");
        assert!(lengths.iter().all(|length| *length == EVENTS * EVENT.len()));
        Round { open, cpu: cpu().saturating_sub(used), connections: connections.load(Ordering::Relaxed) }
    })
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values[values.len() / 2]
}

fn main() {
    let rounds = if std::env::args().any(|argument| argument == "--test") { 1 } else { 21 };
    let versions = [Version::HTTP_2, Version::HTTP_11];
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (version, rounds) in versions.iter().zip(&mut all) {
            rounds.push(round(*version));
        }
    }
    for (version, rounds) in versions.iter().zip(&all) {
        println!(
            "{version:?}: {} connections, {STREAMS} streams open after {:?}, {:?} of CPU to open and read them",
            rounds[0].connections,
            median(rounds.iter().map(|round| round.open).collect()),
            median(rounds.iter().map(|round| round.cpu).collect()),
        );
    }
    assert_eq!(all[0][0].connections, 1, "HTTP/2 uses one connection");
}
