//! Users of a sandbox, each with credentials of its own.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::auth::Credentials;
use crate::engine::clock::after;
use crate::sandbox::Sandbox;
use crate::world::{Account, ApiToken, Owner, World, add_organisation};

/// Name of the main user.
pub(crate) const MAIN: &str = "sandbox";

/// A user of a sandbox, with the credentials that the sandbox takes from it. All of them are plainly fake.
///
/// The main user is `sandbox`. [`Builder::user`](crate::Builder::user) and [`Builder::organisation`](crate::Builder::organisation)
/// add others, whose credentials end with their names: the API token of `alice` is `sandbox-token-alice`, the OAuth token
/// `sandbox-oauth-token-alice` with the secret `sandbox-oauth-secret-alice`, the address `alice@sandbox.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Identity {
    /// Name of the user in the sandbox, such as `alice`.
    pub name: String,
    /// Id of the user, which is also that of the personal space: `user_…`.
    pub user_id: String,
    /// Primary e-mail address.
    pub email: String,
    /// Password of the account: `sandbox-password`.
    pub password: String,
    /// API token and OAuth credentials.
    pub credentials: Credentials,
}

impl Identity {
    /// Replaces the API token, such as with one of [`Sandbox::add_api_token`].
    #[must_use]
    pub fn with_api_token(mut self, token: impl Into<String>) -> Self {
        self.credentials.api_token = token.into();
        self
    }
}

/// A user, and an organisation with the names and the roles of its members, that a builder was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    pub(crate) users: Vec<String>,
    pub(crate) organisations: Vec<(String, Vec<(String, String)>)>,
}

impl Members {
    /// Adds everybody to a world. The main user has these credentials.
    pub(crate) fn add_to(self, world: &mut World, credentials: Credentials) {
        let id = world.ids.user.clone();
        world.identities.push(identity(world, MAIN, id, credentials));
        for name in self.users {
            add_user(world, &name);
        }
        for (organisation, members) in self.organisations {
            let members: Vec<(Identity, String)> =
                members.into_iter().map(|(name, role)| (add_user(world, &name), role)).collect();
            let Some((first, _)) = members.first() else { continue };
            let id = add_organisation(world, &organisation, &first.user_id);
            if let Some(owner) = world.owners.get_mut(&id) {
                for (member, role) in &members {
                    owner.add_member(&member.user_id, &member.email, &member.name, role);
                }
            }
            world.ids.organisations.insert(organisation, id);
        }
    }
}

impl World {
    /// Adds a member with a role to an owner, or gives it the role.
    pub(crate) fn add_member(&mut self, owner: &str, name: &str, role: &str) -> Result<Identity, String> {
        if !self.owners.contains_key(owner) {
            return Err(format!("the sandbox has no owner `{owner}`"));
        }
        let identity = add_user(self, name);
        if let Some(owner) = self.owners.get_mut(owner) {
            owner.add_member(&identity.user_id, &identity.email, &identity.name, role);
        }
        Ok(identity)
    }

    /// Gives the main user other credentials, whose consumer is that of every user.
    pub(crate) fn take_credentials(&mut self, credentials: &Credentials) {
        for identity in &mut self.identities {
            let own = &mut identity.credentials;
            if identity.name == MAIN {
                own.clone_from(credentials);
            }
            own.consumer_key.clone_from(&credentials.consumer_key);
            own.consumer_secret.clone_from(&credentials.consumer_secret);
        }
        self.oauth.consumer = (credentials.consumer_key.clone(), credentials.consumer_secret.clone());
    }
}

/// Returns the user of this name, which is created if there is none.
fn add_user(world: &mut World, name: &str) -> Identity {
    if let Some(known) = world.identities.iter().find(|identity| identity.name == name) {
        return known.clone();
    }
    let id = world.id("user");
    let main = world.identities.first().map(|main| main.credentials.clone()).unwrap_or_default();
    let credentials = Credentials {
        api_token: format!("sandbox-token-{name}"),
        token: format!("sandbox-oauth-token-{name}"),
        token_secret: format!("sandbox-oauth-secret-{name}"),
        ..main
    };
    world.accounts.insert(id.clone(), Account::of(&id, &format!("{name}@sandbox.example"), name, world.now));
    world.owners.insert(id.clone(), Owner::new(&id, name, &id));
    let identity = identity(world, name, id, credentials);
    world.identities.push(identity.clone());
    identity
}

fn identity(world: &World, name: &str, user_id: String, credentials: Credentials) -> Identity {
    let account = world.account(&user_id);
    let email = account.profile["email"].as_str().unwrap_or_default().to_owned();
    Identity { name: name.to_owned(), email, password: account.password.clone(), user_id, credentials }
}

/// Users and their credentials.
impl Sandbox {
    /// Returns the users, the main one first.
    pub fn identities(&self) -> Vec<Identity> {
        self.engine.world().identities.clone()
    }

    /// Returns the user of this name: `sandbox`, or one that the builder was given.
    ///
    /// # Panics
    /// If there is no such user.
    pub fn identity(&self, name: &str) -> Identity {
        let identities = self.identities();
        let Some(found) = identities.iter().find(|identity| identity.name == name) else {
            let names: Vec<&str> = identities.iter().map(|identity| identity.name.as_str()).collect();
            panic!("the sandbox has no user `{name}`: its users are {}", names.join(", "));
        };
        found.clone()
    }

    /// Adds a member with a role to an organisation, and returns it. A user that is not there yet is added; one that is a member
    /// already gets the role. `sandbox` is the main user.
    ///
    /// # Panics
    /// If the organisation does not exist.
    pub fn add_member(&self, organisation: &str, name: &str, role: &str) -> Identity {
        match self.engine.world().add_member(organisation, name, role) {
            Ok(identity) => identity,
            Err(problem) => panic!("{problem}"),
        }
    }

    /// Adds an API token to an account, and returns it. It expires after this duration, in sandbox time.
    pub fn add_api_token(&self, identity: &Identity, name: &str, lifetime: Duration) -> String {
        let mut world = self.engine.world();
        let token = ApiToken {
            id: world.uuid("api-token"),
            secret: format!("sandbox-token-{}", world.uuid("api-token-secret")),
            user: identity.user_id.clone(),
            name: name.to_owned(),
            description: None,
            created: world.now,
            expires: after(world.now, lifetime),
        };
        let secret = token.secret.clone();
        world.tokens.insert(token.id.clone(), token);
        secret
    }
}
