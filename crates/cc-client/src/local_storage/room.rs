//! Room for a new text: what the store takes is bounded, and so is what the browser gives.

use cc_runtime::{Result, Timestamp};

use super::{Entry, Full, LocalStorageStore, VERSION, full, lock};

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
            *used = Some(self.make_room(key, needed, self.most_bytes)?);
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

    /// Removes what has expired, and then the answers that expire first, until there are this many bytes left of this many. Returns how
    /// many the store takes then.
    fn make_room(&self, key: &str, needed: usize, most: usize) -> Result<usize> {
        let now = Timestamp::now().as_millis();
        let answers = format!("{}:{VERSION}:answer:", self.prefix);
        let (mut total, mut removable) = (0_usize, Vec::new());
        for other in self.area.keys(&format!("{}:{VERSION}:", self.prefix))? {
            let Some(text) = self.area.get(&other)?.filter(|_| other != key) else { continue };
            let size = size(&other, &text);
            total += size;
            if other.starts_with(&answers) {
                let until = Entry::parse(&text).filter(|entry| entry.is_valid(now)).map(|entry| entry.until);
                removable.push((until, other, size));
            }
        }
        // What cannot be read or has expired stands first.
        removable.sort();
        for (until, other, size) in removable {
            if until.is_some() && total.saturating_add(needed) <= most {
                break;
            }
            self.area.remove(&other)?;
            total -= size;
        }
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_those_that_browsers_count() {
        assert_eq!((size("k", "abc"), size("", "é€"), size("", "😀")), (8, 4, 4));
    }
}
