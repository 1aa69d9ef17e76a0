//! Finds credentials: in the settings of the program, in the environment, and in the file of the official
//! CLI.

mod explain;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::cli::{self, Found, Profile};
use super::{Credentials, OAuth1, SignatureMethod};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
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
/// `API_HOST`, `AUTH_BRIDGE_HOST`, `OAUTH_CONSUMER_KEY` and `OAUTH_CONSUMER_SECRET` say where to and for which consumer: of
/// the environment, else of the profile, else the platform and the CLI's public consumer. Variables that are empty count as
/// not set.
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
    pub fn explicit(mut self, credentials: Credentials) -> Self {
        self.explicit = credentials;
        self
    }

    /// Uses this profile of the CLI, regardless of the environment. Default: the first profile.
    pub fn profile(mut self, alias: impl Into<String>) -> Self {
        self.profile = Some(alias.into());
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
    /// were looked for.
    pub fn find(&self) -> Result<Inferred> {
        let mut steps = Vec::new();
        if !matches!(self.explicit, Credentials::None) {
            steps.push("the program sets them".to_owned());
            return Ok(self.found(self.explicit.clone(), Source::Explicit, None, steps).told());
        }
        steps.push("the program sets none".to_owned());
        if let Some(alias) = &self.profile {
            steps.push(format!("the program asks for the profile `{alias}` of the CLI"));
        } else if let Some(found) = self.in_variables(&mut steps) {
            return Ok(found.told());
        }
        let (mut profiles, steps) = self.in_file(steps);
        let wanted = match &self.profile {
            Some(alias) => profiles.iter().position(|found| found.alias() == Some(alias)),
            None => (!profiles.is_empty()).then_some(0),
        };
        match wanted {
            Some(at) => Ok(profiles.swap_remove(at).told()),
            None => Err(Error::new(ErrorKind::Credentials).with_message(steps.join("; "))),
        }
    }

    /// Every profile in the CLI's file, the active one first, each as if it had been named: for programs that work with many
    /// accounts.
    #[must_use]
    pub fn profiles(&self) -> Vec<Inferred> {
        self.in_file(Vec::new()).0
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
        let platform = credentials.default_endpoint();
        let variable = if platform == Endpoint::BRIDGE { "AUTH_BRIDGE_HOST" } else { "API_HOST" };
        let of_profile = profile
            .and_then(|profile| profile.overrides.as_ref())
            .and_then(|overrides| overrides.api_host.clone())
            .filter(|host| !host.is_empty());
        let (endpoint, endpoint_from) = match (self.environment.get(variable), of_profile) {
            (Some(host), _) => (host, variable),
            (None, Some(host)) => (host, "the profile"),
            (None, None) => (platform.to_owned(), "the default"),
        };
        let expires_at = profile.and_then(Profile::expires_at);
        let mut warnings = Vec::new();
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
