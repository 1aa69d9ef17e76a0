//! Decides whether two requests are equal.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use http::header::{self, HeaderName, HeaderValue};
use sha2::{Digest, Sha512_256};

use crate::transport::cache::CacheKey;
use crate::transport::exchange::Exchange;
use crate::transport::{CacheMode, HttpRequest};

/// Headers that change nothing about the answer.
const NEUTRAL: [HeaderName; 4] = [
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("baggage"),
];

/// Key that two calls must have in common to share a request: identity, request and options. The body is not
/// part of it, because only GETs share requests.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    exchange: Arc<Exchange>,
    hash: u64,
}

impl Key {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        let mut hash = fold(0, exchange.identity.as_bytes());
        hash = line(&exchange.request).iter().fold(hash, |hash, part| fold(hash, part.as_bytes()));
        for (name, value) in headers(&exchange.request) {
            hash = fold(fold(hash, name.as_str().as_bytes()), value.as_bytes());
        }
        Self { exchange, hash }
    }

    pub(crate) fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&*self.exchange, &*other.exchange);
        let reload = |exchange: &Exchange| exchange.settings.cache.mode == CacheMode::Reload;
        std::ptr::eq(one, two)
            || self.hash == other.hash
                && one.identity == two.identity
                && line(&one.request) == line(&two.request)
                && headers(&one.request).eq(headers(&two.request))
                && reload(one) == reload(two)
                && one.settings.attempt_timeout == two.settings.attempt_timeout
                && one.settings.retry == two.settings.retry
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

/// The key for a store, which shows nothing of the headers.
pub(crate) fn cache_key(exchange: &Exchange) -> CacheKey {
    // By the rounds of SHA-512, which signatures need: a page has no room for those of SHA-256 besides.
    let mut digest = Sha512_256::new();
    let mut part = |part: &[u8]| {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    part(exchange.identity.as_bytes());
    line(&exchange.request).iter().for_each(|text| part(text.as_bytes()));
    for (name, value) in headers(&exchange.request) {
        part(name.as_str().as_bytes());
        part(value.as_bytes());
    }
    CacheKey {
        identity: exchange.identity.clone(),
        path: exchange.path().into(),
        digest: digest.finalize().into(),
        secret_answer: exchange.info.secret_answer,
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

/// The relevant headers, in the order in which they were set: another order costs only an additional request.
fn headers(request: &HttpRequest) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    request.headers().iter().filter(|(name, _)| !NEUTRAL.contains(name))
}

/// Mixes a text into a number that differs for most requests; those that have the same are compared.
pub(crate) fn fold(hash: u64, text: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte))), text.len() as u64)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::endpoint::Endpoint;
    use crate::operation_info::OperationInfo;
    use crate::request::RequestBuilder;
    use crate::transport::exchange::CallSettings;
    use crate::transport::{CachePolicy, CallOptions, RetryPolicy};

    static INFO: OperationInfo = OperationInfo::new("x", "test", Method::GET, "/x", "");

    fn exchange(
        (identity, base, query): (&str, &str, &str),
        headers: &[(&'static str, &'static str)],
        options: &CallOptions,
    ) -> Arc<Exchange> {
        let mut request = RequestBuilder::new(&INFO).build().unwrap();
        request.query = query.to_owned();
        for (name, value) in headers {
            request.headers.insert(*name, HeaderValue::from_static(value));
        }
        let settings = CallSettings::new(options, &CallOptions::new(), crate::transport::Reading::Whole);
        Exchange::new(&Endpoint::parse(base).unwrap(), request, identity.into(), None, settings).unwrap()
    }

    #[test]
    fn identity_url_query_and_headers_tell_requests_apart() {
        let none = CallOptions::new();
        let exchanges = [
            exchange(("a", "http://h", ""), &[], &none),
            exchange(("b", "http://h", ""), &[], &none),
            exchange(("a", "http://i", ""), &[], &none),
            exchange(("a", "http://h:81", ""), &[], &none),
            exchange(("a", "https://h", ""), &[], &none),
            exchange(("a", "http://h/base", ""), &[], &none),
            exchange(("a", "http://h", "q=1"), &[], &none),
            exchange(("a", "http://h", ""), &[("x-clever-password", "one")], &none),
            exchange(("a", "http://h", ""), &[("x-clever-password", "two")], &none),
            exchange(("a", "http://h", ""), &[("x-tenant", "one")], &none),
        ];
        for (at, one) in exchanges.iter().enumerate() {
            for other in &exchanges[at + 1..] {
                let (one_key, other_key) = (Key::new(one.clone()), Key::new(other.clone()));
                assert!(one_key != other_key && one_key.hash != other_key.hash, "{at}");
                assert_ne!(cache_key(one).digest, cache_key(other).digest, "{at}");
            }
        }
    }

    #[test]
    fn neutral_headers_make_no_difference() {
        let none = CallOptions::new();
        let one = exchange(("a", "http://h", ""), &[("accept", "a"), ("traceparent", "00-1")], &none);
        let other = exchange(("a", "http://h", ""), &[("user-agent", "me"), ("accept", "a")], &none);
        assert!(Key::new(one.clone()) == Key::new(other.clone()));
        assert_eq!(cache_key(&one), cache_key(&other));
    }

    #[test]
    fn how_hard_a_call_tries_makes_a_difference_for_sharing_and_none_for_the_cache() {
        let calls = [
            CallOptions::new(),
            CallOptions::new().retry(RetryPolicy::none()),
            CallOptions::new().attempt_timeout(None).cache(CachePolicy::reload(std::time::Duration::ZERO)),
        ]
        .map(|options| exchange(("a", "http://h", ""), &[], &options));
        assert!(Key::new(calls[0].clone()) != Key::new(calls[1].clone()));
        assert!(Key::new(calls[0].clone()) != Key::new(calls[2].clone()));
        assert!(calls.iter().all(|call| cache_key(call) == cache_key(&calls[0])));
    }
}
