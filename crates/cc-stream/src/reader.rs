//! Turns a frame of the decoder into an event for the consumer: roles, duplicates, gaps, and parsing of data.

use std::sync::Arc;
use std::time::Duration;

use crate::callbacks::{Callback, call};
use crate::continuity::{Position, Tracker, Verdict};
use crate::decoder::{Event, Frame, Oversize};
use crate::driver::Told;
use crate::error::{ErrorKind, StreamError};
use crate::event::{Gap, Item, RawEvent, StreamEvent};
use crate::format::{Format, Role};
use crate::settings::ErrorEvents;

pub(crate) struct Reader<T> {
    pub(crate) format: Format<T>,
    pub(crate) tracker: Tracker,
    pub(crate) raw_limit: usize,
    pub(crate) error_events: ErrorEvents,
    /// The name of the last item.
    pub(crate) name: Option<Arc<str>>,
    /// The last item, or the reason why there is none, until it is taken. Items are large, and each move is a
    /// copy.
    pub(crate) told: Option<Told<T>>,
    /// Number of events with unknown names.
    pub(crate) others: u64,
    pub(crate) on_other: Callback<RawEvent>,
}

/// Meaning of a frame.
pub(crate) enum Reading {
    /// Nothing that the consumer receives or the server counts.
    Nothing,
    /// An event that is not an item. The server may count it nevertheless.
    Skipped,
    Duplicate,
    /// An item, or the reason why there is none: [`Reader::told`].
    Told,
    /// Like the others, with a gap before the event.
    AfterGap(Gap),
    Retry(Duration),
    /// The server ends the stream, and events before the end may be missing.
    End {
        reason: Option<String>,
        gap: Option<Gap>,
        error: Option<StreamError>,
    },
    /// The server reports an error that ends the stream, and events before it may be missing.
    Failed {
        gap: Option<Gap>,
        error: StreamError,
    },
}

impl<T> Reader<T> {
    #[inline]
    pub(crate) fn read(&mut self, frame: Frame<'_>) -> Reading {
        match frame {
            Frame::Event(event) => self.event(&event),
            Frame::Id(id) => match self.passed_over(Some(id), "", "") {
                Reading::Skipped => Reading::Nothing,
                reading => reading,
            },
            Frame::Retry(time) => Reading::Retry(time),
            Frame::Oversize(event) => self.oversize(&event),
        }
    }

    #[inline]
    fn event(&mut self, event: &Event<'_>) -> Reading {
        let name = match self.format.role(&event.name, self.name.as_ref()) {
            Role::Item(name) => name,
            Role::Heartbeat => return Reading::Nothing,
            Role::End => return self.end(event),
            Role::Error => return self.error(event),
            Role::Other => {
                let reading = self.passed_over(event.id, &event.name, &event.data);
                return self.other(reading, |most| RawEvent::of(event, most));
            }
        };
        let Verdict::New(gap) = self.tracker.event(event.id, &event.name, &event.data, true) else {
            return Reading::Duplicate;
        };
        let id = event.id.filter(|id| !id.is_empty());
        // The tracker holds that very id: no need to copy it once more.
        let id = id.map(|id| match self.tracker.position().id() {
            Some(last) if **last == *id => Arc::clone(last),
            _ => id.into(),
        });
        match self.format.read(event) {
            Ok(Some(data)) => {
                if let Some(mark) = self.format.mark_of(&data) {
                    self.tracker.set_mark(mark);
                }
                if self.name.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &name)) {
                    self.name = Some(Arc::clone(&name));
                }
                self.told = Some(Ok(StreamEvent::Item(Item { name, id, data })));
            }
            Ok(None) => {}
            Err(error) => {
                let kind = ErrorKind::Payload { event: RawEvent::of(event, self.raw_limit) };
                self.told = Some(Err(StreamError::new(kind).with_source(error)));
            }
        }
        self.reading(gap)
    }

    /// Handles the end of the stream by the server. An unreadable end is reported, and the stream ends.
    fn end(&mut self, event: &Event<'_>) -> Reading {
        let (reason, error) = match self.format.reason(event) {
            Ok(reason) => (reason, None),
            Err(error) => {
                let kind = ErrorKind::Payload { event: RawEvent::of(event, self.raw_limit) };
                (None, Some(StreamError::new(kind).with_source(error)))
            }
        };
        Reading::End { reason, gap: self.tracker.finish(), error }
    }

    /// An event that was too long counts for what its name says it is.
    fn oversize(&mut self, event: &Oversize<'_>) -> Reading {
        match self.format.role(&event.name, self.name.as_ref()) {
            Role::Heartbeat => Reading::Nothing,
            Role::End => {
                let kind = ErrorKind::Oversize { event: RawEvent::skipped(event) };
                let error = Some(StreamError::new(kind));
                Reading::End { reason: None, gap: self.tracker.finish(), error }
            }
            Role::Error | Role::Other => {
                let reading = self.passed_over(event.id, &event.name, &event.size.to_string());
                self.other(reading, |_| RawEvent::skipped(event))
            }
            // The data is unknown: its size identifies it.
            Role::Item(_) => match self.tracker.event(event.id, &event.name, &event.size.to_string(), true) {
                Verdict::New(gap) => {
                    let kind = ErrorKind::Oversize { event: RawEvent::skipped(event) };
                    self.told = Some(Err(StreamError::new(kind)));
                    self.reading(gap)
                }
                Verdict::Duplicate => Reading::Duplicate,
            },
        }
    }

    /// Handles an error reported by the server. It moves the position, and the server may or may not count
    /// it.
    fn error(&mut self, event: &Event<'_>) -> Reading {
        let Verdict::New(gap) = self.tracker.event(event.id, &event.name, &event.data, false) else {
            return Reading::Duplicate;
        };
        let kind = ErrorKind::ErrorEvent { event: RawEvent::of(event, self.raw_limit) };
        let error = StreamError::new(kind);
        match self.error_events {
            ErrorEvents::GoOn => {
                self.told = Some(Err(error));
                self.reading(gap)
            }
            ErrorEvents::End => Reading::Failed { gap, error: error.ending() },
        }
    }

    /// An event of an unknown name is counted, unless it came before.
    fn other(&mut self, reading: Reading, raw: impl FnOnce(usize) -> RawEvent) -> Reading {
        if !matches!(reading, Reading::Nothing) {
            self.others += 1;
            if self.on_other.is_some() {
                call(&mut self.on_other, &raw(self.raw_limit));
            }
        }
        reading
    }

    /// Handles an irrelevant event, or an id alone: it moves the position.
    fn passed_over(&mut self, id: Option<&str>, name: &str, data: &str) -> Reading {
        match self.tracker.event(id, name, data, false) {
            Verdict::New(gap) => self.reading(gap),
            Verdict::Duplicate => Reading::Nothing,
        }
    }

    /// Position before a possible gap: the one to report until the next item is delivered.
    pub(crate) fn place_before_gap(&self) -> Option<Position> {
        self.tracker.is_open().then(|| self.tracker.position().clone())
    }

    /// Result of reading an event that may have stored something in `told`.
    #[inline]
    fn reading(&self, gap: Option<Gap>) -> Reading {
        match gap {
            Some(gap) => Reading::AfterGap(gap),
            None if self.told.is_some() => Reading::Told,
            None => Reading::Skipped,
        }
    }
}
