//! Recognises secrets by the names of their fields.

use http::{HeaderName, HeaderValue};

/// Words by which a header, a parameter or a property says that its value is a secret.
const WORDS: [&str; 19] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "kubeconfig",
    "apikey",
    "accesskey",
    "authkey",
    "secretkey",
    "authorization",
    "cookie",
    "signature",
    "otp",
    "totp",
    "mfacode",
    "privatekey",
];

/// Returns `true` if a name says that its value is a secret: `apiKey`, `X-Clever-Password`, `oauth_token`.
pub(crate) fn sounds_secret(name: &str) -> bool {
    let flat: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_count =
        ["id", "ids", "type", "name", "date", "count", "expiration"].iter().any(|end| flat.ends_with(end));
    let ends =
        |word: &&str| flat.ends_with(*word) || flat.strip_suffix('s').is_some_and(|one| one.ends_with(*word));
    !is_count && WORDS.iter().any(ends)
}

/// Returns `true` if a header is marked as sensitive, or says by its name that its value is a secret: `Authorization`, `Cookie`,
/// `X-Api-Key`.
pub(crate) fn is_secret_header(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || sounds_secret(name.as_str())
}
