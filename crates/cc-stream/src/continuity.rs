//! Tracks received and missing events: duplicates, gaps, and the position to resume from. Pure.
//!
//! Within a connection, the transport loses nothing. Between two connections, continuity rests on ids: the
//! server is asked to continue from the last one, or from the one before it. Continuity is assumed if
//! - the last event before the interruption comes again, with the same id and the same content, or
//! - the server was asked to go on right after it, ids are numbers that follow each other, and the next one is the next
//!   number, or
//! - the server accepts the id, nothing speaks against it, and the settings trust that
//!   ([`Continuity::Trust`]).
//!
//! In every other case the consumer receives a [`Gap`].
//!
//! This requires unique ids. An event is therefore recognised by its id and its content. If several events
//! share an id, ids prove nothing: the server is asked to continue from a date, if the items have one
//! ([`Format::mark`](crate::Format::mark)); otherwise every interruption is a gap.

mod cursor;
mod numbers;
mod recent;

use std::sync::Arc;

use http::HeaderValue;

use cursor::Known;
pub(crate) use cursor::Position;
pub use cursor::{Cursor, Fingerprints};
use numbers::{comes_after, follows, is_next};
use recent::{Key, Print, Recall, Recent};

use crate::event::{Gap, GapCause};

#[cfg(test)]
mod tests;

/// Proof required that nothing was lost between two connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Continuity {
    /// A server that accepts the last id is trusted to continue right after it, unless the ids show a hole:
    /// if all ids so far ended in consecutive numbers, the next one must, too. A server that loses events
    /// behind ids that are not comparable, or loses the very last ones before it ends the stream, is not
    /// detected.
    #[default]
    Trust,
    /// The server is asked to continue after the id *before* the last one, so that it repeats the last event:
    /// if it does not, that is a gap. While there is only one event, the server is asked to continue from its
    /// [mark](crate::Format::mark), else from its id: then the next number is a proof, too. It costs one more
    /// event per connection, and works with ids that are not comparable.
    Overlap,
}

/// Decision about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// New event; events before it may be missing.
    New(Option<Gap>),
    /// Already delivered before the last reconnection.
    Duplicate,
}

/// Number of consecutive connections that may fail after the overlap before the stream continues without it:
/// a stream with a reported gap is better than one that makes no progress.
const FRUITLESS: u32 = 6;

/// Judges each event of a stream, over all of its connections.
#[derive(Debug)]
pub struct Tracker {
    proof: Continuity,
    at: Position,
    /// The last id came on this connection.
    here: bool,
    /// `true` while no id is known to belong to several events.
    unique: bool,
    /// A gap said that ids are not unique.
    told: bool,
    /// Ids are presumed to be consecutive numbers until two on one connection are not.
    consecutive: bool,
    /// The server refused the last id.
    refused: bool,
    /// Something may have been given or missed before this connection, here or in another process.
    started: bool,
    /// `true` if each request without an id starts at the same place.
    fixed_start: bool,
    /// More came than one event.
    several: bool,
    /// Number of consecutive connections that failed after the overlap before a new event arrived.
    fruitless: u32,
    key: Key,
    recent: Recent,
    /// The first item of this connection, if it has no id, and that of the one before.
    first: Option<Print>,
    first_before: Option<Print>,
    /// The event that came last is not one that the connection before brought.
    progress: bool,
    question: Option<Question>,
}

/// Check whether this connection continues where the last one stopped.
#[derive(Debug)]
struct Question {
    after: Option<Known>,
    /// The server was asked for the last event once more.
    asked_again: bool,
    /// Known cause of a gap; `None`: the first new event decides.
    cause: Option<GapCause>,
    /// The last event came again, and that proves something.
    overlapped: bool,
}

impl Question {
    fn is_answered(&self) -> bool {
        self.overlapped && matches!(self.cause, None | Some(GapCause::IdRefused))
    }

    fn after(&self) -> Option<&Arc<str>> {
        self.after.as_ref().map(|after| &after.id)
    }
}

impl Tracker {
    /// A tracker at the start of a stream or at a cursor. It knows the last `window` events again, and no less than two.
    /// `fixed_start`: as long as nothing was given, every connection starts at the same place
    /// ([`Settings::fixed_start`](crate::Settings::fixed_start)).
    pub fn new(proof: Continuity, window: usize, fixed_start: bool, cursor: Option<&Cursor>) -> Self {
        let mut tracker = Self {
            proof,
            at: Position::default(),
            here: false,
            unique: true,
            told: false,
            consecutive: true,
            refused: false,
            started: false,
            fixed_start,
            several: false,
            fruitless: 0,
            key: Key::of_process(),
            recent: Recent::new(window.max(2)),
            first: None,
            first_before: None,
            progress: false,
            question: None,
        };
        if let Some(cursor) = cursor {
            tracker.at = Position::from(cursor);
            tracker.unique = !cursor.ids_repeat;
            tracker.started = tracker.at.last.is_some() || cursor.adrift || cursor.delivered > 0;
            tracker.several = cursor.delivered > 1;
            // Two ids that are not consecutive cannot be compared as numbers.
            let pair = cursor.previous_event_id.as_deref().zip(cursor.last_event_id.as_deref());
            tracker.consecutive = pair.is_none_or(|(previous, last)| follows(previous, last) != Some(false));
            if let Some(seen) = &cursor.seen {
                tracker.key = seen.key();
            }
            for print in tracker.at.prints() {
                tracker.recent.push(print, true, true);
            }
        }
        tracker
    }

    /// The id to ask the server to go on from.
    pub fn resume_from(&self) -> Option<&Arc<str>> {
        let last = self.at.id().filter(|_| !self.refused)?;
        let previous = || self.at.previous.as_ref().map_or(last, |previous| &previous.id);
        let from = match self.proof {
            _ if self.is_dated() => return None,
            Continuity::Trust => last,
            Continuity::Overlap if self.fruitless >= FRUITLESS => last,
            Continuity::Overlap if self.begins_again() => return None,
            Continuity::Overlap => previous(),
        };
        HeaderValue::from_bytes(from.as_bytes()).is_ok().then_some(from)
    }

    /// Returns `true` if the server is asked for the last event once more: from the id before it, from its date, or from a start that
    /// is always the same.
    fn asks_again(&self) -> bool {
        match self.resume_from() {
            Some(from) => Some(from) != self.at.id(),
            None => {
                self.is_dated()
                    || self.proof == Continuity::Overlap && self.fruitless < FRUITLESS && self.begins_again()
            }
        }
    }

    /// Returns `true` if the next connection starts where the first did, so that the only event there was comes again and is the proof.
    fn begins_again(&self) -> bool {
        self.fixed_start && !self.several && !self.at.adrift && self.at.last.is_some()
    }

    /// Returns `true` if the server is asked to continue from the date of the last item, because no id can be
    /// the proof: ids repeat, or there is none before the last one for an overlap.
    fn is_dated(&self) -> bool {
        let is_alone = self.proof == Continuity::Overlap && self.at.previous.is_none();
        (is_alone || !self.unique)
            && self.at.mark.is_some()
            && self.at.last.is_some()
            && !self.at.adrift
            && !self.refused
            && self.fruitless < FRUITLESS
    }

    /// Maximum number of events that a server repeats if it continues from
    /// [`resume_from`](Self::resume_from), or else from the mark.
    pub fn overlap(&self) -> u64 {
        match self.resume_from() {
            Some(from) => u64::from(Some(from) != self.at.id()),
            // Any number of items may have one mark.
            None if self.at.mark.is_some() || self.begins_again() => self.recent.len() as u64,
            None => 0,
        }
    }

    /// The mark of the last item that has one.
    pub fn mark(&self) -> Option<i64> {
        self.at.mark
    }

    /// The item that just came has this mark.
    pub fn set_mark(&mut self, mark: i64) {
        self.at.set_mark(mark);
    }

    /// The last connection was a healthy one: there is time for an overlap again.
    pub fn calm(&mut self) {
        self.fruitless = 0;
    }

    /// The server refused the id it was asked to go on from: the next attempt asks without.
    pub fn refuse(&mut self) {
        self.refused = true;
    }

    /// The connection is over: whether its ids were unique decides what the next one is asked for.
    pub fn disconnected(&mut self) {
        self.unique = self.unique && !self.recent.repeats();
    }

    /// A connection is open.
    pub fn connected(&mut self) {
        self.here = false;
        self.first_before = self.first.take();
        self.progress = false;
        if !self.started {
            if !self.fixed_start {
                self.started = true;
                // A process that resumes here without an id misses all later events.
                self.at.adrift |= self.at.last.is_none();
            }
            return;
        }
        self.disconnected();
        self.recent.remember(!self.is_told_apart());
        let cause = if self.refused {
            Some(GapCause::IdRefused)
        } else if self.at.adrift || self.resume_from().is_none() && !self.asks_again() {
            Some(GapCause::NoId)
        } else if !self.unique && !self.is_dated() {
            Some(GapCause::IdNotUnique)
        } else {
            None
        };
        if self.question.as_ref().is_some_and(|question| question.overlapped) {
            self.fruitless += 1;
        }
        // If no new event arrived since the last interruption, one gap covers both.
        let unanswered = self.question.take().filter(|question| !question.is_answered());
        let cause = unanswered.and_then(|question| question.cause).or(cause);
        let (after, asked_again) = (self.at.last.clone(), self.asks_again());
        self.question = Some(Question { after, asked_again, cause, overlapped: false });
    }

    /// Returns `true` if id and content tell each event from all others. Where ids repeat, only a date in the content makes sure of
    /// that.
    fn is_told_apart(&self) -> bool {
        self.unique || self.at.mark.is_some()
    }

    /// An event came, or an id alone, which has no name and no data. `is_item`: the consumer will get it.
    pub fn event(&mut self, id: Option<&str>, name: &str, data: &str, is_item: bool) -> Verdict {
        let is_first = !std::mem::replace(&mut self.started, true);
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            self.several = true;
            let gap = if is_item { self.settle(None) } else { None };
            if is_item && self.first.is_none() {
                // A greeting on each connection is not progress.
                self.first = Some(self.key.print("", name, data));
                self.progress = self.first != self.first_before;
            }
            self.at.adrift |= is_item;
            if id.is_some() {
                (self.at.last, self.at.previous, self.at.adrift) = (None, None, true);
                (self.here, self.refused) = (true, false);
            }
            return Verdict::New(gap);
        };
        let print = self.key.print(id, name, data);
        match self.recent.recall(print) {
            // Where events look alike, only those before the first new one count as repeated: a gap is
            // reported at that position.
            Recall::Event if self.is_told_apart() || self.question.is_some() => {
                self.come_again(print);
                return Verdict::Duplicate;
            }
            Recall::Id | Recall::Event if !is_item => return Verdict::New(None),
            Recall::Id => self.unique = false,
            Recall::Event | Recall::Nothing => {}
        }
        self.several |= !is_first;
        self.progress = true;
        let gap = self.settle(Some(id));
        self.advance(id, print, is_item);
        Verdict::New(gap)
    }

    /// An event came that was given before.
    fn come_again(&mut self, print: Print) {
        let is_told_apart = self.is_told_apart();
        if !is_told_apart {
            self.recent.forget(print);
        }
        if let Some(question) = &mut self.question {
            let is_last = question.after.as_ref().is_some_and(|after| after.print == Some(print));
            question.overlapped |= is_last && is_told_apart;
        }
    }

    /// Handles the end of the stream by the server: returns a gap that was not reported yet.
    pub fn finish(&mut self) -> Option<Gap> {
        let question = self.question.take().filter(|question| !question.is_answered())?;
        let is_asked = question.asked_again || self.proof == Continuity::Overlap;
        let unproven = if self.unique { GapCause::Unproven } else { GapCause::IdNotUnique };
        let cause = self.tell(question.cause.or(is_asked.then_some(unproven))?);
        Some(Gap { cause, after: question.after().cloned(), before: None })
    }

    /// Returns `true` if this connection brought something that the one before did not.
    pub fn is_progress(&self) -> bool {
        self.progress
    }

    pub(crate) fn position(&self) -> &Position {
        &self.at
    }

    /// A place of this stream, to go on from.
    pub(crate) fn cursor(&self, position: &Position, delivered: u64) -> Cursor {
        position.cursor(&self.key, !self.unique || self.recent.repeats(), delivered)
    }

    /// Returns `true` if the next new event may come with a gap.
    pub(crate) fn is_open(&self) -> bool {
        self.question.is_some()
    }

    /// A new event: was anything lost before it?
    fn settle(&mut self, id: Option<&str>) -> Option<Gap> {
        let question = self.question.take().filter(|question| !question.is_answered())?;
        let cause = question.cause.or_else(|| self.judge(&question, id))?;
        let cause = self.tell(cause);
        Some(Gap { after: question.after().cloned(), before: id.map(Arc::from), cause })
    }

    /// Judges by the first new event whether a server that accepted the position continues there.
    fn judge(&self, question: &Question, id: Option<&str>) -> Option<GapCause> {
        if !self.unique {
            return Some(GapCause::IdNotUnique);
        }
        let numbers = question.after().zip(id).filter(|_| self.consecutive);
        match numbers.and_then(|(after, id)| follows(after, id)) {
            Some(false) => Some(GapCause::IdsSkipped),
            // A counter that started anew shows no hole either: the last event was asked for, and did not come.
            _ if question.asked_again => Some(GapCause::Unproven),
            Some(true) => None,
            None => (self.proof == Continuity::Overlap).then_some(GapCause::Unproven),
        }
    }

    /// Reports once that ids are not unique; after that, continuity is unproven.
    fn tell(&mut self, cause: GapCause) -> GapCause {
        match cause {
            GapCause::IdNotUnique if std::mem::replace(&mut self.told, true) => GapCause::Unproven,
            cause => cause,
        }
    }

    fn advance(&mut self, id: &str, print: Print, is_item: bool) {
        (self.at.adrift, self.refused) = (false, false);
        if self.fruitless < FRUITLESS {
            self.fruitless = 0;
        }
        let here = std::mem::replace(&mut self.here, true);
        let Some(last) = &mut self.at.last else {
            self.recent.push(print, is_item, true);
            self.at.last = Some(Known { id: id.into(), print: Some(print) });
            return;
        };
        // Consecutive numbers ascend.
        let is_next = here && self.consecutive && is_next(&last.id, id);
        self.recent.push(print, is_item, is_next || !here || comes_after(&last.id, id));
        if *last.id == *id {
            last.print = Some(print);
            return;
        }
        self.consecutive &= is_next || !here;
        let last = std::mem::replace(last, Known { id: id.into(), print: Some(print) });
        self.at.previous = Some(last);
    }
}
