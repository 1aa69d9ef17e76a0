//! The order of versions.

use std::cmp::Ordering;

/// Compares two versions in natural order: numbers by value (`8` before `20`), the text between them as text,
/// and a prefix before the longer text.
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (a_part, a_rest) = part(a);
        let (b_part, b_rest) = part(b);
        let order = match (number(a_part), number(b_part)) {
            (Some(a), Some(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            _ => a_part.cmp(b_part),
        };
        if order.is_ne() || (a_rest.is_empty() && b_rest.is_empty()) {
            return order.then_with(|| a_part.len().cmp(&b_part.len()));
        }
        (a, b) = (a_rest, b_rest);
    }
}

/// The digits, or the other characters, that a text starts with; and the rest.
fn part(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|first: char| first.is_ascii_digit());
    let end = text.find(|character: char| character.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

/// The digits that matter of a number.
fn number(part: &str) -> Option<&str> {
    part.starts_with(|first: char| first.is_ascii_digit()).then(|| part.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_value() {
        let mut versions =
            ["20", "8", "2024-05-01", "20.1", "v1.10.2", "v1.9", "3", "", "20-rc", "18446744073709551616"];
        versions.sort_by(|a, b| compare_versions(a, b));
        assert_eq!(
            versions,
            ["", "3", "8", "20", "20-rc", "20.1", "2024-05-01", "18446744073709551616", "v1.9", "v1.10.2"]
        );
    }

    #[test]
    fn equal_versions_are_equal() {
        assert_eq!(compare_versions("1.2", "1.2"), Ordering::Equal);
        assert_eq!(compare_versions("1.02", "1.2"), Ordering::Greater);
        assert_eq!(compare_versions("1.a", "1.b"), Ordering::Less);
    }
}
