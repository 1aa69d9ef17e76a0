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
        Some(Self { patterns, below })
    }

    #[cfg(test)]
    pub(super) fn memory_usage(&self) -> usize {
        let patterns = self.patterns.iter().map(|pattern| size_of::<Pattern>() + pattern.text.capacity());
        patterns.sum::<usize>() + size_of_val(&*self.below)
    }

    /// The first place at or after `from` where one of the texts is, and there the longest.
    pub(super) fn next_in(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        (from..bytes.len()).find_map(|start| {
            let rest = &bytes[start..];
            let (first, end) = (self.below[usize::from(rest[0])], self.below[usize::from(rest[0]) + 1]);
            // What the text goes on with is not above it in their order. The last such pattern begins with each of those.
            let here = &self.patterns[first..end];
            let mut found =
                (first + here.partition_point(|pattern| pattern.text.as_bytes() <= rest)).checked_sub(1);
            while let Some(at) = found.filter(|at| *at >= first) {
                let pattern = &self.patterns[at];
                if rest.starts_with(pattern.text.as_bytes()) {
                    return Some(start..start + pattern.text.len());
                }
                found = pattern.within;
            }
            None
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

    #[test]
    fn many_texts_with_the_same_beginning_are_not_tried_one_by_one() {
        let patterns = (0..20_000).map(|at| format!("token-{at:05}")).collect();
        let finder = Finder::new(patterns).unwrap();
        let text = "token-x ".repeat(100_000);
        assert_eq!(finder.next_in(&text, 0), None);
        assert_eq!(finder.next_in(&format!("{text}token-12345"), 0), Some(800_000..800_011));
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
