//! For all inputs, the decoder consumes every byte, stays within its limits, and gives the same events at
//! every cut.
//!
//! The vectors of the tests are a good start: `cargo +nightly fuzz run decoder corpus tests/vectors`.

#![no_main]

use cc_stream::{Decoder, Frame, Limits, meter};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { line: 64, event: 128 };

/// Maximum number of times the decoder may look at one byte: once for the end of its line; at the start of a
/// line up to six times for its field, if it arrives byte by byte; and as UTF-8 up to three times, if it is
/// invalid or in a split sequence.
const LOOKS: usize = 10;

/// Events that a decoder finds in these pieces, as text.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = Decoder::new(LIMITS);
    let mut frames = Vec::new();
    let mut received = 0;
    meter::examined();
    for piece in pieces {
        received += piece.len();
        let mut rest = piece;
        while let Some(frame) = decoder.next(&mut rest) {
            if let Frame::Event(event) = &frame {
                // Each invalid byte becomes three bytes.
                assert!(event.data.len() <= 3 * LIMITS.event, "an event of {} bytes", event.data.len());
            }
            frames.push(format!("{frame:?}"));
        }
        assert!(rest.is_empty(), "the decoder takes all of its input");
    }
    let examined = meter::examined();
    assert!(examined <= LOOKS * received, "{examined} bytes examined of {received}");
    frames
}

fuzz_target!(|input: (u16, Vec<u8>)| {
    let (cut, bytes) = input;
    let whole = decode([&bytes[..]]);
    let (before, after) = bytes.split_at(usize::from(cut) % (bytes.len() + 1));
    assert_eq!(decode([before, after]), whole);
    assert_eq!(decode(bytes.chunks(1)), whole);
});
