//! Problems in parsed variables.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A problem in parsed variables. It names the variable, never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Problem {
    /// Kind of the problem.
    pub kind: ProblemKind,
    /// The name of the variable, as far as there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Position of the problem; `None` for JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// Kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ProblemKind {
    /// The platform does not take the name: the variable is left out.
    InvalidName,
    /// The name was there before: the first one counts.
    DuplicatedName,
    /// The line is no `NAME=value`.
    InvalidLine,
    /// The quote of the value is not closed, or text follows it: the variable is left out.
    InvalidValue,
    /// The text is not JSON.
    InvalidJson,
    /// The JSON is not a list of objects.
    InvalidJsonFormat,
    /// An object of the list has no `name` and `value` that are texts: it is left out.
    InvalidJsonEntry,
    /// A shell does not take the name, which was asked for: the variable is left out.
    InvalidNameStrict,
    /// A shell does not take the name, the platform does. A remark: Java programs use such names.
    JavaInfo,
    /// The value of an `export` line holds `$NAME`, `$(…)` or a backtick, for which a shell would put in something else. A
    /// remark: the value is taken as it stands.
    ShellSubstitution,
}

crate::declare::worded!(ProblemKind);

impl ProblemKind {
    /// Number of the problem in the official JavaScript client, which has none above 8.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::InvalidName => 0,
            Self::DuplicatedName => 1,
            Self::InvalidLine => 2,
            Self::InvalidValue => 3,
            Self::InvalidJson => 4,
            Self::InvalidJsonFormat => 5,
            Self::InvalidJsonEntry => 6,
            Self::InvalidNameStrict => 7,
            Self::JavaInfo => 8,
            Self::ShellSubstitution => 9,
        }
    }

    /// Returns `true` if the problem removed something from the result. Otherwise it is a remark.
    #[must_use]
    pub fn is_error(self) -> bool {
        !matches!(self, Self::JavaInfo | Self::ShellSubstitution)
    }
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, name: Option<&str>, position: Option<Position>) -> Self {
        Self { kind, name: name.map(str::to_owned), position }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(name) = &self.name {
            write!(f, "`{}`: ", cc_runtime::one_line(name, 100))?;
        }
        f.write_str(match self.kind {
            ProblemKind::InvalidName => "a name contains only letters, digits, `-`, `_` and `.`",
            ProblemKind::DuplicatedName => "duplicate name: the first value is used",
            ProblemKind::InvalidLine => "expected `NAME=value`",
            ProblemKind::InvalidValue => "the quote is not closed, or text follows it",
            ProblemKind::InvalidJson => "invalid JSON",
            ProblemKind::InvalidJsonFormat => "expected a JSON list of objects",
            ProblemKind::InvalidJsonEntry => "expected an object with the strings `name` and `value`",
            ProblemKind::InvalidNameStrict => {
                "a shell variable name contains only letters, digits and `_`, and does not start with a digit"
            }
            ProblemKind::ShellSubstitution => {
                "a shell would expand the `$` or the backtick: the value is kept literally"
            }
            ProblemKind::JavaInfo => "a shell cannot set this name: only programs such as Java's read it",
        })
    }
}
