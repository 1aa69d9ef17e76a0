//! Reads the ids from a summary as it arrives, wherever it is cut: the text, of which ids are a small part,
//! is never kept. It validates the JSON, and skips irrelevant values.

use std::borrow::Cow;
use std::fmt;

use cc_runtime::{MAX_ID_BYTES, Timestamp};
use memchr::memchr2;

use super::index::{Builder, Index, Kind};

/// The longest summary that is read, in bytes. One of a million ids with their names and logos has some 320 MB.
const MAX_BYTES: usize = 1024 * 1024 * 1024;

/// The longest text of an id, in bytes: each of its bytes may be written as `\u0000`.
const MAX_TEXT: usize = 6 * MAX_ID_BYTES;

const TOO_LONG: &str = "an id is longer than 256 bytes";
const _: () = assert!(MAX_ID_BYTES == 256);

/// Maximum nesting depth of a summary.
const MAX_DEPTH: usize = 128;

/// Version of the format of [`Index::to_json`].
pub(super) const VERSION: &str = "1";

/// Reasons why a text is not a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScanError {
    /// After how many bytes it was noticed.
    offset: usize,
    what: &'static str,
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (after {} bytes)", self.what, self.offset)
    }
}

impl std::error::Error for ScanError {}

/// An open object or list, with its meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    Summary,
    Organisations,
    Owner,
    List(Kind),
    Item(Kind),
    /// A skipped object.
    Object,
    /// A skipped list.
    Array,
}

impl Frame {
    fn is_object(self) -> bool {
        matches!(self, Self::Summary | Self::Owner | Self::Item(_) | Self::Object)
    }
}

/// The properties that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    User,
    Organisations,
    Applications,
    Addons,
    Providers,
    Consumers,
    Id,
    RealId,
    Key,
    FetchedAt,
    Version,
    Other,
}

impl Field {
    fn of(name: &[u8]) -> Self {
        match name {
            b"user" => Self::User,
            b"organisations" => Self::Organisations,
            b"applications" => Self::Applications,
            b"addons" => Self::Addons,
            b"providers" => Self::Providers,
            b"consumers" => Self::Consumers,
            b"id" => Self::Id,
            b"realId" => Self::RealId,
            b"key" => Self::Key,
            b"fetchedAt" => Self::FetchedAt,
            b"version" => Self::Version,
            _ => Self::Other,
        }
    }
}

/// Required type of a value, apart from null.
#[derive(Clone, Copy)]
enum Wanted {
    Object(Frame),
    List(Frame),
    Text(Place),
    Anything,
}

/// Destination of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Name,
    Id,
    RealId,
    Owner,
    FetchedAt,
    Version,
}

/// Reads a summary piece by piece.
#[derive(Default)]
pub(super) struct Scanner {
    builder: Builder,
    /// `true` for the format that an index writes, with its version and time.
    stored: bool,
    started: bool,
    open: Vec<Frame>,
    /// The property whose value comes, or came last.
    field: Option<Field>,
    /// `true` if a name comes next, not a value.
    name_comes: bool,
    /// `true` within a number or a word.
    in_word: bool,
    /// Destination of the current text, if any.
    in_text: Option<Place>,
    /// Part of the text before this piece.
    text: Vec<u8>,
    /// `true` if a backslash ended the previous piece.
    escaped: bool,
    offset: usize,
    owner: u32,
    owner_id: String,
    id: String,
    real_id: String,
    fetched_at: String,
    version: String,
}

impl Scanner {
    /// Reads the format of the platform.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Reads the format of an index.
    pub(super) fn stored() -> Self {
        Self { stored: true, ..Self::default() }
    }

    /// Reads a piece.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), ScanError> {
        let mut at = 0;
        let mut what = None;
        if let Some(place) = self.in_text {
            match self.go_on_text(piece, at, place) {
                Ok(end) => at = end,
                Err(wrong) => what = Some(wrong),
            }
        }
        if self.offset.saturating_add(piece.len()) > MAX_BYTES {
            what = Some("it is longer than 1 GiB");
        }
        while let (None, Some(&byte)) = (what, piece.get(at)) {
            at += 1;
            match self
                .byte(byte)
                .and_then(|place| place.map_or(Ok(at), |place| self.go_on_text(piece, at, place)))
            {
                Ok(end) => at = end,
                Err(wrong) => what = Some(wrong),
            }
        }
        self.offset += at;
        what.map_or(Ok(()), |what| Err(ScanError { offset: self.offset, what }))
    }

    /// The index, when the summary is whole.
    pub(super) fn finish(self, now: Timestamp) -> Result<Index, ScanError> {
        let error = |what| ScanError { offset: self.offset, what };
        if !self.started || !self.open.is_empty() || self.in_text.is_some() {
            return Err(error("unexpected end of the text"));
        }
        if !self.stored {
            return Ok(self.builder.build(now));
        }
        if self.version != VERSION {
            return Err(error("written by an unknown version"));
        }
        let fetched_at = self.fetched_at.parse().map_err(|_| error("`fetchedAt` is not a date"))?;
        Ok(self.builder.build(fetched_at))
    }

    /// Reads a byte outside of texts. Where a text begins, it tells where that goes.
    #[inline]
    fn byte(&mut self, byte: u8) -> Result<Option<Place>, &'static str> {
        match byte {
            b'"' => return self.place().map(Some),
            b',' => {
                self.name_comes = self.top()?.is_object();
                self.in_word = false;
            }
            b':' => {
                if !self.top()?.is_object() || self.name_comes {
                    return Err("unexpected `:`");
                }
                self.in_word = false;
            }
            b' ' | b'\n' | b'\r' | b'\t' => self.in_word = false,
            b'{' | b'[' => self.begin(byte == b'{')?,
            b'}' | b']' => self.end(byte == b'}')?,
            b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E' => self.word(byte)?,
            _ => return Err("invalid JSON"),
        }
        Ok(None)
    }

    fn top(&self) -> Result<Frame, &'static str> {
        self.open.last().copied().ok_or("expected a JSON object")
    }

    /// Required type of the value that begins.
    fn wanted(&self) -> Result<Wanted, &'static str> {
        let Some(&frame) = self.open.last() else {
            return if self.started {
                Err("unexpected text after the end")
            } else {
                Ok(Wanted::Object(Frame::Summary))
            };
        };
        if frame.is_object() && (self.name_comes || self.field.is_none()) {
            return Err("expected a property name, found a value");
        }
        Ok(match (frame, self.field.unwrap_or(Field::Other)) {
            (Frame::Summary, Field::User) | (Frame::Organisations, _) => Wanted::Object(Frame::Owner),
            (Frame::Summary, Field::Organisations) => Wanted::List(Frame::Organisations),
            (Frame::Summary, Field::FetchedAt) if self.stored => Wanted::Text(Place::FetchedAt),
            (Frame::Summary, Field::Version) if self.stored => Wanted::Text(Place::Version),
            (Frame::Owner, Field::Id) => Wanted::Text(Place::Owner),
            (Frame::Owner, Field::Applications) => Wanted::List(Frame::List(Kind::Application)),
            (Frame::Owner, Field::Addons) => Wanted::List(Frame::List(Kind::Addon)),
            (Frame::Owner, Field::Providers) => Wanted::List(Frame::List(Kind::Provider)),
            (Frame::Owner, Field::Consumers) => Wanted::List(Frame::List(Kind::Consumer)),
            (Frame::List(kind), _) => Wanted::Object(Frame::Item(kind)),
            (Frame::Item(Kind::Consumer), Field::Key) => Wanted::Text(Place::Id),
            (Frame::Item(Kind::Consumer), _) => Wanted::Anything,
            (Frame::Item(_), Field::Id) => Wanted::Text(Place::Id),
            (Frame::Item(Kind::Addon), Field::RealId) => Wanted::Text(Place::RealId),
            _ => Wanted::Anything,
        })
    }

    fn begin(&mut self, object: bool) -> Result<(), &'static str> {
        let frame = match (self.wanted()?, object) {
            (Wanted::Object(frame), true) | (Wanted::List(frame), false) => frame,
            (Wanted::Anything, true) => Frame::Object,
            (Wanted::Anything, false) => Frame::Array,
            (Wanted::Object(_), false) => return Err("expected an object, found a list"),
            (Wanted::List(_), true) => return Err("expected a list, found an object"),
            (Wanted::Text(_), _) => return Err("expected an id"),
        };
        if self.open.len() == MAX_DEPTH {
            return Err("nested too deeply");
        }
        match frame {
            Frame::Owner => {
                self.owner = self.builder.owner()?;
                self.owner_id.clear();
            }
            Frame::Item(_) => {
                self.id.clear();
                self.real_id.clear();
            }
            _ => {}
        }
        self.started = true;
        self.name_comes = object;
        self.field = None;
        self.open.push(frame);
        Ok(())
    }

    fn end(&mut self, object: bool) -> Result<(), &'static str> {
        let frame = self.open.pop().filter(|frame| frame.is_object() == object);
        match frame.ok_or("unexpected closing bracket")? {
            Frame::Owner => self.builder.name_owner(self.owner, &self.owner_id),
            Frame::Item(Kind::Addon) => self.builder.add_addon(self.owner, &self.id, &self.real_id)?,
            Frame::Item(kind) => self.builder.add(self.owner, kind, &self.id)?,
            _ => {}
        }
        // In what lies around it, a comma comes before anything else that matters.
        self.field = Some(Field::Other);
        self.name_comes = false;
        self.in_word = false;
        Ok(())
    }

    /// A letter or a digit of a number, or of `true`, `false` or `null`.
    fn word(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.in_word {
            return Ok(());
        }
        self.in_word = true;
        match self.wanted()? {
            _ if self.open.is_empty() => Err("expected a JSON object"),
            Wanted::Anything => Ok(()),
            _ if byte == b'n' => Ok(()),
            _ => Err("expected an id, an object or a list, found a number or a word"),
        }
    }

    /// Destination of the text that begins.
    fn place(&mut self) -> Result<Place, &'static str> {
        if self.name_comes {
            if self.top()? != Frame::Object {
                return Ok(Place::Name);
            }
            self.field = Some(Field::Other);
            self.name_comes = false;
            return Ok(Place::Nowhere);
        }
        match self.wanted()? {
            Wanted::Text(place) => Ok(place),
            Wanted::Anything => Ok(Place::Nowhere),
            Wanted::Object(_) | Wanted::List(_) => Err("expected an object or a list, found a string"),
        }
    }

    /// Reads a text to its end, or to that of the piece, and tells where that is.
    fn go_on_text(&mut self, piece: &[u8], start: usize, place: Place) -> Result<usize, &'static str> {
        let mut at = start;
        let end = loop {
            if self.escaped {
                if at == piece.len() {
                    break None;
                }
                at += 1;
                self.escaped = false;
            }
            match memchr2(b'"', b'\\', &piece[at..]) {
                None => {
                    at = piece.len();
                    break None;
                }
                Some(found) => {
                    at += found + 1;
                    if piece[at - 1] == b'"' {
                        break Some(at - 1);
                    }
                    self.escaped = true;
                }
            }
        };
        match end {
            _ if place == Place::Nowhere => {}
            Some(end) if self.text.is_empty() => self.keep(&piece[start..end], place)?,
            Some(end) => {
                let mut text = std::mem::take(&mut self.text);
                text.extend_from_slice(&piece[start..end]);
                self.keep(&text, place)?;
                text.clear();
                self.text = text;
            }
            // A longer name is not one of the relevant ones, and a longer id is not one of the platform's.
            None if self.text.len() + piece.len() - start > MAX_TEXT && place == Place::Name => {
                self.text.clear();
                self.text.extend_from_slice(b"?");
            }
            None if self.text.len() + piece.len() - start > MAX_TEXT => return Err(TOO_LONG),
            None => self.text.extend_from_slice(&piece[start..]),
        }
        self.in_text = if end.is_none() { Some(place) } else { None };
        if end.is_some() && place == Place::Name && self.field == Some(Field::Other) {
            at = self.pass_over(piece, at);
        }
        Ok(at)
    }

    /// Skips the following properties, as long as they are irrelevant, simple, and complete in this piece:
    /// most are, and nothing changes between them. `at` is after the name of the first one; the result is
    /// after a name too, or after a value.
    fn pass_over(&mut self, piece: &[u8], mut at: usize) -> usize {
        while let Some(after) = simple_value(piece, at) {
            at = after;
            let Some(rest) = piece.get(at..).and_then(|rest| rest.strip_prefix(b",\"")) else { break };
            let Some(end) = memchr2(b'"', b'\\', rest).filter(|&end| rest[end] == b'"') else { break };
            at += 2 + end + 1;
            let field = Field::of(&rest[..end]);
            self.field = Some(field);
            if field != Field::Other {
                break;
            }
        }
        at
    }

    /// Stores a complete text.
    fn keep(&mut self, raw: &[u8], place: Place) -> Result<(), &'static str> {
        if place == Place::Name {
            self.field = Some(match Field::of(raw) {
                Field::Other if raw.contains(&b'\\') => Field::of(unescaped(raw)?.as_bytes()),
                field => field,
            });
            self.name_comes = false;
            return Ok(());
        }
        if raw.len() > MAX_TEXT {
            return Err(TOO_LONG);
        }
        let text = unescaped(raw)?;
        if text.len() > MAX_ID_BYTES {
            return Err(TOO_LONG);
        }
        let to = match place {
            Place::Id => &mut self.id,
            Place::RealId => &mut self.real_id,
            Place::Owner => &mut self.owner_id,
            Place::FetchedAt => &mut self.fetched_at,
            Place::Version => &mut self.version,
            Place::Name | Place::Nowhere => return Ok(()),
        };
        to.clear();
        to.push_str(&text);
        Ok(())
    }
}

/// End of a simple value directly after a colon, if it ends in this piece.
#[inline]
fn simple_value(piece: &[u8], colon: usize) -> Option<usize> {
    let value = piece.get(colon..)?.strip_prefix(b":")?;
    let length = match value {
        [b'"', text @ ..] => memchr2(b'"', b'\\', text).filter(|&end| text[end] == b'"')? + 2,
        [b'[', b']', ..] | [b'{', b'}', ..] => 2,
        _ => {
            let length =
                [&b"true"[..], b"false", b"null"].into_iter().find(|word| value.starts_with(word))?.len();
            // Not the start of a longer word.
            matches!(value.get(length)?, b',' | b'}').then_some(length)?
        }
    };
    Some(colon + 1 + length)
}

/// The text between two quotes.
fn unescaped(raw: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    let text = std::str::from_utf8(raw).map_err(|_| "invalid UTF-8 in a string")?;
    if !raw.contains(&b'\\') {
        return Ok(Cow::Borrowed(text));
    }
    serde_json::from_slice(format!("\"{text}\"").as_bytes())
        .map(Cow::Owned)
        .map_err(|_| "invalid escape in a string")
}
