//! Reads a tree of JSON, and knows at each value where it is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;

use super::access::{Attempts, Elements, Members, Tagged};
use super::exact::Numbers;
use super::fault::{escaped, node, shown};
use super::watcher::{Watcher, signal};
use super::words::type_of;
use super::{Drift, DriftKind, Fault, scalar, token};
use crate::decimal::{Read, digits};
use crate::id;
use crate::time::Timestamp;

/// The way from the outermost value to one in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'p> {
    Root,
    /// A field of a struct.
    Member(&'p Place<'p>, &'p str),
    /// A value of a map, whose keys are data.
    Entry(&'p Place<'p>, &'p str),
    Element(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    /// `a.b[3].c`; a long key is cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, key) | Self::Entry(Self::Root, key) => f.write_str(&shown(key)),
            Self::Member(parent, key) | Self::Entry(parent, key) => write!(f, "{parent}.{}", shown(key)),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl Place<'_> {
    /// JSON pointer with `*` for each index and each key of a map.
    pub(super) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, key) => format!("{}/{}", parent.pointer(), escaped(&shown(key))),
            Self::Entry(parent, _) | Self::Element(parent, _) => format!("{}/*", parent.pointer()),
        }
    }
}

/// Record of the lenient reader's corrections.
#[derive(Debug)]
pub(crate) struct Liberties<'t> {
    /// Values that are left out, with the difference to report.
    lost: RefCell<HashMap<usize, Option<Drift>>>,
    drift: RefCell<Vec<Drift>>,
    numbers: Numbers<'t>,
}

impl<'t> Liberties<'t> {
    /// `text` is that from which the tree was read.
    pub(super) fn new(tree: &'t Value, text: &'t [u8]) -> Self {
        Self { lost: RefCell::default(), drift: RefCell::default(), numbers: Numbers::new(tree, text) }
    }

    pub(super) fn into_drift(self) -> Vec<Drift> {
        self.drift.into_inner()
    }

    /// Current length of the record, to return to.
    pub(super) fn mark(&self) -> usize {
        self.drift.borrow().len()
    }

    pub(super) fn back_to(&self, mark: usize) {
        self.drift.borrow_mut().truncate(mark);
    }

    pub(super) fn note(&self, drift: Drift) {
        self.drift.borrow_mut().push(drift);
    }

    /// Passes over a value from now on; `false` when it already was.
    pub(super) fn pass_over(&self, node: usize, drift: Option<Drift>) -> bool {
        self.lost.borrow_mut().insert(node, drift).is_none()
    }

    /// Returns `true` if this value is skipped. Each skip is listed, because the list of an earlier attempt
    /// may have been dropped.
    pub(super) fn passes_over(&self, value: &Value) -> bool {
        match self.lost.borrow().get(&node(value)) {
            Some(drift) => {
                self.drift.borrow_mut().extend(drift.clone());
                true
            }
            None => false,
        }
    }
}

/// Reads one value.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'de, 'p> {
    pub(super) value: &'de Value,
    pub(super) place: Place<'p>,
    /// `None` in an input.
    pub(super) liberties: Option<&'p Liberties<'p>>,
    /// `true` if any text is an id, also one that would reach another route: in a value that is not sent as an input.
    pub(super) any_id: bool,
    /// The tag of a union, which the struct of a variant does not have.
    pub(super) tag: Option<&'static str>,
    pub(super) watcher: Watcher<'p>,
}

impl<'de, 'p> Reader<'de, 'p> {
    pub(crate) fn new(value: &'de Value, liberties: Option<&'p Liberties<'p>>) -> Self {
        let (place, watcher) = (Place::Root, Watcher::default());
        Self { value, place, liberties, any_id: liberties.is_some(), tag: None, watcher }
    }

    fn is_lenient(&self) -> bool {
        self.liberties.is_some()
    }

    fn unexpected<'v, V: Visitor<'v>>(&self, visitor: &V) -> Fault {
        Fault::invalid_type(Unexpected::Other(type_of(self.value)), visitor)
    }

    fn converted(&self, expected: &'static str) {
        if let Some(liberties) = self.liberties {
            let (path, pointer) = (self.place.to_string(), self.place.pointer());
            liberties.note(Drift::converted(path, pointer, expected, type_of(self.value)));
        }
    }

    /// Reports the fields that the type does not have, and those that it expects and the object lacks.
    fn compare(&self, fields: &'static [&'static str]) {
        let absent = signal::take_absent();
        let Some(object) = self.value.as_object().filter(|_| self.watcher.is_on()) else { return };
        let is_unknown = |key: &str| !fields.contains(&key) && self.tag != Some(key);
        for (key, value) in object.iter().filter(|(key, _)| is_unknown(key)) {
            let place = Place::Member(&self.place, key);
            self.watcher.note(&place, DriftKind::UnknownField, None, Some(type_of(value)));
        }
        for field in signal::names(absent, fields).filter(|field| !object.contains_key(*field)) {
            self.watcher.note(&Place::Member(&self.place, field), DriftKind::MissingField, None, None);
        }
    }

    fn integer<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match scalar::integer(self.value, self.is_lenient()) {
            Some(integer) => {
                if self.value.is_string() {
                    self.converted("a number");
                }
                visitor.visit_i64(integer)
            }
            // Above the range of `i64`.
            None => match self.value.as_u64() {
                Some(integer) => visitor.visit_u64(integer),
                None => Err(self.unexpected(&visitor)),
            },
        }
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let in_text = || scalar::number(self.value.as_str().filter(|_| self.is_lenient())?)?.as_f64();
        match self.value.as_f64() {
            Some(float) => visitor.visit_f64(float),
            None => match in_text() {
                Some(float) => {
                    self.converted("a number");
                    visitor.visit_f64(float)
                }
                None => Err(self.unexpected(&visitor)),
            },
        }
    }

    /// A decimal, as a text with its digits. In an answer, one with more digits than fit is rounded.
    fn decimal<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = match self.value {
            Value::Number(number) => {
                let exact = self.liberties.and_then(|liberties| liberties.numbers.of(self.value));
                exact.map_or_else(|| number.to_string(), str::to_owned)
            }
            Value::String(text) if text.is_empty() && self.is_lenient() => {
                return Err(Fault::absent("a number"));
            }
            Value::String(text) => text.clone(),
            _ => return Err(self.unexpected(&visitor)),
        };
        match digits(&text) {
            Some(Read { value, is_exact: false }) if self.is_lenient() => {
                self.converted("a number of at most 28 digits");
                visitor.visit_string(value.to_string())
            }
            _ => visitor.visit_string(text),
        }
    }

    /// The members of an object, without the tag of a union where one is given.
    fn members(self, tag: Option<&'static str>, keys_are_data: bool) -> Option<Members<'de, 'p>> {
        let object = self.value.as_object()?;
        Some(Members::new(Self { tag, ..self }, object, keys_are_data))
    }

    fn elements(&self) -> Option<Elements<'de, 'p>> {
        match self.value {
            Value::Array(array) => Some(Elements::new(*self, array)),
            Value::Null if self.is_lenient() => Some(Elements::new(*self, &[])),
            _ => None,
        }
    }

    /// A union: first the text of its tag, then the variant.
    fn union<V: Visitor<'de>>(self, tag: &'static str, visitor: V) -> Result<V::Value, Fault> {
        let Value::Object(object) = self.value else { return Err(self.unexpected(&visitor)) };
        match object.get(tag) {
            Some(Value::String(text)) if !text.is_empty() => {
                let read = visitor.visit_seq(Tagged::new(Self { tag: Some(tag), ..self }, text));
                if signal::take_unknown() && read.is_ok() {
                    let place = Place::Member(&self.place, tag);
                    self.watcher.note(&place, DriftKind::UnknownVariant, None, Some("string"));
                }
                read
            }
            Some(value) => {
                let what = match value {
                    Value::String(_) => "expected a variant, found an empty string".to_owned(),
                    other => format!("invalid type: {}, expected a text", type_of(other)),
                };
                // What an answer may lose is the union: without its tag nothing can be told of the rest.
                let lost = if self.is_lenient() { self.value } else { value };
                Err(Fault::new(what).at(Place::Member(&self.place, tag), lost))
            }
            None => Err(Fault::missing_field(tag)),
        }
    }

    /// An instant as text: values that the strict reader accepts are unchanged.
    fn timestamp<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if !self.is_lenient() {
            return visitor.visit_newtype_struct(self);
        }
        if self.value.as_str() == Some("") {
            return Err(Fault::absent("a date"));
        }
        match Timestamp::in_answer(self.value) {
            Some((instant, exact)) => {
                if !exact {
                    self.converted("a date with a zone or epoch milliseconds");
                }
                visitor.visit_str(&instant.to_string())
            }
            // Without the text, which the type would show.
            None => Err(Fault::invalid_value(
                Unexpected::Other(type_of(self.value)),
                &"a date such as 2024-03-12T13:38:33Z",
            )),
        }
    }
}

macro_rules! numbers {
    ($($function:ident)+ => $read:ident) => {$(
        fn $function<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$read(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_i64(value),
                (_, Some(value), _) => visitor.visit_u64(value),
                (.., value) => visitor.visit_f64(value.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(array) => visitor.visit_seq(Elements::new(self, array)),
            Value::Object(object) => {
                visitor.visit_map(Members::new(Self { tag: None, ..self }, object, true))
            }
        }
    }

    numbers!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 => integer);
    numbers!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 => integer);
    numbers!(deserialize_f32 deserialize_f64 => float);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match (self.value, scalar::boolean(self.value).filter(|_| self.is_lenient())) {
            (Value::Bool(value), _) => visitor.visit_bool(*value),
            (_, Some(value)) => {
                self.converted("a boolean");
                visitor.visit_bool(value)
            }
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match (self.value, scalar::text(self.value).filter(|_| self.is_lenient())) {
            (Value::String(text), _) => visitor.visit_borrowed_str(text),
            (_, Some(text)) => {
                self.converted("a string");
                visitor.visit_string(text)
            }
            _ => Err(self.unexpected(&visitor)),
        }
    }

    numbers!(deserialize_char deserialize_string deserialize_identifier => deserialize_str);
    numbers!(deserialize_bytes deserialize_byte_buf => deserialize_any);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_unit() } else { Err(self.unexpected(&visitor)) }
    }

    /// A struct without fields is an object like any other.
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::Object(object) => match object.keys().next() {
                Some(key) => Err(Fault::unknown_field(key, &[])),
                None => visitor.visit_unit(),
            },
            _ => Err(Fault::invalid_type(Unexpected::Other(type_of(self.value)), &"an object")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match (name, self.liberties) {
            (token::TIMESTAMP, _) => self.timestamp(visitor),
            (token::NUMBER, _) => self.decimal(visitor),
            (token::ID, _) if !self.any_id => {
                match self.value.as_str().and_then(|id| id::problem(id, id::MAX_ID_BYTES)) {
                    Some(reason) => Err(Fault::new(reason)),
                    None => visitor.visit_newtype_struct(self),
                }
            }
            // The visitor takes it as the request to read an input.
            (token::ENUM, _) if !self.any_id => visitor.visit_some(self),
            (token::ENUM, _) => {
                let read = visitor.visit_newtype_struct(self);
                if signal::take_unknown() && read.is_ok() {
                    self.watcher.note(&self.place, DriftKind::UnknownEnumValue, None, Some("string"));
                }
                read
            }
            (token::EXPECTED, _) => {
                if self.value.is_null() {
                    self.watcher.note(&self.place, DriftKind::OtherType, None, Some("null"));
                }
                visitor.visit_newtype_struct(self)
            }
            (token::LIST, Some(_)) => match self.elements() {
                Some(elements) => visitor.visit_seq(elements),
                None => Err(self.unexpected(&visitor)),
            },
            (token::ATTEMPT, Some(liberties)) => visitor.visit_map(Attempts::new(self, liberties)),
            _ => match name.strip_prefix(token::UNION) {
                Some(tag) => self.union(tag, visitor),
                None => visitor.visit_newtype_struct(self),
            },
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.elements() {
            Some(elements) => visitor.visit_seq(elements),
            None => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.members(None, true) {
            Some(members) => visitor.visit_map(members),
            None => Err(self.unexpected(&visitor)),
        }
    }

    /// An object, and nothing else: `serde` would take a list, field by field.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let tag = self.tag.filter(|tag| !fields.contains(tag));
        match self.members(tag, false) {
            Some(members) => {
                let read = visitor.visit_map(members)?;
                Self { tag, ..self }.compare(fields);
                Ok(read)
            }
            None => Err(Fault::invalid_type(Unexpected::Other(type_of(self.value)), &"an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match (self.value, self.members(None, false)) {
            (Value::String(text), _) => {
                let text: StrDeserializer<'_, Fault> = text.as_str().into_deserializer();
                text.deserialize_enum(name, variants, visitor)
            }
            (_, Some(members)) => {
                MapAccessDeserializer::new(members).deserialize_enum(name, variants, visitor)
            }
            _ => {
                let known = format!("one of `{}`", variants.join("`, `"));
                Err(Fault::invalid_type(Unexpected::Other(type_of(self.value)), &known.as_str()))
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}
