//! A deserializer around that of `serde_json` which notes what types ignore: unknown fields, unknown values and absent fields.
//!
//! It adds one pointer to each value and two words to each key, and no allocation. Its place is a chain of frames on the stack, from
//! which a path is made only for a difference that was not reported before.

mod sink;

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

pub(crate) use sink::Sink;
use sink::{ANY, Frame};

use super::watcher::signal;
use super::{DriftKind, token};

/// Decodes JSON, and notes its differences.
pub(super) fn from_slice<T: DeserializeOwned>(text: &[u8], sink: &Sink<'_>) -> serde_json::Result<T> {
    let watching = signal::Watching::start();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let root = Frame { sink, parent: None, key: Cell::new("") };
    let value = T::deserialize(Watch::<_, false> { inner: &mut deserializer, at: &root })?;
    drop(watching);
    deserializer.end()?;
    Ok(value)
}

/// The deserializer of one value. `EXPECTED` is `true` if null is a difference.
struct Watch<'w, 'de, D, const EXPECTED: bool> {
    inner: D,
    at: &'w Frame<'w, 'de>,
}

/// A visitor whose values are watched.
struct Watched<'w, 'de, V, const EXPECTED: bool> {
    visitor: V,
    at: &'w Frame<'w, 'de>,
}

/// The visitor of a struct.
struct Struct<'w, 'de, V> {
    visitor: V,
    at: &'w Frame<'w, 'de>,
    fields: &'static [&'static str],
}

macro_rules! straight {
    ($($function:ident($($argument:ident: $ty:ty),*))+) => {$(
        #[inline(always)]
        fn $function<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$function($($argument,)* visitor)
        }
    )+};
}

impl<'w, 'de, D, const EXPECTED: bool> Watch<'w, 'de, D, EXPECTED> {
    #[inline(always)]
    fn watched<V>(self, visitor: V) -> (D, Watched<'w, 'de, V, EXPECTED>) {
        (self.inner, Watched { visitor, at: self.at })
    }
}

impl<'de, D: Deserializer<'de>, const EXPECTED: bool> Deserializer<'de> for Watch<'_, 'de, D, EXPECTED> {
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

    #[inline(always)]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor);
        inner.deserialize_option(visitor)
    }

    #[inline(always)]
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
                    self.at.sink.note(self.at, None, DriftKind::UnknownEnumValue, Some("string"));
                }
                Ok(value)
            }
            _ if name.starts_with(token::UNION) => {
                // It reads the whole object first, and then the variant out of it.
                let value = self.inner.deserialize_newtype_struct(name, visitor)?;
                if signal::has_parts() {
                    self.at.sink.parts(self.at);
                }
                Ok(value)
            }
            token::EXPECTED => {
                let visitor = Watched::<_, true> { visitor, at: self.at };
                self.inner.deserialize_newtype_struct(name, visitor)
            }
            _ => {
                let (inner, visitor) = self.watched(visitor);
                inner.deserialize_newtype_struct(name, visitor)
            }
        }
    }

    #[inline(always)]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor);
        inner.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor);
        inner.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor);
        inner.deserialize_tuple_struct(name, len, visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.watched(visitor);
        inner.deserialize_map(visitor)
    }

    #[inline(always)]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Struct { visitor, at: self.at, fields })
    }

    /// The value of a field that the type does not have.
    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let hash = self.at.sink.hash(self.at, None, DriftKind::UnknownField);
        if self.at.sink.is_known(hash) {
            return self.inner.deserialize_ignored_any(visitor);
        }
        let found = self.inner.deserialize_any(TypeOf)?;
        self.at.sink.add(hash, self.at, None, DriftKind::UnknownField, Some(found));
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Notes null in the place of a value.
#[cold]
fn note_null(at: &Frame<'_, '_>) {
    at.sink.note(at, None, DriftKind::OtherType, Some("null"));
}

/// Notes the fields of a struct that are absent.
#[cold]
fn note_absent(at: &Frame<'_, '_>, absent: u128, fields: &'static [&'static str]) {
    for name in signal::names(absent, fields) {
        at.sink.note(at, Some(name), DriftKind::MissingField, None);
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Struct<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        let value = self.visitor.visit_map(Members { inner, at: &frame })?;
        let absent = signal::take_absent();
        if absent != 0 {
            note_absent(self.at, absent, self.fields);
        }
        Ok(value)
    }

    /// `serde` reads a list as the fields of a struct in their order.
    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        self.visitor.visit_seq(Elements { inner, at: &frame })
    }
}

impl<'de, V: Visitor<'de>, const EXPECTED: bool> Visitor<'de> for Watched<'_, 'de, V, EXPECTED> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        if EXPECTED {
            note_null(self.at);
        }
        self.visitor.visit_none()
    }

    #[inline]
    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    #[inline(always)]
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Watch::<_, false> { inner, at: self.at })
    }

    #[inline(always)]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Watch::<_, EXPECTED> { inner, at: self.at })
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        self.visitor.visit_seq(Elements { inner, at: &frame })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let frame = Frame::within(self.at, ANY);
        self.visitor.visit_map(Entries { inner, at: &frame })
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
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, 'de, S> {
    type Value = S::Value;

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Watch::<_, false> { inner, at: self.at })
    }
}

struct Elements<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, 'de, A> {
    type Error = A::Error;

    #[inline(always)]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Seed { seed, at: self.at })
    }

    #[inline(always)]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The entries of a map, whose keys are data.
struct Entries<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, 'de, A> {
    type Error = A::Error;

    #[inline(always)]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let key = self.inner.next_key_seed(seed)?;
        if signal::take_unknown() {
            self.at.sink.note(self.at, None, DriftKind::UnknownEnumValue, Some("string"));
        }
        Ok(key)
    }

    #[inline(always)]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Seed { seed, at: self.at })
    }

    #[inline(always)]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The fields of a struct.
struct Members<'w, 'de, A> {
    inner: A,
    at: &'w Frame<'w, 'de>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    #[inline(always)]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(Key { inner: seed, at: self.at })
    }

    #[inline(always)]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Seed { seed, at: self.at })
    }

    #[inline(always)]
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

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Key { inner: deserializer, at: self.at })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, 'de, D> {
    type Error = D::Error;

    #[inline(always)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Key { inner: visitor, at: self.at })
    }

    #[inline(always)]
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

    #[inline(always)]
    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<V::Value, E> {
        self.at.key.set(key);
        self.inner.visit_borrowed_str(key)
    }

    #[inline(always)]
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
