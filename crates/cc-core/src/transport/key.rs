//! What makes two requests the same.

use std::sync::Arc;

use http::header::{self, HeaderName};
use sha2::{Digest, Sha256};

use crate::transport::HttpRequest;
use crate::transport::cache::CacheKey;

/// Headers that change nothing about the answer.
const NEUTRAL: [HeaderName; 4] = [
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("baggage"),
];

/// Who asks, the method, the whole URL and the headers, as bytes that differ when any of them does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(Box<[u8]>);

impl Key {
    pub(crate) fn new(identity: &str, request: &HttpRequest) -> Self {
        let uri = request.uri();
        let mut key = Vec::with_capacity(256);
        key.extend_from_slice(&identity.len().to_le_bytes());
        for part in [
            identity,
            request.method().as_str(),
            " ",
            uri.scheme_str().unwrap_or_default(),
            "://",
            uri.authority().map_or("", |authority| authority.as_str()),
            uri.path(),
            "?",
            uri.query().unwrap_or_default(),
        ] {
            key.extend_from_slice(part.as_bytes());
        }
        let mut headers: Vec<_> =
            request.headers().iter().filter(|(name, _)| !NEUTRAL.contains(name)).collect();
        // Stable: the values of one name keep their order, which may mean something.
        headers.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in headers {
            // Neither a name nor a value may hold a line break.
            key.push(b'\n');
            key.extend_from_slice(name.as_str().as_bytes());
            key.push(b':');
            key.extend_from_slice(value.as_bytes());
        }
        Self(key.into())
    }

    /// The key for a store, which shows nothing of the headers.
    pub(crate) fn cache_key(&self, identity: &Arc<str>, path: &str) -> CacheKey {
        CacheKey { identity: identity.clone(), path: path.into(), digest: Sha256::digest(&self.0).into() }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    fn key(identity: &str, uri: &str, headers: &[(&str, &str)]) -> Box<[u8]> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Key::new(identity, &request.body(Bytes::new()).unwrap()).0
    }

    #[test]
    fn identity_url_query_and_headers_tell_requests_apart() {
        let keys = [
            key("a", "http://h/x", &[]),
            key("b", "http://h/x", &[]),
            key("a", "http://i/x", &[]),
            key("a", "https://h/x", &[]),
            key("a", "http://h/x?q=1", &[]),
            key("a", "http://h/x", &[("x-clever-password", "one")]),
            key("a", "http://h/x", &[("x-clever-password", "two")]),
            key("a", "http://h/x", &[("x-tenant", "one")]),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(keys[at + 1..].iter().all(|other| one != other), "{at}");
        }
    }

    #[test]
    fn neutral_headers_and_the_order_of_the_others_make_no_difference() {
        let one = key("a", "http://h/x", &[("accept", "a"), ("x-b", "1"), ("traceparent", "00-1")]);
        let other = key("a", "http://h/x", &[("x-b", "1"), ("user-agent", "me"), ("accept", "a")]);
        assert_eq!(one, other);
    }
}
