//! The memory of 10,000 idle streams, each with its own connection to a server in another process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use cc_stream::{EventStream, Format, Response, connect_fn};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::say;
use crate::server::watched;

const STREAMS: usize = 10_000;

pub(crate) fn bench() {
    in_memory();
    over_http();
}

/// The stream alone, over a transport that has nothing.
fn in_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let before = resident();
        let streams = open_all(|| {
            let transport = connect_fn(|_| async {
                let first =
                    futures::stream::iter([Ok::<_, std::io::Error>("id: 1\ndata: \"hello\"\n\n".into())]);
                Ok(Response::event_stream(first.chain(futures::stream::pending())))
            });
            let factory = |_| async { Ok(http::Request::new(())) };
            EventStream::open(transport, factory, Format::<String>::json(), watched())
        });
        let streams = streams.await;
        report("in memory, the stream alone", before, streams.len());
    });
}

/// With `reqwest`, a socket, and the buffers of hyper.
fn over_http() {
    let mut server = Command::new(std::env::current_exe().expect("a path"))
        .args(["serve", &STREAMS.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut address = String::new();
    let stdout = server.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut address).expect("the server tells its address");
    let url = format!("http://{}/", address.trim());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let before = resident();
        let streams = open_all(|| {
            let (url, requests) = (url.clone(), client.clone());
            let factory = move |_| {
                let request = requests.get(&url).build();
                async move { Ok(request?) }
            };
            EventStream::open(client.clone(), factory, Format::<String>::json(), watched())
        });
        let streams = streams.await;
        report("over HTTP with reqwest", before, streams.len());
    });
    server.kill().expect("the server is there");
    server.wait().expect("the server is there");
}

/// Opens all streams, and reads the first item of each.
async fn open_all(mut open: impl FnMut() -> EventStream<String>) -> Vec<EventStream<String>> {
    let mut opened = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS / 100 {
        let mut opening: FuturesUnordered<_> = (0..100)
            .map(|_| {
                let mut stream = open();
                async move {
                    while let Some(told) = stream.next().await {
                        if let cc_stream::StreamEvent::Item(_) = told.expect("the server is sound") {
                            break;
                        }
                    }
                    stream
                }
            })
            .collect();
        while let Some(stream) = opening.next().await {
            opened.push(stream);
        }
    }
    // Each is polled until it waits, with its timer.
    for stream in &mut opened {
        assert!(futures::FutureExt::now_or_never(stream.next()).is_none());
    }
    opened
}

fn report(what: &str, before: u64, streams: usize) {
    let more = resident().saturating_sub(before);
    let size = size_of::<EventStream<String>>();
    say(&format!(
        "{streams} idle streams {what}: {} bytes each (of which {size} the value)",
        more / streams as u64
    ));
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process's memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is there");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") * 1024
}

/// The server: one event on each connection, and then nothing.
pub(crate) fn serve(connections: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    say(&listener.local_addr().expect("an address").to_string());
    let mut sockets = Vec::with_capacity(connections);
    for socket in listener.incoming() {
        let Ok(mut socket) = socket else { return };
        let mut head = [0; 1024];
        let _ = socket.read(&mut head);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nid: 1\ndata: \"hello\"\n\n";
        let _ = socket.write_all(answer);
        sockets.push(socket);
    }
}
