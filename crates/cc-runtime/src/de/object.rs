//! Reads an object into the empty value of its type, field by field.
//!
//! The derive of `serde` makes a reader of its own of each struct: it keeps every field in a variable until the end, and repeats the
//! error handling at each. Here, all structs share one loop, and all fields of one type share one function. A struct adds the table
//! of its fields, and one assignment a field.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::watcher::{How, Listed, Single, signal};

/// A struct that is read field by field: [`__fields_of!`](crate::__fields_of) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not read field by field",
    label = "has no table of fields",
    note = "`cc_runtime::__fields_of!`, which generated code calls, implements it"
)]
pub trait Object: Default {
    /// Name of the type, for errors and for formats that write it.
    const NAME: &'static str;
    /// Names of the fields in JSON.
    const FIELDS: &'static [&'static str];
    /// A bit for each field, from the lowest: those without which the object has no meaning.
    const REQUIRED: u128;
    /// A bit for each field: those whose absence is a difference from the spec.
    const EXPECTED: u128;

    /// Reads the value of a field.
    ///
    /// # Errors
    /// If the value does not decode.
    fn set<'de, A: MapAccess<'de>>(&mut self, field: usize, members: &mut A) -> Result<(), A::Error>;
}

/// Implements `Deserialize` for a struct with at most 128 fields and a default:
/// `__fields_of! { Zone { 0: id = "id", required; 1: tags = "tags", expected_list } }`.
///
/// A field is `required`; `expected` or `expected_list`, which read an absent one and null as the empty value and tell the reader of
/// it; or `null_as_default`, `list` or `optional`, which do not.
#[doc(hidden)]
#[macro_export]
macro_rules! __fields_of {
    ($name:ident { $($position:literal: $field:ident = $key:literal, $how:ident);* $(;)? }) => {
        impl $crate::__private::object::Object for $name {
            const NAME: &'static str = ::std::stringify!($name);
            const FIELDS: &'static [&'static str] = &[$($key),*];
            const REQUIRED: u128 = 0 $(| ($crate::__private::object::is_required::$how << $position))*;
            const EXPECTED: u128 = 0 $(| ($crate::__private::object::is_expected::$how << $position))*;

            fn set<'de, A>(&mut self, field: usize, members: &mut A) -> ::std::result::Result<(), A::Error>
            where
                A: $crate::__private::serde::de::MapAccess<'de>,
            {
                match field {
                    $($position => $crate::__private::object::$how(&mut self.$field, members),)*
                    _ => ::std::result::Result::Ok(()),
                }
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                $crate::__private::object::object(deserializer)
            }
        }
    };
}

macro_rules! ways {
    ($($name:ident: $required:literal $expected:literal)+) => {
        /// 1 for the ways of required fields.
        #[allow(non_upper_case_globals, missing_docs)]
        pub mod is_required {
            $(pub const $name: u128 = $required;)+
        }

        /// 1 for the ways of expected fields.
        #[allow(non_upper_case_globals, missing_docs)]
        pub mod is_expected {
            $(pub const $name: u128 = $expected;)+
        }
    };
}

ways!(required: 1 0  optional: 0 0  expected: 0 1  expected_list: 0 1  list: 0 0  null_as_default: 0 0);

/// Reads an object.
///
/// # Errors
/// If the value is not an object, a required field is absent, or a value does not decode.
pub fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Fields<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for Fields<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("struct ")?;
            f.write_str(T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
            let mut object = T::default();
            let mut place = Place { fields: T::FIELDS, next: 0, met: [0; 2] };
            while let Some(field) = members.next_key_seed(&mut place)? {
                match field {
                    Some(field) => object.set(field, &mut members)?,
                    None => drop(members.next_value::<IgnoredAny>()?),
                }
            }
            place.end::<A::Error>(T::REQUIRED, T::EXPECTED)?;
            Ok(object)
        }
    }

    deserializer.deserialize_struct(T::NAME, T::FIELDS, Fields(PhantomData))
}

/// Finds the fields of the names that an object has.
struct Place {
    fields: &'static [&'static str],
    /// The field after the last one: nearly always, the next name is its name.
    next: usize,
    /// A bit for each field that the object has: to set one of 128 at once takes thrice the time.
    met: [u64; 2],
}

impl Place {
    fn of(&mut self, name: &str) -> Option<usize> {
        match self.fields.get(self.next) {
            Some(next) if is_same(next, name) => Some(self.found(self.next)),
            _ => self.search(name),
        }
    }

    #[inline(never)]
    fn search(&mut self, name: &str) -> Option<usize> {
        let field = self.fields.iter().position(|field| is_same(field, name))?;
        Some(self.found(field))
    }

    fn found(&mut self, field: usize) -> usize {
        self.next = field + 1;
        self.met[field / 64 % 2] |= 1 << (field % 64);
        field
    }

    /// Checks the fields that the object has not.
    fn end<E: Error>(&self, required: u128, expected: u128) -> Result<(), E> {
        let met = u128::from(self.met[1]) << 64 | u128::from(self.met[0]);
        let missing = self.fields.get((required & !met).trailing_zeros() as usize);
        if let Some(name) = missing {
            return Err(E::missing_field(name));
        }
        signal::all_absent(expected & !met);
        Ok(())
    }
}

/// Compares two names. Those of fields are short: no call takes less time than that of `memcmp`.
#[inline]
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => one.iter().eq(other),
        4..8 => one.first_chunk::<4>() == other.first_chunk() && one.last_chunk::<4>() == other.last_chunk(),
        8..=16 => {
            one.first_chunk::<8>() == other.first_chunk() && one.last_chunk::<8>() == other.last_chunk()
        }
        _ => one == other,
    }
}

impl<'de> DeserializeSeed<'de> for &mut Place {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &mut Place {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.of(name))
    }

    /// Formats whose texts may be any bytes.
    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Option<usize>, E> {
        Ok(std::str::from_utf8(name).ok().and_then(|name| self.of(name)))
    }

    /// Formats that write the position of a field in the place of its name.
    fn visit_u64<E: Error>(self, position: u64) -> Result<Option<usize>, E> {
        let field = usize::try_from(position).ok().filter(|field| *field < self.fields.len());
        Ok(field.map(|field| self.found(field)))
    }
}

/// Reads a field without which the object has no meaning.
///
/// # Errors
/// If the value does not decode.
#[inline(never)]
pub fn required<'de, T, A>(field: &mut T, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    *field = members.next_value()?;
    Ok(())
}

/// Reads a field whose type has a value for null.
///
/// # Errors
/// If the value does not decode.
#[inline]
pub fn optional<'de, T, A>(field: &mut T, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    required(field, members)
}

/// Reads a field like [`null_as_default`](super::null_as_default).
///
/// # Errors
/// If the value does not decode.
#[inline(never)]
pub fn null_as_default<'de, T, A>(field: &mut T, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de> + Default,
    A: MapAccess<'de>,
{
    *field = members.next_value::<Option<T>>()?.unwrap_or_default();
    Ok(())
}

/// Reads a field like [`list`](super::list).
///
/// # Errors
/// If the value does not decode.
#[inline(never)]
pub fn list<'de, T, A>(field: &mut Vec<T>, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<T> {
        type Value = Vec<T>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
            super::list(deserializer)
        }
    }

    *field = members.next_value_seed(List(PhantomData))?;
    Ok(())
}

/// Reads a field like [`expected`](super::expected).
///
/// # Errors
/// If the value does not decode.
#[inline(never)]
pub fn expected<'de, T, A>(field: &mut T, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de> + Default,
    A: MapAccess<'de>,
{
    *field = members.next_value_seed(Expected::<T, Single>(PhantomData))?;
    Ok(())
}

/// Reads a field like [`expected_list`](super::expected_list).
///
/// # Errors
/// If the value does not decode.
#[inline(never)]
pub fn expected_list<'de, T, A>(field: &mut Vec<T>, members: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    *field = members.next_value_seed(Expected::<Vec<T>, Listed>(PhantomData))?;
    Ok(())
}

/// A value of an expected field.
struct Expected<T, H>(PhantomData<(T, H)>);

impl<'de, T, H: How<'de, T>> DeserializeSeed<'de> for Expected<T, H> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        super::watcher::expected::<_, T, H>(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Value, json};

    use super::super::{Watcher, leniently, list_leniently};
    use crate::{ApplicationId, Timestamp};

    crate::open_enum! {
        /// A kind.
        pub enum Kind {
            /// Wide.
            Wide = "WIDE",
        }
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    struct Part {
        size: i64,
    }

    crate::__fields_of! { Part { 0: size = "size", expected } }

    #[derive(Debug, Clone, Default, PartialEq, Serialize)]
    struct Thing {
        id: ApplicationId,
        name: String,
        is_open: bool,
        kind: Kind,
        at: Option<Timestamp>,
        weight: Option<f64>,
        tags: Vec<String>,
        parts: Vec<Part>,
        by_name: BTreeMap<String, String>,
        part: Option<Part>,
    }

    crate::__fields_of! {
        Thing {
            0: id = "id", required;
            1: name = "name", expected;
            2: is_open = "isOpen", expected;
            3: kind = "kind", expected;
            4: at = "at", optional;
            5: weight = "weight", optional;
            6: tags = "tags", expected_list;
            7: parts = "parts", list;
            8: by_name = "byName", null_as_default;
            9: part = "part", optional;
        }
    }

    fn plainly(json: &Value) -> serde_json::Result<Thing> {
        serde_json::from_str(&json.to_string())
    }

    #[test]
    fn fields_are_found_in_any_order_and_unknown_ones_are_passed_over() {
        let things = [
            json!({"id": "a", "name": "n", "isOpen": true, "tags": ["x"], "part": {"size": 3}}),
            json!({"part": {"other": [1], "size": 3}, "tags": ["x"], "new": {"id": 1}, "isOpen": true, "name": "n", "id": "a"}),
        ];
        for json in &things {
            let thing = plainly(json).unwrap();
            assert_eq!((thing.id.as_str(), thing.name.as_str(), thing.is_open), ("a", "n", true), "{json}");
            assert_eq!((thing.tags, thing.part), (vec!["x".to_owned()], Some(Part { size: 3 })), "{json}");
        }
    }

    #[test]
    fn a_required_field_that_is_absent_is_named_and_any_other_is_empty() {
        assert!(plainly(&json!({"name": "n"})).unwrap_err().to_string().starts_with("missing field `id`"));
        let empty = Thing { id: "a".into(), ..Thing::default() };
        assert_eq!(plainly(&json!({"id": "a"})).unwrap(), empty);
        let nulls = json!({"id": "a", "name": null, "isOpen": null, "kind": null, "tags": null, "parts": null, "byName": null, "at": null});
        assert_eq!(plainly(&nulls).unwrap(), empty);
    }

    #[test]
    fn of_a_field_that_is_there_twice_the_last_value_counts() {
        let thing: Thing = serde_json::from_str(r#"{"id":"a","name":"x","id":"b","name":null}"#).unwrap();
        assert_eq!((thing.id.as_str(), thing.name.as_str()), ("b", ""));
    }

    #[test]
    fn formats_may_write_the_bytes_of_a_name_or_the_position_of_its_field() {
        use serde::Deserialize;
        use serde::de::value::MapDeserializer;
        use serde_json::Error;

        let names: [(&[u8], Value); 3] = [(b"\xff", 1.into()), (b"size", 2.into()), (b"sizes", 3.into())];
        let read = Part::deserialize(MapDeserializer::<_, Error>::new(names.into_iter()));
        assert_eq!(read.unwrap(), Part { size: 2 });
        let positions: [(u64, Value); 3] = [(1, 1.into()), (0, 2.into()), (u64::MAX, 3.into())];
        let read = Part::deserialize(MapDeserializer::<_, Error>::new(positions.into_iter()));
        assert_eq!(read.unwrap(), Part { size: 2 });
    }

    #[test]
    fn the_format_gets_the_name_of_the_type() {
        use serde::de::{Error, Visitor};
        use serde::{Deserialize, Deserializer};

        struct Named;

        impl<'de> Deserializer<'de> for Named {
            type Error = serde::de::value::Error;

            fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
                Err(Self::Error::custom("no struct"))
            }

            fn deserialize_struct<V: Visitor<'de>>(
                self,
                name: &'static str,
                fields: &'static [&'static str],
                visitor: V,
            ) -> Result<V::Value, Self::Error> {
                let expected = Self::Error::invalid_type(serde::de::Unexpected::Seq, &visitor);
                Err(Self::Error::custom(format!("{name} {fields:?}: {expected}")))
            }

            serde::forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
                newtype_struct seq tuple tuple_struct map enum identifier ignored_any
            }
        }

        let told = Part::deserialize(Named).unwrap_err().to_string();
        assert_eq!(told, r#"Part ["size"]: invalid type: sequence, expected struct Part"#);
    }

    #[test]
    fn names_are_the_same_if_no_byte_differs() {
        let name = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..name.len() {
            let name = &name[..length];
            let copy = format!("{name}a");
            assert!(super::is_same(name, &copy[..length]), "{name}");
            assert!(!super::is_same(name, &format!("{name}a")) && !super::is_same(&format!("a{name}"), name));
            for at in 0..length {
                let other = format!("{}_{}", &name[..at], &name[at + 1..]);
                assert!(!super::is_same(name, &other) && !super::is_same(&other, name), "{name} {other}");
            }
        }
    }

    #[test]
    fn a_list_is_no_object() {
        assert!(plainly(&json!(["a", "n"])).is_err());
        assert!(leniently::<Thing>(&json!(["a", "n"]), b"", Watcher::default()).is_err());
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            Just(Kind::ALL[0].to_string()),
            Just("NARROW".to_owned()),
            Just("1".to_owned()),
            Just("2024-03-12T13:38:33Z".to_owned()),
            Just(String::new())
        ];
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        scalar.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                inner.prop_map(|size| json!({"size": size})),
            ]
        })
    }

    fn thing() -> impl Strategy<Value = Value> {
        let names =
            ["id", "name", "isOpen", "kind", "at", "weight", "tags", "parts", "byName", "part", "new"];
        let right = [
            json!("a"),
            json!("n"),
            json!(true),
            json!("WIDE"),
            json!("2024-03-12T13:38:33Z"),
            json!(1.5),
            json!(["x"]),
            json!([{"size": 1}]),
            json!({"x": "y"}),
            json!({}),
            json!(0),
        ];
        let members: Vec<_> = names
            .into_iter()
            .zip(right)
            .map(|(name, right)| {
                let value = prop_oneof![8 => Just(Some(right)), 1 => Just(None), 1 => value().prop_map(Some)];
                value.prop_map(move |value| (name.to_owned(), value))
            })
            .collect();
        members.prop_map(|members| {
            members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Value>()
        })
    }

    proptest! {
        /// A page has the reader of trees alone.
        #[test]
        fn what_serde_json_reads_the_reader_of_trees_reads_alike_and_without_a_difference(json in thing()) {
            if let Ok(thing) = plainly(&json) {
                let text = json.to_string();
                let (read, drift) = leniently::<Thing>(&json, text.as_bytes(), Watcher::default()).unwrap();
                prop_assert_eq!(&read, &thing);
                prop_assert_eq!(drift, []);
                let list = json!([json]);
                let (read, drift) = list_leniently::<Thing>(&list, list.to_string().as_bytes(), Watcher::default()).unwrap();
                prop_assert_eq!(read, [thing]);
                prop_assert_eq!(drift, []);
            }
        }
    }
}
