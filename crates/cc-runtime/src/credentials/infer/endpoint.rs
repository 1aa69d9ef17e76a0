//! The base URL that the environment names.

use std::fmt;

use super::Environment;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};

/// The origin of an endpoint that nothing names.
pub(super) const DEFAULT: &str = "the default";

/// The variable of every service.
const ALL: &str = "CC_ENDPOINT";

/// Parts of the names of variables that people expect to name an endpoint: a prefix of the platform, a service, and what it is.
const PREFIXES: [&str; 3] = ["CC", "CLEVER", "CLEVER_CLOUD"];
const SERVICES: [&str; 7] = ["", "_API", "_BRIDGE", "_AUTH_BRIDGE", "_API_BRIDGE", "_KV", "_REDIS"];
const NOUNS: [&str; 5] = ["_ENDPOINT", "_ENDPOINT_URL", "_HOST", "_URL", "_BASE_URL"];

/// Variables that look like those of an endpoint, and that no program reads.
fn lookalikes() -> impl Iterator<Item = String> {
    let read = |name: &str| {
        [Service::Api, Service::Bridge, Service::Kv]
            .iter()
            .any(|service| service.variables().any(|own| own == name))
    };
    let names = PREFIXES.into_iter().flat_map(|prefix| {
        SERVICES.into_iter().flat_map(move |service| NOUNS.map(|noun| format!("{prefix}{service}{noun}")))
    });
    names.filter(move |name| !read(name))
}

/// The services of the platform, each with an endpoint of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// The API, for OAuth 1 and for requests without credentials: `CC_API_ENDPOINT`, and `API_HOST` of the official CLI.
    Api,
    /// The API bridge, for API tokens: `CC_BRIDGE_ENDPOINT`, and `AUTH_BRIDGE_HOST` of the official CLI.
    Bridge,
    /// The HTTP proxy of Redis and Materia KV: `CC_KV_ENDPOINT`.
    Kv,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Api => "API",
            Self::Bridge => "API bridge",
            Self::Kv => "HTTP proxy of Redis and Materia KV",
        })
    }
}

impl Service {
    /// The service that takes these credentials.
    #[must_use]
    pub fn of(credentials: &Credentials) -> Self {
        if credentials.default_endpoint() == Endpoint::BRIDGE { Self::Bridge } else { Self::Api }
    }

    /// Returns the base URL of the platform: [`Endpoint::PLATFORM`], [`Endpoint::BRIDGE`] or [`Endpoint::KV_PROXY`].
    #[must_use]
    pub fn platform(self) -> &'static str {
        match self {
            Self::Api => Endpoint::PLATFORM,
            Self::Bridge => Endpoint::BRIDGE,
            Self::Kv => Endpoint::KV_PROXY,
        }
    }

    /// Returns the variable of this service alone.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Api => "CC_API_ENDPOINT",
            Self::Bridge => "CC_BRIDGE_ENDPOINT",
            Self::Kv => "CC_KV_ENDPOINT",
        }
    }

    /// The name of the official CLI.
    fn variable_of_cli(self) -> Option<&'static str> {
        match self {
            Self::Api => Some("API_HOST"),
            Self::Bridge => Some("AUTH_BRIDGE_HOST"),
            Self::Kv => None,
        }
    }

    /// The variables that name its endpoint, the first that is set wins.
    fn variables(self) -> impl Iterator<Item = &'static str> {
        [Some(self.variable()), Some(ALL), self.variable_of_cli()].into_iter().flatten()
    }

    /// The services whose endpoints may stand for this one: those that take credentials.
    fn others(self) -> impl Iterator<Item = Self> {
        [Self::Api, Self::Bridge].into_iter().filter(move |other| *other != self && self != Self::Kv)
    }
}

impl Environment {
    /// The endpoint of a service, and the variable that names it.
    pub(super) fn endpoint(&self, service: Service) -> Option<(String, &'static str)> {
        service.variables().find_map(|name| Some((self.get(name)?, name)))
    }

    /// The endpoint of another service, unless it is that of the platform: whoever names a test platform means no other.
    pub(super) fn endpoint_of_another(&self, service: Service) -> Option<(String, &'static str)> {
        service.others().find_map(|other| {
            let own = [Some(other.variable()), other.variable_of_cli()].into_iter().flatten();
            own.filter_map(|name| Some((self.get(name)?, name)))
                .find(|(url, _)| url.trim_end_matches('/') != other.platform())
        })
    }

    /// The variables of this service that are set and do not count, each with the one that does.
    pub(super) fn unused(
        &self,
        service: Service,
        used: &'static str,
    ) -> impl Iterator<Item = (&'static str, String)> {
        let used_url = self.get(used);
        service
            .variables()
            .filter(move |name| *name != used)
            .filter(move |name| self.get(name).is_some_and(|url| Some(url) != used_url))
            .map(move |name| (name, format!("`{used}`")))
    }

    /// Refuses the platform while a variable that no program reads looks like another endpoint.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] that names the variable.
    pub(super) fn check_lookalikes(&self, platform: &str) -> Result<()> {
        let Some(name) = lookalikes().find(|name| self.get(name).is_some()) else { return Ok(()) };
        Err(Error::new(ErrorKind::Credentials)
            .with_message(format!(
                "`{name}` is set, and no program of the SDK reads it: the credentials would go to {platform}"
            ))
            .with_next_step(format!("name the endpoint with `{ALL}`, or unset `{name}`"))
            .not_sent())
    }
}
