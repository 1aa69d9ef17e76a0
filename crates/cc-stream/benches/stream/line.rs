//! One event with a line of 8 MiB, in one piece and in 1,024.

use std::hint::black_box;

use bytes::Bytes;
use cc_stream::{Decoder, Frame, Limits};
use serde::Deserialize;

use crate::{best_of, say};

const SIZE: usize = 8 << 20;
const TIMES: u32 = 400;

#[derive(Deserialize)]
struct Log {
    message: String,
}

/// What is done with the line.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// It is in memory, and decoded.
    Decode,
    /// It is copied to memory first, as from a socket.
    Receive,
    /// It is in memory, decoded, and read as JSON.
    Read,
}

pub(crate) fn bench() {
    let event = format!("data: {{\"message\":\"{}\"}}\n\n", "x".repeat(SIZE));
    let event = event.as_bytes();
    let run = |pieces: usize, work: Work| {
        let mut decoder = Decoder::new(Limits { line: 2 * SIZE, event: 2 * SIZE });
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
        let [whole, cut] = best_of(5, &mut [&mut || run(1, work), &mut || run(1024, work)]);
        let ratio = cut.as_secs_f64() / whole.as_secs_f64();
        say(&format!(
            "8 MiB line {what}: {:?} in 1 piece, {:?} in 1,024, ratio {ratio:.2}",
            whole / TIMES,
            cut / TIMES
        ));
    }
}
