//! Credentials, and how they become a header.

mod cli;
mod infer;
mod oauth1;
mod signature;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use http::HeaderValue;

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;
use crate::random;
use crate::redact::Secrets;
use crate::request::HttpRequest;
use crate::secret::{MASK_REFUSED, Secret};

pub use infer::{Infer, Inferred, Service, Source};
pub use oauth1::OAuth1;
pub use signature::SignatureMethod;

/// Start of the identity of a provider that does not say whose credentials it gives.
const UNNAMED: &str = "unnamed-";

/// The future of a [`CredentialsProvider`].
pub type ProvideFuture<'a> = Pin<Box<dyn Future<Output = Result<Credentials>> + Send + 'a>>;

/// Provides the credentials of each attempt, so that a program can renew them while it runs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not provide credentials",
    label = "`CredentialsProvider` is not implemented",
    note = "implement `CredentialsProvider`, or pass fixed `Credentials`"
)]
pub trait CredentialsProvider: Send + Sync + fmt::Debug {
    /// The credentials of the attempt that is about to be sent. It must not give [`Credentials::Provider`].
    fn provide(&self) -> ProvideFuture<'_>;

    /// Identity of the account whose credentials [`provide`](Self::provide) currently returns: cached answers
    /// and ids of one identity are never given to another. Two providers of one account may share an
    /// identity. A provider that can switch accounts must return another identity as soon as it returns other
    /// credentials. Default: an identity that belongs to this provider alone and is never reused. It changes
    /// whenever the provider returns other credentials, because they may belong to another account: a
    /// provider that renews the credentials of one account keeps the cache by returning a constant identity.
    ///
    /// An answer is kept and shared under the identity that its call began with only if its attempts were signed for that
    /// identity too.
    fn identity(&self) -> Option<String> {
        None
    }
}

/// A [`CredentialsProvider`], and the identity it has when it does not name one. Clones share both.
#[derive(Clone)]
pub struct Provider {
    provider: Arc<dyn CredentialsProvider>,
    unnamed: Arc<Unnamed>,
}

/// The identity of a provider that does not say whose credentials it gives.
struct Unnamed {
    name: String,
    given: Mutex<Given>,
}

/// Result of a provider.
#[derive(Default)]
struct Given {
    /// The identity of the last credentials.
    last: Option<String>,
    /// Number of times the credentials changed.
    changes: u64,
}

impl Unnamed {
    fn identity(&self) -> String {
        match lock(&self.given).changes {
            0 => self.name.clone(),
            changes => format!("{}.{changes}", self.name),
        }
    }

    fn note(&self, credentials: &Credentials) {
        let identity = credentials.identity();
        let mut given = lock(&self.given);
        if given.last.as_ref().is_some_and(|last| *last != identity) {
            given.changes += 1;
        }
        given.last = Some(identity);
    }
}

impl Provider {
    /// Wraps a provider, which gets an identity that no other provider of this process has, ever had or will have.
    pub fn new(provider: impl CredentialsProvider + 'static) -> Self {
        Self::from(Arc::new(provider) as Arc<dyn CredentialsProvider>)
    }

    /// The identity of the credentials that it gives now.
    pub(crate) fn identity(&self) -> String {
        self.provider.identity().map_or_else(|| self.unnamed.identity(), |name| format!("provider-{name}"))
    }

    /// # Errors
    /// [`ErrorKind::Credentials`] when it gives another provider, and the error of the provider.
    pub(crate) async fn provide(&self) -> Result<Credentials> {
        match self.provider.provide().await? {
            Credentials::Provider(_) => Err(Error::new(ErrorKind::Credentials)
                .with_message("the provider returned another provider: return credentials")),
            credentials => {
                if self.provider.identity().is_none() {
                    self.unnamed.note(&credentials);
                }
                Ok(credentials)
            }
        }
    }
}

impl From<Arc<dyn CredentialsProvider>> for Provider {
    fn from(provider: Arc<dyn CredentialsProvider>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        /// Differs from process to process, for stores that several share.
        static PROCESS: LazyLock<u64> = LazyLock::new(|| random::unique() as u64);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{UNNAMED}{:016x}-{number}", *PROCESS);
        Self { provider, unnamed: Arc::new(Unnamed { name, given: Mutex::default() }) }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.provider.fmt(f)
    }
}

/// Credentials of the requests.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// No credentials, for public operations.
    #[default]
    None,
    /// An API token, sent as `Authorization: Bearer …`. Only [`Endpoint::BRIDGE`] takes it.
    ApiToken(Secret),
    /// OAuth 1 with a consumer and a user's token.
    OAuth1(OAuth1),
    /// Credentials that a provider gives at each attempt.
    Provider(Provider),
}

impl Credentials {
    /// An API token.
    pub fn api_token(token: impl Into<Secret>) -> Self {
        Self::ApiToken(token.into())
    }

    /// OAuth 1 credentials, with `PLAINTEXT` signatures: [`SignatureMethod`] says when to choose another, and
    /// [`signed_with`](Self::signed_with) sets it.
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
            method: SignatureMethod::default(),
        })
    }

    /// Returns the credentials with another OAuth 1 signature method. Credentials of other kinds are unchanged.
    /// Default: [`SignatureMethod::Plaintext`].
    ///
    /// A signature holds for the URL that the transport sends to: where a proxy in between changes host or path, only
    /// `PLAINTEXT` works.
    #[must_use]
    pub fn signed_with(self, method: SignatureMethod) -> Self {
        match self {
            Self::OAuth1(oauth) => Self::OAuth1(oauth.signed_with(method)),
            other => other,
        }
    }

    /// Credentials that are asked for at each attempt.
    pub fn provider(provider: impl CredentialsProvider + 'static) -> Self {
        Self::Provider(Provider::new(provider))
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

    /// Returns `true` if an [`identity`](Self::identity) means the same in another process, and later in this one: all do but that of
    /// a provider which does not say whose credentials it gives.
    #[must_use]
    pub fn is_lasting(identity: &str) -> bool {
        !identity.starts_with(UNNAMED)
    }

    /// Returns a text that is equal for equal credentials and reveals nothing about them. It is the key under
    /// which data of one identity are cached, and is stable across processes and machines.
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
            Self::Provider(provider) => provider.identity(),
        }
    }

    /// The value of the `Authorization` header of this request, marked as sensitive; `None` for [`Credentials::None`]. It
    /// is good for one attempt.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if a token contains characters that a header cannot, or if a provider
    /// fails.
    pub async fn authorization(&self, request: &HttpRequest) -> Result<Option<HeaderValue>> {
        match self {
            Self::Provider(provider) => provider.provide().await?.header(request),
            credentials => credentials.header(request),
        }
    }

    /// Adds the secrets of these credentials, if there are any.
    pub(crate) fn add_to(&self, secrets: &mut Secrets) {
        match self {
            Self::None | Self::Provider(_) => {}
            Self::ApiToken(token) => secrets.add(token.expose()),
            Self::OAuth1(oauth) => {
                secrets.add_all([&oauth.consumer_secret, &oauth.token_secret]);
                secrets.add(&oauth.token);
                if oauth.method == SignatureMethod::Plaintext
                    && let Ok(Some(header)) = self.header(&HttpRequest::default())
                {
                    secrets.add_authorization(&header);
                }
            }
        }
    }

    /// Returns `true` if the header differs from request to request.
    pub(crate) fn signs_each_request(&self) -> bool {
        matches!(self, Self::OAuth1(oauth) if oauth.method != SignatureMethod::Plaintext)
    }

    /// Why no server takes these credentials: they were read from a variable that is not set, or from a file with a line break at its
    /// end.
    fn fault(&self) -> Option<String> {
        let parts: &[(&str, &str)] = match self {
            Self::None | Self::Provider(_) => return None,
            Self::ApiToken(token) => &[("API token", token.expose())],
            Self::OAuth1(oauth) => &[
                ("OAuth consumer key", &oauth.consumer_key),
                ("OAuth consumer secret", oauth.consumer_secret.expose()),
                ("OAuth token", &oauth.token),
                ("secret of the OAuth token", oauth.token_secret.expose()),
            ],
        };
        parts.iter().find_map(|(name, text)| match text.trim() {
            "" => Some(format!("the {name} is empty: set it, or give no credentials")),
            trimmed if trimmed.len() < text.len() => {
                Some(format!("the {name} begins or ends with a space or a line break: remove it"))
            }
            _ => None,
        })
    }

    /// The header of credentials that are there.
    pub(crate) fn header(&self, request: &HttpRequest) -> Result<Option<HeaderValue>> {
        let is_mask = match self {
            Self::ApiToken(token) => token.is_mask(),
            Self::OAuth1(oauth) => oauth.consumer_secret.is_mask() || oauth.token_secret.is_mask(),
            Self::None | Self::Provider(_) => false,
        };
        if is_mask {
            return Err(Error::new(ErrorKind::Credentials).with_message(MASK_REFUSED).not_sent());
        }
        if let Some(fault) = self.fault() {
            return Err(Error::new(ErrorKind::Credentials).with_message(fault).not_sent());
        }
        let text = match self {
            Self::None | Self::Provider(_) => return Ok(None),
            Self::ApiToken(token) => format!("Bearer {}", token.expose()),
            Self::OAuth1(oauth) if oauth.method == SignatureMethod::Plaintext => oauth.plaintext(),
            Self::OAuth1(oauth) => {
                oauth.signed(request.method(), request.uri(), request.headers(), request.body())?
            }
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            Error::new(ErrorKind::Credentials)
                .with_message("the credentials contain a character that a header cannot have")
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// One-way hash of the parts.
fn fingerprint(parts: &[&str]) -> String {
    use sha2::{Digest, Sha512_256};
    let mut hash = Sha512_256::new();
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
        credentials
            .authorization(&HttpRequest::default())
            .await
            .unwrap()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[tokio::test]
    async fn an_api_token_is_a_bearer() {
        assert_eq!(header(Credentials::api_token("t0k")).await, "Bearer t0k");
        assert_eq!(Credentials::api_token("t0k").default_endpoint(), Endpoint::BRIDGE);
    }

    #[tokio::test]
    async fn oauth_values_are_percent_encoded() {
        assert_eq!(
            header(Credentials::oauth1("k\"", "a&b", "t +", "é")).await,
            r#"OAuth oauth_consumer_key="k%22", oauth_token="t%20%2B", oauth_signature_method="PLAINTEXT", oauth_signature="a%2526b%26%25C3%25A9""#
        );
    }

    #[tokio::test]
    async fn a_token_with_a_line_break_is_refused_and_not_shown() {
        let error =
            Credentials::api_token("hunter2\n").authorization(&HttpRequest::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn credentials_that_are_empty_or_have_a_space_at_their_ends_are_refused() {
        let token = |text: &str| Credentials::api_token(text);
        for (credentials, told) in [
            (token(""), "the API token is empty"),
            (token(" \n"), "the API token is empty"),
            (token("hunter2 "), "the API token begins or ends with a space or a line break"),
            (token("\thunter2"), "the API token begins or ends with a space or a line break"),
            (token("hunter\n2"), "a character that a header cannot have"),
            (Credentials::oauth1("", "hunter2", "t", "s"), "the OAuth consumer key is empty"),
            (Credentials::oauth1("k", "", "t", "hunter2"), "the OAuth consumer secret is empty"),
            (Credentials::oauth1("k", "hunter2", "", "s"), "the OAuth token is empty"),
            (Credentials::oauth1("k", "hunter2", "t", ""), "the secret of the OAuth token is empty"),
            (
                Credentials::oauth1("k", "s", "t", "hunter2\n"),
                "the secret of the OAuth token begins or ends with",
            ),
        ] {
            let error = credentials.authorization(&HttpRequest::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(error.to_string().contains(told), "{error}");
            assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn the_mask_of_a_token_is_refused() {
        for masked in [
            Credentials::api_token("***"),
            Credentials::oauth1("k", "***", "t", "s"),
            Credentials::oauth1("k", "s", "t", "***"),
        ] {
            let error = masked.authorization(&HttpRequest::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(error.to_string().contains("the mask of a hidden value"), "{error}");
        }
    }

    #[test]
    fn identities_differ_with_the_credentials_and_show_nothing_of_them() {
        let one = Credentials::oauth1("k", "s", "t", "hunter2");
        let other = Credentials::oauth1("k", "s", "t", "hunter3");
        assert_eq!(one.identity(), one.clone().identity());
        assert_ne!(one.identity(), other.identity());
        assert!(!one.identity().contains("hunter2") && !format!("{one:?}").contains("hunter2"));
    }

    #[derive(Debug)]
    struct Vault(Option<&'static str>);

    impl CredentialsProvider for Vault {
        fn provide(&self) -> ProvideFuture<'_> {
            Box::pin(async { Ok(Credentials::None) })
        }

        fn identity(&self) -> Option<String> {
            self.0.map(str::to_owned)
        }
    }

    #[test]
    fn no_two_providers_ever_have_one_identity() {
        // Each is freed before the next is made, so that many have the address of one before them.
        let unnamed = (0..500).map(|_| Credentials::provider(Vault(None)).identity());
        let named =
            ["0", "unnamed-0", "0x7f"].map(|name| Credentials::provider(Vault(Some(name))).identity());
        let identities: std::collections::HashSet<String> = unnamed.chain(named).collect();
        assert_eq!(identities.len(), 503);
    }

    #[test]
    fn only_the_identity_of_a_nameless_provider_does_not_last() {
        let [nameless, other] = [(); 2].map(|()| Credentials::provider(Vault(None)));
        assert_eq!(nameless.identity(), nameless.clone().identity());
        assert_ne!(nameless.identity(), other.identity());
        assert!(!Credentials::is_lasting(&nameless.identity()), "{}", nameless.identity());
        for credentials in
            [Credentials::provider(Vault(Some("0x7f"))), Credentials::api_token("t"), Credentials::None]
        {
            assert!(Credentials::is_lasting(&credentials.identity()));
        }
    }
}
