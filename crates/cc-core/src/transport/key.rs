//! What makes two requests the same.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use http::header::{self, HeaderName, HeaderValue};
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

/// Who asks, the method, the whole URL and the headers. The body has no part in it: only GETs are compared.
pub(crate) struct Key {
    identity: Arc<str>,
    request: Arc<HttpRequest>,
    hash: u64,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.identity == other.identity
            && line(&self.request) == line(&other.request)
            && headers(&self.request).eq(headers(&other.request))
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The hasher of a map of keys, which come with their hash.
#[derive(Default)]
pub(crate) struct Folded(u64);

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = fold(self.0, bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 ^= hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Key {
    pub(crate) fn new(identity: &Arc<str>, request: &Arc<HttpRequest>) -> Self {
        let mut hash = fold(0, identity.as_bytes());
        hash = line(request).iter().fold(hash, |hash, part| fold(hash, part.as_bytes()));
        for (name, value) in headers(request) {
            hash = fold(fold(hash, name.as_str().as_bytes()), value.as_bytes());
        }
        Self { identity: identity.clone(), request: request.clone(), hash }
    }

    /// The key for a store, which shows nothing of the headers.
    pub(crate) fn cache_key(&self, path: &str) -> CacheKey {
        let mut digest = Sha256::new();
        let mut part = |part: &[u8]| {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        };
        part(self.identity.as_bytes());
        line(&self.request).iter().for_each(|text| part(text.as_bytes()));
        for (name, value) in headers(&self.request) {
            part(name.as_str().as_bytes());
            part(value.as_bytes());
        }
        CacheKey { identity: self.identity.clone(), path: path.into(), digest: digest.finalize().into() }
    }
}

/// Method, scheme, host with port, path with query.
fn line(request: &HttpRequest) -> [&str; 4] {
    let uri = request.uri();
    [
        request.method().as_str(),
        uri.scheme_str().unwrap_or_default(),
        uri.authority().map_or("", |authority| authority.as_str()),
        uri.path_and_query().map_or("", |path| path.as_str()),
    ]
}

/// The headers that matter, in the order in which they were set: another order costs a request and harms nobody.
fn headers(request: &HttpRequest) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    request.headers().iter().filter(|(name, _)| !NEUTRAL.contains(name))
}

/// Mixes a text into a number that differs for most requests; those that have the same are compared.
fn fold(hash: u64, text: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte))), text.len() as u64)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    fn key(identity: &str, uri: &str, headers: &[(&str, &str)]) -> (u64, [u8; 32]) {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let key = Key::new(&identity.into(), &Arc::new(request.body(Bytes::new()).unwrap()));
        (key.hash, key.cache_key("/x").digest)
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
            assert!(keys[at + 1..].iter().all(|other| one.0 != other.0 && one.1 != other.1), "{at}");
        }
    }

    #[test]
    fn neutral_headers_make_no_difference() {
        let one = key("a", "http://h/x", &[("accept", "a"), ("x-b", "1"), ("traceparent", "00-1")]);
        let other = key("a", "http://h/x", &[("user-agent", "me"), ("accept", "a"), ("x-b", "1")]);
        assert_eq!(one, other);
    }
}
