//! Collects the secrets of one call.

use std::borrow::Cow;

use base64::Engine;
use http::header::{self, HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::forms::ALIGNED;
use super::{Redactor, sounds_secret};
use crate::secret::Secret;
use crate::web_url::WebUrl;

/// Length from which the value of a sensitive header counts as a secret, regardless of the header's name.
const HEADER: usize = 6;

/// Collects the secrets of one call.
#[derive(Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// A value that was sent as a secret. Where it is a URL, the password in it is one too.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.is_empty() {
            return;
        }
        self.0.push(secret.to_owned());
        if let Some(url) = as_url(secret) {
            // A name beside a password is not a secret; alone it is often a token.
            self.add_user_info(url.password().unwrap_or(url.username()));
        }
        // A key in PEM is repeated a line at a time.
        if secret.contains('\n') {
            self.0.extend(
                secret.lines().map(str::trim).filter(|line| line.len() >= ALIGNED).map(str::to_owned),
            );
        }
    }

    /// A part of a URL before its host, as it is and decoded.
    fn add_user_info(&mut self, part: &str) {
        if !part.is_empty() {
            self.0.push(part.to_owned());
            self.0.extend(percent_decode_str(part).decode_utf8().ok().map(Cow::into_owned));
        }
    }

    pub(crate) fn add_all<'a>(&mut self, secrets: impl IntoIterator<Item = &'a Secret>) {
        secrets.into_iter().for_each(|secret| self.add(secret.expose()));
    }

    /// The value of `Authorization`: as a whole, and each part of it.
    pub(crate) fn add_authorization(&mut self, value: &HeaderValue) {
        let Ok(text) = value.to_str() else { return };
        self.add(text);
        let Some((scheme, rest)) = text.split_once(' ') else { return };
        self.add(rest);
        if scheme.eq_ignore_ascii_case("oauth") {
            const HARMLESS: [&str; 4] =
                ["oauth_signature_method", "oauth_version", "oauth_timestamp", "realm"];
            for part in rest.split(',') {
                let Some((name, value)) = part.trim().split_once('=') else { continue };
                let value = value.trim_matches('"');
                if HARMLESS.contains(&name) || value.is_empty() {
                    continue;
                }
                self.add(value);
                let Ok(decoded) = percent_decode_str(value).decode_utf8() else { continue };
                self.add(&decoded);
                // A signature of the method PLAINTEXT is two secrets, each encoded once more.
                if name == "oauth_signature" {
                    for half in decoded.split('&') {
                        self.add(half);
                        percent_decode_str(half).decode_utf8().iter().for_each(|half| self.add(half));
                    }
                }
            }
        } else if scheme.eq_ignore_ascii_case("basic")
            && let Some(text) = base64::engine::general_purpose::STANDARD
                .decode(rest)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
        {
            self.add(text.split_once(':').map_or(text.as_str(), |(_, password)| password));
        }
    }

    /// Headers that are marked as sensitive, or say by their name that they are.
    pub(crate) fn add_headers(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            if *name == header::AUTHORIZATION || *name == header::PROXY_AUTHORIZATION {
                self.add_authorization(value);
            } else if let Ok(text) = value.to_str()
                && (sounds_secret(name.as_str()) || value.is_sensitive() && text.len() >= HEADER)
            {
                self.add(text);
            }
        }
    }

    /// Values of an encoded query, or of a form, whose name says that they are secret.
    pub(crate) fn add_pairs(&mut self, pairs: &str) {
        for (name, value) in url::form_urlencoded::parse(pairs.as_bytes()) {
            if sounds_secret(&name) {
                self.add(&value);
            }
        }
    }

    /// Values of a JSON body with secret names, and the passwords and tokens in its URLs, for which there is
    /// no schema.
    pub(crate) fn add_json(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if sounds_secret(name) => self.add(text),
                        Value::Number(number) if sounds_secret(name) => self.add(&number.to_string()),
                        other => self.add_json(other),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.add_json(value)),
            Value::String(text) => {
                if let Some(url) = as_url(text) {
                    self.add_user_info(url.password().unwrap_or_default());
                    self.add_pairs(url.query().unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    /// Returns the redactor for these secrets.
    pub(crate) fn redactor(self) -> Redactor {
        Redactor::new(self.0)
    }
}

fn as_url(text: &str) -> Option<WebUrl> {
    if text.contains("://") { WebUrl::parse(text).ok() } else { None }
}
