//! Authentication: API tokens and OAuth 1.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::uri::Authority;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::reply::Refusal;
use super::signature::{self, Signed};
use crate::refusals;

/// The credentials that a sandbox takes, all of them plainly fake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Credentials {
    /// API token, for `Authorization: Bearer …`. Default: `sandbox-token`.
    pub api_token: String,
    /// Key of the OAuth consumer. Default: `sandbox-consumer-key`.
    pub consumer_key: String,
    /// Secret of the OAuth consumer. Default: `sandbox-consumer-secret`.
    pub consumer_secret: String,
    /// OAuth token of the user. Default: `sandbox-oauth-token`.
    pub token: String,
    /// Secret of the OAuth token. Default: `sandbox-oauth-secret`.
    pub token_secret: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            api_token: "sandbox-token".to_owned(),
            consumer_key: "sandbox-consumer-key".to_owned(),
            consumer_secret: "sandbox-consumer-secret".to_owned(),
            token: "sandbox-oauth-token".to_owned(),
            token_secret: "sandbox-oauth-secret".to_owned(),
        }
    }
}

/// Credentials of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    Nothing,
    /// An API token; whether it is a good one depends on the state of the world too.
    Bearer(String),
    /// Valid OAuth 1 parameters, with this token.
    Signed(String),
}

/// Query parameter that replaces the header, in Base64.
const IN_QUERY: &str = "authorization";

/// A request as it was sent.
pub(crate) struct Received<'a> {
    pub(crate) parts: &'a Parts,
    /// Query parameters, decoded.
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

impl Received<'_> {
    /// Returns the signed data, with these parameters of the protocol.
    fn signed(&self, protocol: &HashMap<String, String>) -> Signed<'_> {
        let owned = |(name, value): (&String, &String)| (name.clone(), value.clone());
        let protocol = protocol.iter().filter(|(name, _)| *name != "realm").map(owned);
        let query = self.query.iter().filter(|(name, _)| name != IN_QUERY).cloned();
        let kind =
            self.parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let form = if kind.starts_with("application/x-www-form-urlencoded") { self.body } else { &[] };
        let form = form_urlencoded::parse(form).into_owned();
        let uri = &self.parts.uri;
        Signed {
            method: self.parts.method.as_str(),
            authority: signature::authority(uri.authority().map(Authority::as_str), &self.parts.headers),
            path: uri.path(),
            parameters: protocol.chain(query).chain(form).collect(),
        }
    }
}

impl Credentials {
    /// Reads the credentials of a request: the header, or base64 of it as the query parameter `authorization`. `secret_of`
    /// gives the secret of a user's token.
    pub(crate) fn read(
        &self,
        request: &Received<'_>,
        secret_of: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Shown, Refusal> {
        let unreadable = || refusals::UNREADABLE_AUTHORIZATION.with([]);
        let value = match request.parts.headers.get(AUTHORIZATION) {
            Some(value) => value.to_str().map_err(|_| unreadable())?.to_owned(),
            None => match request.query.iter().find(|(name, _)| name == IN_QUERY) {
                Some((_, value)) => {
                    let bytes = STANDARD.decode(value).map_err(|_| unreadable())?;
                    String::from_utf8(bytes).map_err(|_| unreadable())?
                }
                None => return Ok(Shown::Nothing),
            },
        };
        let (scheme, rest) = value.split_once(' ').ok_or_else(unreadable)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Shown::Bearer(rest.trim().to_owned()));
        }
        if scheme.eq_ignore_ascii_case("oauth") {
            return self.check_oauth(request, rest, secret_of).map(Shown::Signed);
        }
        Err(refusals::UNSUPPORTED_AUTHORIZATION.with([scheme]))
    }

    fn check_oauth(
        &self,
        request: &Received<'_>,
        text: &str,
        secret_of: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, Refusal> {
        let protocol = oauth_parameters(text);
        let given = |name: &str| protocol.get(name).map(String::as_str).unwrap_or_default();
        if given("oauth_consumer_key") != self.consumer_key {
            return Err(refusals::UNKNOWN_CONSUMER.with([]));
        }
        let token = given("oauth_token");
        let token_secret = secret_of(token).ok_or_else(|| refusals::UNKNOWN_OAUTH_TOKEN.with([]))?;
        let secrets = [self.consumer_secret.as_str(), &token_secret];
        let method = given("oauth_signature_method");
        let right = request
            .signed(&protocol)
            .proves(method, given("oauth_signature"), secrets)
            .ok_or_else(|| refusals::UNSUPPORTED_SIGNATURE.with([method]))?;
        if right { Ok(token.to_owned()) } else { Err(refusals::WRONG_SIGNATURE.with([])) }
    }
}

/// The parameters of OAuth in the header of a request, if it has some. Source: RFC 5849, section 3.5.1.
pub(crate) fn header_parameters(parts: &Parts) -> Vec<(String, String)> {
    let value = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("oauth"));
    let parameters = text.map(|(_, text)| oauth_parameters(text)).unwrap_or_default();
    parameters.into_iter().filter(|(name, _)| name != "realm").collect()
}

/// `key="value"` pairs, percent-decoded; both sides of the pair come with or without the encoding.
fn oauth_parameters(text: &str) -> HashMap<String, String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    text.split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value.trim_matches('"'))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        credentials: &Credentials,
        header: Option<&str>,
        query: &[(String, String)],
    ) -> Result<Shown, String> {
        let mut request = http::Request::builder().uri("/v2/self");
        if let Some(header) = header {
            request = request.header(AUTHORIZATION, header);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let received = Received { parts: &parts, query, body: &[] };
        let secret_of = |token: &str| (token == credentials.token).then(|| credentials.token_secret.clone());
        credentials.read(&received, &secret_of).map_err(|refusal| refusal.message)
    }

    fn shown(credentials: &Credentials, header: &str) -> Result<Shown, String> {
        read(credentials, Some(header), &[])
    }

    #[test]
    fn a_plain_signature_is_taken_in_every_form_that_clients_send() {
        let credentials = Credentials {
            consumer_secret: "a+b".into(),
            token_secret: "c d".into(),
            ..Credentials::default()
        };
        let start = r#"OAuth oauth_consumer_key="sandbox-consumer-key", oauth_token="sandbox-oauth-token""#;
        for signature in ["a+b&c d", "a+b%26c d", "a%2Bb%26c%20d", "a%252Bb%26c%2520d"] {
            let header = format!(r#"{start}, oauth_signature="{signature}""#);
            assert_eq!(
                shown(&credentials, &header),
                Ok(Shown::Signed("sandbox-oauth-token".into())),
                "{signature}"
            );
            let header = format!(
                r#"{start},oauth_signature_method="PLAINTEXT",oauth_signature="{signature}",oauth_timestamp="1",oauth_nonce="n",oauth_version="1.0""#
            );
            assert_eq!(
                shown(&credentials, &header),
                Ok(Shown::Signed("sandbox-oauth-token".into())),
                "{signature}"
            );
        }
        let header = format!(r#"{start}, oauth_signature="a+b%26other""#);
        assert_eq!(shown(&credentials, &header), Err("The OAuth signature is invalid".into()));
    }

    #[test]
    fn credentials_in_the_query_are_base64_of_the_header() {
        let query = [("authorization".to_owned(), STANDARD.encode("Bearer sandbox-token"))];
        let shown = read(&Credentials::default(), None, &query).unwrap();
        assert_eq!(shown, Shown::Bearer("sandbox-token".into()));
    }

    #[test]
    fn credentials_of_another_kind_are_refused() {
        assert!(shown(&Credentials::default(), "Basic dXNlcjpwYXNz").is_err());
        assert!(shown(&Credentials::default(), "sandbox-token").is_err());
    }
}
