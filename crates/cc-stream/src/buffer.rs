//! The newest items, when the consumer prefers them to all items.

use std::collections::VecDeque;

use crate::continuity::Position;
use crate::driver::Told;
use crate::event::{Gap, GapCause, StreamEvent};

/// Opens, retries and gaps that are read ahead at most, about.
const CROWD: usize = 16;

/// A queue that drops and counts its oldest items when it is full. Entries that are not items are never
/// dropped.
pub(crate) struct DropOldest<T> {
    capacity: usize,
    items: usize,
    queue: VecDeque<Entry<T>>,
    /// The entry that a reported gap precedes: it is returned next, and cannot be dropped any more.
    next: Option<Entry<T>>,
    /// Items dropped since the last one was given.
    dropped: u64,
    /// The place of the last item given.
    pub(crate) at: Position,
}

struct Entry<T> {
    told: Told<T>,
    place: Position,
}

impl<T> Entry<T> {
    /// Returns `true` for an entry about one event: an item, or the reason why there is none.
    fn is_item(&self) -> bool {
        match &self.told {
            Ok(event) => matches!(event, StreamEvent::Item(_)),
            Err(error) => error.is_about_one_event(),
        }
    }
}

impl<T> DropOldest<T> {
    pub(crate) fn new(capacity: usize, at: Position) -> Self {
        Self { capacity: capacity.max(1), items: 0, queue: VecDeque::new(), next: None, dropped: 0, at }
    }

    /// Appends an entry. Returns the number of items that were dropped for it.
    pub(crate) fn push(&mut self, told: Told<T>, place: Position) -> u64 {
        let entry = Entry { told, place };
        let full = entry.is_item() && self.items == self.capacity;
        self.items += usize::from(entry.is_item() && !full);
        if full {
            if let Some(oldest) = self.queue.iter().position(Entry::is_item) {
                self.queue.remove(oldest);
            }
            self.dropped += 1;
        }
        self.queue.push_back(entry);
        u64::from(full)
    }

    /// Returns `true` if there are so many entries that are not items that they must be returned before more
    /// is read.
    pub(crate) fn is_crowded(&self) -> bool {
        self.queue.len() - self.items > CROWD
    }

    /// Returns the entry that must be returned before more is read.
    pub(crate) fn due(&mut self) -> Option<Told<T>> {
        let entry = self.next.take()?;
        self.at = entry.place;
        Some(entry.told)
    }

    /// The oldest thing kept; a gap comes before the first item after dropped ones, and makes that item due.
    pub(crate) fn pop(&mut self) -> Option<Told<T>> {
        let entry = self.queue.pop_front()?;
        if !entry.is_item() {
            self.at.adrift |= self.at.id().is_none() && entry.place.adrift;
            return Some(entry.told);
        }
        self.items -= 1;
        let dropped = std::mem::take(&mut self.dropped);
        if dropped == 0 {
            self.at = entry.place;
            return Some(entry.told);
        }
        let before = match &entry.told {
            Ok(StreamEvent::Item(item)) => item.id.clone(),
            _ => None,
        };
        self.next = Some(entry);
        let cause = GapCause::Overflow { dropped };
        Some(Ok(StreamEvent::Gap(Gap { after: self.at.id().cloned(), before, cause })))
    }

    pub(crate) fn clear(&mut self) {
        (self.items, self.next) = (0, None);
        self.queue.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EndReason, Item};

    fn item(id: u64) -> Told<u64> {
        Ok(StreamEvent::Item(Item { name: "message".into(), id: Some(id.to_string().into()), data: id }))
    }

    #[test]
    fn the_newest_items_stay_and_the_gap_counts_the_others() {
        let mut buffer = DropOldest::new(2, Position::default());
        let dropped: u64 = (1..=5).map(|id| buffer.push(item(id), Position::default())).sum();
        assert_eq!(dropped, 3);
        let Some(Ok(StreamEvent::Gap(gap))) = buffer.pop() else { panic!("a gap comes first") };
        assert_eq!((gap.cause, gap.before.as_deref()), (GapCause::Overflow { dropped: 3 }, Some("4")));
        // Whatever comes in between.
        buffer.push(item(6), Position::default());
        let rest: Vec<_> = [buffer.due(), buffer.pop()].into_iter().flatten().collect();
        assert!(
            matches!(&rest[..], [Ok(StreamEvent::Item(a)), Ok(StreamEvent::Item(b))] if (a.data, b.data) == (4, 5))
        );
    }

    #[test]
    fn entries_that_are_not_items_are_never_dropped() {
        let mut buffer = DropOldest::new(1, Position::default());
        buffer.push(Ok(StreamEvent::End(EndReason::Closed)), Position::default());
        for id in 1..=3 {
            buffer.push(item(id), Position::default());
        }
        assert!(matches!(buffer.pop(), Some(Ok(StreamEvent::End(_)))));
        assert!(matches!(buffer.pop(), Some(Ok(StreamEvent::Gap(_)))));
        assert!(matches!(buffer.due(), Some(Ok(StreamEvent::Item(item))) if item.data == 3));
        assert!(buffer.pop().is_none());
    }
}
