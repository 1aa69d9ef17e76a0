//! Typed log events over HTTP on this machine: ours, `reqwest` with `sse-stream`, and `reqwest-eventsource`.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use cc_stream::{EventStream, Format, Settings, StreamEvent};
use futures::StreamExt;
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::{best_of, say};

const EVENTS: usize = 100_000;

/// A log line as the platform has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what counts is that it is read")]
struct Log {
    id: String,
    application_id: String,
    commit_id: String,
    deployment_id: String,
    instance_id: String,
    date: String,
    zone: String,
    pid: u32,
    facility: u32,
    severity: String,
    priority: u32,
    version: u32,
    service: String,
    message: String,
}

pub(crate) fn bench() {
    for (name, together) in [("one event a chunk", 1), ("40 events a chunk", 40)] {
        let address = serve(together);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let [ours, plain, peer, floor] = best_of(
            12,
            &mut [
                &mut || ours(&runtime, address),
                &mut || plain(&runtime, address),
                &mut || peer(&runtime, address),
                &mut || floor(&runtime, address),
            ],
        );
        let each = |time: std::time::Duration| time.as_nanos() / EVENTS as u128;
        let ratio = |other: std::time::Duration| ours.as_secs_f64() / other.as_secs_f64();
        say(&format!(
            "{name}: cc-stream {} ns an event; reqwest + sse-stream + serde {} ns, ratio {:.2}; reqwest-eventsource + \
             serde {} ns, ratio {:.2}; reqwest and serde without events {} ns",
            each(ours),
            each(plain),
            ratio(plain),
            each(peer),
            ratio(peer),
            each(floor),
        ));
    }
}

/// A server that streams all events on each connection, so many in a chunk.
fn serve(together: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut body =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for first in (0..EVENTS).step_by(together) {
        let events: String = (first..EVENTS.min(first + together)).map(event).collect();
        body.extend_from_slice(format!("{:x}\r\n{events}\r\n", events.len()).as_bytes());
    }
    let end = "event: END_OF_STREAM\ndata: {}\n\n";
    body.extend_from_slice(format!("{:x}\r\n{end}\r\n0\r\n\r\n", end.len()).as_bytes());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            // A client that has seen enough leaves.
            let _ = socket.write_all(&body);
        }
    });
    address
}

fn event(number: usize) -> String {
    format!(
        "event: APPLICATION_LOG\nid: 0190f7a2-{number:012}\ndata: {{\"id\":\"0190f7a2-{number:012}\",\
         \"applicationId\":\"app_8c0a1e3e-2a3b-4a55-9c86-1b2c3d4e5f60\",\"commitId\":\
         \"9fceb02d0ae598e95dc970b74767f19372d61af8\",\"deploymentId\":\"deployment_0f1e2d3c\",\"instanceId\":\
         \"1f2e3d4c-0000-4000-8000-000000000001\",\"date\":\"2025-06-01T12:34:56.789Z\",\"zone\":\"par\",\"pid\":4242,\
         \"facility\":16,\"severity\":\"info\",\"priority\":134,\"version\":1,\"service\":\"bas\",\"message\":\
         \"GET /api/items?page={number} 200 in 12 ms from 203.0.113.7\"}}\n\n"
    )
}

fn ours(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let requests = client.clone();
    let factory = move |_| {
        let request = requests.get(format!("http://{address}/")).build();
        async move { Ok(request?) }
    };
    let format = Format::<Log>::json().platform().accept(["APPLICATION_LOG"]);
    let mut stream = EventStream::open(client, factory, format, Settings::platform());
    let mut logs = 0;
    runtime.block_on(async {
        while let Some(told) = stream.next().await {
            if let StreamEvent::Item(item) = told.expect("the server is sound") {
                black_box(item);
                logs += 1;
            }
        }
    });
    assert_eq!(logs, EVENTS);
}

fn plain(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut logs = 0;
    runtime.block_on(async {
        let answer = client.get(format!("http://{address}/")).send().await.expect("an answer");
        let mut events = sse_stream::SseByteStream::new(answer.bytes_stream());
        while let Some(event) = events.next().await {
            let event = event.expect("the server is sound");
            if event.event.as_deref() == Some("APPLICATION_LOG") {
                let log: Log = serde_json::from_str(&event.data.unwrap_or_default()).expect("a log");
                black_box(log);
                logs += 1;
            }
        }
    });
    assert_eq!(logs, EVENTS);
}

/// What nobody who reads with `reqwest` and `serde_json` can go below: the chunks unread, and as many logs of a text
/// that is at hand.
fn floor(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let event = event(EVENTS - 1);
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).expect("its data");
    runtime.block_on(async {
        let answer = client.get(format!("http://{address}/")).send().await.expect("an answer");
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            black_box(chunk.expect("the server is sound"));
        }
    });
    for _ in 0..EVENTS {
        let log: Log = serde_json::from_str(black_box(data)).expect("a log");
        black_box(log);
    }
}

fn peer(runtime: &Runtime, address: SocketAddr) {
    use reqwest_eventsource::{Event, EventSource};

    let mut logs = 0;
    runtime.block_on(async {
        let mut source = EventSource::get(format!("http://{address}/"));
        while let Some(event) = source.next().await {
            let Event::Message(event) = event.expect("the server is sound") else { continue };
            if event.event == "END_OF_STREAM" {
                break;
            }
            let log: Log = serde_json::from_str(&event.data).expect("a log");
            black_box(log);
            logs += 1;
        }
    });
    assert_eq!(logs, EVENTS);
}
