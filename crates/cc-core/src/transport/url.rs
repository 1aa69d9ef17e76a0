//! A URL that carries credentials.

use std::fmt;

use crate::secret::Secret;

/// An absolute URL whose query holds credentials: `Debug` does not show it, and there is no `Display`.
///
/// It is made for what cannot set headers, such as a link in a browser. Whoever has it acts with the caller's rights.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Secret);

impl SecretUrl {
    pub(crate) fn new(url: String) -> Self {
        Self(Secret::from(url))
    }

    /// The URL itself. What is done with it is the caller's affair.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretUrl(***)")
    }
}
