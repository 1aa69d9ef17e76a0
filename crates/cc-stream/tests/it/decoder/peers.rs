//! The decoder beside `eventsource-stream`, the one in `reqwest-eventsource`, and `sse-stream`, on what each must agree
//! on. What a peer reads otherwise than the standard says is left out, and named.

use std::convert::Infallible;

use cc_stream::Limits;
use eventsource_stream::Eventsource;
use futures::executor::block_on;
use futures::stream::{self, StreamExt};
use proptest::collection::vec;
use proptest::prelude::*;

use super::properties::stream;
use crate::support::frames::{Owned, cut, decode};

/// Name, data and an id of each event.
type Events = Vec<(String, String, Option<String>)>;

fn ours(pieces: &[&[u8]], id_of: fn(Option<String>, String) -> Option<String>) -> Events {
    let events = decode(Limits::default(), pieces.iter().copied()).into_iter();
    events
        .filter_map(|frame| match frame {
            Owned::Event { name, data, id, last_event_id } => Some((name, data, id_of(id, last_event_id))),
            _ => None,
        })
        .collect()
}

/// This decoder gives the last event id without the event that set it.
fn eventsource(pieces: &[&[u8]]) -> Events {
    let chunks = stream::iter(pieces.iter().map(|piece| Ok::<_, Infallible>(piece.to_vec())));
    let events = block_on(chunks.eventsource().collect::<Vec<_>>());
    events.into_iter().map(Result::unwrap).map(|event| (event.event, event.data, Some(event.id))).collect()
}

/// This decoder gives blocks without data too, and `None` for an absent name.
fn sse(pieces: &[&[u8]]) -> Events {
    let chunks =
        stream::iter(pieces.iter().map(|piece| Ok::<_, Infallible>(bytes::Bytes::copy_from_slice(piece))));
    let blocks = block_on(sse_stream::SseByteStream::new(chunks).collect::<Vec<_>>());
    let events = blocks.into_iter().map(Result::unwrap).filter_map(|block| {
        let name = block.event.filter(|name| !name.is_empty()).unwrap_or_else(|| "message".into());
        Some((name, block.data?, block.id))
    });
    events.collect()
}

/// Both peers fail on invalid UTF-8, which the standard replaces.
fn valid(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// `eventsource-stream` panics on a byte order mark. It also waits for the byte after a CR, which the test adds.
const MARK: char = '\u{feff}';

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn eventsource_stream_gives_the_same_events(input in stream(), places in vec(any::<usize>(), 0..6)) {
        let input = valid(&input).replace(MARK, "") + ":";
        let pieces = cut(input.as_bytes(), &places);
        prop_assert_eq!(ours(&pieces, |_, last| Some(last)), eventsource(&pieces));
    }

    #[test]
    fn sse_stream_gives_the_same_events(input in stream(), places in vec(any::<usize>(), 0..6)) {
        let input = valid(&input);
        let pieces = cut(input.as_bytes(), &places);
        prop_assert_eq!(ours(&pieces, |own, _| own), sse(&pieces));
    }
}
