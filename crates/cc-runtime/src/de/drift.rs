//! Differences between an answer and the spec, and how they were handled.

use std::borrow::Cow;
use std::fmt;

use super::Fault;
use super::fault::Cause;
use crate::line::{MESSAGE, one_line};

/// One place where an answer differs from the spec, and how the value there was read.
///
/// It contains the place and the types, never a value, as any value may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// Path of the value from the outermost one: `[3].instances.min`.
    pub path: String,
    /// JSON pointer of the difference, with `*` for each index and each key of a map: `/*/instances/min`. If a value is left out
    /// because of a value in it, this is the inner one.
    pub pointer: String,
    /// Difference between the answer and the spec.
    pub kind: DriftKind,
    /// Handling by the reader.
    pub handling: DriftHandling,
    /// Reason why the value could not be read as the spec describes it.
    pub message: String,
    /// Type by the spec, where it is known.
    pub expected: Option<Cow<'static, str>>,
    /// Type of the value; `None` if it is absent.
    pub found: Option<&'static str>,
}

/// Difference between an answer and the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DriftKind {
    /// A string that is no known value of its enum. It is kept.
    UnknownEnumValue,
    /// A tag that names no known variant of its union. The object is kept.
    UnknownVariant,
    /// A field that the type does not have. It is ignored.
    UnknownField,
    /// A field that the spec requires is absent.
    MissingField,
    /// A value of another type, or null where the spec requires a value.
    OtherType,
}

/// Handling of a value that differs from the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriftHandling {
    /// Read, since its meaning is beyond doubt: a number in a text, a date without a zone.
    Converted,
    /// Left out, as if the field were absent.
    FieldLost,
    /// Left out of the list that holds it.
    ElementLost,
}

impl DriftKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::UnknownEnumValue,
        Self::UnknownVariant,
        Self::UnknownField,
        Self::MissingField,
        Self::OtherType,
    ];

    /// Returns the name in reports, such as `unknown-field`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownEnumValue => "unknown-enum-value",
            Self::UnknownVariant => "unknown-variant",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::OtherType => "other-type",
        }
    }
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Drift {
    /// A value that was read in another form.
    pub(super) fn converted(
        path: String,
        pointer: String,
        expected: &'static str,
        found: &'static str,
    ) -> Self {
        Self {
            path,
            pointer,
            kind: DriftKind::OtherType,
            handling: DriftHandling::Converted,
            message: format!("expected {expected}, found {found}"),
            expected: Some(Cow::Borrowed(expected)),
            found: Some(found),
        }
    }

    /// A value that is left out.
    pub(super) fn lost(path: String, message: String, cause: Cause) -> Self {
        let handling =
            if path.ends_with(']') { DriftHandling::ElementLost } else { DriftHandling::FieldLost };
        let Cause { pointer, kind, expected, found } = cause;
        Self { path, pointer, kind, handling, message, expected, found }
    }

    /// Position of a lost element in its list, from 0; none of anything else.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        let (_, index) = self.path.strip_suffix(']')?.rsplit_once('[')?;
        index.parse().ok().filter(|_| self.handling == DriftHandling::ElementLost)
    }

    /// Returns `true` if the value is missing in the result.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.handling != DriftHandling::Converted
    }

    pub(super) fn is_element_of_the_outermost_list(&self) -> bool {
        self.index().is_some_and(|index| self.path == format!("[{index}]"))
    }

    pub(super) fn into_fault(self) -> Fault {
        Fault::of_drift(self)
    }
}

impl fmt::Display for DriftHandling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Converted => "converted",
            Self::FieldLost => "field left out",
            Self::ElementLost => "element left out",
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.handling;
        // Names of properties are the server's.
        let message = one_line(&self.message, MESSAGE);
        if self.path.is_empty() {
            write!(f, "{done}: {message}")
        } else {
            write!(f, "{done}: `{}`: {message}", one_line(&self.path, MESSAGE))
        }
    }
}

impl std::error::Error for Drift {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_one_line_whatever_the_names_are() {
        let bad = "a\nb\u{1b}[31m";
        let cause = Cause { pointer: String::new(), kind: DriftKind::OtherType, expected: None, found: None };
        let drift = Drift::lost(bad.to_owned(), bad.to_owned(), cause);
        assert_eq!(drift.to_string(), r"field left out: `a\nb\u{1b}[31m`: a\nb\u{1b}[31m");
    }
}
