//! One event with a line of 8 MiB, in one piece and in 1,024: over HTTP, as a program has it, and in memory, where the
//! one piece is never copied and the cost of putting pieces together shows.

use std::convert::Infallible;
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{Decoder, EventStream, Format, Frame, Limits, StreamEvent};
use eventsource_stream::Eventsource;
use futures::StreamExt;
use futures::executor::block_on;
use serde::Deserialize;
use sse_stream::SseByteStream;
use tokio::runtime::Runtime;

use crate::server::{receive, serve, signs, watched};
use crate::{best_of, say};

const SIZE: usize = 8 << 20;
const TIMES: u32 = 20;
const TIMES_SERVED: u32 = 16;
const LIMITS: Limits = Limits { line: 2 * SIZE, event: 2 * SIZE };

#[derive(Deserialize)]
struct Log {
    message: String,
}

/// Processing of the line.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// The line is in memory and is decoded.
    Decode,
    /// The line is copied to memory first, as from a socket.
    Receive,
    /// The line is in memory, and is decoded and parsed as JSON.
    Read,
}

pub(crate) fn bench() {
    let event = format!("data: {{\"message\":\"{}\"}}\n\n", "x".repeat(SIZE));
    let event = event.as_bytes();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let [whole, cut] = [1, 1024].map(|pieces| {
        let pieces = event.chunks(event.len().div_ceil(pieces));
        serve((0..TIMES_SERVED).flat_map(|_| pieces.clone()))
    });
    let [read_whole, read_cut, received_whole, received_cut] = best_of(
        12,
        &mut [
            &mut || served(&runtime, whole),
            &mut || served(&runtime, cut),
            &mut || receive(&runtime, whole),
            &mut || receive(&runtime, cut),
        ],
    );
    tell("over HTTP, read as JSON", read_whole / TIMES_SERVED, read_cut / TIMES_SERVED);
    tell("over HTTP, reqwest alone", received_whole / TIMES_SERVED, received_cut / TIMES_SERVED);
    let run = |decoder: &mut Decoder, pieces: usize, work: Work| {
        let mut events = 0;
        for piece in (0..TIMES).flat_map(|_| event.chunks(event.len().div_ceil(pieces))) {
            let received = (work == Work::Receive).then(|| Bytes::copy_from_slice(piece));
            let mut rest = received.as_deref().unwrap_or(piece);
            while let Some(frame) = decoder.next(&mut rest) {
                let Frame::Event(event) = black_box(frame) else { continue };
                if work == Work::Read {
                    let log: Log = serde_json::from_str(&event.data).expect("a log");
                    assert_eq!(log.message.len(), SIZE);
                }
                events += 1;
            }
        }
        assert_eq!(events, TIMES);
    };
    let works = [
        (Work::Receive, "received and decoded"),
        (Work::Read, "decoded and read as JSON"),
        (Work::Decode, "decoded alone"),
    ];
    for (work, what) in works {
        let [mut one, mut other] = [Decoder::new(LIMITS), Decoder::new(LIMITS)];
        let [whole, cut] =
            best_of(100, &mut [&mut || run(&mut one, 1, work), &mut || run(&mut other, 1024, work)]);
        tell(what, whole / TIMES, cut / TIMES);
    }
    let [whole, cut] = best_of(5, &mut [&mut || sse_stream(event, 1), &mut || sse_stream(event, 1024)]);
    tell("received and decoded by sse-stream", whole, cut);
    let [whole, cut] = best_of(1, &mut [&mut || eventsource(event, 1), &mut || eventsource(event, 1024)]);
    tell("decoded alone by eventsource-stream", whole, cut);
}

/// Time of the decoder of `reqwest-eventsource` for one such line in this number of pieces.
fn eventsource(event: &[u8], pieces: usize) {
    let chunks = event.chunks(event.len().div_ceil(pieces)).map(Ok::<_, Infallible>);
    let events = block_on(futures::stream::iter(chunks).eventsource().count());
    assert_eq!(events, 1);
}

/// Time of `sse-stream` for one such line in this number of pieces.
fn sse_stream(event: &[u8], pieces: usize) {
    let chunks = event
        .chunks(event.len().div_ceil(pieces))
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)));
    let events = block_on(SseByteStream::new(futures::stream::iter(chunks)).count());
    assert_eq!(events, 1);
}

fn tell(what: &str, whole: Duration, cut: Duration) {
    let ratio = cut.as_secs_f64() / whole.as_secs_f64();
    say(&format!("8 MiB line {what}: {whole:?} in 1 piece, {cut:?} in 1,024, ratio {ratio:.2}"));
}

/// Reads the lines a server sends, as the pieces it sends them in.
fn served(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let requests = client.clone();
    let factory = move |_| {
        let request = requests.get(format!("http://{address}/")).build();
        async move { Ok(request?) }
    };
    let mut settings = watched();
    settings.limits = LIMITS;
    let mut stream = EventStream::open(client, factory, signs(Format::<Log>::json()), settings);
    let mut events = 0;
    runtime.block_on(async {
        while let Some(told) = stream.next().await {
            if let StreamEvent::Item(item) = told.expect("the server is sound") {
                assert_eq!(item.data.message.len(), SIZE);
                events += 1;
            }
        }
    });
    assert_eq!(events, TIMES_SERVED);
}
