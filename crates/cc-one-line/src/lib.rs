//! Text from outside on one harmless line.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// A text as one line: see [`one_line`].
#[derive(Debug, Clone, Copy)]
pub struct OneLine<'a> {
    text: &'a str,
    most: usize,
}

/// The first `most` characters of a text with every control character, line break, bidirectional control and invisible
/// character escaped as Rust writes them (`\n`, `\u{1b}`), and `…` where the text goes on.
///
/// A backslash stays as it is: the result of a result is the same.
#[must_use]
pub fn one_line(text: &str, most: usize) -> OneLine<'_> {
    OneLine { text, most }
}

/// Returns `true` if the text is displayed unchanged, regardless of its length.
#[must_use]
pub fn is_harmless(text: &str) -> bool {
    !text.chars().any(is_control)
}

impl<'a> OneLine<'a> {
    /// The line as text, which is copied only where something in it is escaped or cut.
    #[must_use]
    pub fn to_text(self) -> Cow<'a, str> {
        let is_short = self.text.len() <= self.most || self.text.chars().nth(self.most).is_none();
        if is_short && is_harmless(self.text) {
            Cow::Borrowed(self.text)
        } else {
            Cow::Owned(self.to_string())
        }
    }
}

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.text.chars().enumerate() {
            if at == self.most {
                // A text that was cut before is not cut again.
                return f.write_char('…');
            }
            match character {
                '\t' | '\n' | '\r' => write!(f, "{}", character.escape_default())?,
                _ if is_control(character) => write!(f, "{}", character.escape_unicode())?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Returns `true` for characters that move the cursor, end the line, or change the direction or the look of what follows.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text with its white space folded to single spaces, cut where it is longer than `most` characters; `None` if nothing is
/// left. Other control characters stay: they are shown by [`one_line`].
#[must_use]
pub fn folded(text: &str, most: usize) -> Option<String> {
    let mut line = String::new();
    let mut left = most;
    for word in text.split_whitespace() {
        if !line.is_empty() && left > 0 {
            line.push(' ');
            left -= 1;
        }
        let taken = word.char_indices().nth(left).map_or(word, |(end, _)| &word[..end]);
        line.push_str(taken);
        if taken.len() < word.len() {
            line.push('…');
            break;
        }
        left -= taken.chars().count();
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_or_a_log_would_act_on_is_shown_escaped() {
        for (text, shown) in [
            ("a\nb", r"a\nb"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m"),
            ("\u{9b}31m", r"\u{9b}31m"),
            (
                "\u{1b}]8;;http://evil\u{7}here\u{1b}]8;;\u{1b}\\",
                r"\u{1b}]8;;http://evil\u{7}here\u{1b}]8;;\u{1b}\",
            ),
            ("a\u{8}\u{0}\u{7f}", r"a\u{8}\u{0}\u{7f}"),
            ("\u{85}\u{2028}\u{2029}", r"\u{85}\u{2028}\u{2029}"),
            ("\u{202e}cba\u{2066}x\u{2069}\u{200f}\u{61c}", r"\u{202e}cba\u{2066}x\u{2069}\u{200f}\u{61c}"),
            ("a\u{200b}b\u{ad}c\u{feff}d\u{e0041}", r"a\u{200b}b\u{ad}c\u{feff}d\u{e0041}"),
            ("é 日本 \u{1f600} \"it's\" \\n", "é 日本 \u{1f600} \"it's\" \\n"),
        ] {
            assert_eq!(one_line(text, 100).to_string(), shown);
            assert_eq!(one_line(text, 100).to_text(), shown);
        }
    }

    #[test]
    fn the_length_is_bounded() {
        assert_eq!(one_line("ééé", 2).to_string(), "éé…");
        assert_eq!(one_line("éé", 2).to_text(), "éé");
        assert!(matches!(one_line("éé", 2).to_text(), Cow::Borrowed(_)));
        assert_eq!(one_line("\u{1b}\u{1b}", 1).to_text(), r"\u{1b}…");
    }

    #[test]
    fn white_space_is_folded_and_the_length_is_bounded() {
        assert_eq!(folded(" a\n b\t", 10).as_deref(), Some("a b"));
        assert_eq!(folded("ab cd", 4).as_deref(), Some("ab c…"));
        assert_eq!(folded("ab cd", 2).as_deref(), Some("ab…"));
        assert_eq!(folded("ab cd", 5).as_deref(), Some("ab cd"));
        assert_eq!(folded(" \n", 5), None);
    }

    proptest! {
        #[test]
        fn every_text_is_one_harmless_line_and_a_line_stays_as_it_is(text in any::<String>()) {
            let line = one_line(&text, 1_000).to_string();
            prop_assert!(is_harmless(&line) && line.lines().count() <= 1);
            prop_assert_eq!(one_line(&line, 10_000).to_text(), line.as_str());
        }
    }
}
