//! Finds several texts in one pass.

use std::ops::Range;

/// The texts to find.
///
/// Each failed call builds one and searches a few texts. An automaton is faster to search, takes many times longer to build, and would be a
/// tenth of the code that a page downloads.
pub(super) struct Finder {
    /// In their order, without repetition.
    patterns: Vec<Pattern>,
    /// For each byte, the number of patterns that begin with a lower one.
    below: Box<[usize; 257]>,
    /// Length of the longest one in bytes.
    longest: usize,
}

struct Pattern {
    text: String,
    /// Index of the longest other pattern with which this one begins.
    within: Option<usize>,
}

impl Finder {
    /// Prepares the search for these texts; `None` if there are none.
    pub(super) fn new(mut texts: Vec<String>) -> Option<Self> {
        texts.retain(|text| !text.is_empty());
        if texts.is_empty() {
            return None;
        }
        texts.sort_unstable();
        texts.dedup();
        let mut below = Box::new([0; 257]);
        let mut patterns: Vec<Pattern> = Vec::with_capacity(texts.len());
        for (at, text) in texts.into_iter().enumerate() {
            below[usize::from(text.as_bytes()[0]) + 1] += 1;
            // Every text with which this one begins is before it, and all between them begin with it, too.
            let mut within = at.checked_sub(1);
            while let Some(other) = within.filter(|other| !text.starts_with(&patterns[*other].text)) {
                within = patterns[other].within;
            }
            patterns.push(Pattern { text, within });
        }
        for byte in 0..256 {
            below[byte + 1] += below[byte];
        }
        let longest = patterns.iter().map(|pattern| pattern.text.len()).max().unwrap_or_default();
        Some(Self { patterns, below, longest })
    }

    #[cfg(test)]
    pub(super) fn memory_usage(&self) -> usize {
        let patterns = self.patterns.iter().map(|pattern| size_of::<Pattern>() + pattern.text.capacity());
        patterns.sum::<usize>() + size_of_val(&*self.below)
    }

    /// The first place among these at which one of the texts begins, and there the longest.
    pub(super) fn next_in(&self, text: &str, starts: Range<usize>) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        starts.into_iter().find_map(|start| Some(start..start + self.length_at(bytes.get(start..)?)?))
    }

    /// Length of the longest text with which `rest` begins.
    fn length_at(&self, rest: &[u8]) -> Option<usize> {
        let first_byte = usize::from(*rest.first()?);
        let (first, end) = (self.below[first_byte], self.below[first_byte + 1]);
        // What the text goes on with is not above it in their order. The last such pattern begins with each of those.
        let here = &self.patterns[first..end];
        let last = here.partition_point(|pattern| pattern.text.as_bytes() <= rest).checked_sub(1)?;
        let text = here[last].text.as_bytes();
        if rest.starts_with(text) {
            return Some(text.len());
        }
        let common = text.iter().zip(rest).take_while(|(one, other)| one == other).count();
        let mut within = here[last].within;
        while let Some(pattern) = within.map(|at| &self.patterns[at]) {
            if pattern.text.len() <= common {
                return Some(pattern.text.len());
            }
            within = pattern.within;
        }
        None
    }

    /// The first place from which on the rest of a text is the beginning of one of the texts, or one of them. The rest has at least
    /// `least` bytes.
    pub(super) fn begun_in(&self, text: &str, least: usize) -> Option<usize> {
        let last = text.len().checked_sub(least)?;
        let first = text.len().saturating_sub(self.longest);
        (first..=last).find(|&start| {
            let Some(rest) = text.get(start..) else { return false };
            let at = self.patterns.partition_point(|pattern| pattern.text.as_str() < rest);
            self.patterns.get(at).is_some_and(|pattern| pattern.text.starts_with(rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(patterns: &[&str], text: &str) -> Vec<String> {
        let finder = Finder::new(patterns.iter().map(|&pattern| pattern.to_owned()).collect()).unwrap();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(range) = finder.next_in(text, from..text.len()) {
            from = range.end;
            found.push(text[range].to_owned());
        }
        found
    }

    #[test]
    fn the_first_place_counts_and_there_the_longest_text() {
        assert_eq!(all(&["bcd", "ab", "abc", "b"], "abcd b bcd"), ["abc", "b", "bcd"]);
        assert_eq!(all(&["é", "éa"], "aéaé"), ["éa", "é"]);
        assert!(all(&["abc"], "ab").is_empty() && all(&["abc"], "").is_empty());
    }

    #[test]
    fn without_texts_there_is_no_search() {
        assert!(Finder::new(Vec::new()).is_none() && Finder::new(vec![String::new()]).is_none());
    }

    #[test]
    fn many_texts_with_the_same_beginning_are_not_tried_one_by_one() {
        let patterns = (0..20_000).map(|at| format!("token-{at:05}")).collect();
        let finder = Finder::new(patterns).unwrap();
        let text = "token-x ".repeat(100_000);
        assert_eq!(finder.next_in(&text, 0..text.len()), None);
        let text = format!("{text}token-12345");
        assert_eq!(finder.next_in(&text, 0..text.len()), Some(800_000..800_011));
    }

    #[test]
    fn of_texts_of_which_each_begins_the_next_the_longest_that_fits_is_found() {
        assert_eq!(all(&["a0", "a00", "a000", "a0000"], "a001a0a"), ["a00", "a0"]);
        assert!(all(&["a00", "a000"], "a01").is_empty());
    }

    #[test]
    fn the_first_beginning_at_the_end_counts() {
        let finder = Finder::new(["secret", "crete", "été"].map(str::to_owned).to_vec()).unwrap();
        for (text, start) in [
            ("a secre", Some(2)),
            ("a secret", Some(2)),
            ("a secret.", None),
            ("a screte", Some(3)),
            ("s", Some(0)),
            ("an \u{e9}", Some(3)),
            ("", None),
        ] {
            assert_eq!(finder.begun_in(text, 1), start, "{text}");
        }
        assert_eq!((finder.begun_in("a se", 3), finder.begun_in("a sec", 3)), (None, Some(2)));
    }

    proptest! {
        #[test]
        fn it_finds_what_a_search_for_each_text_finds(patterns in proptest::collection::vec("[abé]{1,4}", 1..8), text in "[abcé]{0,24}", from in 0_usize..4) {
            let finder = Finder::new(patterns.clone()).unwrap();
            let from = text.char_indices().map(|(at, _)| at).find(|at| *at >= from).unwrap_or(text.len());
            let places = patterns.iter().filter_map(|pattern| Some((from + text[from..].find(pattern.as_str())?, pattern.len())));
            let expected = places.min_by_key(|(start, length)| (*start, usize::MAX - length));
            let found = finder.next_in(&text, from..text.len()).map(|range| (range.start, range.len()));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_beginning_is_found_where_a_comparison_with_each_text_finds_it(
            patterns in proptest::collection::vec("[abé]{1,6}", 1..8), text in "[abé]{0,12}", least in 1_usize..5
        ) {
            let finder = Finder::new(patterns.clone()).unwrap();
            let mut starts = text.char_indices().map(|(at, _)| at).filter(|at| text.len() - at >= least);
            let expected = starts.find(|at| patterns.iter().any(|pattern| pattern.starts_with(&text[*at..])));
            prop_assert_eq!(finder.begun_in(&text, least), expected);
        }
    }
}
