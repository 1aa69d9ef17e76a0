//! Properties for arbitrary bytes.

use cc_stream::{Decoder, Limits};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::frames::{Owned, cut, decode};

/// Bytes that look like an event stream more often than chance would have it.
pub(super) fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data".to_vec()),
        Just(b"data:".to_vec()),
        Just(b"data: ".to_vec()),
        Just(b"event: ".to_vec()),
        Just(b"id: ".to_vec()),
        Just(b"id".to_vec()),
        Just(b"retry: 12".to_vec()),
        Just(b":".to_vec()),
        Just(b" ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just(b"\0".to_vec()),
        Just("é日🦀".as_bytes().to_vec()),
        vec(any::<u8>(), 0..6),
        "[a-z0-9]{0,40}".prop_map(String::into_bytes),
    ];
    vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        Just(Limits::default()),
        (0_usize..30, 0_usize..60).prop_map(|(line, event)| Limits { line, event }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_cut_gives_the_same_frames(
        input in stream(),
        places in vec(any::<usize>(), 0..12),
        limits in limits(),
    ) {
        let whole = decode(limits, [&input[..]]);
        prop_assert_eq!(&decode(limits, cut(&input, &places)), &whole);
        prop_assert_eq!(&decode(limits, input.chunks(1)), &whole);
    }

    #[test]
    fn all_line_ends_are_the_same(input in stream()) {
        let text: Vec<u8> = input.into_iter().filter(|byte| *byte != b'\r').collect();
        let replaced = |end: &[u8]| {
            let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
            decode(Limits::default(), [&lines.join(end)[..]])
        };
        prop_assert_eq!(replaced(b"\n"), replaced(b"\r\n"));
        prop_assert_eq!(replaced(b"\n"), replaced(b"\r"));
    }

    #[test]
    fn what_a_reset_decoder_saw_before_does_not_matter(before in stream(), input in stream()) {
        let mut decoder = Decoder::default();
        let mut rest = &before[..];
        while decoder.next(&mut rest).is_some() {}
        decoder.reset();
        let mut frames = Vec::new();
        let mut rest = &input[..];
        while let Some(frame) = decoder.next(&mut rest) {
            frames.push(without_last_id(frame.into()));
        }
        let fresh: Vec<_> = decode(Limits::default(), [&input[..]]).into_iter().map(without_last_id).collect();
        prop_assert_eq!(frames, fresh);
    }

    #[test]
    fn no_frame_is_beyond_the_limits(input in stream(), line in 0_usize..30, event in 0_usize..60) {
        for frame in decode(Limits { line, event }, [&input[..]]) {
            if let Owned::Event { data, name, .. } = frame {
                // A replaced byte becomes three.
                prop_assert!(data.len() <= 3 * event && (name.len() <= 3 * line || name == "message"));
            }
        }
    }
}

/// The last event id outlives a reset, as it should.
fn without_last_id(frame: Owned) -> Owned {
    match frame {
        Owned::Event { name, data, id, .. } => Owned::Event { name, data, id, last_event_id: String::new() },
        frame => frame,
    }
}
