//! A URL of which some parts are not shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::web_url::WebUrl;

/// The address of a service, which may hold a user name, a password or a key: `Debug` shows neither user information nor
/// the values of the query, and there is no `Display`. `Serialize` hides them too, except in the body of a request and in
/// [`expose_secrets`](crate::expose_secrets).
///
/// The text is kept unchanged and not validated as a URL: the platform decides what is valid.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// Creates the URL from a text, without validation.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// Returns the whole text, including the parts that `Debug` hides.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the whole text without a copy.
    #[must_use]
    pub fn into_exposed(self) -> String {
        self.0
    }
}

/// Returns `true` if parts of a URL were replaced by `***`.
fn is_masked(url: &str) -> bool {
    let hidden = super::hide::HIDDEN;
    let ends = ["?", "#"].iter().any(|start| url.ends_with(&format!("{start}{hidden}")));
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    ends || authority.starts_with(&format!("{hidden}@"))
}

/// The text of a URL without user information and without the values of its query.
pub(crate) fn shown(url: &str) -> String {
    let (start, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (&url[..scheme.len() + 3], rest),
        None => ("", url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    // An `@` behind the authority belongs to user information that was not encoded.
    let (authority, rest) = match (authority.rsplit_once('@'), rest.rsplit_once('@')) {
        (Some((_, host)), _) => (format!("***@{host}"), rest),
        (None, Some((_, host))) if authority.contains(':') && !host.contains('/') => {
            (format!("***@{host}"), "")
        }
        (None, _) => (authority.to_owned(), rest),
    };
    let cut = rest.find(['?', '#']).unwrap_or(rest.len());
    let hidden = match rest.as_bytes().get(cut) {
        Some(b'?') => "?***",
        Some(_) => "#***",
        None => "",
    };
    format!("{start}{authority}{}{hidden}", &rest[..cut])
}

impl From<&str> for ServiceUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl From<String> for ServiceUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&String> for ServiceUrl {
    fn from(url: &String) -> Self {
        Self(url.clone())
    }
}

impl PartialEq<str> for ServiceUrl {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for ServiceUrl {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&shown(&self.0), f)
    }
}

impl Serialize for ServiceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !super::collect::is_collecting() {
            let hides = super::hide::is_hiding();
            return if hides {
                serializer.serialize_str(&shown(&self.0))
            } else {
                serializer.serialize_str(&self.0)
            };
        }
        super::collect::refuse_mask(is_masked(&self.0))?;
        if let Ok(url) = WebUrl::parse(&self.0) {
            if !url.username().is_empty() || url.password().is_some() {
                // As a URL, which is taken apart where secrets are looked for.
                super::collect::note(&self.0.as_str().into());
            }
            let pairs = url::form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
            pairs.for_each(|(_, value)| super::collect::note(&value.as_ref().into()));
        }
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ServiceUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ServiceUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ServiceUrl".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_user_information_and_the_query() {
        for (url, text) in [
            ("https://me:hunter2@host:9200/logs?key=hunter2#hunter2", "https://***@host:9200/logs?***"),
            ("https://hunter2@host/a@b", "https://***@host/a@b"),
            ("me:hunter2@host", "***@host"),
            ("https://me:hunt/er2@host", "https://***@host"),
            ("https://host/path", "https://host/path"),
            ("tcp://host:514", "tcp://host:514"),
            ("https://host/#hunter2", "https://host/#***"),
            ("", ""),
        ] {
            assert_eq!(shown(url), text);
            assert!(!format!("{:?}", ServiceUrl::from(url)).contains("hunter2"), "{url}");
            assert_eq!(serde_json::to_value(ServiceUrl::from(url)).unwrap(), text);
            let exposed = crate::expose_secrets(|| serde_json::to_value(ServiceUrl::from(url)));
            assert_eq!(exposed.unwrap(), url);
        }
    }
}
