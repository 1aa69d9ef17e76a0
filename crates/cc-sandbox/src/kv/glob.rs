//! Globs as Redis matches them.

/// Returns `true` if the whole text matches: `*` any characters, `?` one, `[a-c]` and `[^a]` one of or none
/// of these, `\` the next character literally.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last star does not match: it takes one character more.
    let mut star = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if let Some(after) = one(&pattern, p, text[t]) {
            (p, t) = (after, t + 1);
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, t) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Position in the pattern after the element at `p`, if that element matches this character.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match *pattern.get(p)? {
        '?' => Some(p + 1),
        '\\' if p + 1 < pattern.len() => (pattern[p + 1] == c).then_some(p + 2),
        '[' => class(pattern, p + 1, c),
        plain => (plain == c).then_some(p + 1),
    }
}

fn class(pattern: &[char], mut p: usize, c: char) -> Option<usize> {
    let negated = pattern.get(p) == Some(&'^');
    p += usize::from(negated);
    let mut found = false;
    loop {
        match *pattern.get(p)? {
            ']' => return (found != negated).then_some(p + 1),
            '\\' if p + 1 < pattern.len() => {
                found |= pattern[p + 1] == c;
                p += 2;
            }
            from if pattern.get(p + 1) == Some(&'-') && pattern.get(p + 2).is_some_and(|to| *to != ']') => {
                let to = pattern[p + 2];
                found |= (from.min(to)..=from.max(to)).contains(&c);
                p += 3;
            }
            plain => {
                found |= plain == c;
                p += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_in_redis() {
        for (pattern, yes, no) in [
            ("*", vec!["", "a"], vec![]),
            ("user:*", vec!["user:", "user:1"], vec!["users", "a user:1"]),
            ("h?llo", vec!["hello", "hxllo"], vec!["hllo"]),
            ("h[ae]llo", vec!["hello", "hallo"], vec!["hillo"]),
            ("h[^e]llo", vec!["hallo"], vec!["hello"]),
            ("h[a-b]llo", vec!["hallo", "hbllo"], vec!["hcllo"]),
            (r"a\*", vec!["a*"], vec!["ab"]),
            ("*a*b", vec!["ab", "xaxbab"], vec!["ba", "abc"]),
            ("", vec![""], vec!["a"]),
        ] {
            assert!(yes.iter().all(|text| matches(pattern, text)), "{pattern}");
            assert!(!no.iter().any(|text| matches(pattern, text)), "{pattern}");
        }
    }
}
