//! Base URL of requests.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use url::{Origin, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::web_url::WebUrl;

/// A base URL: the origin that credentials are sent to, and the path that every route is appended to.
///
/// A trailing slash makes no difference.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: WebUrl,
    /// The URL as text, without a trailing slash.
    base: String,
    /// Offset of the path in the URL.
    path_at: usize,
    scheme: Scheme,
    authority: Authority,
}

/// The paths that the versions of the API begin with.
const VERSIONS: [&str; 2] = ["/v2", "/v4"];

/// The longest path with its query that [`http::Uri`] takes, in bytes.
const MAX_PATH_BYTES: usize = 65_534;

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
        let url = WebUrl::parse(base).map_err(|cause| {
            invalid("the base URL is not an absolute URL such as https://host/path".to_owned())
                .with_source(cause)
        })?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid(format!(
                "the base URL has the scheme `{}`: use http or https",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "the base URL contains a user name or a password: pass them as credentials".to_owned(),
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("the base URL has a query or a fragment: remove it".to_owned()));
        }
        let base = url.as_str().trim_end_matches('/').to_owned();
        let path_at = (url.scheme().len() + "://".len() + url.authority().len()).min(base.len());
        let authority = url
            .authority()
            .parse()
            .map_err(|cause| invalid("invalid host in the base URL".to_owned()).with_source(cause))?;
        let scheme = if url.scheme() == "https" { Scheme::HTTPS } else { Scheme::HTTP };
        Ok(Self { url, base, path_at, scheme, authority })
    }

    /// The base URL as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// The URL of [`join`](Self::join) in the format of the layers. Only the parts that differ between
    /// requests are parsed.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] when the path does not start with a slash, or path or query are not encoded.
    pub(crate) fn uri(&self, path: &str, query: &str) -> Result<Uri> {
        let invalid = |message: &str| Error::new(ErrorKind::InvalidUrl).with_message(message);
        if !path.starts_with('/') {
            return Err(invalid("the path of the request does not start with `/`"));
        }
        let base = &self.base[self.path_at..];
        // Exact capacity: a larger buffer would be moved again when it becomes a URI.
        let length = base.len() + path.len() + if query.is_empty() { 0 } else { 1 + query.len() };
        if length > MAX_PATH_BYTES {
            return Err(invalid(&format!(
                "the path and the query are too long: they have {length} bytes, and at most {MAX_PATH_BYTES} can be sent"
            )));
        }
        let mut text = String::with_capacity(length);
        text.push_str(base);
        text.push_str(path);
        if !query.is_empty() {
            text.push('?');
            text.push_str(query);
        }
        let path = PathAndQuery::try_from(text)
            .map_err(|cause| invalid("the path or the query is not percent-encoded").with_source(cause))?;
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts)
            .map_err(|cause| invalid("the path and the query do not form a URL").with_source(cause))
    }

    /// The path of a URL below this base without the path of the base.
    pub(crate) fn below<'a>(&self, path: &'a str) -> &'a str {
        path.get(self.base.len() - self.path_at..).unwrap_or_default()
    }

    /// The end of the base path with which a route begins, such as `/v2` before `/v2/self`, or the other version of the API,
    /// such as `/v2` before `/v4/zones`: nearly always a mistake.
    pub(crate) fn repeated_by<'a>(&self, route: &'a str) -> Option<&'a str> {
        let path = &self.base[self.path_at..];
        let repeated = route
            .match_indices('/')
            .map(|(at, _)| &route[..at])
            .rev()
            .find(|start| !start.is_empty() && !start.contains('{') && path.ends_with(start));
        let is_versioned = || VERSIONS.iter().any(|version| route.starts_with(&format!("{version}/")));
        repeated.or_else(|| VERSIONS.into_iter().find(|version| path.ends_with(version) && is_versioned()))
    }

    /// The URL as a [`Url`], if it has this origin; the host is not parsed again.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn to_url(&self, uri: &Uri) -> Option<Url> {
        let path = uri.path_and_query()?;
        let is_here = uri.scheme() == Some(&self.scheme) && uri.authority() == Some(&self.authority);
        is_here.then(|| {
            let mut url = self.url.clone();
            url.set_path(path.path());
            url.set_query(path.query());
            url
        })
    }

    /// Returns `true` if this URL has the scheme, host and port of the endpoint.
    pub(crate) fn is_origin_of(&self, uri: &Uri) -> bool {
        if uri.scheme() != Some(&self.scheme) {
            return false;
        }
        let default = if self.scheme == Scheme::HTTPS { 443 } else { 80 };
        uri.authority().is_some_and(|authority| {
            // Nearly always they are the same text.
            authority.as_str() == self.authority.as_str()
                || authority.host().eq_ignore_ascii_case(self.authority.host())
                    && authority.port_u16().unwrap_or(default) == self.authority.port_u16().unwrap_or(default)
        })
    }

    /// Scheme of the base URL: `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// Host of the base URL, without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Returns `true` if nobody on the network path can read the traffic: over `https`, or to this machine
    /// (`localhost`, `127.0.0.0/8`, `::1`).
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.scheme == Scheme::HTTPS || is_this_machine(self.host())
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        self.url.authority()
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        // Always a URL: it was read from one.
        Url::parse(&self.base).map_or_else(|_| Origin::new_opaque(), |url| url.origin())
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

/// Returns `true` for `localhost`, `127.0.0.0/8`, `::1`, and the same written otherwise.
fn is_this_machine(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.to_canonical().is_loopback());
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    // RFC 6761, section 6.3: names below `localhost` are this machine too.
    name == "localhost" || name.ends_with(".localhost")
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
    fn both_forms_of_a_url_are_the_same() {
        for base in ["http://h", "http://h/", "https://H:81/base/", "https://h:443/a/b", "http://[::1]:81/x"]
        {
            let endpoint = Endpoint::parse(base).unwrap();
            for query in ["", "a=1&b=%20"] {
                let uri = endpoint.uri("/v2/é".replace('é', "%C3%A9").as_str(), query).unwrap();
                assert_eq!(uri.to_string(), endpoint.join("/v2/%C3%A9", query).unwrap().as_str());
                assert!(endpoint.is_origin_of(&uri));
            }
        }
    }

    #[test]
    fn a_base_path_that_a_route_repeats_is_found() {
        let repeated =
            |base: &str, route| Endpoint::parse(base).unwrap().repeated_by(route).map(str::to_owned);
        assert_eq!(repeated("https://h/v2/", "/v2/self/id").as_deref(), Some("/v2"));
        assert_eq!(repeated("https://h/api/v4/iam", "/v4/iam/tokens").as_deref(), Some("/v4/iam"));
        assert_eq!(repeated("https://h/v2", "/v4/products/zones").as_deref(), Some("/v2"));
        assert_eq!(repeated("https://h/api/v4/", "/v2/self").as_deref(), Some("/v4"));
        for base in ["https://h", "https://h/api", "https://h/xv2", "https://h/v2/x"] {
            assert_eq!(repeated(base, "/v2/self/id"), None, "{base}");
        }
        assert_eq!(repeated("https://h/v2", "/api-tokens"), None);
    }

    #[test]
    fn a_url_of_the_endpoint_is_the_same_as_when_it_is_parsed_as_a_whole() {
        for base in ["http://h", "https://H:81/base/", "http://[::1]:81/x"] {
            let endpoint = Endpoint::parse(base).unwrap();
            for (path, query) in [
                ("/v2/%C3%A9%2F", ""),
                ("/a//b/;c=1/", "a=1&b=%20+"),
                ("/a/../b/./%2e%2e", "?"),
                ("/'|{}", "'|"),
                ("/", ""),
            ] {
                let uri = endpoint.uri(path, query).unwrap();
                assert_eq!(endpoint.to_url(&uri).unwrap(), Url::parse(&uri.to_string()).unwrap());
            }
            assert_eq!(endpoint.to_url(&"http://other/x".parse().unwrap()), None);
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let endpoint = Endpoint::parse("https://Api.host/base").unwrap();
        let holds = |uri: &str| endpoint.is_origin_of(&uri.parse().unwrap());
        assert!(holds("https://api.host/x") && holds("https://API.host:443/"));
        for other in [
            "http://api.host/",
            "https://api.host:444/",
            "https://host/",
            "https://api.host.evil/",
            "https://api.host@evil/",
            "/base",
        ] {
            assert!(!holds(other), "{other}");
        }
    }

    #[test]
    fn only_https_and_this_machine_are_protected() {
        for base in [
            "https://h",
            "http://localhost:81",
            "http://LOCALHOST.",
            "http://api.localhost",
            "http://127.0.0.1",
            "http://127.9.9.9:80",
            "http://127.1",
            "http://[::1]:81",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(Endpoint::parse(base).unwrap().is_protected(), "{base}");
        }
        for base in [
            "http://h",
            "http://localhost.evil",
            "http://notlocalhost",
            "http://0.0.0.0",
            "http://128.0.0.1",
            "http://10.0.0.1",
            "http://[::]",
            "http://[fe80::1]",
        ] {
            assert!(!Endpoint::parse(base).unwrap().is_protected(), "{base}");
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
