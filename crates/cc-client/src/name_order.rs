//! The order in which people expect names: that of the Unicode collation of CLDR for ASCII, which the console uses too.

use std::cmp::Ordering;

/// Punctuation and symbols in the order of CLDR's root collation; digits and then letters follow.
const MARKS: &[u8] = b"\t\n\x0b\x0c\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// Compares two texts: first without regard to case, then lower case before upper case.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let primary = a.chars().map(rank).cmp(b.chars().map(rank));
    // Lower case comes after upper case in ASCII, and before it here.
    primary.then_with(|| b.cmp(a))
}

/// Rank of a character, ignoring case. Characters beyond ASCII come last, by code point.
fn rank(character: char) -> u32 {
    let folded = character.to_ascii_lowercase();
    match MARKS.iter().position(|&mark| char::from(mark) == folded) {
        // There are less than a hundred marks.
        Some(at) => at as u32,
        None => 100 + u32::from(folded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_before_digits_and_digits_before_letters() {
        let mut names = ["b", "a", "1", ".", "-", "_", "B", "A", "é", "aa", "NAME.A", "NAME_B", "NAME_C"];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, ["_", "-", ".", "1", "a", "A", "aa", "b", "B", "NAME_B", "NAME_C", "NAME.A", "é"]);
    }

    #[test]
    fn case_matters_only_between_texts_that_are_alike_otherwise() {
        assert_eq!(compare("aB", "Ac"), Ordering::Less);
        assert_eq!(compare("aB", "ab"), Ordering::Greater);
        assert_eq!(compare("a", "a"), Ordering::Equal);
    }
}
