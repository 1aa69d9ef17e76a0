//! The places of a document whose change needs to reach no generated file, each with the reason.

use super::mutate::{Mutation, REORDERED};

/// Keys, or pointers, of texts that only people read. `CONTRIBUTING.md` lists them with these reasons.
pub const FOR_READERS: [(&str, &str); 4] = [
    ("x-left-out", "its presence is what counts: the reason is for the maintainers of models"),
    ("x-note", "a note for maintainers"),
    (
        "x-source",
        "`import` reads the operation, the date and the state; the documentation has the words only",
    ),
    ("/info/version", "OpenAPI demands it; the versions of crates are in their manifests"),
];

/// Lists that are sets: their order means nothing. `CONTRIBUTING.md` lists them, too.
pub const SETS: [&str; 1] = ["required"];

/// Returns `true` if a change at the place of a mutation may change nothing that is generated.
pub fn only(mutation: &Mutation) -> bool {
    let keys: Vec<&str> = mutation.pointer.split('/').collect();
    if mutation.what == REORDERED && keys.last().is_some_and(|key| SETS.contains(key)) {
        return true;
    }
    FOR_READERS.iter().any(|(known, _)| keys.contains(known) || mutation.pointer == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_for_contributors_lists_each_place_with_its_reason() {
        let guide = include_str!("../../../CONTRIBUTING.md");
        for (key, reason) in FOR_READERS {
            assert!(guide.contains(&format!("| `{key}` | {reason} |")), "{key}");
        }
        for key in SETS {
            assert!(guide.contains(&format!("| the order of `{key}` | ")), "{key}");
        }
    }
}
