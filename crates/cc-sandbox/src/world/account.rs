//! The accounts of users.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Shelf, stored};

/// The account of a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Account {
    /// The profile in the v2 format.
    #[serde(deserialize_with = "stored::object")]
    pub(crate) profile: Value,
    pub(crate) password: String,
    /// Addresses beside the primary one.
    pub(crate) emails: Vec<String>,
    /// Public SSH keys by name.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) keys: Shelf<String>,
    pub(crate) mfa: Mfa,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) oauth_tokens: Shelf<Value>,
    /// Settings of the console by environment and name.
    #[serde(with = "stored::pairs")]
    pub(crate) settings: BTreeMap<(String, String), String>,
}

/// State of a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mfa {
    #[default]
    None,
    Pending,
    Confirmed,
}

impl Account {
    /// The account of the main user.
    pub(crate) fn new(id: &str, now: Timestamp) -> Self {
        let token = "sandbox-other-oauth-token";
        let listed = json!({
            "token": token,
            "creationDate": now.as_millisecond(),
            "expirationDate": now.as_millisecond() + 2 * 365 * 86_400_000,
            "lastUtilisation": now.as_millisecond(),
            "rights": { "almighty": true },
        });
        Self {
            emails: vec!["other@sandbox.example".to_owned()],
            keys: Shelf::from([("laptop".to_owned(), "ssh-ed25519 AAAAsandbox user@sandbox".to_owned())]),
            oauth_tokens: Shelf::from([(token.to_owned(), listed)]),
            ..Self::of(id, "user@sandbox.example", "Sandbox User", now)
        }
    }

    /// The account of a user, with nothing but a profile and a password.
    pub(crate) fn of(id: &str, email: &str, name: &str, now: Timestamp) -> Self {
        Self {
            profile: json!({
                "id": id,
                "email": email,
                "name": name,
                "phone": "",
                "address": "1 rue du Bac à sable",
                "city": "Nantes",
                "zipcode": "44000",
                "country": "FRANCE",
                "avatar": "https://avatars.sandbox.example/user",
                "creationDate": now.as_millisecond(),
                "lang": "EN",
                "emailValidated": true,
                "oauthApps": [],
                "admin": false,
                "canPay": true,
                "preferredMFA": "NONE",
                "hasPassword": true,
                "partnerId": "clever-cloud",
                "partnerName": "Clever Cloud",
                "partnerConsoleUrl": "https://console.sandbox.example",
            }),
            password: "sandbox-password".to_owned(),
            ..Self::default()
        }
    }
}
