//! State of the platform: resources, owners and scheduled changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::delivery::Progress;
use crate::engine::clock::after;
use crate::engine::random::uuid;
use crate::engine::reply::Refusal;
use crate::identity::Identity;

mod account;
mod application;
mod change;
mod collections;
mod files;
mod named;
mod network;
mod oauth;
mod owner;
mod phases;
mod soundness;
pub(crate) mod stored;
mod summary;
mod terms;
mod visit;
mod watched;

pub(crate) use self::account::{Account, Mfa};
pub(crate) use self::change::{Change, NetworkChange};
pub(crate) use self::collections::{Collections, Keys, Row, Turn};
pub(crate) use self::files::{File, Files};
pub(crate) use self::network::{NetworkGroup, Redirection};
pub(crate) use self::oauth::{Oauth, RequestToken};
pub(crate) use self::owner::{Owner, add_organisation};
pub(crate) use self::phases::{PHASES, phase_begins};
pub use self::terms::Quota;
pub(crate) use self::terms::TermsChange;
pub(crate) use application::{
    Action, Application, Deployment, Instance, InstanceState, Origin, State, variables,
};
use named::named;
pub(crate) use visit::Visit;
pub(crate) use watched::{Subject, Watched};

/// Things by their id, in the order they were made.
pub(crate) type Shelf<T> = IndexMap<String, T>;

/// Ids of the resources in the initial world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Ids {
    /// The user whose credentials are taken; also the id of the personal space.
    pub user: String,
    /// An organisation that the user manages.
    pub organisation: String,
    /// An organisation that the user is not a member of: requests about it are refused.
    pub foreign_organisation: String,
    /// An application of the organisation (Node.js, deployed).
    pub application: String,
    /// An add-on of the organisation (PostgreSQL), as the platform lists it: `addon_…`.
    pub addon: String,
    /// Id of the same add-on as its provider knows it: `postgresql_…`.
    pub real_addon: String,
    /// Add-ons of the organisation by the kind of their real id, such as `keycloak` or `pulsar`, as the platform
    /// lists them: `addon_…`.
    pub addons: BTreeMap<String, String>,
    /// Ids of the same add-ons as their providers know them: `keycloak_…`.
    pub real_addons: BTreeMap<String, String>,
    /// The organisations that the builder was given, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub organisations: BTreeMap<String, String>,
    /// An application of the personal space (static, never deployed).
    pub personal_application: String,
    /// An OAuth consumer of the organisation, by its key.
    pub consumer: String,
    /// An add-on provider of the organisation.
    pub provider: String,
    /// A drain of the application, enabled.
    pub drain: String,
    /// Number of the latest invoice of the organisation, which is to be paid.
    pub invoice: String,
}

/// The state of the platform, with everything that is to happen later. It is plain data: a snapshot stores all of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct World {
    pub(crate) seed: u64,
    /// The present; within a task that was due, when it was due.
    #[serde(with = "stored::date")]
    pub(crate) now: Timestamp,
    pub(crate) ids: Ids,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) owners: Shelf<Owner>,
    pub(crate) applications: Watched<Application>,
    pub(crate) addons: Watched<Addon>,
    pub(crate) drains: Watched<Drain>,
    /// By their number.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) invoices: Shelf<Invoice>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) tokens: Shelf<ApiToken>,
    /// Owners that used the coupon.
    pub(crate) coupons: BTreeSet<String>,
    /// OAuth consumers by their key.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) consumers: Shelf<Owned>,
    /// Add-on providers that belong to an owner.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) providers: Shelf<Owned>,
    /// By the ids of their users.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// The users with their credentials, the main one first.
    pub(crate) identities: Vec<Identity>,
    /// Programs that ask users for a token.
    pub(crate) oauth: Oauth,
    /// Payment methods by their id.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) payment_methods: Shelf<Owned>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) network_groups: Shelf<NetworkGroup>,
    pub(crate) redirections: Vec<Redirection>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) email_notifications: Shelf<Owned>,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) webhooks: Shelf<Owned>,
    /// Owners that turned Grafana on.
    pub(crate) grafanas: BTreeSet<String>,
    /// OAuth tokens of the users that were revoked.
    #[serde(default)]
    pub(crate) revoked: BTreeSet<String>,
    /// Items of the collections that one engine keeps.
    pub(crate) collections: Collections,
    /// Socket that serves the key spaces of Redis. It belongs to the sandbox, and not to its state.
    #[serde(skip)]
    pub(crate) redis: Option<SocketAddr>,
    /// Contents that clients uploaded.
    #[serde(default)]
    pub(crate) files: Files,
    /// Quota of each owner that has none of its own.
    #[serde(default)]
    pub(crate) quota: Quota,
    /// Number of generated ids by kind.
    made: BTreeMap<String, u64>,
    #[serde(with = "stored::due")]
    due: BTreeMap<(Timestamp, u64), Change>,
}

/// An add-on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Addon {
    /// Id as the platform lists it: `addon_…`.
    pub(crate) id: String,
    /// Id as the provider knows it: `postgresql_…`.
    pub(crate) real_id: String,
    pub(crate) owner: String,
    /// Id of its provider, such as `postgresql-addon`.
    pub(crate) provider: String,
    /// The resource in the v2 format.
    #[serde(deserialize_with = "stored::object")]
    pub(crate) wire: Value,
    /// Variables that linked applications get.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) tags: Vec<String>,
    /// Fields known only to the provider; null for most.
    pub(crate) details: Value,
    /// Moves to other plans, zones or versions, by their id.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) migrations: Shelf<Value>,
}

/// A drain.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Drain {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// An application or the real id of an add-on.
    pub(crate) resource: String,
    pub(crate) kind: Value,
    /// Recipient as given, including its password.
    pub(crate) recipient: Value,
    pub(crate) status: DrainStatus,
    /// Time of the change to this status.
    #[serde(with = "stored::date")]
    pub(crate) changed: Timestamp,
    pub(crate) progress: Progress,
}

named! {
    /// Status of a drain.
    DrainStatus {
        Created = "CREATED",
        Enabling = "ENABLING",
        Enabled = "ENABLED",
        Disabling = "DISABLING",
        Disabled = "DISABLED",
        Deleted = "DELETED",
    }
}

/// Something that belongs to an owner, as the API sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Owned {
    pub(crate) owner: String,
    #[serde(deserialize_with = "stored::object")]
    pub(crate) wire: Value,
}

/// An invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Invoice {
    pub(crate) owner: String,
    #[serde(with = "stored::date")]
    pub(crate) emitted: Timestamp,
    #[serde(deserialize_with = "stored::object")]
    pub(crate) wire: Value,
}

/// An API token that was made in the sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiToken {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// Id of the user that it stands for.
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    #[serde(with = "stored::date")]
    pub(crate) created: Timestamp,
    #[serde(with = "stored::date")]
    pub(crate) expires: Timestamp,
}

impl Subject for Addon {
    fn topics(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str(), self.real_id.as_str()].into_iter()
    }
}

impl Subject for Drain {
    fn topics(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str()].into_iter()
    }
}

impl World {
    /// Creates a world without owners.
    pub(crate) fn empty(seed: u64, now: Timestamp) -> Self {
        Self {
            seed,
            now,
            ids: Ids::default(),
            owners: Shelf::new(),
            applications: Watched::new(),
            addons: Watched::new(),
            drains: Watched::new(),
            invoices: Shelf::new(),
            tokens: Shelf::new(),
            coupons: BTreeSet::new(),
            consumers: Shelf::new(),
            providers: Shelf::new(),
            accounts: BTreeMap::new(),
            identities: Vec::new(),
            oauth: Oauth::default(),
            payment_methods: Shelf::new(),
            network_groups: Shelf::new(),
            redirections: Vec::new(),
            email_notifications: Shelf::new(),
            webhooks: Shelf::new(),
            grafanas: BTreeSet::new(),
            revoked: BTreeSet::new(),
            collections: Collections::default(),
            redis: None,
            files: Files::default(),
            quota: Quota::default(),
            made: BTreeMap::new(),
            due: BTreeMap::new(),
        }
    }

    /// Generates a UUID. The n-th of a kind is the same in every run with the same seed, regardless of other
    /// ids.
    pub(crate) fn uuid(&mut self, kind: &str) -> String {
        let count = self.made.entry(kind.to_owned()).or_default();
        *count += 1;
        uuid(self.seed, &["made", kind, &count.to_string()])
    }

    /// The numbers from which the next ids follow.
    pub(crate) fn counters(&self) -> BTreeMap<String, u64> {
        self.made.clone()
    }

    /// Takes back the ids that were generated since.
    pub(crate) fn restore_counters(&mut self, counters: BTreeMap<String, u64>) {
        self.made = counters;
    }

    /// A new id: the kind, an underscore and a UUID.
    pub(crate) fn id(&mut self, kind: &str) -> String {
        format!("{kind}_{}", self.uuid(kind))
    }

    /// The UUID of something that is always there.
    pub(crate) fn fixed_uuid(&self, name: &[&str]) -> String {
        uuid(self.seed, name)
    }

    /// Schedules a change, unless the world ends before.
    pub(crate) fn later(&mut self, delay: Duration, change: Change) {
        let count = self.made.entry("task".to_owned()).or_default();
        *count += 1;
        self.due.insert((after(self.now, delay), *count), change);
    }

    /// Time of the next scheduled change.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.due.keys().next().map(|(time, _)| *time)
    }

    /// Takes the names of what changed since the last time, of the resources that can be waited for.
    pub(crate) fn take_touched(&mut self) -> Vec<String> {
        let mut touched = Vec::new();
        self.applications.take_touched(&mut touched);
        self.addons.take_touched(&mut touched);
        self.drains.take_touched(&mut touched);
        touched
    }

    /// Applies all changes that are due by now, each at its time.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(entry) = self.due.first_entry()
            && entry.key().0 <= now
        {
            let ((time, _), change) = entry.remove_entry();
            self.now = time;
            change.apply(self);
        }
        self.now = self.now.max(now);
    }

    /// An application.
    pub(crate) fn application(&self, id: &str) -> Result<&Application, Refusal> {
        self.applications.get(id).ok_or_else(|| Refusal::not_found("Application", id))
    }

    /// An application, to change it.
    pub(crate) fn application_mut(&mut self, id: &str) -> Result<&mut Application, Refusal> {
        self.applications.get_mut(id).ok_or_else(|| Refusal::not_found("Application", id))
    }

    /// An add-on by its id of either kind.
    pub(crate) fn addon(&self, id: &str) -> Result<&Addon, Refusal> {
        let found = self.addons.get(id).or_else(|| self.addons.values().find(|addon| addon.real_id == id));
        found.ok_or_else(|| Refusal::not_found("Add-on", id))
    }

    /// An add-on by its id of either kind, to change it.
    pub(crate) fn addon_mut(&mut self, id: &str) -> Result<&mut Addon, Refusal> {
        let found = self.addons.matching_mut(|addon| addon.id == id || addon.real_id == id).next();
        found.ok_or_else(|| Refusal::not_found("Add-on", id))
    }

    /// Returns the user of a valid API token.
    pub(crate) fn user_of_api_token(&self, token: &str) -> Option<&str> {
        let main = self.identities.iter().find(|identity| identity.credentials.api_token == token);
        let made = || self.tokens.values().find(|own| own.secret == token && own.expires > self.now);
        main.map(|identity| identity.user_id.as_str()).or_else(|| Some(made()?.user.as_str()))
    }

    /// Returns the user and the secret of a valid OAuth token.
    pub(crate) fn user_of_oauth_token(&self, token: &str) -> Option<(&str, &str)> {
        if self.revoked.contains(token) {
            return None;
        }
        let identity = self.identities.iter().find(|identity| identity.credentials.token == token);
        match identity {
            Some(identity) => Some((&identity.user_id, &identity.credentials.token_secret)),
            None => self.made_oauth_token(token),
        }
    }

    /// Revokes the OAuth tokens of a user, all of them or this one. `false` if there is none.
    pub(crate) fn revoke(&mut self, user: &str, token: Option<&str>) -> bool {
        let is_meant = |own: &str| token.is_none_or(|token| token == own);
        let own = self.identities.iter().filter(|identity| identity.user_id == user);
        let given: Vec<String> =
            own.map(|own| own.credentials.token.clone()).filter(|own| is_meant(own)).collect();
        let made = &mut self.account_mut(user).oauth_tokens;
        let before = made.len();
        made.retain(|own, _| !is_meant(own));
        let found = made.len() < before || given.iter().any(|own| !self.revoked.contains(own));
        self.revoked.extend(given);
        found
    }

    /// The account of a user; an empty one if there is none.
    pub(crate) fn account(&self, user: &str) -> &Account {
        static NOBODY: LazyLock<Account> = LazyLock::new(Account::default);
        self.accounts.get(user).unwrap_or(&NOBODY)
    }

    /// The account of a user, to change it.
    pub(crate) fn account_mut(&mut self, user: &str) -> &mut Account {
        self.accounts.entry(user.to_owned()).or_default()
    }
}

/// The texts of an object by their names.
pub(crate) fn texts(object: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("seed", &self.seed).field("now", &self.now).finish_non_exhaustive()
    }
}
