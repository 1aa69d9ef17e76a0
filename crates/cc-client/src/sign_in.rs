//! Asks a user for a token: OAuth 1 with its three legs.
//!
//! A program that is registered as a consumer asks the platform for a request token, sends the user to a page where they agree, and gets a token that acts for them, three months by
//! default. What it may ask for are the [rights](Right) that the consumer is registered with; the user may agree to fewer.
//!
//! A program on a desktop waits for the user's browser on a port of its own:
//!
//! ```no_run
//! # async fn example() -> cc_client::Result<()> {
//! use std::time::Duration;
//! use cc_client::Client;
//! use cc_client::sign_in::{Listener, SignIn};
//!
//! let listener = Listener::bind(0).await?;
//! let pending = SignIn::new("consumer key", "consumer secret").start(listener.url()).await?;
//! println!("Sign in at {}", pending.authorize_url());
//! let visit = listener.wait(&pending, Duration::from_secs(300)).await?;
//! let signed_in = pending.finish(visit).await?;
//! let client = Client::builder().credentials(signed_in.credentials()).build()?;
//! # Ok(()) }
//! ```
//!
//! A server gives a URL of its own to [`SignIn::start`], keeps the [`Pending`] for the user's session, and reads the visit
//! from the URL that the browser comes to: [`Pending::visit`].
//!
//! Source: the platform's documentation of its API, and RFC 5849.

#[cfg(not(target_family = "wasm"))]
mod listener;
mod right;

use std::fmt;

use cc_api_oauth::types::OauthForm;
use cc_api_oauth::{CreateAccessToken, CreateRequestToken, GetAuthorizationPage};
use cc_runtime::credentials::{OAuth1, SignatureMethod};
use cc_runtime::{Credentials, Error, ErrorKind, Operation, Result, Secret, Timestamp, Transport};
use http::{HeaderMap, Method, Uri};
use url::Url;
use url::form_urlencoded;
use uuid::Uuid;

#[cfg(not(target_family = "wasm"))]
pub use listener::Listener;
pub use right::Right;

/// The query parameter of the callback by which a visit is known to come from this very start.
const STATE: &str = "state";

/// A consumer that asks users for a token.
#[derive(Debug, Clone)]
#[must_use]
pub struct SignIn {
    consumer: OAuth1,
    transport: Option<Transport>,
}

impl SignIn {
    /// For the consumer with this key and secret, at the platform. Signatures are HMAC-SHA512.
    pub fn new(consumer_key: impl Into<String>, consumer_secret: impl Into<Secret>) -> Self {
        Self {
            consumer: OAuth1 {
                consumer_key: consumer_key.into(),
                consumer_secret: consumer_secret.into(),
                token: String::new(),
                token_secret: Secret::default(),
                method: SignatureMethod::HmacSha512,
            },
            transport: None,
        }
    }

    /// Sends the requests with this transport, to its endpoint. Its own credentials are left aside. Default: one of its own,
    /// to the platform.
    pub fn transport(mut self, transport: &Transport) -> Self {
        self.transport = Some(transport.clone());
        self
    }

    /// Sets the signature method of the requests for tokens, and of later requests with the token. Default:
    /// [`SignatureMethod::HmacSha512`].
    pub fn signed_with(mut self, method: SignatureMethod) -> Self {
        self.consumer = self.consumer.signed_with(method);
        self
    }

    /// Asks for a request token. The browser comes to `callback` when the user has agreed: a URL of the consumer's own
    /// domain, with or without a query.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] if the callback is not a URL; [`ErrorKind::Refused`] with 401 if the
    /// consumer is unknown or its secret is wrong; and the errors of any request.
    pub async fn start(&self, callback: &str) -> Result<Pending> {
        let mut callback = Url::parse(callback).map_err(|cause| {
            Error::new(ErrorKind::InvalidUrl).with_message("the callback is not a URL").with_source(cause)
        })?;
        let state = Uuid::new_v4().simple().to_string();
        callback.query_pairs_mut().append_pair(STATE, &state);
        let transport = match &self.transport {
            Some(transport) => transport.with_credentials(Credentials::None)?,
            None => Transport::builder().build()?,
        };
        let extra = [("oauth_callback", callback.as_str())];
        // The consumer signs in the body, so the transport has no credentials to check.
        transport.check_secrets_may_travel()?;
        let form = signed(&self.consumer, &transport, CreateRequestToken::INFO.route, &extra)?;
        let answer = transport.call(CreateRequestToken::new(form)).await?;
        let given = Given::read(&answer);
        if given.get("oauth_callback_confirmed") != Some("true") {
            return Err(undecodable(CreateRequestToken::INFO.id, "oauth_callback_confirmed"));
        }
        let (token, secret) = given.token(CreateRequestToken::INFO.id)?;
        let page = GetAuthorizationPage::new().oauth_token(&token).request()?;
        let authorize_url = transport.endpoint().join(&page.path, &page.query)?;
        let consumer = OAuth1 { token, token_secret: secret, ..self.consumer.clone() };
        Ok(Pending { consumer, transport, state, authorize_url })
    }
}

/// A sign-in that waits for the user.
#[derive(Clone)]
pub struct Pending {
    /// The consumer with the request token.
    consumer: OAuth1,
    transport: Transport,
    state: String,
    authorize_url: Url,
}

impl Pending {
    /// The page where the user agrees: to be opened in their browser.
    #[must_use]
    pub fn authorize_url(&self) -> &str {
        self.authorize_url.as_str()
    }

    /// Returns the request token, with which a server can find its pending sign-ins.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.consumer.token
    }

    /// Reads the URL that the browser came to: absolute, or from its path on.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when it does not belong to this sign-in, or says that the user did not agree.
    pub fn visit(&self, url: &str) -> Result<Visit> {
        let refused = |message: &str| Error::new(ErrorKind::Credentials).with_message(message);
        let given = Given::of_url(url);
        if !self.owns(&given) {
            return Err(refused("the callback does not belong to this sign-in"));
        }
        match given.get("oauth_verifier").filter(|_| given.get("oauth_token").is_some()) {
            Some(verifier) if !verifier.is_empty() => Ok(Visit { verifier: verifier.into() }),
            _ => Err(refused("the user did not agree")),
        }
    }

    /// Returns `true` if this sign-in sent the browser.
    #[cfg(not(target_family = "wasm"))]
    fn is_mine(&self, url: &str) -> bool {
        self.owns(&Given::of_url(url))
    }

    fn owns(&self, given: &Given) -> bool {
        // Secrets compare in a time that tells nothing of them.
        let same = |given: &str, mine: &str| Secret::from(given) == Secret::from(mine);
        given.get(STATE).is_some_and(|state| same(state, &self.state))
            && given.get("oauth_token").is_none_or(|token| same(token, &self.consumer.token))
    }

    /// Exchanges the visit for a token of the user.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] with 401 if the platform rejects the visit, or it came too late;
    /// [`ErrorKind::Undecodable`] if the answer has no token; and the errors of any request.
    pub async fn finish(self, visit: Visit) -> Result<SignedIn> {
        let extra = [("oauth_verifier", visit.verifier.expose())];
        let form = signed(&self.consumer, &self.transport, CreateAccessToken::INFO.route, &extra)?;
        let answer = self.transport.call(CreateAccessToken::new(form)).await?;
        let given = Given::read(&answer);
        let (token, token_secret) = given.token(CreateAccessToken::INFO.id)?;
        let expires_at = given.get("expiration_date").and_then(|date| date.parse().ok());
        Ok(SignedIn { oauth1: OAuth1 { token, token_secret, ..self.consumer }, expires_at })
    }
}

impl fmt::Debug for Pending {
    /// Shows neither a secret nor the data that verify visits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("consumer_key", &self.consumer.consumer_key).finish_non_exhaustive()
    }
}

/// Proof that the user agreed.
#[derive(Debug, Clone)]
pub struct Visit {
    verifier: Secret,
}

impl Visit {
    /// Creates the visit from the `oauth_verifier` that the user received in another way, such as by hand.
    pub fn by_hand(verifier: impl Into<Secret>) -> Self {
        Self { verifier: verifier.into() }
    }
}

/// A user's token.
#[derive(Debug, Clone)]
pub struct SignedIn {
    oauth1: OAuth1,
    expires_at: Option<Timestamp>,
}

impl SignedIn {
    /// The credentials that act for the user.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::OAuth1(self.oauth1.clone())
    }

    /// Token and secret, to be kept for later.
    #[must_use]
    pub fn oauth1(&self) -> &OAuth1 {
        &self.oauth1
    }

    /// Returns the expiration date of the token, as the platform reports it: after three months, unless the
    /// user chose otherwise.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// The form of a request for a token, signed.
fn signed(
    consumer: &OAuth1,
    transport: &Transport,
    path: &str,
    extra: &[(&'static str, &str)],
) -> Result<OauthForm> {
    let url = transport.endpoint().join(path, "")?;
    let uri: Uri = url
        .as_str()
        .parse()
        .map_err(|cause: http::uri::InvalidUri| Error::new(ErrorKind::InvalidUrl).with_source(cause))?;
    let mut form = OauthForm::new();
    // All that the form holds are parameters of the protocol: there is nothing else to sign.
    for (name, value) in consumer.parameters(&Method::POST, &uri, &HeaderMap::new(), b"", extra)? {
        form = match name {
            "oauth_consumer_key" => form.oauth_consumer_key(value),
            "oauth_token" => form.oauth_token(value),
            "oauth_signature_method" => form.oauth_signature_method(value),
            "oauth_signature" => form.oauth_signature(value),
            "oauth_timestamp" => form.oauth_timestamp(value),
            "oauth_nonce" => form.oauth_nonce(value),
            "oauth_version" => form.oauth_version(value),
            "oauth_callback" => form.oauth_callback(value),
            "oauth_verifier" => form.oauth_verifier(value),
            _ => form,
        };
    }
    Ok(form)
}

/// Pairs of a form or a query.
struct Given(Vec<(String, Secret)>);

impl Given {
    fn read(form: &Secret) -> Self {
        let pairs = form_urlencoded::parse(form.expose().trim().as_bytes()).into_owned();
        Self(pairs.map(|(name, value)| (name, value.into())).collect())
    }

    /// The query of a URL.
    fn of_url(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        Self::read(&url.split_once('?').map_or("", |(_, query)| query).into())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.expose())
    }

    /// The token and its secret.
    fn token(&self, operation: &str) -> Result<(String, Secret)> {
        let get = |name| {
            let value = self.get(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| undecodable(operation, name))
        };
        Ok((get("oauth_token")?.to_owned(), get("oauth_token_secret")?.into()))
    }
}

fn undecodable(operation: &str, name: &str) -> Error {
    let message = format!("the answer of `{operation}` has no `{name}`");
    Error::new(ErrorKind::Undecodable).with_message(message)
}
