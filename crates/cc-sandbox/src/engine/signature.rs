//! Verification of OAuth 1 signatures: the base string is rebuilt from the request. Source: RFC 5849, section
//! 3.4.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::HOST;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// Signed data of a request.
#[derive(Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// Host and port as sent.
    pub(crate) authority: &'a str,
    /// Percent-encoded, as sent.
    pub(crate) path: &'a str,
    /// Parameters of the protocol, the query and a form, decoded, without the signature.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Signed<'_> {
    /// Returns whether a signature of this method was made with these secrets. `None`: the method is not
    /// supported.
    pub(crate) fn proves(&self, method: &str, signature: &str, secrets: [&str; 2]) -> Option<bool> {
        let key = secrets.map(percent_encoded).join("&");
        let sign: fn(&[u8], &str) -> String = match method {
            "" | "PLAINTEXT" => return Some(signature == key || signature == secrets.join("&")),
            "HMAC-SHA1" => |key, text| mac(Hmac::<Sha1>::new_from_slice(key), text),
            "HMAC-SHA256" => |key, text| mac(Hmac::<Sha256>::new_from_slice(key), text),
            "HMAC-SHA512" => |key, text| mac(Hmac::<Sha512>::new_from_slice(key), text),
            _ => return None,
        };
        let dated = ["oauth_timestamp", "oauth_nonce"]
            .iter()
            .all(|wanted| self.parameters.iter().any(|(name, value)| name == wanted && !value.is_empty()));
        // The sandbox does not see whether something in front of it ended TLS.
        let mut schemes = ["http", "https"].iter();
        Some(dated && schemes.any(|scheme| sign(key.as_bytes(), &self.base_string(scheme)) == signature))
    }

    /// Base string of the signature: the method, the URL without its query, and all parameters, sorted.
    fn base_string(&self, scheme: &str) -> String {
        let signed = self.parameters.iter().filter(|(name, _)| name != "oauth_signature");
        let mut parameters: Vec<(String, String)> =
            signed.map(|(name, value)| (percent_encoded(name), percent_encoded(value))).collect();
        parameters.sort_unstable();
        let parameters: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let default_port = if scheme == "http" { ":80" } else { ":443" };
        let authority = self.authority.to_ascii_lowercase();
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        let url = format!("{scheme}://{authority}{}", self.path);
        [self.method, &url, &parameters.join("&")].map(percent_encoded).join("&")
    }
}

/// Host and port that a request was sent to.
pub(crate) fn authority<'a>(uri: Option<&'a str>, headers: &'a HeaderMap) -> &'a str {
    uri.or_else(|| headers.get(HOST)?.to_str().ok()).unwrap_or_default()
}

fn mac<M: Mac>(keyed: Result<M, hmac::digest::InvalidLength>, text: &str) -> String {
    // HMAC accepts keys of any length, so this cannot fail.
    keyed.map(|mac| STANDARD.encode(mac.chain_update(text).finalize().into_bytes())).unwrap_or_default()
}

/// Percent-encodes as OAuth 1 does.
pub(crate) fn percent_encoded(text: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 5849, section 1.2: the request for the photograph.
    fn example() -> Signed<'static> {
        let parameters = [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131202"),
            ("oauth_nonce", "chapoH"),
            ("file", "vacation.jpg"),
            ("size", "original"),
            ("oauth_signature", "whatever"),
        ];
        Signed {
            method: "GET",
            authority: "Photos.example.net:80",
            path: "/photos",
            parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        }
    }

    const SECRETS: [&str; 2] = ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"];

    #[test]
    fn the_signature_of_the_standards_example_is_right() {
        let proves =
            |signed: Signed<'_>, secrets| signed.proves("HMAC-SHA1", "MdpQcU8iPSUjWoN/UDMsK2sui9I=", secrets);
        assert_eq!(proves(example(), SECRETS), Some(true));
        assert_eq!(proves(example(), [SECRETS[0], "other"]), Some(false));
        assert_eq!(proves(Signed { method: "POST", ..example() }, SECRETS), Some(false));
        assert_eq!(proves(Signed { path: "/photos/", ..example() }, SECRETS), Some(false));
        assert_eq!(
            proves(Signed { authority: "photos.example.net:8080", ..example() }, SECRETS),
            Some(false)
        );
        let mut more = example();
        more.parameters.push(("size".to_owned(), "small".to_owned()));
        assert_eq!(proves(more, SECRETS), Some(false));
    }

    #[test]
    fn a_method_that_nobody_knows_is_not_supported() {
        assert_eq!(example().proves("RSA-SHA1", "x", SECRETS), None);
    }
}
