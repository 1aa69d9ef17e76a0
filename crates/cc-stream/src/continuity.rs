//! What was seen and what may be missing: duplicates, gaps, and the place to go on from. Pure.
//!
//! Within a connection the transport loses nothing. Between two, continuity rests on ids: the server is asked to go on
//! from the last one. It is taken as given when
//! - the last event before the interruption comes again, and what follows it is new, or
//! - ids are numbers that follow each other, and the next one is the next number, or
//! - the server accepts the id, nothing speaks against it, and the settings trust that
//!   ([`Continuity::Trust`]).
//!
//! In every other case the consumer is told of a [`Gap`].

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::event::{Gap, GapCause};

#[cfg(test)]
mod tests;

/// What counts as proof that nothing was lost between two connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Continuity {
    /// A server that accepts the last id is trusted to go on right after it, unless the ids show a hole: where all ids
    /// so far ended in consecutive numbers, the next has to. A server that loses events behind ids nobody can compare,
    /// or loses the very last ones before it ends the stream, is not found out.
    #[default]
    Trust,
    /// The server is asked to go on from the id *before* the last, so that it gives the last event again: when it does
    /// not, and numbers do not prove it either, that is a gap. It costs one event more per connection, and works with
    /// ids nobody can compare.
    Overlap,
}

/// The place a stream has reached, to go on from it later, maybe in another process.
///
/// It is the place of the last item the consumer was given. It serialises, and what an earlier version wrote is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cursor {
    /// The last event id. `None`: there was none, or the server reset it.
    pub last_event_id: Option<String>,
    /// The id before it, for [`Continuity::Overlap`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_event_id: Option<String>,
    /// The [mark](crate::Format::mark) of the last item that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<i64>,
    /// The ids of the items given that have this mark, 64 at most. A server that goes on from the mark gives them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids_at_mark: Vec<String>,
    /// Whether something may have come after that id, or without any, that it does not tell of: the place is then not exact.
    #[serde(default)]
    pub adrift: bool,
    /// The items given so far. They count for the limit of the stream that goes on from here.
    #[serde(default)]
    pub delivered: u64,
}

/// How many ids of one mark a place remembers.
const AT_MARK: usize = 64;

/// A place between two events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Position {
    pub(crate) last: Option<Arc<str>>,
    previous: Option<Arc<str>>,
    /// Something may have come after `last` that it does not tell of.
    pub(crate) adrift: bool,
    /// The mark of the last item that has one.
    mark: Option<i64>,
    /// The last ids that have it, and no more than [`AT_MARK`].
    at_mark: Vec<Arc<str>>,
}

impl Position {
    pub(crate) fn cursor(&self, delivered: u64) -> Cursor {
        let owned = |id: &Option<Arc<str>>| id.as_deref().map(str::to_owned);
        Cursor {
            last_event_id: owned(&self.last),
            previous_event_id: owned(&self.previous),
            mark: self.mark,
            ids_at_mark: self.at_mark.iter().map(|id| (**id).to_owned()).collect(),
            adrift: self.adrift,
            delivered,
        }
    }
}

/// What to do with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is new; events before it may be missing.
    New(Option<Gap>),
    /// It was given before the last reconnection.
    Duplicate,
}

/// Connections in a row that may break after the overlap, before the overlap is done without: a stream that is told of a gap
/// is better than one that stands still.
const FRUITLESS: u32 = 6;

/// Judges each event of a stream, over all of its connections.
#[derive(Debug)]
pub struct Tracker {
    proof: Continuity,
    at: Position,
    /// The last id came on this connection.
    here: bool,
    /// The last id came with several items.
    repeated: bool,
    /// Ids are presumed to be consecutive numbers until two on one connection are not.
    consecutive: bool,
    /// The server refused the last id.
    refused: bool,
    /// Something may have been given or missed before this connection, here or in another process.
    started: bool,
    /// Whoever asks without an id is given all from one and the same place.
    fixed_start: bool,
    /// More came than one event.
    several: bool,
    /// How many connections in a row broke after the overlap, before anything new came.
    fruitless: u32,
    recent: Recent,
    question: Option<Question>,
}

/// Whether this connection goes on where the last one stopped.
#[derive(Debug)]
struct Question {
    after: Option<Arc<str>>,
    /// It is known that it does not; `None`: the first new event tells.
    cause: Option<GapCause>,
    /// The last event came again.
    overlapped: bool,
}

impl Question {
    fn is_answered(&self) -> bool {
        self.overlapped && matches!(self.cause, None | Some(GapCause::IdRefused))
    }
}

impl Tracker {
    /// A tracker at the start of a stream or at a cursor. It knows the last `window` ids again, and no less than two.
    /// `fixed_start`: as long as nothing was given, every connection starts at the same place
    /// ([`Settings::fixed_start`](crate::Settings::fixed_start)).
    pub fn new(proof: Continuity, window: usize, fixed_start: bool, cursor: Option<&Cursor>) -> Self {
        let mut tracker = Self {
            proof,
            at: Position::default(),
            here: false,
            repeated: false,
            consecutive: true,
            refused: false,
            started: false,
            fixed_start,
            several: false,
            fruitless: 0,
            recent: Recent::new(window.max(2)),
            question: None,
        };
        if let Some(cursor) = cursor {
            let shared = |id: &Option<String>| id.as_deref().filter(|id| !id.is_empty()).map(Arc::from);
            tracker.at.previous = shared(&cursor.previous_event_id);
            tracker.at.last = shared(&cursor.last_event_id);
            tracker.at.adrift = cursor.adrift;
            tracker.at.mark = cursor.mark;
            tracker.at.at_mark = cursor.ids_at_mark.iter().map(|id| id.as_str().into()).collect();
            tracker.started = tracker.at.last.is_some() || cursor.adrift || cursor.delivered > 0;
            tracker.several = cursor.delivered > 1;
            // Two ids that do not follow each other are no numbers to go by.
            let pair = cursor.previous_event_id.as_deref().zip(cursor.last_event_id.as_deref());
            tracker.consecutive = pair.is_none_or(|(previous, last)| follows(previous, last) != Some(false));
            let last = [&tracker.at.previous, &tracker.at.last].into_iter().flatten();
            for id in tracker.at.at_mark.iter().chain(last) {
                let fingerprint = tracker.recent.fingerprint(id);
                tracker.recent.push(fingerprint);
            }
        }
        tracker
    }

    /// The id to ask the server to go on from.
    pub fn resume_from(&self) -> Option<&Arc<str>> {
        let last = self.at.last.as_ref().filter(|_| !self.refused)?;
        let from = match self.proof {
            Continuity::Trust => last,
            Continuity::Overlap if self.fruitless >= FRUITLESS => last,
            Continuity::Overlap if self.begins_again() => return None,
            Continuity::Overlap => self.at.previous.as_ref().unwrap_or(last),
        };
        HeaderValue::from_bytes(from.as_bytes()).is_ok().then_some(from)
    }

    /// Whether the server gives the last event again although it is asked for no id.
    fn is_replayed(&self) -> bool {
        self.proof == Continuity::Overlap && self.fruitless < FRUITLESS && self.begins_again()
    }

    /// Whether the next connection starts where the first did, so that the only event there was comes again and is the proof.
    fn begins_again(&self) -> bool {
        self.fixed_start && !self.several && !self.at.adrift && self.at.last.is_some()
    }

    /// How many events a server that goes on from [`resume_from`](Self::resume_from), or else from the mark, gives again
    /// at most.
    pub fn overlap(&self) -> u64 {
        match self.resume_from() {
            Some(from) => u64::from(Some(from) != self.at.last.as_ref()),
            // Any number of items may have one mark.
            None if self.at.mark.is_some() || self.begins_again() => self.recent.ids.len() as u64,
            None => 0,
        }
    }

    /// The mark of the last item that has one.
    pub fn mark(&self) -> Option<i64> {
        self.at.mark
    }

    /// The item that just came has this mark.
    pub fn set_mark(&mut self, mark: i64) {
        if self.at.mark.replace(mark) != Some(mark) {
            self.at.at_mark.clear();
        }
        let id = self.at.last.as_ref().filter(|_| !self.at.adrift);
        if let Some(id) = id.filter(|id| self.at.at_mark.last() != Some(id)) {
            if self.at.at_mark.len() == AT_MARK {
                self.at.at_mark.remove(0);
            }
            self.at.at_mark.push(Arc::clone(id));
        }
    }

    /// The last connection was a healthy one: there is time for an overlap again.
    pub fn calm(&mut self) {
        self.fruitless = 0;
    }

    /// The server refused the id it was asked to go on from: the next attempt asks without.
    pub fn refuse(&mut self) {
        self.refused = true;
    }

    /// A connection is open.
    pub fn connected(&mut self) {
        self.here = false;
        if !self.started {
            if !self.fixed_start {
                self.started = true;
                // What comes from now on is missed by who goes on from here without an id.
                self.at.adrift |= self.at.last.is_none();
            }
            return;
        }
        self.recent.remember();
        let cause = if self.refused {
            Some(GapCause::IdRefused)
        } else if self.at.adrift || self.resume_from().is_none() && !self.is_replayed() {
            Some(GapCause::NoId)
        } else if self.repeated {
            Some(GapCause::IdNotUnique)
        } else {
            None
        };
        if self.question.as_ref().is_some_and(|question| question.overlapped) {
            self.fruitless += 1;
        }
        // When no new event came since the last interruption, one gap tells of both.
        let unanswered = self.question.take().filter(|question| !question.is_answered());
        let cause = unanswered.and_then(|question| question.cause).or(cause);
        self.question = Some(Question { after: self.at.last.clone(), cause, overlapped: false });
    }

    /// An event came, or an id alone. `counts`: there is an item, which the consumer will get.
    pub fn event(&mut self, id: Option<&str>, counts: bool) -> Verdict {
        let is_first = !std::mem::replace(&mut self.started, true);
        let Some(id) = id else {
            self.several = true;
            self.at.adrift |= counts;
            return Verdict::New(if counts { self.settle(None) } else { None });
        };
        if id.is_empty() {
            self.several = true;
            let gap = if counts { self.settle(None) } else { None };
            (self.at.last, self.at.previous, self.at.adrift) = (None, None, true);
            (self.here, self.refused) = (true, false);
            return Verdict::New(gap);
        }
        let fingerprint = self.recent.fingerprint(id);
        // An id that several items have tells none of them from the others.
        let is_shared = self.repeated && self.at.last.as_deref() == Some(id);
        if self.recent.knows(fingerprint) && !is_shared {
            if let Some(question) = &mut self.question {
                question.overlapped |= question.after.as_deref() == Some(id);
            }
            return Verdict::Duplicate;
        }
        self.several |= !is_first;
        let gap = self.settle(Some(id));
        self.advance(id, fingerprint, counts);
        Verdict::New(gap)
    }

    /// The server ended the stream: a gap nobody was told of yet.
    pub fn finish(&mut self) -> Option<Gap> {
        let question = self.question.take().filter(|question| !question.is_answered())?;
        let unproven = (self.proof == Continuity::Overlap).then_some(GapCause::Unproven);
        Some(Gap { cause: question.cause.or(unproven)?, after: question.after, before: None })
    }

    pub(crate) fn position(&self) -> &Position {
        &self.at
    }

    /// Whether the next new event may come with a gap.
    pub(crate) fn is_open(&self) -> bool {
        self.question.is_some()
    }

    /// A new event: was anything lost before it?
    fn settle(&mut self, id: Option<&str>) -> Option<Gap> {
        let question = self.question.take().filter(|question| !question.is_answered())?;
        let cause = question.cause.or_else(|| self.judge(question.after.as_deref(), id))?;
        Some(Gap { after: question.after, before: id.map(Arc::from), cause })
    }

    /// The server accepted the id: does the first new event speak for it, or against?
    fn judge(&self, after: Option<&str>, id: Option<&str>) -> Option<GapCause> {
        let numbers = after.zip(id).filter(|_| self.consecutive);
        match (numbers.and_then(|(after, id)| follows(after, id)), self.proof) {
            (Some(true), _) | (None, Continuity::Trust) => None,
            (Some(false), _) => Some(GapCause::IdsSkipped),
            (None, Continuity::Overlap) => Some(GapCause::Unproven),
        }
    }

    fn advance(&mut self, id: &str, fingerprint: u64, counts: bool) {
        let last = self.at.last.as_deref();
        let same = last == Some(id);
        self.repeated = same && (self.repeated || counts);
        (self.at.adrift, self.refused) = (false, false);
        if self.fruitless < FRUITLESS {
            self.fruitless = 0;
        }
        if same {
            return;
        }
        if let (Some(last), true) = (last, self.here && self.consecutive) {
            self.consecutive = follows(last, id) == Some(true);
        }
        self.here = true;
        self.recent.push(fingerprint);
        self.at.previous = self.at.last.replace(id.into());
    }
}

/// Whether `id` is the number after `last`, with the same text before it. `None` when they do not compare.
fn follows(last: &str, id: &str) -> Option<bool> {
    let (last_text, last_number) = numbered(last)?;
    let (text, number) = numbered(id)?;
    (last_text == text).then(|| last_number.checked_add(1) == Some(number))
}

/// An id that ends in a number: what is before it, and the number.
fn numbered(id: &str) -> Option<(&str, u64)> {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (text, number) = id.split_at(id.len() - digits);
    Some((text, number.parse().ok()?))
}

/// The last ids, as fingerprints.
#[derive(Debug)]
struct Recent {
    window: usize,
    ids: VecDeque<u64>,
    /// Those that came before this connection.
    before: HashSet<u64>,
    hasher: RandomState,
}

impl Recent {
    fn new(window: usize) -> Self {
        Self { window, ids: VecDeque::new(), before: HashSet::new(), hasher: RandomState::new() }
    }

    fn fingerprint(&self, id: &str) -> u64 {
        self.hasher.hash_one(id)
    }

    fn push(&mut self, fingerprint: u64) {
        if self.ids.len() == self.window {
            self.ids.pop_front();
        }
        self.ids.push_back(fingerprint);
    }

    /// A new connection: what came so far, came before.
    fn remember(&mut self) {
        self.before.clear();
        self.before.extend(&self.ids);
    }

    fn knows(&self, fingerprint: u64) -> bool {
        self.before.contains(&fingerprint)
    }
}
