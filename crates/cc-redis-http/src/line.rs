//! Words of a command line, as `redis-cli` splits them.

/// The words, or `None` if a quote is not closed or is directly followed by text: the proxy reports those.
pub(crate) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => quoted(&rest[1..], first)?,
            _ => plain(rest),
        };
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

/// Text up to the next white space; quotes within it belong to the word.
fn plain(text: &str) -> (String, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

/// Text up to the closing quote. Escapes other than of the quote exist only in double quotes.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            let rest = &text[at + 1..];
            return rest.chars().next().is_none_or(char::is_whitespace).then_some((word, rest));
        }
        if c != '\\' || quote == '\'' && !text[at + 1..].starts_with('\'') {
            word.push(c);
            continue;
        }
        match chars.next()?.1 {
            'x' if hex(&text[at + 2..]).is_some() => {
                word.extend(hex(&text[at + 2..]).map(char::from));
                chars.nth(1);
            }
            'n' if quote == '"' => word.push('\n'),
            'r' if quote == '"' => word.push('\r'),
            't' if quote == '"' => word.push('\t'),
            'b' if quote == '"' => word.push('\u{8}'),
            'a' if quote == '"' => word.push('\u{7}'),
            other => word.push(other),
        }
    }
    None
}

/// The byte that two hexadecimal digits stand for.
fn hex(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_are_those_of_redis_cli() {
        for (line, expected) in [
            ("", vec![]),
            ("  PING  ", vec!["PING"]),
            (r#"SET k "a b""#, vec!["SET", "k", "a b"]),
            (r#"SET 'a "b' "\x41\n\"\\""#, vec!["SET", r#"a "b"#, "A\n\"\\"]),
            (r"ECHO 'it\'s \n'", vec!["ECHO", r"it's \n"]),
            (r#"ECHO """#, vec!["ECHO", ""]),
            ("ECHO é", vec!["ECHO", "é"]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn a_quote_that_is_open_or_glued_to_text_is_no_line() {
        for line in [r#"SET k "v"#, r#"SET k "v"x"#, "SET k 'v", r#"SET k "v\"#] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
