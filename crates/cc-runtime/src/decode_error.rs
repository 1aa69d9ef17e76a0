//! Errors of `serde` without the values they quote, as any of them may be a secret.

use std::fmt;

use crate::de::words;
use crate::line::{MESSAGE, one_line};

/// A displayable error of `serde_json`: the unexpected value is named only by its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeError {
    what: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    pub(crate) fn new(cause: &serde_json::Error) -> Self {
        let text = cause.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        Self { what: without_value(what), line: cause.line(), column: cause.column() }
    }

    /// Description of the fault, without its position.
    #[cfg(test)]
    pub(crate) fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may name a property as the server wrote it.
        write!(f, "{}", one_line(&self.what, MESSAGE))?;
        if self.line > 0 {
            write!(f, " at line {} column {}", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}

/// `invalid type: string "…", expected …` with the text in quotes removed, and with the types of JSON in place of those of Rust.
fn without_value(what: &str) -> String {
    let problem = ["invalid type", "invalid value"].into_iter().find_map(|problem| {
        let (found, expected) = what.strip_prefix(problem)?.strip_prefix(": ")?.rsplit_once(", expected ")?;
        let found = found.find(['"', '`']).map_or(found, |start| found[..start].trim_end());
        Some(format!("{problem}: {}, expected {}", words::found(found), words::expected(expected)))
    });
    problem.unwrap_or_else(|| match what.strip_prefix("unknown variant ") {
        Some(rest) => format!("unknown value {rest}"),
        None => what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_repeated() {
        for (json, what) in [
            (
                r#""hunter2, expected \"x\"""#,
                "invalid type: string, expected an integer from 0 to 4294967295",
            ),
            ("-4242", "invalid value: integer, expected an integer from 0 to 4294967295"),
            ("true", "invalid type: boolean, expected an integer from 0 to 4294967295"),
            ("42.5", "invalid type: number, expected an integer from 0 to 4294967295"),
            ("null", "invalid type: null, expected an integer from 0 to 4294967295"),
            ("[1]", "invalid type: array, expected an integer from 0 to 4294967295"),
        ] {
            let error = DecodeError::new(&serde_json::from_str::<u32>(json).unwrap_err());
            assert_eq!(error.what(), what);
            assert!(error.to_string().starts_with(&format!("{what} at line 1 column ")), "{error}");
        }
    }

    #[test]
    fn a_decode_error_is_one_line_whatever_the_names_are() {
        let text = r#"{"a\nb\u001b":1}"#;
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}
        let error = DecodeError::new(&serde_json::from_str::<Empty>(text).unwrap_err());
        assert!(error.to_string().starts_with(r"unknown field `a\nb\u{1b}`"), "{error}");
    }

    #[test]
    fn names_that_are_not_known_are() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "what counts is what is said of it")]
        struct Input {
            name: String,
        }
        let error = DecodeError::new(&serde_json::from_str::<Input>(r#"{"nmae":1}"#).unwrap_err());
        assert_eq!(error.what(), "unknown field `nmae`, expected `name`");
    }
}
