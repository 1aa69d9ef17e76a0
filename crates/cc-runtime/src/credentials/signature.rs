//! OAuth 1 signatures: base string and hash. Source: RFC 5849, section 3.4.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use sha1::Sha1;
use sha2::Sha512;

use crate::error::{Error, ErrorKind, Result};
use crate::line::{CODE, one_line};

/// The unreserved characters of RFC 3986, which OAuth 1 does not encode (section 3.6).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Signature method of OAuth 1 requests.
///
/// [`Plaintext`](Self::Plaintext) is the default because every route of the platform is known to accept it:
/// both generations of the API, streams, the API bridge. Its header holds the secrets themselves: anyone who
/// reads one header, for example in the log of a proxy, can use the account until the token is revoked.
///
/// Choose [`HmacSha512`](Self::HmacSha512) where headers may be seen by others: a header that leaks holds no secret, and is
/// good for one request only. It asks for two things. The clock of this machine must be right to a few minutes, because
/// the signature carries the time; a 401 says so when the clock is off. And the URL must reach the platform as it was sent: a
/// proxy that changes host or path breaks the signature.
///
/// Both need `https`: without it, others on the way can read the answers, and the secrets of `Plaintext` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// The secrets themselves, protected by TLS alone: the same header for every request.
    #[default]
    Plaintext,
    /// A signature of the request with SHA-1, good for this request at this second only. For servers that take no other.
    HmacSha1,
    /// A signature of the request with SHA-512, good for this request at this second only. The platform recommends it.
    HmacSha512,
}

impl SignatureMethod {
    /// Name of the method in `oauth_signature_method`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha512 => "HMAC-SHA512",
        }
    }

    /// All methods.
    pub const ALL: &'static [Self] = &[Self::Plaintext, Self::HmacSha1, Self::HmacSha512];

    /// The signature of a base string.
    pub(super) fn sign(self, base_string: &str, key: &str) -> String {
        // HMAC takes keys of any length.
        const ANY_LENGTH: &str = "a key of any length";
        match self {
            Self::Plaintext => key.to_owned(),
            Self::HmacSha1 => {
                let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect(ANY_LENGTH);
                STANDARD.encode(mac.chain_update(base_string).finalize().into_bytes())
            }
            Self::HmacSha512 => {
                let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).expect(ANY_LENGTH);
                STANDARD.encode(mac.chain_update(base_string).finalize().into_bytes())
            }
        }
    }
}

/// Percent-encodes as OAuth 1 does.
pub(super) fn encode(text: impl AsRef<[u8]>) -> String {
    percent_encode(text.as_ref(), UNRESERVED).to_string()
}

/// Base string of the signature: the method, the URL without its query, and all parameters, sorted (section
/// 3.4.1). `protocol` are the OAuth parameters, `body` is the body of a form.
pub(super) fn base_string(method: &Method, uri: &Uri, body: &[u8], protocol: &[(&str, &str)]) -> String {
    let mut parameters: Vec<(String, String)> =
        protocol.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    parameters.extend(pairs(uri.query().unwrap_or_default().as_bytes()));
    parameters.extend(pairs(body));
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", encode(method.as_str()), encode(base_uri(uri)), encode(parameters.join("&")))
}

/// The body when it is a form, else nothing: bodies of other kinds are not signed (section 3.4.1.3.1).
pub(super) fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> &'a [u8] {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") { body } else { &[] }
}

/// Scheme, host, path, and the port unless it is the scheme's own (section 3.4.1.2).
fn base_uri(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let port = match (scheme.as_str(), uri.port_u16()) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => String::new(),
        (_, Some(port)) => format!(":{port}"),
    };
    let path = if uri.path().is_empty() { "/" } else { uri.path() };
    format!("{scheme}://{host}{port}{path}")
}

/// The pairs of a query or a form, each encoded again: there are several encodings, but only one is signed.
fn pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    let again = |text: &[u8]| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        encode(percent_decode(&spaced).collect::<Vec<u8>>())
    };
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=');
        let mut side = || again(sides.next().unwrap_or_default());
        (side(), side())
    })
}

impl fmt::Display for SignatureMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for SignatureMethod {
    type Err = Error;

    /// Reads the name of the method in `oauth_signature_method`.
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|method| method.as_str() == name).ok_or_else(|| {
            let name = one_line(name, CODE);
            let known: Vec<&str> = Self::ALL.iter().map(|method| method.as_str()).collect();
            let message = format!("unknown signature method `{name}`: expected one of {}", known.join(", "));
            Error::new(ErrorKind::InvalidInput).with_message(message).not_sent()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_base_string_of_the_rfc_comes_out() {
        // RFC 5849, section 3.4.1.1: duplicate keys, empty values, `+` and encoded names, in query and form.
        let uri = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
        let protocol = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        assert_eq!(
            base_string(&Method::POST, &uri, b"c2&a3=2+q", &protocol),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn the_url_of_the_rfc_loses_its_own_port_and_keeps_another() {
        // RFC 5849, section 3.4.1.2, and the corners next to it.
        for (uri, base) in [
            ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
            ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
            ("https://h:443", "https://h/"),
            ("http://h:443/", "http://h:443/"),
            ("http://[::1]:81/x", "http://[::1]:81/x"),
        ] {
            assert_eq!(base_uri(&uri.parse().unwrap()), base);
        }
    }

    #[test]
    fn every_way_to_write_a_query_is_signed_the_same() {
        let of = |query: &str| {
            let uri = format!("https://h/x?{query}").parse().unwrap();
            base_string(&Method::GET, &uri, b"", &[])
        };
        assert_eq!(of("q=caf%C3%A9+noir&a=1"), of("a=%31&&q=caf%c3%a9%20noir&"));
        assert!(of("q=caf%C3%A9+noir").ends_with("&q%3Dcaf%25C3%25A9%2520noir"));
        assert_eq!(of("a=2&a=1&a"), of("a=&a=1&a=2"), "equal names are sorted by value");
        assert!(of("q=!'()*").ends_with("&q%3D%2521%2527%2528%2529%252A"));
        assert!(of("q=%ff").ends_with("&q%3D%25FF"), "bytes that are not UTF-8 are signed unchanged");
    }

    #[test]
    fn only_a_form_is_signed() {
        let mut headers = HeaderMap::new();
        assert_eq!(form(&headers, b"a=1"), b"");
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        assert_eq!(form(&headers, b"a=1"), b"");
        headers.insert(CONTENT_TYPE, "Application/x-www-form-urlencoded; charset=utf-8".parse().unwrap());
        assert_eq!(form(&headers, b"a=1"), b"a=1");
    }

    proptest! {
        #[test]
        fn any_bytes_are_signed(body in proptest::collection::vec(any::<u8>(), 0..64)) {
            let uri = "https://h/".parse().unwrap();
            let base = base_string(&Method::POST, &uri, &body, &[]);
            prop_assert!(base.is_ascii() && base.matches('&').count() == 2);
        }
    }
}
