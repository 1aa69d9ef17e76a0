//! Finds several texts in one pass.

use std::ops::Range;

/// The texts to find.
///
/// Each failed call builds one and searches a few short texts. An automaton is faster to search, takes many times longer to build, and
/// would be a tenth of the code that a page downloads.
pub(super) struct Finder {
    /// Without repetition, by their first byte, and the longest first.
    patterns: Vec<String>,
    /// For each byte, the number of patterns that begin with a lower one.
    below: Box<[usize; 257]>,
}

impl Finder {
    /// Prepares the search for these texts; `None` if there are none.
    pub(super) fn new(mut patterns: Vec<String>) -> Option<Self> {
        patterns.retain(|pattern| !pattern.is_empty());
        if patterns.is_empty() {
            return None;
        }
        // Of two with the same beginning, the longer is greater.
        patterns.sort_unstable_by(|one, other| {
            let first = |pattern: &String| pattern.as_bytes()[0];
            first(one).cmp(&first(other)).then_with(|| other.cmp(one))
        });
        patterns.dedup();
        let mut below = Box::new([0; 257]);
        for pattern in &patterns {
            below[usize::from(pattern.as_bytes()[0]) + 1] += 1;
        }
        for byte in 0..256 {
            below[byte + 1] += below[byte];
        }
        Some(Self { patterns, below })
    }

    #[cfg(test)]
    pub(super) fn memory_usage(&self) -> usize {
        let texts = self.patterns.iter().map(|pattern| size_of::<String>() + pattern.capacity());
        texts.sum::<usize>() + size_of_val(&*self.below)
    }

    /// The first place at or after `from` where one of the texts is, and there the longest.
    pub(super) fn next_in(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        (from..bytes.len()).find_map(|start| {
            let byte = usize::from(bytes[start]);
            let here = &self.patterns[self.below[byte]..self.below[byte + 1]];
            let found = here.iter().find(|pattern| bytes[start..].starts_with(pattern.as_bytes()))?;
            Some(start..start + found.len())
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
        while let Some(range) = finder.next_in(text, from) {
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

    proptest! {
        #[test]
        fn it_finds_what_a_search_for_each_text_finds(patterns in proptest::collection::vec("[abé]{1,4}", 1..8), text in "[abcé]{0,24}", from in 0_usize..4) {
            let finder = Finder::new(patterns.clone()).unwrap();
            let from = text.char_indices().map(|(at, _)| at).find(|at| *at >= from).unwrap_or(text.len());
            let places = patterns.iter().filter_map(|pattern| Some((from + text[from..].find(pattern.as_str())?, pattern.len())));
            let expected = places.min_by_key(|(start, length)| (*start, usize::MAX - length));
            let found = finder.next_in(&text, from).map(|range| (range.start, range.len()));
            prop_assert_eq!(found, expected);
        }
    }
}
