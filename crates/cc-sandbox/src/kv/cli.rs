//! Input and output format of `redis-cli`.

use super::Resp;

/// The words of a line; `None` when a quote is not closed, or has text right behind it.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(&first) = chars.peek() else { return Some(words) };
        let mut word = String::new();
        if matches!(first, '"' | '\'') {
            chars.next();
            loop {
                match chars.next()? {
                    c if c == first => break,
                    '\\' if first == '"' => word.push(match chars.next()? {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'b' => '\u{8}',
                        'a' => '\u{7}',
                        'x' => {
                            let (high, low) = (chars.next()?.to_digit(16)?, chars.next()?.to_digit(16)?);
                            char::from_u32(high * 16 + low)?
                        }
                        other => other,
                    }),
                    '\\' if chars.peek() == Some(&'\'') => word.extend(chars.next()),
                    c => word.push(c),
                }
            }
            if chars.peek().is_some_and(|c| !c.is_whitespace()) {
                return None;
            }
        } else {
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                word.push(c);
            }
        }
        words.push(word);
    }
}

/// A reply as lines. The proxy quotes every text, `OK` and `PONG` included.
pub(super) fn lines(reply: &Resp) -> Vec<String> {
    match reply {
        Resp::Nil => vec!["(nil)".to_owned()],
        Resp::Integer(number) => vec![format!("(integer) {number}")],
        Resp::Text(text) | Resp::Status(text) => vec![quoted(text)],
        Resp::Error(text) => vec![format!("(error) {text}")],
        Resp::List(list) | Resp::Set(list) | Resp::Map(list) if list.is_empty() => {
            vec!["(empty array)".to_owned()]
        }
        Resp::List(list) | Resp::Set(list) | Resp::Map(list) => {
            let width = list.len().to_string().len();
            let mut printed = Vec::new();
            for (index, item) in list.iter().enumerate() {
                for (nth, line) in lines(item).into_iter().enumerate() {
                    let number =
                        if nth == 0 { format!("{:>width$})", index + 1) } else { " ".repeat(width + 1) };
                    printed.push(format!("{number} {line}"));
                }
            }
            printed
        }
    }
}

fn quoted(text: &str) -> String {
    let mut shown = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => shown.extend(['\\', c]),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\u{7}' => shown.push_str("\\a"),
            '\u{8}' => shown.push_str("\\b"),
            c if c.is_ascii_control() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown.push('"');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_at_white_space_outside_of_quotes() {
        assert_eq!(words(r#" SET "a b" '\'c' "\x41\n" "#).unwrap(), ["SET", "a b", "'c", "A\n"]);
        assert_eq!(words(r#"GET "a"#), None);
        assert_eq!(words(r#"GET "a"b"#), None);
        assert_eq!(words("").unwrap(), [""; 0]);
    }

    #[test]
    fn nested_lists_are_numbered_and_indented() {
        let list = Resp::List(vec![
            Resp::text("a\"b"),
            Resp::List(vec![Resp::Integer(1), Resp::Nil]),
            Resp::List(vec![]),
        ]);
        assert_eq!(lines(&list), [r#"1) "a\"b""#, "2) 1) (integer) 1", "   2) (nil)", "3) (empty array)"]);
    }
}
