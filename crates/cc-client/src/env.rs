//! Environment variables as text: parsing, validation, sorting and formatting, such that all formatted text
//! parses back.
//!
//! ```
//! use cc_client::env::{self, EnvironmentMap, NameRule};
//!
//! let parsed = env::parse("# database\nDB_HOST=localhost\nDB_PASSWORD=\"a \\\"b\\\"\"\n", NameRule::Simple);
//! assert!(parsed.problems.is_empty());
//! let environment = parsed.variables;
//! assert_eq!(environment.get("DB_PASSWORD").unwrap().expose(), "a \"b\"");
//! assert_eq!(environment.to_shell()?, "export DB_HOST=\"localhost\";\nexport DB_PASSWORD=\"a \\\"b\\\"\";");
//! # Ok::<(), cc_client::Error>(())
//! ```
//!
//! # The text
//! - A line is `NAME=value`. Empty lines, and those whose first character is `#`, are skipped. A line ends
//!   with LF, CRLF or CR. A byte-order mark before the first line is skipped.
//! - The name is all that stands before the first `=`.
//! - A value that starts with `'` or `"` continues to the same quote, over several lines if necessary. Before
//!   a quote, two backslashes are one, and a single one escapes the quote; elsewhere a backslash is literal.
//! - Any other value is taken as it is, up to the end of its line.
//! - `export NAME=value` is parsed by the rules of a shell, without substitutions: in double quotes a
//!   backslash escapes `\`, `"`, `$`, a backtick and a line end, in single quotes it is literal. A `;` may
//!   end the line. A value with a shell substitution, as in `export B=$A`, is read literally, with a remark.
//! - Lines and columns of problems count from 1.
//!
//! # Where this differs from the official JavaScript client
//! Some texts written by that client do not parse back. Those written here do:
//! - backslashes before a quote are counted, so that a value may end with one;
//! - `export` lines are read, and `$`, backticks and backslashes are escaped where they are written: a shell that reads
//!   them runs nothing;
//! - CRLF, or CR alone, ends a line. Where all lines between variables end so, so do those within quotes, and they read as
//!   LF;
//! - a byte-order mark is not part of the first name;
//! - a backslash at the end of a line does not take the next line in;
//! - text after the closing quote of a multi-line value makes it invalid, as it does on one line;
//! - a JSON list that holds `null` is refused instead of crashing;
//! - names that the platform does not take are refused where variables are sent or written, not left out.

mod json;
mod map;
mod name;
mod parse;
mod problem;
#[cfg(test)]
mod tests;
mod write;

pub use json::parse_json;
pub use map::{EnvironmentMap, Iter};
pub use name::NameRule;
pub use parse::parse;
pub use problem::{Position, Problem, ProblemKind};

/// Result of parsing: variables and problems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The variables that are good.
    pub variables: EnvironmentMap,
    /// Problems, in the order of the text; one variable may have several.
    pub problems: Vec<Problem>,
}

impl Parsed {
    /// Returns `true` if there are no errors; remarks ([`ProblemKind::is_error`]) are allowed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.is_error())
    }
}
