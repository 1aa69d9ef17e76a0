//! Finds related paths without comparing all of them: an index for
//! [`CacheKey::is_related`](super::CacheKey::is_related).
//!
//! An entry is stored under a few marks of its path, and a lookup uses a few marks, too: for each pair of
//! related paths, one is stored under a mark that the other looks up. A mark is a hash of the identity and a
//! part of the path. A collision makes unrelated entries look related, which only costs a request.

use crate::transport::cache::subjects;
use crate::transport::key::fold;

const BELOW: u64 = 1;
const AT: u64 = 2;
const ABOUT: u64 = 3;

/// The marks that something at this path is filed under: each path above it, its own, and each thing that it is about.
pub(crate) fn marks(identity: &str, path: &str) -> Vec<u64> {
    let mut marks: Vec<u64> = prefixes(identity, path).map(|prefix| mark(prefix, BELOW)).collect();
    marks.extend(prefixes(identity, path).last().map(|whole| mark(whole, AT)));
    marks.extend(about(identity, path));
    marks
}

/// The marks under which all that is related to this path is filed: what lies below it, at a path above it or at its own, or
/// is about the same thing.
pub(crate) fn looks(identity: &str, path: &str) -> Vec<u64> {
    let mut marks: Vec<u64> = prefixes(identity, path).map(|prefix| mark(prefix, AT)).collect();
    marks.extend(prefixes(identity, path).last().map(|whole| mark(whole, BELOW)));
    marks.extend(about(identity, path));
    marks
}

/// The hash of each path above this one, from the root on, and of this one.
fn prefixes(identity: &str, path: &str) -> impl Iterator<Item = u64> {
    let root = fold(0, identity.as_bytes());
    // What precedes the first slash is empty: the root.
    path.trim_end_matches('/').split('/').scan(root, |prefix, segment| {
        *prefix = fold(*prefix, segment.as_bytes());
        Some(*prefix)
    })
}

fn about(identity: &str, path: &str) -> impl Iterator<Item = u64> {
    let root = fold(0, identity.as_bytes());
    subjects(path).map(move |subject| mark(fold(root, subject.as_bytes()), ABOUT))
}

fn mark(part: u64, kind: u64) -> u64 {
    fold(part, &kind.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transport::cache::store::is_related;

    fn found(filed: (&str, &str), looked: (&str, &str)) -> bool {
        let marks = marks(filed.0, filed.1);
        looks(looked.0, looked.1).iter().any(|look| marks.contains(look))
    }

    proptest! {
        #[test]
        fn the_index_finds_what_is_related_and_nothing_else(
            one in "(/(a|b|app_1|app_2|orga_1)){0,4}/?",
            other in "(/(a|b|app_1|app_2|orga_1)){0,4}/?",
        ) {
            prop_assert_eq!(found(("me", &one), ("me", &other)), is_related(&one, &other));
            prop_assert!(!found(("me", &one), ("you", &other)));
        }
    }

    #[test]
    fn the_marks_of_a_path_are_as_many_as_its_segments_and_subjects() {
        let path = "/v2/organisations/orga_1/applications/app_2/env";
        assert_eq!((marks("me", path).len(), looks("me", path).len()), (7 + 1 + 1, 7 + 1 + 1));
    }
}
