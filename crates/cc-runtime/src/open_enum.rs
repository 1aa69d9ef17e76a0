//! Code shared by the open enums.

use std::cell::Cell;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::de::watcher::signal;
use crate::de::{shown, token};
use crate::error::{Error, ErrorKind};
use crate::near::nearest;

/// Number of known values that an error lists.
const LISTED: usize = 30;

/// Returns `true` if a text is one of the known values.
#[doc(hidden)]
#[must_use]
pub fn is_known(value: &str, known: &[&str]) -> bool {
    known.contains(&value)
}

/// Tells the reader of an answer that a value or a variant is not known.
#[doc(hidden)]
#[inline]
pub fn met_unknown() {
    signal::unknown();
}

/// Returns the error of a text that is no known value of an enum.
#[doc(hidden)]
#[must_use]
#[cold]
pub fn unknown_value(name: &str, value: &str, known: &'static [&'static str]) -> Error {
    let message = format!("`{name}`: {}", problem(value, known, &format!("{name}::other(…)")));
    Error::new(ErrorKind::InvalidInput).with_message(message).not_sent()
}

/// Says what is wrong with a text, and what is meant perhaps. `other` is the way to give a value of a later version.
#[cold]
fn problem(value: &str, known: &'static [&'static str], other: &str) -> String {
    let near = nearest(value, known.iter().copied(), 1);
    let meant = near.first().map(|near| format!(": is `{near}` meant?")).unwrap_or(".".to_owned());
    let listed: Vec<String> = known.iter().take(LISTED).map(|value| format!("`{value}`")).collect();
    let more = known.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "unknown value `{}`{meant} Known values: {}{more}. A value that this version does not know is `{other}`",
        shown(value),
        listed.join(", "),
    )
}

/// Reads the text of an open enum: any in an answer, a known one or `{"other": "…"}` in an input.
///
/// # Errors
/// If the value is not a text; in an input also if it is no known value.
#[doc(hidden)]
pub fn read_enum<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    known: &'static [&'static str],
    of_text: fn(String) -> T,
) -> Result<T, D::Error> {
    let mut value = None;
    let text = Text { known, keep: &mut |text| value = Some(of_text(text)) };
    deserializer.deserialize_newtype_struct(token::ENUM, text)?;
    value.ok_or_else(|| D::Error::custom("a value without its text"))
}

thread_local! {
    /// `true` while a value of an input is read.
    static INPUT: Cell<bool> = const { Cell::new(false) };
}

/// Reads the value of an input with any deserializer: a text that is no known value of an open enum is refused, as in the catalogue.
///
/// # Errors
/// If the value does not decode, or holds such a text.
#[doc(hidden)]
pub fn input<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    /// Restores the outer state, even if decoding panics.
    struct Outer(bool);

    impl Drop for Outer {
        fn drop(&mut self) {
            INPUT.set(self.0);
        }
    }

    let _outer = Outer(INPUT.replace(true));
    T::deserialize(deserializer)
}

/// The same for all enums, so that it is compiled once.
struct Text<'k> {
    known: &'static [&'static str],
    /// Makes the value. It signals one that is not known.
    keep: &'k mut dyn FnMut(String),
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if INPUT.get() {
            return deserializer.deserialize_any(Input { known: self.known }).map(self.keep);
        }
        String::deserialize(deserializer).map(self.keep)
    }

    /// The reader of inputs.
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Input { known: self.known }).map(self.keep)
    }
}

struct Input {
    known: &'static [&'static str],
}

impl<'de> Visitor<'de> for Input {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a known value or an object")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<String, E> {
        if is_known(value, self.known) {
            Ok(value.to_owned())
        } else {
            Err(E::custom(problem(value, self.known, r#"{"other": "…"}"#)))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut other: Option<String> = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "other" {
                return Err(A::Error::unknown_field(&key, &["other"]));
            }
            other = Some(map.next_value()?);
        }
        match other {
            Some(other) if other.is_empty() => Err(A::Error::custom("`other` must not be empty")),
            Some(other) => Ok(other),
            None => Err(A::Error::missing_field("other")),
        }
    }
}
