//! A deserializer around that of `serde_json` which notes what types ignore: unknown fields, unknown values and absent fields.
//!
//! It adds one pointer to each value and two words to each key, and no allocation. Its place is a chain of frames on the stack, from
//! which a path is made only for a difference that was not reported before.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

use super::watcher::{Met, signal};
use super::{Cause, DriftKind, escaped, shown, token};
use crate::drift::{Hash, Registry};
use crate::operation_info::OperationInfo;

/// Number of differences of one decode that are known to be counted without a look at the list.
const QUICK: usize = 8;

/// Maximum number of different differences that one decode reports.
const MOST: usize = 256;

/// Receives the differences of one answer.
pub(crate) struct Sink<'a> {
    registry: &'a Registry,
    info: &'static OperationInfo,
    /// Hashes of the differences that this answer has already counted.
    quick: [Cell<u64>; QUICK],
    counted: RefCell<Vec<u64>>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(registry: &'a Registry, info: &'static OperationInfo) -> Self {
        Self { registry, info, quick: Default::default(), counted: RefCell::default() }
    }

    /// Returns `true` if the place with this hash needs no report: it is counted instead.
    fn is_known(&self, hash: u64) -> bool {
        let mut first_free = None;
        for slot in &self.quick {
            match slot.get() {
                0 => {
                    first_free = Some(slot);
                    break;
                }
                known if known == hash => return true,
                _ => {}
            }
        }
        match first_free {
            Some(slot) => slot.set(hash),
            None => {
                let mut counted = self.counted.borrow_mut();
                if counted.contains(&hash) || counted.len() == MOST {
                    return true;
                }
                counted.push(hash);
            }
        }
        self.registry.count(hash)
    }

    /// Notes why the answer could not be read.
    pub(super) fn failed(&self, cause: Cause) {
        let Cause { pointer, kind, expected, found } = cause;
        let hash = Hash::start(self.info, kind).pointer(&pointer).end();
        if !self.is_known(hash) {
            self.registry.add(hash, self.info, pointer, kind, expected, found);
        }
    }

    /// Notes a difference whose place is known as a text.
    pub(super) fn met(&self, met: Met) {
        let hash = Hash::start(self.info, met.kind).pointer(&met.pointer).end();
        if !self.is_known(hash) {
            self.registry.add(
                hash,
                self.info,
                met.pointer,
                met.kind,
                met.expected.map(Into::into),
                met.found,
            );
        }
    }

    #[cold]
    fn note(&self, at: &Frame<'_, '_>, last: Option<&str>, kind: DriftKind, found: Option<&'static str>) {
        let hash = self.hash(at, last, kind);
        if !self.is_known(hash) {
            self.add(hash, at, last, kind, found);
        }
    }

    fn hash(&self, at: &Frame<'_, '_>, last: Option<&str>, kind: DriftKind) -> u64 {
        let start = Hash::start(self.info, kind);
        at.hash(last.map_or(start, |last| start.step(last))).end()
    }

    #[cold]
    fn add(
        &self,
        hash: u64,
        at: &Frame<'_, '_>,
        last: Option<&str>,
        kind: DriftKind,
        found: Option<&'static str>,
    ) {
        let mut pointer = at.pointer();
        if let Some(last) = last {
            pointer.push('/');
            pointer.push_str(&escaped(&shown(last)));
        }
        self.registry.add(hash, self.info, pointer, kind, None, found);
    }

    #[cold]
    fn parts(&self, at: &Frame<'_, '_>) {
        for met in signal::take_parts() {
            let pointer = at.pointer() + &met.pointer;
            self.met(Met { pointer, ..met });
        }
    }
}

/// The name of an index and of a key that is data.
const ANY: &str = "*";

/// A struct, a list or a map that is being read, with the key of the current value.
struct Frame<'f, 'de> {
    parent: Option<&'f Frame<'f, 'de>>,
    key: Cell<&'de str>,
}

impl<'f, 'de> Frame<'f, 'de> {
    fn within(parent: &'f Self, key: &'de str) -> Self {
        Self { parent: Some(parent), key: Cell::new(key) }
    }

    fn hash(&self, mut hash: Hash) -> Hash {
        let mut frame = self;
        // The outermost frame is that of the whole answer, which has no key.
        while let Some(parent) = frame.parent {
            hash = hash.step(frame.key.get());
            frame = parent;
        }
        hash
    }

    fn pointer(&self) -> String {
        match self.parent {
            None => String::new(),
            Some(parent) => format!("{}/{}", parent.pointer(), escaped(&shown(self.key.get()))),
        }
    }
}

/// Decodes JSON, and notes its differences.
pub(super) fn from_slice<T: DeserializeOwned>(text: &[u8], sink: &Sink<'_>) -> serde_json::Result<T> {
    let watching = signal::Watching::start();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let root = Frame { parent: None, key: Cell::new("") };
    let value = T::deserialize(Watch { inner: &mut deserializer, at: &root, sink, is_expected: false })?;
    drop(watching);
    deserializer.end()?;
    Ok(value)
}

/// The deserializer of one value.
struct Watch<'w, 'de, D> {
    inner: D,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
    /// `true` if null is a difference.
    is_expected: bool,
}

/// A visitor whose values are watched.
struct Watched<'w, 'de, V> {
    visitor: V,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
    is_expected: bool,
    /// The fields of a struct.
    fields: Option<&'static [&'static str]>,
}

macro_rules! straight {
    ($($function:ident($($argument:ident: $ty:ty),*))+) => {$(
        #[inline]
        fn $function<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$function($($argument,)* visitor)
        }
    )+};
}

impl<'w, 'de, D> Watch<'w, 'de, D> {
    #[inline]
    fn watched<V>(self, visitor: V, fields: Option<&'static [&'static str]>) -> (D, Watched<'w, 'de, V>) {
        let Self { inner, at, sink, is_expected } = self;
        (inner, Watched { visitor, at, sink, is_expected, fields })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Watch<'_, 'de, D> {
    type Error = D::Error;

    // Scalars, and JSON of any shape, have nothing in them to compare.
    straight!(
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_unit() deserialize_identifier()
        deserialize_unit_struct(name: &'static str)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    );

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, None);
        inner.deserialize_option(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        match name {
            token::ID | token::NUMBER | token::TIMESTAMP => {
                self.inner.deserialize_newtype_struct(name, visitor)
            }
            token::ENUM => {
                let value = self.inner.deserialize_newtype_struct(name, visitor)?;
                if signal::take_unknown() {
                    self.sink.note(self.at, None, DriftKind::UnknownEnumValue, Some("string"));
                }
                Ok(value)
            }
            _ if name.starts_with(token::UNION) => {
                // It reads the whole object first, and then the variant out of it.
                let value = self.inner.deserialize_newtype_struct(name, visitor)?;
                if signal::has_parts() {
                    self.sink.parts(self.at);
                }
                Ok(value)
            }
            _ => {
                let (inner, mut visitor) = self.watched(visitor, None);
                visitor.is_expected |= name == token::EXPECTED;
                inner.deserialize_newtype_struct(name, visitor)
            }
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, None);
        inner.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, None);
        inner.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, None);
        inner.deserialize_tuple_struct(name, len, visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, None);
        inner.deserialize_map(visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor, Some(fields));
        inner.deserialize_struct(name, fields, visitor)
    }

    /// The value of a field that the type does not have.
    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let hash = self.sink.hash(self.at, None, DriftKind::UnknownField);
        if self.sink.is_known(hash) {
            return self.inner.deserialize_ignored_any(visitor);
        }
        let found = self.inner.deserialize_any(TypeOf)?;
        self.sink.add(hash, self.at, None, DriftKind::UnknownField, Some(found));
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'w, 'de, V> Watched<'w, 'de, V> {
    #[cold]
    fn note_null(&self) {
        if self.is_expected {
            self.sink.note(self.at, None, DriftKind::OtherType, Some("null"));
        }
    }

    #[cold]
    fn note_absent(sink: &Sink<'_>, at: &Frame<'_, '_>, absent: u128, fields: &'static [&'static str]) {
        for name in signal::names(absent, fields) {
            sink.note(at, Some(name), DriftKind::MissingField, None);
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.note_null();
        self.visitor.visit_none()
    }

    #[inline]
    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Watch { inner, at: self.at, sink: self.sink, is_expected: false })
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let Self { visitor, at, sink, is_expected, .. } = self;
        visitor.visit_newtype_struct(Watch { inner, at, sink, is_expected })
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        self.visitor.visit_seq(Elements { inner, at: &frame, sink: self.sink })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        let Some(fields) = self.fields else {
            return self.visitor.visit_map(Entries { inner, at: &frame, sink: self.sink });
        };
        let value = self.visitor.visit_map(Members { inner, at: &frame, sink: self.sink })?;
        let absent = signal::take_absent();
        if absent != 0 {
            Self::note_absent(self.sink, self.at, absent, fields);
        }
        Ok(value)
    }

    // Scalars, for types that read several forms.
    #[inline]
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.visitor.visit_bool(value)
    }

    #[inline]
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.visitor.visit_i64(value)
    }

    #[inline]
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.visitor.visit_u64(value)
    }

    #[inline]
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.visitor.visit_f64(value)
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.visitor.visit_str(value)
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.visitor.visit_borrowed_str(value)
    }

    #[inline]
    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<V::Value, E> {
        self.visitor.visit_string(value)
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(access)
    }
}

/// A value of a struct, a list or a map.
struct Seed<'w, 'de, S> {
    seed: S,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, 'de, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Watch { inner, at: self.at, sink: self.sink, is_expected: false })
    }
}

struct Elements<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Seed { seed, at: self.at, sink: self.sink })
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The entries of a map, whose keys are data.
struct Entries<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let key = self.inner.next_key_seed(seed)?;
        if signal::take_unknown() {
            self.sink.note(self.at, None, DriftKind::UnknownEnumValue, Some("string"));
        }
        Ok(key)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Seed { seed, at: self.at, sink: self.sink })
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The fields of a struct.
struct Members<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
    sink: &'w Sink<'w>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(Key { inner: seed, at: self.at })
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Seed { seed, at: self.at, sink: self.sink })
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The name of a field, which its frame notes. A name with escapes is noted as `*`.
struct Key<'w, 'de, I> {
    inner: I,
    at: &'w Frame<'w, 'de>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, 'de, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Key { inner: deserializer, at: self.at })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, 'de, D> {
    type Error = D::Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Key { inner: visitor, at: self.at })
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_identifier(Key { inner: visitor, at: self.at })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Key<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<V::Value, E> {
        self.at.key.set(key);
        self.inner.visit_borrowed_str(key)
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<V::Value, E> {
        self.at.key.set(ANY);
        self.inner.visit_str(key)
    }
}

/// Reads the type of a value, and skips it.
struct TypeOf;

macro_rules! types {
    ($($function:ident($ty:ty) => $name:literal)+) => {$(
        fn $function<E: serde::de::Error>(self, _: $ty) -> Result<&'static str, E> {
            Ok($name)
        }
    )+};
}

impl<'de> Visitor<'de> for TypeOf {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    types!(
        visit_bool(bool) => "boolean" visit_i64(i64) => "integer" visit_u64(u64) => "integer"
        visit_f64(f64) => "number" visit_str(&str) => "string"
    );

    fn visit_unit<E: serde::de::Error>(self) -> Result<&'static str, E> {
        Ok("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<&'static str, A::Error> {
        while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok("array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<&'static str, A::Error> {
        while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok("object")
    }
}
