//! Who asks: credentials, and how they become a header.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// What RFC 3986 calls unreserved, which is what OAuth 1 leaves as it is.
const OAUTH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The future of a [`CredentialsProvider`].
pub type ProvideFuture<'a> = Pin<Box<dyn Future<Output = Result<Credentials>> + Send + 'a>>;

/// Gives the credentials of each attempt, so that they can be renewed while a program runs.
pub trait CredentialsProvider: Send + Sync + fmt::Debug {
    /// The credentials of the attempt that is about to be sent. It must not give [`Credentials::Provider`].
    fn provide(&self) -> ProvideFuture<'_>;

    /// Whose credentials they are: answers and ids that were kept for one identity are never given to another. Two
    /// providers of one account may share it; the default is the provider itself.
    fn identity(&self) -> Option<String> {
        None
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// Nobody: some operations are public.
    #[default]
    None,
    /// An API token, sent as `Authorization: Bearer …`. Only [`Endpoint::BRIDGE`] takes it.
    ApiToken(Secret),
    /// OAuth 1 with a consumer and a user's token.
    OAuth1(OAuth1),
    /// Whatever a provider gives, asked at each attempt.
    Provider(Arc<dyn CredentialsProvider>),
}

/// An OAuth 1 consumer and the token that a user gave it. The signature is `PLAINTEXT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth1 {
    /// Key of the consumer.
    pub consumer_key: String,
    /// Secret of the consumer.
    pub consumer_secret: Secret,
    /// The user's token.
    pub token: String,
    /// Secret of the user's token.
    pub token_secret: Secret,
}

impl Credentials {
    /// An API token.
    pub fn api_token(token: impl Into<Secret>) -> Self {
        Self::ApiToken(token.into())
    }

    /// OAuth 1 credentials.
    pub fn oauth1(
        consumer_key: impl Into<String>,
        consumer_secret: impl Into<Secret>,
        token: impl Into<String>,
        token_secret: impl Into<Secret>,
    ) -> Self {
        Self::OAuth1(OAuth1 {
            consumer_key: consumer_key.into(),
            consumer_secret: consumer_secret.into(),
            token: token.into(),
            token_secret: token_secret.into(),
        })
    }

    /// Credentials that are asked for at each attempt.
    pub fn provider(provider: impl CredentialsProvider + 'static) -> Self {
        Self::Provider(Arc::new(provider))
    }

    /// The base URL that takes this kind of credentials. A provider is taken to give OAuth 1 credentials: name the
    /// endpoint where it gives API tokens.
    #[must_use]
    pub fn default_endpoint(&self) -> &'static str {
        match self {
            Self::ApiToken(_) => Endpoint::BRIDGE,
            Self::None | Self::OAuth1(_) | Self::Provider(_) => Endpoint::PLATFORM,
        }
    }

    /// A text that is equal for equal credentials and shows nothing of them: what is kept for one identity is found under
    /// it. It is stable across processes and machines.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::ApiToken(token) => format!("token-{}", fingerprint(&[token.expose()])),
            Self::OAuth1(oauth) => {
                format!(
                    "oauth1-{}",
                    fingerprint(&[&oauth.consumer_key, &oauth.token, oauth.token_secret.expose()])
                )
            }
            Self::Provider(provider) => provider.identity().map_or_else(
                || format!("provider-{:p}", Arc::as_ptr(provider)),
                |id| format!("provider-{id}"),
            ),
        }
    }

    /// The value of the `Authorization` header, marked as sensitive; `None` for [`Credentials::None`].
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when a token holds what no header may hold, or a provider fails.
    pub async fn authorization(&self) -> Result<Option<HeaderValue>> {
        match self {
            Self::Provider(provider) => match provider.provide().await? {
                Self::Provider(_) => Err(Error::new(ErrorKind::Credentials)
                    .with_message("a credentials provider gave another provider instead of credentials")),
                credentials => credentials.header(),
            },
            credentials => credentials.header(),
        }
    }

    /// The header of credentials that are there.
    pub(crate) fn header(&self) -> Result<Option<HeaderValue>> {
        let text = match self {
            Self::None | Self::Provider(_) => return Ok(None),
            Self::ApiToken(token) => format!("Bearer {}", token.expose()),
            Self::OAuth1(oauth) => oauth.plaintext(),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            Error::new(ErrorKind::Credentials).with_message(
                "the credentials hold a character that no header may hold: is a line break at their end?",
            )
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl OAuth1 {
    /// The header of RFC 5849 with a PLAINTEXT signature, each value percent-encoded.
    fn plaintext(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, OAUTH).to_string();
        let signature =
            format!("{}&{}", encode(self.consumer_secret.expose()), encode(self.token_secret.expose()));
        format!(
            r#"OAuth oauth_consumer_key="{}", oauth_token="{}", oauth_signature_method="PLAINTEXT", oauth_signature="{}""#,
            encode(&self.consumer_key),
            encode(&self.token),
            encode(&signature),
        )
    }
}

/// A hash of the parts, from which they cannot be had back.
fn fingerprint(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn header(credentials: Credentials) -> String {
        credentials.authorization().await.unwrap().unwrap().to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn an_api_token_is_a_bearer() {
        assert_eq!(header(Credentials::api_token("t0k")).await, "Bearer t0k");
        assert_eq!(Credentials::api_token("t0k").default_endpoint(), Endpoint::BRIDGE);
    }

    #[tokio::test]
    async fn oauth_values_are_percent_encoded() {
        assert_eq!(
            header(Credentials::oauth1("k\"", "a&b", "t ", "é")).await,
            r#"OAuth oauth_consumer_key="k%22", oauth_token="t%20", oauth_signature_method="PLAINTEXT", oauth_signature="a%2526b%26%25C3%25A9""#
        );
    }

    #[tokio::test]
    async fn a_token_with_a_line_break_is_refused_and_not_shown() {
        let error = Credentials::api_token("hunter2\n").authorization().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn identities_differ_with_the_credentials_and_show_nothing_of_them() {
        let one = Credentials::oauth1("k", "s", "t", "hunter2");
        let other = Credentials::oauth1("k", "s", "t", "hunter3");
        assert_eq!(one.identity(), one.clone().identity());
        assert_ne!(one.identity(), other.identity());
        assert!(!one.identity().contains("hunter2") && !format!("{one:?}").contains("hunter2"));
    }
}
