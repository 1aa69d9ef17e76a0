//! Typed log events over HTTP on this machine: ours, `reqwest` with `sse-stream`, and `reqwest-eventsource`.

use std::hint::black_box;
use std::net::SocketAddr;

use cc_stream::{EventStream, Format, Settings, StreamEvent};
use futures::StreamExt;
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::server::{receive, serve};
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
        let chunks: Vec<String> = (0..EVENTS)
            .step_by(together)
            .map(|first| (first..EVENTS.min(first + together)).map(event).collect())
            .collect();
        let address = serve(chunks.iter().map(String::as_bytes));
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
    receive(runtime, address);
    let event = event(EVENTS - 1);
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).expect("its data");
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
