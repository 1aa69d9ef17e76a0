//! Reads JSON into types: answers leniently, inputs strictly.
//!
//! An answer is first decoded by plain `serde_json`, which costs nothing extra. Only when that fails is it parsed into a tree and
//! decoded once more by the lenient reader, which
//! - reads a scalar of another type where its meaning is beyond doubt: `"1"` as 1, `"false"` as `false`, 5 as `"5"`;
//! - reads null as the empty list, and leaves a null element of a list out;
//! - leaves out a value that it cannot read: the field where the type has a value for an absent field, else the element of the
//!   list that holds it.
//!
//! Every deviation is listed as [`Drift`]. An input is read by the same reader without these liberties
//! (`docs/adr/0013-answers-give-what-can-be-read.md`).

mod access;
mod drift;
mod exact;
mod fault;
#[doc(hidden)]
pub mod object;
mod reader;
mod scalar;
#[cfg(feature = "drift")]
mod watch;
pub(crate) mod watcher;
pub(crate) mod words;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use drift::{Drift, DriftHandling, DriftKind};
#[cfg(feature = "drift")]
pub(crate) use fault::escaped;
pub(crate) use fault::{Cause, Fault, shown};
pub(crate) use reader::{Liberties, Place, Reader};
pub(crate) use scalar::number;
#[cfg(feature = "drift")]
pub(crate) use watch::Sink;
pub(crate) use watcher::Watcher;

/// Names by which types request features of the reader that `serde` does not have. Other deserializers ignore
/// them.
pub(crate) mod token {
    /// A list whose elements are read one by one: a bad one costs itself alone.
    pub(crate) const LIST: &str = "$cc_runtime::list";
    /// A value of a field that the spec requires: null is a difference.
    pub(crate) const EXPECTED: &str = "$cc_runtime::expected";
    /// A value that is read again without its unreadable parts.
    pub(crate) const ATTEMPT: &str = "$cc_runtime::attempt";
    /// An id. Inputs refuse ids that no request can contain.
    pub(crate) const ID: &str = "$cc_runtime::id";
    /// An open enum. Inputs refuse a text that is no known value.
    pub(crate) const ENUM: &str = "$cc_runtime::enum";
    /// An instant.
    pub(crate) const TIMESTAMP: &str = "$cc_runtime::timestamp";
    /// A decimal number. `serde_json` calls its raw JSON so, and gives the digits as they are written.
    pub(crate) const NUMBER: &str = "$serde_json::private::RawValue";
    /// Begins the name of a union; its tag follows.
    pub(crate) const UNION: &str = "$cc_runtime::union:";
}

/// Reads null as the type's default. With `#[serde(default)]` beside it, an absent field does the same.
///
/// # Errors
/// If the value is present and does not decode.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Value of an absent field that the spec requires: the default of its type. `FIELD` is the position of the field in its struct.
#[must_use]
#[inline]
pub fn absent<T: Default, const FIELD: usize>() -> T {
    watcher::signal::absent(FIELD);
    T::default()
}

/// Reads a field that the spec requires like [`null_as_default`].
///
/// # Errors
/// If the value is present and does not decode.
#[inline]
pub fn expected<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    watcher::expected::<_, _, watcher::Single>(deserializer)
}

/// Reads a list that the spec requires like [`list`].
///
/// # Errors
/// Like [`list`].
#[inline]
pub fn expected_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    watcher::expected::<_, _, watcher::Listed>(deserializer)
}

/// Returns `true` if a value is that of an absent field.
#[must_use]
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a list, null as the empty one. In an answer, an element that cannot be read does not cost the others.
///
/// # Errors
/// If the value is not a list; in an input, if an element does not decode.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
            null_as_default(deserializer)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(Attempt(element)) = seq.next_element()? {
                list.extend(element);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_newtype_struct(token::LIST, List(PhantomData))
}

/// Reads the text of an id.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Id;

    impl<'de> Visitor<'de> for Id {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the text of an id")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
            String::deserialize(deserializer)
        }
    }

    deserializer.deserialize_newtype_struct(token::ID, Id)
}

/// A value, or nothing where it could not be read; the reader lists why.
pub(crate) struct Attempt<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Attempt<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Again<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Again<T> {
            type Value = Attempt<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut attempts: A) -> Result<Attempt<T>, A::Error> {
                while let Some(()) = attempts.next_key()? {
                    // The reader keeps the failure, and gives no further key when nothing more can be left out.
                    if let Ok(value) = attempts.next_value() {
                        return Ok(Attempt(Some(value)));
                    }
                }
                Ok(Attempt(None))
            }
        }

        deserializer.deserialize_newtype_struct(token::ATTEMPT, Again(PhantomData))
    }
}

/// A list at the outside of an answer.
struct Outermost<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Outermost<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        list(deserializer).map(Self)
    }
}

/// Decodes leniently a body that plain `serde_json` rejected, and lists the differences. `text` is the body from which `value` was read.
pub(crate) fn leniently<T: DeserializeOwned>(
    value: &Value,
    text: &[u8],
    watcher: Watcher<'_>,
) -> Result<(T, Vec<Drift>), Fault> {
    let liberties = Liberties::new(value, text);
    let reader = Reader { watcher, ..Reader::new(value, Some(&liberties)) };
    let Attempt(read) = Attempt::deserialize(reader)?;
    let mut drift = liberties.into_drift();
    match read {
        Some(read) => Ok((read, drift)),
        None => Err(drift.pop().map_or_else(|| Fault::of_null(value), Drift::into_fault)),
    }
}

/// Decodes a list leniently. It fails if the list has elements and none of them is readable: the answer then
/// differs from the spec as a whole, not only in a few elements.
pub(crate) fn list_leniently<T: DeserializeOwned>(
    value: &Value,
    text: &[u8],
    watcher: Watcher<'_>,
) -> Result<(Vec<T>, Vec<Drift>), Fault> {
    let (Outermost(list), mut drift) = leniently::<Outermost<T>>(value, text, watcher)?;
    match drift.iter().position(|drift| drift.is_element_of_the_outermost_list()) {
        Some(first) if list.is_empty() => Err(drift.swap_remove(first).into_fault()),
        _ => Ok((list, drift)),
    }
}

/// Reads the value of an input: a mismatch is refused with its name and path.
///
/// # Errors
/// The first thing that does not fit.
#[cfg(any(test, feature = "schemars"))] // The catalogue reads inputs.
pub(crate) fn strictly<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Fault> {
    T::deserialize(Reader::new(value, None)).map_err(|fault| fault.at(Place::Root, value))
}

/// Reads a value like other deserializers, strictly, except for ids, which need not be valid inputs.
/// Serialized values can be read again, including absent ids.
///
/// # Errors
/// The first thing that does not fit.
pub(crate) fn plainly<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Fault> {
    watcher::part(|watcher| {
        let reader = Reader { any_id: true, watcher, ..Reader::new(value, None) };
        T::deserialize(reader).map_err(|fault| fault.at(Place::Root, value))
    })
}

/// Reads a value like `serde_json::from_value`, by the reader that answers have already: a program needs no second one of the type.
/// `None` if it does not fit.
#[doc(hidden)]
#[must_use]
pub fn from_tree<'de, T: Deserialize<'de>>(value: &'de Value) -> Option<T> {
    plainly(value).ok()
}

#[cfg(test)]
mod tests;
