//! Ids that are numbers which follow each other.

/// Whether the ids of a connection are consecutive numbers. They are presumed to be, until two of them are not.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) consecutive: bool,
    /// The last id: the length of the text before its number, and the number. Kept, so that each id is read once.
    last: Option<(usize, u64)>,
}

impl Numbers {
    pub(super) fn new(consecutive: bool) -> Self {
        Self { consecutive, last: None }
    }

    /// The first id of a connection.
    pub(super) fn begin(&mut self, id: &str) {
        self.last = if self.consecutive { numbered(id) } else { None };
    }

    /// The id that came on the same connection after `last`.
    #[inline]
    pub(super) fn go_on(&mut self, last: &str, id: &str) {
        if !self.consecutive {
            return;
        }
        let next = numbered(id);
        self.consecutive = match (self.last, next) {
            (Some((before, number)), Some((text, next))) => {
                last.as_bytes()[..before] == id.as_bytes()[..text] && number.checked_add(1) == Some(next)
            }
            _ => false,
        };
        self.last = next;
    }
}

/// Whether `id` is the number after `last`, with the same text before it. `None` when they do not compare.
pub(super) fn follows(last: &str, id: &str) -> Option<bool> {
    let (before, number) = numbered(last)?;
    let (text, next) = numbered(id)?;
    (last[..before] == id[..text]).then(|| number.checked_add(1) == Some(next))
}

/// An id that ends in a number: the length of what is before it, and the number.
#[inline]
fn numbered(id: &str) -> Option<(usize, u64)> {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let text = id.len() - digits;
    Some((text, id[text..].parse().ok()?))
}
