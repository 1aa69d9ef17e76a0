//! Room for a new text: what the store takes is bounded, and so is what the browser gives.

use cc_runtime::{Result, Timestamp};

use super::{Entry, Full, LocalStorageStore, full, lock};

/// What a browser counts for a key and its text: code units of UTF-16, of two bytes each.
fn size(key: &str, text: &str) -> usize {
    2 * (key.encode_utf16().count() + text.encode_utf16().count())
}

impl LocalStorageStore {
    /// Sets a text, after which the store takes no more than it may.
    pub(super) fn set(&self, key: &str, text: &str) -> Result<()> {
        let needed = size(key, text);
        if needed > self.most_bytes {
            // The old text may be what the new one replaces.
            self.area.remove(key)?;
            return Err(full());
        }
        let mut used = lock(&self.used);
        // An estimate: other tabs write too. It is counted again when it reaches the limit.
        if used.is_none_or(|used| used.saturating_add(needed) > self.most_bytes) {
            let left = self.make_room(key, needed, self.most_bytes)?;
            *used = Some(left);
            if left.saturating_add(needed) > self.most_bytes {
                self.area.remove(key)?;
                return Err(full());
            }
        }
        let mut done = self.area.set(key, text)?;
        // The browser may have less room than the store may take: others use it.
        let mut most = self.most_bytes;
        while done.is_err() && most > needed {
            most /= 2;
            *used = Some(self.make_room(key, needed, most)?);
            done = self.area.set(key, text)?;
        }
        match done {
            Ok(()) => {
                *used = used.map(|used| used.saturating_add(needed));
                Ok(())
            }
            Err(Full) => {
                self.area.remove(key)?;
                Err(full())
            }
        }
    }

    /// Removes what has expired, then the answers that expire first, then the oldest indexes, until there are this many bytes left of this
    /// many. Where an answer has to go, others go with it, up to an eighth of everything: all texts are read for that, and not at each of
    /// the next writes again. Returns how many the store takes then, which is more where nothing else may go.
    fn make_room(&self, key: &str, needed: usize, most: usize) -> Result<usize> {
        let now = Timestamp::now().as_millis();
        let (mut total, mut removable) = (0_usize, Vec::new());
        for other in self.area.keys(&self.start())? {
            let Some(text) = self.area.get(&other)?.filter(|_| other != key) else { continue };
            let size = size(&other, &text);
            total += size;
            if other.starts_with(&self.answers_start()) {
                let entry = Entry::parse(&text).filter(|entry| entry.is_valid(now));
                removable.push((entry.map(|entry| (Kind::Answer, entry.until)), other, size));
            } else if other.starts_with(&self.ids_key("")) {
                // One for each identity that ever used the store.
                let index = self.young_index(&text);
                let age = index.map(|index| (Kind::Index, index.fetched_at().as_millis()));
                removable.push((age, other, size));
            }
        }
        // What cannot be read or has expired stands first.
        removable.sort();
        let room = if total.saturating_add(needed) > most { needed.max(most / 8) } else { needed };
        for (use_of_it, other, size) in removable {
            let wanted = if matches!(use_of_it, Some((Kind::Index, _))) { needed } else { room };
            if use_of_it.is_some() && total.saturating_add(wanted) <= most {
                break;
            }
            self.area.remove(&other)?;
            total -= size;
        }
        Ok(total)
    }
}

/// What may be removed to make room. Answers go before indexes, because an index saves more requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Answer,
    Index,
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_those_that_browsers_count() {
        assert_eq!((size("k", "abc"), size("", "é€"), size("", "😀")), (8, 4, 4));
    }
}
