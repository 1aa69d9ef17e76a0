//! Where requests go.

use std::fmt;

use url::{Origin, Url};

use crate::error::{Error, ErrorKind, Result};

/// A base URL: the origin that credentials are sent to, and the path that every route is appended to.
///
/// A trailing slash makes no difference.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    /// The URL as text, without a trailing slash.
    base: String,
}

impl Endpoint {
    /// The platform, for OAuth 1 credentials and for requests without any: `https://api.clever-cloud.com`.
    pub const PLATFORM: &'static str = "https://api.clever-cloud.com";
    /// The API bridge, the only host that takes API tokens: `https://api-bridge.clever-cloud.com`.
    pub const BRIDGE: &'static str = "https://api-bridge.clever-cloud.com";
    /// The HTTP proxy of Redis and Materia KV: `https://kv-proxy.services.clever-cloud.com`.
    pub const KV_PROXY: &'static str = "https://kv-proxy.services.clever-cloud.com";

    /// Reads a base URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] when it is not an absolute `http` or `https` URL, or holds a user name, a password, a
    /// query or a fragment.
    pub fn parse(base: &str) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidUrl).with_message(message);
        let url = Url::parse(base).map_err(|cause| {
            invalid("the base URL is not a URL such as https://host/path".to_owned()).with_source(cause)
        })?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid(format!(
                "the base URL has the scheme `{}`: give http or https",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "the base URL holds a user name or a password: give those as credentials".to_owned(),
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid(
                "the base URL has a query or a fragment: give the part before it".to_owned(),
            ));
        }
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, base })
    }

    /// The base URL as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.base
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.url.origin()
    }

    /// The URL of a path (from its first `/`, encoded) and a query (encoded, may be empty).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] when they do not make a URL below this base.
    pub fn join(&self, path: &str, query: &str) -> Result<Url> {
        let text = if query.is_empty() {
            format!("{}{path}", self.base)
        } else {
            format!("{}{path}?{query}", self.base)
        };
        Url::parse(&text).map_err(|cause| Error::new(ErrorKind::InvalidUrl).with_source(cause))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_and_a_base_path_make_one_slash() {
        for (base, url) in [
            ("http://h", "http://h/v2/self?a=1"),
            ("http://h/", "http://h/v2/self?a=1"),
            ("http://h:81/base/", "http://h:81/base/v2/self?a=1"),
        ] {
            assert_eq!(Endpoint::parse(base).unwrap().join("/v2/self", "a=1").unwrap().as_str(), url);
        }
    }

    #[test]
    fn a_base_that_cannot_be_one_is_refused_without_showing_its_password() {
        for base in ["", "host", "ftp://h", "http://me:hunter2@h", "http://h?x=1", "http://h/#f"] {
            let error = Endpoint::parse(base).unwrap_err();
            assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidUrl, "INVALID_URL"), "{base}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
