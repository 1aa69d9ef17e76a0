//! The three clients of one account.

use cc_bridge::BridgeClient;
use cc_client::runtime::catalog::read_input;
use cc_client::runtime::credentials::SignatureMethod;
use cc_client::{Client, Credentials, Error, ErrorKind, Result};
use cc_redis_http::RedisHttpClient;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::options::json;

/// The clients, which share credentials.
#[derive(Debug)]
pub(super) struct Clients {
    client: Client,
    bridge: BridgeClient,
    redis: RedisHttpClient,
}

/// Settings, as JavaScript writes them.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Settings {
    token: Option<String>,
    oauth: Option<OAuth>,
    api_url: Option<String>,
    bridge_url: Option<String>,
    redis_url: Option<String>,
    redis_proxy_url: Option<String>,
    concurrency: Option<usize>,
    allow_credentials_over_plain_http: bool,
    /// Those of calls, which `js/` adds to each call. They stand here for the error that lists the settings.
    #[serde(rename = "timeout")]
    _timeout: IgnoredAny,
    #[serde(rename = "attemptTimeout")]
    _attempt_timeout: IgnoredAny,
    #[serde(rename = "maxAttempts")]
    _max_attempts: IgnoredAny,
    #[serde(rename = "bodyLimit")]
    _body_limit: IgnoredAny,
    #[serde(rename = "exposeSecrets")]
    _expose_secrets: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OAuth {
    consumer_key: String,
    consumer_secret: String,
    token: String,
    secret: String,
    signature_method: Option<String>,
}

impl Clients {
    /// Creates them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if a setting is not one, and those of building a transport.
    pub(super) fn new(settings: &str) -> Result<Self> {
        let settings: Settings = read_input(&json(settings)?)?;
        let credentials = match (settings.token, settings.oauth) {
            (None, None) => Credentials::None,
            (Some(token), None) => Credentials::api_token(token),
            (None, Some(oauth)) => oauth.credentials()?,
            (Some(_), Some(_)) => {
                return Err(invalid("`token` and `oauth` exclude each other: give one of them"));
            }
        };
        let (concurrency, plain) = (settings.concurrency, settings.allow_credentials_over_plain_http);
        // The credentials of another platform never go to the default one.
        let bridge_url = settings.bridge_url.or_else(|| settings.api_url.clone());
        let proxy_url = settings.redis_proxy_url.or_else(|| settings.api_url.clone());
        let client = Client::builder().credentials(credentials.clone()).endpoint(settings.api_url);
        let bridge = BridgeClient::builder().credentials(credentials);
        let redis = RedisHttpClient::builder().backend_url(settings.redis_url);
        Ok(Self {
            client: client
                .configure(|transport| {
                    transport.concurrency(concurrency).allow_credentials_over_plain_http(plain)
                })
                .build()?,
            bridge: match bridge_url {
                Some(url) => bridge.endpoint(url),
                None => bridge,
            }
            .configure(|transport| {
                transport.concurrency(concurrency).allow_credentials_over_plain_http(plain)
            })
            .build()?,
            redis: match proxy_url {
                Some(url) => redis.endpoint(url),
                None => redis,
            }
            .configure(|transport| {
                transport.concurrency(concurrency).allow_credentials_over_plain_http(plain)
            })
            .build()?,
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn bridge(&self) -> &BridgeClient {
        &self.bridge
    }

    pub(super) fn redis(&self) -> &RedisHttpClient {
        &self.redis
    }
}

impl OAuth {
    fn credentials(self) -> Result<Credentials> {
        let credentials =
            Credentials::oauth1(self.consumer_key, self.consumer_secret, self.token, self.secret);
        let Some(name) = self.signature_method else { return Ok(credentials) };
        let method = SignatureMethod::ALL.iter().find(|method| method.as_str() == name);
        let method = method.ok_or_else(|| {
            let names: Vec<&str> = SignatureMethod::ALL.iter().map(|method| method.as_str()).collect();
            invalid(format!("`oauth.signatureMethod`: expected one of {}", names.join(", ")))
        })?;
        Ok(credentials.signed_with(*method))
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput).with_message(message)
}
