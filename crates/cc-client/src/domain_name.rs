//! Domain names of applications: reading, sorting, and the URL that they are reached at.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use crate::name_order;

/// Suffix of the test domains of the platform.
const TEST_SUFFIX: &str = ".cleverapps.io";

/// A domain as an application has it: a host name, maybe with everything below it, and a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Domain {
    /// The host name, in lower case and Punycode, without `*.`.
    pub hostname: String,
    /// The path, from its first `/`.
    pub pathname: String,
    /// `true` if the domain also matches every name below the host name (`*.example.com`).
    pub is_wildcard: bool,
}

/// Reasons why a text is not a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseDomainError {
    /// There is nothing.
    Empty,
    /// A `*` stands elsewhere than in a leading `*.`.
    InvalidWildcard,
    /// The host name is absent or invalid.
    InvalidFormat,
}

impl ParseDomainError {
    /// Returns the name of the error, such as `invalid-wildcard`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::InvalidWildcard => "invalid-wildcard",
            Self::InvalidFormat => "invalid-format",
        }
    }
}

impl fmt::Display for ParseDomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the domain is empty",
            Self::InvalidWildcard => "`*` may only stand at the start of a domain, as in `*.example.com`",
            Self::InvalidFormat => "expected a domain such as `www.example.com/path`",
        })
    }
}

impl std::error::Error for ParseDomainError {}

impl From<ParseDomainError> for cc_runtime::Error {
    /// An [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) with the text of the cause.
    fn from(error: ParseDomainError) -> Self {
        Self::new(cc_runtime::ErrorKind::InvalidInput).with_message(error.to_string())
    }
}

impl std::str::FromStr for Domain {
    type Err = ParseDomainError;

    /// Reads `example.com`, `*.example.com/path` or a whole URL, whose scheme and port are left aside.
    fn from_str(text: &str) -> Result<Self, ParseDomainError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseDomainError::Empty);
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (rest, is_wildcard) = match rest.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        if rest.contains('*') {
            return Err(ParseDomainError::InvalidWildcard);
        }
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| ParseDomainError::InvalidFormat)?;
        let hostname =
            url.host_str().filter(|host| !host.is_empty()).ok_or(ParseDomainError::InvalidFormat)?;
        let pathname = if url.path().is_empty() { "/" } else { url.path() };
        Ok(Self { hostname: hostname.to_owned(), pathname: pathname.to_owned(), is_wildcard })
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wildcard = if self.is_wildcard { "*." } else { "" };
        let path = if self.pathname == "/" { "" } else { &self.pathname };
        write!(f, "{wildcard}{}{path}", self.hostname)
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Domain {
    /// Returns a URL of the domain, with `www.` for a wildcard. It is `https`, except where the certificate
    /// of the test domains does not apply: two labels or more before `cleverapps.io`.
    #[must_use]
    pub fn url(&self) -> String {
        let host = if self.is_wildcard { format!("www.{}", self.hostname) } else { self.hostname.clone() };
        let deep = host.strip_suffix(TEST_SUFFIX).is_some_and(|name| name.contains('.'));
        format!("{}://{host}{}", if deep { "http" } else { "https" }, self.pathname)
    }

    /// Returns `true` for a test domain of the platform.
    #[must_use]
    pub fn is_test(&self) -> bool {
        is_test_domain(&self.hostname)
    }

    /// The labels from the last to the first, then the path: names of one domain stand together.
    fn sort_key(&self) -> String {
        let mut key = self.hostname.rsplit('.').collect::<Vec<_>>().join(".");
        key.push_str(if self.is_wildcard { ".*" } else { "" });
        key + &self.pathname
    }
}

/// Returns `true` for a test domain of the platform: the name ends with `.cleverapps.io`.
#[must_use]
pub fn is_test_domain(hostname: &str) -> bool {
    hostname.ends_with(TEST_SUFFIX)
}

/// Sorts domains for a person: the primary one first, then name by name from the top-level domain down, each before the
/// domain above it. `read` gives the domain as the platform writes it, and whether it is the primary one.
pub fn sort_domains<T>(domains: &mut [T], read: impl Fn(&T) -> (&str, bool)) {
    struct Key(bool, String);
    impl Ord for Key {
        fn cmp(&self, other: &Self) -> Ordering {
            other.0.cmp(&self.0).then_with(|| name_order::compare(&self.1, &other.1))
        }
    }
    impl PartialOrd for Key {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }
    impl Eq for Key {}
    domains.sort_by_cached_key(|domain| {
        let (text, primary) = read(domain);
        Key(primary, text.parse().map_or_else(|_| text.to_owned(), |domain: Domain| domain.sort_key()))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, String, bool), &'static str> {
        let domain: Domain = text.parse().map_err(ParseDomainError::code)?;
        Ok((domain.hostname, domain.pathname, domain.is_wildcard))
    }

    fn domain(host: &str, path: &str, wildcard: bool) -> Result<(String, String, bool), &'static str> {
        Ok((host.to_owned(), path.to_owned(), wildcard))
    }

    #[test]
    fn a_domain_is_read_with_or_without_scheme_path_and_wildcard() {
        assert_eq!(parse("Example.COM"), domain("example.com", "/", false));
        assert_eq!(parse("*.example.com/a/b"), domain("example.com", "/a/b", true));
        assert_eq!(parse("http://*.example.com:81/a"), domain("example.com", "/a", true));
        assert_eq!(parse(" été.example "), domain("xn--t-9fab.example", "/", false));
        assert_eq!(parse("localhost:8080"), domain("localhost", "/", false));
    }

    #[test]
    fn invalid_domains_have_a_named_error() {
        for (text, code) in [
            ("", "empty"),
            ("  ", "empty"),
            ("*", "invalid-wildcard"),
            ("*example.com", "invalid-wildcard"),
            ("a.*.example.com", "invalid-wildcard"),
            ("*.*.example.com", "invalid-wildcard"),
            ("example.com/*", "invalid-wildcard"),
            ("a b.example", "invalid-format"),
            ("https://", "invalid-format"),
            ("*.", "invalid-format"),
        ] {
            assert_eq!(parse(text), Err(code), "{text}");
        }
    }

    #[test]
    fn a_url_is_https_except_deep_below_the_test_domain() {
        for (text, url) in [
            ("example.com/a", "https://example.com/a"),
            ("*.example.com", "https://www.example.com/"),
            ("a.cleverapps.io", "https://a.cleverapps.io/"),
            ("a.b.cleverapps.io", "http://a.b.cleverapps.io/"),
        ] {
            assert_eq!(text.parse::<Domain>().unwrap().url(), url);
        }
    }

    #[test]
    fn only_names_below_cleverapps_io_are_for_tests() {
        assert!(is_test_domain("a.cleverapps.io") && is_test_domain("a.b.cleverapps.io"));
        assert!(!is_test_domain("cleverapps.io") && !is_test_domain("a.cleverapps.io.example"));
    }

    #[test]
    fn the_primary_domain_comes_first_and_a_subdomain_before_its_parent() {
        let mut domains = [
            ("example.com", false),
            ("www.example.com", false),
            ("*.example.com", false),
            ("b.example", true),
            ("example.com/path", false),
            ("a.example", false),
        ];
        sort_domains(&mut domains, |&(text, primary)| (text, primary));
        assert_eq!(
            domains.map(|(text, _)| text),
            ["b.example", "*.example.com", "www.example.com", "example.com", "example.com/path", "a.example"]
        );
    }
}
