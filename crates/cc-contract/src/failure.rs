//! The failure of a case, and the checks that make one.

use std::error::Error;
use std::fmt;
use std::panic::Location;

/// Result of a case.
pub type Outcome = Result<(), Failure>;

/// A promise that did not hold: what was seen, and the line of the case that saw it.
///
/// Cases return failures and never panic: a panic in a browser ends the page.
pub struct Failure {
    what: String,
    at: &'static Location<'static>,
}

/// Characters of a failure that are kept: an application is several thousand.
const LONGEST: usize = 600;

impl Failure {
    /// Creates a failure at the line of the caller.
    #[track_caller]
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        let mut what = what.into();
        if let Some((end, _)) = what.char_indices().nth(LONGEST) {
            what.truncate(end);
            what.push('…');
        }
        Self { what, at: Location::caller() }
    }
}

/// Any error, with its causes.
impl<E: Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            what.push_str(": ");
            what.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(what)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.file(), self.at.line(), self.what)
    }
}

/// The same text as `Display`, which tests show.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Ends the case unless a condition holds.
macro_rules! check {
    ($condition:expr $(,)?) => {
        check!($condition, "{}", stringify!($condition))
    };
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::Failure::new(format!($($text)+)));
        }
    };
}

/// Ends the case unless two values are equal.
macro_rules! equal {
    ($left:expr, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) if *left == *right => {}
            (left, right) => {
                return Err($crate::Failure::new(format!(
                    "{} is {left:?}, not {right:?}",
                    stringify!($left)
                )));
            }
        }
    };
}

/// The error of a call that is to fail; ends the case if it succeeds.
macro_rules! error_of {
    ($result:expr) => {
        match $result {
            Err(error) => error,
            Ok(value) => {
                return Err($crate::Failure::new(format!(
                    "{} gave {value:?}, not an error",
                    stringify!($result)
                )));
            }
        }
    };
}

pub(crate) use {check, equal, error_of};

#[cfg(test)]
mod tests {
    use super::*;

    fn fails() -> Outcome {
        equal!(1 + 1, 3);
        Ok(())
    }

    #[test]
    fn a_failure_names_its_line_and_what_was_seen() {
        let text = fails().unwrap_err().to_string();
        assert!(text.contains("failure.rs:") && text.ends_with(": 1 + 1 is 2, not 3"), "{text}");
    }

    #[test]
    fn an_error_is_shown_with_its_causes_at_the_line_of_the_question_mark() {
        let asked = || -> Result<u8, Failure> { Ok("x".parse()?) };
        let text = asked().unwrap_err().to_string();
        assert!(text.contains("failure.rs:") && text.contains("invalid digit"), "{text}");
    }
}
