//! YAML (and JSON, which is a part of it) as a tree that remembers its lines.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// Maximum nesting depth of a document: far more than an API needs, and far less than the stack allows.
const MAX_DEPTH: usize = 100;

/// A value and the line (from 1) on which it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub line: usize,
    pub kind: Kind,
}

/// Kind of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Node,
}

/// A syntax error in a document.
#[derive(Debug)]
pub struct ParseError {
    pub line: usize,
    pub message: String,
}

impl Node {
    pub fn empty_map() -> Self {
        Self { line: 1, kind: Kind::Map(Vec::new()) }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Follows keys from map to map.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries_mut().iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    pub fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.kind {
            Kind::Map(entries) => entries,
            _ => &mut [],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn str_at(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::as_str)
    }

    pub fn is_true_at(&self, key: &str) -> bool {
        self.get(key).is_some_and(|node| node.kind == Kind::Bool(true))
    }

    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// The texts of a list.
    pub fn strings_at(&self, key: &str) -> Vec<String> {
        self.get(key)
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|n| n.as_str().map(str::to_owned))
            .collect()
    }

    /// Converts the value to JSON, without positions.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::String(value) => Value::String(value.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => Value::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }
}

/// A value in progress: a list, or a map with a key whose value comes next.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<Entry>, Option<(String, usize)>),
}

/// Reads one document.
pub fn parse(text: &str) -> Result<Node, ParseError> {
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Node> = None;
    let fail = |line: usize, message: String| Err(ParseError { line, message });
    for step in Parser::new_from_str(text) {
        let (event, span) = match step {
            Ok(step) => step,
            Err(error) => return fail(error.marker().line(), format!("invalid YAML: {}", error.info())),
        };
        let line = span.start.line();
        let done = match event {
            Event::Scalar(text, style, ..) => {
                if let Some(Open::Map(_, _, key @ None)) = open.last_mut() {
                    *key = Some((text.into_owned(), line));
                    continue;
                }
                Node { line, kind: scalar(&text, style) }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if let Some(Open::Map(_, _, None)) = open.last() {
                    return fail(line, "a key is a list or a map: keys are texts".to_owned());
                }
                if open.len() == MAX_DEPTH {
                    return fail(line, format!("the document nests deeper than {MAX_DEPTH} levels"));
                }
                open.push(if matches!(event, Event::SequenceStart(..)) {
                    Open::List(line, Vec::new())
                } else {
                    Open::Map(line, Vec::new(), None)
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(line, items)) => Node { line, kind: Kind::List(items) },
                Some(Open::Map(line, entries, _)) => Node { line, kind: Kind::Map(entries) },
                None => return fail(line, "unexpected end of a list or a map".to_owned()),
            },
            Event::Alias(_) => {
                return fail(line, "aliases (`*name`) are not supported: use `$ref`".to_owned());
            }
            Event::DocumentStart(_) if root.is_some() => {
                return fail(line, "the file contains a second document: use one per file".to_owned());
            }
            _ => continue,
        };
        match open.last_mut() {
            None => root = Some(done),
            Some(Open::List(_, items)) => items.push(done),
            Some(Open::Map(_, entries, key)) => {
                let Some((key, line)) = key.take() else {
                    return fail(line, "a value has no key".to_owned());
                };
                if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                    return fail(line, format!("duplicate key `{key}`, first on line {}", first.line));
                }
                entries.push(Entry { key, line, value: done });
            }
        }
    }
    root.ok_or_else(|| ParseError { line: 1, message: "the file is empty".to_owned() })
}

/// The core schema of YAML 1.2, which is also that of JSON.
fn scalar(text: &str, style: ScalarStyle) -> Kind {
    if style != ScalarStyle::Plain {
        return Kind::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => {
            serde_json::from_str::<Number>(text).map_or_else(|_| Kind::String(text.to_owned()), Kind::Number)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_remember_their_lines() {
        let node = parse("a: 1\nb:\n  - x\n  - {c: 'true'}\n").unwrap();
        assert_eq!(node.get("b").unwrap().items()[1].get("c").unwrap().line, 4);
        assert_eq!(node.to_json(), serde_json::json!({"a": 1, "b": ["x", {"c": "true"}]}));
    }

    #[test]
    fn an_invalid_document_is_refused_with_its_line() {
        for (text, line, words) in [
            ("", 1, "empty"),
            ("a: 1\na: 2\n", 2, "duplicate key"),
            ("a: &x 1\nb: *x\n", 2, "aliases"),
            ("a: 1\n---\nb: 1\n", 2, "second document"),
            ("? [a]\n: 1\n", 1, "keys are texts"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(words), "{text:?}: {}", error.message);
            assert_eq!(error.line, line, "{text:?}");
        }
        assert!(parse(&"[".repeat(5_000)).is_err());
        let deep: String = (0..200).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect();
        assert!(parse(&deep).unwrap_err().message.contains("deeper"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,&*?|>\"'# \\n\\ta-c0-9-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
