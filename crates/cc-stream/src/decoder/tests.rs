//! Tests of internals: the amount of work of the decoder.

use super::*;

/// Bytes looked at, for input given in pieces of `piece`.
fn examined(input: &[u8], piece: usize) -> usize {
    let limits = Limits { line: 1 << 24, event: 1 << 24 };
    let mut decoder = Decoder::new(limits);
    meter::examined();
    for mut rest in input.chunks(piece) {
        while decoder.next(&mut rest).is_some() {}
        assert!(rest.is_empty());
    }
    meter::examined()
}

/// Once for the end of its line, once as UTF-8, and the start of a line for its field.
#[test]
fn a_byte_is_examined_a_few_times_however_the_input_is_cut() {
    let long_line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n\n"].concat();
    let many_lines = b"data: one line of many\n".repeat(40_000);
    let many_events = b"event: a\nid: 1\ndata: {}\n\n".repeat(40_000);
    let comments = b": nothing\n\n".repeat(40_000);
    for (input, most) in [(&long_line, 2.01), (&many_lines, 3.5), (&many_events, 5.0), (&comments, 2.0)] {
        for piece in [1, 7, 1024, input.len()] {
            let each = examined(input, piece) as f64 / input.len() as f64;
            assert!(each <= most, "{} bytes by {piece}: {each} times", input.len());
        }
    }
}

#[test]
fn the_buffers_hold_no_more_than_the_limits() {
    let limits = Limits { line: 1000, event: 3000 };
    let mut decoder = Decoder::new(limits);
    let lines = [b"data: ".as_slice(), &vec![b'x'; 990], b"\n"].concat().repeat(50);
    let endless = [b"data: ".as_slice(), &vec![b'x'; 100_000]].concat();
    let comment = [b": ".as_slice(), &vec![b'x'; 100_000], b"\n"].concat();
    let unknown = [b"unknown: ".as_slice(), &vec![b'x'; 100_000], b"\n"].concat();
    for input in [comment, unknown, lines, endless] {
        for piece in [1, 100, input.len()] {
            for mut rest in input.chunks(piece) {
                while decoder.next(&mut rest).is_some() {}
                assert!(
                    decoder.line.buffer().capacity() <= 2 * limits.line + 64,
                    "{}",
                    decoder.line.buffer().capacity()
                );
                assert!(decoder.kept.room() <= 2 * limits.event + 64, "{}", decoder.kept.room());
            }
        }
    }
    // A byte that is replaced takes three.
    let invalid = [b"data: ".as_slice(), &[0xFF; 100_000]].concat();
    for mut rest in invalid.chunks(100) {
        while decoder.next(&mut rest).is_some() {}
        assert!(decoder.line.buffer().capacity() <= 2 * 3 * limits.line + 64);
    }
}

#[test]
fn what_a_large_event_took_is_given_back() {
    let mut decoder = Decoder::default();
    let large = [b"data: ".as_slice(), &vec![b'x'; 500_000], b"\n\n"].concat();
    for mut rest in large.chunks(1000) {
        while decoder.next(&mut rest).is_some() {}
    }
    // Not before a small one came: the next may be as large.
    let mut more: &[u8] = b"data: x\n\ndata: x\n\n";
    while decoder.next(&mut more).is_some() {}
    assert!(decoder.line.buffer().capacity() + decoder.kept.room() <= 2 * line::RETAINED);
}

#[test]
fn the_data_of_an_event_in_one_piece_is_lent_and_not_copied() {
    let mut decoder = Decoder::default();
    let input = b"event: a\ndata: {\"some\":\"json\"}\n\n";
    let Some(Frame::Event(event)) = decoder.next(&mut &input[..]) else { panic!("an event") };
    assert!(input.as_ptr_range().contains(&event.data.as_ptr()));
}

#[test]
fn each_event_has_its_own_name_whatever_the_one_before_had() {
    let mut decoder = Decoder::default();
    let long = "n".repeat(300);
    let replaced = "\u{FFFD}";
    let events: [(&[u8], &str); 9] = [
        (b"event: a\ndata\n\n", "a"),
        (b"event: a\ndata\n\n", "a"),
        (b"data\n\n", "message"),
        (b"event\ndata\n\n", "message"),
        (b"event: ab\ndata\n\n", "ab"),
        (b"event: \xFF\ndata\n\n", replaced),
        (b"event: \xFE\ndata\n\n", replaced),
        (&[b"event: ", long.as_bytes(), b"\ndata\n\n"].concat(), &long),
        (b"event: ab\ndata\n\n", "ab"),
    ];
    for (mut input, name) in events {
        let Some(Frame::Event(event)) = decoder.next(&mut input) else { panic!("an event") };
        assert_eq!(event.name, name);
    }
}
