//! Typed log events over HTTP on this machine: ours, `reqwest` with `sse-stream`, `reqwest-eventsource`, and
//! code written by hand for the one server.

use std::hint::black_box;
use std::net::SocketAddr;

use cc_stream::{EventStream, Format, StreamEvent};
use futures::StreamExt;
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::server::{serve, signs, watched};
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
        let address = serve(chunks(together).iter().map(String::as_bytes));
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
            "{name}: cc-stream {} ns an event; by hand for this server {} ns, ratio {:.2}; reqwest + sse-stream + serde {} \
             ns, ratio {:.2}; reqwest-eventsource + serde {} ns, ratio {:.2}",
            each(ours),
            each(floor),
            ratio(floor),
            each(plain),
            ratio(plain),
            each(peer),
            ratio(peer),
        ));
    }
}

/// One run of ours or of the floor, for a program that counts instructions.
pub(crate) fn once(which: &str, together: usize) {
    let address = serve(chunks(together).iter().map(String::as_bytes));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    match which {
        "ours" => ours(&runtime, address),
        _ => floor(&runtime, address),
    }
}

/// The events, so many in each chunk.
fn chunks(together: usize) -> Vec<String> {
    let firsts = (0..EVENTS).step_by(together);
    firsts.map(|first| (first..EVENTS.min(first + together)).map(event).collect()).collect()
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

// Never inlined, so that callgrind can be told to count it alone.
#[inline(never)]
fn ours(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let requests = client.clone();
    let factory = move |_| {
        let request = requests.get(format!("http://{address}/")).build();
        async move { Ok(request?) }
    };
    let format = signs(Format::<Log>::json()).accept(["APPLICATION_LOG"]);
    let mut stream = EventStream::open(client, factory, format, watched());
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

/// Code written by hand for this one server: it knows the order of the fields, has no reconnection, no health, no place to go
/// on from, no limit of memory and no error but a panic.
#[inline(never)]
fn floor(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut logs = 0;
    let mut read = |event: &[u8]| {
        if event.starts_with(b"event: APPLICATION_LOG\n") {
            let data = memchr::memmem::find(event, b"\ndata: ").expect("its data") + b"\ndata: ".len();
            let log: Log = serde_json::from_slice(&event[data..]).expect("a log");
            black_box(log);
            logs += 1;
        }
    };
    runtime.block_on(async {
        let answer = client.get(format!("http://{address}/")).send().await.expect("an answer");
        let mut chunks = answer.bytes_stream();
        let mut begun = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.expect("the server is sound");
            if !begun.is_empty() {
                begun.extend_from_slice(&chunk);
            }
            let mut rest = if begun.is_empty() { &chunk[..] } else { &begun[..] };
            while let Some(end) = memchr::memmem::find(rest, b"\n\n") {
                read(&rest[..end]);
                rest = &rest[end + 2..];
            }
            begun = rest.to_vec();
        }
    });
    assert_eq!(logs, EVENTS);
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
