//! Differences between an answer and the spec, and how they were handled.

use std::fmt;

use super::Fault;
use crate::line::{MESSAGE, one_line};

/// One place where an answer differs from the spec.
///
/// It contains the place and the types, never a value, as any value may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// Path of the value from the outermost one: `[3].instances.min`.
    pub path: String,
    /// Handling by the reader.
    pub kind: DriftKind,
    /// Reason why the value could not be read as the spec describes it.
    pub message: String,
}

/// Handling of a value that differs from the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// Read, since its meaning is beyond doubt: a number in a text, a date without a zone.
    Converted,
    /// Left out, as if the field were absent.
    FieldLost,
    /// Left out of the list that holds it.
    ElementLost,
}

impl Drift {
    pub(super) fn new(kind: DriftKind, path: String, message: String) -> Self {
        Self { path, kind, message }
    }

    /// A value that is left out.
    pub(super) fn lost(path: String, message: String) -> Self {
        let kind = if path.ends_with(']') { DriftKind::ElementLost } else { DriftKind::FieldLost };
        Self::new(kind, path, message)
    }

    /// Position of a lost element in its list, from 0; none of anything else.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        let (_, index) = self.path.strip_suffix(']')?.rsplit_once('[')?;
        index.parse().ok().filter(|_| self.kind == DriftKind::ElementLost)
    }

    /// Returns `true` if the value is missing in the result.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.kind != DriftKind::Converted
    }

    pub(super) fn is_element_of_the_outermost_list(&self) -> bool {
        self.index().is_some_and(|index| self.path == format!("[{index}]"))
    }

    pub(super) fn into_fault(self) -> Fault {
        Fault::with_path(self.message, self.path)
    }
}

impl fmt::Display for DriftKind {
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
        let done = self.kind;
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
        let drift = Drift { path: bad.to_owned(), kind: DriftKind::FieldLost, message: bad.to_owned() };
        assert_eq!(drift.to_string(), r"field left out: `a\nb\u{1b}[31m`: a\nb\u{1b}[31m");
    }
}
