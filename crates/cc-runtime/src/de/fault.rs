//! Reasons why a value cannot be read: the path of the value, and never the value itself, which may be a
//! secret.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};
use serde_json::Value;

use super::words::{self, type_of};
use super::{Drift, DriftKind, Place};
use crate::line::one_line;

/// The longest text from outside that a message repeats, in characters.
const LONGEST: usize = 64;

/// The longest message of a type that explains itself, in characters.
const LONGEST_MESSAGE: usize = 300;

/// A value that cannot be read. Small, because it is a part of the result of every function that reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(Box<Parts>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts {
    what: String,
    /// Type that was expected, where a value has another one.
    expected: Option<String>,
    /// Name of the field that is absent.
    missing: Option<&'static str>,
    place: Option<Site>,
    /// The platform writes nothing in this way: there is nothing to report.
    absent: bool,
}

/// Place of a value that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Site {
    path: String,
    pointer: String,
    node: usize,
    found: Option<&'static str>,
}

/// The difference from the spec that a fault is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) pointer: String,
    pub(crate) kind: DriftKind,
    pub(crate) expected: Option<Cow<'static, str>>,
    pub(crate) found: Option<&'static str>,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self::of(Parts { what: what.into(), ..Parts::default() })
    }

    fn of(parts: Parts) -> Self {
        Self(Box::new(parts))
    }

    fn mismatch(problem: &str, unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = words::expected(&expected.to_string()).into_owned();
        let what = format!("{problem}: {}, expected {expected}", words::of_unexpected(unexpected));
        Self::of(Parts { what, expected: Some(expected), ..Parts::default() })
    }

    /// Creates the fault of an absent value.
    pub(super) fn absent(expected: &str) -> Self {
        let what = format!("expected {expected}, found an empty string");
        Self::of(Parts { what, absent: true, ..Parts::default() })
    }

    /// Returns `true` if the platform writes nothing in this way.
    pub(super) fn is_absent(&self) -> bool {
        self.0.absent
    }

    pub(super) fn of_null(value: &Value) -> Self {
        Self::new(format!("invalid type: {}", type_of(value))).at(Place::Root, value)
    }

    pub(super) fn of_drift(drift: Drift) -> Self {
        let Drift { path, pointer, message, expected, found, .. } = drift;
        let place = Some(Site { path, pointer, node: 0, found });
        let expected = expected.map(Cow::into_owned);
        Self::of(Parts { what: message, expected, place, ..Parts::default() })
    }

    /// Adds the place, unless it is already known.
    pub(super) fn at(mut self, place: Place<'_>, value: &Value) -> Self {
        self.0.place.get_or_insert_with(|| {
            let (path, pointer) = (place.to_string(), place.pointer());
            Site { path, pointer, node: node(value), found: Some(type_of(value)) }
        });
        self
    }

    /// The value that could not be read.
    pub(super) fn node(&self) -> usize {
        self.0.place.as_ref().map_or(0, |site| site.node)
    }

    /// Path of the value; empty for the outermost value.
    pub(crate) fn path(&self) -> &str {
        self.0.place.as_ref().map_or("", |site| &site.path)
    }

    /// The difference from the spec.
    pub(crate) fn cause(&self) -> Cause {
        let site = self.0.place.as_ref();
        let pointer = site.map(|site| site.pointer.clone()).unwrap_or_default();
        match self.0.missing {
            Some(field) => Cause {
                pointer: format!("{pointer}/{}", escaped(field)),
                kind: DriftKind::MissingField,
                expected: None,
                found: None,
            },
            None => Cause {
                pointer,
                kind: DriftKind::OtherType,
                expected: self.0.expected.clone().map(Cow::Owned),
                found: site.and_then(|site| site.found),
            },
        }
    }

    /// The problem without its place.
    pub(crate) fn what(&self) -> &str {
        &self.0.what
    }
}

/// Identifies a value within a tree, which does not change while it is read.
pub(super) fn node(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

/// A key as a part of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A text from outside as a part of a message: escaped where a terminal would act on it, and cut.
pub(crate) fn shown(text: &str) -> String {
    one_line(text, LONGEST).to_string()
}

fn choice(names: &[&str]) -> String {
    match names {
        [] => "there are none".to_owned(),
        [one] => format!("expected `{one}`"),
        [one, other] => format!("expected `{one}` or `{other}`"),
        many => format!("expected one of `{}`", many.join("`, `")),
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => f.write_str(&self.0.what),
            path => write!(f, "`{path}`: {}", self.0.what),
        }
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(one_line(&message.to_string(), LONGEST_MESSAGE).to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch("invalid type", unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::mismatch("invalid value", unexpected, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        let what = format!("missing field `{field}`");
        Self::of(Parts { what, missing: Some(field), ..Parts::default() })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown value `{}`, {}", shown(variant), choice(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown field `{}`, {}", shown(field), choice(expected)))
    }
}
