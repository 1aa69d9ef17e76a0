//! Frames that own their bytes, and the ways to feed a decoder.

use std::borrow::Cow;

use cc_stream::{Decoder, Frame, Limits};
use serde::{Deserialize, Serialize};

/// A frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Owned {
    Event { name: String, data: String, id: Option<String>, last_event_id: String },
    Id(String),
    Retry(u64),
    Oversize { name: String, id: Option<String>, size: u64 },
}

impl From<Frame<'_>> for Owned {
    fn from(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Event(event) => Self::Event {
                name: event.name.into_owned(),
                data: event.data.into_owned(),
                id: event.id.map(Into::into),
                last_event_id: event.last_event_id.into(),
            },
            Frame::Id(id) => Self::Id(id.into()),
            Frame::Retry(time) => Self::Retry(u64::try_from(time.as_millis()).unwrap()),
            Frame::Oversize(event) => Self::Oversize {
                name: Cow::into_owned(event.name),
                id: event.id.map(Into::into),
                size: event.size,
            },
        }
    }
}

/// Events that a decoder finds in these pieces. Each piece is a separate buffer, so that none can be read
/// after it is dropped.
pub(crate) fn decode<'a>(limits: Limits, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Owned> {
    let mut decoder = Decoder::new(limits);
    let mut frames = Vec::new();
    for piece in pieces {
        let piece = piece.to_vec();
        let mut rest = &piece[..];
        while let Some(frame) = decoder.next(&mut rest) {
            frames.push(frame.into());
        }
        assert!(rest.is_empty(), "the decoder takes all of its input");
    }
    frames
}

/// The input, cut at these places.
pub(crate) fn cut<'a>(input: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = places.iter().map(|place| place % (input.len() + 1)).collect();
    places.sort_unstable();
    let (mut pieces, mut from) = (Vec::new(), 0);
    for place in places {
        pieces.push(&input[from..place]);
        from = place;
    }
    pieces.push(&input[from..]);
    pieces
}
