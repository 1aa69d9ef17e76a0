//! Random numbers from the system, and in a browser from its generator.

use crate::error::{Error, ErrorKind, Result};

/// A number that nobody can predict.
///
/// # Errors
/// [`ErrorKind::Unexpected`] where the system gives none.
pub(crate) fn secret() -> Result<u128> {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(u128::from_ne_bytes(bytes)),
        Err(cause) => Err(Error::new(ErrorKind::Unexpected)
            .with_message("the system gives no random numbers, which a signature needs")
            .with_source(cause.to_string())
            .not_sent()),
    }
}

/// A number that hardly any other process has: secret where the system gives random numbers.
pub(crate) fn unique() -> u128 {
    secret().unwrap_or_else(|_| fastrand::u128(..))
}
