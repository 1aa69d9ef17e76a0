//! The exit code of each kind of error.

use cc_client::{Error, ErrorKind};

pub const HELP: &str = "\
Exit codes:
   0  the command succeeded
   1  another error
   2  the command line or the input is invalid
   3  the credentials are missing or refused
   4  the resource does not exist or is not visible
   5  the caller may not do that
   6  the request conflicts with the state of the resource
   7  too many requests
   8  no answer in time, and nothing was changed
   9  no answer in time, and the change may have been made";

/// A failure as the shell sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    /// The command line or the input is invalid.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { code: code(&error), message: error.to_string() }
    }
}

fn code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidUrl => 2,
        ErrorKind::Credentials => 3,
        _ if error.is_unauthorized() => 3,
        ErrorKind::CannotResolveResource | ErrorKind::CannotResolveProduct => 4,
        _ if error.is_not_found() => 4,
        _ if error.is_forbidden() => 5,
        _ if error.is_conflict() => 6,
        _ if error.is_rate_limited() => 7,
        ErrorKind::Indeterminate => 9,
        ErrorKind::Unreachable | ErrorKind::TimedOut | ErrorKind::DeadlineExceeded => {
            if error.may_be_done() {
                9
            } else {
                8
            }
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_its_exit_code() {
        for (kind, code) in [
            (ErrorKind::InvalidInput, 2),
            (ErrorKind::Credentials, 3),
            (ErrorKind::CannotResolveResource, 4),
            (ErrorKind::Indeterminate, 9),
            (ErrorKind::Unexpected, 1),
        ] {
            assert_eq!(Failure::from(Error::new(kind)).code, code, "{kind}");
        }
    }
}
