//! Finds credentials: in the settings of the program, in the environment, and in the file of the official
//! CLI.

mod endpoint;
mod explain;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use endpoint::Service;

use super::cli::{self, Found, Profile};
use super::{Credentials, OAuth1, SignatureMethod};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::input::IntoOption;
use crate::secret::{Secret, ServiceUrl};
use crate::time::Timestamp;

/// Time before its expiration at which a token causes a warning.
const SOON: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Looks for credentials where a person or a machine keeps them. The first that is found wins:
///
/// 1. [`explicit`](Self::explicit) ones;
/// 2. the profile of the CLI that is [named](Self::profile), if one is;
/// 3. the variable `CC_API_TOKEN`;
/// 4. the variables `CLEVER_TOKEN` and `CLEVER_SECRET`, when both are set;
/// 5. the first profile in the CLI's configuration file: `CONFIGURATION_FILE`, else `clever-cloud/clever-tools.json` in
///    `XDG_CONFIG_HOME`, in `~/.config`, or in `APPDATA` on Windows.
///
/// `OAUTH_CONSUMER_KEY` and `OAUTH_CONSUMER_SECRET` name the consumer: of the environment, else of the profile, else the CLI's public
/// one. Variables that are empty count as not set.
///
/// # Endpoint
/// The base URL follows the same rule for all credentials and programs. The first that is set wins:
///
/// 1. the variable of the service that takes the credentials ([`Service`]): `CC_BRIDGE_ENDPOINT` for an API token, else
///    `CC_API_ENDPOINT`;
/// 2. `CC_ENDPOINT`, for every service;
/// 3. the name that the official CLI has for that service: `AUTH_BRIDGE_HOST` for an API token, else `API_HOST`;
/// 4. the `API_HOST` of the profile;
/// 5. the variable of the other service (`API_HOST` or `CC_API_ENDPOINT` for an API token, `AUTH_BRIDGE_HOST` or `CC_BRIDGE_ENDPOINT`
///    for OAuth 1), unless it names the platform itself: a token never goes to the platform because the endpoint of a test had another
///    name. [`Inferred::warnings`] names the variable;
/// 6. the platform: [`Credentials::default_endpoint`].
///
/// Where the platform would be next, a variable that no program of the SDK reads and that looks like an endpoint, such as `CC_API_HOST`
/// or `CLEVER_ENDPOINT`, is an error that names it.
///
/// ```
/// # use cc_runtime::credentials::Infer;
/// let who = Infer::new().environment([("CC_API_TOKEN", "…")]).find()?;
/// assert_eq!(who.endpoint(), "https://api-bridge.clever-cloud.com");
/// println!("{}", who.explain());
/// # Ok::<(), cc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Infer {
    explicit: Credentials,
    profile: Option<String>,
    environment: Environment,
}

/// Environment variables: those of the process, or given ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment(Option<BTreeMap<String, Secret>>);

impl Environment {
    pub(super) fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), Secret::new(value)));
        Self(Some(pairs.collect()))
    }

    /// The value of a variable that is set, and not empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(variables) => variables.get(name).map(|value| value.expose().to_owned()),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// Sources of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The program gave them.
    Explicit,
    /// The variable `CC_API_TOKEN`.
    ApiTokenVariable,
    /// The variables `CLEVER_TOKEN` and `CLEVER_SECRET`.
    TokenVariables,
    /// A profile of the CLI.
    Profile {
        /// Name of the profile.
        alias: String,
        /// The file that it is in.
        path: PathBuf,
    },
}

/// Credentials that were found, where, and why there.
#[derive(Debug, Clone)]
pub struct Inferred {
    credentials: Credentials,
    endpoint: ServiceUrl,
    endpoint_from: &'static str,
    source: Source,
    user_id: Option<String>,
    expires_at: Option<Timestamp>,
    steps: Vec<String>,
    warnings: Vec<String>,
}

impl Credentials {
    /// Looks for credentials in the environment and in the configuration of the official CLI, as [`Infer`] says.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when there are none; the message says where they were looked for.
    pub fn infer() -> Result<Inferred> {
        Infer::new().find()
    }
}

impl Infer {
    /// Looks in the environment of this process and in the CLI's file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses these credentials in preference to all others, unless they are [`Credentials::None`].
    pub fn explicit<Kind>(mut self, credentials: impl IntoOption<Credentials, Kind>) -> Self {
        self.explicit = credentials.into_option().unwrap_or_default();
        self
    }

    /// Uses this profile of the CLI, regardless of the environment. Default: the first profile.
    pub fn profile<Kind>(mut self, alias: impl IntoOption<String, Kind>) -> Self {
        self.profile = alias.into_option();
        self
    }

    /// Reads these variables instead of those of the process.
    pub fn environment<K: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment = Environment::of(variables);
        self
    }

    /// The credentials. What is worth a warning is also told to the log.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when there are none, or no profile of the name that was given; the message says where they
    /// were looked for. Also when the environment names an endpoint by a variable that does not count: the message names it.
    pub fn find(&self) -> Result<Inferred> {
        let found = self.search()?;
        if found.endpoint_from == endpoint::DEFAULT {
            self.environment.check_lookalikes(found.endpoint())?;
        }
        Ok(found.told())
    }

    /// Returns the base URL of a service, for clients without credentials or of another service: from its variable, else
    /// `CC_ENDPOINT`, else the name of the official CLI, else, for the API and its bridge, the variable of the other one with a warning in
    /// the log, else the platform.
    ///
    /// ```
    /// # use cc_runtime::credentials::{Infer, Service};
    /// let infer = Infer::new().environment([("CC_ENDPOINT", "http://localhost:8080")]);
    /// assert_eq!(infer.endpoint_of(Service::Kv)?, "http://localhost:8080");
    /// # Ok::<(), cc_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when nothing names the endpoint but a variable that does not count, such as `CC_API_HOST`.
    pub fn endpoint_of(&self, service: Service) -> Result<String> {
        if let Some((url, _)) = self.environment.endpoint(service) {
            return Ok(url);
        }
        if let Some((url, name)) = self.environment.endpoint_of_another(service) {
            tracing::warn!("{}", of_another(name, service));
            return Ok(url);
        }
        self.environment.check_lookalikes(service.platform())?;
        Ok(service.platform().to_owned())
    }

    fn search(&self) -> Result<Inferred> {
        let mut steps = Vec::new();
        if !matches!(self.explicit, Credentials::None) {
            steps.push("the program sets them".to_owned());
            return Ok(self.found(self.explicit.clone(), Source::Explicit, None, steps));
        }
        steps.push("the program sets none".to_owned());
        if let Some(alias) = &self.profile {
            steps.push(format!("the program asks for the profile `{alias}` of the CLI"));
        } else if let Some(found) = self.in_variables(&mut steps) {
            return Ok(found);
        }
        let (mut profiles, steps) = self.in_file(steps);
        let wanted = match &self.profile {
            Some(alias) => profiles.iter().position(|found| found.alias() == Some(alias)),
            None => (!profiles.is_empty()).then_some(0),
        };
        match wanted {
            Some(at) => Ok(profiles.swap_remove(at)),
            None => Err(Error::new(ErrorKind::Credentials).with_message(steps.join("; "))),
        }
    }

    /// Every profile in the CLI's file, the active one first, each as if it had been named: for programs that work with many
    /// accounts. None if [`find`](Self::find) would fail because of a variable that looks like an endpoint and does not count.
    #[must_use]
    pub fn profiles(&self) -> Vec<Inferred> {
        let mut found = self.in_file(Vec::new()).0;
        found.retain(|found| {
            found.endpoint_from != endpoint::DEFAULT
                || self.environment.check_lookalikes(found.endpoint()).is_ok()
        });
        found
    }

    fn in_variables(&self, steps: &mut Vec<String>) -> Option<Inferred> {
        let get = |name| self.environment.get(name);
        if let Some(token) = get("CC_API_TOKEN") {
            steps.push("`CC_API_TOKEN` is set".to_owned());
            let credentials = Credentials::api_token(token);
            return Some(self.found(credentials, Source::ApiTokenVariable, None, steps.clone()));
        }
        steps.push("`CC_API_TOKEN` is not set".to_owned());
        match (get("CLEVER_TOKEN"), get("CLEVER_SECRET")) {
            (Some(token), Some(secret)) => {
                steps.push("`CLEVER_TOKEN` and `CLEVER_SECRET` are set".to_owned());
                let profile = Profile::of_variables(token, secret);
                let credentials = self.oauth1(&profile);
                Some(self.found(credentials, Source::TokenVariables, Some(&profile), steps.clone()))
            }
            (token, secret) => {
                steps.push(match (token, secret) {
                    (Some(_), _) => "`CLEVER_TOKEN` is set without `CLEVER_SECRET`".to_owned(),
                    (_, Some(_)) => "`CLEVER_SECRET` is set without `CLEVER_TOKEN`".to_owned(),
                    _ => "`CLEVER_TOKEN` and `CLEVER_SECRET` are not set".to_owned(),
                });
                None
            }
        }
    }

    /// Reads the credentials from the profiles in the CLI's file, and lists the steps of the search.
    fn in_file(&self, mut steps: Vec<String>) -> (Vec<Inferred>, Vec<String>) {
        let (path, profiles, loose) = match cli::read(&self.environment) {
            Found::Nowhere => {
                steps.push("no variable gives the directory of the CLI's configuration".to_owned());
                return (Vec::new(), steps);
            }
            Found::Absent(path) => {
                steps.push(format!("the file `{}` does not exist", path.display()));
                return (Vec::new(), steps);
            }
            Found::Useless(path, why) => {
                steps.push(format!("could not use the file `{}`: {why}", path.display()));
                return (Vec::new(), steps);
            }
            Found::Profiles { path, profiles, loose } => (path, profiles, loose),
        };
        let names: Vec<String> = profiles.iter().map(|profile| format!("`{}`", profile.alias)).collect();
        let names = if names.is_empty() { "no profile".to_owned() } else { names.join(", ") };
        steps.push(format!("the file `{}` has {names}", path.display()));
        let found = profiles.iter().map(|profile| {
            let source = Source::Profile { alias: profile.alias.clone(), path: path.clone() };
            let mut found = self.found(self.oauth1(profile), source, Some(profile), steps.clone());
            if let Some(mode) = loose {
                found.warnings.push(format!(
                    "other users may read the file `{}` (mode {mode:o}): `chmod 600` it, and sign in again if they did",
                    path.display()
                ));
            }
            found
        });
        (found.collect(), steps)
    }

    /// The token of a profile, for the requested consumer.
    fn oauth1(&self, profile: &Profile) -> Credentials {
        let (key, secret) = cli::PUBLIC_CONSUMER;
        let overrides = profile.overrides.as_ref();
        let of_profile = overrides.and_then(|overrides| overrides.oauth_consumer_key.clone());
        let consumer_key = self.environment.get("OAUTH_CONSUMER_KEY").or(of_profile);
        let of_profile = overrides.and_then(|overrides| overrides.oauth_consumer_secret.clone());
        let consumer_secret = self.environment.get("OAUTH_CONSUMER_SECRET").map(Secret::from).or(of_profile);
        Credentials::OAuth1(OAuth1 {
            consumer_key: consumer_key.unwrap_or_else(|| key.to_owned()),
            consumer_secret: consumer_secret.unwrap_or_else(|| secret.into()),
            token: profile.token.clone(),
            token_secret: profile.secret.clone(),
            method: SignatureMethod::default(),
        })
    }

    fn found(
        &self,
        credentials: Credentials,
        source: Source,
        profile: Option<&Profile>,
        steps: Vec<String>,
    ) -> Inferred {
        let service = Service::of(&credentials);
        let of_profile = profile
            .and_then(|profile| profile.overrides.as_ref())
            .and_then(|overrides| overrides.api_host.clone())
            .filter(|host| !host.is_empty());
        let mut warnings = Vec::new();
        let (endpoint, endpoint_from) = match (self.environment.endpoint(service), of_profile) {
            (Some(found), _) => found,
            (None, Some(host)) => (host, "the profile"),
            (None, None) => match self.environment.endpoint_of_another(service) {
                Some((url, name)) => {
                    warnings.push(of_another(name, service));
                    (url, name)
                }
                None => (service.platform().to_owned(), endpoint::DEFAULT),
            },
        };
        for (name, used_instead) in self.environment.unused(service, endpoint_from) {
            warnings
                .push(format!("`{name}` is set and does not count here: {used_instead} names the endpoint"));
        }
        let expires_at = profile.and_then(Profile::expires_at);
        if let Some(end) = expires_at {
            let now = Timestamp::now();
            if end <= now {
                warnings.push(format!("the token ended at {end}: sign in again"));
            } else if end.duration_since(now) < SOON {
                warnings.push(format!("the token ends at {end}: sign in again before"));
            }
        }
        if let Some(plain) = Endpoint::parse(&endpoint).ok().filter(|endpoint| !endpoint.is_protected()) {
            warnings.push(format!(
                "{endpoint_from} names plain http to `{}`, where everybody on the way can read credentials: use https, or allow \
                 it with `TransportBuilder::allow_credentials_over_plain_http`",
                plain.host()
            ));
        }
        let user_id = profile.and_then(|profile| profile.user_id.clone());
        let endpoint = ServiceUrl::from(endpoint);
        Inferred { credentials, endpoint, endpoint_from, source, user_id, expires_at, steps, warnings }
    }
}

/// Warning about a variable that is used for want of the one of this service.
fn of_another(name: &str, service: Service) -> String {
    format!(
        "`{name}` names the endpoint of another service, and is used for the {service}: set `CC_ENDPOINT` or `{}`",
        service.variable()
    )
}
