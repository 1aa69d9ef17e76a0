//! Finds which value of a JSON text stands at a line and a column, so that a decode error can name it.

/// Path (`a.b[3].c`) of the value that contains, or ends at, the position where `serde_json` stopped; empty
/// for the outermost value, or if the text before it is not JSON.
pub fn at(text: &[u8], line: usize, column: usize) -> String {
    let before: usize =
        text.split_inclusive(|&byte| byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let end = text.len().min(before + column);
    let mut walk = Walk { steps: Vec::new() };
    walk.run(&text[..end]);
    walk.path()
}

enum Step {
    Key(Option<String>),
    Index(usize),
}

struct Walk {
    steps: Vec<Step>,
}

impl Walk {
    fn run(&mut self, text: &[u8]) {
        let mut rest = text;
        // The last closed value, which the error is about when nothing follows it.
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'{' => self.steps.push(Step::Key(None)),
                b'[' => self.steps.push(Step::Index(0)),
                b'}' | b']' => {
                    // An error at the closing brace is about the object that it closes.
                    if rest.is_empty() {
                        if let Some(Step::Key(key)) = self.steps.last_mut() {
                            *key = None;
                        }
                        return;
                    }
                    self.steps.pop();
                }
                b',' => match self.steps.last_mut() {
                    Some(Step::Index(index)) => *index += 1,
                    Some(Step::Key(key)) => *key = None,
                    None => {}
                },
                b'"' => {
                    let (string, tail) = string(rest);
                    rest = tail;
                    if let Some(Step::Key(key @ None)) = self.steps.last_mut() {
                        *key = Some(String::from_utf8_lossy(string).into_owned());
                    }
                }
                _ => {}
            }
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Key(Some(key)) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Step::Key(None) => {}
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

/// Splits after the closing quote; escapes are skipped, not decoded.
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, &[])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Leaf {
        id: i64,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Root {
        name: String,
        leaves: BTreeMap<String, Vec<Leaf>>,
    }

    fn place(text: &str) -> String {
        let error = serde_json::from_str::<Root>(text).unwrap_err();
        super::at(text.as_bytes(), error.line(), error.column())
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named() {
        assert_eq!(place(r#"{"name": "a", "leaves": {"x": [{"id": 1}, {"id": "no"}]}}"#), "leaves.x[1].id");
        assert_eq!(place("{\n \"leaves\": {},\n \"name\": 4}"), "name");
        assert_eq!(place(r#"{"name": "a\"b{", "leaves": []}"#), "leaves");
    }

    #[test]
    fn an_object_that_lacks_a_field_is_named() {
        assert_eq!(place(r#"{"name": "a", "leaves": {"x": [{"id": 1}, {"ID": 2}]}}"#), "leaves.x[1]");
        assert_eq!(place(r#"{"leaves": {}}"#), "");
    }

    #[test]
    fn a_text_that_is_cut_short_gives_no_panic() {
        let text = r#"{"name": "a\"", "leaves": {"x": [{"id": 1}]}}"#;
        for end in 0..text.len() {
            place(&text[..end]);
        }
        super::at(b"", 7, 9);
        super::at(b"[1", 1, 99);
    }
}
