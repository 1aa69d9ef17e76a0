//! The user whose credentials are taken.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shelf;

/// The user whose credentials are taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// The profile in the v2 format.
    pub(crate) profile: Value,
    pub(crate) password: String,
    /// Addresses beside the primary one.
    pub(crate) emails: Vec<String>,
    /// Public SSH keys by name.
    pub(crate) keys: Shelf<String>,
    pub(crate) mfa: Mfa,
    pub(crate) oauth_tokens: Shelf<Value>,
    /// Settings of the console by environment and name.
    pub(crate) settings: BTreeMap<(String, String), String>,
}

/// State of a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mfa {
    #[default]
    None,
    Pending,
    Confirmed,
}

impl Account {
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
            profile: json!({
                "id": id,
                "email": "user@sandbox.example",
                "name": "Sandbox User",
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
            }),
            password: "sandbox-password".to_owned(),
            emails: vec!["other@sandbox.example".to_owned()],
            keys: Shelf::from([("laptop".to_owned(), "ssh-ed25519 AAAAsandbox user@sandbox".to_owned())]),
            mfa: Mfa::None,
            oauth_tokens: Shelf::from([(token.to_owned(), listed)]),
            settings: BTreeMap::new(),
        }
    }
}
