//! The decoder: bytes in, events out. No I/O and no clock.
//!
//! It follows the parsing rules of the [event stream format] exactly, wherever the bytes are cut, in time
//! proportional to the bytes and not to the cuts: a byte is examined once for the end of its line, copied at
//! most twice, and checked once as UTF-8. If the lines of an event's data lie in one piece of input, the data
//! are borrowed from it, not copied.
//!
//! [event stream format]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

use std::borrow::Cow;
use std::time::Duration;

mod block;
mod line;
pub mod meter;
#[cfg(test)]
mod tests;
mod text;

use block::{Block, Kept, Outcome};
use line::{Line, end_of_line};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The most bytes the decoder keeps for one event, so that a server cannot make it grow without end.
///
/// Comments and unknown fields are never kept, and may be of any length. Limits count bytes as they come; an invalid
/// one takes three once it is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line, in bytes without its end. Default: 1 MiB.
    pub line: usize,
    /// Longest data of an event, in bytes, its lines joined. Default: 1 MiB.
    pub event: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 1 << 20, event: 1 << 20 }
    }
}

/// A decoded frame. It borrows its bytes until the next call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// An event to dispatch.
    Event(Event<'a>),
    /// A block without data that set the last event id (to an empty one: it was reset).
    Id(&'a str),
    /// The server sets the time to wait before a reconnection. It counts from the line on, not from the block's end.
    Retry(Duration),
    /// An event beyond the [`Limits`] was skipped; decoding goes on after it.
    Oversize(Oversize<'a>),
}

/// An event as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event's name; `message` when the server gave none.
    pub name: Cow<'a, str>,
    /// The data, its lines joined by a line feed.
    pub data: Cow<'a, str>,
    /// The id this event carries itself. Empty when it resets the last event id.
    pub id: Option<&'a str>,
    /// Last event id: that of this event, or of an earlier block. Empty if there is none.
    pub last_event_id: &'a str,
}

/// A skipped event, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oversize<'a> {
    /// The event's name; `message` when the server gave none.
    pub name: Cow<'a, str>,
    /// The id the event carries itself.
    pub id: Option<&'a str>,
    /// Bytes of its lines, without their ends.
    pub size: u64,
}

/// An incremental decoder of one event stream.
///
/// ```
/// use cc_stream::{Decoder, Frame};
///
/// let mut decoder = Decoder::default();
/// let mut input: &[u8] = b"event: greeting\ndata: hel";
/// assert_eq!(decoder.next(&mut input), None);
/// let mut input: &[u8] = b"lo\n\n";
/// let Some(Frame::Event(event)) = decoder.next(&mut input) else { panic!("an event is complete") };
/// assert_eq!((&*event.name, &*event.data), ("greeting", "hello"));
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    mark: Mark,
    /// The last byte was a CR: a LF that follows belongs to it.
    after_cr: bool,
    line: Line,
    kept: Kept,
    last_event_id: String,
}

/// State of the byte order mark at the start of a stream.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// This number of its bytes has arrived.
    Seen(usize),
    Settled,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            mark: Mark::Seen(0),
            after_cr: false,
            line: Line::default(),
            kept: Kept::new(limits),
            last_event_id: String::new(),
        }
    }

    /// Last event id of the stream. Empty if there is none.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Resets the decoder for a new connection: incomplete data are dropped, the last event id is kept.
    pub fn reset(&mut self) {
        let last_event_id = std::mem::take(&mut self.last_event_id);
        *self = Self { last_event_id, ..Self::new(self.limits) };
    }

    /// Consumes bytes from the front of `input` until something is complete. `None`: all bytes are consumed,
    /// and more are needed.
    pub fn next<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8]) -> Option<Frame<'s>> {
        self.kept.reclaim(self.line.buffer());
        let mut block = Block::default();
        let outcome = loop {
            if matches!(self.mark, Mark::Seen(_)) {
                self.skip_mark(input);
            }
            if self.after_cr && !input.is_empty() {
                self.after_cr = false;
                *input = input.strip_prefix(b"\n").unwrap_or(input);
            }
            if input.is_empty() {
                block.keep(&mut self.kept);
                return None;
            }
            if let Some(outcome) = self.take_line(input, &mut block) {
                break outcome;
            }
        };
        Some(outcome.into_frame(&self.kept, &self.last_event_id))
    }

    /// Consumes one line, or its available part, from an input that is not empty.
    #[inline]
    fn take_line<'i>(&mut self, input: &mut &'i [u8], block: &mut Block<'i>) -> Option<Outcome<'i>> {
        let end = end_of_line(input);
        meter::examine(end.map_or(input.len(), |end| end + 1));
        let Some(end) = end else {
            self.line.push(std::mem::take(input), self.limits.line);
            return None;
        };
        let fragment = &input[..end];
        self.after_cr = input[end] == b'\r';
        *input = &input[end + 1..];
        if self.line.is_start() {
            return block.line(fragment, &mut self.kept, &mut self.last_event_id);
        }
        // A line that came in pieces is the first of its input: the block lends nothing yet.
        self.line.push(fragment, self.limits.line);
        self.line.finish(&mut self.kept).map(Outcome::Retry)
    }

    fn skip_mark(&mut self, input: &mut &[u8]) {
        while let (Mark::Seen(seen), Some((byte, rest))) = (self.mark, input.split_first()) {
            if BOM[seen] == *byte {
                *input = rest;
                self.mark = if seen + 1 == BOM.len() { Mark::Settled } else { Mark::Seen(seen + 1) };
            } else {
                // What looked like the mark was the start of a line.
                self.line.push(&BOM[..seen], self.limits.line);
                self.mark = Mark::Settled;
            }
        }
    }
}
