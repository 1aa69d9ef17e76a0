//! Items and signals that a stream gives its consumer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::decoder;
use crate::error::{StreamError, shown};

/// Something a stream has to say.
///
/// [`End`](Self::End) is the last one, always there, and there once. An error between them is an `Err` of the stream:
/// after one that [is about one event](StreamError::is_about_one_event) the stream goes on, after any other comes the
/// end.
#[derive(Debug)]
#[non_exhaustive]
pub enum StreamEvent<T> {
    /// A connection is open.
    Open(Opened),
    /// An event of the server, read.
    Item(Item<T>),
    /// A connection failed, and is tried again after a delay.
    Retry(Retrying),
    /// Events may be missing between two that were given, or none is but it cannot be known.
    Gap(Gap),
    /// The stream is over.
    End(EndReason),
}

/// A connection that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The attempt it took, from 1, counted over the life of the stream.
    pub attempt: u64,
    /// The id the server was asked to go on from.
    pub resumed_from: Option<Arc<str>>,
}

/// An event of the server, read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item<T> {
    /// The event's name; `message` when the server gave none.
    pub name: Arc<str>,
    /// The id the event carries itself.
    pub id: Option<Arc<str>>,
    /// Parsed data.
    pub data: T,
}

/// A failure that is tried again.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retrying {
    /// Failure of the connection.
    pub error: StreamError,
    /// Number of the next retry, from 1, counted since the last healthy connection.
    pub attempt: u32,
    /// The wait before it.
    pub delay: Duration,
}

/// A place in the stream where events may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Last id before the gap. `None` if there is none.
    pub after: Option<Arc<str>>,
    /// The first id after it. `None` when that event has none, or the stream ended before another event came.
    pub before: Option<Arc<str>>,
    /// Reason why continuity is not certain.
    pub cause: GapCause,
}

/// Reasons why events may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GapCause {
    /// The stream was interrupted after an event without a usable id: there was no place to go on from.
    NoId,
    /// The server refused the id it was asked to go on from.
    IdRefused,
    /// The server did not go on from the id it was asked to: the ids show a hole.
    IdsSkipped,
    /// The proof that was asked for, [`Continuity::Overlap`](crate::Continuity::Overlap), did not come, or there can be none
    /// because ids are not unique.
    Unproven,
    /// An id came with several events, so that ids prove nothing. A stream gives this cause once; from then on, the cause is
    /// [`Unproven`](Self::Unproven), unless items have a [mark](crate::Format::mark) to go on from.
    IdNotUnique,
    /// The consumer was too slow and asked for the oldest items to be dropped.
    Overflow {
        /// The items dropped here.
        dropped: u64,
    },
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoId => "there was no id to resume from",
            Self::IdRefused => "the server refused the id to resume from",
            Self::IdsSkipped => "the server skipped ids",
            Self::Unproven => "the server may not have resumed from the id",
            Self::IdNotUnique => "several events have the same id",
            Self::Overflow { dropped } => {
                return write!(f, "{dropped} items were dropped: the consumer is too slow");
            }
        })
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = self.cause;
        if matches!(cause, GapCause::Overflow { .. }) {
            return write!(f, "{cause}");
        }
        f.write_str("events may be missing")?;
        if let Some(after) = &self.after {
            write!(f, " after `{}`", shown(after))?;
        }
        if let Some(before) = &self.before {
            write!(f, " before `{}`", shown(before))?;
        }
        write!(f, ": {cause}")
    }
}

/// Reasons why a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// The server said so, with the reason it gave.
    Server(Option<String>),
    /// The server has nothing to stream (204).
    NoContent,
    /// The limit of items was reached.
    Limit,
    /// The program closed it.
    Closed,
    /// The stream failed permanently: the error was the item before.
    Failed,
}

impl fmt::Display for EndReason {
    /// The rest of a sentence about a stream, such as `was closed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server(Some(reason)) => return write!(f, "was ended by the server: {}", shown(reason)),
            Self::Server(None) => "was ended by the server",
            Self::NoContent => "is empty: the server has nothing to stream",
            Self::Limit => "reached its limit of items",
            Self::Closed => "was closed",
            Self::Failed => "failed",
        })
    }
}

/// An event as received, bounded, for an error to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawEvent {
    /// The event's name, at most 256 bytes of it.
    pub name: String,
    /// The id the event carries itself, at most 1 KiB of it.
    pub id: Option<String>,
    /// The start of the data.
    pub data: String,
    /// The length of the whole data, in bytes.
    pub size: u64,
}

const NAME: usize = 256;
const ID: usize = 1024;

impl RawEvent {
    pub(crate) fn of(event: &decoder::Event<'_>, most: usize) -> Self {
        Self {
            name: cut(&event.name, NAME),
            id: event.id.map(|id| cut(id, ID)),
            data: cut(&event.data, most),
            size: event.data.len() as u64,
        }
    }

    pub(crate) fn skipped(event: &decoder::Oversize<'_>) -> Self {
        Self {
            name: cut(&event.name, NAME),
            id: event.id.map(|id| cut(id, ID)),
            data: String::new(),
            size: event.size,
        }
    }

    /// `true` if the data was truncated.
    pub fn is_cut(&self) -> bool {
        self.size > self.data.len() as u64
    }
}

/// The start of a text, at most so many bytes and no half character.
fn cut(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text[..end.unwrap_or(0)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("aéb", 2), "a");
        assert_eq!(cut("aéb", 3), "aé");
        assert_eq!(cut("aéb", 99), "aéb");
    }
}
