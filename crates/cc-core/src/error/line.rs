//! Foreign text as one line of bounded length, without what a terminal would act on.

use std::fmt::{self, Write};

/// How many characters of a message are worth showing.
pub(crate) const MESSAGE: usize = 2_000;

/// How many characters of a code or an id are worth showing: the platform's own have less than 60.
pub(crate) const CODE: usize = 200;

/// A text of which `Display` shows at most so many characters, with control characters escaped as Rust writes them.
pub(crate) struct Line<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.0.chars().enumerate() {
            if at == self.1 {
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

/// Characters that move the cursor, end the line, or change the direction or the look of what follows.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// White space folded, cut where it is longer than so many characters; `None` when nothing is left.
pub(crate) fn folded(text: &str, at_most: usize) -> Option<String> {
    let mut line = String::new();
    let mut left = at_most;
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
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_the_length_is_bounded() {
        let text = "a\nb\u{1b}[31mc\u{202e}d\té";
        assert_eq!(Line(text, 100).to_string(), "a\\nb\\u{1b}[31mc\\u{202e}d\\té");
        assert_eq!(Line("ééé", 2).to_string(), "éé…");
        assert_eq!(Line("éé", 2).to_string(), "éé");
    }

    #[test]
    fn white_space_is_folded_and_the_length_is_bounded() {
        assert_eq!(folded(" a\n b\t", 10).as_deref(), Some("a b"));
        assert_eq!(folded("ab cd", 4).as_deref(), Some("ab c…"));
        assert_eq!(folded("ab cd", 2).as_deref(), Some("ab…"));
        assert_eq!(folded("ab cd", 5).as_deref(), Some("ab cd"));
        assert_eq!(folded(" \n", 5), None);
    }
}
