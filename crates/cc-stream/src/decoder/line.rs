//! Lines: where one ends, which field it sets, and the one whose end has not come yet.

use memchr::memchr2;

use super::block::Kept;
use super::meter;
use super::text::Text;

/// Capacity that a buffer always keeps; beyond it, only while it is used.
pub(super) const RETAINED: usize = 64 * 1024;

/// The longest field name that means something, and the colon after it: enough bytes to know a field by.
const TELLING: usize = "event:".len();

/// Position of the end of the first line of `bytes`.
#[inline]
pub(super) fn end_of_line(bytes: &[u8]) -> Option<usize> {
    match bytes {
        // Every event has an empty line, which needs no search.
        [b'\n' | b'\r', ..] => Some(0),
        _ => memchr2(b'\n', b'\r', bytes),
    }
}

/// A line, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Data(&'a [u8]),
    Name(&'a [u8]),
    Id(&'a [u8]),
    Retry(&'a [u8]),
    /// A comment, or an unknown field.
    Ignored,
}

impl<'a> Field<'a> {
    /// Reads a line that is not empty.
    #[inline]
    pub(super) fn of(line: &'a [u8]) -> Self {
        meter::examine(line.len().min(TELLING));
        let field = match line {
            [b'd', b'a', b't', b'a', rest @ ..] => value(rest).map(Self::Data),
            [b'i', b'd', rest @ ..] => value(rest).map(Self::Id),
            [b'e', b'v', b'e', b'n', b't', rest @ ..] => value(rest).map(Self::Name),
            [b'r', b'e', b't', b'r', b'y', rest @ ..] => value(rest).map(Self::Retry),
            _ => None,
        };
        field.unwrap_or(Self::Ignored)
    }
}

/// Value after a field's name: empty, or the text after a colon and at most one space.
#[inline]
fn value(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [] => Some(rest),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

/// The line whose end has not come yet.
#[derive(Debug, Default)]
pub(super) struct Line {
    state: State,
    held: Text,
    /// Bytes of the line so far, held or not.
    length: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// The line is held, and its field is not known yet.
    Open,
    /// The line is held, and its field is relevant.
    Known,
    /// The line is not relevant.
    Ignored,
    /// The line is longer than allowed.
    Over,
}

impl State {
    /// Classifies an unfinished line by its start.
    fn of(start: &[u8]) -> Self {
        let telling = &start[..start.len().min(TELLING)];
        meter::examine(telling.len());
        match telling.iter().position(|&byte| byte == b':') {
            Some(colon) if Field::of(&telling[..=colon]) != Field::Ignored => Self::Known,
            Some(_) => Self::Ignored,
            None if telling.len() == TELLING => Self::Ignored,
            None => Self::Open,
        }
    }
}

impl Line {
    /// Returns `true` if no byte of the next line has arrived.
    #[inline]
    pub(super) fn is_start(&self) -> bool {
        self.state == State::Start
    }

    /// The buffer, while no line is in it.
    #[inline]
    pub(super) fn buffer(&mut self) -> &mut String {
        self.held.buffer()
    }

    /// Adds bytes to the line, at most `limit` of which are held.
    pub(super) fn push(&mut self, fragment: &[u8], limit: usize) {
        let room = limit.max(TELLING).saturating_sub(self.length);
        self.length = self.length.saturating_add(fragment.len());
        if matches!(self.state, State::Ignored | State::Over) || fragment.is_empty() {
            return;
        }
        self.held.push(&fragment[..fragment.len().min(room)]);
        if self.state != State::Known {
            self.state = State::of(self.held.as_bytes());
        }
        if self.state == State::Known && self.length > limit {
            self.state = State::Over;
        }
        if matches!(self.state, State::Ignored | State::Over) {
            self.held = Text::default();
        }
    }

    /// Completes the line: stores its value in `kept`, and returns a reconnection time if it sets one.
    pub(super) fn finish(&mut self, kept: &mut Kept) -> Option<std::time::Duration> {
        let length = std::mem::take(&mut self.length);
        let retry = match std::mem::take(&mut self.state) {
            State::Start | State::Ignored => None,
            State::Over => {
                kept.overflow(length);
                None
            }
            State::Open | State::Known => kept.line(self.held.finish(), length),
        };
        self.held.release();
        retry
    }
}

/// Empties a buffer. Capacity from a large event is released, unless most of it was just needed: one large
/// event is often followed by another.
#[inline]
pub(super) fn release(buffer: &mut String) {
    if buffer.capacity() > RETAINED && buffer.len() < buffer.capacity() / 4 {
        *buffer = String::new();
    } else {
        buffer.clear();
    }
}
