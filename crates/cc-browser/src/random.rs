//! Random bytes.

pub use getrandom::Error;

/// Fills the bytes from the generator of the browser, which nobody can predict.
///
/// # Errors
/// The environment has no `crypto.getRandomValues`.
pub fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes)
}
