//! A URL that carries credentials.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::secret::Secret;

/// An absolute URL whose query holds credentials: `Debug` does not show it, and there is no `Display`.
///
/// It is for programs that cannot set headers, such as a browser that follows a link. Anyone who has it acts with the caller's rights.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Secret);

impl SecretUrl {
    /// The URL with the value of the header `Authorization` in its query, in base 64.
    pub(crate) fn new(url: Url, authorization: Option<&HeaderValue>) -> Self {
        let mut text = String::from(url);
        if let Some(value) = authorization {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str("authorization=");
            text.extend(byte_serialize(STANDARD.encode(value).as_bytes()));
        }
        Self(Secret::from(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_appended_in_base_64_and_form_encoded() {
        let authorization = HeaderValue::from_static("Bearer ?>~abc");
        for (url, shown) in [
            ("http://h/x", "http://h/x?authorization=QmVhcmVyID8%2BfmFiYw%3D%3D"),
            ("http://h/x?a=b", "http://h/x?a=b&authorization=QmVhcmVyID8%2BfmFiYw%3D%3D"),
        ] {
            let secret = SecretUrl::new(Url::parse(url).unwrap(), Some(&authorization));
            assert_eq!(secret.expose(), shown);
            assert_eq!(format!("{secret:?}"), "SecretUrl(***)");
        }
        assert_eq!(SecretUrl::new(Url::parse("http://h/x").unwrap(), None).expose(), "http://h/x");
    }
}
