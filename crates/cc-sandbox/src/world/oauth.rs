//! OAuth 1 with its three legs: tokens that programs asked for, and those of users who agreed.

use jiff::Timestamp;
use serde_json::Value;

use super::{Shelf, World};

/// Authorizations in progress and issued tokens.
#[derive(Debug, Default)]
pub(crate) struct Oauth {
    /// The consumer that may ask.
    pub(crate) consumer: (String, String),
    /// Request tokens by themselves.
    pub(crate) requests: Shelf<RequestToken>,
    /// The request token whose page was shown last: the session of the user's browser.
    pub(crate) shown: Option<String>,
    /// Secrets of the users' tokens.
    pub(crate) secrets: Shelf<String>,
}

/// A request token.
#[derive(Debug)]
pub(crate) struct RequestToken {
    pub(crate) secret: String,
    pub(crate) callback: String,
    pub(crate) until: Timestamp,
    /// Verifier and rights of a user who agreed.
    pub(crate) agreed: Option<(String, Value)>,
}

impl World {
    /// The secret of a user's token that was made here, was not revoked and has not ended.
    pub(crate) fn oauth_secret(&self, token: &str) -> Option<&str> {
        let end = self.account.oauth_tokens.get(token)?["expirationDate"].as_i64()?;
        let secret = self.oauth.secrets.get(token)?;
        (end > self.now.as_millisecond()).then_some(secret)
    }
}
