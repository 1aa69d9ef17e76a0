//! Values that are never shown.

pub(crate) mod collect;
pub(crate) mod hide;
mod json;
pub(crate) mod service_url;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;

pub(crate) use hide::MASK_REFUSED;
pub use hide::expose_secrets;
pub use json::SecretJson;
pub use service_url::ServiceUrl;

/// A password, a token, a key or the value of an environment variable.
///
/// It is wiped from memory when dropped, `Debug` does not show it and there is no `Display`:
/// [`expose`](Self::expose) is the one way to read it. Two secrets compare in constant time, and so does a secret with a text
/// ([`matches`](Self::matches)): the time of a comparison shows the length of the texts only, as with the crate `subtle`, which
/// does it. There is no `Hash`, because the lookups of a hash map compare in a time that depends on the value:
///
/// ```compile_fail,E0277
/// let mut tokens = std::collections::HashSet::new();
/// tokens.insert(cc_runtime::Secret::from("hunter2"));
/// ```
///
/// `Serialize` writes `***` in its place, except in the body of a request and in [`expose_secrets`]. A request with the secret `***`, in
/// its path, query, headers, body or credentials, is refused before it is sent: that is the mask, not the value.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// Creates a secret from a text.
    pub fn new(value: impl Into<String>) -> Self {
        Self(SecretString::from(value.into()))
    }

    /// Returns the value. The caller is responsible for its use.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns `true` if the secret is this text, in a time that depends on the length of both only.
    ///
    /// ```
    /// let secret = cc_runtime::Secret::from("hunter2");
    /// assert!(secret.matches("hunter2") && !secret.matches("hunter3"));
    /// ```
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.expose().as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// Returns `true` if it is `***`, which `Serialize` writes in the place of a secret.
    pub(crate) fn is_mask(&self) -> bool {
        self.expose() == hide::HIDDEN
    }

    /// Returns `true` if it is the empty text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&String> for Secret {
    fn from(value: &String) -> Self {
        Self::new(value.as_str())
    }
}

impl From<&Secret> for Secret {
    fn from(value: &Secret) -> Self {
        value.clone()
    }
}

impl PartialEq for Secret {
    /// Compares in constant time for texts of equal length.
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.expose())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if collect::is_collecting() {
            collect::refuse_mask(self.is_mask())?;
            collect::note(self);
        } else if hide::is_hiding() {
            return serializer.serialize_str(hide::HIDDEN);
        }
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_a_secret_is_not_sent_in_its_place() {
        use serde_json::json;

        trait Json {
            fn json(&self) -> serde_json::Result<String>;
        }
        impl<T: Serialize> Json for T {
            fn json(&self) -> serde_json::Result<String> {
                serde_json::to_string(self)
            }
        }
        let send = |value: &dyn Json| collect::collecting(|| value.json()).0;
        let masks: [&dyn Json; 5] = [
            &Secret::from("***"),
            &SecretJson::new(json!("***")),
            &SecretJson::new(json!({ "a": ["***"] })),
            &ServiceUrl::from("https://***@host/logs"),
            &ServiceUrl::from("https://host/logs?***"),
        ];
        for mask in masks {
            let error = send(mask).unwrap_err().to_string();
            assert!(error.contains("the mask of a hidden value"), "{error}");
        }
        let sent: [&dyn Json; 3] = [
            &Secret::from("****"),
            &SecretJson::new(json!({ "a": "hunter2" })),
            &ServiceUrl::from("https://me:hunter2@host/logs?key=hunter2"),
        ];
        for value in sent {
            send(value).unwrap();
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_secret() {
        assert_eq!(format!("{:?}", Some(Secret::from("hunter2"))), "Some(Secret(***))");
    }

    #[test]
    fn secrets_are_equal_if_their_whole_texts_are() {
        let secret = Secret::from("hunter2");
        for (other, is_equal) in
            [("hunter2", true), ("hunter3", false), ("Hunter2", false), ("hunter", false), ("", false)]
        {
            assert_eq!(
                (secret == Secret::from(other), secret.matches(other)),
                (is_equal, is_equal),
                "{other}"
            );
        }
        assert!(Secret::default().matches(""));
    }

    #[test]
    fn a_secret_is_written_where_it_is_sent_or_exposed_and_nowhere_else() {
        let secret = Secret::from("hunter2");
        let write = || serde_json::to_string(&secret).unwrap();
        assert_eq!(write(), r#""***""#);
        assert_eq!(expose_secrets(write), r#""hunter2""#);
        assert_eq!(collect::collecting(write).0, r#""hunter2""#);
        assert_eq!(write(), r#""***""#);
        assert_eq!(serde_json::from_str::<Secret>(r#""hunter2""#).unwrap(), secret);
    }
}
