//! OAuth 1: a consumer, a user's token, and the header that proves both. Source: RFC 5849.

use std::fmt::{self, Write};

use http::{HeaderMap, Method, Uri};

use super::signature::{self, SignatureMethod, encode};
use crate::error::Result;
use crate::random;
use crate::secret::Secret;
use crate::time::Timestamp;

/// An OAuth 1 consumer and the token that a user gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct OAuth1 {
    /// Key of the consumer.
    pub consumer_key: String,
    /// Secret of the consumer.
    pub consumer_secret: Secret,
    /// Token of the user. Empty during the sign-in, before there is one.
    pub token: String,
    /// Secret of the user's token. Empty before there is one.
    pub token_secret: Secret,
    /// Signature method of the requests.
    pub method: SignatureMethod,
}

/// Shows no part of the token.
impl fmt::Debug for OAuth1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = Secret::from(self.token.as_str());
        f.debug_struct("OAuth1")
            .field("consumer_key", &self.consumer_key)
            .field("consumer_secret", &self.consumer_secret)
            .field("token", &token)
            .field("token_secret", &self.token_secret)
            .field("method", &self.method)
            .finish()
    }
}

/// Nonce and time, which make each signature unique.
#[derive(Debug, Clone)]
struct Once {
    /// Seconds since the Unix epoch.
    timestamp: String,
    nonce: String,
}

impl Once {
    fn new() -> Result<Self> {
        // 128 bits: no two signatures of one second are equal, even across machines and pages.
        let nonce = format!("{:032x}", random::secret()?);
        Ok(Self { timestamp: (Timestamp::now().as_millis() / 1_000).to_string(), nonce })
    }
}

impl OAuth1 {
    /// Returns the credentials with another signature method.
    #[must_use]
    pub fn signed_with(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// Returns the parameters of the protocol that sign a request: `extra` ones such as `oauth_callback`, and
    /// all others that have a value, with a new nonce and the current time. They go to a header, a query or a
    /// form.
    ///
    /// `body` is signed when `headers` say that it is a form, without the parameters that this gives.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) if the system gives no random numbers for the nonce.
    pub fn parameters(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        extra: &[(&'static str, &str)],
    ) -> Result<Vec<(&'static str, String)>> {
        Ok(self.sign(method, uri, signature::form(headers, body), extra, &Once::new()?))
    }

    fn sign(
        &self,
        method: &Method,
        uri: &Uri,
        form: &[u8],
        extra: &[(&'static str, &str)],
        once: &Once,
    ) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_token", self.token.as_str()),
            ("oauth_signature_method", self.method.as_str()),
            ("oauth_timestamp", once.timestamp.as_str()),
            ("oauth_nonce", once.nonce.as_str()),
            ("oauth_version", "1.0"),
        ];
        parameters.extend_from_slice(extra);
        parameters.retain(|(_, value)| !value.is_empty());
        let base_string = match self.method {
            SignatureMethod::Plaintext => String::new(),
            _ => signature::base_string(method, uri, form, &parameters),
        };
        let signature = self.method.sign(&base_string, &self.key());
        let owned = parameters.into_iter().map(|(name, value)| (name, value.to_owned()));
        owned.chain([("oauth_signature", signature)]).collect()
    }

    /// Key of the signatures; for `PLAINTEXT`, the signature itself.
    fn key(&self) -> String {
        format!("{}&{}", encode(self.consumer_secret.expose()), encode(self.token_secret.expose()))
    }

    /// The header with a `PLAINTEXT` signature. It needs neither nonce nor timestamp (section 3.1), so that one header is
    /// good for every request.
    pub(super) fn plaintext(&self) -> String {
        header(&[
            ("oauth_consumer_key", self.consumer_key.clone()),
            ("oauth_token", self.token.clone()),
            ("oauth_signature_method", SignatureMethod::Plaintext.as_str().to_owned()),
            ("oauth_signature", self.key()),
        ])
    }

    /// The header that signs this request.
    pub(super) fn signed(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<String> {
        Ok(header(&self.parameters(method, uri, headers, body, &[])?))
    }
}

/// Parameters as the value of the header `Authorization` (section 3.5.1).
fn header(parameters: &[(&str, String)]) -> String {
    let mut text = String::from("OAuth ");
    for (at, (name, value)) in parameters.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a text never fails.
        let _ = write!(text, r#"{comma}{name}="{}""#, encode(value));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth(token: &str, token_secret: &str) -> OAuth1 {
        OAuth1 {
            consumer_key: "dpf43f3p2l4k3l03".into(),
            consumer_secret: "kd94hf93k423kf44".into(),
            token: token.into(),
            token_secret: token_secret.into(),
            method: SignatureMethod::HmacSha1,
        }
    }

    #[test]
    fn what_is_shown_holds_no_part_of_the_token() {
        let shown = format!("{:?}", oauth("hunter2", "hunter3"));
        assert!(shown.contains("dpf43f3p2l4k3l03") && !shown.contains("hunter"), "{shown}");
    }

    fn once(timestamp: &str, nonce: &str) -> Once {
        Once { timestamp: timestamp.into(), nonce: nonce.into() }
    }

    /// The signature of a request that has no `oauth_version`, as in the RFC.
    fn signature(
        oauth: &OAuth1,
        (method, uri): (Method, &str),
        once: &Once,
        extra: &[(&str, &str)],
    ) -> String {
        let mut parameters = vec![
            ("oauth_consumer_key", oauth.consumer_key.as_str()),
            ("oauth_signature_method", oauth.method.as_str()),
            ("oauth_timestamp", &once.timestamp),
            ("oauth_nonce", &once.nonce),
        ];
        if !oauth.token.is_empty() {
            parameters.push(("oauth_token", &oauth.token));
        }
        parameters.extend_from_slice(extra);
        let base = signature::base_string(&method, &uri.parse().unwrap(), b"", &parameters);
        oauth.method.sign(&base, &oauth.key())
    }

    #[test]
    fn the_three_signatures_of_the_rfc_come_out() {
        // RFC 5849, section 1.2: temporary credentials, token credentials, a resource.
        let temporary = signature(
            &oauth("", ""),
            (Method::POST, "https://photos.example.net/initiate"),
            &once("137131200", "wIjqoS"),
            &[("oauth_callback", "http://printer.example.com/ready")],
        );
        assert_eq!(temporary, "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
        let token = signature(
            &oauth("hh5s93j4hdidpola", "hdhd0244k9j7ao03"),
            (Method::POST, "https://photos.example.net/token"),
            &once("137131201", "walatlh"),
            &[("oauth_verifier", "hfdp7dh39dks9884")],
        );
        assert_eq!(token, "gKgrFCywp7rO0OXSjdot/IHF7IU=");
        let photo = signature(
            &oauth("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"),
            (Method::GET, "http://photos.example.net/photos?file=vacation.jpg&size=original"),
            &once("137131202", "chapoH"),
            &[],
        );
        assert_eq!(photo, "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    }

    #[test]
    fn a_form_with_another_alphabet_is_signed_with_sha_512() {
        // The RFC has no vector of this method: this one was made with Python's `hmac` and `hashlib`.
        let oauth = OAuth1 {
            consumer_key: "k y".into(),
            consumer_secret: "c&s".into(),
            token: "té".into(),
            token_secret: "t/s".into(),
            method: SignatureMethod::HmacSha512,
        };
        let uri = "https://api.example.com:443/v2/self?a=1&zone=par".parse().unwrap();
        let signed =
            oauth.sign(&Method::PUT, &uri, "a=é+%2B%26&b".as_bytes(), &[], &once("1700000000", "n0nce"));
        let expected =
            "9dqHncIEre3dqpWfoym/R4cUpP0cqDef6b1eDBAP96h9n3aDys3b6VmHAQkauOku8MStTQNOVrsMvWpOwd9Nzg==";
        assert_eq!(signed.last(), Some(&("oauth_signature", expected.to_owned())));
    }

    #[test]
    fn no_two_signatures_are_the_same() {
        let (oauth, uri) = (oauth("t", "s"), "https://h/".parse().unwrap());
        let signed = || oauth.signed(&Method::GET, &uri, &HeaderMap::new(), b"").unwrap();
        assert_ne!(signed(), signed());
        assert!(signed().starts_with(r#"OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="t", oauth_signature_method="HMAC-SHA1", oauth_timestamp=""#));
    }

    #[test]
    fn a_consumer_without_a_token_signs_too() {
        let (oauth, uri) =
            (oauth("", "").signed_with(SignatureMethod::Plaintext), "https://h/".parse().unwrap());
        let extra = [("oauth_callback", "http://localhost/")];
        let parameters = oauth.parameters(&Method::POST, &uri, &HeaderMap::new(), b"", &extra).unwrap();
        let names: Vec<&str> = parameters.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "oauth_consumer_key",
                "oauth_signature_method",
                "oauth_timestamp",
                "oauth_nonce",
                "oauth_version",
                "oauth_callback",
                "oauth_signature"
            ]
        );
        assert_eq!(parameters[6].1, "kd94hf93k423kf44&");
    }
}
