//! One report.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::de::DriftKind;
use crate::operation_info::OperationInfo;
use crate::time::Timestamp;

/// A place where answers to an operation differ from the spec. It contains no value of an answer.
///
/// `Serialize` writes the fields of a line of a [`DriftFile`](super::DriftFile).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriftReport {
    /// The operation.
    pub info: &'static OperationInfo,
    /// JSON pointer of the place in the answer, or in the data of an event, with `*` for each index and each key of a map:
    /// `/addons/*/plan/newField`.
    pub pointer: String,
    /// Difference from the spec.
    pub kind: DriftKind,
    /// Type by the spec, where it is known.
    pub expected: Option<Cow<'static, str>>,
    /// Type of the value, such as `string`; `None` if it is absent.
    pub found: Option<&'static str>,
    /// Number of answers, or events of a stream, with this difference.
    pub count: u64,
    /// Time of the first answer with this difference.
    pub first_seen: Timestamp,
    /// Time of the latest answer with this difference.
    pub last_seen: Timestamp,
}

impl fmt::Display for DriftReport {
    /// `get_zone: unknown field at /newField: found string`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the whole answer" } else { &self.pointer };
        write!(f, "{}: {} at {place}", self.info.id, self.kind.as_str().replace('-', " "))?;
        match (&self.expected, self.found) {
            (Some(expected), Some(found)) => write!(f, ": expected {expected}, found {found}"),
            (Some(expected), None) => write!(f, ": expected {expected}"),
            (None, Some(found)) => write!(f, ": found {found}"),
            (None, None) => Ok(()),
        }
    }
}

impl Serialize for DriftReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_struct("DriftReport", 12)?;
        line.serialize_field("operation", self.info.id)?;
        line.serialize_field("domain", self.info.domain)?;
        line.serialize_field("method", self.info.method.as_str())?;
        line.serialize_field("route", self.info.route)?;
        line.serialize_field("pointer", &self.pointer)?;
        line.serialize_field("kind", self.kind.as_str())?;
        line.serialize_field("expected", &self.expected)?;
        line.serialize_field("found", &self.found)?;
        line.serialize_field("count", &self.count)?;
        line.serialize_field("first_seen", &self.first_seen)?;
        line.serialize_field("last_seen", &self.last_seen)?;
        line.serialize_field("version", env!("CARGO_PKG_VERSION"))?;
        line.end()
    }
}
