//! URLs as the browser reads them.

use std::fmt;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    // Not of `Window`: workers and Node.js have it, too.
    type URL;

    #[wasm_bindgen(constructor, catch)]
    fn new(text: &str) -> Result<URL, JsValue>;

    #[wasm_bindgen(constructor, catch)]
    fn below(text: &str, base: &str) -> Result<URL, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn href(this: &URL) -> String;
}

/// A text that the browser does not take for a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid URL")
    }
}

impl std::error::Error for Error {}

/// An absolute URL by the [URL standard](https://url.spec.whatwg.org). Methods have the names of those of the crate `url`, which brings
/// 100 KB of tables that every browser has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// As the browser writes it: only delimiters are not percent-encoded, so that the parts can be told apart.
    href: String,
}

impl Url {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// The text is not an absolute URL.
    pub fn parse(text: &str) -> Result<Self, Error> {
        URL::new(text).map(|url| Self { href: url.href() }).map_err(|_| Error)
    }

    /// Reads a reference relative to this URL.
    ///
    /// # Errors
    /// The text is not such a reference.
    pub fn join(&self, text: &str) -> Result<Self, Error> {
        URL::below(text, &self.href).map(|url| Self { href: url.href() }).map_err(|_| Error)
    }

    /// Returns the whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.href
    }

    /// Returns the scheme, in lower case and without the colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.href.split(':').next().unwrap_or_default()
    }

    /// What follows the scheme and its colon.
    fn rest(&self) -> &str {
        self.href.split_once(':').map_or("", |(_, rest)| rest)
    }

    /// Returns user name, password, host and port as the URL has them.
    #[must_use]
    pub fn authority(&self) -> &str {
        let rest = self.rest().strip_prefix("//").unwrap_or_default();
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    fn user_info(&self) -> &str {
        self.authority().rsplit_once('@').map_or("", |(user, _)| user)
    }

    /// Returns the user name, percent-encoded; empty if there is none.
    #[must_use]
    pub fn username(&self) -> &str {
        self.user_info().split(':').next().unwrap_or_default()
    }

    /// Returns the password, percent-encoded.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.user_info().split_once(':').map(|(_, password)| password)
    }

    /// Returns `true` if the URL has a host.
    #[must_use]
    pub fn has_host(&self) -> bool {
        self.host_str().is_some()
    }

    /// Returns the host, an IPv6 address in brackets.
    #[must_use]
    pub fn host_str(&self) -> Option<&str> {
        let authority = self.authority();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let port = host.rfind(':').filter(|at| !host[*at..].contains(']')).unwrap_or(host.len());
        Some(&host[..port]).filter(|host| !host.is_empty())
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.rest();
        let start = if rest.starts_with("//") { 2 + self.authority().len() } else { 0 };
        rest[start..].split(['?', '#']).next().unwrap_or_default()
    }

    /// Returns the query, percent-encoded.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.href.split('#').next()?.split_once('?').map(|(_, query)| query)
    }

    /// Returns the fragment, percent-encoded.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.href.split_once('#').map(|(_, fragment)| fragment)
    }

    /// Returns scheme, host and port of an `http` or `https` URL, for comparisons. A port that is the default of the scheme is left out.
    #[must_use]
    pub fn origin(&self) -> (&str, &str) {
        let authority = self.authority();
        (self.scheme(), authority.rsplit_once('@').map_or(authority, |(_, host)| host))
    }
}
