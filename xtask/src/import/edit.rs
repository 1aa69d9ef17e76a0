//! Edits of YAML as text: everything but the inserted lines stays as it is, with its comments, order, blank lines and quotes.

use crate::spec::node::{Kind, Node, parse};

/// A YAML text with its tree.
#[derive(Debug, Clone)]
pub struct Editor {
    pub text: String,
    pub root: Node,
}

/// Why a text could not be edited.
pub type Failed = String;

/// Style and extent of a value in the text.
enum Extent {
    /// `{…}` or `[…]`: byte offsets of the brackets.
    Flow { open: usize, close: usize },
    /// Lines from and until, from 0; the end is exclusive.
    Block { from: usize, to: usize },
}

impl Editor {
    pub fn new(text: &str) -> Result<Self, Failed> {
        let root = parse(text).map_err(|error| format!("line {}: {}", error.line, error.message))?;
        Ok(Self { text: text.to_owned(), root })
    }

    /// Appends a member to a map. `value` is a flow value, or lines of a block (after a line break) without indentation.
    pub fn add_member(&mut self, path: &[&str], key: &str, value: &str) -> Result<(), Failed> {
        match self.extent(path)? {
            Extent::Flow { open, close } => {
                if value.starts_with('\n') {
                    return Err(format!("`{}` is written in one line", path.join(".")));
                }
                self.insert_flow(open, close, &format!("{key}: {value}"))?;
            }
            Extent::Block { from, to } => {
                let indent = self.indent(from);
                let separator = if value.starts_with('\n') { "" } else { " " };
                let lines = format!("{key}:{separator}{value}");
                self.insert_lines(to, &lines, indent)?;
            }
        }
        self.read()
    }

    /// Appends an item to a list. `item` is a flow value.
    pub fn add_item(&mut self, path: &[&str], item: &str) -> Result<(), Failed> {
        match self.extent(path)? {
            Extent::Flow { open, close } => self.insert_flow(open, close, item)?,
            Extent::Block { from, to } => {
                let indent = self.indent(from);
                self.insert_lines(to, &format!("- {item}"), indent)?;
            }
        }
        self.read()
    }

    /// Replaces a flow value.
    pub fn replace(&mut self, path: &[&str], value: &str) -> Result<(), Failed> {
        let Extent::Flow { open, close } = self.extent(path)? else {
            return Err(format!("`{}` is not written as `[…]` or `{{…}}`", path.join(".")));
        };
        self.text.replace_range(open..=close, value);
        self.read()
    }

    /// Reads the text again: an edit that broke it is found at once.
    fn read(&mut self) -> Result<(), Failed> {
        self.root = parse(&self.text).map_err(|error| format!("line {}: {}", error.line, error.message))?;
        Ok(())
    }

    fn lines(&self) -> Vec<&str> {
        self.text.split_inclusive('\n').collect()
    }

    fn indent(&self, line: usize) -> usize {
        self.lines().get(line).map_or(0, |line| indent(line))
    }

    fn insert_lines(&mut self, at: usize, lines: &str, indent: usize) -> Result<(), Failed> {
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let lead = " ".repeat(indent);
        let mut inserted = String::new();
        for line in lines.split('\n') {
            inserted.push_str(if line.is_empty() { "" } else { &lead });
            inserted.push_str(line);
            inserted.push_str(end);
        }
        let offset = self.lines().iter().take(at).map(|line| line.len()).sum();
        if offset == self.text.len() && !self.text.ends_with('\n') {
            inserted.insert_str(0, end);
            inserted.truncate(inserted.len() - end.len());
        }
        self.text.insert_str(offset, &inserted);
        Ok(())
    }

    fn insert_flow(&mut self, open: usize, close: usize, item: &str) -> Result<(), Failed> {
        let inner = self.text.get(open + 1..close).unwrap_or_default();
        let is_empty = inner.trim().is_empty();
        // A comma may stand after the last item, and spaces or a line break before the bracket.
        let end = open + 1 + inner.trim_end().trim_end_matches(',').trim_end().len();
        let item = if is_empty { item.to_owned() } else { format!(", {item}") };
        self.text.replace_range(if is_empty { open + 1..close } else { end..end }, &item);
        Ok(())
    }

    /// Finds a value by the keys that lead to it.
    fn extent(&self, path: &[&str]) -> Result<Extent, Failed> {
        let missing = || format!("`{}` does not exist", path.join("."));
        let lines = self.lines();
        let mut node = &self.root;
        let mut line = None;
        for (depth, key) in path.iter().enumerate() {
            let Kind::Map(entries) = &node.kind else { return Err(missing()) };
            let entry = entries.iter().find(|entry| entry.key == *key).ok_or_else(missing)?;
            let at = entry.line - 1;
            let start: usize = lines.iter().take(at).map(|line| line.len()).sum();
            let text = lines.get(at).copied().unwrap_or_default();
            let after = after_key(text).ok_or_else(|| format!("line {}: cannot read the key", entry.line))?;
            let value = text.get(after..).unwrap_or_default();
            let spaces = value.len() - value.trim_start().len();
            if value.trim_start().starts_with(['{', '[']) {
                let mut open = start + after + spaces;
                for key in path.get(depth + 1..).unwrap_or_default() {
                    open = self.flow_member(open, key).ok_or_else(missing)?;
                }
                let close = self.close(open).ok_or_else(missing)?;
                return Ok(Extent::Flow { open, close });
            }
            line = Some(at);
            node = &entry.value;
        }
        let Some(at) = line else {
            return Ok(Extent::Block { from: 0, to: lines.len() });
        };
        let key_indent = lines.get(at).map_or(0, |line| indent(line));
        let is_list = matches!(node.kind, Kind::List(_));
        let mut end = at + 1;
        let mut from = None;
        for (number, text) in lines.iter().enumerate().skip(at + 1) {
            let trimmed = text.trim();
            if trimmed.is_empty() {
                continue;
            }
            let is_inside = indent(text) > key_indent
                || is_list && indent(text) == key_indent && (trimmed.starts_with("- ") || trimmed == "-");
            if !is_inside && trimmed.starts_with('#') {
                continue;
            }
            if !is_inside {
                break;
            }
            if !trimmed.starts_with('#') {
                from = from.or(Some(number));
            }
            end = number + 1;
        }
        from.map(|from| Extent::Block { from, to: end }).ok_or_else(missing)
    }

    /// Offset of the bracket that closes this one.
    fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in Tokens::new(&self.text, open) {
            match token {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Offset of a bracketed value in a flow map.
    fn flow_member(&self, open: usize, key: &str) -> Option<usize> {
        let mut depth = 0_usize;
        let mut start = open + 1;
        for (at, token) in Tokens::new(&self.text, open) {
            match token {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b',' if depth == 1 => start = at + 1,
                b':' if depth == 1 => {
                    let name = self.text.get(start..at)?.trim();
                    if name.trim_matches(['\'', '"']) == key {
                        let value = self.text.get(at + 1..)?;
                        let spaces = value.len() - value.trim_start().len();
                        return value.trim_start().starts_with(['{', '[']).then_some(at + 1 + spaces);
                    }
                    start = at + 1;
                }
                _ => {}
            }
            if depth == 0 {
                return None;
            }
        }
        None
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Offset after the colon of a key at the start of a line.
fn after_key(line: &str) -> Option<usize> {
    let start = indent(line);
    let rest = line.get(start..)?;
    let from = match rest.as_bytes().first()? {
        quote @ (b'\'' | b'"') => 1 + rest.get(1..)?.find(char::from(*quote))?,
        _ => 0,
    };
    let colon = rest.get(from..)?.char_indices().find(|(at, character)| {
        *character == ':'
            && rest
                .get(from + at + 1..)
                .is_none_or(|after| after.is_empty() || after.starts_with([' ', '\n', '\r']))
    })?;
    Some(start + from + colon.0 + 1)
}

/// The brackets, commas and colons of a flow value, without those in quotes and comments.
struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self { bytes: text.as_bytes(), at }
    }
}

impl Iterator for Tokens<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let at = self.at;
            self.at += 1;
            let before = at.checked_sub(1).and_then(|at| self.bytes.get(at)).copied().unwrap_or(b' ');
            let starts = b" \t\r\n{[,:".contains(&before);
            match byte {
                b'\'' | b'"' if starts => {
                    while let Some(&inner) = self.bytes.get(self.at) {
                        self.at += 1;
                        if inner == b'\\' && byte == b'"' {
                            self.at += 1;
                        } else if inner == byte {
                            if byte == b'\'' && self.bytes.get(self.at) == Some(&b'\'') {
                                self.at += 1;
                            } else {
                                break;
                            }
                        }
                    }
                }
                b'#' if b" \t\r\n".contains(&before) => {
                    while self.bytes.get(self.at).is_some_and(|byte| *byte != b'\n') {
                        self.at += 1;
                    }
                }
                b'{' | b'[' | b'}' | b']' | b',' => return Some((at, byte)),
                b':' if self.bytes.get(self.at).is_none_or(|next| b" \t\r\n".contains(next)) => {
                    return Some((at, byte));
                }
                _ => {}
            }
        }
        None
    }
}

/// A text as a scalar in a flow value: plain where YAML allows it, otherwise in quotes.
pub fn scalar(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = format!("[{text}]");
    let is_plain = !text.is_empty()
        && !text.contains(['{', '}', '[', ']', ',', '#', '\'', '"'])
        && parse(&plain).is_ok_and(|node| matches!(node.items(), [item] if item.as_str() == Some(&text)));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "\
# A comment.
a:
  list: [x, 'y, z']   # kept

  items:
  - {name: one}
  # after one
  - {name: \"t: {wo\"}
other: {enum: [A, B], text: 'it''s, [', map: {k: v}}
'last': {}
";

    #[test]
    fn an_edit_changes_nothing_else() {
        let mut editor = Editor::new(TEXT).unwrap();
        editor.add_item(&["a", "list"], "w").unwrap();
        editor.add_item(&["a", "items"], "{name: three}").unwrap();
        editor.add_item(&["other", "enum"], "C").unwrap();
        editor.add_member(&["other", "map"], "l", "w").unwrap();
        editor.add_member(&["last"], "m", "n").unwrap();
        editor.add_member(&["a"], "more", "\n  deep: 1").unwrap();
        editor.add_member(&[], "end", "true").unwrap();
        let expected = TEXT
            .replace("'y, z']", "'y, z', w]")
            .replace("wo\"}\n", "wo\"}\n  - {name: three}\n  more:\n    deep: 1\n")
            .replace("A, B]", "A, B, C]")
            .replace("k: v}", "k: v, l: w}")
            .replace("'last': {}", "'last': {m: n}")
            + "end: true\n";
        assert_eq!(editor.text, expected);
    }

    #[test]
    fn a_path_that_does_not_exist_changes_nothing() {
        let mut editor = Editor::new(TEXT).unwrap();
        for path in [&["b"][..], &["a", "list", "x"], &["other", "text"], &["other", "map", "k"]] {
            assert!(editor.add_item(path, "1").is_err(), "{path:?}");
        }
        assert_eq!(editor.text, TEXT);
    }

    proptest! {
        #[test]
        fn any_text_is_one_scalar(text in "[a-c0-9:#'\",\\[\\]{} \\n~&*!|>%@`-]{0,12}") {
            let node = parse(&format!("[{}]", scalar(&text))).unwrap();
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(node.items()[0].as_str(), Some(&*words));
        }

        #[test]
        fn an_added_item_is_the_last_and_the_rest_stays(
            before in proptest::collection::vec("[a-c:#' ]{0,6}", 0..4), item in "[a-c:#', ]{0,6}", flow: bool,
        ) {
            let items: Vec<String> = before.iter().map(|text| scalar(text)).collect();
            let is_flow = flow || items.is_empty();
            let list = if is_flow {
                format!(" [{}]", items.join(", "))
            } else {
                items.iter().map(|item| format!("\n- {item}")).collect()
            };
            let text = format!("# c\nlist:{list}\n\nend: 1 # d\n");
            let mut editor = Editor::new(&text).unwrap();
            editor.add_item(&["list"], &scalar(&item)).unwrap();
            let found = editor.root.get("list").unwrap().items();
            prop_assert_eq!(found.len(), before.len() + 1);
            let words = item.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(found[before.len()].as_str(), Some(&*words));
            prop_assert!(editor.text.starts_with("# c\nlist:") && editor.text.ends_with("\n\nend: 1 # d\n"));
        }
    }
}
