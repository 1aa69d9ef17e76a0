//! JSON of any size as a tree that remembers its lines. YAML contains most of JSON, but neither its escapes nor indentation by tabs.

use std::cell::Cell;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{Entry, Kind, MAX_DEPTH, Members, Node, Parse, ParseError};

/// Reads one JSON document.
pub fn parse(text: &str, parse: &mut Parse) -> Result<Node, ParseError> {
    let line = Cell::new(1);
    let mut json =
        serde_json::Deserializer::from_reader(Counted { rest: text.as_bytes().iter(), line: &line });
    let node = Seed { line: &line, depth: 0, parse }.deserialize(&mut json);
    let fail = |error: serde_json::Error| ParseError {
        line: if error.line() == 0 { line.get() } else { error.line() },
        message: format!("invalid JSON: {error}"),
    };
    let node = node.map_err(fail)?;
    json.end().map_err(fail)?;
    Ok(node)
}

/// Counts the lines that the parser has read. The parser asks for single bytes, and looks at most one ahead.
struct Counted<'a> {
    rest: std::slice::Iter<'a, u8>,
    line: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut count = 0;
        for (place, byte) in buffer.iter_mut().zip(self.rest.by_ref().take(1)) {
            *place = *byte;
            count += 1;
            self.line.set(self.line.get() + usize::from(*byte == b'\n'));
        }
        Ok(count)
    }
}

/// Reads one value.
struct Seed<'a> {
    line: &'a Cell<usize>,
    depth: usize,
    parse: &'a mut Parse,
}

impl Seed<'_> {
    fn node<E>(&self, kind: Kind) -> Result<Node, E> {
        Ok(Node { line: self.line.get(), kind })
    }

    fn inner<E: Error>(&mut self) -> Result<Seed<'_>, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format!("the document nests deeper than {MAX_DEPTH} levels")));
        }
        Ok(Seed { line: self.line, depth: self.depth + 1, parse: self.parse })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        self.node(Kind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        self.node(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        self.node(Kind::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        self.node(Kind::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        self.node(Number::from_f64(value).map_or(Kind::Null, Kind::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        self.node(Kind::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Node, A::Error> {
        let line = self.line.get();
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.inner()?)? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Node { line, kind: Kind::List(items) })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Node, A::Error> {
        let start = self.line.get();
        let mut members = Members::default();
        while let Some(key) = map.next_key::<String>()? {
            let line = self.line.get();
            let value = map.next_value_seed(self.inner()?)?;
            let entry = Entry { key, line, value };
            self.parse.add(&mut members, entry).map_err(|error| A::Error::custom(error.message))?;
        }
        Ok(Node { line: start, kind: Kind::Map(members.done()) })
    }
}
