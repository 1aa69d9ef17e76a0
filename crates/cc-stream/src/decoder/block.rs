//! The event being built: what this input lends, and what earlier inputs left.

use std::borrow::Cow;
use std::time::Duration;

use super::line::{Field, release};
use super::text::text;
use super::{Event, Frame, Limits, Oversize};

/// The longest name that is kept to know it again, in bytes.
const USUAL: usize = 256;

/// Data that the event borrows from the current input. Dropped or [kept](Block::keep) before the next input.
#[derive(Debug, Default)]
pub(super) struct Block<'i> {
    data: Option<&'i [u8]>,
    name: Option<&'i [u8]>,
    id: Option<&'i [u8]>,
}

/// Data of the event from earlier inputs.
#[derive(Debug, Default)]
pub(super) struct Kept {
    limits: Limits,
    /// The data lines, joined; they start at `start`, for a line is taken over whole, its field name included.
    data: String,
    start: usize,
    /// Bytes of these lines as they came.
    length: usize,
    has_data: bool,
    name: String,
    /// The name of the last event whose name the input lent: most events of a stream share one, which is then checked once.
    usual: String,
    id: Option<String>,
    /// Bytes of the event's lines, without their ends.
    size: u64,
    over: bool,
    /// The event was handed out; its bytes are lent until the next call.
    spent: bool,
}

/// Location of the name of an event.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name<'i> {
    /// In the input.
    Lent(&'i [u8]),
    /// The name is [`Kept::usual`].
    Usual,
    /// The name is in the kept data, or absent.
    Kept,
}

/// Result of a completed line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'i> {
    Event { data: Option<&'i [u8]>, name: Name<'i>, own_id: bool },
    Oversize { name: Name<'i>, own_id: bool },
    Id,
    Retry(Duration),
}

impl<'i> Block<'i> {
    /// Reads a whole line. An empty one completes the event.
    #[inline]
    pub(super) fn line(
        &mut self,
        line: &'i [u8],
        kept: &mut Kept,
        last_event_id: &mut String,
    ) -> Option<Outcome<'i>> {
        if line.is_empty() {
            return self.dispatch(kept, last_event_id);
        }
        let field = Field::of(line);
        if field != Field::Ignored {
            if line.len() > kept.limits.line {
                self.data = None;
                kept.overflow(line.len());
                return None;
            }
            kept.size += line.len() as u64;
        }
        match field {
            Field::Data(value) if self.data.is_none() && !kept.has_data => {
                self.data = kept.allows(value.len()).then_some(value);
            }
            Field::Data(value) => {
                self.keep_data(kept);
                kept.add_data(&text(value), value.len());
            }
            Field::Name(value) => self.name = Some(value),
            Field::Id(value) if !has_nul(value) => self.id = Some(value),
            Field::Retry(value) => {
                let retry = reconnection_time(value)?;
                self.keep(kept);
                return Some(Outcome::Retry(retry));
            }
            Field::Id(_) | Field::Ignored => {}
        }
        None
    }

    fn dispatch(&mut self, kept: &mut Kept, last_event_id: &mut String) -> Option<Outcome<'i>> {
        let id = self.id.take().map(text).or(kept.id.as_deref().map(Cow::Borrowed));
        let own_id = id.is_some();
        if let Some(id) = id {
            last_event_id.clear();
            last_event_id.push_str(&id);
        }
        let (data, name) = (self.data.take(), kept.place(self.name.take()));
        kept.spent = true;
        if kept.over {
            Some(Outcome::Oversize { name, own_id })
        } else if data.is_some() || kept.has_data {
            Some(Outcome::Event { data, name, own_id })
        } else {
            kept.clear();
            own_id.then_some(Outcome::Id)
        }
    }

    /// Copies what the input lends, for the input ends before the event.
    pub(super) fn keep(&mut self, kept: &mut Kept) {
        self.keep_data(kept);
        if let Some(name) = self.name.take() {
            kept.set_name(&text(name));
        }
        if let Some(id) = self.id.take() {
            kept.set_id(&text(id));
        }
    }

    fn keep_data(&mut self, kept: &mut Kept) {
        if let Some(data) = self.data.take() {
            kept.add_data(&text(data), data.len());
        }
    }
}

impl Kept {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The memory held for data.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.data.capacity()
    }

    /// Reclaims the buffer of a returned event, and restores the buffer of a line that was moved out.
    #[inline]
    pub(super) fn reclaim(&mut self, line: &mut String) {
        if self.spent {
            if self.start > 0 {
                std::mem::swap(line, &mut self.data);
            }
            release(line);
            self.clear();
        }
    }

    fn clear(&mut self) {
        release(&mut self.data);
        self.name.clear();
        self.id = None;
        (self.start, self.length, self.size) = (0, 0, 0);
        (self.has_data, self.over, self.spent) = (false, false, false);
    }

    /// Reads a line that came in pieces, never an empty one, of so many bytes. Its buffer may be taken over.
    pub(super) fn line(&mut self, line: &mut String, length: usize) -> Option<Duration> {
        let field = Field::of(line.as_bytes());
        if field == Field::Ignored {
            return None;
        }
        if length > self.limits.line {
            self.overflow(length);
            return None;
        }
        self.size += length as u64;
        // The part before a value is ASCII.
        let start = |value: &[u8]| line.len() - value.len();
        match field {
            Field::Data(value) => {
                let start = start(value);
                if self.has_data {
                    self.add_data(&line[start..], length - start);
                } else if self.allows(length - start) {
                    (self.start, self.length, self.has_data) = (start, length - start, true);
                    std::mem::swap(line, &mut self.data);
                }
            }
            Field::Name(value) => self.set_name(&line[start(value)..]),
            Field::Id(value) if !has_nul(value) => self.set_id(&line[start(value)..]),
            Field::Retry(value) => return reconnection_time(value),
            Field::Id(_) | Field::Ignored => {}
        }
        None
    }

    /// A line was longer than allowed: the event is skipped.
    pub(super) fn overflow(&mut self, line: usize) {
        self.size += line as u64;
        self.skip();
    }

    fn skip(&mut self) {
        self.over = true;
        self.has_data = false;
        self.start = 0;
        self.length = 0;
        self.data = String::new();
    }

    /// Returns `true` if the event may have `length` bytes of data; if not, it is skipped from here on.
    #[inline]
    fn allows(&mut self, length: usize) -> bool {
        if length > self.limits.event {
            self.skip();
        }
        !self.over
    }

    /// Adds a line of data that came as so many bytes.
    fn add_data(&mut self, value: &str, length: usize) {
        let length = self.length + usize::from(self.has_data) + length;
        if self.allows(length) {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(value);
            (self.length, self.has_data) = (length, true);
        }
    }

    /// Location of the borrowed name.
    #[inline]
    fn place<'i>(&mut self, lent: Option<&'i [u8]>) -> Name<'i> {
        match lent {
            None => Name::Kept,
            Some(name) if name.len() > USUAL => Name::Lent(name),
            Some(name) => {
                if self.usual.as_bytes() != name {
                    self.usual.clear();
                    self.usual.push_str(&text(name));
                }
                Name::Usual
            }
        }
    }

    fn set_name(&mut self, name: &str) {
        self.name.clear();
        self.name.push_str(name);
    }

    fn set_id(&mut self, id: &str) {
        let kept = self.id.get_or_insert_default();
        kept.clear();
        kept.push_str(id);
    }
}

impl<'i> Outcome<'i> {
    /// Builds the frame of this outcome from the borrowed and the kept data.
    #[inline]
    pub(super) fn into_frame<'s>(self, kept: &'s Kept, last_event_id: &'s str) -> Frame<'s>
    where
        'i: 's,
    {
        let named = |name: Name<'i>| {
            let name = match name {
                Name::Lent(name) => text(name),
                Name::Usual => Cow::Borrowed(&*kept.usual),
                Name::Kept => Cow::Borrowed(&*kept.name),
            };
            if name.is_empty() { Cow::Borrowed("message") } else { name }
        };
        let id = |own_id: bool| own_id.then_some(last_event_id);
        match self {
            Self::Event { data, name, own_id } => Frame::Event(Event {
                name: named(name),
                data: data.map_or(Cow::Borrowed(&kept.data[kept.start..]), text),
                id: id(own_id),
                last_event_id,
            }),
            Self::Oversize { name, own_id } => {
                Frame::Oversize(Oversize { name: named(name), id: id(own_id), size: kept.size })
            }
            Self::Id => Frame::Id(last_event_id),
            Self::Retry(time) => Frame::Retry(time),
        }
    }
}

fn has_nul(id: &[u8]) -> bool {
    memchr::memchr(0, id).is_some()
}

/// A time in milliseconds, digits only; one beyond `u64` is as long as can be said.
fn reconnection_time(value: &[u8]) -> Option<Duration> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |sum: u64, byte: &u8| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    Some(Duration::from_millis(value.iter().fold(0, digit)))
}
