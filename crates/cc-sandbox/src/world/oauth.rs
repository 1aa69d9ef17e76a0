//! OAuth 1 with its three legs: tokens that programs asked for, and those of users who agreed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Shelf, World, stored};

/// Authorizations in progress and issued tokens.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Oauth {
    /// The consumer that may ask.
    pub(crate) consumer: (String, String),
    /// Request tokens by themselves.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) requests: Shelf<RequestToken>,
    /// The request token whose page was shown last: the session of the user's browser.
    pub(crate) shown: Option<String>,
    /// Secrets of the users' tokens.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) secrets: Shelf<String>,
}

/// A request token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RequestToken {
    pub(crate) secret: String,
    pub(crate) callback: String,
    #[serde(with = "stored::date")]
    pub(crate) until: Timestamp,
    /// Verifier and rights of a user who agreed.
    pub(crate) agreed: Option<(String, Value)>,
}

impl World {
    /// The user and the secret of a token that was made here, was not revoked and has not ended.
    pub(super) fn made_oauth_token(&self, token: &str) -> Option<(&str, &str)> {
        let secret = self.oauth.secrets.get(token)?;
        let (user, listed) = self
            .accounts
            .iter()
            .find_map(|(user, account)| Some((user, account.oauth_tokens.get(token)?)))?;
        let end = listed["expirationDate"].as_i64()?;
        (end > self.now.as_millisecond()).then_some((user, secret))
    }
}
