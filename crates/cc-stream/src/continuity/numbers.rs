//! Ids that are numbers which follow each other.

/// Returns whether `id` is the number after `last` with the same text before it. `None` if they are not
/// comparable.
pub(super) fn follows(last: &str, id: &str) -> Option<bool> {
    let (before, number) = numbered(last)?;
    let (text, next) = numbered(id)?;
    (before == text).then(|| number.checked_add(1) == Some(next))
}

/// Returns `true` if `id` is the number after `last`, and is written so that it sorts behind it: [`comes_after`].
///
/// Nine of ten numbers differ in their last digit alone, which needs no number to be read.
#[inline]
pub(super) fn is_next(last: &str, id: &str) -> bool {
    if let (Some((last, before)), Some((id, text))) =
        (last.as_bytes().split_last(), id.as_bytes().split_last())
        && before == text
        && last.is_ascii_digit()
        && id.is_ascii_digit()
    {
        return *id == last + 1;
    }
    follows(last, id) == Some(true) && comes_after(last, id)
}

/// An order without cycles, in which numbers ascend: the longer id is the later one.
#[inline]
pub(super) fn comes_after(last: &str, id: &str) -> bool {
    (last.len(), last) < (id.len(), id)
}

/// An id that ends in a number: the text before it, and the number.
fn numbered(id: &str) -> Option<(&str, u64)> {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (text, number) = id.split_at(id.len() - digits);
    Some((text, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_is_known_without_and_with_reading_it() {
        for (last, id) in [("1", "2"), ("9", "10"), ("a-08", "a-09"), ("a-09", "a-10"), ("99", "100")] {
            assert!(is_next(last, id) && follows(last, id) == Some(true), "{last} {id}");
        }
        for (last, id) in
            [("1", "3"), ("2", "1"), ("9", "11"), ("a1", "b2"), ("", "1"), ("x", "y"), ("1", ":"), ("/", "0")]
        {
            assert!(!is_next(last, id), "{last} {id}");
        }
        // The number after it, in fewer letters: it would sort before.
        assert!(!is_next("009", "10"));
    }
}
