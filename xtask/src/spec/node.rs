//! YAML (and JSON, which is a part of it) as a tree that remembers its lines.

mod json;

use std::collections::HashMap;

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

/// Members of a map in the order of the document. Keys are found in constant time, so that a map of many members is read in linear
/// time.
#[derive(Default)]
struct Members {
    entries: Vec<Entry>,
    /// Position of each key, once there are more than [`FEW`].
    index: HashMap<String, usize>,
}

impl Members {
    /// The members without spare room: most maps are small, and a document has millions.
    fn done(mut self) -> Vec<Entry> {
        self.entries.shrink_to_fit();
        self.entries
    }
}

/// Number of members up to which comparing all keys is faster than an index.
const FEW: usize = 16;

impl Members {
    /// Adds a member. Returns the line of an earlier one of the same key, which stays.
    fn add(&mut self, entry: Entry) -> Option<usize> {
        let known = if self.index.is_empty() {
            self.entries.iter().find(|known| known.key == entry.key)
        } else {
            self.index.get(&entry.key).and_then(|at| self.entries.get(*at))
        };
        if let Some(known) = known {
            return Some(known.line);
        }
        if !self.index.is_empty() {
            self.index.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
        if self.entries.len() == FEW {
            let keys = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at));
            self.index = keys.collect();
        }
        None
    }
}

/// A value in progress: a list, or a map with a key whose value comes next. With the anchor that names it, or 0.
enum Open {
    List(usize, usize, Vec<Node>),
    Map(usize, usize, Members, Option<(String, usize)>),
}

/// Number of values that the aliases of a foreign document may stand for. The limit keeps a small document from becoming a huge one.
const MAX_ALIASED: usize = 200_000;

/// Reads one document of the spec.
pub fn parse(text: &str) -> Result<Node, ParseError> {
    let mut parse = Parse { is_strict: true, ..Parse::default() };
    parse.yaml(text)
}

/// Reads a document from elsewhere, YAML or JSON. Problems of single values are returned beside it.
pub fn parse_foreign(text: &str) -> Result<(Node, Vec<ParseError>), ParseError> {
    let mut parse = Parse::default();
    let text = text.trim_start_matches('\u{feff}');
    let is_json = text.trim_start().starts_with(['{', '[']);
    let node = match is_json.then(|| json::parse(text, &mut parse)) {
        Some(Ok(node)) => node,
        // A flow map of YAML opens like JSON.
        Some(Err(error)) => {
            parse = Parse::default();
            parse.yaml(text).map_err(|_| error)?
        }
        None => parse.yaml(text)?,
    };
    Ok((node, parse.odd))
}

/// State of reading one document.
#[derive(Default)]
struct Parse {
    /// `true` if everything unusual ends the reading.
    is_strict: bool,
    odd: Vec<ParseError>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
}

impl Parse {
    /// Fails in a document of the spec, and notes the problem of a foreign one.
    fn refuse(&mut self, line: usize, message: String) -> Result<(), ParseError> {
        let error = ParseError { line, message };
        if self.is_strict {
            return Err(error);
        }
        self.odd.push(error);
        Ok(())
    }

    fn add(&mut self, members: &mut Members, entry: Entry) -> Result<(), ParseError> {
        let (line, key) = (entry.line, entry.key.clone());
        match members.add(entry) {
            Some(first) => self.refuse(line, format!("duplicate key `{key}`, first on line {first}")),
            None => Ok(()),
        }
    }

    fn alias(&mut self, anchor: usize, line: usize) -> Result<Node, ParseError> {
        if self.is_strict {
            self.refuse(line, "aliases (`*name`) are not supported: use `$ref`".to_owned())?;
        }
        let size = self.anchors.get(&anchor).map_or(0, size);
        self.aliased = self.aliased.saturating_add(size);
        if size == 0 || self.aliased > MAX_ALIASED {
            self.refuse(line, "the alias is not expanded: the document would become too large".to_owned())?;
            return Ok(Node { line, kind: Kind::Null });
        }
        Ok(self.anchors.get(&anchor).cloned().unwrap_or_else(Node::empty_map))
    }

    fn yaml(&mut self, text: &str) -> Result<Node, ParseError> {
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
                Event::Scalar(text, style, anchor, _) => {
                    if let Some(Open::Map(_, _, _, key @ None)) = open.last_mut() {
                        *key = Some((text.into_owned(), line));
                        continue;
                    }
                    let node = Node { line, kind: scalar(&text, style) };
                    if anchor > 0 && !self.is_strict {
                        self.anchors.insert(anchor, node.clone());
                    }
                    node
                }
                Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                    if let Some(Open::Map(_, _, _, None)) = open.last() {
                        return fail(line, "a key is a list or a map: keys are texts".to_owned());
                    }
                    if open.len() == MAX_DEPTH {
                        return fail(line, format!("the document nests deeper than {MAX_DEPTH} levels"));
                    }
                    open.push(if matches!(event, Event::SequenceStart(..)) {
                        Open::List(line, anchor, Vec::new())
                    } else {
                        Open::Map(line, anchor, Members::default(), None)
                    });
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let (node, anchor) = match open.pop() {
                        Some(Open::List(line, anchor, mut items)) => {
                            items.shrink_to_fit();
                            (Node { line, kind: Kind::List(items) }, anchor)
                        }
                        Some(Open::Map(line, anchor, members, _)) => {
                            (Node { line, kind: Kind::Map(members.done()) }, anchor)
                        }
                        None => return fail(line, "unexpected end of a list or a map".to_owned()),
                    };
                    if anchor > 0 && !self.is_strict {
                        self.anchors.insert(anchor, node.clone());
                    }
                    node
                }
                Event::Alias(anchor) => {
                    let node = self.alias(anchor, line)?;
                    if let Some(Open::Map(_, _, _, key @ None)) = open.last_mut() {
                        *key = Some((node.as_str().unwrap_or_default().to_owned(), line));
                        continue;
                    }
                    node
                }
                Event::DocumentStart(_) if root.is_some() => {
                    let message = "the file contains a second document: use one per file".to_owned();
                    self.refuse(line, message)?;
                    break;
                }
                _ => continue,
            };
            match open.last_mut() {
                None => root = Some(done),
                Some(Open::List(_, _, items)) => items.push(done),
                Some(Open::Map(_, _, members, key)) => {
                    let Some((key, line)) = key.take() else {
                        return fail(line, "a value has no key".to_owned());
                    };
                    self.add(members, Entry { key, line, value: done })?;
                }
            }
        }
        root.ok_or_else(|| ParseError { line: 1, message: "the file is empty".to_owned() })
    }
}

/// Calls a function with each `$ref` of a document, and each reference of a discriminator's mapping.
pub fn references<'a>(node: &'a Node, found: &mut impl FnMut(&'a str)) {
    match &node.kind {
        Kind::Map(entries) => {
            for entry in entries {
                match entry.value.as_str() {
                    Some(text) if entry.key == "$ref" => found(text),
                    _ if entry.key == "mapping" => {
                        let targets = entry.value.entries().iter().filter_map(|entry| entry.value.as_str());
                        targets.filter(|target| target.contains('#')).for_each(&mut *found);
                        references(&entry.value, found);
                    }
                    _ => references(&entry.value, found),
                }
            }
        }
        Kind::List(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Number of values in a node.
fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| size(&entry.value)).sum(),
        _ => 0,
    }
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

    #[test]
    fn a_foreign_document_may_have_what_the_spec_may_not() {
        let (node, odd) = parse_foreign("a: &x {b: 1}\nc: *x\na: 2\n---\nd: 1\n").unwrap();
        assert_eq!(node.to_json(), serde_json::json!({"a": {"b": 1}, "c": {"b": 1}}));
        let odd: Vec<usize> = odd.iter().map(|odd| odd.line).collect();
        assert_eq!(odd, [3, 4]);
        let bomb: String = (1..12).fold("a0: &a0 [1, 1]\n".to_owned(), |text, at| {
            let aliases = vec![format!("*a{}", at - 1); 10].join(", ");
            text + &format!("a{at}: &a{at} [{aliases}]\n")
        });
        assert!(parse_foreign(&bomb).unwrap().1.iter().any(|odd| odd.message.contains("too large")));
    }

    #[test]
    fn json_is_read_with_its_lines_and_escapes() {
        let text = "{\n\t\"a\": [\n\t\t1, {\"b\": \"\\ud83d\\ude00\\/\"}],\n\t\"c\": null, \"c\": 2\n}\n";
        let (node, odd) = parse_foreign(text).unwrap();
        assert_eq!(node.to_json(), serde_json::json!({"a": [1, {"b": "😀/"}], "c": null}));
        assert_eq!(node.get("a").unwrap().items()[1].line, 3);
        assert_eq!(odd.iter().map(|odd| odd.line).collect::<Vec<_>>(), [4]);
        assert_eq!(parse_foreign("{\n\"a\": [}").unwrap_err().line, 2);
        assert_eq!(parse_foreign("{a: b}").unwrap().0.str_at("a"), Some("b"));
    }

    proptest! {
        #[test]
        fn no_foreign_text_makes_it_panic(text in "[\\[\\]{}:,&*?|>\"'# \\n\\ta-c0-9-]{0,60}") {
            let _ = parse_foreign(&text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,&*?|>\"'# \\n\\ta-c0-9-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
